/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/log.h"
#include "core/program.h"
#include "exporters/exporter_link.h"

int snmp_execute(const char *name, int link_fd, const char *state_directory)
{
    char path[PROGRAM_PATH_SIZE];

    program_find(name, path);
    /* dup2(3) would leave its descriptor to be closed where both are the same. */
    if (link_fd == SNMP_LINK_FD)
        fcntl(link_fd, F_SETFD, 0);
    else if (dup2(link_fd, SNMP_LINK_FD) < 0)
        return EXIT_FAILURE;
    execl(path, name, state_directory ? state_directory : "", (char *)NULL);
    log_error("execute %s: %s", path, error_name(errno));
    return EXIT_FAILURE;
}

int snmp_arguments(int argc, char **argv, const char **state_directory)
{
    if (argc != 2 || fcntl(SNMP_LINK_FD, F_GETFD) < 0) {
        log_error("this is for forewarnd itself");
        return -EINVAL;
    }
    fcntl(SNMP_LINK_FD, F_SETFD, FD_CLOEXEC);
    *state_directory = argv[1][0] ? argv[1] : NULL;
    return 0;
}

static int run(struct exporter_link *link, const char *state_directory)
{
    return snmp_execute("forewarn-snmp", exporter_link_fd(link), state_directory);
}

const struct exporter snmp_exporter = {
    .name = "snmp",
    .what = "SNMP notifications and AgentX",
    .capabilities = "",
    .run = run,
};
