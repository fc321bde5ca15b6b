/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "agent/agent_state.h"
#include "core/log.h"
#include "probes/registry.h"

static const char *web_config(const struct agent *agent, const struct config *config)
{
    return agent->options->web_config ? agent->options->web_config : config->prometheus.web_config;
}

int agent_web_listen(struct agent *agent, const struct config *config, struct error *e)
{
    const struct agent_options *options = agent->options;
    int code = 0;

    agent->socket_count = listen_inherit(agent->sockets);
    if (!agent->socket_count && options->inherited_only)
        return error_set(e, -ENOENT, "--web.systemd-socket: systemd has opened no TCP socket");
    if (!agent->socket_count && options->listen_count)
        code = listen_open(options->listen, options->listen_count, agent->sockets,
                           &agent->socket_count, e);
    else if (!agent->socket_count && !options->no_listen)
        code = listen_open(config->prometheus.listen, config->prometheus.listen_count,
                           agent->sockets, &agent->socket_count, e);
    for (size_t i = 0; i < agent->socket_count; i++) {
        char name[64];
        listen_name(agent->sockets[i], name);
        log_info("listening on %s", name);
    }
    return code;
}

int agent_web_read(struct agent *agent, const struct config *config, struct error *e)
{
    const char *path = web_config(agent, config);
    if (!path || !agent->socket_count)
        return 0;
    int code = web_read(path, &agent->web, &agent->web_files, log_reported, NULL);
    return code < 0 ? error_set(e, code, "the web configuration %s is wrong", path) : 0;
}

int agent_web_begin(struct agent *agent, const struct config *config, struct error *e)
{
    int code = 0;
    if (agent->socket_count)
        code = prometheus_open(&agent->loop, agent->sockets, agent->socket_count, agent->web,
                               &agent->prometheus, e);
    if (agent->prometheus) {
        web_watch_open(&agent->web_watch, &agent->loop, agent->prometheus,
                       web_config(agent, config), &agent->web_files);
        agent->web_files = (struct web_files){0}; /* the watch's now */
        web_probe_open(&agent->web_probe, &agent->loop, &agent->dispatch, agent->prometheus,
                       probes);
        web_probe_configure(&agent->web_probe, config->probes);
    }
    agent->web = NULL; /* taken over */
    return code;
}

void agent_web_use(struct agent *agent, const struct config *config)
{
    if (!agent->prometheus)
        return;
    web_watch_configure(&agent->web_watch, web_config(agent, config));
    web_probe_configure(&agent->web_probe, config->probes);
}

void agent_web_end(struct agent *agent)
{
    if (agent->prometheus) {
        web_watch_close(&agent->web_watch);
        web_probe_close(&agent->web_probe);
    }
    prometheus_close(&agent->prometheus);
}

void agent_web_release(struct agent *agent)
{
    web_drop(&agent->web);
    web_files_free(&agent->web_files);
    listen_close(agent->sockets, &agent->socket_count);
}
