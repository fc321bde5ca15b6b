/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_LOCATION_H
#define PROBES_DOVECOT_LOCATION_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

enum dovecot_format { DOVECOT_MAILDIR, DOVECOT_SDBOX, DOVECOT_MDBOX };
enum dovecot_layout { DOVECOT_LAYOUT_FS, DOVECOT_LAYOUT_MAILDIRPP };

/*
 * Where a user's mail lies, as Dovecot's mail_location says it:
 *     maildir:~/Maildir:INDEX=/var/index/%u:CONTROL=/var/control/%u:LAYOUT=fs
 * Source: Dovecot 2.3.19, src/lib-storage/mailbox-list.c mailbox_list_settings_parse_full(), and
 * the defaults of the formats' list settings.
 */
struct dovecot_location {
    enum dovecot_format format;
    enum dovecot_layout layout;
    const char *root;           /* absolute */
    const char *index, *cache;  /* INDEX=, INDEXCACHE=; NULL: beside the mail */
    const char *control;        /* CONTROL=; NULL: beside the mail */
    const char *alt;            /* ALT=: where old mail of a dbox is moved to; NULL: nowhere */
    const char *inbox;          /* INBOX= of a maildir; NULL: root */
    const char *index_name;     /* INDEXNAME=, "dovecot.index" */
    const char *mailboxes;      /* DIRNAME's parent: "mailboxes" of dbox, "" of a maildir */
    const char *mailbox_folder; /* "dbox-Mails" of dbox, "" of a maildir */
    bool index_in_memory;       /* INDEX=MEMORY: nothing to verify but the mail */
};

/* Whether text starts as such a location does: "maildir:", "sdbox:", "mdbox:", "dbox:". */
bool dovecot_location_is(const char *text);

/*
 * Reads one; home (NULL: none known) replaces a leading "~". Paths must be absolute after that.
 * Everything lives in the arena. -EINVAL says which part is wrong. Options that name no place are
 * passed over.
 */
int dovecot_location_parse(const char *text, const char *home, struct arena *arena,
                           struct dovecot_location *location, struct error *e);

/*
 * A template of the configuration, "/var/vmail/%d/%n", as a glob(7) pattern: each of Dovecot's
 * variables for a user (%u %n %d and the long forms, %{user} ...) becomes "*"; with "*" already in
 * a part of the path it stays one. "%%" is a percent sign. Characters that glob(7) would take as
 * its own are escaped. -EINVAL for a variable that is not known.
 */
int dovecot_location_pattern(const char *template, struct arena *arena, const char **pattern,
                             struct error *e);

const char *dovecot_format_name(enum dovecot_format format);

#endif
