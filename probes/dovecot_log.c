/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_log.h"

#include "probes/dovecot_log_payload.h"

enum {
    HEADER_MIN = 24,
    RECORD_HEADER = 8,
    TYPE_EXTERNAL = 0x10000000,
    TYPE_SYNC = 0x20000000,
    TYPE_MASK = 0x0fffffff,
    RESYNC_REACH = 64 * 1024, /* how far a sound record is looked for behind a broken one */
};

static struct mailindex_place place(const struct mailindex_file *file, uint64_t offset,
                                    uint64_t length)
{
    return (struct mailindex_place){file->name, offset, length};
}

/* lib-index/mail-index-util.c: seven bits a byte, the top bit of each set; 0: not so */
static uint32_t decode_size(const uint8_t *b)
{
    if (!(b[0] & b[1] & b[2] & b[3] & 0x80))
        return 0;
    return ((uint32_t)(b[0] & 0x7f) << 21 | (uint32_t)(b[1] & 0x7f) << 14 |
            (uint32_t)(b[2] & 0x7f) << 7 | (uint32_t)(b[3] & 0x7f))
           << 2;
}

static void say(struct mailindex_sink *sink, const char *rule, struct mailindex_place at,
                const char *what, uint64_t found)
{
    if (sink)
        mailindex_report(sink, rule, at, "expected %s, found %llu", what,
                         (unsigned long long)found);
}

/* What must hold of the header besides its version. */
static void check_header(const struct mailindex_file *file, const uint8_t *b,
                         const struct dovecot_log_header *h, struct mailindex_sink *sink)
{
    if (h->file_seq == 0)
        say(sink, "L01", place(file, 8, 4), "a file_seq", 0);
    if (h->prev_file_seq >= h->file_seq && h->file_seq)
        say(sink, "L01", place(file, 12, 4), "a prev_file_seq below the file_seq",
            h->prev_file_seq);
    if (h->prev_file_seq == 0 && h->prev_file_offset)
        say(sink, "L01", place(file, 16, 4), "no prev_file_offset without a prev_file_seq",
            h->prev_file_offset);
    if (h->prev_file_offset % 4)
        say(sink, "L01", place(file, 16, 4), "a prev_file_offset that is a multiple of 4",
            h->prev_file_offset);
    if (h->hdr_size < DOVECOT_LOG_HEADER)
        return;
    for (uint64_t i = 33; i < 40; i++)
        if (b[i]) {
            say(sink, "L01", place(file, i, 1), "zero in an unused byte of the header", b[i]);
            return;
        }
}

static bool check_version(const struct mailindex_file *file, const uint8_t *b,
                          struct mailindex_sink *sink)
{
    bool swapped = b[2] == 0 && b[3] >= HEADER_MIN;

    if (b[0] != 1) {
        say(sink, "L01", place(file, 0, 1), "major version 1", b[0]);
        return false;
    }
    if (swapped && le16(b + 2) > 1024) {
        if (sink)
            mailindex_report(sink, "L00", place(file, 2, 2),
                             "is of a big-endian machine: it is not verified");
        return false;
    }
    if (b[1] == 4 || b[1] == 5) {
        if (sink)
            mailindex_report(sink, "L00", place(file, 1, 1),
                             "is of version 1.%u, newer than those known here (1.0 to 1.3)", b[1]);
    } else if (b[1] > 5) {
        say(sink, "L01", place(file, 1, 1), "minor version 3", b[1]);
    }
    return true;
}

static bool parse_header(struct mailindex_window *window, struct dovecot_log_header *h,
                         struct mailindex_sink *sink)
{
    const struct mailindex_file *file = window->file;
    uint64_t size = file->size < DOVECOT_LOG_HEADER ? file->size : DOVECOT_LOG_HEADER;
    const uint8_t *b = window_at(window, 0, (size_t)size);

    *h = (struct dovecot_log_header){0};
    if (window->error)
        return false;
    if (!b || size < HEADER_MIN) {
        say(sink, "L01", place(file, 0, size), "at least 24 bytes", file->size);
        return false;
    }
    if (!check_version(file, b, sink))
        return false;
    h->major = b[0];
    h->minor = b[1];
    h->hdr_size = le16(b + 2);
    h->indexid = le32(b + 4);
    h->file_seq = le32(b + 8);
    h->prev_file_seq = le32(b + 12);
    h->prev_file_offset = le32(b + 16);
    h->create_stamp = le32(b + 20);
    if (h->hdr_size < HEADER_MIN || h->hdr_size > file->size || h->hdr_size % 4 ||
        (h->minor >= 3 && h->minor <= 5 && h->hdr_size != DOVECOT_LOG_HEADER)) {
        say(sink, "L01", place(file, 2, 2), "a hdr_size of 40", h->hdr_size);
        return false;
    }
    if (h->hdr_size >= DOVECOT_LOG_HEADER) {
        h->initial_modseq = le64(b + 24);
        if (b[32] != 1)
            say(sink, "L01", place(file, 32, 1), "compat_flags 1 (little endian)", b[32]);
    }
    check_header(file, b, h, sink);
    if (h->indexid == 0)
        say(sink, "L09", place(file, 4, 4), "an indexid (Dovecot sets 0 when it gives a log up)",
            0);
    return true;
}

bool dovecot_log_read_header(const struct mailindex_file *file, struct dovecot_log_header *header,
                             struct mailindex_sink *sink)
{
    struct mailindex_window window = {.file = file};
    bool good = parse_header(&window, header, sink);
    window_free(&window);
    return good;
}

struct walk {
    struct mailindex_window window;
    struct dovecot_log_context context;
    struct dovecot_log_facts *facts;
    bool (*visit)(const struct dovecot_log_record *record, void *arg);
    void *arg;
    uint64_t at, size;
    uint64_t before;          /* offset of the record before; 0: none */
    uint64_t transaction_end; /* of the boundary that holds; 0: none */
    bool trusted;             /* all so far was sound */
};

static void breach(struct walk *w, const char *rule, uint64_t length, const char *what,
                   uint64_t found)
{
    w->trusted = false;
    say(w->context.sink, rule, place(w->window.file, w->at, length), what, found);
}

/* What stands at at is not a record: it may be that the one before it has a wrong size. */
static void not_a_record(struct walk *w, const char *rule, const char *what, uint64_t found)
{
    bool first = w->trusted;

    breach(w, rule, RECORD_HEADER, what, found);
    if (first && w->before && w->context.sink)
        mailindex_report(w->context.sink, rule, place(w->window.file, w->before, w->at - w->before),
                         "no record follows this one: it can be that one that is wrong");
}

/* Whether at is the start of some sound-looking records, the last of which may end the file. */
static bool sound_from(struct walk *w, uint64_t at)
{
    int records = 0;

    while (at < w->size && records < 3) {
        const uint8_t *b = window_at(&w->window, at, RECORD_HEADER);
        uint32_t size = b ? decode_size(b) : 0;
        if (size < RECORD_HEADER + 4 || size > w->size - at ||
            !dovecot_log_type_known(le32(b + 4) & TYPE_MASK))
            return false;
        at += size;
        records++;
    }
    return records > 0;
}

/* Whether sound records follow somewhere behind at: then the one at at was not the last. */
static bool sound_behind(struct walk *w)
{
    uint64_t end = w->size - w->at > RESYNC_REACH ? w->at + RESYNC_REACH : w->size;

    for (uint64_t at = w->at + 4; at + RECORD_HEADER < end; at += 4)
        if (sound_from(w, at))
            return true;
    return false;
}

/* The record at at does not fit into the file: is it being written, or is its size wrong? */
static void past_end(struct walk *w, uint64_t size, bool header)
{
    uint64_t left = w->size - w->at;

    if (header && sound_behind(w)) {
        not_a_record(w, "L02", "a record within the file, as sound ones follow; its size", size);
        return;
    }
    w->facts->torn = true;
    if (w->trusted)
        breach(w, "L06", left, "whole records up to the end of the file; bytes of one that is cut",
               left);
}

static bool type_of(struct walk *w, uint32_t word, struct dovecot_log_record *record)
{
    uint32_t type = word & TYPE_MASK;

    record->external = word & TYPE_EXTERNAL;
    if (word & ~(uint32_t)(TYPE_MASK | TYPE_EXTERNAL | TYPE_SYNC) ||
        !dovecot_log_type_known(type)) {
        w->trusted = false;
        if (w->context.sink)
            mailindex_report(w->context.sink, "L03",
                             place(w->window.file, w->at, RECORD_HEADER + record->size),
                             "expected a known type of record, found 0x%x", word);
        return false;
    }
    if (type & (DOVECOT_LOG_EXPUNGE | DOVECOT_LOG_EXPUNGE_GUID)) /* without its protection */
        type &= DOVECOT_LOG_EXPUNGE | DOVECOT_LOG_EXPUNGE_GUID;
    record->type = type;
    return true;
}

/* A boundary says how long the transaction is that begins with it. */
static void take_boundary(struct walk *w, const struct dovecot_log_record *record)
{
    const uint8_t *b = window_at(&w->window, w->at + RECORD_HEADER, 4);
    uint32_t size = b ? le32(b) : 0;

    if (w->transaction_end)
        breach(w, "L04", RECORD_HEADER + record->size, "no boundary within a transaction; its size",
               size);
    else if (record->size != 4 || size < RECORD_HEADER + 4 || size % 4)
        breach(w, "L04", RECORD_HEADER + record->size, "the size of a transaction", size);
    else if (size > w->size - w->at)
        past_end(w, size, true);
    else {
        w->transaction_end = w->at + size;
    }
}

static bool take_record(struct walk *w)
{
    const uint8_t *b = window_at(&w->window, w->at, RECORD_HEADER);
    struct dovecot_log_record record = {.offset = w->at};

    if (!b) {
        past_end(w, 0, false);
        return false;
    }
    uint32_t size = decode_size(b), word = le32(b + 4);
    if (size == 0) {
        not_a_record(w, "L05", "a record; not the size of one", le32(b));
        return false;
    }
    if (size > w->size - w->at) {
        past_end(w, size, true);
        return false;
    }
    if (size < RECORD_HEADER + 4) {
        breach(w, "L02", RECORD_HEADER, "a record with contents; its size", size);
        return size >= RECORD_HEADER && (w->at += size);
    }
    if (w->transaction_end && size > w->transaction_end - w->at) {
        breach(w, "L02", size, "a record within its transaction; its size", size);
        w->transaction_end = 0;
    }
    record.size = size - RECORD_HEADER;
    if (type_of(w, word, &record)) {
        if (record.type == DOVECOT_LOG_BOUNDARY)
            take_boundary(w, &record);
        else if (!dovecot_log_payload_check(&w->context, &record))
            w->trusted = false;
        record.modseq = w->context.modseq;
        record.rec_size = w->context.rec_size;
        if (w->trusted && w->visit && !w->visit(&record, w->arg))
            w->visit = NULL;
    }
    w->before = w->at;
    w->at += size;
    if (w->transaction_end == w->at)
        w->transaction_end = 0;
    if (w->trusted) {
        w->facts->records++;
        if (!w->transaction_end)
            w->facts->end = w->at;
        w->facts->modseq = w->context.modseq;
    }
    return !w->facts->torn;
}

void dovecot_log_walk(const struct mailindex_file *file, struct dovecot_log_facts *facts,
                      bool (*visit)(const struct dovecot_log_record *record, void *arg), void *arg,
                      struct mailindex_sink *sink)
{
    struct walk w = {.window = {.file = file},
                     .facts = facts,
                     .visit = visit,
                     .arg = arg,
                     .size = file->size,
                     .trusted = true};

    *facts = (struct dovecot_log_facts){0};
    w.context = (struct dovecot_log_context){.window = &w.window, .sink = sink};
    if (parse_header(&w.window, &facts->header, sink)) {
        facts->usable = true;
        facts->end = w.at = facts->header.hdr_size;
        facts->modseq = w.context.modseq = facts->header.initial_modseq;
        w.context.minor = facts->header.minor;
        while (w.at < w.size && take_record(&w))
            ;
        facts->whole = w.trusted && !w.window.error && !facts->torn;
    }
    facts->error = w.window.error;
    window_free(&w.window);
}
