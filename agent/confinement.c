/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/confinement.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "core/sanitized.h"

/* By name, as not every architecture has each of them. */
static const char *const allowed[] = {
    /* memory, threads, time: the C library, libuv */
    "brk",
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "futex_waitv",
    "getcpu",
    "getpid",
    "getppid",
    "getrandom",
    "getrusage",
    "gettid",
    "gettimeofday",
    "madvise",
    "membarrier",
    "mincore",
    "mlock",
    "mremap",
    "munlock",
    "munmap",
    "nanosleep",
    "restart_syscall",
    "rseq",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "sysinfo",
    "time",
    "times",
    "uname",
    /* signals; abort(3) ends by one */
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "sigaltstack",
    "sigreturn",
    "tgkill",
    "wait4",
    "waitid",
    "waitpid",
    /* waiting */
    "_newselect",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "select",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_settime",
    /* files: history (SQLite), configuration, rules, md's attributes */
    "_llseek",
    "access",
    "chmod",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fadvise64_64",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "fsync",
    "ftruncate",
    "ftruncate64",
    "getcwd",
    "getdents",
    "getdents64",
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "lseek",
    "lstat",
    "lstat64",
    "mkdir",
    "mkdirat",
    "msync",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readahead",
    "readlink",
    "readlinkat",
    "readv",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "sendfile64",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "sync_file_range",
    "umask",
    "unlink",
    "unlinkat",
    "utimensat",
    "write",
    "writev",
    /* who one is */
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getgroups",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getuid",
    "getuid32",
    "ugetrlimit",
    /* sockets: none is connected to anybody but a service manager */
    "accept",
    "accept4",
    "bind",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socketpair",
};

/* Nothing that the agent or a library of its could come to call by itself. */
static const char *const fatal[] = {
    "acct",
    "add_key",
    "adjtimex",
    "bpf",
    "capset",
    "chroot",
    "clock_adjtime",
    "clock_settime",
    "delete_module",
    "execve",
    "execveat",
    "finit_module",
    "fork",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "init_module",
    "ioperm",
    "iopl",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "mknod",
    "mknodat",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pidfd_getfd",
    "pivot_root",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "request_key",
    "setdomainname",
    "setfsgid",
    "setfsuid",
    "setgid",
    "setgroups",
    "sethostname",
    "setns",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "settimeofday",
    "setuid",
    "swapoff",
    "swapon",
    "syslog",
    "umount",
    "umount2",
    "unshare",
    "userfaultfd",
    "vfork",
    "vhangup",
};

/* Calls that are allowed with some of their arguments only: (argument & mask) == value. */
static const struct {
    const char *name;
    struct scmp_arg_cmp argument;
} limited[] = {
    {"clone", SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)},
    {"ioctl", SCMP_A1_64(SCMP_CMP_EQ, FIONBIO, 0)},
    {"ioctl", SCMP_A1_64(SCMP_CMP_EQ, FIONREAD, 0)},
    {"ioctl", SCMP_A1_64(SCMP_CMP_EQ, FIOCLEX, 0)},
    {"ioctl", SCMP_A1_64(SCMP_CMP_EQ, TCGETS, 0)},
    {"mmap", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, 0)},
    {"mmap", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE)},
    {"mmap", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_EXEC)},
    {"mmap2", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, 0)},
    {"mmap2", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE)},
    {"mmap2", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_EXEC)},
    {"mprotect", SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
    {"prctl", SCMP_A0_64(SCMP_CMP_EQ, PR_SET_NAME, 0)},
    {"prctl", SCMP_A0_64(SCMP_CMP_EQ, PR_GET_NAME, 0)},
    {"prctl", SCMP_A0_64(SCMP_CMP_EQ, PR_GET_DUMPABLE, 0)},
    /* Reads, as the new limits are NULL. */
    {"prlimit64", SCMP_A2_64(SCMP_CMP_EQ, 0, 0)},
    {"socket", SCMP_A0_64(SCMP_CMP_EQ, AF_UNIX, 0)},
    {"socket", SCMP_A0_64(SCMP_CMP_EQ, AF_INET, 0)},
    {"socket", SCMP_A0_64(SCMP_CMP_EQ, AF_INET6, 0)},
    {"socket", SCMP_A0_64(SCMP_CMP_EQ, AF_NETLINK, 0)},
};

/* 0 too where this architecture has no such call. */
static int add(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned count,
               const struct scmp_arg_cmp *arguments)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0)
        return 0;
    return seccomp_rule_add_array(filter, action, number, count, arguments);
}

static int add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = add(filter, action, names[i], 0, NULL);
    return code;
}

static int fill(scmp_filter_ctx filter)
{
    int code = add_all(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
    if (code == 0)
        code = add_all(filter, SCMP_ACT_KILL_PROCESS, fatal, sizeof fatal / sizeof *fatal);
    for (size_t i = 0; i < sizeof limited / sizeof *limited && code == 0; i++)
        code = add(filter, SCMP_ACT_ALLOW, limited[i].name, 1, &limited[i].argument);
    return code;
}

int confinement_apply(struct error *e)
{
    scmp_filter_ctx filter = SANITIZED ? NULL : seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return SANITIZED ? 0 : error_set(e, -ENOMEM, "seccomp: no filter");
    int code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (code == 0)
        code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
    if (code == 0)
        code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (code == 0)
        code = fill(filter);
    if (code == 0)
        code = seccomp_load(filter);
    seccomp_release(filter);
    return code < 0 ? error_set(e, code, "seccomp: %s", error_name(code)) : 0;
}
