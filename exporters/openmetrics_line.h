/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_OPENMETRICS_LINE_H
#define EXPORTERS_OPENMETRICS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/labels.h"
#include "exporters/openmetrics.h"

/*
 * One line of an exposition: OpenMetrics 1.0 to the letter (one space between parts, only known
 * words behind #), or Prometheus' text format 0.0.4 with its blanks and comments. Both take names
 * in quotes, {"disk.temperature",bay="7"} 31, as Prometheus 3 writes them.
 */
enum openmetrics_kind {
    LINE_NOTHING, /* blank, or a comment; 0.0.4 only */
    LINE_SAMPLE,
    LINE_TYPE,
    LINE_HELP,
    LINE_UNIT,
    LINE_EOF,
};

struct openmetrics_line {
    enum openmetrics_kind kind;
    const char *name;            /* of the metric */
    const char *text;            /* of TYPE, UNIT and HELP; HELP's escapes are left as they are */
    const struct labels *labels; /* a sample's, with its name */
    double value;
    bool has_time, has_exemplar;
    int64_t t_ms;
    /* The bytes of the line that these start at. */
    size_t name_at, text_at, value_at, time_at, exemplar_at;
};

enum { OPENMETRICS_MAX_LINE = 1024 * 1024, OPENMETRICS_MAX_LABELS = 256 };

/* What is wrong with a line, and the byte it starts at. */
struct openmetrics_wrong {
    char text[256];
    size_t at;
};

/* Says what is wrong and gives -EINVAL. */
int openmetrics_refuse(struct openmetrics_wrong *wrong, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Reads a line without its newline; text ends in a NUL that length does not count, and is changed.
 * What line points to lives in text and in the arena.
 */
int openmetrics_line_read(char *text, size_t length, enum exposition format, struct arena *arena,
                          struct openmetrics_line *line, struct openmetrics_wrong *wrong);

/* A decimal number, or NaN, Inf and Infinity in any case and with any sign; nothing else. */
bool openmetrics_number(const char *text, double *value);

#endif
