/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_YAML_H
#define RULES_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "core/arena.h"

/*
 * Strict reading of YAML 1.1 by libyaml's document API: every node knows its place, all errors are
 * told in one run. Outside input is bounded: bytes, depth, nodes and text read (an alias costs as
 * much as what it stands for) and errors told. Only the first document of a text is read, as
 * Prometheus does.
 */
enum {
    YAML_MAX_BYTES = 8 * 1024 * 1024,
    YAML_MAX_DEPTH = 64,
    YAML_MAX_ANCHORS = 1000,
    YAML_MAX_ALIASES = 20 * 1000,
    YAML_MAX_VISITS = 1000 * 1000,
    YAML_MAX_TEXT = 2 * YAML_MAX_BYTES,
    YAML_MAX_ERRORS = 100,
    YAML_MAX_MERGES = 8, /* `<<` within what `<<` names */
};

typedef void yaml_report_fn(const char *text, void *arg);

struct yaml_file {
    const char *name; /* what errors call it */
    const char *text;
    size_t length;
    yaml_report_fn *report;
    void *arg;
    struct arena *arena;  /* what is read goes here */
    size_t errors;        /* how many there were; those over YAML_MAX_ERRORS are not told */
    size_t visits, bytes; /* nodes and text read */
    bool exhausted;       /* and no more */
    yaml_document_t document;
};

/* A text of the file with its place; node is NULL where none was given. */
struct yaml_text {
    const char *text; /* ends in NUL and holds no other */
    const yaml_node_t *node;
};

/*
 * Parses the text; what is no YAML is reported and gives -EINVAL. yaml_file_close() in any case
 * when done: nodes are good until then, texts live in the arena.
 */
int yaml_file_open(struct yaml_file *file);
void yaml_file_close(struct yaml_file *file);

/* The root node, NULL in an empty document. */
const yaml_node_t *yaml_file_root(struct yaml_file *file);

/* The node of an index; NULL, with an error told once, when the file has cost enough. */
const yaml_node_t *yaml_visit(struct yaml_file *file, int index);

/* Reports "NAME:LINE:COLUMN: message" at a node, or at the file's start where node is NULL. */
void yaml_error(struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Reports an error at byte offset of a scalar's value: line and column of that byte in the file,
 * the line itself and a caret below (see yaml_place.h).
 */
void yaml_error_within(struct yaml_file *file, const yaml_node_t *node, size_t offset,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What stands there for people: "a mapping", "a list", "a text", "nothing". */
const char *yaml_kind(const yaml_node_t *node);

/* Whether a node is absent or YAML's null. */
bool yaml_is_null(const yaml_node_t *node);

/*
 * One field of a mapping. read() is called with the field's value and item + offset of what is
 * filled; it reports what is wrong itself.
 */
struct yaml_field {
    const char *name;
    void (*read)(struct yaml_file *file, const yaml_node_t *value, void *out);
    size_t offset;
};

/*
 * Reads a mapping with known fields: unknown ones (with what may have been meant), repeated ones
 * and a node that is no mapping are errors; a null value leaves its field as it is, and so does a
 * null mapping. Merge keys (<<) are followed.
 */
void yaml_read_mapping(struct yaml_file *file, const yaml_node_t *node, const char *what,
                       const struct yaml_field *fields, size_t field_count, void *out);

/* Calls visit for each item of a list; null is an empty list, anything else is an error. */
void yaml_read_list(struct yaml_file *file, const yaml_node_t *node, const char *what,
                    void (*visit)(struct yaml_file *, const yaml_node_t *item, void *arg),
                    void *arg);

/* Calls visit for each pair of a mapping of free names to texts; a null text comes as "". */
void yaml_read_pairs(struct yaml_file *file, const yaml_node_t *node, const char *what,
                     void (*visit)(struct yaml_file *, const struct yaml_text *key,
                                   const struct yaml_text *value, void *arg),
                     void *arg);

/* Readers for struct yaml_field; out is a struct yaml_text, an int64_t. */
void yaml_read_text(struct yaml_file *file, const yaml_node_t *node, void *out);
void yaml_read_integer(struct yaml_file *file, const yaml_node_t *node, void *out);

/*
 * Which of count names (stride bytes apart, each item starting with its const char *) may have been
 * meant by text, NULL where none is near.
 */
const char *yaml_suggest(const char *text, const void *names, size_t count, size_t stride);

#endif
