/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TESTRUN_DIFF_H
#define RULES_TESTRUN_DIFF_H

#include "core/buf.h"
#include "rules/testfile.h"

/*
 * What was expected beside what was got. Each adds a line a difference to out, indented by four
 * spaces; nothing when all is equal. Arrays are sorted in doing so.
 */
void testrun_diff_alerts(struct test_alert *expected, size_t expected_count, struct test_alert *got,
                         size_t got_count, struct buf *out);

/* fuzzy: values may differ by one unit in the last place. NaN equals nothing, as in promtool. */
void testrun_diff_samples(struct test_sample *expected, size_t expected_count,
                          struct test_sample *got, size_t got_count, bool fuzzy, struct buf *out);

/* A time of a test for people: "1h30m", "0s". */
void testrun_print_time(int64_t ms, struct buf *out);

#endif
