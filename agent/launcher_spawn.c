/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/launcher.h"
#include "agent/privileges.h"
#include "agent/worker.h"
#include "core/arena.h"
#include "core/log.h"
#include "core/program.h"

/* What settle_worker() needs to know. */
struct settings {
    bool privileged;
    enum exporter_rights rights;
    int socket, log;
};

/*
 * Root without the rights of root: user id 0 opens root's own files and devices, and nothing gives
 * back by exec what was not declared.
 */
static int shed_root(void)
{
    return prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                        SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED);
}

/* In the new process, before its capabilities are set and its program is executed. */
static int settle_worker(void *detail)
{
    const struct settings *settings = detail;
    sigset_t none;

    setsid(); /* a process group of its own, so that all it starts can be killed with it */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(settings->log, STDERR_FILENO) < 0 || dup2(settings->socket, WORKER_SOCKET_FD) < 0 ||
        dup2(LAUNCHER_ROOT_FD, WORKER_ROOT_FD) < 0)
        return -1;
    /* Not closed: libcap tells of a failed exec through a descriptor of its own. */
    if (close_range(WORKER_ROOT_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return -1;
    if (settings->rights == EXPORTER_USER)
        return 0;
    if (settings->privileged && shed_root() < 0)
        return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Whether the text, names with commas between, holds a capability. */
static bool declares(const char *names, cap_value_t cap)
{
    char *wanted = cap_to_name(cap);
    size_t length = wanted ? strlen(wanted) : 0;
    bool found = false;

    for (const char *name = names; length && *name && !found;) {
        size_t n = strcspn(name, ",");
        found = n == length && strncasecmp(name, wanted, n) == 0;
        name += n + (name[n] == ',');
    }
    cap_free(wanted);
    return found;
}

/*
 * The declared capabilities as ambient ones, which live through exec (a probe's smartctl needs them
 * too), and all others out of the bounding set. What the launcher itself does not have, as in a
 * container, is left out: the probe then meets EPERM and says so.
 */
static cap_iab_t make_iab(const char *declared)
{
    cap_iab_t iab = cap_iab_init();
    cap_t own = cap_get_proc();

    for (cap_value_t cap = 0; iab && own && cap < cap_max_bits(); cap++) {
        cap_flag_value_t has = CAP_CLEAR;
        cap_get_flag(own, cap, CAP_PERMITTED, &has);
        if (has == CAP_SET && cap_get_bound(cap) == 1 && declares(declared, cap)) {
            cap_iab_set_vector(iab, CAP_IAB_INH, cap, CAP_SET);
            cap_iab_set_vector(iab, CAP_IAB_AMB, cap, CAP_SET);
        } else {
            cap_iab_set_vector(iab, CAP_IAB_BOUND, cap, CAP_SET);
        }
    }
    cap_free(own);
    return iab;
}

bool launcher_program(const struct launch_config *config, uint32_t number,
                      struct launcher_program *program)
{
    for (const struct probe *const *probe = config->probes; *probe; probe++)
        if (number-- == 0) {
            /* A recorded tree has no devices to ask, but may be closed to others than its owner. */
            const char *capabilities =
                config->root_is_live ? (*probe)->capabilities : "cap_dac_read_search";
            *program =
                (struct launcher_program){.name = (*probe)->name, .capabilities = capabilities};
            return true;
        }
    for (const struct exporter *const *exporter = config->exporters; exporter && *exporter;
         exporter++)
        if (number-- == 0) {
            *program = (struct launcher_program){.name = (*exporter)->name,
                                                 .capabilities = (*exporter)->capabilities,
                                                 .is_exporter = true,
                                                 .rights = (*exporter)->rights};
            return true;
        }
    return false;
}

/* The worker's environment: nothing of the caller's but what sanitizers are set up with. */
static const char *const *make_environment(struct arena *arena)
{
    static const char *const kept[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
    const char **environment = ARENA_ARRAY(arena, const char *, 8);
    size_t n = 0;

    environment[n++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    environment[n++] = "LC_ALL=C";
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i]))
            environment[n++] = arena_printf(arena, "%s=%s", kept[i], getenv(kept[i]));
    return environment;
}

static void set_rights(cap_launch_t launcher, const struct launcher_program *program)
{
    uid_t uid;
    gid_t gid;

    if (program->rights != EXPORTER_USER) /* whose programs may need what it cannot get itself */
        cap_launcher_set_iab(launcher, make_iab(program->capabilities));
    if (program->rights == EXPORTER_ROOT)
        return;
    privileges_find_judge(&uid, &gid);
    cap_launcher_setgroups(launcher, gid, 0, NULL);
    cap_launcher_setuid(launcher, uid);
}

/*
 * What is executed: this program itself for an exporter. By a descriptor, as the worker may not
 * have the right to walk there. Negative errno.
 */
static int open_program(const struct launch_config *config, const struct launcher_program *program)
{
    SCRATCH_ARENA(arena);
    char found[PROGRAM_PATH_SIZE];
    const char *path = program->is_exporter ? "/proc/self/exe" : config->program;

    if (!path) {
        program_find(arena_printf(arena, "forewarn-%s", program->name), found);
        path = found;
    }
    int fd = open(path, O_PATH | O_CLOEXEC);
    int code = fd < 0 ? -errno : fd;
    if (code < 0)
        log_error("execute %s: %s", path, error_name(-code));
    return code;
}

static pid_t launch(const struct launch_config *config, const struct launcher_program *program,
                    int fd, struct settings *settings)
{
    SCRATCH_ARENA(arena);
    const char *known = program->is_exporter ? config->exporter_state : config->probe_state;
    const char *state = known ? known : "";
    const char *const arguments[] = {arena_printf(arena, "forewarn-%s", program->name),
                                     program->is_exporter ? "--exporter" : "--worker",
                                     program->name,
                                     program->is_exporter ? "--state" : "--root",
                                     program->is_exporter ? state : config->root_path,
                                     program->is_exporter ? NULL : "--state",
                                     state,
                                     NULL};
    cap_launch_t launcher = cap_new_launcher(arena_printf(arena, "/proc/self/fd/%d", fd), arguments,
                                             make_environment(arena));

    if (!launcher)
        return -ENOMEM;
    cap_launcher_callback(launcher, settle_worker);
    if (config->privileged)
        set_rights(launcher, program);
    pid_t pid = cap_launch(launcher, settings);
    int code = -errno;
    cap_free(launcher);
    return pid > 0 ? pid : code < 0 ? code : -EIO;
}

pid_t launcher_spawn(const struct launch_config *config, const struct launcher_program *program,
                     int socket, int log)
{
    struct settings settings = {
        .privileged = config->privileged, .rights = program->rights, .socket = socket, .log = log};
    int fd = open_program(config, program);

    if (fd < 0)
        return fd;
    pid_t pid = launch(config, program, fd, &settings);
    close(fd);
    return pid;
}
