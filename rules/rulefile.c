/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rulefile.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rulefile_rule.h"

/* One file at work. Its groups are found by name, to tell repeated ones. */
struct reader {
    struct yaml_file *file;
    struct rule_set *set;
    void *names; /* tsearch(3) tree of struct yaml_text */
    size_t rule_count;
};

struct raw_group {
    struct yaml_text name, interval, query_offset;
    int64_t limit;
    const yaml_node_t *labels, *rules;
};

static void read_node(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    (void)file;
    *(const yaml_node_t **)out = node;
}

static const struct yaml_field group_fields[] = {
    {"name", yaml_read_text, offsetof(struct raw_group, name)},
    {"interval", yaml_read_text, offsetof(struct raw_group, interval)},
    {"query_offset", yaml_read_text, offsetof(struct raw_group, query_offset)},
    {"limit", yaml_read_integer, offsetof(struct raw_group, limit)},
    {"labels", read_node, offsetof(struct raw_group, labels)},
    {"rules", read_node, offsetof(struct raw_group, rules)},
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct yaml_text *)a)->text, ((const struct yaml_text *)b)->text);
}

static void keep(void *item)
{
    (void)item; /* the arena's */
}

static void check_group_name(struct reader *r, const yaml_node_t *node,
                             const struct yaml_text *name)
{
    if (!name->text || !*name->text) {
        yaml_error(r->file, name->node ? name->node : node, "the group has no name");
        return;
    }
    struct yaml_text *copy = ARENA_NEW(r->file->arena, struct yaml_text);
    *copy = *name;
    struct yaml_text **known = tsearch(copy, &r->names, by_text);
    if (!known)
        abort();
    if (*known != copy)
        yaml_error(r->file, name->node, "the group '%s' stands in this file already, in line %zu",
                   name->text, (*known)->node->start_mark.line + 1);
}

struct rule_list {
    struct reader *reader;
    struct rule_group *group;
    const struct rule_pairs *labels;
    size_t room;
};

static void add_rule(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct rule_list *list = arg;
    struct rule_group *group = list->group;
    struct arena *arena = list->reader->set->arena;
    if (list->reader->rule_count++ >= RULE_FILE_MAX_RULES) {
        if (list->reader->rule_count == RULE_FILE_MAX_RULES + 1)
            yaml_error(file, node, "more than %d rules in one file", RULE_FILE_MAX_RULES);
        return;
    }
    group->rules =
        arena_grow(arena, group->rules, group->rule_count, &list->room, sizeof *group->rules);
    rulefile_read_rule(file, node, list->labels, arena, &group->rules[group->rule_count++]);
}

static void add_group(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct reader *r = arg;
    struct rule_set *set = r->set;
    struct raw_group raw = {0};

    if (yaml_is_null(node)) {
        yaml_error(file, node, "a group must be a mapping, here is nothing");
        return;
    }
    yaml_read_mapping(file, node, "a group", group_fields,
                      sizeof group_fields / sizeof *group_fields, &raw);
    if (node->type != YAML_MAPPING_NODE)
        return;
    check_group_name(r, node, &raw.name);

    set->groups = arena_grow(set->arena, set->groups, set->group_count, &set->group_room,
                             sizeof *set->groups);
    struct rule_group *group = &set->groups[set->group_count++];
    *group =
        (struct rule_group){.file = arena_strdup(set->arena, file->name),
                            .name = arena_strdup(set->arena, raw.name.text ? raw.name.text : ""),
                            .limit = raw.limit};
    rulefile_read_duration(file, &raw.interval, "interval", &group->interval_ms);
    rulefile_read_duration(file, &raw.query_offset, "query_offset", &group->query_offset_ms);
    struct rule_pairs labels = {0};
    rulefile_read_pairs(file, raw.labels, RULE_PAIRS_PLAIN_LABELS, set->arena, &labels);
    struct rule_list list = {.reader = r, .group = group, .labels = &labels};
    yaml_read_list(file, raw.rules, "'rules'", add_rule, &list);
}

struct raw_file {
    const yaml_node_t *groups;
};

static void read_file(struct yaml_file *file, struct rule_set *set)
{
    static const struct yaml_field fields[] = {
        {"groups", read_node, offsetof(struct raw_file, groups)}};
    struct reader reader = {.file = file, .set = set};
    struct raw_file raw = {0};
    yaml_read_mapping(file, yaml_file_root(file), "a rule file", fields, 1, &raw);
    yaml_read_list(file, raw.groups, "'groups'", add_group, &reader);
    tdestroy(reader.names, keep);
}

static size_t load_source(const struct rule_source *source, struct rule_set *set,
                          void (*report)(const char *, void *), void *arg)
{
    SCRATCH_ARENA(scratch);
    struct yaml_file file = {.name = source->name,
                             .text = source->text,
                             .length = source->length,
                             .report = report,
                             .arg = arg,
                             .arena = scratch};
    if (yaml_file_open(&file) == 0)
        read_file(&file, set);
    yaml_file_close(&file);
    return file.errors;
}

int rule_set_load(const struct rule_source *sources, size_t count,
                  void (*report)(const char *text, void *arg), void *arg, struct rule_set **rules)
{
    struct rule_set *set = calloc(1, sizeof *set);
    size_t errors = 0;
    if (!set)
        abort();
    set->arena = arena_new();
    for (size_t i = 0; i < count; i++)
        errors += load_source(&sources[i], set, report, arg);
    if (errors)
        rule_set_free(&set);
    *rules = set;
    return errors ? -EINVAL : 0;
}

void rule_set_free(struct rule_set **rules)
{
    if (!*rules)
        return;
    arena_free(&(*rules)->arena);
    free(*rules);
    *rules = NULL;
}
