/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_BLOB_H
#define PROBES_SMART_BLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "probes/smart_facts.h"

/* A blob has three pages of 512 bytes and a word, each behind a head of 8 bytes. */
enum { SMART_BLOB_MAX = 4096 };

/*
 * Whether these bytes are a blob as libatasmart writes it (sk_disk_get_blob()): chunks of a tag,
 * the length in big endian and the content, of known lengths, none twice, with IDENTIFY DEVICE
 * (IDFY) and SMART READ DATA (SMDT) among them. -EINVAL with the place where it is not.
 */
int smart_blob_check(const void *blob, size_t size, struct error *e);

/* Whether the bytes of its SMART READ DATA add up to 0, as ACS wants it; few disks do not. */
bool smart_blob_sound(const void *blob, size_t size);

/*
 * The facts of a blob. A blob without the chunk SMST does not say whether the disk is healthy:
 * then that stays unknown. names (which may be NULL) has attributes with names for this model.
 * Strings and attributes are the arena's. Where this fails, who the disk is may still be known.
 */
int smart_blob_facts(const void *blob, size_t size, const struct smart_facts *names,
                     struct arena *arena, struct smart_facts *facts, struct error *e);

/*
 * Asks a device (/dev/sda) through libatasmart for its blob. Takes as long as the device does, and
 * does not look whether the disk sleeps. -EOPNOTSUPP or -EIO where libatasmart cannot speak to it.
 */
int smart_blob_ask(const char *device, struct arena *arena, void **blob, size_t *size,
                   struct error *e);

#endif
