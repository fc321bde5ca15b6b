/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_MAP_H
#define PROBES_DOVECOT_MAP_H

#include "probes/dovecot_index.h"

/*
 * dovecot.map.index of mdbox: where in which m.* file a mail is, and how many mailboxes have it.
 * Source: lib-storage/index/dbox-multi/mdbox-map.c, mdbox-map-private.h.
 */
struct dovecot_map_mail {
    uint32_t map_uid; /* the uid of its record */
    uint32_t file_id, offset, size;
    uint16_t references; /* 0: waits for doveadm purge */
};

/* position < count of the map's index, of the file or of a state; false: it has no such fields. */
bool dovecot_map_mail(const struct dovecot_index *index, uint32_t position,
                      struct dovecot_map_mail *mail);

struct dovecot_map_header {
    uint32_t highest_file_id, rebuild_count;
};
bool dovecot_map_header(const struct dovecot_index *index, struct dovecot_map_header *header);

/* What a map must be whatever its files hold: file ids, overlap of mails within a file. */
void dovecot_map_verify(const struct mailindex_file *file, const struct dovecot_index *index,
                        struct mailindex_sink *sink);

#endif
