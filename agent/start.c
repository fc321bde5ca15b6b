/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/start.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/worker.h"
#include "core/log.h"
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

int start_worker(int argc, char **argv)
{
    const struct probe *probe = argc == 5 ? probe_find(argv[2]) : NULL;

    if (!probe || fcntl(WORKER_SOCKET_FD, F_GETFD) < 0 || fcntl(WORKER_ROOT_FD, F_GETFD) < 0) {
        log_error("--worker is for forewarn itself");
        return 2;
    }
    return worker_run(probe, argv[4]);
}
