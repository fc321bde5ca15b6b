/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "agent/mask_inside.h"
#include "core/text.h"

/* Folders that every host may have; others tell who uses them. */
static bool is_usual(const char *word, size_t length)
{
    static const char *const words[] = {
        "var",   "vmail",  "mail", "maildir", "home",  "srv",   "mnt", "media", "data",
        "spool", "boot",   "tmp",  "usr",     "opt",   "run",   "dev", "sys",   "proc",
        "vol",   "export", "nfs",  "efi",     "lib",   "log",   "etc", "root",  "local",
        "user",  "shm",    "pts",  "lock",    "index", "backup"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
            return true;
    return false;
}

static void learn_folders(struct mask *mask, const char *path, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t n = 0;
        while (at + n < length && path[at + n] != '/')
            n++;
        if (n && !is_usual(path + at, n) && strspn(path + at, "0123456789") < n)
            mask_add(mask, MASK_NAME, path + at, n);
        at += n + 1;
    }
}

static void learn_address(struct mask *mask, const char *text, size_t length)
{
    bool is_number = length && strspn(text, "0123456789.") >= length;
    bool is_six = memchr(text, ':', length) != NULL;
    mask_add(mask, is_number || is_six ? MASK_ADDRESS : MASK_NAME, text, length);
}

/* "filer1:/vol/mail" */
static void learn_export(struct mask *mask, const char *text, size_t length)
{
    const char *split = memmem(text, length, ":/", 2);
    if (!split)
        return;
    size_t n = (size_t)(split - text);
    if (n > 2 && text[0] == '[')
        learn_address(mask, text + 1, n - 2);
    else
        learn_address(mask, text, n);
    learn_folders(mask, split + 1, length - n - 1);
}

/* The rest of a line behind a key, as far as one of stop. */
static void learn_after(struct mask *mask, const char *line, size_t length, const char *key,
                        const char *stop)
{
    const char *at = memmem(line, length, key, strlen(key));
    if (!at)
        return;
    at += strlen(key);
    size_t n = strcspn(at, stop);
    if (n <= (size_t)(line + length - at))
        learn_address(mask, at, n);
}

/* A line of mounts, mountinfo or mountstats: words that are exports or paths. */
static void learn_mount(struct mask *mask, const char *line, size_t length)
{
    bool is_place = memmem(line, length, " nfs", 4) || memmem(line, length, "/dev/", 5);
    learn_after(mask, line, length, "addr=", ", )\n");
    learn_after(mask, line, length, "mountaddr=", ", )\n");
    learn_after(mask, line, length, "clientaddr=", ", )\n");
    for (size_t at = 0; is_place && at < length;) {
        size_t n = strcspn(line + at, " \n");
        if (line[at] == '/' && strncmp(line + at, "/dev/", 5) != 0)
            learn_folders(mask, line + at, n);
        else
            learn_export(mask, line + at, n);
        at += n + 1;
    }
}

static void learn_udev(struct mask *mask, const char *line, size_t length)
{
    static const struct {
        const char *key;
        enum mask_kind kind;
    } keys[] = {{"E:ID_SERIAL_SHORT=", MASK_SERIAL},   {"E:ID_SCSI_SERIAL=", MASK_SERIAL},
                {"E:SCSI_IDENT_SERIAL=", MASK_SERIAL}, {"E:ID_FS_LABEL=", MASK_NAME},
                {"E:ID_FS_LABEL_ENC=", MASK_NAME},     {"E:MD_NAME=", MASK_NAME}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t n = strlen(keys[i].key);
        if (length <= n || strncmp(line, keys[i].key, n) != 0)
            continue;
        size_t end = keys[i].kind == MASK_SERIAL ? length - n : strcspn(line + n, ":\n");
        /* Of SCSI disks that is the WWN, which is masked as such. */
        bool is_wwn = end >= 16 && strspn(line + n, "0123456789abcdefABCDEF") >= end;
        if (!is_wwn && strspn(line + n, "0123456789") < end + (keys[i].kind == MASK_SERIAL))
            mask_add(mask, keys[i].kind, line + n, end);
    }
}

static void learn_json(struct mask *mask, const char *line, size_t length)
{
    static const char key[] = "\"serial_number\"";
    const char *at = memmem(line, length, key, sizeof key - 1);
    if (!at)
        return;
    at += sizeof key - 1;
    at += strspn(at, ": ");
    if (*at == '"')
        mask_add(mask, MASK_SERIAL, at + 1, strcspn(at + 1, "\"\n"));
}

static void learn_blob(struct mask *mask, char *data, size_t length)
{
    const unsigned char *identify = mask_identify(data, length);
    char serial[20];
    if (!identify)
        return;
    for (int i = 0; i < 20; i++)
        serial[i] = (char)identify[20 + (i ^ 1)];
    mask_add(mask, MASK_SERIAL, serial, sizeof serial);
}

static void each_line(struct mask *mask, const char *data, size_t length,
                      void (*learn)(struct mask *mask, const char *line, size_t length))
{
    for (size_t at = 0; at < length;) {
        size_t n = strcspn(data + at, "\n");
        if (n)
            learn(mask, data + at, n);
        at += n + 1;
    }
}

void mask_learn(struct mask *mask, const char *path, const char *data, size_t length)
{
    if (text_ends_in(path, "/hostname")) {
        mask_add(mask, MASK_NAME, data, length);
        mask_add(mask, MASK_NAME, data, strcspn(data, ".\n"));
    } else if (strncmp(path, "/run/udev/data/", 15) == 0) {
        each_line(mask, data, length, learn_udev);
    } else if (strncmp(path, "/proc/", 6) == 0 && strstr(path, "mount")) {
        each_line(mask, data, length, learn_mount);
    } else if (text_ends_in(path, ".json")) {
        each_line(mask, data, length, learn_json);
    } else if (text_ends_in(path, ".blob")) {
        learn_blob(mask, (char *)(uintptr_t)data, length);
    } else if (text_ends_in(path, "/serial")) {
        mask_add(mask, MASK_SERIAL, data, length);
    } else if (text_ends_in(path, "/vpd_pg80") && length > 4) {
        mask_add(mask, MASK_SERIAL, data + 4, length - 4);
    }
}
