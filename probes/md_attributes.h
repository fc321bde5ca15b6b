/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_ATTRIBUTES_H
#define PROBES_MD_ATTRIBUTES_H

#include "probes/md_array.h"
#include "probes/md_span.h"

/*
 * The texts that md gives in sysfs (Documentation/admin-guide/md.rst, drivers/md/md.c), each by the
 * name of its file. take() gives false where the text is none that md writes; what it would have
 * filled stays not known. An attribute that an array or a kernel does not have is simply not there.
 */
struct md_attribute {
    const char *file; /* below /sys/block/mdX/ or /sys/block/mdX/md/dev-X/ */
    bool needed;      /* without it a failure could go unseen */
    bool (*take)(void *into, const struct md_attribute *attribute, struct arena *arena,
                 struct span text);
    size_t offset; /* of what it fills */
    int64_t scale; /* file's unit in ours */
};

/* Ends with file == NULL. The first fill a struct md_array, the others a struct md_member. */
extern const struct md_attribute md_array_attributes[];
extern const struct md_attribute md_member_attributes[];

/* Once all of a member's files are read: a spare that holds a slot is being rebuilt. */
void md_member_settle(struct md_member *member);

#endif
