/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/local_probe.h"

#include <errno.h>
#include <string.h>

#include "agent/self.h"
#include "exporters/openmetrics_read.h"
#include "probes/probers.h"

enum { SAMPLES_MAX = 64 * 1024 * 1024 };

struct local_round {
    const struct probe *probe;
    struct seen *seen;
    const char *hung; /* targets that hung when they were recorded, a line each */
};

static void report_hung(struct local_round *round, const char *target, bool hung)
{
    struct batch batch;
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_target_hung, hung, round->probe->name, target);
    intake_batch(&round->seen->intake, &self_probe, &batch);
    batch_free(&batch);
}

static bool has_line(const char *text, const char *line)
{
    size_t n = strlen(line);
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strcspn(text, "\n") == n && strncmp(text, line, n) == 0)
            return true;
    return false;
}

static bool begin(struct probe_run *run, const char *target)
{
    struct local_round *round = run->owner;
    bool hung = has_line(round->hung, target);
    if (hung)
        report_hung(round, target, true);
    return !hung;
}

static void take(struct probe_run *run)
{
    struct local_round *round = run->owner;
    intake_batch(&round->seen->intake, round->probe, &run->batch);
    batch_reset(&run->batch);
}

static void end(struct probe_run *run, const char *target)
{
    take(run);
    report_hung(run->owner, target, false);
}

/* 0: it was run, or could not be; the error says why not. */
static int run_probe(const struct local_probe *local, struct seen *seen, struct error *e)
{
    const struct prober *prober = prober_find(local->probe->name);
    struct local_round round = {.probe = local->probe, .seen = seen, .hung = ""};
    char *hung;
    struct probe_run run = {.root = local->root,
                            .clock = local->clock,
                            .state_directory = local->state_directory,
                            .begin = begin,
                            .end = end,
                            .owner = &round};
    if (!prober)
        return error_set(e, -ENOENT, "there is no such probe here, and no samples of it");
    if (root_read(local->root, arena_printf(seen->arena, "/samples/%s.hung", local->probe->name),
                  SAMPLES_MAX, seen->arena, &hung, NULL, NULL) == 0)
        round.hung = hung;
    batch_init(&run.batch);
    int code = prober->open ? prober->open(&run, e) : 0;
    if (code == 0) {
        code = prober->poll(&run, e);
        take(&run);
        if (prober->close)
            prober->close(&run);
    }
    batch_free(&run.batch);
    return code;
}

/* 1: there are samples, and they were taken; 0: there are none. */
static int take_samples(const struct local_probe *local, struct seen *seen, struct error *e)
{
    struct openmetrics_summary summary;
    char *text;
    size_t length;
    char *path = arena_printf(seen->arena, "/samples/%s.om", local->probe->name);

    if (!root_exists(local->root, path))
        return 0;
    int code = root_read(local->root, path, SAMPLES_MAX, seen->arena, &text, &length, e);
    const struct openmetrics_source source = {.name = path,
                                              .text = text,
                                              .length = length,
                                              .format = EXPOSITION_OPENMETRICS,
                                              .untimed_ms = seen->at_ms};
    if (code == 0)
        code = openmetrics_read(&source, seen->store, &summary, e);
    return code < 0 ? code : 1;
}

struct seen *local_probe_look(const struct local_probe *local)
{
    struct seen *seen = seen_new(clock_wall_ms(local->clock));
    struct error e = {0};
    struct batch batch;

    int code = take_samples(local, seen, &e);
    if (code == 0)
        code = run_probe(local, seen, &e);
    seen->result = (struct probe_result){
        .name = local->probe->name,
        .up = code >= 0,
        .error = code < 0 ? arena_strdup(seen->arena, e.text) : "",
    };
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_probe_up, code >= 0, local->probe->name);
    BATCH_SAMPLE(&batch, &self_probe_duration, 0, local->probe->name);
    intake_batch(&seen->intake, &self_probe, &batch);
    batch_free(&batch);
    return seen;
}
