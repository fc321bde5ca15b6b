/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/start.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/worker.h"
#include "core/log.h"
#include "exporters/exporter_link.h"
#include "probes/registry.h"

/*
 * Standard input, output and error have to be there, or what is opened next takes their numbers and
 * gets what was meant for them. They are filled up such that writing to them still fails.
 */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

void start_process(const char *program)
{
    fill_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    setlocale(LC_CTYPE, "");
    log_open(program, LOG_NOTICE);
}

static int run_probe(int argc, char **argv)
{
    const struct probe *probe = argc == 5 ? probe_find(argv[2]) : NULL;

    if (!probe || fcntl(WORKER_SOCKET_FD, F_GETFD) < 0 || fcntl(WORKER_ROOT_FD, F_GETFD) < 0) {
        log_error("--worker is for forewarn itself");
        return 2;
    }
    return worker_run(probe, argv[4]);
}

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

bool start_worker(int argc, char **argv, int *status)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "--worker") == 0)
        *status = run_probe(argc, argv);
    else if (strcmp(what, "--exporter") == 0)
        *status = run_exporter(argc, argv);
    else
        return false;
    return true;
}
