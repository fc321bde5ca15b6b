/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock_handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "probes/nfs_callback_ask.h"
#include "probes/nfslock_metrics.h"
#include "probes/nlm_ask.h"
#include "probes/nlm_handoff.h"

enum { HANDLE_MAX = 128, OWNER_PID = 0x66726577 };

/* One directory's test. */
struct test {
    struct probe_run *run;
    const char *directory;
    const struct nfs_mount *mount;
    uint16_t rpcbind_port;
    char host[NLM_NAME_MAX + 1];
    char owner[NLM_NAME_MAX + 1];
    char file[300];
    struct nlm_server server;
    struct nlm_lock lock;
};

const struct nfs_mount *nfslock_mount_of(const struct nfs_mounts *mounts, const char *path)
{
    const struct nfs_mount *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < mounts->count; i++) {
        const char *at = mounts->at[i].mountpoint;
        size_t length = strlen(at);
        if (length < most || strncmp(path, at, length) != 0 ||
            (path[length] && path[length] != '/' && strcmp(at, "/") != 0))
            continue;
        best = &mounts->at[i];
        most = length;
    }
    return best;
}

static int lock_at_server(void *owner, struct error *e)
{
    const struct test *test = owner;
    return nlm_ask(&test->server, NLM_NM_LOCK, &test->lock, e);
}

static int unlock_at_server(void *owner, struct error *e)
{
    const struct test *test = owner;
    return nlm_ask(&test->server, NLM_UNLOCK, &test->lock, e);
}

/* Two tests of one directory at a time would take each other's lock for their own. */
static int claim(const char *directory, struct error *e)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    for (const char *c = directory; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
    snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "forewarn-lock-test-%016llx",
             (unsigned long long)hash);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    int code = -errno;
    if (fd >= 0)
        close(fd);
    return error_set(e, code, "%s",
                     code == -EADDRINUSE ? "another process tests this directory"
                                         : error_name(code));
}

static int open_file(const struct test *test, struct error *e)
{
    struct stat st;
    int fd, directory = open(test->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (directory < 0)
        return error_set(e, -errno, "open: %s", error_name(errno));
    fd =
        openat(directory, test->file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    int code = fd < 0 ? -errno : fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : 0;
    close(directory);
    if (code == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return error_set(e, code, "make %s: %s", test->file, error_name(code));
}

static void remove_file(const struct test *test)
{
    int directory = open(test->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return;
    unlinkat(directory, test->file, 0);
    close(directory);
}

static int find_handle(struct test *test, int fd, struct error *e)
{
    union {
        struct file_handle head;
        unsigned char bytes[sizeof(struct file_handle) + HANDLE_MAX];
    } handle = {.head.handle_bytes = HANDLE_MAX};
    int mount_id;

    if (name_to_handle_at(fd, "", &handle.head, &mount_id, AT_EMPTY_PATH) < 0)
        return error_set(e, -errno, "its file handle: %s", error_name(errno));
    if (!nlm_handle_of(handle.head.f_handle, handle.head.handle_bytes, &test->lock))
        return error_set(e, -EOPNOTSUPP, "its file handle is none of an NFS client");
    return 0;
}

static int find_server(struct test *test, struct error *e)
{
    test->server.stream = strncmp(test->mount->nlm_transport, "udp", 3) != 0;
    if (!nfslock_read_address(test->mount->address, test->rpcbind_port, &test->server.at))
        return error_set(e, -EINVAL, "the server's address is not known");
    return nlm_find_port(&test->server, e);
}

static void report(const struct test *test, enum nlm_handoff result, double seconds,
                   const struct error *e)
{
    struct batch *batch = &test->run->batch;
    const char *mount = test->mount->mountpoint, *server = test->mount->server;

    BATCH_SAMPLE(batch, &nfs_handoff_deadline, (double)NFSLOCK_HANDOFF_MS / 1000, mount, server);
    if (result == NLM_HANDOFF_DONE || result == NLM_HANDOFF_LATE)
        BATCH_SAMPLE(batch, &nfs_handoff_up, result == NLM_HANDOFF_DONE, mount, server);
    if (result == NLM_HANDOFF_DONE)
        BATCH_SAMPLE(batch, &nfs_handoff_seconds, seconds, mount, server);
    if (result == NLM_HANDOFF_LOCAL)
        probe_finding(test->run, "conflict", false, test->directory, "",
                      "a lock was given here while the server held it for somebody else: locks on "
                      "this mount do not reach the server");
    if (result == NLM_HANDOFF_IMPOSSIBLE)
        probe_finding(test->run, "unreadable", true, test->directory, "",
                      "the lock test could not be made: %s", e->text);
}

/* With the file open: what a killed test has left is unlocked first, as it has the same name. */
static enum nlm_handoff hand_over(struct test *test, int fd, double *seconds, struct error *e)
{
    const struct nlm_holder holder = {lock_at_server, unlock_at_server, test};

    if (find_handle(test, fd, e) < 0 || nlm_ask(&test->server, NLM_UNLOCK, &test->lock, e) < 0)
        return NLM_HANDOFF_IMPOSSIBLE;
    return nlm_handoff(&holder, fd, NFSLOCK_HANDOFF_MS, seconds, e);
}

/* The server is asked first: where it is silent, whoever touches the mount hangs. */
static void run_test(struct test *test)
{
    struct error e = {0};
    double seconds = 0;
    enum nlm_handoff result = NLM_HANDOFF_IMPOSSIBLE;
    int claimed = claim(test->directory, &e);
    bool answers = claimed >= 0 && find_server(test, &e) == 0;
    int fd = answers ? open_file(test, &e) : -1;

    if (fd >= 0) {
        result = hand_over(test, fd, &seconds, &e);
        close(fd);
        remove_file(test);
    }
    if (claimed >= 0)
        close(claimed);
    report(test, result, seconds, &e);
}

/* false, with a finding, where no lock of the directory goes over NLM. */
static bool prepare(struct test *test, const struct nfs_mounts *mounts)
{
    test->mount = nfslock_mount_of(mounts, test->directory);
    if (!test->mount || !test->mount->needs_nlm) {
        probe_finding(test->run, "unsupported", true, test->directory, "",
                      "no lock test here: %s%s",
                      test->mount ? "its locks need no callback by NLM: " : "it is on no NFS mount",
                      test->mount ? test->mount->no_nlm_why : "");
        return false;
    }
    if (gethostname(test->host, sizeof test->host - 1) < 0)
        strcpy(test->host, "localhost");
    snprintf(test->file, sizeof test->file, ".forewarn-lock-%s", test->host);
    snprintf(test->owner, sizeof test->owner, "forewarn@%.200s", test->host);
    test->lock.caller = test->host;
    test->lock.owner = test->owner;
    test->lock.pid = OWNER_PID;
    return true;
}

void nfslock_poll_handoff(struct probe_run *run, const struct nfs_mounts *mounts,
                          const struct nfslock_settings *settings)
{
    for (size_t i = 0; root_is_live(run->root) && i < settings->lock_test_count; i++) {
        struct test test = {.run = run,
                            .directory = settings->lock_tests[i],
                            .rpcbind_port = settings->rpcbind_port};
        if (!prepare(&test, mounts) || !probe_begin(run, test.directory))
            continue;
        run_test(&test);
        probe_end(run, test.directory);
    }
}
