/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat_mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 64 };

struct line {
    char *field[MAX_FIELDS];
    size_t count;
};

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* The kernel writes blank, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
    char *to = text;
    while (*text) {
        if (text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) && is_octal(text[3])) {
            *to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static bool split(struct arena *arena, const char *text, size_t length, struct line *line)
{
    line->count = 0;
    if (memchr(text, '\0', length))
        return false;
    char *rest = arena_strndup(arena, text, length);
    for (char *field; (field = strsep(&rest, " "));) {
        if (!*field)
            continue;
        if (line->count == MAX_FIELDS)
            return false;
        line->field[line->count++] = field;
    }
    return true;
}

/* Whether option stands in a comma-separated list; one that ends in '=' takes any value. */
static bool has_option(const char *options, const char *option)
{
    size_t n = strlen(option);
    for (const char *at = options; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, option, n) == 0 && (!at[n] || at[n] == ',' || option[n - 1] == '='))
            return true;
    }
    return false;
}

/* Those of which the kernel has no way to write; "udf" and others may or may not. */
static bool is_writable_kind(const char *type)
{
    static const char *const kinds[] = {"squashfs", "iso9660", "erofs", "cramfs", "romfs"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i]) == 0)
            return false;
    return true;
}

/*
 * A filesystem that stopped itself: SB_RDONLY shows as "ro" among the super block's options; since
 * Linux 6.15 ext4 says "emergency_ro" instead, and "shutdown" when it is down for good.
 */
static bool super_is_read_only(const char *options)
{
    return has_option(options, "ro") || has_option(options, "emergency_ro") ||
           has_option(options, "shutdown");
}

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue */
static bool read_mountinfo(struct line *line, struct mount *mount)
{
    size_t dash = 6;
    char rest;
    while (dash < line->count && strcmp(line->field[dash], "-") != 0)
        dash++;
    if (dash + 4 > line->count ||
        sscanf(line->field[2], "%u:%u%c", &mount->major, &mount->minor, &rest) != 2)
        return false;
    const char *super = line->field[dash + 3];
    mount->type = line->field[dash + 1];
    mount->source = line->field[dash + 2];
    mount->mountpoint = line->field[4];
    mount->is_read_only = super_is_read_only(super);
    mount->wanted_writing = !has_option(line->field[5], "ro") && is_writable_kind(mount->type);
    mount->on_error = has_option(super, "emergency_ro") || has_option(super, "shutdown");
    return true;
}

/* /dev/sda1 / ext4 ro,relatime,errors=remount-ro 0 0: "ro" is the mount's or the filesystem's. */
static bool read_mounts(struct line *line, struct mount *mount)
{
    if (line->count < 4)
        return false;
    const char *options = line->field[3];
    mount->source = line->field[0];
    mount->mountpoint = line->field[1];
    mount->type = line->field[2];
    mount->is_read_only = super_is_read_only(options);
    mount->wanted_writing = has_option(options, "rw") && is_writable_kind(mount->type);
    mount->on_error = has_option(options, "emergency_ro") || has_option(options, "shutdown");
    return true;
}

static bool is_on_block_device(const struct mount *mount)
{
    return mount->major || strncmp(mount->source, "/dev/", 5) == 0;
}

static bool is_same_filesystem(const struct mount *a, const struct mount *b)
{
    return a->major == b->major && a->minor == b->minor &&
           (a->major || strcmp(a->source, b->source) == 0);
}

struct building {
    struct arena *arena;
    struct mounts *mounts;
    size_t room;
};

/* A further mount of a filesystem that is known adds that writing was wanted there. */
static void add(struct building *b, const struct mount *mount)
{
    struct mounts *mounts = b->mounts;
    for (size_t i = 0; i < mounts->count; i++)
        if (is_same_filesystem(&mounts->at[i], mount)) {
            mounts->at[i].wanted_writing |= mount->wanted_writing;
            return;
        }
    if (mounts->count == MOUNTS_MAX) {
        mounts->malformed++;
        return;
    }
    mounts->at = arena_grow(b->arena, mounts->at, mounts->count, &b->room, sizeof *mounts->at);
    mounts->at[mounts->count] = *mount;
    struct mount *kept = &mounts->at[mounts->count++];
    kept->source = arena_strdup(b->arena, mount->source);
    kept->mountpoint = arena_strdup(b->arena, mount->mountpoint);
    kept->type = arena_strdup(b->arena, mount->type);
}

static void parse(struct arena *arena, const char *text, size_t length, struct mounts *mounts,
                  bool (*read)(struct line *, struct mount *))
{
    SCRATCH_ARENA(scratch);
    struct building building = {.arena = arena, .mounts = mounts};
    *mounts = (struct mounts){0};
    for (size_t at = 0; at < length; arena_reset(scratch)) {
        const char *start = text + at, *end = memchr(start, '\n', length - at);
        size_t n = end ? (size_t)(end - start) : length - at;
        struct line line;
        struct mount mount = {0};
        at += n + 1;
        if (!n)
            continue;
        if (!split(scratch, start, n, &line) || !read(&line, &mount)) {
            mounts->malformed++;
            continue;
        }
        if (!is_on_block_device(&mount))
            continue;
        unescape((char *)mount.source);
        unescape((char *)mount.mountpoint);
        add(&building, &mount);
    }
}

void mounts_parse_mountinfo(struct arena *arena, const char *text, size_t length,
                            struct mounts *mounts)
{
    parse(arena, text, length, mounts, read_mountinfo);
}

void mounts_parse_mounts(struct arena *arena, const char *text, size_t length,
                         struct mounts *mounts)
{
    parse(arena, text, length, mounts, read_mounts);
}

const struct mount *mounts_of_path(const struct mounts *mounts, const char *path)
{
    const struct mount *best = NULL;
    size_t best_length = 0;
    for (size_t i = 0; i < mounts->count; i++) {
        const char *point = mounts->at[i].mountpoint;
        size_t n = strlen(point);
        bool above = strcmp(point, "/") == 0 ||
                     (strncmp(path, point, n) == 0 && (path[n] == '/' || !path[n]));
        if (above && n >= best_length) {
            best = &mounts->at[i];
            best_length = n;
        }
    }
    return best;
}
