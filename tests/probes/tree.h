/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_TREE_H
#define TESTS_PROBES_TREE_H

#include <stddef.h>

/*
 * A tree of files in a temporary directory that a test uses as its root. Directories on the way are
 * made; whatever goes wrong ends the test program.
 */
struct tree {
    char path[64];
};

void tree_make(struct tree *tree);
void tree_file(const struct tree *tree, const char *path, const char *content);
void tree_bytes(const struct tree *tree, const char *path, const void *content, size_t length);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_fifo(const struct tree *tree, const char *path);
void tree_drop(const struct tree *tree, const char *path); /* removes one file or link */
void tree_remove(struct tree *tree);                       /* all of it */

#endif
