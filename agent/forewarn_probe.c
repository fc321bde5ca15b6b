/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of a probe's worker, for the launcher: forewarn-NAME --worker NAME --root PATH
 * --state PATH, with the descriptors of worker.h. It is executed for nearly every round, so that
 * each probe, PROBER, has one that carries what it needs and nothing else.
 */
#include <fcntl.h>
#include <string.h>

#include "agent/start.h"
#include "agent/worker.h"
#include "core/log.h"
#include "probes/probers.h"

int main(int argc, char **argv)
{
    start_process(PROBER.probe->name);
    if (argc != 7 || strcmp(argv[1], "--worker") != 0 || strcmp(argv[2], PROBER.probe->name) != 0 ||
        fcntl(WORKER_SOCKET_FD, F_GETFD) < 0 || fcntl(WORKER_ROOT_FD, F_GETFD) < 0) {
        log_error("this is for forewarn itself");
        return 2;
    }
    return worker_run(&PROBER, argv[4], argv[6][0] ? argv[6] : NULL);
}
