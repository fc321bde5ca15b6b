/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "agent/confinement.h"
#include "core/log.h"
#include "core/root.h"
#include "core/sanitized.h"

/* In a child that is confined: 0 when body() gives true, 1 when not, minus the signal it died by.
 */
static int in_a_confined_child(bool (*body)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        _exit(confinement_apply(NULL) < 0 ? 2 : !body());
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Arguments that would do no harm, were the call let through. */
static const struct {
    const char *name;
    long number;
} fatal[] = {
    {"execve", SYS_execve},
    {"execveat", SYS_execveat},
    {"ptrace", SYS_ptrace},
    {"open_by_handle_at", SYS_open_by_handle_at},
    {"mount", SYS_mount},
    {"umount2", SYS_umount2},
    {"setns", SYS_setns},
    {"unshare", SYS_unshare},
    {"bpf", SYS_bpf},
    {"init_module", SYS_init_module},
    {"kexec_load", SYS_kexec_load},
    {"process_vm_readv", SYS_process_vm_readv},
    {"keyctl", SYS_keyctl},
    {"setresuid", SYS_setresuid},
    {"chroot", SYS_chroot},
    {"mknodat", SYS_mknodat},
    {"perf_event_open", SYS_perf_event_open},
};

static size_t current; /* the row that the child is to try */

static bool call_fatal(void)
{
    syscall(fatal[current].number, -1, -1, -1, -1, -1, -1);
    return true;
}

static void what_only_intruders_call_ends_it(void **state)
{
    (void)state;
    for (current = 0; current < sizeof fatal / sizeof *fatal; current++) {
        int how = in_a_confined_child(call_fatal);
        if (how != -SIGSYS)
            fail_msg("%s: %d", fatal[current].name, how);
    }
}

static bool refused(long result)
{
    return result < 0 && errno == ENOSYS;
}

static bool refuses(void)
{
    const struct rlimit limit = {64, 64};
    int fd = open("/dev/null", O_RDWR);
    return refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) &&
           refused(socket(AF_PACKET, SOCK_RAW, 0)) && refused(socket(AF_VSOCK, SOCK_STREAM, 0)) &&
           refused(connect(fd, NULL, 0)) && refused(ioctl(fd, TIOCSTI, "x")) &&
           refused(prctl(PR_SET_DUMPABLE, 1)) && refused(setrlimit(RLIMIT_NOFILE, &limit)) &&
           refused(kill(getppid(), 0)) && refused(syscall(SYS_personality, ~0UL)) &&
           mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
               MAP_FAILED;
}

static void what_is_not_known_is_refused(void **state)
{
    (void)state;
    assert_int_equal(in_a_confined_child(refuses), 0);
}

static void *in_thread(void *arg)
{
    *(bool *)arg = true;
    return NULL;
}

static bool starts_threads(void)
{
    pthread_t thread;
    bool ran = false;
    return pthread_create(&thread, NULL, in_thread, &ran) == 0 && pthread_join(thread, NULL) == 0 &&
           ran;
}

static bool keeps_a_database(void)
{
    sqlite3 *db;
    char directory[] = "/tmp/forewarn-confined-XXXXXX", path[64];
    bool good = mkdtemp(directory) != NULL;

    snprintf(path, sizeof path, "%s/x.db", directory);
    good = good && sqlite3_open(path, &db) == SQLITE_OK &&
           sqlite3_exec(db,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (x);"
                        "BEGIN; INSERT INTO t VALUES (randomblob(200000)); COMMIT;"
                        "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; SELECT * FROM t",
                        NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_close(db) == SQLITE_OK;
    unlink(path);
    return rmdir(directory) == 0 && good;
}

static bool reads_files(void)
{
    SCRATCH_ARENA(arena);
    struct root *root;
    char *text;
    glob_t found;
    bool good = root_open("/", &root, NULL) == 0 &&
                root_read(root, "/proc/self/status", 1 << 20, arena, &text, NULL, NULL) == 0 &&
                glob("/proc/self/st*", 0, NULL, &found) == 0 && found.gl_pathc > 1;
    log_error("lines of the log still get out");
    return good;
}

static void on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
}

static void work(uv_work_t *request)
{
    *(bool *)request->data = true;
}

static bool turns_a_loop(void)
{
    bool worked = false;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t hangup;
    uv_tcp_t tcp;
    uv_work_t request = {.data = &worked};
    struct sockaddr_in here;

    uv_ip4_addr("127.0.0.1", 0, &here);
    bool good = uv_loop_init(&loop) == 0 && uv_timer_init(&loop, &timer) == 0 &&
                uv_signal_init(&loop, &hangup) == 0 && uv_tcp_init(&loop, &tcp) == 0 &&
                uv_tcp_bind(&tcp, (const struct sockaddr *)&here, 0) == 0 &&
                uv_listen((uv_stream_t *)&tcp, 1, NULL) == 0 &&
                uv_queue_work(&loop, &request, work, NULL) == 0 &&
                uv_timer_start(&timer, on_timer, 1, 0) == 0;
    uv_close((uv_handle_t *)&hangup, NULL);
    uv_close((uv_handle_t *)&tcp, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return good && worked && uv_loop_close(&loop) == 0;
}

static void what_the_agent_does_goes_on(void **state)
{
    static bool (*const bodies[])(void) = {starts_threads, keeps_a_database, reads_files,
                                           turns_a_loop};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(in_a_confined_child(bodies[i]), 0);
}

static bool gives_up(void)
{
    abort();
}

static void it_can_end_itself(void **state)
{
    (void)state;
    assert_int_equal(in_a_confined_child(gives_up), -SIGABRT);
}

static bool go_on;

static void *call_in_thread(void *arg)
{
    while (!__atomic_load_n(&go_on, __ATOMIC_SEQ_CST))
        sched_yield();
    *(bool *)arg = refused(kill(getppid(), 0));
    return NULL;
}

static void threads_that_are_there_are_confined_too(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        bool good = false;
        pthread_create(&thread, NULL, call_in_thread, &good);
        if (confinement_apply(NULL) < 0)
            _exit(2);
        __atomic_store_n(&go_on, true, __ATOMIC_SEQ_CST);
        pthread_join(thread, NULL);
        _exit(!good);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_intruders_call_ends_it),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(what_the_agent_does_goes_on),
        cmocka_unit_test(it_can_end_itself),
        cmocka_unit_test(threads_that_are_there_are_confined_too),
    };
    if (SANITIZED || prctl(PR_GET_SECCOMP) < 0) {
        printf("SKIP: %s\n", SANITIZED ? "a sanitizer is built in: nothing is confined then"
                                       : "the kernel has no seccomp");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
