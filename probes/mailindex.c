/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_rules.h"

enum { JUMP = 4096 };

const char *mailindex_verdict_name(enum mailindex_verdict verdict)
{
    static const char *const names[] = {"unverified", "churn", "suspect", "damaged"};
    return names[verdict];
}

static void count_finding(struct mailindex_sink *sink, enum mailindex_verdict verdict)
{
    if (sink->reported + sink->dropped == 0 || verdict > sink->worst)
        sink->worst = verdict;
}

void mailindex_report(struct mailindex_sink *sink, const char *name, struct mailindex_place place,
                      const char *format, ...)
{
    const struct mailindex_rule *rule = mailindex_rule_find(name);
    size_t limit = sink->limit ? sink->limit : MAILINDEX_LIMIT;
    char message[512];
    va_list args;

    assert(rule);
    count_finding(sink, rule->verdict);
    if (sink->reported >= limit) {
        sink->dropped++;
        return;
    }
    sink->reported++;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct mailindex_finding finding = {
        .mailbox = sink->mailbox ? sink->mailbox : "",
        .file = place.file,
        .offset = place.offset,
        .length = place.length,
        .rule = rule->name,
        .kind = rule->kind,
        .verdict = rule->verdict,
        .message = message,
        .effect = rule->effect,
        .repair = rule->repair,
    };
    sink->report(&finding, sink->arg);
}

ssize_t mailindex_read_memory(void *arg, uint64_t offset, void *at, size_t length)
{
    memcpy(at, (const uint8_t *)arg + offset, length);
    return (ssize_t)length;
}

struct mailindex_file mailindex_memory(const char *name, const void *at, size_t size)
{
    return (struct mailindex_file){
        .name = name, .size = size, .read = mailindex_read_memory, .arg = (void *)(uintptr_t)at};
}

/* As much as there is of length bytes, at most up to the size that the file had. */
static ssize_t read_all(const struct mailindex_file *file, uint64_t offset, uint8_t *at,
                        size_t length)
{
    size_t done = 0;

    if (offset >= file->size)
        return 0;
    if (length > file->size - offset)
        length = (size_t)(file->size - offset);
    while (done < length) {
        ssize_t n = file->read(file->arg, offset + done, at + done, length - done);
        if (n == -EINTR)
            continue;
        if (n < 0)
            return n;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

const uint8_t *window_move(struct mailindex_window *window, uint64_t offset, size_t length)
{
    assert(length <= WINDOW_LENGTH_MAX);
    if (offset > window->file->size || length > window->file->size - offset)
        return NULL;
    if (!window->buffer) {
        size_t room = window->file->size < MAILINDEX_WINDOW ? (size_t)window->file->size + 1
                                                            : MAILINDEX_WINDOW;
        window->buffer = malloc(room);
        if (!window->buffer) {
            window->error = -ENOMEM;
            return NULL;
        }
    }
    /* Little at first where somebody jumps about: what lies behind may not be wanted. */
    bool onwards = offset == 0 || (offset >= window->at && offset <= window->at + window->length);
    size_t want = onwards || length > JUMP ? MAILINDEX_WINDOW : JUMP;
    ssize_t n = read_all(window->file, offset, window->buffer, want);
    if (n < 0)
        window->error = (int)n;
    window->at = offset;
    window->length = n < 0 ? 0 : (size_t)n;
    return window->length < length ? NULL : window->buffer;
}

void window_free(struct mailindex_window *window)
{
    free(window->buffer);
    *window = (struct mailindex_window){.file = window->file};
}
