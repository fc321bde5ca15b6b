/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "rules/eval.h"
#include "rules/template_value.h"

/* An expression may warn about each of a million series: more than these are not told. */
enum { NOTES_MAX = 50 };

struct note {
    const char *text; /* without the place, as notes are told once whatever their place */
    struct promql_note note;
};

struct notes {
    struct note *at;
    size_t count, room;
};

void eval_note(struct eval *ev, bool warning, const struct expr *about, const char *format, ...)
{
    struct notes *notes = ev->notes ? ev->notes : ARENA_NEW(ev->arena, struct notes);
    const struct place *place = &about->place;
    va_list args;
    ev->notes = notes;
    if (notes->count == NOTES_MAX)
        return;
    va_start(args, format);
    char *text = arena_vprintf(ev->arena, format, args);
    va_end(args);
    for (size_t i = 0; i < notes->count; i++)
        if (strcmp(notes->at[i].text, text) == 0 && notes->at[i].note.warning == warning)
            return;
    notes->at = arena_grow(ev->arena, notes->at, notes->count, &notes->room, sizeof *notes->at);
    notes->at[notes->count++] =
        (struct note){text,
                      {warning,
                       arena_printf(ev->arena, "PromQL %s: %s (%u:%u)",
                                    warning ? "warning" : "info", text, place->line, place->column),
                       place->start, place->end}};
}

const char *eval_number_text(struct eval *ev, double v)
{
    struct buf out = {0};
    tmpl_print_float(v, &out);
    const char *text = arena_strdup(ev->arena, out.data);
    buf_free(&out);
    return text;
}

void eval_note_quantile(struct eval *ev, const struct expr *about, double q)
{
    eval_note(ev, true, about, "quantile value should be between 0 and 1, got %s",
              eval_number_text(ev, q));
}

void eval_notes(const struct eval *ev, struct promql_value *value)
{
    if (!ev->notes)
        return;
    value->notes = ARENA_ARRAY(ev->arena, struct promql_note, ev->notes->count);
    for (size_t i = 0; i < ev->notes->count; i++)
        value->notes[value->note_count++] = ev->notes->at[i].note;
}
