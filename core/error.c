/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *e, int code, const char *format, ...)
{
    if (!e)
        return code;
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    e->code = code;
    return code;
}

void error_prefix(struct error *e, const char *format, ...)
{
    if (!e)
        return;
    char text[2 * sizeof e->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof e->text, format, args);
    va_end(args);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, ": %s", e->text);
    text[sizeof e->text - 1] = '\0';
    strcpy(e->text, text);
}

const char *error_name(int code)
{
    const char *name = strerrorname_np(abs(code));
    return name ? name : "unknown error";
}
