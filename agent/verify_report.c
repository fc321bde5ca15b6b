/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_text.h"
#include "core/utf8.h"

enum { INDENT = 9, BAR = 24 };

/* Marks that turn or hide text on a terminal: zero width and bidirectional ones. */
static bool is_shown(uint32_t code, const char *at, size_t bytes)
{
    bool broken = code == 0xfffd && !(bytes == 3 && memcmp(at, "\xef\xbf\xbd", 3) == 0);
    return code >= 0x20 && code != '\\' && !broken && !(code >= 0x7f && code <= 0x9f) &&
           !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
           !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff;
}

void verify_escape(const char *text, struct buf *out)
{
    buf_puts(out, "");
    while (*text) {
        size_t bytes;
        uint32_t code = utf8_next(text, &bytes);
        if (is_shown(code, text, bytes))
            buf_add(out, text, bytes);
        else
            for (size_t i = 0; i < bytes; i++)
                buf_printf(out, "\\x%02x", (unsigned char)text[i]);
        text += bytes;
    }
}

const char *verify_verdict(const struct verify_counts *counts)
{
    return counts->damaged ? "damaged" : counts->suspect ? "suspect" : "sound";
}

/* ---- text ---- */

static void put_verdict(const struct report_style *style, enum mailindex_verdict verdict,
                        struct buf *out)
{
    static const struct {
        enum table_colour colour;
        const char *text;
    } words[] = {[MAILINDEX_UNVERIFIED] = {TABLE_CYAN, "UNKNOWN "},
                 [MAILINDEX_CHURN] = {TABLE_YELLOW, "CHURN   "},
                 [MAILINDEX_SUSPECT] = {TABLE_YELLOW, "SUSPECT "},
                 [MAILINDEX_DAMAGED] = {TABLE_RED, "DAMAGED "}};
    table_put(style, words[verdict].colour, words[verdict].text, out);
    buf_puts(out, " ");
}

static void put_advice(const char *word, const char *text, struct buf *out)
{
    buf_printf(out, "%*s%s%s\n", INDENT, "", word, text);
}

void verify_finding_text(const struct report_style *style, const struct mailindex_finding *finding,
                         bool with_advice, struct buf *out)
{
    put_verdict(style, finding->verdict, out);
    verify_escape(finding->file, out);
    buf_printf(out, ":%" PRIu64 ": ", finding->offset);
    if (finding->mailbox[0]) {
        verify_escape(finding->mailbox, out);
        buf_puts(out, ": ");
    }
    verify_escape(finding->message, out);
    buf_printf(out, " [%s]\n", finding->rule);
    if (!with_advice)
        return;
    put_advice("Then: ", finding->effect, out);
    put_advice("Now:  ", finding->repair, out);
}

static void put_count(uint64_t count, const char *what, struct buf *out)
{
    if (count)
        buf_printf(out, "%s%" PRIu64 " %s", out->length ? ", " : "", count, what);
}

void verify_summary_text(const struct report_style *style, const struct verify *verify,
                         double seconds, struct buf *out)
{
    const struct verify_counts *counts = &verify->counts;
    SCRATCH_ARENA(arena);
    struct buf parts = {0};

    put_count(counts->damaged, "damaged", &parts);
    put_count(counts->suspect, "suspect", &parts);
    put_count(counts->unreadable, "not readable", &parts);
    put_count(counts->unverified, "not verified", &parts);
    put_count(counts->busy, "too busy to judge", &parts);
    put_count(counts->sound, "sound", &parts);
    table_put(style,
              counts->damaged   ? TABLE_RED
              : counts->suspect ? TABLE_YELLOW
                                : TABLE_GREEN,
              counts->damaged   ? "DAMAGED"
              : counts->suspect ? "SUSPECT"
                                : "SOUND",
              out);
    buf_printf(out, "  mailboxes: %s; read %s in %s\n", parts.data ? parts.data : "none",
               table_bytes((double)verify->io.bytes, arena),
               seconds < 1 ? arena_printf(arena, "%.2f s", seconds)
                           : table_duration(seconds, arena));
    buf_free(&parts);
}

void verify_progress_text(const struct verify *verify, double seconds, int width, struct buf *out)
{
    SCRATCH_ARENA(arena);
    double done = verify->expected ? (double)verify->seen / (double)verify->expected : 0;
    double rate = seconds > 0 ? (double)verify->seen / seconds : 0;
    int filled = (int)((done > 1 ? 1 : done) * BAR);
    struct buf line = {0};

    if (verify->counting) {
        buf_printf(&line, "counting mailboxes: %" PRIu64, verify->expected);
    } else {
        buf_printf(&line, "[%.*s%*s] %3.0f %%  %" PRIu64 " of %" PRIu64 " mailboxes, %.0f/s",
                   filled, "########################", BAR - filled, "", done * 100, verify->seen,
                   verify->expected, rate);
        if (rate > 0 && verify->expected > verify->seen)
            buf_printf(&line, ", %s left",
                       table_duration((double)(verify->expected - verify->seen) / rate, arena));
        if (verify->counts.findings)
            buf_printf(&line, ", %" PRIu64 " findings", verify->counts.findings);
    }
    size_t most = width > 1 ? (size_t)width - 1 : line.length;
    buf_add(out, line.data, line.length < most ? line.length : most);
    buf_free(&line);
}

/* ---- JSON ---- */

static json_t *text(const char *value)
{
    struct buf out = {0};
    verify_escape(value, &out);
    json_t *string = json_stringn(out.data, out.length);
    buf_free(&out);
    return string;
}

static void put_json(json_t *object, struct buf *out)
{
    char *dump = json_dumps(object, JSON_COMPACT);
    buf_puts(out, dump ? dump : "null");
    free(dump);
    json_decref(object);
}

void verify_finding_json(const char *store, const struct mailindex_finding *finding,
                         struct buf *out)
{
    put_json(json_pack("{so so so sI sI ss ss ss so ss ss}", "store", text(store), "mailbox",
                       text(finding->mailbox), "file", text(finding->file), "offset",
                       (json_int_t)finding->offset, "length", (json_int_t)finding->length, "kind",
                       finding->kind, "rule", finding->rule, "verdict",
                       mailindex_verdict_name(finding->verdict), "message", text(finding->message),
                       "effect", finding->effect, "repair", finding->repair),
             out);
}

void verify_summary_json(const struct verify *verify, struct buf *out)
{
    const struct verify_counts *c = &verify->counts;
    buf_puts(out, "\"mailboxes\":");
    put_json(json_pack("{sI sI sI sI sI sI}", "sound", (json_int_t)c->sound, "damaged",
                       (json_int_t)c->damaged, "suspect", (json_int_t)c->suspect, "unreadable",
                       (json_int_t)c->unreadable, "busy", (json_int_t)c->busy, "unverified",
                       (json_int_t)c->unverified),
             out);
    buf_printf(out, ",\"bytes_read\":%" PRIu64 ",\"verdict\":\"%s\"", verify->io.bytes,
               verify_verdict(c));
}
