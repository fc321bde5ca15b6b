/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probes/dovecot_uidlist.h"
#include "probes/mailindex_compare_inside.h"

static void ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

/* The value of " G" in a line before its " :"; 0 bytes where there is none. */
static const char *guid_of(const char *line, size_t length, size_t *size)
{
    const char *end = line + length;

    *size = 0;
    for (const char *at = memchr(line, ' ', length); at && at + 1 < end && at[1] != ':';
         at = memchr(at + 1, ' ', (size_t)(end - at - 1)))
        if (at[1] == 'G') {
            const char *stop = memchr(at + 2, ' ', (size_t)(end - at - 2));
            *size = (size_t)((stop ? stop : end) - at - 2);
            return at + 2;
        }
    return NULL;
}

static struct sums sums_of_entry(const char *text, const struct dovecot_uidlist_entry *entry)
{
    struct sums sums = {.kind = SUMS_NAME, .id = entry->uid, .count = 1};
    size_t size;
    const char *guid = guid_of(text + entry->at, entry->length, &size);

    sums.sum[0] = sums_of(entry->name, entry->name_length);
    if (size)
        sums.sum[sums.count++] = sums_of(guid, size);
    return sums;
}

static void compare_entry(struct mailindex_compare *compare, const char *path, const char *text,
                          const struct dovecot_uidlist_entry *entry, bool same_uids)
{
    struct sums before, now = sums_of_entry(text, entry);
    struct mailindex_place place = {path, entry->at, entry->length};

    if (compare->before && same_uids && sums_find(compare->before, SUMS_NAME, now.id, &before)) {
        if (before.sum[0] != now.sum[0])
            compare_doubt(compare, "B11", place, "uid %" PRIu32 " was another file", entry->uid);
        else if (before.count > 1 && (now.count < 2 || before.sum[1] != now.sum[1]))
            mailindex_report(compare->sink, "B10", place, "uid %" PRIu32 " had another GUID",
                             entry->uid);
    }
    sums_write(&compare->now, &now);
}

static void compare_list(struct mailindex_compare *compare, const char *path, const char *text,
                         const struct dovecot_uidlist *list)
{
    uint64_t next = list->next_uid;
    struct sums before, uids = {.kind = SUMS_UIDS, .id = list->uid_validity};
    bool same = compare->before && sums_find(compare->before, SUMS_UIDS, uids.id, &before);

    if (list->count && list->entries[list->count - 1].uid >= next)
        next = (uint64_t)list->entries[list->count - 1].uid + 1;
    uids.extra = next;
    if (same && before.extra > next) {
        compare_doubt(compare, "B12", (struct mailindex_place){path, 0, 0},
                      "the next uid was %" PRIu64 " and is %" PRIu64 " again", before.extra, next);
        compare_shorter(compare, 0, 0);
    }
    if (list->guid[0]) {
        uids.count = 1;
        uids.sum[0] = sums_of(list->guid, strlen(list->guid));
    }
    if (same && before.count && (!uids.count || before.sum[0] != uids.sum[0]))
        mailindex_report(compare->sink, "B10", (struct mailindex_place){path, 0, 0},
                         "the mailbox had another GUID");
    sums_write(&compare->now, &uids);
    for (size_t i = 0; i < list->count; i++)
        compare_entry(compare, path, text, &list->entries[i], same);
}

void compare_uidlist(struct mailindex_compare *compare)
{
    struct mailindex_check *check = compare->check;
    const struct mailindex_dir *dir = &check->mailbox->control;
    struct mailindex_sink sink = {.report = ignore};
    struct mailindex_bytes bytes = {0};
    struct dovecot_uidlist list;
    struct error e = {0};
    const char *path = arena_printf(check->arena, "%s/dovecot-uidlist", dir->path);

    if (dir->fd < 0)
        return;
    int code =
        mailindex_read(dir, "dovecot-uidlist", DOVECOT_UIDLIST_MAX, check->options->io, &bytes, &e);
    if (code == 0) {
        dovecot_uidlist_parse(path, (const char *)bytes.data, bytes.length, check->arena, &list,
                              &sink);
        if (list.usable)
            compare_list(compare, path, (const char *)bytes.data, &list);
    } else if (code != -ENOENT) {
        mailindex_check_unreadable(check, path, e.text);
    }
    mailindex_bytes_free(&bytes);
}
