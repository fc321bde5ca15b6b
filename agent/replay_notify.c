/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/replay_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "agent/privileges.h"
#include "core/log.h"
#include "probes/registry.h"

/* How many events may be on their way, and how long nothing may arrive of them. */
enum { MANY_EVENTS = 100, STALL_MS = 30 * 1000, STEP_MS = 5 };

static int start_launcher(struct replay_notify *notify, struct error *e)
{
    const struct launch_config config = {
        .probes = probes,
        .exporters = exporters,
        .root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = "/",
        .privileged = privileges_are_roots(),
    };
    int code = launch_start(&config, &notify->launch, e);
    close(config.root_fd);
    return code;
}

static size_t count_receivers(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0; exporters[i] && i < CONFIG_MAX_EXPORTERS; i++)
        count += config->exporters[i].receiver_count;
    return count;
}

int replay_notify_open(struct replay_notify *notify, const char *config_file, struct error *e)
{
    *notify = (struct replay_notify){.launch = {.pid = -1}};
    if (settings_load_configuration(config_file, probes, &notify->settings, log_reported, NULL) < 0)
        return error_set(e, -EINVAL, "the configuration is wrong");
    int code = count_receivers(&notify->settings.config)
                   ? start_launcher(notify, e)
                   : error_set(e, -ENOENT, "%s: there is nobody to tell in it", config_file);
    if (code < 0) {
        settings_free(&notify->settings);
        return code;
    }
    uv_loop_init(&notify->loop);
    dispatch_open(&notify->dispatch, &notify->loop, &notify->launch, NULL);
    herald_open(&notify->herald, &notify->loop, &notify->dispatch, "",
                launch_first_exporter(probes));
    notify->settings.config.heartbeat_ms = 0; /* nobody is there */
    herald_configure(&notify->herald, &notify->settings.config);
    return 0;
}

/* Until no more than so many events are on their way. */
static int wait_until(struct replay_notify *notify, size_t most)
{
    size_t before = SIZE_MAX;
    for (int waited_ms = 0; waited_ms < STALL_MS; waited_ms += STEP_MS) {
        uv_run(&notify->loop, UV_RUN_NOWAIT);
        size_t count = outbox_count(notify->herald.outbox);
        if (count <= most)
            return 0;
        if (count < before)
            waited_ms = 0;
        before = count;
        usleep(STEP_MS * 1000);
    }
    notify->stalled = true;
    return -ETIMEDOUT;
}

void replay_notify_tick(struct replay_notify *notify, const char *host, const struct alert *alerts,
                        size_t count, int64_t t_ms)
{
    notify->herald.host = host;
    herald_tick(&notify->herald, alerts, count, t_ms);
    herald_kept(&notify->herald); /* no disk is waited for */
    uv_run(&notify->loop, UV_RUN_NOWAIT);
    if (!notify->stalled && outbox_count(notify->herald.outbox) > MANY_EVENTS)
        wait_until(notify, MANY_EVENTS);
}

int replay_notify_wait(struct replay_notify *notify, struct error *e)
{
    if (wait_until(notify, 0) == 0)
        return 0;
    return error_set(e, -ETIMEDOUT, "%zu messages did not arrive",
                     outbox_count(notify->herald.outbox));
}

void replay_notify_close(struct replay_notify *notify)
{
    herald_close(&notify->herald);
    dispatch_close(&notify->dispatch);
    uv_run(&notify->loop, UV_RUN_DEFAULT);
    uv_loop_close(&notify->loop);
    herald_free(&notify->herald);
    launch_stop(&notify->launch);
    settings_free(&notify->settings);
}
