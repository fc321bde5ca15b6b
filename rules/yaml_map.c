/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "rules/yaml.h"

enum { SUGGEST_LONGEST = 32 }; /* no name of ours is longer */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, dropped, added or swapped with the next (optimal alignment). */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][SUGGEST_LONGEST + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > SUGGEST_LONGEST || n > SUGGEST_LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

const char *yaml_suggest(const char *text, const void *names, size_t count, size_t stride)
{
    const char *best = NULL;
    size_t best_distance = strlen(text) / 3 + 1; /* further away is another word */
    for (size_t i = 0; i < count; i++) {
        const char *name = *(const char *const *)((const char *)names + i * stride);
        size_t d = distance(text, name);
        if (d <= best_distance && (!best || d < best_distance)) {
            best = name;
            best_distance = d;
        }
    }
    return best;
}

/* One walk over a mapping, merges included. An own pair wins over a merged one. */
struct walk {
    struct yaml_file *file;
    const char *what;
    void (*visit)(struct walk *walk, const struct yaml_text *key, const yaml_node_t *value);
    void *seen; /* tsearch(3) tree of struct yaml_text by text */
    bool merged;
    const struct yaml_field *fields;
    size_t field_count;
    void *out;
    void (*pair)(struct yaml_file *, const struct yaml_text *key, const struct yaml_text *value,
                 void *arg);
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct yaml_text *)a)->text, ((const struct yaml_text *)b)->text);
}

static void keep(void *item)
{
    (void)item; /* the arena's */
}

/* Whether a key is new; a repeated one is an error, unless this time it comes by a merge. */
static bool is_new(struct walk *walk, const struct yaml_text *key)
{
    struct yaml_text *copy = ARENA_NEW(walk->file->arena, struct yaml_text);
    *copy = *key;
    struct yaml_text **known = tsearch(copy, &walk->seen, by_text);
    if (!known)
        abort();
    if (*known == copy)
        return true;
    if (!walk->merged)
        yaml_error(walk->file, key->node,
                   "'%s' stands here for the second time (first in line %zu)", key->text,
                   (*known)->node->start_mark.line + 1);
    return false;
}

static bool is_merge_key(const yaml_node_t *key)
{
    return key->type == YAML_SCALAR_NODE && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           strcmp((const char *)key->data.scalar.value, "<<") == 0;
}

static void walk_mapping(struct walk *walk, const yaml_node_t *node, int depth);

/* What a merge key names: a mapping, or a list of them of which the first wins. */
static void walk_merge(struct walk *walk, const yaml_node_t *value, int depth)
{
    if (depth > YAML_MAX_MERGES) {
        yaml_error(walk->file, value, "'<<' within '<<' more than %d deep", YAML_MAX_MERGES);
        return;
    }
    if (value->type == YAML_MAPPING_NODE) {
        walk_mapping(walk, value, depth);
        return;
    }
    if (value->type != YAML_SEQUENCE_NODE) {
        yaml_error(walk->file, value, "'<<' must name a mapping, not %s", yaml_kind(value));
        return;
    }
    const yaml_node_item_t *end = value->data.sequence.items.top;
    for (const yaml_node_item_t *item = value->data.sequence.items.start; item < end; item++) {
        const yaml_node_t *mapping = yaml_visit(walk->file, *item);
        if (mapping && mapping->type == YAML_MAPPING_NODE)
            walk_mapping(walk, mapping, depth);
        else if (mapping)
            yaml_error(walk->file, mapping, "'<<' must name mappings, not %s", yaml_kind(mapping));
    }
}

static void walk_pair(struct walk *walk, const yaml_node_t *key_node, const yaml_node_t *value)
{
    struct yaml_text key = {0};
    yaml_read_text(walk->file, key_node, &key);
    if (key.text && is_new(walk, &key))
        walk->visit(walk, &key, value);
}

static void walk_mapping(struct walk *walk, const yaml_node_t *node, int depth)
{
    const yaml_node_pair_t *start = node->data.mapping.pairs.start;
    const yaml_node_pair_t *end = node->data.mapping.pairs.top;
    bool merged = depth > 0;

    for (const yaml_node_pair_t *pair = start; pair < end; pair++) {
        const yaml_node_t *key = yaml_visit(walk->file, pair->key);
        const yaml_node_t *value = key ? yaml_visit(walk->file, pair->value) : NULL;
        if (!value)
            return;
        walk->merged = merged;
        if (!is_merge_key(key))
            walk_pair(walk, key, value);
    }
    for (const yaml_node_pair_t *pair = start; pair < end; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&walk->file->document, pair->key);
        if (!is_merge_key(key))
            continue;
        const yaml_node_t *value = yaml_visit(walk->file, pair->value);
        if (!value)
            return;
        walk_merge(walk, value, depth + 1);
    }
}

static void walk_root(struct walk *walk, const yaml_node_t *node)
{
    if (yaml_is_null(node))
        return;
    if (node->type != YAML_MAPPING_NODE) {
        yaml_error(walk->file, node, "%s must be a mapping, not %s", walk->what, yaml_kind(node));
        return;
    }
    walk_mapping(walk, node, 0);
    tdestroy(walk->seen, keep);
}

static void visit_field(struct walk *walk, const struct yaml_text *key, const yaml_node_t *value)
{
    for (size_t i = 0; i < walk->field_count; i++) {
        const struct yaml_field *field = &walk->fields[i];
        if (strcmp(field->name, key->text) != 0)
            continue;
        if (!yaml_is_null(value))
            field->read(walk->file, value, (char *)walk->out + field->offset);
        return;
    }
    const char *meant =
        yaml_suggest(key->text, walk->fields, walk->field_count, sizeof *walk->fields);
    yaml_error(walk->file, key->node, "unknown field '%s' in %s%s%s%s", key->text, walk->what,
               meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "");
}

void yaml_read_mapping(struct yaml_file *file, const yaml_node_t *node, const char *what,
                       const struct yaml_field *fields, size_t field_count, void *out)
{
    struct walk walk = {.file = file,
                        .what = what,
                        .visit = visit_field,
                        .fields = fields,
                        .field_count = field_count,
                        .out = out};
    walk_root(&walk, node);
}

static void visit_pair(struct walk *walk, const struct yaml_text *key, const yaml_node_t *value)
{
    struct yaml_text text = {.text = "", .node = value};
    size_t errors = walk->file->errors;
    if (!yaml_is_null(value))
        yaml_read_text(walk->file, value, &text);
    if (walk->file->errors == errors)
        walk->pair(walk->file, key, &text, walk->out);
}

void yaml_read_pairs(struct yaml_file *file, const yaml_node_t *node, const char *what,
                     void (*visit)(struct yaml_file *, const struct yaml_text *key,
                                   const struct yaml_text *value, void *arg),
                     void *arg)
{
    struct walk walk = {.file = file, .what = what, .visit = visit_pair, .pair = visit, .out = arg};
    walk_root(&walk, node);
}
