/* SPDX-License-Identifier: Apache-2.0 */
#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct buf *buf, size_t more)
{
    if (more >= SIZE_MAX / 2 - buf->length)
        abort();
    size_t need = buf->length + more + 1;
    if (need <= buf->room)
        return;
    size_t room = buf->room * 2 > need ? buf->room * 2 : need;
    char *data = realloc(buf->data, room);
    if (!data)
        abort();
    buf->data = data;
    buf->room = room;
}

void buf_add(struct buf *buf, const void *data, size_t length)
{
    reserve(buf, length);
    if (length)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0) {
        reserve(buf, (size_t)length);
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void buf_drop(struct buf *buf, size_t length)
{
    if (length > buf->length)
        length = buf->length;
    if (!length)
        return;
    memmove(buf->data, buf->data + length, buf->length - length + 1);
    buf->length -= length;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
