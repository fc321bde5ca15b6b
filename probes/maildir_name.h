/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILDIR_NAME_H
#define PROBES_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flags of a mail as an index record has them: Dovecot, src/lib-mail/mail-types.h. */
enum {
    MAILDIR_ANSWERED = 0x01,
    MAILDIR_FLAGGED = 0x02,
    MAILDIR_DELETED = 0x04,
    MAILDIR_SEEN = 0x08,
    MAILDIR_DRAFT = 0x10,
};

/*
 * What a file's name says: 1795286034.M863898P5223.vm,S=4760,W=4835:2,S
 * Source: Dovecot 2.3.19, src/lib-storage/index/maildir/maildir-filename.c.
 */
struct maildir_name {
    size_t base;         /* bytes before ":2,": what the uidlist has */
    int64_t size, vsize; /* S= and W=; -1: not said */
    uint8_t flags;       /* MAILDIR_... */
    uint32_t keywords;   /* bit 0 for 'a' ... bit 25 for 'z' */
    bool flags_said;     /* there is a ":2," */
};

/* Any bytes may come. */
void maildir_name_parse(const char *name, size_t length, struct maildir_name *out);

enum { MAILDIR_KEYWORDS = 26 };

/*
 * dovecot-keywords: "<number> <keyword>" a line; the keyword of letter 'a' + number. names[] points
 * into text, whose line ends become NULs; NULL: no such keyword. Lines that are not so are counted
 * and the first one's offset is given (-1: none).
 */
struct maildir_keywords {
    const char *names[MAILDIR_KEYWORDS];
    size_t bad_lines;
    int64_t bad_offset;
};

void maildir_keywords_parse(char *text, size_t length, struct maildir_keywords *out);

#endif
