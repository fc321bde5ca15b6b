/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/outbox.h"

static void add(struct outbox *outbox, const char *id, Forewarn__EventKind kind,
                const char *const *receivers, size_t count)
{
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    event.id = (char *)(uintptr_t)id;
    event.has_kind = true;
    event.kind = kind;
    event.receiver = (char **)(uintptr_t)receivers;
    event.n_receiver = count;
    outbox_add(outbox, &event);
}

#define ADD(outbox, id, ...)                                                                       \
    add((outbox), (id), FOREWARN__EVENT_KIND__RAISED, (const char *const[]){__VA_ARGS__},          \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* "1:a,b 2:a": the events that wait for an exporter, with their receivers. */
static const char *waiting(const struct outbox *outbox, const char *exporter, struct buf *out)
{
    const char *receivers[8];
    size_t count = 8;
    uint64_t position = 0;
    const Forewarn__Event *event;

    buf_drop(out, out->length);
    buf_puts(out, "");
    while ((event = outbox_next(outbox, exporter, &position, receivers, &count))) {
        buf_printf(out, "%s%s:", out->length ? " " : "", event->id);
        for (size_t i = 0; i < count; i++)
            buf_printf(out, "%s%s", i ? "," : "", receivers[i]);
        count = 8;
    }
    return out->data;
}

static void each_receiver_gets_each_event(void **state)
{
    struct outbox *outbox = outbox_new();
    struct buf out = {0};

    (void)state;
    ADD(outbox, "1", "snmp/a", "exec/a", "snmp/b/c");
    ADD(outbox, "2", "exec/a");
    ADD(outbox, "3", "snmp/a");
    add(outbox, "4", FOREWARN__EVENT_KIND__RAISED, NULL, 0);
    assert_int_equal(outbox_count(outbox), 3);
    assert_string_equal(waiting(outbox, "snmp", &out), "1:a,b/c 3:a");
    assert_string_equal(waiting(outbox, "exec", &out), "1:a 2:a");
    assert_string_equal(waiting(outbox, "sn", &out), "");
    outbox_delivered(outbox, "snmp", "a", "1");
    outbox_delivered(outbox, "snmp", "a", "1");
    outbox_delivered(outbox, "snmp", "a", "7");
    outbox_delivered(outbox, "snmp", "x", "3");
    assert_string_equal(waiting(outbox, "snmp", &out), "1:b/c 3:a");
    outbox_delivered(outbox, "exec", "a", "1");
    outbox_delivered(outbox, "snmp", "b/c", "1");
    outbox_delivered(outbox, "snmp", "a", "3");
    assert_int_equal(outbox_count(outbox), 1);
    ADD(outbox, "5", "exec/a"); /* behind the last one that is left */
    assert_string_equal(waiting(outbox, "exec", &out), "2:a 5:a");
    buf_free(&out);
    outbox_free(&outbox);
}

static void what_waits_outlives_the_process(void **state)
{
    struct outbox *before = outbox_new(), *after = outbox_new();
    struct buf bytes = {0}, out = {0};
    struct error e = {0};

    (void)state;
    ADD(before, "1", "snmp/a", "exec/a");
    ADD(before, "2", "snmp/a");
    add(before, "3", FOREWARN__EVENT_KIND__HEARTBEAT, (const char *const[]){"snmp/a"}, 1);
    outbox_delivered(before, "snmp", "a", "1");
    outbox_save(before, &bytes);
    assert_int_equal(outbox_load(after, bytes.data, bytes.length, &e), 0);
    assert_string_equal(waiting(after, "snmp", &out), "2:a");
    assert_string_equal(waiting(after, "exec", &out), "1:a");
    assert_int_equal(outbox_load(after, bytes.data, bytes.length - 1, &e), -EBADMSG);
    assert_int_equal(outbox_load(after, "\x05nonsense", 9, &e), -EBADMSG);
    buf_free(&bytes);
    buf_free(&out);
    outbox_free(&before);
    outbox_free(&after);
}

static void one_heartbeat_is_enough(void **state)
{
    struct outbox *outbox = outbox_new();
    struct buf out = {0};

    (void)state;
    for (const char *id = "1\0"
                          "2\0"
                          "3\0";
         *id; id += 2) {
        add(outbox, id, FOREWARN__EVENT_KIND__HEARTBEAT, (const char *const[]){"snmp/a"}, 1);
        ADD(outbox, id[0] == '1' ? "x" : "y", "snmp/a");
    }
    assert_string_equal(waiting(outbox, "snmp", &out), "x:a y:a 3:a y:a");
    buf_free(&out);
    outbox_free(&outbox);
}

static bool is_snmp(const char *receiver, void *arg)
{
    (void)arg;
    return strcmp(receiver, "snmp/a") == 0;
}

static void receivers_that_are_gone_are_not_waited_for(void **state)
{
    struct outbox *outbox = outbox_new();
    struct buf out = {0};

    (void)state;
    ADD(outbox, "1", "snmp/a", "exec/a", "snmp/b");
    ADD(outbox, "2", "exec/a");
    outbox_keep(outbox, is_snmp, NULL);
    assert_int_equal(outbox_count(outbox), 1);
    assert_string_equal(waiting(outbox, "snmp", &out), "1:a");
    buf_free(&out);
    outbox_free(&outbox);
}

static void the_oldest_goes_when_it_is_full(void **state)
{
    struct outbox *outbox = outbox_new();
    const char *receivers[1];
    size_t count = 1;
    uint64_t position = 0;

    (void)state;
    for (int i = 0; i < OUTBOX_MAX_EVENTS + 2; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        ADD(outbox, id, "snmp/a");
    }
    assert_int_equal(outbox_count(outbox), OUTBOX_MAX_EVENTS);
    assert_int_equal(outbox_dropped(outbox), 2);
    assert_string_equal(outbox_next(outbox, "snmp", &position, receivers, &count)->id, "2");
    outbox_free(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_receiver_gets_each_event),
        cmocka_unit_test(what_waits_outlives_the_process),
        cmocka_unit_test(one_heartbeat_is_enough),
        cmocka_unit_test(receivers_that_are_gone_are_not_waited_for),
        cmocka_unit_test(the_oldest_goes_when_it_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
