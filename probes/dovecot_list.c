/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_list.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 1024 * 1024 };

/* Calls visit for each id and name of the extension's header; false: where it is broken, at. */
static bool walk_names(const struct dovecot_extension *list, uint64_t *at,
                       bool (*visit)(uint32_t id, const char *name, void *arg), void *arg)
{
    uint32_t before = 0;

    for (*at = 1; list->hdr_size >= 5 && *at <= list->hdr_size - 5;) {
        uint32_t id = le32(list->data + *at);
        const uint8_t *name = list->data + *at + 4;
        const uint8_t *nul = memchr(name, 0, list->hdr_size - *at - 4);
        if (id == 0)
            return true;
        if (id <= before || !nul || nul == name)
            return false;
        if (visit && visit(id, (const char *)name, arg))
            return true;
        before = id;
        *at += 4 + (uint64_t)(nul - name) + 1;
    }
    return true;
}

struct wanted {
    uint32_t id;
    const char *name;
};

static bool match(uint32_t id, const char *name, void *arg)
{
    struct wanted *wanted = arg;
    if (id != wanted->id)
        return false;
    wanted->name = name;
    return true;
}

bool dovecot_list_node(const struct dovecot_index *index, uint32_t position,
                       struct dovecot_list_node *node)
{
    const struct dovecot_extension *list = dovecot_index_extension(index, "list", 28);
    const struct dovecot_extension *msgs = dovecot_index_extension(index, "msgs", 16);
    uint64_t at;

    if (!list)
        return false;
    const uint8_t *b = dovecot_index_data(index, list, position);
    struct wanted wanted = {le32(b), ""};
    walk_names(list, &at, match, &wanted);
    *node = (struct dovecot_list_node){
        .uid = dovecot_index_uid(index, position),
        .flags = dovecot_index_flags(index, position),
        .name_id = le32(b),
        .parent_uid = le32(b + 4),
        .guid = b + 8,
        .uid_validity = le32(b + 24),
        .name = wanted.name,
        .has_status = msgs != NULL,
    };
    if (msgs) {
        const uint8_t *m = dovecot_index_data(index, msgs, position);
        node->messages = le32(m);
        node->unseen = le32(m + 4);
        node->recent = le32(m + 8);
        node->uidnext = le32(m + 12);
    }
    return true;
}

struct ids {
    uint32_t *at;
    size_t count;
};

static bool collect(uint32_t id, const char *name, void *arg)
{
    struct ids *ids = arg;
    (void)name;
    ids->at[ids->count++] = id;
    return false;
}

static bool count_name(uint32_t id, const char *name, void *arg)
{
    size_t *count = arg;
    (void)id;
    (void)name;
    return ++*count == NAMES_MAX;
}

static int compare_ids(const void *left, const void *right)
{
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    return x < y ? -1 : x > y;
}

static int compare_guids(const void *left, const void *right)
{
    return memcmp(*(const uint8_t *const *)left, *(const uint8_t *const *)right, 16);
}

struct verify {
    const struct mailindex_file *file;
    const struct dovecot_index *index;
    const struct dovecot_extension *list;
    struct mailindex_sink *sink;
    struct ids ids;
};

static struct mailindex_place place(const struct verify *v, const uint8_t *field, uint64_t length)
{
    return (struct mailindex_place){
        v->file->name, v->index->records_at + (uint64_t)(field - v->index->records), length};
}

/* Parents: each there, and none its own ancestor, which a depth of all nodes would show. */
static void check_parents(const struct verify *v, uint32_t position)
{
    uint32_t at = position, depth = 0, parent;

    while ((parent = le32(dovecot_index_data(v->index, v->list, at) + 4)) && depth++ < 256) {
        if (dovecot_index_find(v->index, parent, &at))
            continue;
        mailindex_report(v->sink, "T02",
                         place(v, dovecot_index_data(v->index, v->list, position) + 4, 4),
                         "mailbox %u: expected a parent that there is, found %u",
                         dovecot_index_uid(v->index, position), parent);
        return;
    }
    if (parent)
        mailindex_report(v->sink, "T02",
                         place(v, dovecot_index_data(v->index, v->list, position) + 4, 4),
                         "mailbox %u is its own ancestor", dovecot_index_uid(v->index, position));
}

static void check_node(const struct verify *v, uint32_t position)
{
    const uint8_t *b = dovecot_index_data(v->index, v->list, position);
    uint32_t id = le32(b), uid = dovecot_index_uid(v->index, position);
    uint8_t flags = dovecot_index_flags(v->index, position);

    if (!bsearch(&id, v->ids.at, v->ids.count, sizeof id, compare_ids))
        mailindex_report(v->sink, "T02", place(v, b, 4),
                         "mailbox %u: expected the id of a name, found %u", uid, id);
    if (flags & 0xe0)
        mailindex_report(v->sink, "T01", place(v, dovecot_index_record(v->index, position) + 4, 1),
                         "mailbox %u: expected known flags, found 0x%02x", uid, flags);
    check_parents(v, position);
    struct dovecot_list_node node;
    const struct dovecot_extension *msgs = dovecot_index_extension(v->index, "msgs", 16);
    if (!msgs)
        return;
    const uint8_t *m = dovecot_index_data(v->index, msgs, position);
    node.messages = le32(m);
    node.uidnext = le32(m + 12);
    if (le32(m + 4) > node.messages || le32(m + 8) > node.messages ||
        (node.uidnext && node.messages >= node.uidnext))
        mailindex_report(v->sink, "T03", place(v, m, 16),
                         "mailbox %u: expected counts that go together, found %u mails, %u unseen, "
                         "%u recent, uidnext %u",
                         uid, node.messages, le32(m + 4), le32(m + 8), node.uidnext);
}

static void check_guids(const struct verify *v)
{
    static const uint8_t none[16];
    const uint8_t **guids = malloc(((size_t)v->index->count + 1) * sizeof *guids);
    size_t count = 0;

    for (uint32_t i = 0; guids && i < v->index->count; i++) {
        guids[count] = dovecot_index_data(v->index, v->list, i) + 8;
        count += memcmp(guids[count], none, 16) != 0;
    }
    if (count)
        qsort(guids, count, sizeof *guids, compare_guids);
    for (size_t i = 1; i < count; i++)
        if (memcmp(guids[i - 1], guids[i], 16) == 0)
            mailindex_report(v->sink, "T03", place(v, guids[i], 16),
                             "expected a GUID of its own, found that of another mailbox");
    free(guids);
}

void dovecot_list_verify(const struct mailindex_file *file, const struct dovecot_index *index,
                         struct mailindex_sink *sink)
{
    struct verify v = {file, index, dovecot_index_extension(index, "list", 28), sink, {NULL, 0}};
    size_t count = 0;
    uint64_t at;

    if (!v.list) {
        if (index->count)
            mailindex_report(sink, "T01", (struct mailindex_place){file->name, 120, 0},
                             "expected the extension \"list\", found none");
        return;
    }
    if (!walk_names(v.list, &at, count_name, &count)) {
        mailindex_report(sink, "T01", (struct mailindex_place){file->name, v.list->data_at + at, 4},
                         "expected ids in order, each with a name");
        return;
    }
    v.ids.at = malloc((count + 1) * sizeof *v.ids.at);
    if (!v.ids.at || count == NAMES_MAX) {
        free(v.ids.at);
        return;
    }
    walk_names(v.list, &at, collect, &v.ids);
    for (uint32_t i = 0; i < index->count; i++)
        check_node(&v, i);
    check_guids(&v);
    free(v.ids.at);
}
