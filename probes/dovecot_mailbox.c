/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_mailbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_backward.h"
#include "probes/dovecot_links.h"
#include "probes/dovecot_list.h"
#include "probes/dovecot_map.h"

/* A look while it is taken. */
struct looking {
    const struct dovecot_files *files;
    struct dovecot_look *look;
    struct mailindex_sink *sink;
    struct dovecot_backward *backward;
    struct mailindex_window window; /* for payloads, on the log that is walked */
    const struct dovecot_log_facts *facts;
    uint32_t head_seq, head; /* where the index is; seq 0: at the beginning of all */
    uint32_t tail;
    bool in_place;  /* it is at a place that there is in the logs */
    bool on_record; /* at the start or end of a record */
    bool
        use_index; /* what the index says counts: the log begins where it, or the one before, did */
};

static void failed(struct looking *l, const struct mailindex_file *file, int error)
{
    if (!error || l->look->error)
        return;
    l->look->error = error;
    l->look->error_file = file->name;
}

static bool read_whole(struct looking *l, const struct mailindex_file *file)
{
    struct mailindex_window window = {.file = file};
    uint64_t done = 0;

    if (file->size > DOVECOT_INDEX_MAX) {
        failed(l, file, -EFBIG);
        return false;
    }
    l->look->index_bytes = malloc((size_t)file->size + 1);
    if (!l->look->index_bytes)
        failed(l, file, -ENOMEM);
    while (l->look->index_bytes && done < file->size) {
        size_t part =
            file->size - done > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : (size_t)(file->size - done);
        const uint8_t *b = window_at(&window, done, part);
        if (!b) { /* it shrank while it was read */
            failed(l, file, window.error ? window.error : -EAGAIN);
            break;
        }
        memcpy(l->look->index_bytes + done, b, part);
        done += part;
    }
    window_free(&window);
    return !l->look->error;
}

static bool ascending(const struct dovecot_index *index)
{
    for (uint32_t i = 1; i < index->count; i++)
        if (dovecot_index_uid(index, i) <= dovecot_index_uid(index, i - 1))
            return false;
    return true;
}

static void look_at_index(struct looking *l)
{
    const struct mailindex_file *file = l->files->index;
    struct dovecot_index *index = calloc(1, sizeof *index);

    if (!index || !read_whole(l, file) ||
        !dovecot_index_parse(file, l->look->index_bytes, (size_t)file->size, index, l->sink)) {
        free(index);
        return;
    }
    dovecot_index_recount(file, index, l->files->kind, l->sink);
    l->look->index = index;
    l->head_seq = index->header.log_file_seq;
    l->head = index->header.log_file_head_offset;
    l->tail = index->header.log_file_tail_offset;
}

/* Whether the record is of the part of the log that the index has. */
static bool is_before(const struct looking *l, uint64_t offset)
{
    uint32_t seq = l->facts->header.file_seq;
    return seq < l->head_seq || (seq == l->head_seq && offset < l->head);
}

static bool visit(const struct dovecot_log_record *record, void *arg)
{
    struct looking *l = arg;
    uint64_t end = record->offset + 8 + record->size;

    if (l->facts->header.file_seq == l->head_seq && (record->offset == l->head || end == l->head))
        l->on_record = true;
    if (l->backward && is_before(l, record->offset)) {
        dovecot_backward_note(l->backward, &l->window, record);
        dovecot_backward_place(l->backward, l->facts->header.file_seq, end, record->modseq);
    }
    if (!l->look->state)
        return true;
    if (!l->use_index || !is_before(l, record->offset))
        dovecot_state_apply(l->look->state, &l->window, record, l->sink);
    else if (l->facts->header.file_seq == l->head_seq && record->offset >= l->tail)
        dovecot_state_note_pending(l->look->state, &l->window, record);
    return true;
}

static void walk(struct looking *l, const struct mailindex_file *file,
                 struct dovecot_log_facts *facts, bool counts)
{
    l->facts = facts;
    l->window.file = file;
    if (counts && l->backward)
        dovecot_backward_place(l->backward, facts->header.file_seq, facts->header.hdr_size,
                               facts->header.initial_modseq);
    dovecot_log_walk(file, facts, counts ? visit : NULL, l, l->sink);
    failed(l, file, facts->error ? facts->error : l->window.error);
    window_free(&l->window);
}

/* The index is at a place that is the start or the end of a record of a log. */
static void check_head(struct looking *l)
{
    const struct dovecot_look *look = l->look;
    bool newest = look->log.header.file_seq == l->head_seq;
    const struct mailindex_file *log = newest ? l->files->log : l->files->log2;
    const struct dovecot_log_facts *facts = newest ? &look->log : &look->log2;

    if (!log || facts->header.file_seq != l->head_seq || l->head == facts->header.hdr_size)
        return;
    if (l->head > facts->end && !l->on_record) {
        mailindex_report(l->sink, "X03",
                         (struct mailindex_place){log->name, facts->end, l->head - facts->end},
                         "expected sound records up to %u, which the index has applied, found the "
                         "last one's end at %llu",
                         l->head, (unsigned long long)facts->end);
        l->look->disagree = true;
    } else if (!l->on_record) {
        mailindex_report(l->sink, "X03", (struct mailindex_place){l->files->index->name, 68, 4},
                         "expected a head offset where a record of the log begins, found %u",
                         l->head);
        l->look->disagree = true;
    }
}

/* An index that is missing is normal while the log is the first one. */
static void check_missing(struct looking *l)
{
    const struct dovecot_log_header *h = &l->look->log.header;
    const char *name = l->files->index_name ? l->files->index_name : "dovecot.index";

    if (l->files->index || !l->look->log.usable || h->prev_file_seq == 0)
        return;
    mailindex_report(l->sink, "X07", (struct mailindex_place){name, 0, 0},
                     "expected an index, as the log (%s) continues log %u, found none",
                     l->files->log->name, h->prev_file_seq);
}

static void compare_logs(struct looking *l)
{
    struct dovecot_look *look = l->look;
    bool chained = dovecot_links_follows(l->files, look);

    if (look->index && l->in_place && ascending(look->index))
        l->backward = dovecot_backward_new(l->files->index, look->index);
    bool from_empty =
        !look->index && !l->files->index &&
        (look->log.header.prev_file_seq == 0 || (chained && look->log2.header.prev_file_seq == 0));
    l->use_index = look->index && l->in_place;
    bool anew = look->index && !l->in_place && look->log.header.prev_file_seq == 0 &&
                l->head_seq < look->log.header.file_seq &&
                look->index->header.indexid == look->log.header.indexid;
    if (look->log.usable && (l->use_index || from_empty || anew))
        look->state = dovecot_state_new(l->use_index ? look->index : NULL);
    bool log2_counts = chained && (l->use_index || from_empty);
    if (l->files->log2)
        walk(l, l->files->log2, &look->log2, log2_counts);
    bool gap = log2_counts && !look->log2.whole && l->files->log2;
    if (gap && l->backward)
        dovecot_backward_free(&l->backward);
    if (l->files->log)
        walk(l, l->files->log, &look->log, true);
    if (l->use_index)
        check_head(l);
    bool complete = look->log.whole || look->log.torn;
    if (gap && l->head_seq < look->log.header.file_seq)
        complete = false;
    if (l->backward && l->use_index && !look->disagree) {
        size_t before = l->sink->reported + l->sink->dropped;
        dovecot_backward_compare(l->backward, l->sink);
        look->disagree = before != l->sink->reported + l->sink->dropped;
    }
    dovecot_backward_free(&l->backward);
    if (look->state)
        dovecot_state_finish(look->state, complete && !look->disagree);
}

/* Where in which file the mail's offset into the cache is. */
static struct mailindex_place ref_place(const struct looking *l, const struct dovecot_index *state,
                                        const struct dovecot_extension *e, uint32_t position)
{
    struct mailindex_place place = {l->files->index ? l->files->index->name : "", 0, 4};
    uint32_t at;

    if (dovecot_state_cache_place(l->look->state, position, &place))
        return place;
    const struct dovecot_index *index = l->look->index;
    const struct dovecot_extension *own =
        index ? dovecot_index_extension(index, "cache", e->record_size) : NULL;
    if (own && dovecot_index_find(index, dovecot_index_uid(state, position), &at))
        place.offset =
            index->records_at + (uint64_t)at * index->header.record_size + own->record_offset;
    return place;
}

static void check_cache_refs(struct looking *l, struct dovecot_cache *cache)
{
    const struct dovecot_index *state = l->look->state ? dovecot_state_index(l->look->state) : NULL;
    const struct dovecot_extension *e = state ? dovecot_index_extension(state, "cache", 4) : NULL;
    struct dovecot_cache_ref *refs = NULL;
    size_t count = 0;
    bool usable = e && dovecot_state_complete(l->look->state);

    if (usable && e->reset_id && e->reset_id != cache->header.file_seq) {
        mailindex_report(l->sink, "X15", (struct mailindex_place){cache->file->name, 8, 4},
                         "expected file_seq %u, the reset_id that index and log come to, found %u",
                         e->reset_id, cache->header.file_seq);
        usable = false;
    }
    usable = usable && e->reset_id;
    if (usable)
        refs = malloc(((size_t)state->count + 1) * sizeof *refs);
    for (uint32_t i = 0; refs && i < state->count; i++) {
        uint32_t offset = le32(dovecot_index_data(state, e, i));
        if (offset)
            refs[count++] = (struct dovecot_cache_ref){offset, dovecot_index_uid(state, i),
                                                       ref_place(l, state, e, i)};
    }
    dovecot_cache_verify(cache, refs, count, l->sink);
    free(refs);
}

static void look_at_cache(struct looking *l)
{
    struct dovecot_cache cache;

    if (!l->files->cache) {
        dovecot_links_indexid(l->files, l->look, NULL, l->sink);
        return;
    }
    bool good = dovecot_cache_open(&cache, l->files->cache, l->sink);
    dovecot_links_indexid(l->files, l->look, good ? &cache.header : NULL, l->sink);
    if (good) {
        l->look->churn.cache_seq = cache.header.file_seq;
        check_cache_refs(l, &cache);
    }
    failed(l, l->files->cache, cache.window.error);
    dovecot_cache_close(&cache);
}

/* The index, or what the log makes of one. */
static const struct dovecot_index *best(const struct dovecot_look *look)
{
    return look->state ? dovecot_state_index(look->state) : look->index;
}

static void note_churn(struct looking *l)
{
    struct mailindex_churn_facts *churn = &l->look->churn;
    const struct dovecot_index *index = best(l->look);

    churn->log_seq = l->look->log.header.file_seq;
    churn->indexid = l->look->log.usable ? l->look->log.header.indexid : 0;
    if (!index)
        return;
    if (!churn->indexid)
        churn->indexid = index->header.indexid;
    churn->fsckd = (index->header.flags & DOVECOT_INDEX_FSCKD) != 0;
    churn->uid_validity = index->header.uid_validity;
    churn->next_uid = index->header.next_uid;
    churn->messages = index->count;
    const struct dovecot_extension *e = dovecot_index_extension(index, "hdr-vsize", 0);
    churn->vsize_uid = e && e->hdr_size >= 16 ? le32(e->data + 8) : 0;
    churn->cache_wanted = dovecot_index_extension(index, "cache", 4) != NULL;
    if ((e = dovecot_index_extension(index, "dbox-hdr", 0)) && e->hdr_size >= 4)
        churn->rebuild_count = le32(e->data);
    struct dovecot_map_header map;
    if (dovecot_map_header(index, &map))
        churn->rebuild_count = map.rebuild_count;
}

static void look_at_contents(struct looking *l)
{
    const struct dovecot_index *index = l->look->index;

    if (!index)
        return;
    if (l->files->kind == DOVECOT_MAP)
        dovecot_map_verify(l->files->index, index, l->sink);
    else if (l->files->kind == DOVECOT_LIST)
        dovecot_list_verify(l->files->index, index, l->sink);
}

void dovecot_look(const struct dovecot_files *files, struct dovecot_look *look,
                  struct mailindex_sink *sink)
{
    struct looking l = {.files = files, .look = look, .sink = sink};

    *look = (struct dovecot_look){0};
    if (files->index)
        look_at_index(&l);
    if (files->log)
        look->log.usable = dovecot_log_read_header(files->log, &look->log.header, NULL);
    if (files->log2)
        look->log2.usable = dovecot_log_read_header(files->log2, &look->log2.header, NULL);
    check_missing(&l);
    /* a log of another index is nothing to be held against this one */
    bool related = !look->index || !look->log.usable || !look->log.header.indexid ||
                   look->index->header.indexid == look->log.header.indexid;
    l.in_place = look->index && related && dovecot_links_position(files, look, sink);
    compare_logs(&l);
    dovecot_links_rotation(files, look, sink);
    look_at_contents(&l);
    look_at_cache(&l);
    note_churn(&l);
}

void dovecot_look_free(struct dovecot_look *look)
{
    dovecot_state_free(&look->state);
    free(look->index);
    free(look->index_bytes);
    look->index = NULL;
    look->index_bytes = NULL;
}
