/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    char program[32];
    int max_priority;
    bool journal;
} the_log = {.program = "forewarn", .max_priority = LOG_NOTICE};

static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;

    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *program, int max_priority)
{
    snprintf(the_log.program, sizeof the_log.program, "%s", program);
    the_log.max_priority = max_priority;
    the_log.journal = stderr_is_journal();
}

void log_message(int priority, const char *format, ...)
{
    char line[1024];
    size_t n;
    va_list args;

    if (priority > the_log.max_priority)
        return;
    if (the_log.journal)
        n = (size_t)snprintf(line, sizeof line, "<%d>", priority);
    else
        n = (size_t)snprintf(line, sizeof line, "%s: ", the_log.program);
    va_start(args, format);
    vsnprintf(line + n, sizeof line - n - 1, format, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    strcat(line, "\n");
    /* One write a line: several processes share this descriptor. */
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return;
}

void log_lines(int priority, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        log_message(priority, "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void log_reported(const char *text, void *unused)
{
    (void)unused;
    log_lines(LOG_ERR, text);
}
