/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_MASK_INSIDE_H
#define AGENT_MASK_INSIDE_H

#include "agent/mask.h"
#include "core/arena.h"

/* What mask.c (words), mask_learn.c (where they stand) and mask_wwn.c (numbers) share. */
struct mask_word {
    enum mask_kind kind;
    char *from, *to;
    size_t length, to_length;
};

struct mask {
    unsigned char key[MASK_KEY_BYTES];
    struct arena *arena;
    struct mask_word *words; /* the longest first, once sorted */
    size_t count, room;
};

/* Other letters and digits in the place of those of a word. */
void mask_letters(const struct mask *mask, const char *word, size_t length, char *out);

/* Others in the place of the last 9 of so many hexadecimal digits, or of all after the 7th of 24.
 */
void mask_digits(const struct mask *mask, char *digits, size_t count);

/*
 * The numbers that are known by their form: WWNs in text, as JSON's numbers, in a SMART blob, in
 * files that hold nothing else. In place.
 */
void mask_numbers(const struct mask *mask, const char *path, char *data, size_t length);

/* JSON's wwn and eui64 as numbers, which may get shorter or longer. */
void mask_json_numbers(const struct mask *mask, const char *data, size_t length, struct buf *out);

/* Where IDENTIFY stands in libatasmart's blob: 512 bytes; NULL where there is none. */
unsigned char *mask_identify(char *data, size_t length);

#endif
