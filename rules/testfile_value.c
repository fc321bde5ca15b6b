/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rules/testfile_parts.h"

void testfile_read_node(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    (void)file;
    *(const yaml_node_t **)out = node;
}

void testfile_read_bool(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true},   {"True", true},   {"TRUE", true},
                 {"false", false}, {"False", false}, {"FALSE", false}};
    const char *text = node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].text) == 0) {
            *(bool *)out = words[i].value;
            return;
        }
    yaml_error(file, node, "here must be true or false");
}

void testfile_read_duration(struct yaml_file *file, const struct yaml_text *text, const char *what,
                            int64_t *ms)
{
    *ms = 0;
    if (text->text && promql_parse_duration(text->text, strlen(text->text), ms))
        yaml_error(file, text->node, "'%s' is no duration for '%s' (as 30s, 5m, 1h30m, 7d)",
                   text->text, what);
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789+-.eE") == strlen(text);
}

/* Up to the year 9999, so that milliseconds and what is added to them have room. */
static bool parse_timestamp(const char *text, int64_t *ms)
{
    enum { LAST_SECOND = 253402300799 };
    struct tm tm;
    char *end;
    double seconds = strtod(text, &end);
    if (is_number(text) && !*end) {
        *ms = llround(seconds * 1000);
        return seconds >= 0 && seconds <= (double)LAST_SECOND;
    }
    memset(&tm, 0, sizeof tm);
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest)
        return false;
    double fraction = 0;
    if (*rest == '.') {
        fraction = strtod(rest, &end);
        rest = end;
    }
    int hours = 0, minutes = 0, used = 0;
    if ((*rest == '+' || *rest == '-') &&
        (sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &used) < 2 || rest[1 + used]))
        return false;
    if (!used && strcmp(rest, "Z") != 0)
        return false;
    int64_t offset = (*rest == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
    *ms = (timegm(&tm) - offset) * 1000 + llround(fraction * 1000);
    return true;
}

void testfile_read_timestamp(struct yaml_file *file, const struct yaml_text *text, int64_t *ms)
{
    *ms = 0;
    if (text->text && *text->text && !parse_timestamp(text->text, ms))
        yaml_error(file, text->node,
                   "'%s' is no time (2024-01-31T12:00:00Z, or seconds since 1970)", text->text);
}

static bool parse_number(const char *text, double *v)
{
    static const struct {
        const char *text;
        double value;
    } words[] = {{".inf", INFINITY},   {".Inf", INFINITY},   {".INF", INFINITY},
                 {"+.inf", INFINITY},  {"+.Inf", INFINITY},  {"+.INF", INFINITY},
                 {"-.inf", -INFINITY}, {"-.Inf", -INFINITY}, {"-.INF", -INFINITY},
                 {".nan", NAN},        {".NaN", NAN},        {".NAN", NAN}};
    char *end;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].text) == 0) {
            *v = words[i].value;
            return true;
        }
    *v = strtod(text, &end);
    return is_number(text) && !*end;
}

void testfile_read_number(struct yaml_file *file, const yaml_node_t *node, double *v)
{
    *v = 0;
    if (yaml_is_null(node))
        return;
    bool plain = node->type == YAML_SCALAR_NODE &&
                 node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                 strlen((const char *)node->data.scalar.value) == node->data.scalar.length;
    if (!plain || !parse_number((const char *)node->data.scalar.value, v))
        yaml_error(file, node, "here must be a number (as 1, 0.5, 1e6, .inf, -.inf, .nan)");
}

struct pairs {
    struct arena *arena;
    struct label *at;
    size_t count, room;
};

static void add_pair(struct yaml_file *file, const struct yaml_text *key,
                     const struct yaml_text *value, void *arg)
{
    struct pairs *pairs = arg;
    (void)file;
    pairs->at = arena_grow(pairs->arena, pairs->at, pairs->count, &pairs->room, sizeof *pairs->at);
    pairs->at[pairs->count++] = (struct label){arena_strdup(pairs->arena, key->text),
                                               arena_strdup(pairs->arena, value->text)};
}

const struct labels *testfile_read_labels(struct yaml_file *file, const yaml_node_t *node,
                                          const char *what)
{
    struct pairs pairs = {.arena = file->arena};
    yaml_read_pairs(file, node, what, add_pair, &pairs);
    return labels_new(file->arena, pairs.at, pairs.count);
}
