/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios_text.h"

#include <ctype.h>
#include <stdbool.h>

#include "core/utf8.h"

static bool is_blank(uint32_t code)
{
    return code <= ' ' || (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029;
}

void nagios_put_text(const char *text, struct buf *out)
{
    size_t bytes;
    uint32_t code;
    bool after_blank = true;
    for (; (code = utf8_next(text, &bytes)) != 0; text += bytes) {
        bool blank = is_blank(code);
        if (!blank || !after_blank)
            utf8_put(blank ? ' ' : code == '|' ? '/' : code, out);
        after_blank = blank;
    }
}

void nagios_put_separator(struct buf *out)
{
    if (out->length)
        buf_puts(out, "; ");
}

void nagios_put_first(enum verdict verdict, const struct buf *text, struct buf *out)
{
    buf_puts(out, "FOREWARN ");
    for (const char *at = verdict_name(verdict); *at; at++)
        buf_printf(out, "%c", toupper((unsigned char)*at));
    buf_puts(out, " - ");
    if (text->length <= NAGIOS_TEXT_LIMIT) {
        buf_add(out, text->data, text->length);
        return;
    }
    size_t end = NAGIOS_TEXT_LIMIT - 3;
    while (end > 0 && ((unsigned char)text->data[end] & 0xc0) == 0x80)
        end--; /* never within a character */
    buf_add(out, text->data, end);
    buf_puts(out, "...");
}

static void put_blind_text(const char *what, const char *why, size_t *seen, struct buf *out)
{
    if ((*seen)++)
        return;
    nagios_put_separator(out);
    nagios_put_text(what, out);
    buf_puts(out, " not seen: ");
    nagios_put_text(why, out);
}

size_t nagios_put_unseen(const struct look *look, struct buf *out)
{
    size_t seen = 0;
    for (size_t i = 0; i < look->probe_count; i++)
        if (!look->probes[i].up)
            put_blind_text(look->probes[i].name, look->probes[i].error, &seen, out);
    for (size_t i = 0; i < look->finding_count; i++) {
        const struct finding *finding = &look->findings[i];
        const char *what = finding->target[0] ? finding->target : finding->probe;
        if (finding->blind)
            put_blind_text(what, finding->message, &seen, out);
    }
    if (seen > 1)
        buf_printf(out, ", and %zu more not seen", seen - 1);
    return seen;
}
