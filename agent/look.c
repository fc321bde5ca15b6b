/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/check_answer.h"
#include "agent/defaults.h"
#include "agent/host.h"
#include "agent/privileges.h"
#include "agent/rule_files.h"
#include "agent/self.h"
#include "agent/supervise.h"
#include "config.h"
#include "core/clock.h"
#include "core/log.h"
#include "probes/registry.h"

/* What is kept of the time for judging and rendering: a share, but no more than they can take. */
enum { REPORT_SHARE = 10, REPORT_MS = 500 };

struct rule_errors {
    unsigned count;
    char first[256]; /* its first line */
};

static void log_rule_error(const char *text, void *arg)
{
    struct rule_errors *errors = arg;
    if (errors->count++ == 0)
        snprintf(errors->first, sizeof errors->first, "%.*s", (int)strcspn(text, "\n"), text);
    log_lines(LOG_ERR, text);
}

static int load_rules(const struct look_options *options, struct look_taken *taken, struct error *e)
{
    const struct rule_source *sources;
    size_t count;
    struct rule_errors errors = {0};

    if (!options->judge)
        return 0;
    int code = rule_files_read(options->rule_files, options->rule_file_count,
                               DEFAULT_RULE_DIRECTORY, taken->arena, &sources, &count, e);
    if (code < 0)
        return code;
    code = rule_set_load(sources, count, log_rule_error, &errors, &taken->rules);
    if (code < 0 && errors.count > 1)
        return error_set(e, code, "rules: %s, and %u more", errors.first, errors.count - 1);
    return code < 0 ? error_set(e, code, "rules: %s", errors.first) : 0;
}

static void judge(const struct look_options *options, struct look_taken *taken)
{
    struct judgement judgement;

    if (!options->judge)
        return;
    rule_set_judge(taken->rules, taken->store, taken->look.at_ms, taken->arena, &judgement);
    check_override(judgement.alerts, judgement.alert_count, options->overrides,
                   options->override_count);
    for (size_t i = 0; i < judgement.finding_count; i++)
        intake_finding(&taken->intake, &judgement.findings[i]);
    taken->look.alerts = judgement.alerts;
    taken->look.alert_count = judgement.alert_count;
    taken->look.unjudged = judgement.unjudged;
    taken->look.unjudged_count = judgement.unjudged_count;
}

static int run_probes(const struct look_options *options, struct look_taken *taken,
                      struct launch *launch, int64_t started_ns, struct error *e)
{
    struct probe_result *results =
        ARENA_ARRAY(taken->arena, struct probe_result, options->chosen_count);
    int64_t spent_ms = (clock_monotonic_ns(&clock_system) - started_ns) / 1000000;
    int64_t reserve_ms = options->timeout_ms / REPORT_SHARE;
    struct batch batch;

    if (reserve_ms > REPORT_MS)
        reserve_ms = REPORT_MS;
    const struct supervise_config config = {
        .launch = launch,
        .probes = probes,
        .chosen = options->chosen,
        .chosen_count = options->chosen_count,
        .timeout_ms = options->timeout_ms - reserve_ms - spent_ms,
        .intake = &taken->intake,
    };
    int code = supervise(&config, results, e);
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_build_info, 1, PACKAGE_VERSION);
    intake_batch(&taken->intake, &self_probe, &batch);
    batch_free(&batch);
    taken->look.probes = results;
    taken->look.probe_count = options->chosen_count;
    return code;
}

static int start_launcher(const struct look_options *options, const struct root *root,
                          struct launch *launch, struct error *e)
{
    SCRATCH_ARENA(arena);
    const char *state =
        options->state_directory ? options->state_directory : DEFAULT_STATE_DIRECTORY;
    const struct launch_config config = {
        .probes = probes,
        .probe_state = root_is_live(root) ? arena_printf(arena, "%s/probes", state) : NULL,
        .root_fd = open(options->root, O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = options->root,
        .root_is_live = root_is_live(root),
        .privileged = privileges_are_roots(),
    };
    if (config.root_fd < 0)
        return error_set(e, -errno, "open root %s: %s", options->root, error_name(errno));
    int code = launch_start(&config, launch, e);
    close(config.root_fd);
    return code;
}

/* A directory that is no recorded tree, mistyped perhaps, is not a host that is well. */
static bool holds_anything(const struct root *root, struct arena *arena)
{
    static const char *const places[] = {"/sys/block", "/proc/mdstat", "/proc/1/mountinfo",
                                         "/proc/self/mountinfo", "/proc/mounts"};
    char **files;
    size_t count;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (root_exists(root, places[i]))
            return true;
    return root_list(root, "/smart", arena, &files, &count, NULL) == 0
               ? count > 0
               : root_exists(root, "/smart");
}

static void tell_nothing(struct look_taken *taken, const char *path)
{
    intake_finding(&taken->intake,
                   &(struct finding){.kind = "unreadable",
                                     .blind = true,
                                     .probe = self_probe.name,
                                     .target = "",
                                     .file = path,
                                     .offset = -1,
                                     .message = "holds nothing to look at: none of sys/block, "
                                                "proc/mdstat, proc/self/mountinfo, "
                                                "smart/*.blob, smart/*.json"});
}

/* What has to be done with the caller's rights. */
static int prepare(const struct look_options *options, struct look_taken *taken,
                   struct launch *launch, struct error *e)
{
    struct root *root;
    int code = root_open(options->root, &root, e);
    if (code < 0)
        return code;
    code = start_launcher(options, root, launch, e);
    if (code == 0)
        taken->look.host = host_name(root, taken->arena);
    if (code == 0 && !holds_anything(root, taken->arena))
        tell_nothing(taken, options->root);
    if (code == 0 && options->judge)
        look_history_prepare(&taken->history, options->state_directory, root_is_live(root),
                             taken->arena);
    root_close(&root);
    if (code == 0)
        code = load_rules(options, taken, e);
    return code < 0 ? code : privileges_drop(e);
}

static void conclude(struct look_taken *taken)
{
    intake_sort(&taken->intake);
    taken->look.findings = taken->intake.findings;
    taken->look.finding_count = taken->intake.finding_count;
    taken->look.verdict = look_verdict(&taken->look);
}

int look_take(const struct look_options *options, struct look_taken *taken, struct error *e)
{
    int64_t started_ns = clock_monotonic_ns(&clock_system);
    struct launch launch = {.pid = -1, .orders = -1, .log = -1};

    *taken = (struct look_taken){.arena = arena_new(), .store = store_new()};
    taken->look.at_ms = clock_wall_ms(&clock_system);
    intake_init(&taken->intake, taken->arena, taken->store, taken->look.at_ms, options->keep);
    int code = prepare(options, taken, &launch, e);
    if (code == 0) {
        look_history_begin(&taken->history, taken->store, taken->look.at_ms);
        code = run_probes(options, taken, &launch, started_ns, e);
    }
    launch_stop(&launch);
    if (code < 0) {
        look_release(taken);
        return code;
    }
    look_history_append(&taken->history, &taken->intake);
    judge(options, taken);
    look_history_append_records(&taken->history);
    conclude(taken);
    return 0;
}

void look_note(struct look_taken *taken, const struct finding *finding)
{
    intake_finding(&taken->intake, finding);
    conclude(taken);
}

void look_release(struct look_taken *taken)
{
    look_history_close(&taken->history);
    intake_free(&taken->intake);
    rule_set_free(&taken->rules);
    store_free(&taken->store);
    arena_free(&taken->arena);
}
