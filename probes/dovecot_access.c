/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/dovecot_index.h"

/* The accessors of dovecot_index.h. */

bool dovecot_index_find(const struct dovecot_index *index, uint32_t uid, uint32_t *position)
{
    uint32_t low = 0, high = index->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2, found = dovecot_index_uid(index, middle);
        if (found < uid)
            low = middle + 1;
        else
            high = middle;
    }
    *position = low;
    return low < index->count && dovecot_index_uid(index, low) == uid;
}

const struct dovecot_extension *dovecot_index_extension(const struct dovecot_index *index,
                                                        const char *name, size_t record_size)
{
    for (size_t i = 0; i < index->extension_count; i++)
        if (strcmp(index->extensions[i].name, name) == 0)
            return index->extensions[i].record_size < record_size ? NULL : &index->extensions[i];
    return NULL;
}

/* The part of the keywords' header before their names. */
static uint64_t names_at(uint32_t count)
{
    return 4 + 8 * (uint64_t)count;
}

uint32_t dovecot_index_keyword_count(const struct dovecot_index *index)
{
    const struct dovecot_extension *e = dovecot_index_extension(index, "keywords", 0);

    if (!e || e->hdr_size < 4)
        return 0;
    uint32_t count = le32(e->data);
    return names_at(count) > e->hdr_size ? 0 : count;
}

const char *dovecot_index_keyword_name(const struct dovecot_index *index, uint32_t keyword)
{
    const struct dovecot_extension *e = dovecot_index_extension(index, "keywords", 0);
    uint64_t names = names_at(dovecot_index_keyword_count(index));

    uint64_t at = names + le32(e->data + 4 + 8 * (uint64_t)keyword + 4);
    if (at >= e->hdr_size || !memchr(e->data + at, 0, e->hdr_size - at))
        return "";
    return (const char *)e->data + at;
}

bool dovecot_index_keyword(const struct dovecot_index *index, uint32_t position, uint32_t keyword)
{
    const struct dovecot_extension *e = dovecot_index_extension(index, "keywords", 1);

    if (!e || keyword / 8 >= e->record_size)
        return false;
    return dovecot_index_data(index, e, position)[keyword / 8] >> keyword % 8 & 1;
}
