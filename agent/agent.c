/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_state.h"
#include "agent/confinement.h"
#include "agent/defaults.h"
#include "agent/directories.h"
#include "agent/host.h"
#include "agent/privileges.h"
#include "core/clock.h"
#include "core/log.h"
#include "probes/registry.h"

static void log_line(const char *text, void *arg)
{
    unsigned *errors = arg;
    (*errors)++;
    log_lines(LOG_ERR, text);
}

static int load_settings(const struct agent *agent, struct settings *settings, struct error *e)
{
    unsigned errors = 0;
    int code = settings_load(agent->options->config_file, probes, settings, log_line, &errors);
    return code < 0 ? error_set(e, code, "the configuration is wrong in %u place%s", errors,
                                errors == 1 ? "" : "s")
                    : 0;
}

static int start_launcher(struct agent *agent, struct error *e)
{
    const char *path = agent->options->root;
    struct root *root;
    int code = root_open(path, &root, e);
    if (code < 0)
        return code;
    const struct launch_config config = {
        .probes = probes,
        .exporters = exporters,
        .exporter_state = agent->exporter_directory,
        .probe_state = root_is_live(root) ? agent->probe_directory : NULL,
        .root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = path,
        .root_is_live = root_is_live(root),
        .privileged = privileges_are_roots(),
    };
    agent->live = config.root_is_live;
    agent->host = host_name(root, agent->arena);
    root_close(&root);
    if (config.root_fd < 0)
        return error_set(e, -errno, "open root %s: %s", path, error_name(errno));
    code = agent->options->launcher_socket
               ? launch_connect(agent->options->launcher_socket, &agent->launch, e)
               : launch_start(&config, &agent->launch, e);
    close(config.root_fd);
    return code;
}

/*
 * What has to be done as root, in this order: the launcher is forked off before anything else is
 * there, and directories are made before root is given up for good.
 */
static int prepare(struct agent *agent, struct settings *settings, struct error *e)
{
    int code = load_settings(agent, settings, e);
    if (code < 0)
        return code;
    agent->exporter_directory =
        directories_make_exporters(settings->config.state_directory, agent->arena);
    agent->probe_directory =
        directories_make_probes(settings->config.state_directory, agent->arena);
    code = start_launcher(agent, e);
    if (code == 0)
        code = directories_make_for_socket(agent->options->control_socket, e);
    agent->history_directory =
        directories_make_history(settings->config.state_directory, agent->arena);
    if (code == 0)
        code = agent_web_listen(agent, &settings->config, e);
    if (code == 0)
        code = privileges_drop(e);
    if (code == 0)
        code = agent_web_read(agent, &settings->config, e);
    if (code < 0)
        settings_free(settings);
    return code;
}

/* An agent that is not confined still warns. */
static void confine(void)
{
    struct error e = {0};
    if (confinement_apply(&e) < 0)
        log_warning("%s; all system calls stay allowed", e.text);
}

static int run_loop(struct agent *agent, struct settings *settings, struct error *e)
{
    int code = uv_loop_init(&agent->loop);
    if (code < 0)
        return error_set(e, code, "event loop: %s", error_name(code));
    code = control_open(&agent->loop, agent->options->control_socket, agent_commands, agent,
                        &agent->control, e);
    if (code == 0) {
        code = agent_begin(agent, settings, e);
        if (code == 0) {
            confine();
            uv_run(&agent->loop, UV_RUN_DEFAULT);
        }
        agent_end(agent);
    }
    control_close(&agent->control);
    uv_run(&agent->loop, UV_RUN_DEFAULT);
    uv_loop_close(&agent->loop);
    if (code == 0 && agent->failed)
        code = error_set(e, -EPIPE, "gave up");
    return code;
}

static int run(struct agent *agent, struct settings *settings, struct error *e)
{
    agent->store = store_new();
    agent->keeper = keeper_open(agent->history_directory, &settings->config, agent->store,
                                clock_wall_ms(&clock_system));
    evaluation_init(&agent->evaluation, agent->store);
    int code = run_loop(agent, settings, e);
    keeper_close(&agent->keeper);
    herald_free(&agent->herald);
    seen_free(&agent->self);
    if (agent->snapshot_arena)
        arena_free(&agent->snapshot_arena);
    evaluation_free(&agent->evaluation);
    store_free(&agent->store);
    return code;
}

int agent_run(const struct agent_options *options, struct error *e)
{
    struct agent *agent = calloc(1, sizeof *agent);
    struct settings settings;
    if (!agent)
        abort();

    agent->options = options;
    agent->started_ms = clock_wall_ms(&clock_system);
    agent->arena = arena_new();
    agent->launch = (struct launch){.pid = -1, .orders = -1, .log = -1};
    int code = prepare(agent, &settings, e);
    if (code == 0) {
        code = run(agent, &settings, e);
        settings_free(&settings);
    }
    launch_stop(&agent->launch);
    agent_web_release(agent);
    arena_free(&agent->arena);
    free(agent);
    return code;
}
