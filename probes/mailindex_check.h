/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_CHECK_H
#define PROBES_MAILINDEX_CHECK_H

#include "core/arena.h"
#include "probes/dovecot_mailbox.h"
#include "probes/mailindex_files.h"
#include "probes/mailindex_look.h"

/* One look at one mailbox, under way: what the checks against the store share. */
struct mailindex_check {
    const struct mailindex_mailbox *mailbox;
    const struct mailindex_look_options *options;
    struct arena *arena; /* of this look */
    struct mailindex_files files;
    struct dovecot_look look;
    struct mailindex_sink *sink;
    struct mailindex_compare *compare; /* with the baseline; NULL: there is none */
    bool moved;                        /* set where the store was seen to be written to */
    const char *unreadable, *unreadable_file;
};

/* What index and log say of the mails, where that can be held against the store; else NULL. */
static inline const struct dovecot_index *mailindex_check_state(const struct mailindex_check *check)
{
    const struct dovecot_state *state = check->look.state;
    return state && !check->look.disagree && dovecot_state_complete(state)
               ? dovecot_state_index(state)
               : NULL;
}

/* Remembers the first thing that could not be read. */
void mailindex_check_unreadable(struct mailindex_check *check, const char *file, const char *why);

/* The record of that mail in the index file, or the log where the index has none. */
struct mailindex_place mailindex_check_at(const struct mailindex_check *check, uint32_t uid);

/* For a sink whose findings somebody else tells. */
void mailindex_ignore(const struct mailindex_finding *finding, void *arg);

/* 16 bytes as 32 hex digits. */
void mailindex_guid_text(const uint8_t *bytes, char text[33]);

/* What a mail's own file says of it. */
struct mailindex_mail {
    uint32_t uid, position;      /* position in the state */
    struct mailindex_place file; /* of the mail */
    int64_t size, vsize;         /* -1: it does not say */
    const char *guid; /* 32 hex digits, or a maildir's base name; NULL: it does not say */
};

/* What index and cache say of sizes and GUIDs, to be held against the mails. */
struct mailindex_facts {
    struct mailindex_check *check;
    const struct dovecot_index *state;
    const struct dovecot_extension *vsize, *guid, *offset; /* NULL: the index has none */
    struct dovecot_cache cache;
    bool has_cache;
};

void mailindex_facts_open(struct mailindex_facts *facts, struct mailindex_check *check,
                          const struct dovecot_index *state);
void mailindex_facts_close(struct mailindex_facts *facts);

/* Three witnesses for each fact: the mail's file, the index, the cache; two outvote the third. */
void mailindex_facts_check(struct mailindex_facts *facts, const struct mailindex_mail *mail);

/* Whether the file is compressed or encrypted, so that its size says nothing. */
bool mailindex_is_packed(const uint8_t *start, size_t length);

/* Each of the formats against its mail. */
void mailindex_check_maildir(struct mailindex_check *check);
void mailindex_check_sdbox(struct mailindex_check *check);
void mailindex_check_storage(struct mailindex_check *check);

#endif
