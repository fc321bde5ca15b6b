/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_map.h"

#include <stdlib.h>

bool dovecot_map_mail(const struct dovecot_index *index, uint32_t position,
                      struct dovecot_map_mail *mail)
{
    const struct dovecot_extension *map = dovecot_index_extension(index, "map", 12);
    const struct dovecot_extension *ref = dovecot_index_extension(index, "ref", 2);

    if (!map || !ref)
        return false;
    const uint8_t *b = dovecot_index_data(index, map, position);
    *mail = (struct dovecot_map_mail){
        .map_uid = dovecot_index_uid(index, position),
        .file_id = le32(b),
        .offset = le32(b + 4),
        .size = le32(b + 8),
        .references = le16(dovecot_index_data(index, ref, position)),
    };
    return true;
}

bool dovecot_map_header(const struct dovecot_index *index, struct dovecot_map_header *header)
{
    const struct dovecot_extension *map = dovecot_index_extension(index, "map", 0);

    if (!map || map->hdr_size < 8)
        return false;
    *header = (struct dovecot_map_header){le32(map->data), le32(map->data + 4)};
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct dovecot_map_mail *x = left, *y = right;
    if (x->file_id != y->file_id)
        return x->file_id < y->file_id ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->map_uid < y->map_uid ? -1 : x->map_uid > y->map_uid;
}

static struct mailindex_place place(const struct mailindex_file *file,
                                    const struct dovecot_index *index, uint32_t map_uid)
{
    uint32_t at;

    dovecot_index_find(index, map_uid, &at);
    return (struct mailindex_place){file->name,
                                    index->records_at + (uint64_t)at * index->header.record_size,
                                    index->header.record_size};
}

void dovecot_map_verify(const struct mailindex_file *file, const struct dovecot_index *index,
                        struct mailindex_sink *sink)
{
    struct dovecot_map_mail *mails = malloc(((size_t)index->count + 1) * sizeof *mails);
    struct dovecot_map_header header = {0};
    uint32_t count = 0;
    bool known = dovecot_map_header(index, &header);

    for (uint32_t i = 0; mails && i < index->count; i++)
        count += dovecot_map_mail(index, i, &mails[count]);
    if (index->count && count == 0)
        mailindex_report(sink, "P01", (struct mailindex_place){file->name, 120, 0},
                         "expected the extensions \"map\" and \"ref\", found none");
    if (count)
        qsort(mails, count, sizeof *mails, compare);
    for (uint32_t i = 0; i < count; i++) {
        const struct dovecot_map_mail *m = &mails[i], *before = i ? &mails[i - 1] : NULL;
        if (m->file_id == 0 || (known && m->file_id > header.highest_file_id))
            mailindex_report(sink, "P01", place(file, index, m->map_uid),
                             "map_uid %u: expected a file id of 1 to %u, found %u", m->map_uid,
                             header.highest_file_id, m->file_id);
        else if (before && before->file_id == m->file_id &&
                 (uint64_t)before->offset + before->size > m->offset)
            mailindex_report(
                sink, "P02", place(file, index, m->map_uid),
                "map_uid %u (%u bytes at %u of m.%u) lies over map_uid %u (%u bytes at "
                "%u)",
                m->map_uid, m->size, m->offset, m->file_id, before->map_uid, before->size,
                before->offset);
        else if (m->size == 0)
            mailindex_report(sink, "P03", place(file, index, m->map_uid),
                             "map_uid %u: expected a size, found 0", m->map_uid);
    }
    free(mails);
}
