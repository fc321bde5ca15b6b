/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TESTFILE_PARTS_H
#define RULES_TESTFILE_PARTS_H

#include "rules/testfile.h"
#include "rules/yaml.h"

/*
 * Reading the parts of a test: testfile_parts.c has lists, testfile_value.c single values. Errors
 * are reported; what is read lives in the file's arena.
 */

/* Readers for struct yaml_field: out is a const yaml_node_t *, a bool. */
void testfile_read_node(struct yaml_file *file, const yaml_node_t *node, void *out);
void testfile_read_bool(struct yaml_file *file, const yaml_node_t *node, void *out);

/* A duration that may be absent, and then is 0. */
void testfile_read_duration(struct yaml_file *file, const struct yaml_text *text, const char *what,
                            int64_t *ms);

/* RFC 3339, or seconds since 1970; 0 where it is absent. */
void testfile_read_timestamp(struct yaml_file *file, const struct yaml_text *text, int64_t *ms);

/* A number as YAML has them, .inf and .nan among them; 0 where it is absent. */
void testfile_read_number(struct yaml_file *file, const yaml_node_t *node, double *v);

/* A mapping of names to values; none where it is absent. */
const struct labels *testfile_read_labels(struct yaml_file *file, const yaml_node_t *node,
                                          const char *what);

/* The lists of a test; values counts those of all series of the file. */
void testfile_read_series(struct yaml_file *file, const yaml_node_t *node, struct test_group *group,
                          size_t *values);
void testfile_read_alerts(struct yaml_file *file, const yaml_node_t *node,
                          struct test_group *group);
void testfile_read_exprs(struct yaml_file *file, const yaml_node_t *node, struct test_group *group);

#endif
