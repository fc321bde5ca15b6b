/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_SHARE_H
#define PROBES_MAILINDEX_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which of the hosts that share a store looks at which mailbox, so that each is read once: by
 * rendezvous hashing (Thaler and Ravishankar, 1996) each goes to the member for which XXH64 of its
 * path, seeded by XXH64 of the member's name, is the highest. When a member goes, only its own
 * mailboxes move, and they spread over all others. Pure, and the same on all hosts.
 */
enum { MAILINDEX_MEMBERS = 64 };

struct mailindex_share {
    const char *const *members; /* each once; a member is a bit of a mask, by its place here */
    size_t count;               /* 0: the store is not shared */
    size_t self;
};

/*
 * Finds the host among the members, by its whole name or up to the first dot. False where it is
 * none of them, or where more than one fits.
 */
bool mailindex_share_find(struct mailindex_share *share, const char *host);

uint64_t mailindex_share_all(const struct mailindex_share *share);

/* The one of these members that looks at that path; they are at least one. */
size_t mailindex_share_owner(const struct mailindex_share *share, uint64_t members,
                             const char *path);

static inline bool mailindex_share_is_mine(const struct mailindex_share *share, uint64_t members,
                                           const char *path)
{
    return members && mailindex_share_owner(share, members, path) == share->self;
}

/*
 * Who is there, as it is kept from round to round. Times are of the clock of the file server that
 * the members meet on, so that their own need not agree.
 */
struct mailindex_meeting {
    uint64_t names;   /* XXH64 of the members' names: others' bits mean others */
    uint64_t alive;   /* who takes part */
    uint64_t sweep;   /* who did when the sweep under way began; 0: there is none */
    uint64_t before;  /* who did in the last whole sweep; 0: there was none */
    int64_t since_ms; /* since when this member meets the others without a gap; 0: never */
    int64_t met_ms;   /* when it did last */
};

/* Begins anew, with all of them, where it is not a meeting of these members. */
void mailindex_meeting_start(struct mailindex_meeting *meeting,
                             const struct mailindex_share *share);

/*
 * seen_ms: when each member was there last, 0: never. A member is gone that was not seen for
 * takeover_ms, while this one was there all that time: who comes back gives the others time to.
 */
void mailindex_meeting_judge(struct mailindex_meeting *meeting, const struct mailindex_share *share,
                             const int64_t *seen_ms, int64_t now_ms, int64_t takeover_ms);

#endif
