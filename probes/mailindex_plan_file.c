/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_plan.h"

enum { VERSION = 1, MAX_TEXT = 4096 };

static json_t *render_bad(const struct mailindex_bad *bad)
{
    char key[24];
    snprintf(key, sizeof key, "%016" PRIx64, bad->key);
    /* Names that are no UTF-8 are not kept: the next look finds them again. */
    return json_pack("{ss si si sI ss ss ss}", "key", key, "verdict", bad->verdict, "kinds",
                     (int)bad->kinds, "offset", (json_int_t)bad->offset, "mailbox", bad->mailbox,
                     "file", bad->file, "message", bad->message);
}

/* Masks as text: JSON's integers have a sign. */
static json_t *render_meeting(const struct mailindex_meeting *meeting)
{
    const uint64_t masks[] = {meeting->names, meeting->alive, meeting->sweep, meeting->before};
    char text[4][24];

    for (int i = 0; i < 4; i++)
        snprintf(text[i], sizeof text[i], "%016" PRIx64, masks[i]);
    return json_pack("{ss ss ss ss sI sI}", "names", text[0], "alive", text[1], "sweep", text[2],
                     "before", text[3], "since_ms", (json_int_t)meeting->since_ms, "met_ms",
                     (json_int_t)meeting->met_ms);
}

char *mailindex_plan_render(const struct mailindex_plan *plan)
{
    json_t *slots = json_array(), *due = json_array(), *bad = json_array();
    json_t *unverified = json_array();

    for (size_t i = 0; i < MAILINDEX_SLOTS; i++) {
        json_array_append_new(slots, json_integer(plan->slots[i]));
        json_array_append_new(unverified, json_integer(plan->unverified[i]));
        if (plan->due[i])
            json_array_append_new(due, json_integer((json_int_t)i));
    }
    for (size_t i = 0; i < plan->bad_count; i++) {
        json_t *one = render_bad(&plan->bad[i]);
        if (one)
            json_array_append_new(bad, one);
    }
    json_t *top =
        json_pack("{si sI sI sI sI sI sI sI sI sI so so so so so}", "version", VERSION, "begun_ms",
                  (json_int_t)plan->begun_ms, "swept_ms", (json_int_t)plan->swept_ms, "total",
                  (json_int_t)plan->total, "rebuilds", (json_int_t)plan->rebuilds, "restored",
                  (json_int_t)plan->restored, "kept_ms", (json_int_t)plan->kept_ms, "sweep_ms",
                  (json_int_t)plan->sweep_ms, "seen", (json_int_t)plan->seen, "walked",
                  (json_int_t)plan->walked, "slots", slots, "due", due, "bad", bad, "meeting",
                  render_meeting(&plan->meeting), "unverified", unverified);
    if (top && plan->unverified_file) /* left out where it is no UTF-8 */
        json_object_set_new(top, "unverified_file", json_string(plan->unverified_file));
    char *text = top ? json_dumps(top, JSON_INDENT(1)) : NULL;
    json_decref(top);
    return text;
}

static int64_t number_of(const json_t *top, const char *name)
{
    int64_t value = json_integer_value(json_object_get(top, name));
    return value > 0 ? value : 0;
}

static const char *text_of(const json_t *top, const char *name)
{
    const char *text = json_string_value(json_object_get(top, name));
    return text && strlen(text) <= MAX_TEXT ? text : "";
}

static void take_bad(struct mailindex_plan *plan, const json_t *one)
{
    const char *key = json_string_value(json_object_get(one, "key"));
    if (!key)
        return;
    struct mailindex_bad bad = {.verdict = (int)number_of(one, "verdict") & 7,
                                .kinds = (unsigned)number_of(one, "kinds") &
                                         ((1U << MAILINDEX_KINDS) - 1),
                                .offset = number_of(one, "offset"),
                                .mailbox = text_of(one, "mailbox"),
                                .file = text_of(one, "file"),
                                .message = text_of(one, "message")};
    mailindex_plan_judged(plan, strtoull(key, NULL, 16), &bad);
}

static void take_unverified(struct mailindex_plan *plan, const json_t *top)
{
    const json_t *counts = json_object_get(top, "unverified");
    const char *file = text_of(top, "unverified_file");

    for (size_t i = 0; i < MAILINDEX_SLOTS; i++) {
        json_int_t count = json_integer_value(json_array_get(counts, i));
        plan->unverified[i] = count > 0 && count <= UINT32_MAX ? (uint32_t)count : 0;
    }
    free(plan->unverified_file);
    plan->unverified_file = file[0] ? strdup(file) : NULL;
}

static uint64_t mask_of(const json_t *top, const char *name)
{
    return strtoull(text_of(top, name), NULL, 16);
}

static void take_meeting(struct mailindex_meeting *meeting, const json_t *from)
{
    *meeting = (struct mailindex_meeting){.names = mask_of(from, "names"),
                                          .alive = mask_of(from, "alive"),
                                          .sweep = mask_of(from, "sweep"),
                                          .before = mask_of(from, "before"),
                                          .since_ms = number_of(from, "since_ms"),
                                          .met_ms = number_of(from, "met_ms")};
}

/* The sweep that was under way. */
static void take_sweep(struct mailindex_plan *plan, const json_t *top)
{
    const json_t *due = json_object_get(top, "due");

    plan->sweep_ms = number_of(top, "sweep_ms");
    plan->seen = (uint64_t)number_of(top, "seen");
    plan->walked = (uint64_t)number_of(top, "walked");
    for (size_t i = 0; i < json_array_size(due); i++) {
        int64_t slot = json_integer_value(json_array_get(due, i));
        if (slot >= 0 && slot < MAILINDEX_SLOTS)
            plan->due[slot] = true;
    }
}

int mailindex_plan_parse(struct mailindex_plan *plan, const char *text, size_t length,
                         struct error *e)
{
    json_error_t where;
    json_t *top = json_loadb(text, length, 0, &where);
    const json_t *slots = json_object_get(top, "slots"), *bad = json_object_get(top, "bad");
    bool known = json_integer_value(json_object_get(top, "version")) == VERSION &&
                 json_array_size(slots) == MAILINDEX_SLOTS;

    if (known) {
        plan->begun_ms = number_of(top, "begun_ms");
        plan->swept_ms = number_of(top, "swept_ms");
        plan->total = (uint64_t)number_of(top, "total");
        plan->rebuilds = (uint64_t)number_of(top, "rebuilds");
        plan->kept_ms = number_of(top, "kept_ms");
        plan->restored = (uint64_t)number_of(top, "restored");
        for (size_t i = 0; i < MAILINDEX_SLOTS; i++) {
            int64_t slot = json_integer_value(json_array_get(slots, i));
            plan->slots[i] = slot > 0 ? slot : 0;
        }
        take_unverified(plan, top);
        take_sweep(plan, top);
        take_meeting(&plan->meeting, json_object_get(top, "meeting"));
        for (size_t i = 0; i < json_array_size(bad); i++)
            take_bad(plan, json_array_get(bad, i));
    }
    json_decref(top);
    return known ? 0 : error_set(e, -EBADMSG, "not what forewarn wrote about a mail store");
}
