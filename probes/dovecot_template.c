/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_template.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

enum { MAX_STEPS = 100 * 1000 };

/* What a path told of its user; NULL: nothing. */
struct user {
    const char *user, *name, *domain;
};

static bool long_variable(const char *text, struct dovecot_variable *variable)
{
    static const struct {
        const char *text;
        char name;
    } names[] = {{"%{user}", 'u'},          {"%{username}", 'n'},    {"%{domain}", 'd'},
                 {"%{user|username}", 'n'}, {"%{user|domain}", 'd'}, {"%{user | username}", 'n'},
                 {"%{user | domain}", 'd'}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i].text);
        if (strncmp(text, names[i].text, length) != 0)
            continue;
        *variable = (struct dovecot_variable){.name = names[i].name, .length = length};
        return true;
    }
    return false;
}

bool dovecot_variable(const char *text, struct dovecot_variable *variable)
{
    char *end;
    if (long_variable(text, variable))
        return true;
    *variable = (struct dovecot_variable){0};
    const char *c = text + 1;
    if (isdigit((unsigned char)*c)) {
        variable->width = strtoul(c, &end, 10);
        c = end;
        if (*c == '.' && isdigit((unsigned char)c[1])) {
            variable->skip = variable->width;
            variable->width = strtoul(c + 1, &end, 10);
            c = end;
        }
    }
    for (; *c && strchr("0123456789.-LUEXRHMNT", *c); c++)
        variable->change = (*c == 'L' || *c == 'U') && !variable->change ? *c : '?';
    variable->name = *c;
    variable->length = (size_t)(c - text) + 1;
    return *c && strchr("und", *c);
}

static const char **bound(struct user *user, char name)
{
    return name == 'u' ? &user->user : name == 'n' ? &user->name : &user->domain;
}

static bool match(const char *pattern, const char *path, struct user *user, struct arena *arena,
                  int *steps);

/* The variable stands for something without a slash: the shortest that fits. */
static bool match_variable(const struct dovecot_variable *variable, const char *pattern,
                           const char *path, struct user *user, struct arena *arena, int *steps)
{
    bool tells = variable->change != '?' && !variable->width && !variable->skip;
    const char **value = bound(user, variable->name), *before = *value;

    if (tells && before)
        return strncasecmp(path, before, strlen(before)) == 0 &&
               match(pattern + variable->length, path + strlen(before), user, arena, steps);
    for (size_t length = 1; path[length - 1] && path[length - 1] != '/'; length++) {
        struct user saved = *user;
        if (tells)
            *value = arena_strndup(arena, path, length);
        if (match(pattern + variable->length, path + length, user, arena, steps))
            return true;
        *user = saved;
    }
    return false;
}

static bool match(const char *pattern, const char *path, struct user *user, struct arena *arena,
                  int *steps)
{
    struct dovecot_variable variable;

    for (; *pattern; pattern++, path++) {
        if (--*steps < 0)
            return false;
        if (*pattern == '%' && pattern[1] == '%')
            pattern++;
        else if (*pattern == '%')
            return dovecot_variable(pattern, &variable) &&
                   match_variable(&variable, pattern, path, user, arena, steps);
        if (*pattern != *path)
            return false;
    }
    return !*path;
}

/* user@domain tells both, and both tell it. */
static void complete(struct user *user, struct arena *arena)
{
    const char *at = user->user ? strchr(user->user, '@') : NULL;

    if (!user->user && user->name)
        user->user =
            user->domain ? arena_printf(arena, "%s@%s", user->name, user->domain) : user->name;
    if (!user->name && user->user)
        user->name = at ? arena_strndup(arena, user->user, (size_t)(at - user->user)) : user->user;
    if (!user->domain && at)
        user->domain = arena_strdup(arena, at + 1);
}

static int put_variable(struct buf *out, const struct dovecot_variable *variable, struct user *user,
                        const char *text, struct error *e)
{
    const char *value = *bound(user, variable->name);

    if (!value || variable->change == '?')
        return error_set(e, -ENOTSUP, "the path of a user's mail does not tell %.*s",
                         (int)variable->length, text);
    size_t length = strlen(value), skip = variable->skip < length ? variable->skip : length;
    size_t width =
        variable->width && variable->width < length - skip ? variable->width : length - skip;
    for (size_t i = skip; i < skip + width; i++) {
        unsigned char c = (unsigned char)value[i];
        buf_printf(out, "%c",
                   variable->change == 'L'   ? tolower(c)
                   : variable->change == 'U' ? toupper(c)
                                             : c);
    }
    return 0;
}

static int fill(const char *template, struct user *user, struct arena *arena, const char **text,
                struct error *e)
{
    struct dovecot_variable variable;
    struct buf out = {0};
    int code = 0;

    for (const char *c = template; *c && code == 0;) {
        if (*c != '%' || c[1] == '%') {
            buf_printf(&out, "%c", *c);
            c += *c == '%' ? 2 : 1;
        } else if (dovecot_variable(c, &variable)) {
            code = put_variable(&out, &variable, user, c, e);
            c += variable.length;
        } else {
            code = error_set(e, -EINVAL, "'%.20s' is no variable of a user (%%u, %%n, %%d)", c);
        }
    }
    *text = code == 0 ? arena_strdup(arena, out.data ? out.data : "") : NULL;
    buf_free(&out);
    return code;
}

int dovecot_template_location(const char *template, const char *path, struct arena *arena,
                              struct dovecot_location *location, struct error *e)
{
    struct user user = {0};
    int steps = MAX_STEPS;
    int code = dovecot_location_parse(template, NULL, arena, location, e);

    if (code < 0)
        return code;
    if (!match(location->root, path, &user, arena, &steps))
        return 0;
    complete(&user, arena);
    location->root = arena_strdup(arena, path);
    const char **parts[] = {&location->index, &location->cache, &location->control, &location->alt,
                            &location->inbox};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i] && (code = fill(*parts[i], &user, arena, parts[i], e)) < 0)
            return code;
    return 1;
}
