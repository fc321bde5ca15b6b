/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire.h"

static char *add(struct snmp_queue *queue, const char *id, Forewarn__EventKind kind)
{
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    char *both[] = {(char *)(uintptr_t) "a", (char *)(uintptr_t) "b"};
    event.id = (char *)(uintptr_t)id;
    event.has_kind = true;
    event.kind = kind;
    event.receiver = both;
    event.n_receiver = 2;
    return snmp_queue_add(queue, &event, "b");
}

static void ids(const struct snmp_queue *queue, char *out)
{
    out[0] = '\0';
    for (const struct snmp_pending *pending = queue->first; pending; pending = pending->next)
        strcat(out, pending->id);
}

static void order_is_kept(void **state)
{
    struct snmp_queue queue;
    char text[32];
    (void)state;
    snmp_queue_init(&queue);
    assert_null(add(&queue, "1", FOREWARN__EVENT_KIND__RAISED));
    assert_null(add(&queue, "2", FOREWARN__EVENT_KIND__RESOLVED));
    queue.under_way = true;
    assert_false(snmp_queue_done(&queue, "2"));
    assert_true(snmp_queue_done(&queue, "1"));
    assert_false(queue.under_way);
    assert_null(add(&queue, "3", FOREWARN__EVENT_KIND__RAISED));
    ids(&queue, text);
    assert_string_equal(text, "23");
    assert_true(snmp_queue_done(&queue, "2"));
    assert_true(snmp_queue_done(&queue, "3"));
    assert_false(snmp_queue_done(&queue, "3"));
    assert_int_equal(queue.count, 0);
    assert_null(add(&queue, "4", FOREWARN__EVENT_KIND__RAISED));
    ids(&queue, text);
    assert_string_equal(text, "4");
    snmp_queue_free(&queue);
}

static void one_heartbeat_waits(void **state)
{
    struct snmp_queue queue;
    char text[32], *dropped;
    (void)state;
    snmp_queue_init(&queue);
    assert_null(add(&queue, "h", FOREWARN__EVENT_KIND__HEARTBEAT));
    assert_null(add(&queue, "1", FOREWARN__EVENT_KIND__RAISED));
    queue.under_way = true; /* h is beyond reach */
    assert_null(add(&queue, "i", FOREWARN__EVENT_KIND__HEARTBEAT));
    dropped = add(&queue, "j", FOREWARN__EVENT_KIND__HEARTBEAT);
    assert_string_equal(dropped, "i");
    free(dropped);
    assert_null(add(&queue, "2", FOREWARN__EVENT_KIND__RAISED));
    ids(&queue, text);
    assert_string_equal(text, "h1j2");
    snmp_queue_free(&queue);
}

static void each_is_for_one_receiver(void **state)
{
    struct snmp_queue queue;
    ProtobufCMessage *message;
    (void)state;
    snmp_queue_init(&queue);
    add(&queue, "1", FOREWARN__EVENT_KIND__RAISED);
    assert_int_equal(wire_take(&queue.first->bytes, &forewarn__tell__descriptor, &message, NULL),
                     1);
    const Forewarn__Event *event = ((Forewarn__Tell *)message)->event;
    assert_int_equal(event->n_receiver, 1);
    assert_string_equal(event->receiver[0], "b");
    protobuf_c_message_free_unpacked(message, NULL);
    snmp_queue_free(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(one_heartbeat_waits),
        cmocka_unit_test(each_is_for_one_receiver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
