/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_mdstat.h"

#include <string.h>

#include "probes/md_mdstat_detail.h"
#include "probes/md_span.h"

enum { QUOTE_LIMIT = 60 };

struct parser {
    struct arena *arena;
    struct md_mdstat *mdstat;
    const char *text;
    size_t line_number;
    struct span line;
    struct md_array *array; /* that detail lines belong to */
    bool skipping;          /* the array they belong to could not be taken */
};

static void problem(struct parser *p, const char *kind, bool blind, const char *array,
                    const char *text, struct span quoted)
{
    struct md_mdstat *mdstat = p->mdstat;
    if (mdstat->problem_count < MD_MAX_PROBLEMS)
        mdstat->problems[mdstat->problem_count] = (struct md_problem){
            .kind = kind,
            .blind = blind,
            .array = array,
            .line = p->line_number,
            .offset = (size_t)(p->line.at - p->text),
            .text = text,
            .quoted = span_quote(p->arena, quoted, QUOTE_LIMIT),
        };
    mdstat->problem_count++;
}

static struct md_array *add_array(struct parser *p, struct span name)
{
    struct md_mdstat *mdstat = p->mdstat;
    if (mdstat->count >= MD_MAX_ARRAYS)
        return NULL;
    mdstat->arrays =
        arena_grow(p->arena, mdstat->arrays, mdstat->count, &mdstat->room, sizeof *mdstat->arrays);
    struct md_array *array = &mdstat->arrays[mdstat->count++];
    md_array_init(array, span_copy(p->arena, name));
    array->in_mdstat = true;
    array->sync.waiting = MD_WAITING_NO;
    return array;
}

/* "(W)", "(J)", "(F)", "(S)", "(R)", several one after the other. */
static bool take_flags(struct md_member *member, struct span flags)
{
    static const struct {
        const char *text;
        enum md_role role;
        unsigned flag;
    } known[] = {
        {"(W)", MD_ROLE_UNKNOWN, MD_FLAG_WRITE_MOSTLY},
        {"(J)", MD_ROLE_JOURNAL, MD_FLAG_JOURNAL},
        {"(F)", MD_ROLE_FAULTY, 0},
        {"(S)", MD_ROLE_SPARE, 0},
        {"(R)", MD_ROLE_UNKNOWN, MD_FLAG_REPLACEMENT},
    };
    size_t i;
    while (flags.length) {
        for (i = 0; i < sizeof known / sizeof known[0]; i++)
            if (span_take(&flags, known[i].text))
                break;
        if (i == sizeof known / sizeof known[0])
            return false;
        member->flags |= known[i].flag;
        if (known[i].role != MD_ROLE_UNKNOWN)
            member->role = known[i].role;
    }
    return true;
}

/* As in /sys/block, where a '/' of a name is '!': cciss/c0d0p1. */
static char *device_name(struct arena *arena, struct span device)
{
    char *name = span_copy(arena, device);
    for (char *c = name; (c = strchr(c, '/'));)
        *c = '!';
    return name;
}

/* "sda1[0](S)" */
static void take_member(struct parser *p, struct span word)
{
    const char *bracket = memchr(word.at, '[', word.length);
    struct span device = {word.at, bracket ? (size_t)(bracket - word.at) : 0};
    struct span rest = {word.at + device.length, word.length - device.length};
    const char *array = p->array->name, *name = device_name(p->arena, device);
    int64_t number;

    if (!md_name_valid(name, device.length) || !span_take(&rest, "[") ||
        !span_take_number(&rest, &number) || number > INT32_MAX || !span_take(&rest, "]")) {
        problem(p, "malformed", true, array, "a member that cannot be read", word);
        return;
    }
    if (md_array_find(p->array, name))
        problem(p, "conflict", false, array, "a device that is a member twice", word);
    struct md_member *member = md_array_add(p->array, p->arena, name);
    if (!member) {
        problem(p, "unsupported", true, array, "more members than are looked at", word);
        return;
    }
    member->number = (int)number;
    if (!take_flags(member, rest))
        problem(p, "malformed", false, array, "a member's flag that is not known", word);
}

/* What md says of the array as a whole: "active", "inactive", "broken". */
static enum md_state take_state(struct span *rest)
{
    struct span word = span_word(rest), after = *rest;
    enum md_state state = md_state_find(word.at, word.length);

    if (state != MD_STATE_ACTIVE && state != MD_STATE_INACTIVE && state != MD_STATE_BROKEN)
        return MD_STATE_UNKNOWN;
    word = span_word(&after);
    bool automatic = span_is(word, "(auto-read-only)");
    if (!automatic && !span_is(word, "(read-only)"))
        return state;
    *rest = after;
    if (state != MD_STATE_ACTIVE)
        return state;
    return automatic ? MD_STATE_READ_AUTO : MD_STATE_READONLY;
}

static bool is_member(struct span word)
{
    const char *bracket = memchr(word.at, '[', word.length);
    return bracket && bracket != word.at;
}

static void take_rest(struct parser *p, struct span line)
{
    struct md_odd odd = {0};
    md_mdstat_detail(p->array, p->arena, line, &odd);
    if (odd.text)
        problem(p, odd.kind, odd.kind[0] == 'm', p->array->name, odd.text, odd.what);
}

/*
 * array  = name " : " state [" (read-only)" | " (auto-read-only)"] [" " level] { " " member }
 *          [" " layout]
 * member = device "[" number "]" { flag }
 * The layout stands on a line of its own unless no member is left.
 */
static bool take_array(struct parser *p)
{
    struct span rest = p->line, name = span_word(&rest);
    if (!span_is(span_word(&rest), ":") || !md_name_valid(name.at, name.length))
        return false;
    enum md_state state = take_state(&rest);
    if (state == MD_STATE_UNKNOWN)
        return false;
    p->skipping = false;
    p->array = add_array(p, name);
    if (!p->array) {
        p->skipping = true;
        problem(p, "unsupported", true, "", "more arrays than are looked at", name);
        return true;
    }
    p->array->state = state;

    struct span here = rest, word = span_word(&rest);
    if (word.length && !is_member(word) && !md_mdstat_is_layout(word)) {
        p->array->level = span_quote(p->arena, word, QUOTE_LIMIT);
        here = rest;
        word = span_word(&rest);
    }
    for (; word.length; here = rest, word = span_word(&rest)) {
        if (md_mdstat_is_layout(word)) {
            take_rest(p, here);
            break;
        }
        take_member(p, word);
    }
    return true;
}

/* Lines of the whole file, of this kernel or an old one. */
static bool take_global(struct parser *p)
{
    struct span line = p->line;
    if (span_take(&line, "unused devices:")) {
        p->mdstat->unused = span_quote(p->arena, span_trim(line), 4096);
        p->mdstat->complete = true;
        p->array = NULL;
        return true;
    }
    return span_take(&line, "Personalities") || span_take(&line, "read_ahead") ||
           span_take(&line, "Event:");
}

static void take_line(struct parser *p)
{
    struct span trimmed = span_trim(p->line);
    if (trimmed.length == 0)
        return;
    bool indented = trimmed.at != p->line.at;
    if (indented && p->array) {
        take_rest(p, p->line);
        return;
    }
    if (indented && p->skipping)
        return;
    if (!indented && (take_global(p) || take_array(p)))
        return;
    p->array = NULL;
    p->skipping = true;
    problem(p, "malformed", trimmed.at[0] != '#', "", "neither an array nor a part of one",
            trimmed);
}

static size_t count_open(const struct md_array *array)
{
    size_t open = 0;
    for (size_t i = 0; i < array->member_count; i++)
        open += array->members[i].role == MD_ROLE_UNKNOWN;
    return open;
}

/*
 * The role of members without a flag. md prints the number under which the superblock knows a
 * member; only that of metadata 0.90 is its slot.
 */
static enum md_role settle(const struct md_array *array, size_t open, struct md_member *member)
{
    if (array->up == MD_UNKNOWN || (int64_t)open <= array->up)
        return MD_ROLE_IN_SYNC;
    if (array->up == 0)
        return MD_ROLE_REBUILDING;
    if (strcmp(array->metadata, "0.90") != 0)
        return MD_ROLE_UNKNOWN;
    bool up = member->number < (int)strlen(array->map) && array->map[member->number] == 'U';
    return up ? MD_ROLE_IN_SYNC : MD_ROLE_REBUILDING;
}

static void settle_members(struct md_array *array)
{
    for (size_t i = 0; i < array->member_count; i++)
        if (array->members[i].role == MD_ROLE_UNKNOWN &&
            array->members[i].flags & MD_FLAG_REPLACEMENT)
            array->members[i].role = MD_ROLE_REBUILDING;
    size_t open = count_open(array);
    for (size_t i = 0; i < array->member_count; i++) {
        struct md_member *member = &array->members[i];
        if (member->role == MD_ROLE_SPARE)
            member->slot = MD_SLOT_NONE;
        if (member->role == MD_ROLE_UNKNOWN)
            member->role = settle(array, open, member);
        if (strcmp(array->metadata, "0.90") == 0 && member->role == MD_ROLE_IN_SYNC &&
            member->number < array->wanted)
            member->slot = member->number;
    }
    /* A recovery that waits is printed as "resync=DELAYED" too. */
    if (array->sync.waiting == MD_WAITING_DELAYED && array->sync.action == MD_ACTION_RESYNC &&
        array->up != MD_UNKNOWN && (int64_t)open > array->up)
        array->sync.action = MD_ACTION_RECOVER;
}

static void settle_array(struct parser *p, struct md_array *array)
{
    size_t whole = 0;
    for (const char *c = array->map; *c; c++)
        whole += *c == 'U';
    /* A reshape can have members that count but are not in sync yet. */
    if (array->map[0] && array->sync.action != MD_ACTION_RESHAPE &&
        ((int64_t)strlen(array->map) != array->wanted || (int64_t)whole != array->up)) {
        p->line = (struct span){p->text, 0};
        p->line_number = 0;
        problem(p, "conflict", true, array->name, "its counts and its map of members differ",
                span_of(array->map));
    }
    if (array->sync.action == MD_ACTION_UNKNOWN)
        array->sync.action = MD_ACTION_IDLE;
    if (array->state != MD_STATE_INACTIVE && array->blocks >= 0 &&
        array->blocks <= INT64_MAX / 1024)
        array->size = array->blocks * 1024;
    settle_members(array);
}

void md_mdstat_parse(struct arena *arena, const char *text, size_t length, struct md_mdstat *mdstat)
{
    struct parser parser = {.arena = arena, .mdstat = mdstat, .text = text};
    struct span rest = {text, length};

    *mdstat = (struct md_mdstat){.unused = ""};
    for (parser.line_number = 1; span_line(&rest, &parser.line); parser.line_number++)
        take_line(&parser);
    for (size_t i = 0; i < mdstat->count; i++)
        settle_array(&parser, &mdstat->arrays[i]);
}
