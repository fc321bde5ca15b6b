/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_JSON_H
#define PROBES_SMART_JSON_H

#include <jansson.h>

#include "core/error.h"
#include "probes/smart_facts.h"

/*
 * More than ten times of what smartctl prints of the most talkative disk; a tree of this much JSON
 * stays below 32 MiB whatever it holds.
 */
enum { SMART_JSON_MAX = 512 * 1024 };

enum smart_outcome {
    SMART_READ,        /* facts hold something of its health */
    SMART_ASLEEP,      /* not asked, as that would wake the disk */
    SMART_UNSUPPORTED, /* a disk, or what looks like one, without SMART */
    SMART_FAILED,      /* not opened, not found, not understood, nothing said */
};

struct smart_json {
    enum smart_outcome outcome;
    struct smart_facts facts;
    const char *message; /* smartctl's own words on errors, "" when there are none */
    const char *odd;     /* what it holds that cannot be, and is left out; "": nothing */
    const char *name;    /* "/dev/sda" as smartctl was called */
    const char *type;    /* "sat", "megaraid,3" */
    const char *info;    /* "/dev/bus/0 [megaraid_disk_03]" */
    const char *text;    /* all of it, where whoever asked has it kept (smart_ask); else NULL */
    size_t length;
};

/*
 * What `smartctl -j` printed: with -a, -x or less. Negative: it is no JSON object of smartctl's at
 * all. Strings and attributes are the arena's.
 */
int smart_json_parse(const char *text, size_t length, struct arena *arena, struct smart_json *json,
                     struct error *e);

/* A device of `smartctl --scan -j`. */
struct smart_scanned {
    const char *name, *type, *info, *protocol;
};

int smart_json_scan(const char *text, size_t length, struct arena *arena,
                    struct smart_scanned **devices, size_t *count, struct error *e);

/*
 * Below: the parts of the parser, one a kind of disk. Each fills what it finds; the first says how
 * many rows of the table of attributes cannot be.
 */
size_t smart_json_ata(const json_t *top, struct arena *arena, struct smart_facts *facts);
void smart_json_ata_logs(const json_t *top, struct smart_facts *facts);
void smart_json_scsi(const json_t *top, struct smart_facts *facts);
void smart_json_nvme(const json_t *top, struct smart_facts *facts);

/* The value at a path of keys, "a.b.c"; NULL, NAN or -1 (not known) where it is not, or of another
 * kind. */
const json_t *smart_json_at(const json_t *top, const char *path);
double smart_json_number(const json_t *top, const char *path);
int smart_json_bool(const json_t *top, const char *path);
const char *smart_json_text(const json_t *top, const char *path, struct arena *arena);

#endif
