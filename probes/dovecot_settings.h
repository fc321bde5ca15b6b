/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_SETTINGS_H
#define PROBES_DOVECOT_SETTINGS_H

#include "core/arena.h"
#include "core/error.h"

/*
 * Names of the settings to ask doveconf(1) for, NULL at the end: of 2.3 mail_location, of 2.4 what
 * it became.
 */
extern const char *const dovecot_settings_2_3[];
extern const char *const dovecot_settings_2_4[];

/*
 * From what doveconf prints of them ("mail_path = ~/mail" a line), one mail location with
 * variables, in the arena, as dovecot_location.h and dovecot_template.h take it. mail_home stands
 * for "~" and "%h". -ENOENT: no location is said; -ENOTSUP says why it is of no use: a format that
 * is not verified, or homes that only Dovecot's user database knows.
 */
int dovecot_settings_location(const char *text, struct arena *arena, const char **location,
                              struct error *e);

#endif
