/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_mdstat_detail.h"

#include <string.h>

enum { TEXT_LIMIT = 80 };

static bool take_blocks(struct md_array *array, struct arena *arena, struct span value)
{
    (void)arena;
    return span_number(value, &array->blocks);
}

static bool take_super(struct md_array *array, struct arena *arena, struct span value)
{
    array->metadata =
        span_is(value, "non-persistent") ? "none" : span_quote(arena, value, TEXT_LIMIT);
    return value.length != 0;
}

/* "64k" or "64K"; md counts in KiB. */
static bool take_chunk(struct md_array *array, struct arena *arena, struct span value)
{
    int64_t kib;
    (void)arena;
    if (!span_take_number(&value, &kib) || kib > INT64_MAX / 1024)
        return false;
    array->chunk = kib * 1024;
    return span_is(value, "k") || span_is(value, "K");
}

static bool take_algorithm(struct md_array *array, struct arena *arena, struct span value)
{
    (void)arena;
    return span_number(value, &array->layout);
}

static bool take_small(struct span value, int *number)
{
    int64_t wide;
    if (!span_number(value, &wide) || wide < 1 || wide > MD_MAX_SLOTS)
        return false;
    *number = (int)wide;
    return true;
}

static bool take_near(struct md_array *array, struct arena *arena, struct span value)
{
    (void)arena;
    if (array->raid10.far == 0)
        array->raid10.far = 1;
    return take_small(value, &array->raid10.near);
}

static bool take_far(struct md_array *array, struct arena *arena, struct span value)
{
    (void)arena;
    if (array->raid10.near == 0)
        array->raid10.near = 1;
    return take_small(value, &array->raid10.far);
}

static bool take_offset(struct md_array *array, struct arena *arena, struct span value)
{
    array->raid10.offset = true;
    return take_far(array, arena, value);
}

static bool take_set(struct md_array *array, struct arena *arena, struct span value)
{
    (void)arena;
    return take_small(value, &array->raid10.set_size);
}

static bool take_nothing(struct md_array *array, struct arena *arena, struct span value)
{
    (void)array;
    (void)arena;
    (void)value;
    return true;
}

/* The words of the layout and on which side of them their value stands. */
static const struct keyword {
    const char *word;
    bool before;
    bool (*take)(struct md_array *, struct arena *, struct span);
} keywords[] = {
    {"blocks", true, take_blocks},        {"super", false, take_super},
    {"level", false, take_nothing},       {"chunk", true, take_chunk},
    {"chunk,", true, take_chunk},         {"chunks", true, take_chunk},
    {"algorithm", false, take_algorithm}, {"near-copies", true, take_near},
    {"far-copies", true, take_far},       {"offset-copies", true, take_offset},
    {"devices", true, take_set},          {"per", true, take_nothing},
    {"set", true, take_nothing},          {"rounding", true, take_nothing},
};

static const struct keyword *keyword_find(struct span word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (span_is(word, keywords[i].word))
            return &keywords[i];
    return NULL;
}

static bool is_value(struct span word)
{
    return word.length && word.at[0] >= '0' && word.at[0] <= '9';
}

bool md_mdstat_is_layout(struct span word)
{
    return word.length && (word.at[0] == '[' || is_value(word) || keyword_find(word));
}

/* "[4/3]": members wanted and those whose data are whole. */
static bool take_counts(struct md_array *array, struct span word)
{
    int64_t wanted, up;
    if (!span_take(&word, "[") || !span_take_number(&word, &wanted) || !span_take(&word, "/") ||
        !span_take_number(&word, &up) || !span_is(word, "]"))
        return false;
    if (wanted > MD_MAX_SLOTS || up > wanted)
        return false;
    array->wanted = wanted;
    array->up = up;
    array->degraded = wanted - up;
    return true;
}

/* "[UUU_]" */
static bool take_map(struct md_array *array, struct arena *arena, struct span word)
{
    if (word.length < 2 || word.at[word.length - 1] != ']' || word.length > MD_MAX_SLOTS)
        return false;
    struct span map = {word.at + 1, word.length - 2};
    for (size_t i = 0; i < map.length; i++)
        if (map.at[i] != 'U' && map.at[i] != '_')
            return false;
    array->map = span_copy(arena, map);
    return true;
}

static void take_layout(struct md_array *array, struct arena *arena, struct span line,
                        struct md_odd *odd)
{
    struct span before = {"", 0}, word;

    array->metadata = "0.90"; /* md names all others */
    while ((word = span_word(&line)).length) {
        const struct keyword *keyword = keyword_find(word);
        struct span value = before;
        bool fits = true;

        before = word;
        if (keyword) {
            if (!keyword->before)
                value = span_word(&line);
            fits = keyword->take(array, arena, value);
        } else if (word.at[0] == '[') {
            fits = take_counts(array, word) || take_map(array, arena, word);
        } else if (!is_value(word) && !odd->text) {
            *odd = (struct md_odd){"note", "a word that is not known here", word};
        }
        if (!fits)
            *odd = (struct md_odd){"malformed", "a size or layout that cannot be", word};
    }
}

/* What mdstat calls an action; "resync" is printed for a repair too. */
static enum md_action action_find(struct span word)
{
    return span_is(word, "recovery") ? MD_ACTION_RECOVER : md_action_find(word.at, word.length);
}

/* "finish=127.5min" in tenths, "speed=33440K/sec" in bytes. */
static bool take_estimate(struct md_sync *sync, struct span line)
{
    struct span finish = span_word(&line), speed = span_word(&line);
    int64_t minutes, tenths, kib;

    if (!span_take(&finish, "finish=") || !span_take_number(&finish, &minutes) ||
        !span_take(&finish, ".") || !span_take_number(&finish, &tenths) || tenths > 9 ||
        !span_is(finish, "min") || minutes > INT64_MAX / 600)
        return false;
    if (!span_take(&speed, "speed=") || !span_take_number(&speed, &kib) ||
        !span_is(speed, "K/sec") || kib > INT64_MAX / 1024)
        return false;
    sync->finish = minutes * 10 + tenths;
    sync->speed = kib * 1024;
    return true;
}

/* "[==>......]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec" */
static bool take_progress(struct md_array *array, struct span line)
{
    int64_t percent, tenths, done, total;
    const char *bar = memchr(line.at, ']', line.length);
    struct md_sync *sync = &array->sync;

    if (!bar)
        return false;
    line = (struct span){bar + 1, line.length - (size_t)(bar + 1 - line.at)};
    enum md_action action = action_find(span_word(&line));
    line = span_trim(line);
    if (action == MD_ACTION_UNKNOWN || !span_take(&line, "="))
        return false;
    line = span_trim(line);
    if (!span_take_number(&line, &percent) || !span_take(&line, ".") ||
        !span_take_number(&line, &tenths) || tenths > 9 || percent > 100 || !span_take(&line, "%"))
        return false;
    line = span_trim(line);
    if (!span_take(&line, "(") || !span_take_number(&line, &done) || !span_take(&line, "/") ||
        !span_take_number(&line, &total) || !span_take(&line, ")"))
        return false;
    if (total > INT64_MAX / 1024 || done > total || !take_estimate(sync, line))
        return false;
    sync->action = action;
    sync->permille = percent * 10 + tenths;
    sync->done = done * 2;
    sync->total = total * 2;
    return true;
}

/* "resync=DELAYED"; the word before is the action for REMOTE only. */
static bool take_waiting(struct md_array *array, struct span line)
{
    struct md_sync *sync = &array->sync;
    const char *equals = memchr(line.at, '=', line.length);
    if (!equals)
        return false;
    struct span what = {line.at, (size_t)(equals - line.at)};
    struct span why = {equals + 1, line.length - what.length - 1};

    enum md_action action = action_find(what);
    if (action == MD_ACTION_UNKNOWN)
        return false;
    if (span_is(why, "DELAYED"))
        sync->waiting = MD_WAITING_DELAYED;
    else if (span_is(why, "REMOTE"))
        sync->waiting = MD_WAITING_REMOTE;
    else if (span_is(why, "PENDING"))
        sync->waiting = MD_WAITING_PENDING;
    else
        return false;
    /* What is pending does not run, nor will it by itself. */
    sync->action = sync->waiting == MD_WAITING_PENDING ? MD_ACTION_IDLE : action;
    return true;
}

/* "bitmap: 4/7 pages [16KB], 65536KB chunk, file: /path" */
static bool take_bitmap(struct md_array *array, struct arena *arena, struct span line)
{
    struct md_bitmap *bitmap = &array->bitmap;
    struct span pages = span_word(&line);
    int64_t used, all, chunk;

    if (!span_take_number(&pages, &used) || !span_take(&pages, "/") || !span_number(pages, &all) ||
        !span_is(span_word(&line), "pages"))
        return false;
    span_word(&line); /* the same in KiB */
    struct span size = span_word(&line);
    if (!span_take_number(&size, &chunk) || chunk > INT64_MAX / 1024)
        return false;
    bitmap->chunk = span_is(size, "KB") ? chunk * 1024 : chunk;
    bitmap->used_pages = used;
    bitmap->pages = all;
    bitmap->location = "internal";
    struct span word = span_word(&line);
    if (span_is(word, "chunk,") && span_is(span_word(&line), "file:")) {
        bitmap->location = "file";
        bitmap->file = span_quote(arena, span_trim(line), 512);
        return true;
    }
    return span_is(word, "chunk");
}

void md_mdstat_detail(struct md_array *array, struct arena *arena, struct span line,
                      struct md_odd *odd)
{
    struct span rest = span_trim(line), word = span_word(&rest);
    bool fits = true;

    line = span_trim(line);
    if (span_take(&line, "bitmap:"))
        fits = take_bitmap(array, arena, line);
    else if (memchr(line.at, '%', line.length) && line.at[0] == '[')
        fits = take_progress(array, line);
    else if (memchr(word.at, '=', word.length) && rest.length == 0)
        fits = take_waiting(array, line);
    else
        take_layout(array, arena, line, odd);
    if (!fits)
        *odd = (struct md_odd){"malformed", "a line on this array that cannot be read", line};
}
