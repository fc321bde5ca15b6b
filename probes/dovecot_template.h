/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_TEMPLATE_H
#define PROBES_DOVECOT_TEMPLATE_H

#include "probes/dovecot_location.h"

/*
 * Mail locations of all users, with Dovecot's variables: maildir:/var/vmail/%d/%n:INDEX=/var/i/%u
 * Source: Dovecot 2.3.19, src/lib/var-expand.c, and the variables of 2.4's manual.
 */
struct dovecot_variable {
    char name;          /* 'u': user@domain, 'n': user, 'd': domain */
    char change;        /* 0, 'L' to lower, 'U' to upper case, '?': one that cannot be undone */
    size_t skip, width; /* of what it stands for; width 0: all of it */
    size_t length;      /* of its text */
};

/* The variable at text, which begins with '%'; false: it is none that names a user. */
bool dovecot_variable(const char *text, struct dovecot_variable *variable);

/*
 * The location of the user whose mail is at path (absolute), where template says so: 1, and
 * location is in the arena; 0: path is no user's. -EINVAL: of the template; -ENOTSUP: a variable of
 * INDEX=, CONTROL= or ALT= that the path does not tell, such as a hash.
 */
int dovecot_template_location(const char *template, const char *path, struct arena *arena,
                              struct dovecot_location *location, struct error *e);

#endif
