/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_BACKWARD_FACTS_H
#define PROBES_DOVECOT_BACKWARD_FACTS_H

#include "probes/dovecot_backward.h"

/* What the files dovecot_backward*.c share. */

/* A record of a log, for findings. */
struct dovecot_source {
    const char *file;
    uint64_t offset;
    uint32_t length;
};

/* What the log says of a mail that the index has. */
struct dovecot_fact {
    uint8_t flags, flags_known; /* bits */
    bool appended;              /* so that all of it is known */
    uint32_t source;            /* of flags, a number of sources */
    uint32_t keyword_source;
    uint64_t keywords, keywords_known; /* of the first 64 */
    uint64_t modseq;                   /* 0: nothing known */
};

/* A mail that came, or mails that went. */
struct dovecot_passing {
    uint32_t first, last, source;
};

struct dovecot_passings {
    struct dovecot_passing *at;
    size_t count, room;
};

/* A field of a mail that was set, or by how much it was changed. */
struct dovecot_event {
    uint32_t position, order, source;
    uint16_t ext;
    bool change;
    bool unsure; /* whether it was applied depends on a reset_id that is not known */
    uint32_t size, reset_id;
    uint64_t value; /* up to 8 bytes as a number, else a hash */
};

/* What is known of an extension. */
struct dovecot_ext_fact {
    bool reset_known, cleared; /* its reset_id is known; all was set to zero once */
    uint32_t reset_id, cleared_at;
    bool introduced; /* it was new in this log */
    bool resized;
    uint8_t *header, *header_known; /* index's hdr_size bytes */
    uint32_t header_source;
};

struct dovecot_backward {
    const struct mailindex_file *file;
    const struct dovecot_index *index;
    struct dovecot_fact *facts; /* of each record of the index */
    struct dovecot_passings appended, expunged;
    struct dovecot_event *events;
    size_t event_count, event_room;
    struct dovecot_source *sources;
    size_t source_count, source_room;
    struct dovecot_ext_fact ext[DOVECOT_EXTENSIONS_MAX];
    int current; /* extension last introduced, -1: none */
    uint32_t current_reset, current_size, current_header;
    uint8_t header[DOVECOT_INDEX_HEADER], header_known[DOVECOT_INDEX_HEADER];
    uint32_t header_source;
    uint32_t next_uid, next_uid_source;
    uint32_t order;
    int modseq;                        /* that extension's number, -1: none */
    uint64_t modseq_now, highest_then; /* the latter at the place that the index names */
    bool highest_known;
    uint64_t work;
    bool overflow;           /* there was too much: nothing is compared */
    uint32_t unknown_source; /* 0: none, else 1 + number: an extension that the index lacks */
    uint32_t lost_keyword;   /* likewise a keyword */
};

/* The record's number among the sources, as the last one noted. */
static inline uint32_t dovecot_backward_source(const struct dovecot_backward *b)
{
    return (uint32_t)b->source_count - 1;
}

bool dovecot_backward_work(struct dovecot_backward *b, uint64_t mails);
void dovecot_backward_range(struct dovecot_backward *b, uint32_t first, uint32_t last, uint32_t *at,
                            uint32_t *end);

/* EXT_* and INCREMENT */
void dovecot_backward_extension(struct dovecot_backward *b, struct mailindex_window *window,
                                const struct dovecot_log_record *record);
void dovecot_backward_compare_extensions(struct dovecot_backward *b, struct mailindex_sink *sink);

/* Both places of a disagreement: in the index, and in the log. */
void dovecot_backward_say(struct dovecot_backward *b, struct mailindex_sink *sink, const char *rule,
                          uint64_t offset, uint64_t length, uint32_t source, const char *format,
                          ...) __attribute__((format(printf, 7, 8)));

static inline uint64_t dovecot_backward_record_at(const struct dovecot_backward *b,
                                                  uint32_t position)
{
    return b->index->records_at + (uint64_t)position * b->index->header.record_size;
}

#endif
