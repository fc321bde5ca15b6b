/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/testfile.h"

#include <errno.h>
#include <string.h>

#include "rules/testfile_parts.h"

enum { DEFAULT_INTERVAL_MS = 60 * 1000 };

struct raw_group {
    struct yaml_text name, interval, start_timestamp, external_url;
    const yaml_node_t *input_series, *alert_rule_test, *promql_expr_test, *external_labels;
};

static const struct yaml_field group_fields[] = {
    {"name", yaml_read_text, offsetof(struct raw_group, name)},
    {"interval", yaml_read_text, offsetof(struct raw_group, interval)},
    {"start_timestamp", yaml_read_text, offsetof(struct raw_group, start_timestamp)},
    {"input_series", testfile_read_node, offsetof(struct raw_group, input_series)},
    {"alert_rule_test", testfile_read_node, offsetof(struct raw_group, alert_rule_test)},
    {"promql_expr_test", testfile_read_node, offsetof(struct raw_group, promql_expr_test)},
    {"external_labels", testfile_read_node, offsetof(struct raw_group, external_labels)},
    {"external_url", yaml_read_text, offsetof(struct raw_group, external_url)},
};

struct group_list {
    struct test_file *out;
    size_t room;
};

static const char *text_or_empty(const struct yaml_text *text, struct arena *arena)
{
    return arena_strdup(arena, text->text ? text->text : "");
}

static void add_group(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct group_list *list = arg;
    struct test_file *out = list->out;
    struct raw_group raw = {0};

    yaml_read_mapping(file, node, "a test", group_fields,
                      sizeof group_fields / sizeof *group_fields, &raw);
    out->tests =
        arena_grow(file->arena, out->tests, out->test_count, &list->room, sizeof *out->tests);
    struct test_group *group = &out->tests[out->test_count++];
    *group = (struct test_group){.line = node->start_mark.line + 1,
                                 .name = text_or_empty(&raw.name, file->arena),
                                 .external_url = text_or_empty(&raw.external_url, file->arena)};
    testfile_read_duration(file, &raw.interval, "interval", &group->interval_ms);
    testfile_read_timestamp(file, &raw.start_timestamp, &group->start_ms);
    testfile_read_series(file, raw.input_series, group, &out->value_count);
    testfile_read_alerts(file, raw.alert_rule_test, group);
    testfile_read_exprs(file, raw.promql_expr_test, group);
    group->external_labels = testfile_read_labels(file, raw.external_labels, "'external_labels'");
}

struct text_list {
    const char **at;
    size_t count, room;
};

static void add_text(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct text_list *list = arg;
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    list->at = arena_grow(file->arena, list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = text_or_empty(&text, file->arena);
}

/* A group's name must stand in the order once only. */
static void add_group_name(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct text_list *list = arg;
    add_text(file, node, list);
    for (size_t i = 0; i + 1 < list->count; i++)
        if (strcmp(list->at[i], list->at[list->count - 1]) == 0)
            yaml_error(file, node, "the group '%s' stands in 'group_eval_order' already",
                       list->at[i]);
}

struct raw_file {
    const yaml_node_t *rule_files, *group_eval_order, *tests;
    struct yaml_text evaluation_interval;
    bool fuzzy_compare;
};

static const struct yaml_field file_fields[] = {
    {"rule_files", testfile_read_node, offsetof(struct raw_file, rule_files)},
    {"evaluation_interval", yaml_read_text, offsetof(struct raw_file, evaluation_interval)},
    {"group_eval_order", testfile_read_node, offsetof(struct raw_file, group_eval_order)},
    {"fuzzy_compare", testfile_read_bool, offsetof(struct raw_file, fuzzy_compare)},
    {"tests", testfile_read_node, offsetof(struct raw_file, tests)},
};

static void read_file(struct yaml_file *file, struct test_file *out)
{
    struct raw_file raw = {0};
    struct text_list rule_files = {0}, order = {0};
    struct group_list tests = {.out = out};

    yaml_read_mapping(file, yaml_file_root(file), "a test file", file_fields,
                      sizeof file_fields / sizeof *file_fields, &raw);
    out->fuzzy_compare = raw.fuzzy_compare;
    testfile_read_duration(file, &raw.evaluation_interval, "evaluation_interval",
                           &out->evaluation_interval_ms);
    if (!out->evaluation_interval_ms)
        out->evaluation_interval_ms = DEFAULT_INTERVAL_MS;
    yaml_read_list(file, raw.rule_files, "'rule_files'", add_text, &rule_files);
    yaml_read_list(file, raw.group_eval_order, "'group_eval_order'", add_group_name, &order);
    yaml_read_list(file, raw.tests, "'tests'", add_group, &tests);
    out->rule_files = rule_files.at;
    out->rule_file_count = rule_files.count;
    out->group_eval_order = order.at;
    out->group_count = order.count;
    for (size_t i = 0; i < out->test_count; i++)
        if (!out->tests[i].interval_ms)
            out->tests[i].interval_ms = out->evaluation_interval_ms;
}

int test_file_read(const struct rule_source *source, struct arena *arena,
                   void (*report)(const char *, void *), void *arg, struct test_file *out)
{
    struct yaml_file file = {.name = source->name,
                             .text = source->text,
                             .length = source->length,
                             .report = report,
                             .arg = arg,
                             .arena = arena};
    *out = (struct test_file){0};
    if (yaml_file_open(&file) == 0)
        read_file(&file, out);
    yaml_file_close(&file);
    return file.errors ? -EINVAL : 0;
}
