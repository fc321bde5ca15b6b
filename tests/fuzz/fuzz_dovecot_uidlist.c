/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_uidlist.h"
#include "probes/maildir_name.h"
#include "tests/fuzz/fuzz.h"

static void inside(const struct mailindex_finding *finding, void *arg)
{
    const size_t *size = arg;
    if (finding->offset > *size || finding->length > *size - finding->offset)
        __builtin_trap();
}

/* Any text as a uidlist, each name that it holds, and as dovecot-keywords. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct mailindex_sink sink = {.report = inside, .arg = &size};
    struct dovecot_uidlist list;
    struct maildir_keywords keywords;

    dovecot_uidlist_parse("l", (const char *)data, size, arena, &list, &sink);
    for (size_t i = 0; i < list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &list.entries[i];
        struct maildir_name name;
        maildir_name_parse(entry->name, entry->name_length, &name);
        if (name.base > entry->name_length || dovecot_uidlist_find(&list, entry->uid) != entry)
            __builtin_trap();
    }
    maildir_keywords_parse(arena_strndup(arena, (const char *)data, size), size, &keywords);
    return 0;
}
