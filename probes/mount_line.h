/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MOUNT_LINE_H
#define PROBES_MOUNT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

/*
 * A line of /proc/PID/mountinfo (proc(5)) or of /proc/PID/mounts (fstab(5)), taken apart:
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     /dev/sda1 / ext4 ro,relatime,errors=remount-ro 0 0
 */
struct mount_line {
    unsigned major, minor; /* of the super block; 0:0 where the line does not say */
    const char *source, *mountpoint, *type;
    const char *options; /* the mount's own; in /proc/mounts the super block's are among them */
    const char *super;   /* the super block's; the same text for /proc/mounts */
};

enum mount_table { MOUNT_TABLE_MOUNTINFO, MOUNT_TABLE_MOUNTS };

/*
 * false where it is no such line: too few or more than 64 fields, a NUL, numbers that are none. The
 * strings are the arena's; blanks and the like that the kernel wrote as \ooo are themselves again.
 */
bool mount_line_parse(struct arena *arena, enum mount_table table, const char *text, size_t length,
                      struct mount_line *line);

/* Turns the kernel's \ooo into the characters they stand for, in place. */
void mount_unescape(char *text);

/* Whether option stands in a comma-separated list; one that ends in '=' takes any value. */
bool mount_has_option(const char *options, const char *option);

#endif
