/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "probes/dovecot_replay_state.h"

/* mail-index-sync-keywords.c */

enum { KEYWORDS_MAX = 65536 };

static int keywords_extension(struct dovecot_state *s)
{
    for (size_t i = 0; i < s->index.extension_count; i++)
        if (strcmp(s->index.extensions[i].name, "keywords") == 0)
            return (int)i;
    return dovecot_state_add_extension(s, "keywords", strlen("keywords"));
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Rewrites the header with one more name. */
static bool add_keyword(struct dovecot_state *s, int ext, const uint8_t *name, uint32_t length)
{
    struct dovecot_extension *e = &s->index.extensions[ext];
    uint32_t count = dovecot_index_keyword_count(&s->index), names = 4 + 8 * count, used = 0;

    if (count >= KEYWORDS_MAX || !dovecot_state_work(s, count))
        return false;
    if (count) {
        uint32_t last = le32(e->data + 4 + 8 * (size_t)(count - 1) + 4);
        const char *text = dovecot_index_keyword_name(&s->index, count - 1);
        used = last + (uint32_t)strlen(text) + 1;
    }
    if (names > e->hdr_size || used > e->hdr_size - names)
        used = 0;
    uint32_t want = names + 8 + used + length + 1;
    uint32_t hdr_size = want > e->hdr_size ? ((want + 3) & ~(uint32_t)3) + 128 : e->hdr_size;
    uint32_t record_size = count / 8 + 1 > e->record_size ? count / 8 + 1 : e->record_size;
    if (!dovecot_state_resize(s, ext, hdr_size, record_size))
        return false;
    uint8_t *data = s->ext_data[ext];
    memmove(data + names + 8, data + names, used);
    put32(data, count + 1);
    put32(data + names, 0);
    put32(data + names + 4, used);
    memcpy(data + names + 8 + used, name, length);
    data[names + 8 + used + length] = 0;
    return true;
}

/* The keyword's number; it is made where there is none. */
static bool find_keyword(struct dovecot_state *s, const uint8_t *name, uint32_t length,
                         uint32_t *keyword)
{
    int ext = keywords_extension(s);
    uint32_t count = dovecot_index_keyword_count(&s->index);

    if (ext == DOVECOT_EXTENSION_NONE || !dovecot_state_work(s, count))
        return false;
    for (*keyword = 0; *keyword < count; (*keyword)++) {
        const char *known = dovecot_index_keyword_name(&s->index, *keyword);
        if (strlen(known) == length && strncasecmp(known, (const char *)name, length) == 0)
            return true;
    }
    return add_keyword(s, ext, name, length);
}

static bool apply_range(struct dovecot_apply *a, uint32_t first, uint32_t last, uint32_t keyword,
                        bool remove)
{
    struct dovecot_state *s = a->state;
    const struct dovecot_extension *e = dovecot_index_extension(&s->index, "keywords", 1);
    uint32_t at, end;

    if (!e || keyword / 8 >= e->record_size)
        return true;
    dovecot_state_range(s, first, last, &at, &end);
    if (!dovecot_state_work(s, end - at))
        return false;
    for (; at < end; at++) {
        uint8_t *byte = dovecot_state_field(s, e, at) + keyword / 8,
                bit = (uint8_t)(1 << keyword % 8);
        *byte = remove ? *byte & (uint8_t)~bit : *byte | bit;
        if (!a->record->external)
            s->notes[at].pending |= DOVECOT_PENDING_FLAGS;
    }
    return true;
}

bool dovecot_apply_keywords(struct dovecot_apply *a)
{
    const uint8_t *b = window_at(a->window, a->at, 4);
    uint32_t length = b ? le16(b + 2) : 0, keyword;

    b = window_at(a->window, a->at, 4 + (size_t)length);
    if (!b || !find_keyword(a->state, b + 4, length, &keyword))
        return false;
    bool remove = b[0] == 1;
    for (a->at = (a->at + 4 + length + 3) & ~(uint64_t)3; a->at < a->end; a->at += 8) {
        b = window_at(a->window, a->at, 8);
        if (!b || !apply_range(a, le32(b), le32(b + 4), keyword, remove))
            return false;
    }
    return true;
}

bool dovecot_apply_keywords_reset(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;
    const struct dovecot_extension *e = dovecot_index_extension(&s->index, "keywords", 1);

    for (; e && a->at < a->end; a->at += 8) {
        const uint8_t *b = window_at(a->window, a->at, 8);
        uint32_t at, end;
        if (!b)
            return false;
        dovecot_state_range(s, le32(b), le32(b + 4), &at, &end);
        if (!dovecot_state_work(s, end - at))
            return false;
        for (; at < end; at++) {
            memset(dovecot_state_field(s, e, at), 0, e->record_size);
            if (!a->record->external)
                s->notes[at].pending |= DOVECOT_PENDING_FLAGS;
        }
    }
    return true;
}
