/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/wire.h"
#include "exporters/receivers.h"

static void *read_settings(const json_t *object, struct error *e)
{
    if (json_object_get(object, "wrong")) {
        error_set(e, -EINVAL, "wrong");
        return NULL;
    }
    return malloc(1);
}

static bool wants(const struct receiver *receiver, const Forewarn__Event *event)
{
    (void)receiver;
    return event->kind != FOREWARN__EVENT_KIND__HEARTBEAT;
}

static const struct receiver_kind kind = {.read = read_settings, .free = free, .wants = wants};

/* The agent's end, and the worker. */
struct fixture {
    int fd;
    struct exporter_link *link;
    struct receivers receivers;
    struct buf told;
};

static void send_message(struct fixture *f, const Forewarn__Tell *tell)
{
    struct buf out = {0};
    wire_put(&out, &tell->base);
    assert_int_equal(send(f->fd, out.data, out.length, 0), out.length);
    buf_free(&out);
}

static void send_event(struct fixture *f, const char *id, Forewarn__EventKind what, const char *to)
{
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    char names[64], *receivers[4], *rest = names;

    strcpy(names, to);
    event.id = (char *)(uintptr_t)id;
    event.has_kind = true;
    event.kind = what;
    event.receiver = receivers;
    for (char *name; (name = strsep(&rest, ","));)
        receivers[event.n_receiver++] = name;
    tell.event = &event;
    send_message(f, &tell);
}

static int start(struct fixture *f, const char *configuration, size_t most_busy)
{
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    struct error e = {0};
    int pair[2];

    *f = (struct fixture){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    f->fd = pair[0];
    f->link = exporter_link_new(pair[1]);
    receivers_init(&f->receivers, f->link, &kind, most_busy);
    tell.configuration = (char *)(uintptr_t)configuration;
    send_message(f, &tell);
    return receivers_take(&f->receivers, &e);
}

static void end(struct fixture *f)
{
    struct error e = {0};
    close(f->fd);
    assert_int_equal(receivers_take(&f->receivers, &e), -EPIPE);
    receivers_free(&f->receivers);
    exporter_link_free(&f->link);
    buf_free(&f->told);
}

/* What was told since the last time: "e1 a delivered; " */
static const char *told(struct fixture *f, struct arena *arena)
{
    char data[4096];
    const char *all = "";
    struct error e = {0};
    ProtobufCMessage *message;
    ssize_t n = recv(f->fd, data, sizeof data, MSG_DONTWAIT);

    buf_add(&f->told, data, n > 0 ? (size_t)n : 0);
    while (wire_take(&f->told, &forewarn__told__descriptor, &message, &e) > 0) {
        const Forewarn__Told *one = (const Forewarn__Told *)message;
        all = arena_printf(arena, "%s%s %s %s%s%s; ", all, one->id, one->receiver,
                           one->delivered ? "delivered" : "failed", one->error ? " " : "",
                           one->error ? one->error : "");
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return all;
}

static void take(struct fixture *f)
{
    struct error e = {0};
    assert_int_equal(receivers_take(&f->receivers, &e), 0);
}

static const char two[] = "{\"receivers\": [{\"name\": \"a\", \"tries\": 3, \"retry_ms\": 1000},"
                          " {\"name\": \"b\"}]}";

static void order_is_kept_and_none_holds_up_another(void **state)
{
    SCRATCH_ARENA(arena);
    struct fixture f;

    (void)state;
    assert_int_equal(start(&f, two, 8), 0);
    assert_int_equal(receivers_wait_ms(&f.receivers, 0), -1);
    send_event(&f, "e1", FOREWARN__EVENT_KIND__RAISED, "a,b");
    send_event(&f, "e2", FOREWARN__EVENT_KIND__RAISED, "a,b,c");
    send_event(&f, "e2", FOREWARN__EVENT_KIND__RAISED, "a,b"); /* the agent may say it again */
    send_event(&f, "h", FOREWARN__EVENT_KIND__HEARTBEAT, "a");
    take(&f);
    assert_string_equal(told(&f, arena),
                        "e2 c delivered there is no receiver of this name; h a delivered; ");
    assert_int_equal(receivers_wait_ms(&f.receivers, 0), 0);
    struct receiver *a = receivers_next(&f.receivers, 0), *b = receivers_next(&f.receivers, 0);
    assert_string_equal(a->name, "a");
    assert_string_equal(b->name, "b");
    assert_null(receivers_next(&f.receivers, 0));
    receivers_settle(&f.receivers, a, OUTCOME_FAILED, "no", 0, 0);
    receivers_settle(&f.receivers, b, OUTCOME_DELIVERED, NULL, 0, 0);
    assert_string_equal(told(&f, arena), "e1 a failed no; e1 b delivered; ");
    assert_ptr_equal(receivers_next(&f.receivers, 0), b);
    assert_string_equal(receiver_event(b, 0)->id, "e2");
    assert_null(receivers_next(&f.receivers, 749)); /* a waits for three quarters of a second */
    assert_in_range(receivers_wait_ms(&f.receivers, 0), 750, 1000);
    assert_ptr_equal(receivers_next(&f.receivers, 1000), a);
    assert_string_equal(receiver_event(a, 0)->id, "e1");
    end(&f);
}

static void tries_are_bounded(void **state)
{
    SCRATCH_ARENA(arena);
    struct fixture f;
    int64_t now = 0;

    (void)state;
    start(&f, two, 8);
    send_event(&f, "e1", FOREWARN__EVENT_KIND__RAISED, "a");
    send_event(&f, "e2", FOREWARN__EVENT_KIND__RAISED, "a");
    take(&f);
    for (int i = 0; i < 3; i++, now += 1000000)
        receivers_settle(&f.receivers, receivers_next(&f.receivers, now), OUTCOME_FAILED, "no", 0,
                         now);
    assert_string_equal(told(&f, arena),
                        "e1 a failed no; e1 a failed no; e1 a delivered no, after 3 tries; ");
    struct receiver *a = receivers_next(&f.receivers, now); /* the next has all its tries */
    assert_string_equal(receiver_event(a, 0)->id, "e2");
    assert_int_equal(a->tries, 0);
    receivers_settle(&f.receivers, a, OUTCOME_REFUSED, "never", 0, now);
    assert_string_equal(told(&f, arena), "e2 a delivered never; ");
    end(&f);
}

static void several_at_a_time(void **state)
{
    SCRATCH_ARENA(arena);
    struct fixture f;

    (void)state;
    start(&f, two, 1);
    send_event(&f, "e1", FOREWARN__EVENT_KIND__RAISED, "b,a");
    send_event(&f, "e2", FOREWARN__EVENT_KIND__RAISED, "b");
    send_event(&f, "e3", FOREWARN__EVENT_KIND__RAISED, "b");
    take(&f);
    struct receiver *a = receivers_next(&f.receivers, 0);
    assert_null(receivers_next(&f.receivers, 0)); /* one is busy, which is all that may be */
    assert_int_equal(receivers_wait_ms(&f.receivers, 0), -1);
    receivers_settle(&f.receivers, a, OUTCOME_FAILED, "no", 50000, 0);
    struct receiver *b = receivers_next(&f.receivers, 0);
    b->trying = 2;
    receivers_settle(&f.receivers, b, OUTCOME_DELIVERED, NULL, 0, 0);
    assert_string_equal(told(&f, arena), "e1 a failed no; e1 b delivered; e2 b delivered; ");
    assert_string_equal(receiver_event(b, 0)->id, "e3");
    assert_int_equal(b->count, 1);
    assert_int_equal(a->due_ms, 50000); /* as the receiver wishes */
    end(&f);
}

static void waits_grow_to_a_bound(void **state)
{
    static const struct {
        unsigned tries;
        int64_t longest;
    } cases[] = {{1, 5000}, {2, 10000}, {3, 20000}, {7, 320000}, {8, 600000}, {1000, 600000}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(receivers_retry_ms(5000, cases[i].tries, 0), cases[i].longest);
        assert_int_equal(receivers_retry_ms(5000, cases[i].tries, UINT32_MAX),
                         cases[i].longest * 3 / 4);
    }
}

static void wrong_configurations(void **state)
{
    static const char *const cases[] = {
        "nonsense",
        "{\"receivers\": [{}]}",
        "{\"receivers\": [{\"name\": \"a\", \"wrong\": 1}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(start(&f, cases[i], 1), -EINVAL);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_kept_and_none_holds_up_another),
        cmocka_unit_test(tries_are_bounded),
        cmocka_unit_test(several_at_a_time),
        cmocka_unit_test(waits_grow_to_a_bound),
        cmocka_unit_test(wrong_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
