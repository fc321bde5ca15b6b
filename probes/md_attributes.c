/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_attributes.h"

#include <string.h>

enum { TEXT_LIMIT = 80, SECTOR = 512, KIB = 1024 };

static bool take_text(void *into, const struct md_attribute *attribute, struct arena *arena,
                      struct span text)
{
    *(const char **)((char *)into + attribute->offset) = span_quote(arena, text, TEXT_LIMIT);
    return text.length <= TEXT_LIMIT;
}

static bool scaled(int64_t *value, int64_t scale)
{
    if (*value > INT64_MAX / scale)
        return false;
    *value *= scale;
    return true;
}

static bool take_number(void *into, const struct md_attribute *attribute, struct arena *arena,
                        struct span text)
{
    int64_t value;
    (void)arena;
    if (!span_number(text, &value) || !scaled(&value, attribute->scale))
        return false;
    *(int64_t *)((char *)into + attribute->offset) = value;
    return true;
}

/* A number, or "none" or nothing where there is nothing to tell. */
static bool take_if_any(void *into, const struct md_attribute *attribute, struct arena *arena,
                        struct span text)
{
    return text.length == 0 || span_is(text, "none") || take_number(into, attribute, arena, text);
}

/* A number in sectors up to which all is well, "none" where that is the end. */
static bool take_limit(void *into, const struct md_attribute *attribute, struct arena *arena,
                       struct span text)
{
    if (!span_is(text, "none"))
        return take_number(into, attribute, arena, text);
    *(int64_t *)((char *)into + attribute->offset) = INT64_MAX;
    return true;
}

/* "1000 (system)", "200000 (local)" */
static bool take_first(void *into, const struct md_attribute *attribute, struct arena *arena,
                       struct span text)
{
    return take_number(into, attribute, arena, span_word(&text));
}

/* While a reshape changes it "5 (4)": what it will be, and what it was. */
static bool take_pair(struct span text, int64_t most, int64_t *now, int64_t *before)
{
    struct span first = span_word(&text), second = span_word(&text);
    int64_t a, b = MD_UNKNOWN;

    if (!span_number(first, &a) || a > most)
        return false;
    if (second.length && (!span_take(&second, "(") || !span_take_number(&second, &b) ||
                          !span_is(second, ")") || b > most))
        return false;
    *now = a;
    *before = b;
    return span_trim(text).length == 0;
}

static bool take_raid_disks(void *into, const struct md_attribute *attribute, struct arena *arena,
                            struct span text)
{
    struct md_array *array = into;
    (void)attribute;
    (void)arena;
    return text.length == 0 || take_pair(text, MD_MAX_SLOTS, &array->wanted, &array->wanted_before);
}

/* Linear arrays have the layout -1. */
static bool take_layout(void *into, const struct md_attribute *attribute, struct arena *arena,
                        struct span text)
{
    struct md_array *array = into;
    (void)attribute;
    (void)arena;
    return text.length == 0 || text.at[0] == '-' ||
           take_pair(text, INT32_MAX, &array->layout, &array->layout_before);
}

static bool take_chunk_size(void *into, const struct md_attribute *attribute, struct arena *arena,
                            struct span text)
{
    int64_t before;
    (void)attribute;
    (void)arena;
    return take_pair(text, INT64_MAX, &((struct md_array *)into)->chunk, &before);
}

static bool take_array_state(void *into, const struct md_attribute *attribute, struct arena *arena,
                             struct span text)
{
    struct md_array *array = into;
    (void)attribute;
    (void)arena;
    array->state = md_state_find(text.at, text.length);
    return array->state != MD_STATE_UNKNOWN;
}

static bool take_sync_action(void *into, const struct md_attribute *attribute, struct arena *arena,
                             struct span text)
{
    struct md_array *array = into;
    (void)attribute;
    (void)arena;
    array->sync.action = md_action_find(text.at, text.length);
    return array->sync.action != MD_ACTION_UNKNOWN;
}

/* "none", "delayed" or "2952 / 47104" in sectors */
static bool take_sync_completed(void *into, const struct md_attribute *attribute,
                                struct arena *arena, struct span text)
{
    struct md_sync *sync = &((struct md_array *)into)->sync;
    int64_t done, total;
    (void)attribute;
    (void)arena;
    if (span_is(text, "delayed")) {
        sync->waiting = MD_WAITING_DELAYED;
        return true;
    }
    if (span_is(text, "none")) {
        sync->waiting = MD_WAITING_NO;
        return true;
    }
    if (!span_number(span_word(&text), &done) || !span_is(span_word(&text), "/") ||
        !span_number(span_word(&text), &total) || done > total)
        return false;
    sync->waiting = MD_WAITING_NO;
    sync->done = done;
    sync->total = total;
    return true;
}

/* "       3        0": reads and writes that are under way */
static bool take_inflight(void *into, const struct md_attribute *attribute, struct arena *arena,
                          struct span text)
{
    struct md_array *array = into;
    (void)attribute;
    (void)arena;
    return span_number(span_word(&text), &array->reads) &&
           span_number(span_word(&text), &array->writes);
}

static bool take_slot(void *into, const struct md_attribute *attribute, struct arena *arena,
                      struct span text)
{
    struct md_member *member = into;
    int64_t slot;
    (void)attribute;
    (void)arena;
    if (span_is(text, "none") || span_is(text, "journal")) {
        member->slot = MD_SLOT_NONE;
        return true;
    }
    if (!span_number(text, &slot) || slot >= MD_MAX_SLOTS)
        return false;
    member->slot = (int)slot;
    return true;
}

/* One word of a member's state; roles are settled when the slot is known too. */
static bool take_state_word(struct md_member *member, struct span word)
{
    static const struct {
        const char *word;
        enum md_role role;
        unsigned flag;
    } known[] = {
        {"in_sync", MD_ROLE_IN_SYNC, 0},
        {"faulty", MD_ROLE_FAULTY, 0},
        {"spare", MD_ROLE_SPARE, 0},
        {"journal", MD_ROLE_JOURNAL, MD_FLAG_JOURNAL},
        {"write_mostly", MD_ROLE_UNKNOWN, MD_FLAG_WRITE_MOSTLY},
        {"replacement", MD_ROLE_UNKNOWN, MD_FLAG_REPLACEMENT},
        {"write_error", MD_ROLE_UNKNOWN, MD_FLAG_WRITE_ERROR},
        {"want_replacement", MD_ROLE_UNKNOWN, MD_FLAG_WANT_REPLACEMENT},
        {"blocked", MD_ROLE_UNKNOWN, MD_FLAG_BLOCKED},
        {"external_bbl", MD_ROLE_UNKNOWN, 0},
        {"failfast", MD_ROLE_UNKNOWN, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!span_is(word, known[i].word))
            continue;
        member->flags |= known[i].flag;
        /* md also says faulty of a working member while it notes down new bad blocks. */
        if (known[i].role == MD_ROLE_IN_SYNC ||
            (known[i].role != MD_ROLE_UNKNOWN && member->role == MD_ROLE_UNKNOWN))
            member->role = known[i].role;
        return true;
    }
    return false;
}

/* "in_sync,write_error,want_replacement" */
static bool take_state(void *into, const struct md_attribute *attribute, struct arena *arena,
                       struct span text)
{
    struct md_member *member = into;
    bool known = true;
    (void)attribute;
    (void)arena;
    member->flags_known = true;
    while (text.length) {
        const char *comma = memchr(text.at, ',', text.length);
        struct span word = {text.at, comma ? (size_t)(comma - text.at) : text.length};
        known = take_state_word(member, word) && known;
        size_t taken = word.length + (comma != NULL);
        text = (struct span){text.at + taken, text.length - taken};
    }
    return known;
}

/*
 * Lines of first sector and length. md fills one page; where that is full its last line may be cut
 * short and more may be left out.
 */
static bool take_ranges(void *into, const struct md_attribute *attribute, struct arena *arena,
                        struct span text)
{
    struct md_ranges *ranges = (struct md_ranges *)((char *)into + attribute->offset);
    enum { PAGE = 4096, LONGEST_LINE = 32 };
    struct span line;
    size_t room = 0;

    *ranges = (struct md_ranges){.known = true, .cut = text.length > PAGE - LONGEST_LINE};
    while (span_line(&text, &line)) {
        int64_t start, length;
        if (ranges->cut && text.length == 0)
            break;
        if (!span_number(span_word(&line), &start) || !span_number(span_word(&line), &length) ||
            start > INT64_MAX - length)
            return false;
        ranges->at = arena_grow(arena, ranges->at, ranges->count, &room, sizeof *ranges->at);
        ranges->at[ranges->count++] = (struct md_range){(uint64_t)start, (uint64_t)length};
    }
    return true;
}

#define ARRAY(file, needed, take, field, scale)                                                    \
    {                                                                                              \
        file, needed, take, offsetof(struct md_array, field), scale                                \
    }
#define MEMBER(file, needed, take, field, scale)                                                   \
    {                                                                                              \
        file, needed, take, offsetof(struct md_member, field), scale                               \
    }

const struct md_attribute md_array_attributes[] = {
    ARRAY("md/array_state", true, take_array_state, state, 1),
    ARRAY("md/level", true, take_text, level, 1),
    ARRAY("md/raid_disks", true, take_raid_disks, wanted, 1),
    ARRAY("md/degraded", true, take_number, degraded, 1),
    ARRAY("md/layout", true, take_layout, layout, 1),
    ARRAY("md/metadata_version", false, take_text, metadata, 1),
    ARRAY("md/uuid", false, take_text, uuid, 1),
    ARRAY("md/chunk_size", false, take_chunk_size, chunk, 1),
    ARRAY("md/component_size", false, take_number, component, KIB),
    ARRAY("md/sync_action", true, take_sync_action, sync.action, 1),
    ARRAY("md/sync_completed", true, take_sync_completed, sync.done, 1),
    ARRAY("md/sync_speed", false, take_if_any, sync.speed, KIB),
    ARRAY("md/sync_speed_min", false, take_first, sync.speed_min, KIB),
    ARRAY("md/sync_speed_max", false, take_first, sync.speed_max, KIB),
    ARRAY("md/last_sync_action", false, take_text, sync.last, 1),
    ARRAY("md/consistency_policy", true, take_text, sync.policy, 1),
    ARRAY("md/resync_start", false, take_limit, resync_start, 1),
    ARRAY("md/reshape_position", false, take_if_any, reshape_position, SECTOR),
    ARRAY("md/mismatch_cnt", true, take_number, mismatches, 1),
    ARRAY("md/stripe_cache_size", false, take_number, stripe_cache_size, 1),
    ARRAY("md/stripe_cache_active", false, take_number, stripe_cache_active, 1),
    ARRAY("md/suspend_lo", false, take_number, suspend_lo, 1),
    ARRAY("md/suspend_hi", false, take_number, suspend_hi, 1),
    ARRAY("md/bitmap/location", false, take_text, bitmap.location, 1),
    ARRAY("md/bitmap/chunksize", false, take_number, bitmap.chunk, 1),
    ARRAY("size", false, take_number, size, SECTOR),
    ARRAY("inflight", false, take_inflight, reads, 1),
    {0},
};

const struct md_attribute md_member_attributes[] = {
    MEMBER("state", true, take_state, role, 1),
    MEMBER("slot", true, take_slot, slot, 1),
    MEMBER("errors", true, take_number, errors, 1),
    MEMBER("offset", false, take_number, offset, 1),
    MEMBER("recovery_start", false, take_limit, recovery_start, 1),
    MEMBER("block/dm/suspended", false, take_number, suspended, 1),
    MEMBER("bad_blocks", true, take_ranges, bad, 1),
    MEMBER("unacknowledged_bad_blocks", true, take_ranges, bad_unacknowledged, 1),
    {0},
};

void md_member_settle(struct md_member *member)
{
    if (member->role == MD_ROLE_SPARE && member->slot >= 0)
        member->role = MD_ROLE_REBUILDING;
}
