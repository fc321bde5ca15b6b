/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat_requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's counters are 32 bits wide (iocounterbits) and wrap around. */
static uint64_t difference(const struct blockstat_counts *now)
{
    int32_t d = (int32_t)((uint32_t)now->requests - (uint32_t)now->done);
    return d > 0 ? (uint64_t)d : 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Since Linux 6.3 a command that times out counts as done: that alone is no sign of life. */
static bool something_came_back(const struct blockstat_memory *memory,
                                const struct blockstat_counts *now)
{
    uint32_t done = (uint32_t)(now->done - memory->done);
    uint32_t timeouts = (uint32_t)(now->timeouts - memory->timeouts);
    return !memory->seen || (done && done != timeouts);
}

void blockstat_step(struct blockstat_memory *memory, const struct blockstat_counts *now,
                    int64_t now_ns, struct blockstat_outstanding *outstanding)
{
    uint64_t out = difference(now);
    bool starts_anew = something_came_back(memory, now) || !memory->waiting;
    uint64_t drift = smaller(out, memory->drift + (uint32_t)(now->timeouts - memory->timeouts));

    if (!now->in_flight && (starts_anew || out == drift)) {
        memory->waiting = false;
        drift = out;
    } else {
        if (starts_anew)
            memory->since_ns = now_ns;
        memory->waiting = true;
    }
    memory->seen = true;
    memory->drift = drift;
    memory->done = now->done;
    memory->timeouts = now->timeouts;

    *outstanding = (struct blockstat_outstanding){0};
    if (!memory->waiting)
        return;
    outstanding->requests = out - drift > now->in_flight ? out - drift : now->in_flight;
    outstanding->seconds = (double)(now_ns - memory->since_ns) / 1e9;
}

bool blockstat_number(const char *text, uint64_t *number)
{
    char *end;
    bool hex = strncmp(text, "0x", 2) == 0;
    *number = 0;
    if (!*(hex ? text + 2 : text) || (!hex && (*text < '0' || *text > '9')))
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, hex ? 16 : 10);
    if (*end || errno)
        return false;
    *number = value;
    return true;
}

/* Numbers with blanks between, at most room of them; -1 where there is anything else. */
static int read_numbers(const char *text, uint64_t *numbers, int room)
{
    int count = 0;
    for (text += strspn(text, " \t"); *text && count < room; text += strspn(text, " \t")) {
        char *end;
        errno = 0;
        if (*text < '0' || *text > '9')
            return -1;
        numbers[count++] = strtoull(text, &end, 10);
        if (errno || (*end && *end != ' ' && *end != '\t'))
            return -1;
        text = end;
    }
    return count;
}

bool blockstat_parse_inflight(const char *text, uint64_t *in_flight)
{
    uint64_t n[3];
    *in_flight = 0;
    if (read_numbers(text, n, 3) != 2)
        return false;
    *in_flight = n[0] + n[1];
    return true;
}

bool blockstat_parse_stat(const char *text, uint64_t *done)
{
    enum { READS = 0, WRITES = 4, OLD_COLUMNS = 11, DISCARDS = 11, FLUSHES = 15, COLUMNS = 32 };
    uint64_t n[COLUMNS] = {0};
    *done = 0;
    if (read_numbers(text, n, COLUMNS) < OLD_COLUMNS)
        return false;
    *done = n[READS] + n[WRITES] + n[DISCARDS] + n[FLUSHES];
    return true;
}
