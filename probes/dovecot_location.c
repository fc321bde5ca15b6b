/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_location.h"

#include <errno.h>
#include <string.h>

#include "core/buf.h"
#include "probes/dovecot_template.h"

enum { MAX_LOCATION = 4096 };

static const struct format {
    const char *prefix;
    enum dovecot_format format;
    enum dovecot_layout layout;
    const char *mailboxes, *folder;
} formats[] = {
    {"maildir:", DOVECOT_MAILDIR, DOVECOT_LAYOUT_MAILDIRPP, "", ""},
    {"sdbox:", DOVECOT_SDBOX, DOVECOT_LAYOUT_FS, "mailboxes", "dbox-Mails"},
    {"dbox:", DOVECOT_SDBOX, DOVECOT_LAYOUT_FS, "mailboxes", "dbox-Mails"},
    {"mdbox:", DOVECOT_MDBOX, DOVECOT_LAYOUT_FS, "mailboxes", "dbox-Mails"},
};

enum { FORMATS = sizeof formats / sizeof *formats };

const char *dovecot_format_name(enum dovecot_format format)
{
    static const char *const names[] = {"maildir", "sdbox", "mdbox"};
    return names[format];
}

static const struct format *format_of(const char *text)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strncmp(text, formats[i].prefix, strlen(formats[i].prefix)) == 0)
            return &formats[i];
    return NULL;
}

bool dovecot_location_is(const char *text)
{
    return format_of(text) != NULL;
}

/* The next part up to ':' ("::" is a colon in a path), or NULL at the end. */
static char *next_part(const char **text, struct arena *arena)
{
    if (!*text)
        return NULL;
    char *part = arena_alloc(arena, strlen(*text) + 1), *out = part;
    const char *c = *text;

    for (; *c && (*c != ':' || c[1] == ':'); c++) {
        *out++ = *c;
        c += *c == ':';
    }
    *text = *c ? c + 1 : NULL;
    return part;
}

/* An absolute path without a slash at its end; NULL and an error where it is none. */
static const char *path_of(const char *part, const char *home, struct arena *arena, struct error *e)
{
    const char *path = part;
    if (part[0] == '~' && (!part[1] || part[1] == '/') && home)
        path = arena_printf(arena, "%s%s", home, part + 1);
    if (path[0] != '/') {
        error_set(e, -EINVAL, "'%.200s' is no absolute path", part);
        return NULL;
    }
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return arena_strndup(arena, path, length);
}

static int set_layout(struct dovecot_location *location, const char *value, struct error *e)
{
    if (strcmp(value, "fs") == 0)
        location->layout = DOVECOT_LAYOUT_FS;
    else if (strcmp(value, "maildir++") == 0 || strcmp(value, "Maildir++") == 0)
        location->layout = DOVECOT_LAYOUT_MAILDIRPP;
    else
        return error_set(e, -EINVAL, "LAYOUT=%.40s is not known (maildir++, fs)", value);
    return 0;
}

static int set_path(const char **field, const char *value, const char *home, struct arena *arena,
                    struct error *e)
{
    *field = path_of(value, home, arena, e);
    return *field ? 0 : -EINVAL;
}

/* INDEX=, CONTROL= ...: KEY=value, or a bare option such as UTF-8 or BROKENCHAR. */
static int set_option(struct dovecot_location *location, char *part, const char *home,
                      struct arena *arena, struct error *e)
{
    const struct {
        const char *key;
        const char **path;
    } paths[] = {
        {"INDEX=", &location->index},      {"INDEXPVT=", NULL},
        {"INDEXCACHE=", &location->cache}, {"CONTROL=", &location->control},
        {"ALT=", &location->alt},          {"INBOX=", &location->inbox},
    };

    if (strcmp(part, "INDEX=MEMORY") == 0) {
        location->index_in_memory = true;
        return 0;
    }
    if (strncmp(part, "LAYOUT=", 7) == 0)
        return set_layout(location, part + 7, e);
    if (strncmp(part, "INDEXNAME=", 10) == 0 && part[10] && !strchr(part, '/'))
        location->index_name = part + 10;
    if (strncmp(part, "DIRNAME=", 8) == 0 && part[8])
        location->mailbox_folder = part + 8;
    if (strncmp(part, "MAILBOXDIR=", 11) == 0)
        location->mailboxes = part + 11;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i].path && strncmp(part, paths[i].key, strlen(paths[i].key)) == 0)
            return set_path(paths[i].path, part + strlen(paths[i].key), home, arena, e);
    return 0;
}

int dovecot_location_parse(const char *text, const char *home, struct arena *arena,
                           struct dovecot_location *location, struct error *e)
{
    const struct format *format = format_of(text);

    if (!format || strlen(text) > MAX_LOCATION)
        return error_set(e, -EINVAL, "'%.80s' is no mail location (maildir:, sdbox:, mdbox:)",
                         text);
    *location = (struct dovecot_location){.format = format->format,
                                          .layout = format->layout,
                                          .index_name = "dovecot.index",
                                          .mailboxes = format->mailboxes,
                                          .mailbox_folder = format->folder};
    text += strlen(format->prefix);
    char *part = next_part(&text, arena);
    location->root = path_of(part, home, arena, e);
    if (!location->root)
        return -EINVAL;
    while ((part = next_part(&text, arena)))
        if (set_option(location, part, home, arena, e) < 0)
            return -EINVAL;
    return 0;
}

int dovecot_location_pattern(const char *template, struct arena *arena, const char **pattern,
                             struct error *e)
{
    struct dovecot_variable variable;
    struct buf out = {0};
    int code = 0;

    for (const char *c = template; *c && code == 0;) {
        size_t length = 0;
        if (*c == '%' && c[1] != '%' && dovecot_variable(c, &variable))
            length = variable.length;
        if (length && !(out.length && out.data[out.length - 1] == '*')) {
            buf_puts(&out, "*");
        } else if (*c == '%' && c[1] == '%') {
            buf_puts(&out, "%");
            length = 2;
        } else if (*c == '%' && !length) {
            code = error_set(e, -EINVAL, "'%.20s' is no variable of a user (%%u, %%n, %%d)", c);
        } else if (!length) {
            buf_printf(&out, strchr("[]?\\", *c) ? "\\%c" : "%c", *c);
        }
        c += length ? length : 1;
    }
    *pattern = code == 0 ? arena_strdup(arena, out.data ? out.data : "") : NULL;
    buf_free(&out);
    return code;
}
