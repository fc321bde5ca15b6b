/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/launcher_service.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/directories.h"
#include "agent/launcher.h"
#include "agent/privileges.h"
#include "agent/settings.h"
#include "core/log.h"
#include "core/root.h"
#include "probes/registry.h"

static int check_connection(struct error *e)
{
    int type = 0;
    socklen_t length = sizeof type;

    if (getsockopt(LAUNCHER_ORDERS_FD, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
        return error_set(e, -errno, "--launcher: no socket is at descriptor %d: it is for systemd",
                         LAUNCHER_ORDERS_FD);
    return type == SOCK_SEQPACKET ? 0
                                  : error_set(e, -EPROTOTYPE, "--launcher: not of SOCK_SEQPACKET");
}

/* In its place, all others closed. */
static int open_root(const char *path, bool *live, struct error *e)
{
    struct root *root;
    int code = root_open(path, &root, e);

    if (code < 0)
        return code;
    *live = root_is_live(root);
    root_close(&root);
    int fd = open(path, O_PATH | O_DIRECTORY); /* also the workers', under the same number */
    if (fd < 0)
        return error_set(e, -errno, "open root %s: %s", path, error_name(errno));
    if (fd != LAUNCHER_ROOT_FD)
        dup2(fd, LAUNCHER_ROOT_FD);
    close_range(LAUNCHER_ROOT_FD + 1, ~0U, 0);
    return 0;
}

int launcher_service_run(const struct agent_options *options, struct error *e)
{
    struct settings settings;
    bool live = false;
    int code = check_connection(e);

    if (code == 0)
        code = open_root(options->root, &live, e);
    if (code == 0 && settings_load_configuration(options->config_file, probes, &settings,
                                                 log_reported, NULL) < 0)
        code = error_set(e, -EINVAL, "the configuration is wrong");
    if (code < 0)
        return code;
    const struct launch_config config = {
        .probes = probes,
        .exporters = exporters,
        .exporter_state =
            directories_make_exporters(settings.config.state_directory, settings.arena),
        .probe_state =
            live ? directories_make_probes(settings.config.state_directory, settings.arena) : NULL,
        .root_fd = LAUNCHER_ROOT_FD,
        .root_path = options->root,
        .root_is_live = live,
        .privileged = privileges_are_roots(),
    };
    launcher_run(&config);
}
