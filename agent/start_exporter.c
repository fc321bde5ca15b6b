/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/start.h"
#include "agent/worker.h"
#include "core/log.h"
#include "exporters/exporter_link.h"

static int run_exporter(int argc, char **argv)
{
    const struct exporter *exporter = argc == 5 ? exporter_find(argv[2]) : NULL;

    if (!exporter || fcntl(WORKER_SOCKET_FD, F_GETFD) < 0) {
        log_error("--exporter is for forewarn itself");
        return 2;
    }
    char name[16];
    snprintf(name, sizeof name, "forewarn-%s", exporter->name);
    prctl(PR_SET_NAME, name);
    log_open(exporter->name, LOG_NOTICE);
    if (exporter->rights == EXPORTER_USER)
        worker_attach();
    else
        worker_confine();
    close(WORKER_ROOT_FD);
    struct exporter_link *link = exporter_link_new(WORKER_SOCKET_FD);
    int status = exporter->run(link, argv[4][0] ? argv[4] : NULL);
    exporter_link_free(&link);
    return status;
}

bool start_exporter(int argc, char **argv, int *status)
{
    if (argc < 2 || strcmp(argv[1], "--exporter") != 0)
        return false;
    *status = run_exporter(argc, argv);
    return true;
}
