/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "probes/md_array.h"
#include "probes/md_memory.h"
#include "probes/state_file.h"

enum { MAX_PATH = 4096, MAX_FILE = 1024 * 1024, FIELDS = 6 };

struct text {
    char *bytes;
    size_t length;
    FILE *stream;
};

static bool is_plain(const char *field)
{
    return !strpbrk(field, "\t\n");
}

static void render_member(const char *array, const char *uuid, const struct md_past *past,
                          void *arg)
{
    struct text *text = arg;

    if (is_plain(array) && is_plain(uuid) && is_plain(past->device) && is_plain(past->disk))
        fprintf(text->stream, "%s\t%s\t%s\t%s\t%d\t%c\n", array, uuid, past->device, past->disk,
                past->slot, past->serving ? 'y' : 'n');
}

char *md_memory_render(const struct md_memory *memory)
{
    struct text text = {0};

    text.stream = open_memstream(&text.bytes, &text.length);
    if (!text.stream)
        abort();
    md_memory_walk(memory, render_member, &text);
    if (fclose(text.stream) != 0)
        abort();
    return text.bytes;
}

/* line: array TAB uuid TAB device TAB disk TAB slot TAB "y" | "n" */
static bool split(char *line, char *fields[FIELDS])
{
    for (int i = 0; i < FIELDS; i++)
        fields[i] = strsep(&line, "\t");
    return !line && fields[FIELDS - 1] && fields[0][0] && fields[2][0] &&
           (strcmp(fields[5], "y") == 0 || strcmp(fields[5], "n") == 0);
}

static bool parse_slot(const char *text, int *slot)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);

    *slot = (int)number;
    return text[0] && !*end && errno == 0 && number >= 0 && number < MD_MAX_SLOTS;
}

int md_memory_parse(struct md_memory *memory, const char *text, size_t length, struct error *e)
{
    SCRATCH_ARENA(arena);
    char *rest = arena_strndup(arena, text, length), *line, *fields[FIELDS];
    const char *array = "";
    int code = 0, slot, arrays = 0;

    md_memory_begin(memory);
    for (size_t number = 1; code == 0 && (line = strsep(&rest, "\n")) && (*line || rest);
         number++) {
        if (!split(line, fields) || !parse_slot(fields[4], &slot)) {
            code = error_set(e, -EBADMSG, "line %zu: not a member's", number);
            break;
        }
        if (strcmp(array, fields[0]) != 0) {
            if (arrays++ == MD_MAX_ARRAYS)
                break;
            array = fields[0];
            md_memory_array(memory, array, fields[1]);
        }
        md_memory_note(memory, &(struct md_past){fields[2], fields[3], slot, *fields[5] == 'y'});
    }
    if (code < 0)
        md_memory_begin(memory);
    md_memory_end(memory);
    return code;
}

static void path_in(const char *directory, char path[MAX_PATH])
{
    snprintf(path, MAX_PATH, "%s/md.members", directory);
}

int md_memory_load(struct md_memory *memory, const char *directory, struct error *e)
{
    SCRATCH_ARENA(arena);
    char path[MAX_PATH], *text;

    path_in(directory, path);
    ssize_t length = state_file_read(path, MAX_FILE, arena, &text, e);
    if (length < 0)
        return length == -ENOENT ? 0 : (int)length;
    int code = md_memory_parse(memory, text, (size_t)length, e);
    if (code < 0)
        error_prefix(e, "%s", path);
    return code;
}

int md_memory_save(const struct md_memory *memory, const char *directory, struct error *e)
{
    SCRATCH_ARENA(arena);
    char path[MAX_PATH], *old;

    path_in(directory, path);
    ssize_t length = state_file_read(path, MAX_FILE, arena, &old, NULL);
    char *text = md_memory_render(memory);
    bool same = length == (ssize_t)strlen(text) && memcmp(old, text, (size_t)length) == 0;
    int code = same ? 0 : state_file_write(path, text, strlen(text), e);
    free(text);
    return code;
}
