/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_SETTINGS_H
#define PROBES_MAILINDEX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "probes/cyrus_conf.h"
#include "probes/mailindex_share.h"

/* What the configuration says under probes.mailindex, besides what all probes have. */
struct mailindex_settings_store {
    const char *path; /* a directory, or a mail location; %u %n %d in it stand for any user */
    const char *user; /* whose rights to take; NULL: the worker's */
    const struct cyrus_partition *cyrus; /* that path is of, mailindex_stores.h; NULL: none */
    bool databases; /* of Cyrus: its configdirectory; mailboxes below it are stores of their own */
    struct mailindex_share share;  /* self is not known yet; members: none where it is not shared */
    const char *member;            /* who this host is among them; NULL: its host name says so */
    const char *members_directory; /* where they meet; NULL: nowhere, so that nobody is ever gone */
    int64_t takeover_ms;           /* after which a member that was not seen is gone */
};

struct mailindex_settings {
    const struct mailindex_settings_store *stores;
    size_t store_count; /* 0: those that mailindex_stores.h finds */
    int64_t round_ms;
    int64_t bytes_per_second;
    bool baseline; /* what must never change is remembered, and mails are read for it */
};

enum {
    MAILINDEX_MAX_STORES = 64,
    MAILINDEX_ROUND_MS = 7 * 24 * 60 * 60 * 1000, /* the defaults */
    MAILINDEX_BYTES_PER_SECOND = 20 * 1024 * 1024,
    MAILINDEX_TAKEOVER_MS = 60 * 60 * 1000,
};

/*
 * From JSON, as the agent gives it to the worker:
 *     {"stores": [{"path": "/var/vmail/%d/%n", "user": "vmail", "members": ["a", "b"],
 *                  "member": "a", "members_directory": "/var/vmail/.forewarn",
 *                  "takeover_ms": 3600000}],
 *      "round_ms": 604800000, "max_bytes_per_second": 20971520,
 *      "baseline": false}
 * NULL, and what is not said: the defaults. -EINVAL.
 */
int mailindex_settings_parse(const char *json, struct arena *arena,
                             struct mailindex_settings *settings, struct error *e);

#endif
