/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LINT_H
#define RULES_LINT_H

#include "rules/rulefile.h"

/* What is no error in rules but hardly meant. Each is told in one line, "FILE:LINE: what". */

/* Rules of one name and the same labels: what they give may be the same series. */
void lint_duplicates(const struct rule_set *rules, void (*tell)(const char *line, void *arg),
                     void *arg);

#endif
