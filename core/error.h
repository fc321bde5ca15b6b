/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

/*
 * Functions that can fail return 0 or a negative errno code and take a struct error last. The text
 * is one line that says operation, object and cause: "md: open /sys/block/md0/md/level: ENOENT".
 * Whoever calls decides whether to log it, to report it as a finding or to pass it on.
 */
struct error {
    int code; /* negative errno, 0 when nothing went wrong */
    char text[512];
};

/* Fills e (which may be NULL) and returns code. A text that is too long is cut. */
int error_set(struct error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before what e says, for a caller that knows more of the place. */
void error_prefix(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The symbolic name of an errno value of either sign, "ENOENT"; never NULL. */
const char *error_name(int code);

#endif
