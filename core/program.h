/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#include <limits.h>

enum { PROGRAM_PATH_SIZE = PATH_MAX + 64 };

/*
 * The path of a program of forewarn's own: beside the one that runs, which is as safe as that one
 * itself, else in libexec, whether it is there or not.
 */
void program_find(const char *name, char path[PROGRAM_PATH_SIZE]);

#endif
