/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/family.h"

/* Stands between the parts of keys and names. */
static const char between[] = "|";

static const char *label(const Io__Prometheus__Client__Metric *metric, const char *name)
{
    return snmp_pair(metric->label, metric->n_label, name);
}

static const char *join(const Io__Prometheus__Client__Metric *metric, const char *const *names,
                        struct arena *arena)
{
    struct buf text = {0};
    for (size_t i = 0; names[i]; i++) {
        buf_puts(&text, i ? between : "");
        buf_puts(&text, label(metric, names[i]));
    }
    const char *kept = arena_strdup(arena, text.length ? text.data : "");
    buf_free(&text);
    return kept;
}

/* Of what is named by nothing, or by empty labels, the key is the name. */
static const char *name_of(const Io__Prometheus__Client__Metric *metric,
                           const struct snmp_table *table, const char *key, struct arena *arena)
{
    const char *name = join(metric, table->named_by, arena);
    return name[strspn(name, between)] ? name : key;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct snmp_row *)a)->key, ((const struct snmp_row *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct snmp_row *)a)->name, ((const struct snmp_row *)b)->name);
}

static int by_number(const void *a, const void *b)
{
    const struct snmp_row *x = a, *y = b;
    if (x->parent_number != y->parent_number)
        return x->parent_number < y->parent_number ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void sort(struct snmp_rows *rows, int (*order)(const void *, const void *))
{
    if (rows->count)
        qsort(rows->at, rows->count, sizeof *rows->at, order);
}

static struct snmp_row *find(const struct snmp_rows *rows, const char *key)
{
    const struct snmp_row wanted = {.key = key};
    return rows->count ? bsearch(&wanted, rows->at, rows->count, sizeof wanted, by_key) : NULL;
}

static void add_row(struct snmp_rows *rows, const Io__Prometheus__Client__Metric *metric,
                    struct arena *arena)
{
    const struct snmp_table *table = rows->table;
    const char *key = join(metric, table->keys, arena);

    rows->at = arena_grow(arena, rows->at, rows->count, &rows->room, sizeof *rows->at);
    rows->at[rows->count++] = (struct snmp_row){
        .key = key,
        .name = name_of(metric, table, key, arena),
        .parent = label(metric, table->keys[0]),
        .values = ARENA_ARRAY(arena, struct snmp_value, table->count),
        .known = ARENA_ARRAY(arena, bool, table->count),
    };
}

static void drop_repeated(struct snmp_rows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (!kept || strcmp(rows->at[kept - 1].key, rows->at[i].key) != 0)
            rows->at[kept++] = rows->at[i];
    rows->count = kept;
}

/* Rows that claim one name are known by their keys, all of them. */
static void part_names(struct snmp_rows *rows)
{
    sort(rows, by_name);
    for (size_t i = 0, end; i < rows->count; i = end) {
        const char *name = rows->at[i].name;
        for (end = i + 1; end < rows->count && strcmp(rows->at[end].name, name) == 0;)
            end++;
        for (size_t k = i; end - i > 1 && k < end; k++)
            rows->at[k].name = rows->at[k].key;
    }
}

static void find_rows(struct snmp_rows *rows, const Forewarn__Snapshot *snapshot,
                      struct arena *arena)
{
    for (size_t i = 0; i < snapshot->n_family; i++) {
        const Io__Prometheus__Client__MetricFamily *family = snapshot->family[i];
        if (family->name && strcmp(family->name, rows->table->rows) == 0)
            for (size_t k = 0; k < family->n_metric; k++)
                add_row(rows, family->metric[k], arena);
    }
    sort(rows, by_key);
    drop_repeated(rows);
}

static void number_rows(struct snmp_rows *rows, const struct snmp_rows *parents,
                        struct snmp_numbers *numbers)
{
    size_t kept = 0;

    part_names(rows);
    for (size_t i = 0; i < rows->count; i++) {
        struct snmp_row row = rows->at[i];
        const struct snmp_row *parent = parents ? find(parents, row.parent) : NULL;
        if (parents && !parent)
            continue;
        row.parent_number = parent ? parent->number : 0;
        row.number = snmp_numbers_of(numbers, rows->table->kind, row.name);
        rows->at[kept++] = row;
    }
    rows->count = kept;
    sort(rows, by_key);
}

/* "in_sync, write_mostly": each word once. */
static struct snmp_value add_word(struct snmp_value value, const char *word, struct arena *arena)
{
    size_t length = strlen(word);
    for (const char *at = value.text; at; at = strstr(at, ", ") ? strstr(at, ", ") + 2 : NULL)
        if (strncmp(at, word, length) == 0 && (!at[length] || strncmp(at + length, ", ", 2) == 0))
            return value;
    if (value.length == 0)
        return snmp_text(arena, word);
    return snmp_text(arena, arena_printf(arena, "%s, %s", (const char *)value.text, word));
}

/* What a row is known by holds whatever the value; else a label says what it does while that is 1.
 */
static bool is_key(const struct snmp_table *table, const char *label_name)
{
    for (size_t i = 0; table->keys[i]; i++)
        if (strcmp(table->keys[i], label_name) == 0)
            return true;
    return false;
}

static void fill_value(struct snmp_row *row, const struct snmp_table *table, size_t column,
                       const Io__Prometheus__Client__Metric *metric, struct arena *arena)
{
    const struct snmp_object *object = &table->columns[column];
    struct snmp_value *value = &row->values[column];
    double number;

    if (!family_value(metric, &number))
        return;
    if (object->from == FROM_LABEL) {
        if (number != 0 || is_key(table, object->label)) {
            *value = add_word(*value, label(metric, object->label), arena);
            row->known[column] = true;
        }
        return;
    }
    if (object->is && strcmp(label(metric, object->label), object->is) != 0)
        return;
    row->known[column] =
        snmp_number(arena, object->type, object->factor ? number * object->factor : number, value);
}

static void fill_column(struct snmp_rows *rows, size_t column, const Forewarn__Snapshot *snapshot,
                        struct arena *arena)
{
    const struct snmp_table *table = rows->table;
    const char *wanted = table->columns[column].metric;

    for (size_t i = 0; wanted && i < snapshot->n_family; i++) {
        const Io__Prometheus__Client__MetricFamily *family = snapshot->family[i];
        if (!family->name || strcmp(family->name, wanted) != 0)
            continue;
        for (size_t k = 0; k < family->n_metric; k++) {
            struct snmp_row *row = find(rows, join(family->metric[k], table->keys, arena));
            if (row)
                fill_value(row, table, column, family->metric[k], arena);
        }
    }
}

void snmp_rows_fill(struct snmp_rows *rows, const struct snmp_table *table,
                    const Forewarn__Snapshot *snapshot, const struct snmp_rows *parents,
                    struct snmp_numbers *numbers, struct arena *arena)
{
    *rows = (struct snmp_rows){.table = table};
    find_rows(rows, snapshot, arena);
    number_rows(rows, parents, numbers);
    for (size_t i = 0; i < table->count; i++)
        fill_column(rows, i, snapshot, arena);
}

void snmp_rows_sort(struct snmp_rows *rows)
{
    sort(rows, by_number);
}
