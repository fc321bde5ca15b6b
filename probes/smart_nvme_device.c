/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libnvme.h>

#include "probes/identity.h"
#include "probes/smart_nvme.h"

enum {
    HAS_NAMESPACE_LOG = 1,  /* LPA, bit 0 */
    HAS_SELF_TEST = 1 << 4, /* OACS, bit 4 */
    MAX_ERRORS = 64,
};

/*
 * libnvme brings OpenSSL along, 1.7 MiB in each process that has it. So it is loaded by the worker
 * that meets an NVMe disk, and by no other: these stand for the functions of the library that its
 * header's own ones call.
 */
static void *find(const char *name)
{
    void *library = dlopen("libnvme.so.1", RTLD_NOW | RTLD_LOCAL);
    void *function = library ? dlsym(library, name) : NULL;
    if (!function)
        errno = ELIBACC;
    return function; /* the library stays, as long as the process */
}

int nvme_get_nsid(int fd, __u32 *nsid)
{
    int (*function)(int, __u32 *);
    void *found = find(__func__);
    memcpy(&function, &found, sizeof function);
    return function ? function(fd, nsid) : -1;
}

int nvme_identify(struct nvme_identify_args *args)
{
    int (*function)(struct nvme_identify_args *);
    void *found = find(__func__);
    memcpy(&function, &found, sizeof function);
    return function ? function(args) : -1;
}

int nvme_get_log_page(int fd, __u32 xfer_len, struct nvme_get_log_args *args)
{
    int (*function)(int, __u32, struct nvme_get_log_args *);
    void *found = find(__func__);
    memcpy(&function, &found, sizeof function);
    return function ? function(fd, xfer_len, args) : -1;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* libnvme gives -1 and errno, or the command's status. */
static int check(int code, const char *what, const char *device, struct error *e)
{
    if (code < 0)
        return error_set(e, -errno, "%s of %s: %s", what, device, error_name(errno));
    if (code > 0)
        return error_set(e, -EIO, "%s of %s: NVMe status 0x%x", what, device, (unsigned)code);
    return 0;
}

static int health(int fd, const char *device, const struct nvme_id_ctrl *id,
                  struct smart_facts *facts, struct error *e)
{
    struct nvme_smart_log log;
    int code = check(nvme_get_log_smart(fd, NVME_NSID_ALL, true, &log), "health log", device, e);
    if (code < 0)
        return code;
    unsigned warning = log.critical_warning;
    __u32 nsid;
    struct nvme_smart_log own;
    if ((id->lpa & HAS_NAMESPACE_LOG) && nvme_get_nsid(fd, &nsid) == 0 &&
        nvme_get_log_smart(fd, nsid, true, &own) == 0) {
        log = own;
        log.critical_warning = (__u8)(own.critical_warning | warning);
    }
    smart_nvme_health((const uint8_t *)&log, facts);
    return 0;
}

/* The logs may be missing: then their numbers are not known. */
static void logs(int fd, const struct nvme_id_ctrl *id, struct smart_facts *facts)
{
    unsigned entries = id->elpe + 1U < MAX_ERRORS ? id->elpe + 1U : MAX_ERRORS;
    struct nvme_error_log_page errors[MAX_ERRORS];
    struct nvme_self_test_log tests;
    if (nvme_get_log_error(fd, entries, true, errors) == 0)
        smart_nvme_errors((const uint8_t *)errors, entries, facts);
    if ((le16toh(id->oacs) & HAS_SELF_TEST) && nvme_get_log_device_self_test(fd, &tests) == 0)
        smart_nvme_selftests((const uint8_t *)&tests, facts);
}

int smart_nvme_device(const char *device, struct arena *arena, struct smart_facts *facts,
                      struct error *e)
{
    struct nvme_id_ctrl id;
    smart_facts_init(facts);
    __attribute__((cleanup(close_fd))) int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_set(e, -errno, "open %s: %s", device, error_name(errno));
    int code = check(nvme_identify_ctrl(fd, &id), "identify", device, e);
    if (code < 0)
        return code;
    facts->model = identity_text(arena, id.mn, sizeof id.mn);
    facts->serial = identity_text(arena, id.sn, sizeof id.sn);
    facts->firmware = identity_text(arena, id.fr, sizeof id.fr);
    facts->bus = "nvme";
    facts->rotational = 0;
    code = health(fd, device, &id, facts, e);
    if (code == 0)
        logs(fd, &id, facts);
    return code;
}
