/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/record_live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/defaults.h"
#include "agent/privileges.h"
#include "agent/supervise.h"
#include "core/clock.h"
#include "exporters/openmetrics.h"
#include "probes/registry.h"

typedef Io__Prometheus__Client__MetricFamily Family;

enum { ROUND_MS = 60 * 1000, MAX_PROBES = 32 };

struct record_live {
    struct launch launch;
    int64_t looked_ms[MAX_PROBES];
};

/* What a round's input goes to. */
struct feed {
    struct record *record;
    uint32_t owner;
    bool samples; /* of this probe the samples are kept instead */
};

int record_live_start(const struct root *root, struct record_live **started, struct error *e)
{
    struct record_live *live = calloc(1, sizeof *live);
    if (!live)
        abort();
    live->launch = (struct launch){.pid = -1, .orders = -1, .log = -1};
    for (size_t i = 0; i < MAX_PROBES; i++)
        live->looked_ms[i] = INT64_MIN;
    *started = live;
    const struct launch_config config = {
        .probes = probes,
        .probe_state = DEFAULT_STATE_DIRECTORY "/probes",
        .root_fd = open(root_path(root), O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = root_path(root),
        .root_is_live = true,
        .privileged = privileges_are_roots(),
    };
    if (config.root_fd < 0)
        return error_set(e, -errno, "open root %s: %s", root_path(root), error_name(errno));
    int code = launch_start(&config, &live->launch, e);
    close(config.root_fd);
    return code < 0 ? code : privileges_drop(e);
}

void record_live_stop(struct record_live **live)
{
    if (!*live)
        return;
    launch_stop(&(*live)->launch);
    free(*live);
    *live = NULL;
}

static void take_input(void *arg, const Forewarn__Input *input)
{
    const struct feed *feed = arg;
    if (feed->samples || !input->path || input->kind > FOREWARN__INPUT_KIND__INPUT_FILE)
        return;
    record_see(feed->record, feed->owner, (enum root_kind)input->kind, input->path,
               input->data.data, input->data.len);
}

/* What the probe measured, as its recorded input: /samples/NAME.om. */
static void keep_samples(struct record *record, const struct probe *probe,
                         const struct intake *intake, struct arena *arena)
{
    const Family **families = NULL;
    size_t count = 0, room = 0;
    struct buf text = {0};

    for (size_t i = 0; i < intake->report_count; i++)
        for (size_t k = 0; k < intake->reports[i]->n_family; k++) {
            families = arena_grow(arena, families, count, &room, sizeof(Family *));
            families[count++] = intake->reports[i]->family[k];
        }
    openmetrics_render(families, count, EXPOSITION_OPENMETRICS, &text);
    record_see(record, RECORD_SAMPLES, ROOT_FILE,
               arena_printf(arena, "/samples/%s.om", probe->name), text.data ? text.data : "",
               text.length);
    buf_free(&text);
}

/* Targets that hung are no files: they are named in /samples/NAME.hung, where there were any. */
static void keep_hung(struct record *record, const struct probe *probe, const struct intake *intake,
                      struct arena *arena)
{
    struct buf text = {0};
    for (size_t i = 0; i < intake->finding_count; i++)
        if (strcmp(intake->findings[i].kind, "hung") == 0)
            buf_printf(&text, "%s\n", intake->findings[i].target);
    if (text.length)
        record_see(record, RECORD_SAMPLES, ROOT_FILE,
                   arena_printf(arena, "/samples/%s.hung", probe->name), text.data, text.length);
    buf_free(&text);
}

static int look_at(struct record_live *live, struct record *record, uint32_t index, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct store *store = store_new();
    struct intake intake;
    struct probe_result result;
    struct feed feed = {record, index, probes[index]->recorded_by_samples};

    intake_init(&intake, arena, store, clock_wall_ms(&clock_system), true);
    intake.input = take_input;
    intake.input_arg = &feed;
    const struct supervise_config config = {
        .launch = &live->launch,
        .probes = probes,
        .chosen = &index,
        .chosen_count = 1,
        .timeout_ms = ROUND_MS,
        .intake = &intake,
        .inputs = true,
    };
    int code = supervise(&config, &result, e);
    if (code == 0 && feed.samples)
        keep_samples(record, probes[index], &intake, arena);
    if (code == 0)
        keep_hung(record, probes[index], &intake, arena);
    if (code == 0 && result.up)
        record_done(record, index);
    intake_free(&intake);
    store_free(&store);
    return code;
}

/* The host's name is read by no probe. */
static void see_host(struct record *record)
{
    char name[256] = "";
    gethostname(name, sizeof name - 2);
    strcat(name, "\n");
    record_see(record, RECORD_HOST, ROOT_FILE, "/proc/sys/kernel/hostname", name, strlen(name));
    record_done(record, RECORD_HOST);
}

int record_live_look(struct record_live *live, struct record *record, int64_t holds_ms,
                     struct error *e)
{
    const struct recording_look look = {clock_wall_ms(&clock_system), holds_ms};
    int64_t now_ms = clock_monotonic_ns(&clock_system) / 1000000;
    int code = 0;

    record_begin(record, &look);
    see_host(record);
    for (uint32_t i = 0; code == 0 && probes[i] && i < MAX_PROBES; i++) {
        int64_t last_ms = live->looked_ms[i];
        /* A little early is in time, or it would be a whole look late. */
        if (last_ms != INT64_MIN && now_ms - last_ms < probes[i]->interval_ms - 1000)
            continue;
        live->looked_ms[i] = now_ms;
        code = look_at(live, record, i, e);
    }
    return code < 0 ? code : record_end(record, e);
}
