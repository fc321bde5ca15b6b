/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probes/dbox_file.h"
#include "probes/maildir_name.h"
#include "probes/mailindex_compare_inside.h"

static void ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

/* "u.12", "m.12" or "12."; 0: another name. */
static uint64_t number_of(const char *name, const char *prefix, const char *suffix)
{
    char *end;
    size_t length = strlen(prefix);

    if (strncmp(name, prefix, length) != 0 || name[length] < '1' || name[length] > '9')
        return 0;
    unsigned long long number = strtoull(name + length, &end, 10);
    return strcmp(end, suffix) == 0 ? number : 0;
}

/* What the file is known by; 0: it is no mail. */
static uint64_t id_of(const char *name, enum compare_mail kind)
{
    struct maildir_name parsed;

    switch (kind) {
    case COMPARE_U:
        return number_of(name, "u.", "");
    case COMPARE_M:
        return number_of(name, "m.", "");
    case COMPARE_CYRUS:
        return number_of(name, "", ".");
    case COMPARE_MAILDIR:
        if (name[0] == '.')
            return 0;
        maildir_name_parse(name, strlen(name), &parsed);
        return sums_name(name, parsed.base);
    }
    return 0;
}

/* m.N grows: up to the end of the last mail that is complete. */
static uint64_t end_of_mails(const struct mailindex_file *file)
{
    struct mailindex_sink sink = {.report = ignore};
    struct mailindex_window window = {.file = file};
    struct dbox_file_header header;
    struct dbox_mail mail;
    uint64_t at = 0;

    if (dbox_file_header(file, &window, &header, &sink))
        for (at = header.first; at < file->size; at = mail.end)
            if (!dbox_mail_read(file, &window, &header, at, &mail, &sink) || mail.unwritten)
                break;
    window_free(&window);
    return at;
}

static void tell(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                 enum compare_mail kind, const struct sums *before,
                 const struct sums_difference *difference)
{
    static const char *const rules[] = {"B15", "B13", "B14", "B17"};
    const char *rule = rules[kind];
    struct mailindex_place place = compare_place(handle, difference);
    static const char text[] = "what was delivered here is another now (of %" PRIu64 " bytes)";
    /* After a backup was restored the same number, or the same place, is given to another mail. */
    bool doubtful = kind == COMPARE_M ? difference->to_the_end : difference->all;

    if (difference->ranges && doubtful)
        compare_doubt(compare, rule, place, text, before->length);
    else if (difference->ranges)
        mailindex_report(compare->sink, rule, place, text, before->length);
    else
        compare_doubt(compare, rule, place, "had %" PRIu64 " bytes and has %" PRIu64 " now",
                      before->length, difference->offset);
}

static void compare_mail_file(struct mailindex_compare *compare,
                              const struct mailindex_handle *handle, enum compare_mail kind,
                              uint64_t id)
{
    bool grows = kind == COMPARE_M;
    struct sums before, now = {.kind = grows ? SUMS_MAILS : SUMS_MAIL, .id = id};
    struct sums_difference difference;
    struct compare_file file = {.handle = handle,
                                .length = grows ? end_of_mails(&handle->file) : handle->file.size,
                                .max = grows ? SUMS_MAX : SUMS_MAIL_MAX};
    bool known =
        compare->before && sums_find(compare->before, (enum sums_kind)now.kind, id, &before);
    enum compare_result result =
        compare_file(compare, &file, known ? &before : NULL, &now, &difference);

    if (result == COMPARE_SAME && !grows && now.length > before.length) {
        difference = (struct sums_difference){.offset = now.length};
        result = COMPARE_SHORT;
    } else if (grows && result == COMPARE_SHORT) {
        compare_shorter(compare, before.time, now.time);
    }
    if (result == COMPARE_OTHER || result == COMPARE_SHORT)
        tell(compare, handle, kind, &before, &difference);
}

bool compare_is_mail(const char *name, enum compare_mail kind)
{
    return id_of(name, kind) != 0;
}

/* Whether it is this file's turn: each has a part, whatever else comes and goes. */
static bool is_its_turn(const struct mailindex_compare *compare, uint64_t id)
{
    const struct mailindex_look_options *options = compare->check->options;
    uint64_t part = sums_name(&id, sizeof id);

    return compare->mail_parts < 2 || (part + options->turn) % compare->mail_parts == 0;
}

/*
 * Whether it is not to be read this time: what was known of it then stays known, and what was not
 * comes another time.
 */
static bool is_left_out(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                        const char *name, enum sums_kind kind, uint64_t id)
{
    const struct mailindex_look_options *options = compare->check->options;
    struct mailindex_stamp stamp;
    struct sums before;

    if (!options->only_new_mails && !options->mail_bytes)
        return false;
    if (mailindex_stamp_of(dir, name, &stamp) < 0)
        return false;
    bool known = compare->before && sums_find(compare->before, kind, id, &before);
    bool untouched = known && before.time == compare_time(compare, kind, &stamp) &&
                     sums_size(&before) == (uint64_t)stamp.size;
    bool spent = options->mail_bytes && compare->mail_bytes >= options->mail_bytes;
    if (!spent && (!untouched || (!options->only_new_mails && is_its_turn(compare, id)))) {
        compare->mail_bytes += (uint64_t)stamp.size;
        return false;
    }
    if (known)
        sums_write(&compare->now, &before);
    return true;
}

static void compare_entry(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                          const char *name, enum compare_mail kind)
{
    struct mailindex_check *check = compare->check;
    struct mailindex_handle handle;
    struct error e = {0};
    uint64_t id = id_of(name, kind);

    if (!id || is_left_out(compare, dir, name, kind == COMPARE_M ? SUMS_MAILS : SUMS_MAIL, id))
        return;
    arena_reset(compare->scratch);
    if (mailindex_handle_open(dir, name, compare->scratch, check->options->io, &handle, &e) < 0)
        mailindex_check_unreadable(check, handle.file.name, e.text);
    else if (handle.fd >= 0)
        compare_mail_file(compare, &handle, kind, id);
    mailindex_handle_close(&handle);
}

static void compare_directory(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                              enum compare_mail kind)
{
    struct dirent *entry;
    DIR *list = mailindex_dir_list(dir, compare->check->options->io);

    if (!list) {
        mailindex_check_unreadable(compare->check, dir->path, error_name(errno));
        return;
    }
    while ((entry = readdir(list)))
        if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN)
            compare_entry(compare, dir, entry->d_name, kind);
    closedir(list);
}

void compare_mails(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                   enum compare_mail kind)
{
    static const char *const folders[] = {"cur", "new"};
    struct mailindex_check *check = compare->check;
    struct mailindex_dir below;
    struct error e = {0};

    if (kind != COMPARE_MAILDIR) {
        compare_directory(compare, dir, kind);
        return;
    }
    for (int i = 0; i < 2; i++) {
        const char *path = arena_printf(check->arena, "%s/%s", dir->path, folders[i]);
        if (mailindex_dir_below(dir, folders[i], path, check->options->io, &below, &e) < 0)
            continue;
        compare_directory(compare, &below, kind);
        mailindex_dir_close(&below);
    }
}
