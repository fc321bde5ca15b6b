/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/instant.h"
#include "exporters/compat.h"

#define GAUGE(symbol, suffix, of_help, ...)                                                        \
    static const struct metric symbol = {                                                          \
        .name = "node_md_" suffix,                                                                 \
        .type = METRIC_GAUGE,                                                                      \
        .unit = "",                                                                                \
        .help = of_help,                                                                           \
        .source = "as node_exporter's collector mdadm",                                            \
        .labels = {"device", ##__VA_ARGS__},                                                       \
    }

GAUGE(blocks, "blocks", "Total number of blocks on device.");
GAUGE(blocks_synced, "blocks_synced", "Number of blocks synced on device.");
GAUGE(degraded, "degraded", "Number of degraded disks on device.");
GAUGE(disks, "disks", "Number of active/failed/spare disks of device.", "state");
GAUGE(disks_required, "disks_required", "Total number of disks of device.");
GAUGE(raid_disks, "raid_disks", "Number of raid disks on device.");
GAUGE(state, "state", "Indicates the state of md-device.", "state");

enum { BLOCK = 1024 };

/* What is gathered of one array; NAN: not known. */
struct array {
    const char *name;
    double wanted, lost, faulty, spare, size, done_ratio, total;
    bool inactive, broken;
    bool waits;         /* for a sync: mdstat says resync=DELAYED or PENDING, whatever it is */
    const char *action; /* of the sync that runs */
};

struct arrays {
    struct arena *arena;
    struct array *at;
    size_t count, room;
};

static struct array *find(const struct arrays *arrays, const struct labels *labels)
{
    const char *name = labels_get(labels, "array");
    for (size_t i = 0; i < arrays->count; i++)
        if (strcmp(arrays->at[i].name, name) == 0)
            return &arrays->at[i];
    return NULL;
}

static void add_array(const struct labels *labels, double value, void *arg)
{
    struct arrays *arrays = arg;
    (void)value;
    if (find(arrays, labels))
        return;
    arrays->at =
        arena_grow(arrays->arena, arrays->at, arrays->count, &arrays->room, sizeof *arrays->at);
    arrays->at[arrays->count++] = (struct array){
        .name = labels_get(labels, "array"),
        .wanted = NAN,
        .lost = NAN,
        .size = NAN,
        .done_ratio = NAN,
        .total = NAN,
        .action = "idle",
    };
}

static void take_number(const struct labels *labels, double value, void *arg, size_t offset)
{
    struct array *array = find(arg, labels);
    if (array)
        *(double *)((char *)array + offset) = value;
}

#define TAKE(field)                                                                                \
    static void take_##field(const struct labels *labels, double value, void *arg)                 \
    {                                                                                              \
        take_number(labels, value, arg, offsetof(struct array, field));                            \
    }

TAKE(wanted)
TAKE(lost)
TAKE(size)
TAKE(done_ratio)
TAKE(total)

static void take_disks(const struct labels *labels, double value, void *arg)
{
    const char *what = labels_get(labels, "state");
    if (strcmp(what, "faulty") == 0)
        take_number(labels, value, arg, offsetof(struct array, faulty));
    else if (strcmp(what, "spare") == 0)
        take_number(labels, value, arg, offsetof(struct array, spare));
}

static void take_state(const struct labels *labels, double value, void *arg)
{
    struct array *array = find(arg, labels);
    if (array && value) {
        array->inactive |= strcmp(labels_get(labels, "state"), "inactive") == 0;
        array->broken |= strcmp(labels_get(labels, "state"), "broken") == 0;
    }
}

static void take_action(const struct labels *labels, double value, void *arg)
{
    struct array *array = find(arg, labels);
    if (array && value)
        array->action = labels_get(labels, "action");
}

static void take_why(const struct labels *labels, double value, void *arg)
{
    struct array *array = find(arg, labels);
    if (array && value)
        array->waits |= strcmp(labels_get(labels, "why"), "remote") != 0;
}

static void gather(const struct snapshot *snapshot, struct arrays *arrays)
{
    static const struct {
        const char *metric;
        void (*take)(const struct labels *labels, double value, void *arg);
    } facts[] = {
        {"forewarn_md_info", add_array},
        {"forewarn_md_state", take_state},
        {"forewarn_md_disks", take_disks},
        {"forewarn_md_disks_wanted", take_wanted},
        {"forewarn_md_degraded", take_lost},
        {"forewarn_md_size_bytes", take_size},
        {"forewarn_md_sync", take_action},
        {"forewarn_md_sync_waiting", take_why},
        {"forewarn_md_sync_completed_ratio", take_done_ratio},
        {"forewarn_md_sync_total_bytes", take_total},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        compat_each(snapshot, facts[i].metric, facts[i].take, arrays);
}

/* What node_exporter calls a sync that runs; NULL for a reshape, which it does not know. */
static const char *sync_of(const struct array *array)
{
    static const char *const names[][2] = {
        {"check", "check"}, {"recover", "recovering"}, {"repair", "resync"}, {"resync", "resync"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(array->action, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

/* The one state that node_exporter has for it; "" for one that is none of its five. */
static const char *state_of(const struct array *array)
{
    if (array->waits)
        return "resync";
    if (sync_of(array) && !isnan(array->done_ratio))
        return sync_of(array);
    return array->inactive ? "inactive" : array->broken ? "" : "active";
}

/* How far a sync is that runs; else all of the array is. */
static double synced(const struct array *array)
{
    if (array->waits)
        return 0;
    return !sync_of(array) || isnan(array->done_ratio) || isnan(array->total)
               ? array->size / BLOCK
               : round(array->done_ratio * array->total / BLOCK);
}

static void put(struct batch *batch, const struct metric *metric, const struct array *array,
                double value)
{
    if (!isnan(value))
        BATCH_SAMPLE(batch, metric, value, array->name);
}

static void put_array(struct batch *batch, const struct array *array)
{
    static const char *const states[] = {"active", "check", "inactive", "recovering", "resync"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        BATCH_SAMPLE(batch, &state, strcmp(states[i], state_of(array)) == 0, array->name,
                     states[i]);
    if (!isnan(array->wanted))
        BATCH_SAMPLE(batch, &disks, array->wanted - (isnan(array->lost) ? 0 : array->lost),
                     array->name, "active");
    BATCH_SAMPLE(batch, &disks, array->faulty, array->name, "failed");
    BATCH_SAMPLE(batch, &disks, array->spare, array->name, "spare");
    put(batch, &disks_required, array, array->wanted);
    put(batch, &raid_disks, array, array->wanted);
    put(batch, &degraded, array, array->lost);
    put(batch, &blocks, array, array->size / BLOCK);
    put(batch, &blocks_synced, array, synced(array));
}

void compat_node_exporter(const struct snapshot *snapshot, struct batch *batch)
{
    SCRATCH_ARENA(arena);
    struct arrays arrays = {.arena = arena};

    gather(snapshot, &arrays);
    for (size_t i = 0; i < arrays.count; i++)
        put_array(batch, &arrays.at[i]);
}
