/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_store.h"

#include <errno.h>
#include <string.h>

#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "agent/round.h"
#include "probes/dovecot_location.h"
#include "probes/mailindex_settings.h"

enum { SECOND_MS = 1000, DAY_MS = 24 * 60 * 60 * SECOND_MS, MAX_MEMBER = 128 };

struct store {
    struct yaml_text path, user, member, members_directory;
    json_t *members;
    int64_t takeover_ms;
};

static void read_text(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_text(file, node, out);
}

static void read_takeover(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, 2 * SECOND_MS, 30 * (int64_t)DAY_MS, out);
}

/* It is the name of a file, too. */
static bool is_member(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strlen(name);
    return length && length <= MAX_MEMBER && name[0] != '.' && strspn(name, allowed) == length;
}

static bool has_member(const json_t *members, const char *name)
{
    for (size_t i = 0; i < json_array_size(members); i++)
        if (strcmp(json_string_value(json_array_get(members, i)), name) == 0)
            return true;
    return false;
}

static void add_member(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct store *store = arg;
    struct yaml_text name = {0};

    yaml_read_text(file, node, &name);
    if (!name.text)
        return;
    if (!is_member(name.text))
        yaml_error(file, node, "'%.64s' is no name of a host", name.text);
    else if (has_member(store->members, name.text))
        yaml_error(file, node, "the member '%.64s' stands there twice", name.text);
    else if (json_array_size(store->members) >= MAILINDEX_MEMBERS)
        yaml_error(file, node, "more than %d members", MAILINDEX_MEMBERS);
    else
        json_array_append_new(store->members, json_must(json_string(name.text)));
}

static void read_members(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'members'", add_member, out);
}

/* A directory or a mail location, with variables that the probe knows. */
static bool is_place(struct yaml_file *file, const yaml_node_t *node, const char *path)
{
    SCRATCH_ARENA(arena);
    struct dovecot_location location;
    const char *pattern;
    struct error e = {0};

    if (strlen(path) > ROUND_MAX_NAME)
        error_set(&e, -ENAMETOOLONG, "longer than %d bytes", ROUND_MAX_NAME);
    else if (dovecot_location_is(path))
        dovecot_location_parse(path, NULL, arena, &location, &e);
    else if (path[0] != '/')
        error_set(&e, -EINVAL, "'%s' is no absolute path", path);
    if (!e.code)
        dovecot_location_pattern(path, arena, &pattern, &e);
    if (e.code)
        yaml_error(file, node, "%s", e.text);
    return e.code == 0;
}

/* What only makes sense together. */
static bool is_shared_well(struct yaml_file *file, const yaml_node_t *node,
                           const struct store *store)
{
    const char *member = store->member.text, *directory = store->members_directory.text;
    bool shared = json_array_size(store->members) > 0;

    if ((member || directory) && !shared)
        yaml_error(file, node, "a store without 'members' is not shared");
    else if (member && !has_member(store->members, member))
        yaml_error(file, node, "'%.64s' is none of the members", member);
    else if (directory && directory[0] != '/')
        yaml_error(file, node, "'%.200s' is no absolute path", directory);
    else
        return true;
    return false;
}

static const char *or_none(struct yaml_text text)
{
    return text.text ? text.text : "";
}

static json_t *store_json(const struct store *store)
{
    json_t *json =
        json_must(json_pack("{ss ss}", "path", store->path.text, "user", or_none(store->user)));

    if (json_array_size(store->members)) {
        json_object_set(json, "members", store->members);
        json_object_set_new(json, "member", json_must(json_string(or_none(store->member))));
        json_object_set_new(json, "members_directory",
                            json_must(json_string(or_none(store->members_directory))));
        json_object_set_new(json, "takeover_ms", json_must(json_integer(store->takeover_ms)));
    }
    return json;
}

static void add_store(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    static const struct yaml_field fields[] = {
        {"path", read_text, offsetof(struct store, path)},
        {"user", read_text, offsetof(struct store, user)},
        {"members", read_members, 0},
        {"member", read_text, offsetof(struct store, member)},
        {"members_directory", read_text, offsetof(struct store, members_directory)},
        {"takeover", read_takeover, offsetof(struct store, takeover_ms)},
    };
    json_t *stores = arg;
    struct store store = {.members = json_must(json_array()), .takeover_ms = MAILINDEX_TAKEOVER_MS};
    size_t errors = file->errors;

    yaml_read_mapping(file, node, "a store", fields, sizeof fields / sizeof *fields, &store);
    if (file->errors == errors && !store.path.text)
        yaml_error(file, node, "a store needs a path");
    else if (file->errors == errors && json_array_size(stores) >= MAILINDEX_MAX_STORES)
        yaml_error(file, node, "more than %d stores", MAILINDEX_MAX_STORES);
    else if (file->errors == errors && is_place(file, node, store.path.text) &&
             is_shared_well(file, node, &store))
        json_array_append_new(stores, store_json(&store));
    json_decref(store.members);
}

void config_read_stores(struct yaml_file *file, const yaml_node_t *node, json_t *stores)
{
    yaml_read_list(file, node, "'stores'", add_store, stores);
}
