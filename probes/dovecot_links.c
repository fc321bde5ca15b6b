/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_links.h"

/* A file's indexid, and where it has it. */
struct id {
    const struct mailindex_file *file;
    uint32_t id;
    uint64_t at;
    const char *rule;
};

static size_t same(const struct id *ids, size_t count, uint32_t id)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += ids[i].id == id;
    return n;
}

bool dovecot_links_indexid(const struct dovecot_files *files, const struct dovecot_look *look,
                           const struct dovecot_cache_header *cache, struct mailindex_sink *sink)
{
    struct id ids[4];
    size_t count = 0, best = 0;
    bool good = true;

    if (look->index)
        ids[count++] = (struct id){files->index, look->index->header.indexid, 16, "X02"};
    if (look->log.usable && look->log.header.indexid)
        ids[count++] = (struct id){files->log, look->log.header.indexid, 4, "X02"};
    if (look->log2.usable && look->log2.header.indexid)
        ids[count++] = (struct id){files->log2, look->log2.header.indexid, 4, "X13"};
    if (cache)
        ids[count++] = (struct id){files->cache, cache->indexid, 4, "X14"};
    for (size_t i = 1; i < count; i++)
        if (same(ids, count, ids[i].id) > same(ids, count, ids[best].id))
            best = i;
    size_t most = count ? same(ids, count, ids[best].id) : 0;
    for (size_t i = 0; i < count; i++) {
        size_t other = 0;
        while (other < count &&
               (ids[other].id == ids[i].id || same(ids, count, ids[other].id) < most))
            other++;
        if (other == count)
            continue; /* no other id is as common */
        bool tie = same(ids, count, ids[i].id) == most;
        mailindex_report(
            sink, ids[i].rule, (struct mailindex_place){ids[i].file->name, ids[i].at, 4},
            "expected indexid %u, that of %s, found %u%s", ids[other].id, ids[other].file->name,
            ids[i].id, tie ? " (either can be the wrong one)" : "");
        good = good && ids[i].file == files->cache;
    }
    return good;
}

bool dovecot_links_follows(const struct dovecot_files *files, const struct dovecot_look *look)
{
    const struct dovecot_log_header *log = &look->log.header, *log2 = &look->log2.header;

    return look->log2.usable && look->log.usable && log->prev_file_seq == log2->file_seq &&
           log->indexid == log2->indexid && log->prev_file_offset == files->log2->size;
}

/* One of the two headers is not of this mailbox's logs, or it is an old copy. */
static void unlinked(const struct dovecot_files *files, struct mailindex_sink *sink,
                     const char *rule, uint64_t at, const char *what, uint64_t expected,
                     uint64_t found)
{
    mailindex_report(sink, rule, (struct mailindex_place){files->log2->name, 0, files->log2->size},
                     "the log (%s) says that the one before it had %s %llu, found %llu",
                     files->log->name, what, (unsigned long long)expected,
                     (unsigned long long)found);
    mailindex_report(sink, rule, (struct mailindex_place){files->log->name, at, 8},
                     "says that the log before it had %s %llu, but %s has %llu (either can be the "
                     "wrong one)",
                     what, (unsigned long long)expected, files->log2->name,
                     (unsigned long long)found);
}

void dovecot_links_rotation(const struct dovecot_files *files, const struct dovecot_look *look,
                            struct mailindex_sink *sink)
{
    const struct dovecot_log_header *log = &look->log.header, *log2 = &look->log2.header;

    if (!look->log2.usable || !look->log.usable || log->indexid != log2->indexid)
        return;
    if (log->file_seq == log2->file_seq || log->prev_file_seq == 0)
        return; /* just being rotated; or it does not continue an older one */
    if (log->prev_file_seq != log2->file_seq) {
        unlinked(files, sink, "X13", 12, "sequence number", log->prev_file_seq, log2->file_seq);
        return;
    }
    if (log->prev_file_offset != files->log2->size) {
        unlinked(files, sink, "X13", 16, "a size of", log->prev_file_offset, files->log2->size);
        return;
    }
    if (look->log2.torn)
        mailindex_report(sink, "X13",
                         (struct mailindex_place){files->log2->name, look->log2.end,
                                                  files->log2->size - look->log2.end},
                         "nobody writes to it any more, but it ends within a record");
    if (look->log2.whole && log->initial_modseq && look->log2.modseq &&
        log->initial_modseq != look->log2.modseq)
        unlinked(files, sink, "X19", 24, "come to modseq", log->initial_modseq, look->log2.modseq);
}

static bool no_log(const struct dovecot_files *files, const struct dovecot_look *look,
                   struct mailindex_sink *sink, const char *why)
{
    const struct dovecot_index_header *h = &look->index->header;

    mailindex_report(sink, "X05", (struct mailindex_place){files->index->name, 60, 12},
                     "is at log %u, offset %u, but %s", h->log_file_seq, h->log_file_head_offset,
                     why);
    if (files->log)
        mailindex_report(sink, "X05", (struct mailindex_place){files->log->name, 8, 8},
                         "is log %u after log %u, but the index is at log %u (either can be the "
                         "wrong one)",
                         look->log.header.file_seq, look->log.header.prev_file_seq,
                         h->log_file_seq);
    return false;
}

static bool beyond(const struct dovecot_files *files, const struct mailindex_file *log,
                   const struct dovecot_look *look, struct mailindex_sink *sink)
{
    uint32_t head = look->index->header.log_file_head_offset;

    if (head <= log->size)
        return true;
    mailindex_report(
        sink, "X06", (struct mailindex_place){log->name, log->size, 0},
        "expected at least %u bytes, as the index has applied so many, found %llu: the "
        "end is missing",
        head, (unsigned long long)log->size);
    mailindex_report(sink, "X06", (struct mailindex_place){files->index->name, 68, 4},
                     "has applied %u bytes of a log that has %llu (either can be the wrong one)",
                     head, (unsigned long long)log->size);
    return false;
}

bool dovecot_links_position(const struct dovecot_files *files, const struct dovecot_look *look,
                            struct mailindex_sink *sink)
{
    const struct dovecot_index_header *h = &look->index->header;
    const struct dovecot_log_header *log = &look->log.header;

    if (!files->log)
        return no_log(files, look, sink, "there is no log");
    if (!look->log.usable)
        return false;
    if (h->log_file_seq == log->file_seq)
        return beyond(files, files->log, look, sink);
    if (h->log_file_seq > log->file_seq)
        return no_log(files, look, sink, "the newest log is an older one");
    if (log->prev_file_seq == 0)
        return false; /* that log begins anew: Dovecot does not look at the index */
    if (h->log_file_seq == log->prev_file_seq && h->log_file_head_offset == log->prev_file_offset)
        return true;
    if (look->log2.usable && h->log_file_seq == look->log2.header.file_seq) {
        if (!dovecot_links_follows(files, look))
            return false;
        return beyond(files, files->log2, look, sink);
    }
    return no_log(files, look, sink, "that log is gone");
}
