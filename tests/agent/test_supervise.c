/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real workers: this program executes itself as the worker of its own probes, each of which has one
 * way to go wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/privileges.h"
#include "agent/self.h"
#include "agent/supervise.h"
#include "agent/worker.h"
#include "core/instant.h"
#include "core/wire.h"

enum { TARGETS = 5, AT = 1000000 };

static const struct metric seen = {
    .name = "forewarn_test_seen", .type = METRIC_GAUGE, .help = "seen", .labels = {"target"}};
static const struct metric stray = {
    .name = "forewarn_test_stray", .type = METRIC_GAUGE, .help = "of none", .labels = {"x"}};
static const struct metric undeclared = {
    .name = "forewarn_test_undeclared", .type = METRIC_GAUGE, .help = "none", .labels = {"x"}};
static const struct metric *const metrics[] = {&seen, &stray, NULL};

static const char *const names[TARGETS] = {"a", "b", "c", "d", "e"};

/* What the one probe of this process does wrong in target "c"; set in workers. */
static void (*misdeed)(struct probe_run *run);

static int poll_targets(struct probe_run *run, struct error *e)
{
    (void)e;
    for (size_t i = 0; i < TARGETS; i++) {
        if (!probe_begin(run, names[i]))
            continue;
        if (strcmp(names[i], "c") == 0)
            misdeed(run);
        BATCH_SAMPLE(&run->batch, &seen, 1, names[i]);
        probe_end(run, names[i]);
    }
    BATCH_SAMPLE(&run->batch, &stray, getpid(), "");
    return 0;
}

static void do_nothing(struct probe_run *run)
{
    (void)run;
}

static void wait_for_ever(struct probe_run *run)
{
    (void)run;
    for (;;)
        pause();
}

static void die(struct probe_run *run)
{
    (void)run;
    kill(getpid(), SIGKILL);
}

static void leave(struct probe_run *run)
{
    (void)run;
    _exit(7);
}

static void write_garbage(struct probe_run *run)
{
    (void)run;
    if (write(WORKER_SOCKET_FD, "\x08nonsense", 9) != 9)
        _exit(1);
    pause();
}

static void begin_twice(struct probe_run *run)
{
    probe_begin(run, "c2");
    pause();
}

static void flood(struct probe_run *run)
{
    for (unsigned i = 0;; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%u", i);
        probe_end(run, i ? name : "c");
        snprintf(name, sizeof name, "t%u", i + 1);
        probe_begin(run, name);
        for (int k = 0; k < 1000; k++)
            probe_finding(run, "note", false, name, "", "%d", k);
    }
}

/* Says something all the time, and comes to no end. */
static void ramble(struct probe_run *run)
{
    struct buf bytes = {0};

    BATCH_SAMPLE(&run->batch, &stray, 1, "");
    wire_put_batch(&bytes, &run->batch);
    while (write(WORKER_SOCKET_FD, bytes.data, bytes.length) > 0)
        usleep(500);
    _exit(1);
}

static void forge(struct probe_run *run)
{
    BATCH_SAMPLE(&run->batch, &undeclared, 1, "");
}

static void chatter(struct probe_run *run)
{
    (void)run;
    for (int i = 0; i < 20000; i++)
        fprintf(stderr, "line %d\n", i);
}

/* A program that the probe has started and that outlives it, in a process group of its own. */
static void start_child(struct probe_run *run)
{
    if (fork() == 0) {
        setpgid(0, 0);
        prctl(PR_SET_NAME, root_path(run->root));
        wait_for_ever(run);
    }
}

static void leave_child(struct probe_run *run)
{
    start_child(run);
    die(run);
}

static void hang_with_child(struct probe_run *run)
{
    start_child(run);
    wait_for_ever(run);
}

/* What those children are called: nobody else's. It comes to the worker as its root's path. */
static const char *child_name(void)
{
    static char name[16];
    snprintf(name, sizeof name, "left-%d", (int)getpid());
    return name;
}

static unsigned children_left(void)
{
    char command[128];
    unsigned count = 0;
    snprintf(command, sizeof command, "cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^%s$'",
             child_name());
    FILE *comms = popen(command, "re");
    assert_int_equal(fscanf(comms, "%u", &count), 1);
    pclose(comms);
    return count;
}

static int poll_nothing(struct probe_run *run, struct error *e)
{
    (void)run;
    return error_set(e, -ENOENT, "nothing is there");
}

static int poll_and_die(struct probe_run *run, struct error *e)
{
    (void)run;
    (void)e;
    kill(getpid(), SIGKILL);
    return 0;
}

static int poll_and_wait(struct probe_run *run, struct error *e)
{
    (void)e;
    wait_for_ever(run);
    return 0;
}

/* Every target hangs. */
static int poll_hanging(struct probe_run *run, struct error *e)
{
    (void)e;
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "h%d", i);
        if (probe_begin(run, name))
            wait_for_ever(run);
    }
    return 0;
}

static int refuse_to_open(struct probe_run *run, struct error *e)
{
    (void)run;
    return error_set(e, -EACCES, "may not");
}

#define PROBE(what) .name = what, .capabilities = "", .metrics = metrics, .deadline_ms = 1100

static const struct probe good = {PROBE("good")};
static const struct probe hanging = {PROBE("hanging")};
static const struct probe killed = {PROBE("killed")};
static const struct probe leaving = {PROBE("leaving")};
static const struct probe babbling = {PROBE("babbling")};
static const struct probe muddled = {PROBE("muddled")};
static const struct probe flooding = {PROBE("flooding")};
static const struct probe rambling = {PROBE("rambling")};
static const struct probe forging = {PROBE("forging")};
static const struct probe chatty = {PROBE("chatty")};
static const struct probe parent = {PROBE("parent")};
static const struct probe family = {PROBE("family")};
static const struct probe blind = {PROBE("blind")};
static const struct probe dying = {PROBE("dying")};
static const struct probe mute = {PROBE("mute")};
static const struct probe all_hang = {PROBE("all_hang")};
static const struct probe shut = {PROBE("shut")};

/* All others poll_targets(). */
static const struct prober odd[] = {
    {.probe = &blind, .poll = poll_nothing},
    {.probe = &dying, .poll = poll_and_die},
    {.probe = &mute, .poll = poll_and_wait},
    {.probe = &all_hang, .poll = poll_hanging},
    {.probe = &shut, .poll = poll_targets, .open = refuse_to_open},
};

static struct prober prober_of(const struct probe *probe)
{
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (odd[i].probe == probe)
            return odd[i];
    return (struct prober){.probe = probe, .poll = poll_targets};
}

/* What is to come of each: the targets seen, the finding's kind and target, a part of its text. */
static const struct expected {
    const struct probe *probe;
    void (*misdeed)(struct probe_run *run);
    bool up;
    const char *seen, *kind, *target, *text;
    double hung; /* forewarn_target_hung of c; -1: none */
} table[] = {
    {&good, do_nothing, true, "abcde", NULL, NULL, NULL, 0},
    {&hanging, wait_for_ever, true, "abde", "hung", "c", "no answer within 1.", 1},
    {&killed, die, true, "abde", "crashed", "c", "killed by SIGKILL", -1},
    {&leaving, leave, true, "abde", "crashed", "c", "exited with status 7", -1},
    {&babbling, write_garbage, true, "abde", "malformed", "c", "cannot be read", -1},
    {&muddled, begin_twice, true, "abde", "malformed", "c", "before the end", -1},
    {&flooding, flood, false, "ab", "malformed", "t21", "too much: more than 20000 findings", 0},
    {&rambling, ramble, true, "abde", "hung", "c", "no answer within 1.", 1},
    {&forging, forge, true, "abcde", "malformed", "", "forewarn_test_undeclared is no metric", 0},
    {&chatty, chatter, true, "abcde", NULL, NULL, NULL, 0},
    {&parent, leave_child, true, "abde", "crashed", "c", "killed by SIGKILL", -1},
    {&family, hang_with_child, true, "abde", "hung", "c", "no answer within 1.", 1},
    {&blind, do_nothing, false, "", NULL, NULL, NULL, -1},
    {&dying, do_nothing, false, "", "crashed", "", "before the first target", -1},
    {&mute, do_nothing, false, "", "hung", "", "before the first target", -1},
    {&shut, do_nothing, false, "", NULL, NULL, NULL, -1},
};

enum { ROWS = sizeof table / sizeof *table };

static const struct probe *probes[ROWS + 2];

/* One launcher for all tests: it has to be there before the first event loop. */
static struct launch launch;

struct fixture {
    struct arena *arena;
    struct store *store;
    struct intake intake;
};

/* Not /proc/self/exe itself, which is another program under valgrind. */
static const char *own_path(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

static void start_launcher(void)
{
    struct error e = {0};
    const struct launch_config config = {
        .program = own_path(),
        .probes = probes,
        .root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = child_name(),
        .root_is_live = true,
        .privileged = privileges_are_roots(),
    };
    if (launch_start(&config, &launch, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        exit(EXIT_FAILURE);
    }
    close(config.root_fd);
}

static void set_up(struct fixture *f)
{
    f->arena = arena_new();
    f->store = store_new();
    intake_init(&f->intake, f->arena, f->store, AT, false);
}

static void tear_down(struct fixture *f)
{
    intake_free(&f->intake);
    store_free(&f->store);
    arena_free(&f->arena);
}

static void run(struct fixture *f, uint32_t probe, int64_t timeout_ms, struct probe_result *result)
{
    struct error e = {0};
    const struct supervise_config config = {.launch = &launch,
                                            .probes = probes,
                                            .chosen = &probe,
                                            .chosen_count = 1,
                                            .timeout_ms = timeout_ms,
                                            .intake = &f->intake};
    assert_int_equal(supervise(&config, result, &e), 0);
}

static double hung_sample(struct fixture *f, const char *target)
{
    const struct instant *found;
    size_t count = instant_select(f->store, "forewarn_target_hung", AT, f->arena, &found);
    for (size_t i = 0; i < count; i++)
        if (strcmp(labels_get(found[i].labels, "target"), target) == 0)
            return found[i].value;
    return -1;
}

static void check_seen(struct fixture *f, const char *expected)
{
    const struct instant *found;
    char letters[2 * TARGETS] = "";
    size_t count = instant_select(f->store, "forewarn_test_seen", AT, f->arena, &found);
    for (size_t i = 0; i < count && i < TARGETS; i++)
        strcat(letters, labels_get(found[i].labels, "target"));
    assert_string_equal(letters, expected);
}

static void check_finding(struct fixture *f, const struct expected *row)
{
    if (!row->kind) {
        assert_int_equal(f->intake.finding_count, 0);
        return;
    }
    for (size_t i = 0; i < f->intake.finding_count; i++) {
        const struct finding *finding = &f->intake.findings[i];
        if (strcmp(finding->kind, row->kind) == 0 && strcmp(finding->target, row->target) == 0 &&
            strstr(finding->message, row->text)) {
            assert_string_equal(finding->probe, row->probe->name);
            return;
        }
    }
    for (size_t i = 0; i < f->intake.finding_count && i < 5; i++)
        print_message("%s %s: %s\n", f->intake.findings[i].kind, f->intake.findings[i].target,
                      f->intake.findings[i].message);
    fail_msg("%s: no such finding", row->probe->name);
}

/* One test per row; its number comes as the initial state. */
static void test_row(void **state)
{
    const struct expected *row = *state;
    struct fixture f;
    struct probe_result result;

    set_up(&f);
    run(&f, (uint32_t)(row - table), 10000, &result);
    assert_int_equal(result.up, row->up);
    assert_int_equal(result.error[0] == '\0', row->up);
    check_seen(&f, row->seen);
    check_finding(&f, row);
    assert_true(hung_sample(&f, "c") == row->hung);
    assert_int_equal(children_left(), 0);
    tear_down(&f);
}

/* However many targets hang, it ends in time and the rest is named. */
static void test_all_hang(void **state)
{
    struct fixture f;
    struct probe_result result;
    bool named[100] = {false};
    int64_t start = clock_monotonic_ns(&clock_system);

    (void)state;
    set_up(&f);
    run(&f, ROWS, 4000, &result);
    assert_in_range((clock_monotonic_ns(&clock_system) - start) / 1000000, 3000, 5000);
    assert_false(result.up);
    for (size_t i = 0; i < f.intake.finding_count; i++)
        if (f.intake.findings[i].target[0])
            named[atoi(f.intake.findings[i].target + 1)] = true;
    for (size_t i = 0; i < 100; i++)
        assert_true(named[i]);
    assert_true(hung_sample(&f, "h0") == 1);
    tear_down(&f);
}

static void test_probe_that_is_not_there(void **state)
{
    struct error e = {0};
    struct launch_event event;
    uint32_t worker;
    int socket, log, code;

    (void)state;
    assert_int_equal(launch_spawn(&launch, 4711, &worker, &e), 0);
    do
        code = launch_receive(&launch, &event, &socket, &log, &e);
    while (code == 0 || (code == 1 && event.worker != worker));
    assert_int_equal(code, 1);
    assert_int_equal(event.what, LAUNCH_FAILED);
    assert_int_equal(event.status, -EINVAL);
}

/* The last test: all workers die with their launcher, and the agent says why it is blind. */
static void test_launcher_dies(void **state)
{
    struct fixture f;
    struct probe_result result;

    (void)state;
    set_up(&f);
    kill(launch.pid, SIGKILL);
    run(&f, 0, 10000, &result);
    assert_false(result.up);
    assert_non_null(strstr(result.error, "launcher"));
    tear_down(&f);
    launch_stop(&launch);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int be_worker(const char *name, const char *path)
{
    for (size_t i = 0; probes[i]; i++)
        if (strcmp(probes[i]->name, name) == 0) {
            misdeed = i < ROWS ? table[i].misdeed : do_nothing;
            const struct prober prober = prober_of(probes[i]);
            return worker_run(&prober, path, NULL);
        }
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[ROWS + 3];
    size_t n = 0;

    for (size_t i = 0; i < ROWS; i++)
        probes[i] = table[i].probe;
    probes[ROWS] = &all_hang;
    if (argc > 6 && strcmp(argv[1], "--worker") == 0)
        return be_worker(argv[2], argv[4]);

    alarm(120);
    signal(SIGPIPE, SIG_IGN);
    start_launcher();
    for (; n < ROWS; n++)
        tests[n] = (struct CMUnitTest){.name = table[n].probe->name,
                                       .test_func = test_row,
                                       .initial_state = (void *)(uintptr_t)&table[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_all_hang);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_probe_that_is_not_there);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_launcher_dies);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
