/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_conf.h"

#include <string.h>
#include <strings.h>

enum { KEYS_MAX = 4096 };

struct pair {
    const char *key, *value;
};

struct cyrus_conf_keys {
    struct arena *arena;
    struct pair *pairs;
    size_t count, room;
};

struct cyrus_conf_keys *cyrus_conf_keys_new(struct arena *arena)
{
    struct cyrus_conf_keys *keys = ARENA_NEW(arena, struct cyrus_conf_keys);
    keys->arena = arena;
    return keys;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static const char *trimmed(struct arena *arena, const char *from, const char *to)
{
    while (from < to && is_space(*from))
        from++;
    while (to > from && is_space(to[-1]))
        to--;
    return arena_strndup(arena, from, (size_t)(to - from));
}

/* key ":" value */
static bool take_line(struct cyrus_conf_keys *keys, const char *from, const char *to,
                      struct pair *pair)
{
    while (from < to && is_space(*from))
        from++;
    const char *colon = memchr(from, ':', (size_t)(to - from));
    if (from == to || *from == '#' || !colon || keys->count == KEYS_MAX)
        return false;
    *pair = (struct pair){trimmed(keys->arena, from, colon), trimmed(keys->arena, colon + 1, to)};
    return true;
}

void cyrus_conf_take(struct cyrus_conf_keys *keys, const char *text, size_t length,
                     void (*include)(struct cyrus_conf_keys *keys, const char *path, void *arg),
                     void *arg)
{
    const char *end = text + length;
    struct pair pair;

    while (text < end) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        if (!eol)
            eol = end;
        if (take_line(keys, text, eol, &pair)) {
            if (strcasecmp(pair.key, "@include") == 0) {
                if (include)
                    include(keys, pair.value, arg);
            } else {
                keys->pairs = arena_grow(keys->arena, keys->pairs, keys->count, &keys->room,
                                         sizeof *keys->pairs);
                keys->pairs[keys->count++] = pair;
            }
        }
        text = eol < end ? eol + 1 : end;
    }
}

/* The value that was given last, as in Cyrus; NULL: none. */
static const char *find(const struct cyrus_conf_keys *keys, const char *prefix, const char *name)
{
    size_t length = strlen(prefix);
    for (size_t i = keys->count; i-- > 0;)
        if (strncasecmp(keys->pairs[i].key, prefix, length) == 0 &&
            strcasecmp(keys->pairs[i].key + length, name) == 0 && keys->pairs[i].value[0])
            return keys->pairs[i].value;
    return NULL;
}

static bool is_on(const char *value, bool otherwise)
{
    return value ? strchr("1tTyY", value[0]) || strcasecmp(value, "on") == 0 : otherwise;
}

/* Whether a list of words has that one. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (list && *list) {
        list += strspn(list, " \t,");
        size_t n = strcspn(list, " \t,");
        if (n == length && strncasecmp(list, word, n) == 0)
            return true;
        list += n;
    }
    return false;
}

static struct cyrus_partition partition_of(const struct cyrus_conf_keys *keys,
                                           const struct pair *pair, const char *name)
{
    struct cyrus_partition partition = {
        .name = name,
        .mail = pair->value,
        .archive = find(keys, "archivepartition-", name),
        .unixhierarchysep = is_on(find(keys, "unixhierarchysep", ""), true),
    };
    partition.meta = find(keys, "metadir-index-", name);
    if (!partition.meta && lists(find(keys, "metapartition_files", ""), "index"))
        partition.meta = find(keys, "metapartition-", name);
    if (!partition.meta)
        partition.meta = partition.mail;
    return partition;
}

void cyrus_conf_finish(const struct cyrus_conf_keys *keys, struct cyrus_conf *conf)
{
    static const char prefix[] = "partition-";
    size_t length = sizeof prefix - 1;

    *conf = (struct cyrus_conf){.configdirectory = find(keys, "configdirectory", "")};
    for (size_t i = 0; i < keys->count && conf->count < CYRUS_PARTITIONS; i++) {
        const struct pair *pair = &keys->pairs[i];
        const char *name = pair->key + length;
        if (strncasecmp(pair->key, prefix, length) == 0 && pair->value[0] &&
            find(keys, prefix, name) == pair->value)
            conf->partitions[conf->count++] = partition_of(keys, pair, name);
    }
}
