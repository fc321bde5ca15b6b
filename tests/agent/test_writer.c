/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "agent/writer.h"

/* Items are numbers: one below 0 fails, 0 waits for the gate. */
struct disk {
    sem_t gate, written;
    int sum, dropped;
    bool ended;
};

static int do_write(void *owner, void *item, struct error *e)
{
    struct disk *disk = owner;
    int number = *(int *)item;

    if (number == 0)
        sem_wait(&disk->gate);
    if (number > 0)
        disk->sum += number;
    sem_post(&disk->written);
    return number < 0 ? error_set(e, -ENOSPC, "disk full") : 0;
}

static void do_drop(void *owner, void *item)
{
    struct disk *disk = owner;
    (void)item;
    disk->dropped++;
}

static void do_end(void *owner)
{
    struct disk *disk = owner;
    disk->ended = true;
}

static struct writer *start(struct disk *disk)
{
    struct writer *writer;
    sem_init(&disk->gate, 0, 0);
    sem_init(&disk->written, 0, 0);
    assert_int_equal(
        writer_start(&(struct writer_work){do_write, do_drop, do_end, disk}, &writer, NULL), 0);
    return writer;
}

/* The thread notes what became of an item just after it was written. */
static bool works_soon(struct writer *writer, bool expected, struct error *e)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 5000 && writer_works(writer, 60000, e) != expected; i++)
        nanosleep(&moment, NULL);
    return writer_works(writer, 60000, e);
}

static void writes_in_order_and_to_the_end(void **state)
{
    struct disk disk = {0};
    struct writer *writer = start(&disk);
    int numbers[] = {1, 2, 3, 4};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_true(writer_push(writer, &numbers[i]));
    assert_true(writer_stop(&writer, 10000));
    assert_null(writer);
    assert_int_equal(disk.sum, 10);
    assert_int_equal(disk.dropped, 0);
    assert_true(disk.ended);
}

static void tells_of_failure_until_it_works_again(void **state)
{
    struct disk disk = {0};
    struct writer *writer = start(&disk);
    struct error e = {0};
    int bad = -1, good = 1;

    (void)state;
    assert_true(writer_works(writer, 60000, &e));
    writer_push(writer, &bad);
    assert_false(works_soon(writer, false, &e));
    assert_int_equal(e.code, -ENOSPC);
    assert_string_equal(e.text, "disk full");
    writer_push(writer, &good);
    assert_true(works_soon(writer, true, &e));
    assert_true(writer_stop(&writer, 10000));
}

static void a_disk_that_hangs_stops_nobody(void **state)
{
    struct disk disk = {0};
    struct writer *writer = start(&disk), *same = writer;
    const struct timespec moment = {.tv_nsec = 5000000};
    struct error e = {0};
    int hangs = 0, one = 1;

    (void)state;
    writer_push(writer, &hangs);
    for (int i = 0; i < 2000 && writer_works(writer, 1, &e); i++)
        nanosleep(&moment, NULL);
    assert_false(writer_works(writer, 1, &e));
    assert_int_equal(e.code, -ETIMEDOUT);
    assert_true(writer_works(writer, 60000, &e));
    for (int i = 0; i < WRITER_QUEUE; i++)
        assert_true(writer_push(writer, &one));
    assert_false(writer_push(writer, &one));
    assert_int_equal(disk.dropped, 1);
    assert_false(writer_stop(&writer, 20));
    sem_post(&disk.gate);
    for (int i = 0; i < WRITER_QUEUE + 1; i++)
        sem_wait(&disk.written);
    assert_true(writer_stop(&same, 10000));
    assert_int_equal(disk.sum, WRITER_QUEUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_in_order_and_to_the_end),
        cmocka_unit_test(tells_of_failure_until_it_works_again),
        cmocka_unit_test(a_disk_that_hangs_stops_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
