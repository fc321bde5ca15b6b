/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_view.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "exporters/snmp_rows.h"

enum { MAX_TABLES = 8, ENTRY = 1 };

/* What is being made. Its scratch goes with the snapshot, what the view points to stays. */
struct making {
    struct snmp_view *view;
    const Forewarn__Snapshot *snapshot;
    struct snmp_numbers *numbers;
    struct snmp_rows rows[MAX_TABLES];
    struct arena *scratch;
};

static int compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
    for (size_t i = 0; i < a_length && i < b_length; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return (a_length > b_length) - (a_length < b_length);
}

/* OIDs are added in their order. Texts move over from the scratch. */
static void add(struct making *making, const uint32_t *oid, size_t length,
                const struct snmp_value *value)
{
    struct snmp_view *view = making->view;
    struct snmp_instance *instance;

    view->at = arena_grow(view->arena, view->at, view->count, &view->room, sizeof *view->at);
    instance = &view->at[view->count++];
    *instance = (struct snmp_instance){.oid_length = (uint8_t)length, .value = *value};
    memcpy(instance->oid, oid, length * sizeof *oid);
    if (value->text)
        instance->value.text = arena_strndup(view->arena, value->text, value->length);
}

static bool scalar_value(struct making *making, const struct snmp_object *object,
                         struct snmp_value *value)
{
    const Forewarn__Snapshot *snapshot = making->snapshot;
    struct arena *arena = making->scratch;
    int64_t changed_ms;
    uint64_t sequence = snmp_numbers_sequence(making->numbers, &changed_ms);

    if (object->from == FROM_VERSION)
        *value = snmp_text(arena, PACKAGE_VERSION);
    else if (object->from == FROM_HOST)
        *value = snmp_text(arena, snapshot->host);
    else if (object->from == FROM_TIME)
        *value = snmp_date(arena, snapshot->at_ms);
    else if (object->from == FROM_COUNT)
        *value = snmp_count(object->type, snapshot->n_alert);
    else if (object->from == FROM_SEQUENCE)
        *value = snmp_count(object->type, sequence);
    else if (object->from == FROM_CHANGED)
        *value = snmp_date(arena, changed_ms);
    else
        return false;
    return true;
}

static void add_scalars(struct making *making)
{
    struct snmp_value value;
    for (size_t i = 0; i < snmp_scalar_count; i++) {
        const uint32_t oid[] = {SNMP_AGENT, snmp_scalars[i].number, 0};
        if (scalar_value(making, &snmp_scalars[i], &value))
            add(making, oid, 3, &value);
    }
}

static const struct snmp_rows *parents_of(const struct making *making,
                                          const struct snmp_table *table)
{
    for (size_t i = 0; table->within && i < snmp_table_count; i++)
        if (strcmp(snmp_tables[i].kind, table->within) == 0)
            return &making->rows[i];
    return NULL;
}

static void fill_tables(struct making *making)
{
    for (size_t i = 0; i < snmp_table_count && i < MAX_TABLES; i++)
        if (snmp_tables[i].rows)
            snmp_rows_fill(&making->rows[i], &snmp_tables[i], making->snapshot,
                           parents_of(making, &snmp_tables[i]), making->numbers, making->scratch);
    for (size_t i = 0; i < snmp_table_count && i < MAX_TABLES; i++)
        snmp_rows_sort(&making->rows[i]);
}

static void add_table(struct making *making, const struct snmp_rows *rows)
{
    for (size_t column = 0; rows->table && column < rows->table->count; column++)
        for (size_t i = 0; i < rows->count; i++) {
            const struct snmp_row *row = &rows->at[i];
            uint32_t oid[SNMP_MAX_OID] = {rows->table->number, ENTRY,
                                          rows->table->columns[column].number, row->number};
            if (row->parent_number) {
                oid[3] = row->parent_number;
                oid[4] = row->number;
            }
            if (row->known[column])
                add(making, oid, row->parent_number ? 5 : 4, &row->values[column]);
        }
}

struct numbered {
    struct snmp_known_alarm alarm;
    const Forewarn__Alert *alert;
};

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct numbered *)a)->alarm.number;
    uint32_t y = ((const struct numbered *)b)->alarm.number;
    return (x > y) - (x < y);
}

static struct numbered *number_alarms(struct making *making)
{
    const Forewarn__Snapshot *snapshot = making->snapshot;
    struct numbered *alarms = ARENA_ARRAY(making->scratch, struct numbered, snapshot->n_alert + 1);

    for (size_t i = 0; i < snapshot->n_alert; i++) {
        const Forewarn__Alert *alert = snapshot->alert[i];
        alarms[i].alert = alert;
        alarms[i].alarm =
            snmp_numbers_alarm(making->numbers, snmp_labels(making->scratch, alert),
                               (int)snmp_severity(alert->severity).number, snapshot->at_ms);
    }
    qsort(alarms, snapshot->n_alert, sizeof *alarms, by_number);
    return alarms;
}

static bool alarm_value(struct making *making, const struct snmp_object *object,
                        const struct numbered *row, struct snmp_value *value)
{
    if (object->from == FROM_SEQUENCE)
        *value = snmp_count(object->type, row->alarm.sequence);
    else if (object->from == FROM_CHANGED)
        *value = snmp_date(making->scratch, row->alarm.changed_ms);
    else
        return snmp_of_alert(making->scratch, object, row->alert, value);
    return true;
}

static void add_alarms(struct making *making, const struct numbered *alarms)
{
    const struct snmp_table *table = &snmp_tables[snmp_table_count - 1];
    struct snmp_value value;

    for (size_t column = 0; column < table->count; column++)
        for (size_t i = 0; i < making->snapshot->n_alert; i++) {
            const uint32_t oid[] = {table->number, ENTRY, table->columns[column].number,
                                    alarms[i].alarm.number};
            if (alarm_value(making, &table->columns[column], &alarms[i], &value))
                add(making, oid, 4, &value);
        }
}

struct snmp_view *snmp_view_new(const Forewarn__Snapshot *snapshot, struct snmp_numbers *numbers,
                                bool *changed)
{
    SCRATCH_ARENA(scratch);
    struct arena *arena = arena_new();
    struct snmp_view *view = ARENA_NEW(arena, struct snmp_view);
    struct making making = {
        .view = view, .snapshot = snapshot, .numbers = numbers, .scratch = scratch};

    view->arena = arena;
    snmp_numbers_begin(numbers);
    fill_tables(&making);
    const struct numbered *alarms = number_alarms(&making);
    *changed = snmp_numbers_end(numbers, snapshot->at_ms);
    add_scalars(&making);
    for (size_t i = 0; i < snmp_table_count && i < MAX_TABLES; i++)
        add_table(&making, &making.rows[i]);
    add_alarms(&making, alarms);
    return view;
}

void snmp_view_free(struct snmp_view **view)
{
    if (!*view)
        return;
    struct arena *arena = (*view)->arena;
    *view = NULL;
    arena_free(&arena);
}

/* The first instance at that OID (or, behind: after it) or later. */
static const struct snmp_instance *first(const struct snmp_view *view, const uint32_t *oid,
                                         size_t length, bool behind)
{
    size_t low = 0, high = view->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct snmp_instance *at = &view->at[middle];
        int order = compare(at->oid, at->oid_length, oid, length);
        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low < view->count ? &view->at[low] : NULL;
}

const struct snmp_instance *snmp_view_get(const struct snmp_view *view, const uint32_t *oid,
                                          size_t length)
{
    const struct snmp_instance *at = first(view, oid, length, false);
    return at && compare(at->oid, at->oid_length, oid, length) == 0 ? at : NULL;
}

const struct snmp_instance *snmp_view_next(const struct snmp_view *view, const uint32_t *oid,
                                           size_t length)
{
    return first(view, oid, length, true);
}
