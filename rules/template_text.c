/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "rules/template_func.h"
#include "rules/template_regex.h"

int tmpl_match(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
               struct tmpl_value *result)
{
    (void)count;
    const char *pattern, *text;
    if (tmpl_want_text(run, &args[0], &pattern) || tmpl_want_text(run, &args[1], &text))
        return -EINVAL;
    int matches = tmpl_regex_search(pattern, text, run->arena, run->e);
    *result = tmpl_bool(matches > 0);
    return matches < 0 ? matches : 0;
}

int tmpl_re_replace_all(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                        struct tmpl_value *result)
{
    (void)count;
    const char *pattern, *replacement, *text;
    struct buf out = {0};
    if (tmpl_want_text(run, &args[0], &pattern) || tmpl_want_text(run, &args[1], &replacement) ||
        tmpl_want_text(run, &args[2], &text))
        return -EINVAL;
    int failed = tmpl_regex_replace(pattern, replacement, text, TEMPLATE_MAX_OUTPUT, run->arena,
                                    &out, run->e);
    *result = tmpl_text_of(run, &out);
    return failed;
}

/* Letters of ASCII only: what lies beyond is left as it is. */
static int change_case(struct tmpl_run *run, const struct tmpl_value *args, int (*change)(int),
                       struct tmpl_value *result)
{
    const char *text;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    char *copy = arena_strdup(run->arena, text);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x80)
            *c = (char)change((unsigned char)*c);
    *result = tmpl_text(copy);
    return 0;
}

int tmpl_to_upper(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                  struct tmpl_value *result)
{
    (void)count;
    return change_case(run, args, toupper, result);
}

int tmpl_to_lower(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                  struct tmpl_value *result)
{
    (void)count;
    return change_case(run, args, tolower, result);
}

/* What Go's strings.Title takes as part of a word. */
static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

int tmpl_title(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
               struct tmpl_value *result)
{
    (void)count;
    const char *text;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    char *copy = arena_strdup(run->arena, text);
    for (size_t i = 0; copy[i]; i++)
        if ((unsigned char)copy[i] < 0x80 && (i == 0 || !in_word(text[i - 1])))
            copy[i] = (char)toupper((unsigned char)copy[i]);
    *result = tmpl_text(copy);
    return 0;
}

/*
 * Splits HOST:PORT or [HOST]:PORT as Go's net.SplitHostPort does; false where text is none, then
 * host is the text.
 */
static bool split_host(struct arena *arena, const char *text, const char **host, const char **port)
{
    const char *colon = strrchr(text, ':');
    *host = text;
    *port = NULL;
    if (!colon)
        return false;
    const char *open = strchr(text, '['), *close = strchr(text, ']');
    size_t length = (size_t)(colon - text);
    if (*text == '[') {
        if (!close || close + 1 != colon || strchr(text + 1, '['))
            return false;
        *host = arena_strndup(arena, text + 1, length - 2);
    } else {
        if (open || close || memchr(text, ':', length))
            return false;
        *host = arena_strndup(arena, text, length);
    }
    *port = colon + 1;
    return true;
}

int tmpl_strip_port(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                    struct tmpl_value *result)
{
    (void)count;
    const char *text, *host, *port;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    split_host(run->arena, text, &host, &port);
    *result = tmpl_text(host);
    return 0;
}

/* Whether it is an IP address and no name. */
static bool is_address(const char *host)
{
    return strchr(host, ':') || host[strspn(host, "0123456789.")] == '\0';
}

int tmpl_strip_domain(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result)
{
    (void)count;
    const char *text, *host, *port;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    bool split = split_host(run->arena, text, &host, &port);
    if (is_address(host)) {
        *result = args[0];
        return 0;
    }
    const char *name = arena_strndup(run->arena, host, strcspn(host, "."));
    *result = tmpl_text(split ? arena_printf(run->arena, "%s:%s", name, port) : name);
    return 0;
}

static int graph_path(struct tmpl_run *run, const struct tmpl_value *args, int tab,
                      struct tmpl_value *result)
{
    const char *expr;
    struct tmpl_value escaped;
    if (tmpl_want_text(run, &args[0], &expr) || tmpl_url_query(run, args, 1, &escaped))
        return -EINVAL;
    *result = tmpl_text(arena_printf(run->arena, "/graph?g0.expr=%s&g0.tab=%d", escaped.text, tab));
    return 0;
}

int tmpl_graph_link(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                    struct tmpl_value *result)
{
    (void)count;
    return graph_path(run, args, 0, result);
}

int tmpl_table_link(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                    struct tmpl_value *result)
{
    (void)count;
    return graph_path(run, args, 1, result);
}
