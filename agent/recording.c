/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/recording_inside.h"

static const char first_line[] = "forewarn recording 1\n";

enum { FIRST = sizeof first_line - 1 };

static int fail(struct error *e, const char *what, const char *path)
{
    int code = -errno;
    return error_set(e, code, "%s %s: %s", what, path, error_name(code));
}

static struct recording *make(const char *directory)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (!recording || asprintf(&recording->path, "%s/recording", directory) < 0)
        abort();
    recording->fd = -1;
    recording->state = recording_state_new();
    return recording;
}

void recording_empty_gone(struct recording *recording)
{
    for (size_t i = 0; i < recording->gone_count; i++)
        free(recording->gone[i]);
    recording->gone_count = 0;
}

void recording_note_gone(struct recording *recording, const char *path)
{
    if (recording->gone_count == recording->gone_room) {
        recording->gone_room = recording->gone_room ? 2 * recording->gone_room : 64;
        recording->gone = realloc(recording->gone, recording->gone_room * sizeof *recording->gone);
        if (!recording->gone)
            abort();
    }
    recording->gone[recording->gone_count++] = strdup(path);
}

char *const *recording_gone(const struct recording *recording, size_t *count)
{
    *count = recording->gone_count;
    return recording->gone;
}

void recording_close(struct recording **closed)
{
    struct recording *recording = *closed;
    if (!recording)
        return;
    if (recording->fd >= 0)
        close(recording->fd);
    recording_empty_gone(recording);
    free(recording->gone);
    free(recording->path);
    recording_state_free(&recording->state);
    free(recording);
    *closed = NULL;
}

static int read_at(int fd, int64_t at, void *data, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = pread(fd, (char *)data + done, length - done, at + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -ENODATA;
        done += (size_t)n;
    }
    return 0;
}

static int read_start(struct recording *recording, struct error *e)
{
    char line[FIRST];
    struct stat st;
    if (fstat(recording->fd, &st) < 0)
        return fail(e, "stat", recording->path);
    recording->size = st.st_size;
    recording->at = FIRST;
    if (!S_ISREG(st.st_mode) || read_at(recording->fd, 0, line, FIRST) < 0 ||
        memcmp(line, first_line, FIRST) != 0)
        return error_set(e, -EINVAL, "%s is no recording of forewarn's", recording->path);
    return 0;
}

int recording_open(const char *directory, struct recording **opened, struct error *e)
{
    struct recording *recording = make(directory);
    recording->fd = open(recording->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int code = recording->fd < 0 ? fail(e, "open", recording->path) : read_start(recording, e);
    if (code < 0)
        recording_close(&recording);
    *opened = recording;
    return code;
}

/* Reads what is there, so that the next look is written as what changed; a torn end is cut off. */
static int go_on(struct recording *recording, struct error *e)
{
    struct recording_look look;
    struct error why = {0};
    int code = read_start(recording, e);
    if (code < 0)
        return code;
    while (recording_next(recording, &look, &why) > 0)
        recording->look = look;
    if (recording->at < recording->size && ftruncate(recording->fd, recording->at) < 0)
        return fail(e, "truncate", recording->path);
    recording->size = recording->at;
    return 0;
}

static int start(struct recording *recording, int64_t max_bytes, struct error *e)
{
    struct stat st;
    recording->writes = true;
    recording->max_bytes = max_bytes;
    if (flock(recording->fd, LOCK_EX | LOCK_NB) < 0)
        return error_set(e, -EBUSY, "%s: somebody else is recording there", recording->path);
    if (fstat(recording->fd, &st) < 0)
        return fail(e, "stat", recording->path);
    if (st.st_size > 0)
        return go_on(recording, e);
    if (write(recording->fd, first_line, FIRST) != FIRST)
        return fail(e, "write", recording->path);
    recording->size = recording->at = FIRST;
    return 0;
}

int recording_append(const char *directory, int64_t max_bytes, struct recording **opened,
                     struct error *e)
{
    struct recording *recording = make(directory);
    int code = 0;
    if (mkdir(directory, 0700) < 0 && errno != EEXIST)
        code = fail(e, "mkdir", directory);
    if (code == 0)
        recording->fd =
            open(recording->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW,
                 0600);
    if (code == 0)
        code =
            recording->fd < 0 ? fail(e, "open", recording->path) : start(recording, max_bytes, e);
    if (code < 0)
        recording_close(&recording);
    *opened = recording;
    return code;
}

int recording_next(struct recording *recording, struct recording_look *look, struct error *e)
{
    unsigned char head[FRAME_HEAD];
    size_t length = 0;

    *e = (struct error){0};
    if (recording->at >= recording->size)
        return 0;
    int code = read_at(recording->fd, recording->at, head, sizeof head);
    if (code == 0)
        code = frame_length(head, &length, e);
    char *body = code < 0 ? NULL : malloc(length + 1);
    if (code == 0 && !body)
        abort();
    if (code == 0)
        code = read_at(recording->fd, recording->at + FRAME_HEAD, body, length);
    if (code == 0)
        code = frame_take(recording, head, body, length, look, e);
    free(body);
    if (code == 0) {
        recording->at += FRAME_HEAD + (int64_t)length;
        return 1;
    }
    if (code == -ENODATA)
        error_set(e, code, "it was cut off within a look");
    error_prefix(e, "%s: byte %lld", recording->path, (long long)recording->at);
    return 0;
}

const struct recording_state *recording_state(const struct recording *recording)
{
    return recording->state;
}

double recording_progress(const struct recording *recording)
{
    return recording->size ? (double)recording->at / (double)recording->size : 1;
}

uint64_t recording_number(const struct recording *recording)
{
    return recording->number;
}

int64_t recording_bytes(const struct recording *recording)
{
    return recording->size;
}

void recording_begin(struct recording *recording, const struct recording_look *look)
{
    recording->look = *look;
    recording->number++;
    recording_empty_gone(recording);
}

int recording_put(struct recording *recording, uint32_t owner, enum root_kind kind,
                  const char *path, const void *data, size_t length, struct error *e)
{
    struct recorded *entry = recording_state_find(recording->state, path);
    uint64_t bit = UINT64_C(1) << (owner & 63);
    /* That something is there says less than what it holds. */
    if (entry && kind == ROOT_PRESENT && entry->look == recording->number)
        kind = entry->kind;
    else if (!entry || kind != ROOT_PRESENT || entry->kind != ROOT_FILE) {
        int code = recording_state_put(recording->state, kind, path, data, length, &entry, e);
        if (code < 0)
            return code;
        if (code > 0)
            entry->change = recording->number;
    }
    if (entry->look != recording->number)
        entry->seen = 0;
    entry->look = recording->number;
    entry->seen |= bit;
    entry->owners |= bit;
    return 0;
}

struct sweep {
    struct recording *recording;
    uint64_t bit;
    bool (*keep)(const struct recording_state *state, const char *path);
};

static void note_gone(struct recorded *entry, void *arg)
{
    struct sweep *sweep = arg;
    struct recording *recording = sweep->recording;
    bool saw = entry->look == recording->number && entry->seen & sweep->bit;

    if (saw || !(entry->owners & sweep->bit) ||
        (sweep->keep && sweep->keep(recording->state, entry->path)))
        return;
    entry->owners &= ~sweep->bit;
    if (entry->owners)
        return;
    recording_note_gone(recording, entry->path);
}

void recording_owner_done(struct recording *recording, uint32_t owner,
                          bool (*keep)(const struct recording_state *state, const char *path))
{
    struct sweep sweep = {recording, UINT64_C(1) << (owner & 63), keep};
    size_t before = recording->gone_count;
    recording_state_walk(recording->state, note_gone, &sweep);
    for (size_t i = before; i < recording->gone_count; i++)
        recording_state_remove(recording->state, recording->gone[i]);
}

int recording_end(struct recording *recording, struct error *e)
{
    struct buf frame = {0};
    int code = 0;

    frame_make(recording, &frame);
    if (recording->max_bytes && recording->size + (int64_t)frame.length > recording->max_bytes)
        code = error_set(e, -EFBIG, "%s: it would be longer than %lld bytes", recording->path,
                         (long long)recording->max_bytes);
    if (code == 0 && write(recording->fd, frame.data, frame.length) != (ssize_t)frame.length) {
        code = fail(e, "write", recording->path);
        if (ftruncate(recording->fd, recording->size) < 0)
            code = fail(e, "truncate", recording->path);
    }
    if (code == 0 && fdatasync(recording->fd) < 0)
        code = fail(e, "sync", recording->path);
    if (code == 0)
        recording->size = recording->at = recording->size + (int64_t)frame.length;
    buf_free(&frame);
    return code;
}
