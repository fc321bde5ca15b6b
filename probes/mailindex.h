/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_H
#define PROBES_MAILINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What the verifiers of mail index files share: how they read a file and how they say what they
 * found. All of them only read, keep no state between calls and may run in any thread.
 */

/* From harmless to grave. */
enum mailindex_verdict {
    MAILINDEX_UNVERIFIED, /* not looked at: a version or byte order that is not known here */
    MAILINDEX_CHURN,      /* sound, but made anew again and again */
    MAILINDEX_SUSPECT,    /* may have a harmless cause that one look cannot rule out */
    MAILINDEX_DAMAGED,
};

/* "damaged", "suspect", "churn", "unverified" */
const char *mailindex_verdict_name(enum mailindex_verdict verdict);

/* Strings live as long as the call of report. */
struct mailindex_finding {
    const char *mailbox;
    const char *file;        /* as in struct mailindex_file */
    uint64_t offset, length; /* of what is wrong, in bytes of file; length 0: not known */
    const char *rule;        /* "I06": a row of mailindex_rules.h */
    const char *kind;        /* of few, for a label: "index", "log", "agreement" ... */
    enum mailindex_verdict verdict;
    const char *message; /* expected what, found what */
    const char *effect;  /* what the server does about it */
    const char *repair;  /* what is safe to do */
};

/*
 * Where findings go. Zero reported and dropped to start; a damaged file gives one cause and many
 * effects, so that no more than limit findings are passed on (0: MAILINDEX_LIMIT) and the rest is
 * counted.
 */
enum { MAILINDEX_LIMIT = 50 };

struct mailindex_sink {
    void (*report)(const struct mailindex_finding *finding, void *arg);
    void *arg;
    const char *mailbox;
    size_t limit;
    size_t reported, dropped;
    enum mailindex_verdict worst; /* of all, the dropped ones too; look at reported first */
};

/* Where in which file. */
struct mailindex_place {
    const char *file;
    uint64_t offset, length;
};

/* Reports a breach of the rule of that name, which must be one of mailindex_rules.h. */
void mailindex_report(struct mailindex_sink *sink, const char *rule, struct mailindex_place place,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * A file as it is read. read gives up to length bytes at offset, fewer only where the file ends
 * (0: it ends before offset), or a negative errno. A file may shrink or grow meanwhile: no more
 * than size bytes, as seen once at the start, are looked at.
 */
struct mailindex_file {
    const char *name;
    uint64_t size;
    ssize_t (*read)(void *arg, uint64_t offset, void *at, size_t length);
    void *arg;
};

/* A file that is in memory: arg is its first byte. */
ssize_t mailindex_read_memory(void *arg, uint64_t offset, void *at, size_t length);
struct mailindex_file mailindex_memory(const char *name, const void *at, size_t size);

/*
 * A part of a file in memory, moved along as it is asked for. Zeroed but for file to start.
 * window_at gives length bytes at offset, good until the next call, or NULL where the file does not
 * have them (error: 0) or could not be read (error: negative errno). length <= WINDOW_LENGTH_MAX.
 */
enum { MAILINDEX_WINDOW = 256 * 1024, WINDOW_LENGTH_MAX = 128 * 1024 };

struct mailindex_window {
    const struct mailindex_file *file;
    uint8_t *buffer; /* window_free */
    uint64_t at;
    size_t length;
    int error;
};

const uint8_t *window_move(struct mailindex_window *window, uint64_t offset, size_t length);
void window_free(struct mailindex_window *window);

static inline const uint8_t *window_at(struct mailindex_window *window, uint64_t offset,
                                       size_t length)
{
    uint64_t from = offset - window->at;

    if (window->buffer && offset >= window->at && from <= window->length &&
        length <= window->length - from)
        return window->buffer + from;
    return window_move(window, offset, length);
}

/* Dovecot's integers are those of the CPU: little endian on all that it runs on today. */
static inline uint16_t le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t le32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t le64(const uint8_t *at)
{
    return le32(at) | (uint64_t)le32(at + 4) << 32;
}

#endif
