/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker is started with. This program executes itself as a worker of its own probe, which
 * reports what /proc says of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/privileges.h"
#include "agent/supervise.h"
#include "agent/worker.h"

static const struct metric *const metrics[] = {NULL};

/* Reports each line that a program prints as a finding. */
static void report_output(struct probe_run *run, const char *command)
{
    char line[512];
    FILE *output = popen(command, "re");
    while (output && fgets(line, sizeof line, output)) {
        line[strcspn(line, "\n")] = '\0';
        for (char *tab = line; (tab = strchr(tab, '\t'));)
            *tab = ' ';
        probe_finding(run, "note", false, "", "", "%s", line);
    }
    if (output)
        pclose(output);
}

static int poll_self(struct probe_run *run, struct error *e)
{
    (void)e;
    /* A program that the worker starts has what the worker has: exec gives nothing back. */
    report_output(run, "grep -E '^(Uid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|SigBlk)' "
                       "/proc/self/status");
    probe_finding(run, "note", false, "", "", "Securebits: %x", prctl(PR_GET_SECUREBITS));
    report_output(run, "ls -l /proc/$PPID/fd | sed -n 's/.* \\([0-9]* -> .*\\)/fd \\1/p'");
    report_output(run, "env | sed 's/^/env /'");
    report_output(run, "sed -n 's/^\\(Max core file size\\)  *\\([^ ]*\\).*/\\1 \\2/p' "
                       "/proc/$PPID/limits");
    return 0;
}

static const struct probe probe = {.name = "self",
                                   .capabilities = "cap_sys_rawio,CAP_SYS_ADMIN",
                                   .deadline_ms = 10000,
                                   .metrics = metrics};
static const struct prober prober = {.probe = &probe, .poll = poll_self};
static const struct probe *const probes[] = {&probe, NULL};

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

/* Each test is in a process of its own, as the launcher comes before the first event loop. */
static void run_worker(struct fixture *f, bool live, bool privileged)
{
    struct error e = {0};
    struct launch launch;
    struct probe_result result;
    const uint32_t chosen = 0;
    const struct launch_config config = {
        .program = own_path(),
        .probes = probes,
        .root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = "/some/tree",
        .root_is_live = live,
        .privileged = privileged,
    };
    f->arena = arena_new();
    f->store = store_new();
    intake_init(&f->intake, f->arena, f->store, 1, false);
    assert_int_equal(launch_start(&config, &launch, &e), 0);
    assert_int_equal(supervise(&(struct supervise_config){.launch = &launch,
                                                          .probes = probes,
                                                          .chosen = &chosen,
                                                          .chosen_count = 1,
                                                          .timeout_ms = 20000,
                                                          .intake = &f->intake},
                               &result, &e),
                     0);
    assert_true(result.up);
    launch_stop(&launch);
}

static void release(struct fixture *f)
{
    intake_free(&f->intake);
    store_free(&f->store);
    arena_free(&f->arena);
}

/* What follows "name" in the worker's report; NULL where there is no such line. */
static const char *line_of(const struct fixture *f, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < f->intake.finding_count; i++)
        if (strncmp(f->intake.findings[i].message, name, n) == 0)
            return f->intake.findings[i].message + n;
    return NULL;
}

static unsigned long long set_of(const struct fixture *f, const char *name)
{
    const char *line = line_of(f, name);
    assert_non_null(line);
    return strtoull(line, NULL, 16);
}

/* The capabilities of the text that this process can give away at all. */
static unsigned long long available(const char *const *names)
{
    unsigned long long set = 0;
    cap_value_t cap;
    cap_flag_value_t has;
    cap_t own = cap_get_proc();
    for (; *names; names++)
        if (cap_from_name(*names, &cap) == 0 && cap_get_flag(own, cap, CAP_PERMITTED, &has) == 0 &&
            has == CAP_SET && cap_get_bound(cap) == 1)
            set |= 1ULL << cap;
    cap_free(own);
    return set;
}

static void check_sets(const struct fixture *f, unsigned long long expected)
{
    static const char *const sets[] = {"CapInh: ", "CapPrm: ", "CapEff: ", "CapBnd: ", "CapAmb: "};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (set_of(f, sets[i]) != expected)
            fail_msg("%s%llx, not %llx", sets[i], set_of(f, sets[i]), expected);
    assert_string_equal(line_of(f, "Uid: "), "0 0 0 0");
    assert_int_equal(set_of(f, "Securebits: ") & SECURE_ALL_BITS,
                     SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP);
}

static void test_declared(void **state)
{
    struct fixture f;
    (void)state;
    run_worker(&f, true, true);
    check_sets(&f, available((const char *const[]){"cap_sys_rawio", "cap_sys_admin", NULL}));
    release(&f);
}

/* No device is asked, but the tree may be closed to others. */
static void test_recorded(void **state)
{
    struct fixture f;
    (void)state;
    run_worker(&f, false, true);
    check_sets(&f, available((const char *const[]){"cap_dac_read_search", NULL}));
    release(&f);
}

/* Whatever the caller has open, its environment and limits: none of it reaches a worker. */
static void test_surroundings(void **state)
{
    struct fixture f;
    int extra = open("/dev/zero", O_RDONLY);

    (void)state;
    setenv("LD_LIBRARY_PATH", "/nonexistent", 1);
    dup2(extra, 77);
    run_worker(&f, true, privileges_are_roots());
    assert_string_equal(line_of(&f, "NoNewPrivs: "), "1");
    assert_string_equal(line_of(&f, "SigBlk: "), "0000000000000000");
    assert_string_equal(line_of(&f, "fd 0 -> "), "/dev/null");
    assert_string_equal(line_of(&f, "fd 1 -> "), "/dev/null");
    assert_memory_equal(line_of(&f, "fd 2 -> "), "pipe:", 5);
    assert_memory_equal(line_of(&f, "fd 3 -> "), "socket:", 7);
    assert_null(line_of(&f, "fd 77"));
    for (size_t i = 0; i < f.intake.finding_count; i++)
        assert_null(strstr(f.intake.findings[i].message, "/dev/zero"));
    assert_null(line_of(&f, "env LD_LIBRARY_PATH"));
    assert_string_equal(line_of(&f, "env LC_ALL="), "C");
    assert_string_equal(line_of(&f, "Max core file size "), "0");
    release(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_surroundings),
    cmocka_unit_test(test_declared),
    cmocka_unit_test(test_recorded),
};

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc > 6 && strcmp(argv[1], "--worker") == 0)
        return worker_run(&prober, argv[4], NULL);
    alarm(60);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        int status = 0;
        if (i > 0 && !privileges_are_roots())
            break; /* only root has capabilities to hand out */
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            exit(_cmocka_run_group_tests("launcher", &tests[i], 1, NULL, NULL));
        waitpid(pid, &status, 0);
        failed |= status;
    }
    return failed != 0;
}
