/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of a probe's worker, for the launcher: forewarn-probe --worker NAME --root PATH, with
 * the descriptors of worker.h. It is executed for nearly every round, so that it carries what
 * probes need and nothing else.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "agent/start.h"
#include "agent/worker.h"
#include "core/log.h"
#include "probes/probers.h"

int main(int argc, char **argv)
{
    start_process("forewarn-probe");
    bool is_worker = argc == 5 && strcmp(argv[1], "--worker") == 0;
    const struct prober *prober = is_worker ? prober_find(argv[2]) : NULL;

    if (!prober || fcntl(WORKER_SOCKET_FD, F_GETFD) < 0 || fcntl(WORKER_ROOT_FD, F_GETFD) < 0) {
        log_error("this is for forewarn itself");
        return 2;
    }
    return worker_run(prober, argv[4]);
}
