/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_UDEVDB_H
#define PROBES_UDEVDB_H

#include <stddef.h>

#include "core/arena.h"

/*
 * One file of udev's database, /run/udev/data/b<major>:<minor>: lines of which those that begin
 * with "E:" are properties, "E:ID_SERIAL=...". The format is udev's own (sd-device writes it), read
 * here since libudev knows no other root than the host's.
 */
enum { UDEVDB_MAX_BYTES = 64 * 1024, UDEVDB_MAX_PROPERTIES = 512 };

struct udevdb {
    const char **at; /* "KEY\0value", strings and array in the arena */
    size_t count;
    size_t malformed; /* property lines that were left out: no '=', control characters, too many */
};

void udevdb_parse(struct arena *arena, const char *text, size_t length, struct udevdb *db);

/* The value of a property (of equal keys the last one counts), "" where there is none. */
const char *udevdb_get(const struct udevdb *db, const char *key);

/* A value with udev's \xHH escapes (ID_MODEL_ENC) decoded and outer white space cut off. */
char *udevdb_decode(struct arena *arena, const char *encoded);

#endif
