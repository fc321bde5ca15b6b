/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_list.h"
#include "probes/dovecot_map.h"
#include "tests/fuzz/fuzz.h"

static void forget(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

static void read_all(const struct dovecot_index *index)
{
    uint32_t keywords = dovecot_index_keyword_count(index);

    for (uint32_t i = 0; i < keywords && i < 100; i++)
        dovecot_index_keyword_name(index, i);
    for (uint32_t i = 0; i < index->count && i < 1000; i++) {
        struct dovecot_map_mail mail;
        struct dovecot_list_node node;
        uint32_t at;
        dovecot_index_find(index, dovecot_index_uid(index, i), &at);
        dovecot_index_keyword(index, i, i);
        dovecot_map_mail(index, i, &mail);
        dovecot_list_node(index, i, &node);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_file file = mailindex_memory("index", data, size);

    for (int kind = DOVECOT_MAILBOX; kind <= DOVECOT_LIST; kind++) {
        struct mailindex_sink sink = {.report = forget};
        struct dovecot_index index;
        if (!dovecot_index_parse(&file, data, size, &index, &sink))
            continue;
        dovecot_index_recount(&file, &index, (enum dovecot_index_kind)kind, &sink);
        dovecot_map_verify(&file, &index, &sink);
        dovecot_list_verify(&file, &index, &sink);
        read_all(&index);
    }
    return 0;
}
