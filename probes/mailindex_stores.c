/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_stores.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "probes/dovecot_location.h"
#include "probes/dovecot_settings.h"
#include "probes/smartctl_run.h"

enum { ASK_MS = 5000, MAX_ANSWER = 16384, MAX_SETTINGS = 16 };

static const char imapd_conf[] = "/etc/imapd.conf";

/* The stores, as they are found. */
struct found {
    struct probe_run *run;
    struct arena *arena;
    struct mailindex_settings_store *stores; /* MAILINDEX_MAX_STORES */
    size_t count;
};

/* Whether this host looks at it; where it is shared, who it is among the members. */
static bool takes_part(struct found *found, struct mailindex_settings_store *store)
{
    char host[HOST_NAME_MAX + 1] = "";

    if (!store->share.count)
        return true;
    if (store->member)
        snprintf(host, sizeof host, "%s", store->member);
    else if (gethostname(host, sizeof host - 1) < 0)
        host[0] = '\0';
    if (mailindex_share_find(&store->share, host))
        return true;
    probe_finding(found->run, "unreadable", true, store->path, "",
                  "not verified here: '%.100s' is none of its members, or more than one", host);
    return false;
}

static void add(struct found *found, const struct mailindex_settings_store *given)
{
    if (found->count < MAILINDEX_MAX_STORES) {
        struct mailindex_settings_store *store = &found->stores[found->count];
        *store = *given;
        found->count += takes_part(found, store);
    } else {
        probe_finding(found->run, "note", false, given->path, "",
                      "not verified: there are more than %d stores", MAILINDEX_MAX_STORES);
    }
}

/* ---- Dovecot ---- */

/* What doveconf says of settings; NULL: it is not here, or does not know them. */
static const char *ask_doveconf(const char *const *settings, struct arena *arena)
{
    static const char *const places[] = {"/usr/bin/doveconf", "/usr/local/bin/doveconf"};
    const char *arguments[MAX_SETTINGS] = {"doveconf"};
    struct smartctl_output output;
    struct error e;

    for (size_t i = 0; settings[i] && i + 2 < MAX_SETTINGS; i++)
        arguments[i + 1] = settings[i];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0 &&
            smartctl_run(places[i], arguments, MAX_ANSWER, ASK_MS, arena, &output, &e) == 0 &&
            output.exit_status == 0)
            return output.text;
    return NULL;
}

/* Dovecot's own word, where none is configured. */
static void ask_dovecot(struct found *found)
{
    const char *const *const versions[] = {dovecot_settings_2_3, dovecot_settings_2_4};
    struct mailindex_settings_store store = {0};
    struct error e;

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const char *text = ask_doveconf(versions[i], found->arena);
        int code = text ? dovecot_settings_location(text, found->arena, &store.path, &e) : -ENOENT;
        if (code == 0) {
            add(found, &store);
            return;
        }
        if (code != -ENOENT)
            probe_finding(found->run, "note", false, "doveconf", "", "%s", e.text);
    }
}

/* ---- Cyrus ---- */

/* Each has the user and the members of the store that stands for all of them. */
static void add_cyrus(struct found *found, const struct mailindex_settings_store *from)
{
    struct mailindex_settings_store store = *from;
    const char *file = from->path;
    struct cyrus_conf *conf = ARENA_NEW(found->arena, struct cyrus_conf);
    struct error e = {0};

    if (cyrus_conf_read(file, found->arena, conf, &e) < 0) {
        probe_finding(found->run, "unreadable", true, file, file, "%s", e.text);
        return;
    }
    for (int i = 0; i < conf->count; i++) {
        store.path = conf->partitions[i].mail;
        store.cyrus = &conf->partitions[i];
        add(found, &store);
    }
    store.path = conf->configdirectory;
    store.cyrus = NULL;
    store.databases = true;
    if (store.path)
        add(found, &store);
}

static bool stands_for_cyrus(const char *path)
{
    return !dovecot_location_is(path) && text_ends_in(path, ".conf") && cyrus_conf_is(path);
}

void mailindex_stores_find(struct probe_run *run, struct mailindex_settings *settings,
                           struct arena *arena)
{
    if (!root_is_live(run->root))
        return;
    struct found found = {
        run, arena, ARENA_ARRAY(arena, struct mailindex_settings_store, MAILINDEX_MAX_STORES), 0};
    for (size_t i = 0; i < settings->store_count; i++) {
        const struct mailindex_settings_store *store = &settings->stores[i];
        if (stands_for_cyrus(store->path))
            add_cyrus(&found, store);
        else
            add(&found, store);
    }
    if (!settings->store_count) {
        ask_dovecot(&found);
        if (access(imapd_conf, F_OK) == 0)
            add_cyrus(&found, &(struct mailindex_settings_store){.path = imapd_conf});
    }
    settings->stores = found.stores;
    settings->store_count = found.count;
}
