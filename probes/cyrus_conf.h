/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_CONF_H
#define PROBES_CYRUS_CONF_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * Where Cyrus keeps its files, by imapd.conf(5): lines "key: value", '#' for comments, "@include:".
 * How directories of mailboxes are hashed need not be known: they are recognised by what is in
 * them, and lie at the same place below each kind of partition.
 */
struct cyrus_partition {
    const char *name;
    const char *mail;    /* partition-NAME */
    const char *meta;    /* metapartition-NAME, where cyrus.index is there; else as mail */
    const char *archive; /* archivepartition-NAME; NULL: none */
    bool unixhierarchysep;
};

enum { CYRUS_PARTITIONS = 64 };

struct cyrus_conf {
    const char *configdirectory; /* of the databases */
    struct cyrus_partition partitions[CYRUS_PARTITIONS];
    int count;
};

/*
 * Takes the text of a file. include is called for "@include: FILE" and may call back; it may be
 * NULL. Strings are the arena's. -EINVAL where no partition and no configdirectory is known by the
 * end of it is for cyrus_conf_read() to say.
 */
struct cyrus_conf_keys;
struct cyrus_conf_keys *cyrus_conf_keys_new(struct arena *arena);
void cyrus_conf_take(struct cyrus_conf_keys *keys, const char *text, size_t length,
                     void (*include)(struct cyrus_conf_keys *keys, const char *path, void *arg),
                     void *arg);
void cyrus_conf_finish(const struct cyrus_conf_keys *keys, struct cyrus_conf *conf);

/* Whether a file is imapd.conf, by its name or by a line "configdirectory:". */
bool cyrus_conf_is(const char *path);

/* Reads a file and those it includes. */
int cyrus_conf_read(const char *path, struct arena *arena, struct cyrus_conf *conf,
                    struct error *e);

#endif
