/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/configuration_store.h"
#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "agent/round.h"
#include "probes/mailindex_settings.h"

enum {
    SECOND_MS = 1000,
    HOUR_MS = 60 * 60 * SECOND_MS,
    DAY_MS = 24 * HOUR_MS,
    MAX_TARGETS = 10000,
    MAX_LOCK_TESTS = 64,
    RPCBIND_PORT = 111,
};

static void read_interval(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, SECOND_MS, DAY_MS, out);
}

static void read_deadline(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, 100, HOUR_MS, out);
}

static bool is_target(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return false;
    return text[0] && strlen(text) <= ROUND_MAX_NAME;
}

static void add_target(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct config_probe *probe = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (!is_target(text.text)) {
        yaml_error(file, node, "'%.64s' is no name of a target", text.text);
        return;
    }
    if (probe->target_count >= MAX_TARGETS) {
        yaml_error(file, node, "more than %d targets", MAX_TARGETS);
        return;
    }
    probe->targets = arena_grow(file->arena, probe->targets, probe->target_count,
                                &probe->target_room, sizeof *probe->targets);
    probe->targets[probe->target_count++] = text.text;
}

static void read_targets(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'targets'", add_target, out);
}

static const struct yaml_field probe_fields[] = {
    {"enabled", config_read_bool, offsetof(struct config_probe, enabled)},
    {"interval", read_interval, offsetof(struct config_probe, interval_ms)},
    {"deadline", read_deadline, offsetof(struct config_probe, deadline_ms)},
    {"targets", read_targets, 0}, /* the last: of probes that can be asked only */
};

enum { PROBE_FIELDS = sizeof probe_fields / sizeof *probe_fields };

static void read_probe(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_mapping(file, node, "a probe", probe_fields, PROBE_FIELDS - 1, out);
}

static void read_asked_probe(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_mapping(file, node, "a probe", probe_fields, PROBE_FIELDS, out);
}

struct nfslock {
    struct config_probe probe; /* first, as probe_fields have it */
    json_t *lock_test;
    int64_t port;
};

static void add_lock_test(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct nfslock *nfslock = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (text.text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", text.text);
    else if (strlen(text.text) > ROUND_MAX_NAME)
        yaml_error(file, node, "longer than %d bytes", ROUND_MAX_NAME);
    else if (json_array_size(nfslock->lock_test) >= MAX_LOCK_TESTS)
        yaml_error(file, node, "more than %d directories", MAX_LOCK_TESTS);
    else
        json_array_append_new(nfslock->lock_test, json_must(json_string(text.text)));
}

static void read_lock_test(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'lock_test'", add_lock_test, out);
}

static void read_port(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    char *end;

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    long port = strtol(text.text, &end, 10);
    if (!*text.text || *end || port < 1 || port > UINT16_MAX)
        yaml_error(file, node, "'%.80s' is no port", text.text);
    else
        *(int64_t *)out = port;
}

/* Takes the object over. */
static const char *dump(json_t *object, struct arena *arena)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (!text)
        abort();
    const char *json = arena_strdup(arena, text);
    free(text);
    json_decref(object);
    return json;
}

/* What the worker is told; NULL where that is nothing. */
static const char *nfslock_json(struct nfslock *nfslock, struct arena *arena)
{
    const struct config_probe *probe = &nfslock->probe;
    json_t *object = json_must(json_object()), *targets = json_must(json_array());
    bool has_any =
        probe->target_count || json_array_size(nfslock->lock_test) || nfslock->port != RPCBIND_PORT;

    for (size_t i = 0; i < probe->target_count; i++)
        json_array_append_new(targets, json_must(json_string(probe->targets[i])));
    json_object_set_new(object, "targets", targets);
    json_object_set_new(object, "lock_test", nfslock->lock_test);
    json_object_set_new(object, "rpcbind_port", json_must(json_integer(nfslock->port)));
    const char *json = dump(object, arena);
    return has_any ? json : NULL;
}

static void read_nfslock(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field own[] = {
        {"lock_test", read_lock_test, 0},
        {"rpcbind_port", read_port, offsetof(struct nfslock, port)},
    };
    enum { OWN = sizeof own / sizeof *own };
    struct yaml_field fields[PROBE_FIELDS + OWN];
    struct config_probe *probe = out;
    struct nfslock nfslock = {
        .probe = *probe, .lock_test = json_must(json_array()), .port = RPCBIND_PORT};

    memcpy(fields, probe_fields, sizeof probe_fields);
    memcpy(fields + PROBE_FIELDS, own, sizeof own);
    yaml_read_mapping(file, node, "a probe", fields, PROBE_FIELDS + OWN, &nfslock);
    *probe = nfslock.probe;
    probe->json = nfslock_json(&nfslock, file->arena);
}

struct mailindex {
    struct config_probe probe; /* first, as probe_fields have it */
    json_t *stores;
    int64_t round_ms, bytes_per_second;
    bool baseline;
};

static void read_stores(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct mailindex *mailindex = out;
    config_read_stores(file, node, mailindex->stores);
}

static void read_round(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, HOUR_MS, 366 * (int64_t)DAY_MS, out);
}

static void read_bytes_per_second(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_size(file, node, 64 * 1024, (int64_t)1 << 40, out);
}

/* A member is seen once a round: one round that takes longer must not cost it its share. */
static void check_takeover(struct yaml_file *file, const yaml_node_t *node,
                           const struct mailindex *mailindex)
{
    for (size_t i = 0; i < json_array_size(mailindex->stores); i++) {
        const json_t *store = json_array_get(mailindex->stores, i);
        const json_t *takeover = json_object_get(store, "takeover_ms");
        if (takeover && json_integer_value(takeover) <= 2 * mailindex->probe.interval_ms)
            yaml_error(file, node, "takeover of %s: has to be more than two intervals",
                       json_string_value(json_object_get(store, "path")));
    }
}

/* What the worker is told; NULL where that is nothing. */
static const char *mailindex_json(struct mailindex *mailindex, struct arena *arena)
{
    bool has_any = json_array_size(mailindex->stores) ||
                   mailindex->round_ms != MAILINDEX_ROUND_MS ||
                   mailindex->bytes_per_second != MAILINDEX_BYTES_PER_SECOND || mailindex->baseline;
    const char *json =
        dump(json_must(json_pack("{so sI sI sb}", "stores", mailindex->stores, "round_ms",
                                 (json_int_t)mailindex->round_ms, "max_bytes_per_second",
                                 (json_int_t)mailindex->bytes_per_second, "baseline",
                                 mailindex->baseline)),
             arena);
    return has_any ? json : NULL;
}

static void read_mailindex(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field own[] = {
        {"stores", read_stores, 0},
        {"round", read_round, offsetof(struct mailindex, round_ms)},
        {"max_bytes_per_second", read_bytes_per_second,
         offsetof(struct mailindex, bytes_per_second)},
        {"baseline", config_read_bool, offsetof(struct mailindex, baseline)},
    };
    enum { COMMON = PROBE_FIELDS - 1, OWN = sizeof own / sizeof *own };
    struct yaml_field fields[COMMON + OWN];
    struct config_probe *probe = out;
    struct mailindex mailindex = {.probe = *probe,
                                  .stores = json_must(json_array()),
                                  .round_ms = MAILINDEX_ROUND_MS,
                                  .bytes_per_second = MAILINDEX_BYTES_PER_SECOND};

    memcpy(fields, probe_fields, COMMON * sizeof *fields);
    memcpy(fields + COMMON, own, sizeof own);
    yaml_read_mapping(file, node, "a probe", fields, COMMON + OWN, &mailindex);
    check_takeover(file, node, &mailindex);
    *probe = mailindex.probe;
    probe->json = mailindex_json(&mailindex, file->arena);
}

configuration_read_fn *configuration_probe_reader(const struct probe *probe)
{
    if (strcmp(probe->name, "mailindex") == 0)
        return read_mailindex;
    if (strcmp(probe->name, "nfslock") == 0)
        return read_nfslock;
    return probe->asks ? read_asked_probe : read_probe;
}
