/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/promql.h"

const char *config_duration_text(struct arena *arena, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ms >= units[i].ms && ms % units[i].ms == 0)
            return arena_printf(arena, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
    return arena_printf(arena, "%lldms", (long long)ms);
}

void config_read_duration(struct yaml_file *file, const yaml_node_t *node, int64_t least_ms,
                          int64_t most_ms, int64_t *ms)
{
    struct yaml_text text = {0};
    int64_t read_ms;

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (promql_parse_duration(text.text, strlen(text.text), &read_ms) < 0)
        yaml_error(file, node, "'%s' is no duration such as 30s or 1h30m", text.text);
    else if (read_ms < least_ms || read_ms > most_ms)
        yaml_error(file, node, "%s is not between %s and %s", text.text,
                   config_duration_text(file->arena, least_ms),
                   config_duration_text(file->arena, most_ms));
    else
        *ms = read_ms;
}

/* The factor of a size's unit, 0 where it is none. */
static int64_t unit_bytes(const char *unit)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {
        {"", 1},
        {"B", 1},
        {"KiB", (int64_t)1 << 10},
        {"MiB", (int64_t)1 << 20},
        {"GiB", (int64_t)1 << 30},
        {"TiB", (int64_t)1 << 40},
        {"kB", 1000},
        {"KB", 1000},
        {"MB", 1000 * 1000},
        {"GB", 1000 * 1000 * 1000},
        {"TB", 1000 * 1000 * (int64_t)(1000 * 1000)},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].name, unit) == 0)
            return units[i].bytes;
    return 0;
}

const char *config_size_text(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;
    while (i < 4 && bytes % 1024 == 0 && bytes)
        bytes /= 1024, i++;
    return arena_printf(arena, "%lld%s", (long long)bytes, units[i]);
}

void config_read_size(struct yaml_file *file, const yaml_node_t *node, int64_t least, int64_t most,
                      int64_t *bytes)
{
    struct yaml_text text = {0};
    char *end;

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    errno = 0;
    long long number = strtoll(text.text, &end, 10);
    int64_t unit = unit_bytes(end + strspn(end, " "));
    if (end == text.text || number < 0 || !unit)
        yaml_error(file, node, "'%s' is no size such as 64MiB or 1GiB", text.text);
    else if (errno || number > most / unit || number * unit < least)
        yaml_error(file, node, "%s is not between %s and %s", text.text,
                   config_size_text(file->arena, least), config_size_text(file->arena, most));
    else
        *bytes = number * unit;
}

void config_read_bool(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (strcmp(text.text, "true") == 0 || strcmp(text.text, "false") == 0)
        *(bool *)out = text.text[0] == 't';
    else
        yaml_error(file, node, "'%s' is neither true nor false", text.text);
}

struct label_list {
    struct label *at;
    size_t count, room;
};

static void add_label(struct yaml_file *file, const struct yaml_text *key,
                      const struct yaml_text *value, void *arg)
{
    struct label_list *list = arg;

    if (!key->text[0] || strcmp(key->text, LABEL_NAME) == 0) {
        yaml_error(file, key->node, "'%s' is no name of a label", key->text);
        return;
    }
    list->at = arena_grow(file->arena, list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = (struct label){key->text, value->text};
}

const struct labels *config_read_labels(struct yaml_file *file, const yaml_node_t *node,
                                        const char *what)
{
    struct label_list list = {0};
    yaml_read_pairs(file, node, what, add_label, &list);
    return labels_new(file->arena, list.at, list.count);
}
