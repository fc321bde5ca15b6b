/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TESTRUN_H
#define RULES_TESTRUN_H

#include "rules/rulefile.h"
#include "rules/testfile.h"

enum { TESTRUN_MAX_EVALUATIONS = 10 * 1000 * 1000 }; /* in one test */

/*
 * Runs one test of a file over its rules, from the test's start to its last eval_time, as promtool
 * does: all groups are evaluated at each evaluation_interval whatever their own interval; input
 * after the last evaluation is never seen. The engine's step of subqueries is set to that interval.
 * Each difference is told, one line each: first "NAME:LINE: what was asked", then "    expected
 * ..." and the like. Gives how many of the asked things differ; 0: the test passed.
 */
size_t testrun_group(const char *name, const struct test_file *file, const struct test_group *group,
                     const struct rule_set *rules, const struct promql_engine *engine,
                     void (*tell)(const char *line, void *arg), void *arg);

#endif
