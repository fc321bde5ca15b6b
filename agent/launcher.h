/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LAUNCHER_H
#define AGENT_LAUNCHER_H

#include "agent/launch.h"

enum launch_order_what { LAUNCH_SPAWN, LAUNCH_KILL };

/* What the agent sends: nothing in it points anywhere or has a length. */
struct launch_order {
    uint32_t what;
    uint32_t worker;
    uint32_t program; /* index, of LAUNCH_SPAWN */
};

/* The launcher's descriptors, below all others so that a worker's (worker.h) can take their place.
 */
enum { LAUNCHER_ORDERS_FD = 3, LAUNCHER_ROOT_FD = 4 };

/* The life of the launcher process; standard error and the two above are open, all else closed. */
void launcher_run(const struct launch_config *config) __attribute__((noreturn));

/* What is started, by an order's number. False where there is no such program. */
struct launcher_program {
    const char *name, *capabilities;
    bool is_exporter;
    enum exporter_rights rights;
};
bool launcher_program(const struct launch_config *config, uint32_t number,
                      struct launcher_program *program);

/* The part that starts a process. Negative errno where that fails. */
pid_t launcher_spawn(const struct launch_config *config, const struct launcher_program *program,
                     int socket, int log);

#endif
