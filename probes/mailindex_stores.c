/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_stores.h"

#include <errno.h>
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

static void add(struct found *found, const struct mailindex_settings_store *store)
{
    if (found->count < MAILINDEX_MAX_STORES)
        found->stores[found->count++] = *store;
    else
        probe_finding(found->run, "note", false, store->path, "",
                      "not verified: there are more than %d stores", MAILINDEX_MAX_STORES);
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

static void add_cyrus(struct found *found, const char *file, const char *user)
{
    struct cyrus_conf *conf = ARENA_NEW(found->arena, struct cyrus_conf);
    struct error e = {0};

    if (cyrus_conf_read(file, found->arena, conf, &e) < 0) {
        probe_finding(found->run, "unreadable", true, file, file, "%s", e.text);
        return;
    }
    for (int i = 0; i < conf->count; i++)
        add(found, &(struct mailindex_settings_store){.path = conf->partitions[i].mail,
                                                      .user = user,
                                                      .cyrus = &conf->partitions[i]});
    if (conf->configdirectory)
        add(found, &(struct mailindex_settings_store){
                       .path = conf->configdirectory, .user = user, .databases = true});
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
            add_cyrus(&found, store->path, store->user);
        else
            add(&found, store);
    }
    if (!settings->store_count) {
        ask_dovecot(&found);
        if (access(imapd_conf, F_OK) == 0)
            add_cyrus(&found, imapd_conf, NULL);
    }
    settings->stores = found.stores;
    settings->store_count = found.count;
}
