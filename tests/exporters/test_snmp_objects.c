/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of objects against the MIB: each is in the other, under the same number, with the same
 * type. Enough of SMIv2 is read here for that; smilint reads the rest (snmp_mib.sh).
 */
#include "exporters/snmp_objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/buf.h"

enum { MAX_DEFINITIONS = 300, MAX_WORDS = 30000 };

/* name ... ::= { parent number } */
struct definition {
    const char *name, *macro, *parent, *syntax, *access;
    long number;
    char objects[2048]; /* of NOTIFICATION-TYPE, with blanks between */
};

struct mib {
    struct arena *arena;
    const char **words;
    size_t word_count;
    struct definition *at;
    size_t count;
};

/* Comments and quoted text are left out, commas and braces are words of their own. */
static void read_words(struct mib *mib, const char *text)
{
    mib->words = ARENA_ARRAY(mib->arena, const char *, MAX_WORDS);
    while (*text) {
        size_t length = strcspn(text, " \t\n,{}\"");
        if (strncmp(text, "--", 2) == 0) {
            text += strcspn(text, "\n");
        } else if (*text == '"') {
            text += strcspn(text + 1, "\"") + 2;
        } else if (length || strchr(",{}", *text)) {
            length = length ? length : 1;
            assert_true(mib->word_count < MAX_WORDS);
            mib->words[mib->word_count++] = arena_strndup(mib->arena, text, length);
            text += length;
        } else {
            text++;
        }
    }
}

static bool is(const struct mib *mib, size_t i, const char *word)
{
    return i < mib->word_count && strcmp(mib->words[i], word) == 0;
}

static void read_clauses(struct mib *mib, size_t i, size_t end, struct definition *definition)
{
    for (; i < end; i++) {
        if (is(mib, i, "SYNTAX"))
            definition->syntax = mib->words[i + 1];
        else if (is(mib, i, "MAX-ACCESS"))
            definition->access = mib->words[i + 1];
        else if (is(mib, i, "OBJECTS") && strcmp(definition->macro, "NOTIFICATION-TYPE") == 0)
            for (i += 2; !is(mib, i, "}"); i++)
                if (!is(mib, i, ",")) {
                    strcat(definition->objects, mib->words[i]);
                    strcat(definition->objects, " ");
                }
    }
}

static void read_definitions(struct mib *mib)
{
    size_t last = 0;
    mib->at = ARENA_ARRAY(mib->arena, struct definition, MAX_DEFINITIONS);
    for (size_t i = 0; i + 4 < mib->word_count; i++) {
        if (!is(mib, i, ",") &&
            (is(mib, i + 1, "OBJECT-TYPE") || is(mib, i + 1, "NOTIFICATION-TYPE")))
            last = i;
        if (!is(mib, i, "::=") || !is(mib, i + 1, "{") || !last)
            continue;
        assert_true(mib->count < MAX_DEFINITIONS);
        struct definition *definition = &mib->at[mib->count++];
        *definition = (struct definition){.name = mib->words[last],
                                          .macro = mib->words[last + 1],
                                          .parent = mib->words[i + 2],
                                          .number = strtol(mib->words[i + 3], NULL, 10)};
        read_clauses(mib, last, i, definition);
        last = 0;
    }
}

static int load(void **state)
{
    struct arena *arena = arena_new();
    struct mib *mib = ARENA_NEW(arena, struct mib);
    FILE *file = fopen(MIB_FILE, "r");
    struct buf text = {0};
    char line[512];

    mib->arena = arena;
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        buf_puts(&text, line);
    fclose(file);
    read_words(mib, text.data);
    read_definitions(mib);
    buf_free(&text);
    *state = mib;
    return 0;
}

static int unload(void **state)
{
    struct mib *mib = *state;
    struct arena *arena = mib->arena;
    arena_free(&arena);
    return 0;
}

static const struct definition *find(const struct mib *mib, const char *name)
{
    for (size_t i = 0; i < mib->count; i++)
        if (strcmp(mib->at[i].name, name) == 0)
            return &mib->at[i];
    fail_msg("%s is not in the MIB", name);
    return NULL;
}

static void check(const struct mib *mib, const struct snmp_object *object, const char *parent,
                  const char *access)
{
    static const char *const types[] = {
        [SNMP_INDEX] = "Integer32",  [SNMP_TEXT] = "FwText",         [SNMP_INTEGER] = "Integer32",
        [SNMP_GAUGE] = "Gauge32",    [SNMP_COUNTER64] = "Counter64", [SNMP_TRUTH] = "TruthValue",
        [SNMP_DATE] = "DateAndTime", [SNMP_SEVERITY] = "FwSeverity",
    };
    const struct definition *definition = find(mib, object->name);
    assert_string_equal(definition->parent, parent);
    assert_int_equal(definition->number, object->number);
    assert_string_equal(definition->syntax, types[object->type]);
    assert_string_equal(definition->access, object->type == SNMP_INDEX ? "not-accessible" : access);
}

static void objects_are_in_the_mib(void **state)
{
    const struct mib *mib = *state;
    for (size_t i = 0; i < snmp_scalar_count; i++)
        check(mib, &snmp_scalars[i], "fwAgent", "read-only");
    for (size_t i = 0; i < snmp_event_object_count; i++)
        check(mib, &snmp_event_objects[i], "fwEvent", "accessible-for-notify");
    for (size_t i = 0; i < snmp_table_count; i++) {
        const struct definition *row = find(mib, snmp_tables[i].name);
        assert_int_equal(row->number, 1);
        assert_int_equal(find(mib, row->parent)->number, snmp_tables[i].number);
        for (size_t k = 0; k < snmp_tables[i].count; k++)
            check(mib, &snmp_tables[i].columns[k], row->name, "read-only");
    }
}

/* As many here as there: so the MIB has none that nobody fills. */
static void the_mib_has_no_others(void **state)
{
    const struct mib *mib = *state;
    size_t here = snmp_scalar_count + snmp_event_object_count + snmp_notification_count;
    for (size_t i = 0; i < snmp_table_count; i++)
        here += 2 + snmp_tables[i].count; /* the table and its row */
    assert_int_equal(mib->count, here);
}

static void notifications_carry_what_the_mib_says(void **state)
{
    const struct mib *mib = *state;
    for (size_t i = 0; i < snmp_notification_count; i++) {
        const struct snmp_notification *notification = &snmp_notifications[i];
        const struct definition *definition = find(mib, notification->name);
        char objects[2048] = "";
        for (size_t k = 0; k < notification->objects; k++) {
            strcat(objects, snmp_event_objects[k].name);
            strcat(objects, " ");
        }
        assert_int_equal(definition->number, notification->number);
        assert_string_equal(definition->parent, "forewarnNotifications");
        assert_string_equal(definition->objects, objects);
    }
}

/* A view is walked in the order of its OIDs, and made in the order of the tables. */
static void numbers_ascend(void **state)
{
    (void)state;
    for (size_t i = 0; i < snmp_table_count; i++) {
        assert_true(i == 0 || snmp_tables[i].number > snmp_tables[i - 1].number);
        for (size_t k = 1; k < snmp_tables[i].count; k++)
            assert_true(snmp_tables[i].columns[k].number > snmp_tables[i].columns[k - 1].number);
    }
    for (size_t i = 1; i < snmp_event_object_count; i++)
        assert_true(snmp_event_objects[i].number > snmp_event_objects[i - 1].number);
    assert_int_equal(snmp_tables[snmp_table_count - 1].number, SNMP_ALARMS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_in_the_mib),
        cmocka_unit_test(the_mib_has_no_others),
        cmocka_unit_test(notifications_carry_what_the_mib_says),
        cmocka_unit_test(numbers_ascend),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
