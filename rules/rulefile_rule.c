/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rulefile_rule.h"

#include <ctype.h>
#include <string.h>

struct raw_rule {
    struct yaml_text record, alert, expr, hold, keep_firing_for;
    const yaml_node_t *labels, *annotations;
};

static void read_node(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    (void)file;
    *(const yaml_node_t **)out = node;
}

static const struct yaml_field rule_fields[] = {
    {"record", yaml_read_text, offsetof(struct raw_rule, record)},
    {"alert", yaml_read_text, offsetof(struct raw_rule, alert)},
    {"expr", yaml_read_text, offsetof(struct raw_rule, expr)},
    {"for", yaml_read_text, offsetof(struct raw_rule, hold)},
    {"keep_firing_for", yaml_read_text, offsetof(struct raw_rule, keep_firing_for)},
    {"labels", read_node, offsetof(struct raw_rule, labels)},
    {"annotations", read_node, offsetof(struct raw_rule, annotations)},
};

void rulefile_read_duration(struct yaml_file *file, const struct yaml_text *text, const char *what,
                            int64_t *ms)
{
    *ms = 0;
    if (text->text && promql_parse_duration(text->text, strlen(text->text), ms))
        yaml_error(file, text->node, "'%s' is no duration for '%s' (as 30s, 5m, 1h30m, 7d)",
                   text->text, what);
}

/*
 * A label may have any name, as in Prometheus 3, but not the one that holds the metric's name. An
 * annotation keeps to the old rule: letters, digits and underscores.
 */
static bool is_good_name(const char *name, enum rule_pairs_kind kind)
{
    if (kind != RULE_PAIRS_ANNOTATIONS)
        return *name && strcmp(name, LABEL_NAME) != 0;
    for (const char *c = name; *c; c++)
        if (*c != '_' && !isalpha((unsigned char)*c) && (c == name || !isdigit((unsigned char)*c)))
            return false;
    return *name != '\0';
}

struct pair_reader {
    enum rule_pairs_kind kind;
    struct arena *arena;
    struct rule_pairs *pairs;
};

static void read_template(struct yaml_file *file, const struct yaml_text *value,
                          struct arena *arena, struct rule_pair *pair)
{
    struct template_error error;
    if (template_parse(pair->text, arena, &pair->template, &error))
        yaml_error_within(file, value->node, error.offset, "template: %s", error.text);
}

static void add_pair(struct yaml_file *file, const struct yaml_text *key,
                     const struct yaml_text *value, void *arg)
{
    struct pair_reader *reader = arg;
    struct rule_pairs *pairs = reader->pairs;
    if (!is_good_name(key->text, reader->kind)) {
        yaml_error(file, key->node, "invalid %s name '%s'",
                   reader->kind == RULE_PAIRS_ANNOTATIONS ? "annotation" : "label", key->text);
        return;
    }
    pairs->at = arena_grow(reader->arena, pairs->at, pairs->count, &pairs->room, sizeof *pairs->at);
    struct rule_pair *pair = &pairs->at[pairs->count++];
    *pair = (struct rule_pair){.name = arena_strdup(reader->arena, key->text),
                               .text = arena_strdup(reader->arena, value->text)};
    if (reader->kind != RULE_PAIRS_PLAIN_LABELS && strstr(pair->text, "{{"))
        read_template(file, value, reader->arena, pair);
}

void rulefile_read_pairs(struct yaml_file *file, const yaml_node_t *node, enum rule_pairs_kind kind,
                         struct arena *arena, struct rule_pairs *pairs)
{
    struct pair_reader reader = {kind, arena, pairs};
    yaml_read_pairs(file, node, kind == RULE_PAIRS_ANNOTATIONS ? "'annotations'" : "'labels'",
                    add_pair, &reader);
}

static bool has_pair(const struct rule_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->at[i].name, name) == 0)
            return true;
    return false;
}

/* The group's labels that the rule does not set itself. */
static void inherit(const struct rule_pairs *group_labels, struct arena *arena,
                    struct rule_pairs *labels)
{
    for (size_t i = 0; i < group_labels->count; i++) {
        if (has_pair(labels, group_labels->at[i].name))
            continue;
        labels->at =
            arena_grow(arena, labels->at, labels->count, &labels->room, sizeof *labels->at);
        labels->at[labels->count++] = group_labels->at[i];
    }
}

static bool is_set(const struct yaml_text *text)
{
    return text->text && *text->text;
}

/* What the rule is called: by its record or its alert, of which there must be one. */
static void read_name(struct yaml_file *file, const yaml_node_t *node, const struct raw_rule *raw,
                      struct arena *arena, struct rule *rule)
{
    rule->is_alert = is_set(&raw->alert);
    const char *name = rule->is_alert         ? raw->alert.text
                       : is_set(&raw->record) ? raw->record.text
                                              : "";
    rule->name = arena_strdup(arena, name);
    if (is_set(&raw->record) && is_set(&raw->alert))
        yaml_error(file, raw->record.node, "a rule has either 'record' or 'alert', this has both");
    else if (!*name)
        yaml_error(file, node, "a rule must have 'record' or 'alert'");
    else if (!rule->is_alert && strpbrk(name, "{}"))
        yaml_error(file, raw->record.node,
                   "invalid metric name '%s' (labels go under 'labels', expressions under 'expr')",
                   name);
}

static void read_expr(struct yaml_file *file, const yaml_node_t *node, const struct raw_rule *raw,
                      struct arena *arena, struct rule *rule)
{
    struct promql_error error;
    if (!is_set(&raw->expr)) {
        yaml_error(file, raw->expr.node ? raw->expr.node : node, "the rule '%s' has no 'expr'",
                   rule->name);
        return;
    }
    if (promql_parse(raw->expr.text, strlen(raw->expr.text), arena, &rule->expr, &error))
        yaml_error_within(file, raw->expr.node, error.start, "parse error: %s", error.text);
}

/* What only alerts can have. */
static void check_record(struct yaml_file *file, const struct raw_rule *raw,
                         const struct rule *rule)
{
    if (rule->for_ms)
        yaml_error(file, raw->hold.node, "a recording rule can have no 'for'");
    if (rule->keep_firing_for_ms)
        yaml_error(file, raw->keep_firing_for.node,
                   "a recording rule can have no 'keep_firing_for'");
    if (raw->annotations && raw->annotations->type == YAML_MAPPING_NODE &&
        raw->annotations->data.mapping.pairs.top > raw->annotations->data.mapping.pairs.start)
        yaml_error(file, raw->annotations, "a recording rule can have no 'annotations'");
}

void rulefile_read_rule(struct yaml_file *file, const yaml_node_t *node,
                        const struct rule_pairs *group_labels, struct arena *arena,
                        struct rule *rule)
{
    struct raw_rule raw = {0};
    struct rule_pairs labels = {0}, annotations = {0};

    *rule = (struct rule){.line = node->start_mark.line + 1, .name = ""};
    if (yaml_is_null(node)) {
        yaml_error(file, node, "a rule must be a mapping, here is nothing");
        return;
    }
    yaml_read_mapping(file, node, "a rule", rule_fields, sizeof rule_fields / sizeof *rule_fields,
                      &raw);
    if (node->type != YAML_MAPPING_NODE)
        return;
    read_name(file, node, &raw, arena, rule);
    read_expr(file, node, &raw, arena, rule);
    rulefile_read_duration(file, &raw.hold, "for", &rule->for_ms);
    rulefile_read_duration(file, &raw.keep_firing_for, "keep_firing_for",
                           &rule->keep_firing_for_ms);
    rulefile_read_pairs(file, raw.labels,
                        rule->is_alert ? RULE_PAIRS_LABELS : RULE_PAIRS_PLAIN_LABELS, arena,
                        &labels);
    inherit(group_labels, arena, &labels);
    if (rule->is_alert)
        rulefile_read_pairs(file, raw.annotations, RULE_PAIRS_ANNOTATIONS, arena, &annotations);
    else
        check_record(file, &raw, rule);
    rule->labels = labels.at;
    rule->label_count = labels.count;
    rule->annotations = annotations.at;
    rule->annotation_count = annotations.count;
}
