/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stddef.h>

/* Bytes that grow: what is rendered or received. Zero it to start; buf_free() gives it back. */
struct buf {
    char *data; /* always ends in a NUL that length does not count, once anything was added */
    size_t length, room;
};

void buf_add(struct buf *buf, const void *data, size_t length);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_drop(struct buf *buf, size_t length); /* takes bytes off the front */
void buf_free(struct buf *buf);

#endif
