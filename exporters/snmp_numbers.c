/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KIND = 15 };

/* Things and alarms alike; of a thing only the number is used. */
struct entry {
    char kind[MAX_KIND + 1];
    char *name;
    struct snmp_known_alarm alarm;
    bool seen; /* in this round */
};

struct snmp_numbers {
    struct entry *at;
    size_t count, room;
    uint64_t sequence;
    int64_t changed_ms;
    bool changed; /* in this round */
};

static const char header[] = "forewarn-snmp 1";
static const char alarm_kind[] = "alarm";

struct snmp_numbers *snmp_numbers_new(void)
{
    struct snmp_numbers *numbers = calloc(1, sizeof *numbers);
    if (!numbers)
        abort();
    return numbers;
}

static void clear(struct snmp_numbers *numbers)
{
    for (size_t i = 0; i < numbers->count; i++)
        free(numbers->at[i].name);
    free(numbers->at);
    *numbers = (struct snmp_numbers){0};
}

void snmp_numbers_free(struct snmp_numbers **numbers)
{
    if (!*numbers)
        return;
    clear(*numbers);
    free(*numbers);
    *numbers = NULL;
}

static struct entry *find(struct snmp_numbers *numbers, const char *kind, const char *name)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (strcmp(numbers->at[i].name, name) == 0 && strcmp(numbers->at[i].kind, kind) == 0)
            return &numbers->at[i];
    return NULL;
}

static bool is_clean(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < ' ')
            return false;
    return true;
}

/* Names end with the line in the file. */
static char *copy_name(const char *name)
{
    char *copy = strdup(name);
    if (!copy)
        abort();
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
    return copy;
}

static struct entry *add(struct snmp_numbers *numbers, const char *kind, const char *name)
{
    if (numbers->count == numbers->room) {
        numbers->room = numbers->room ? numbers->room * 2 : 64;
        numbers->at = realloc(numbers->at, numbers->room * sizeof *numbers->at);
        if (!numbers->at)
            abort();
    }
    struct entry *entry = &numbers->at[numbers->count++];
    *entry = (struct entry){.name = copy_name(name)};
    snprintf(entry->kind, sizeof entry->kind, "%s", kind);
    return entry;
}

void snmp_numbers_begin(struct snmp_numbers *numbers)
{
    numbers->changed = false;
    for (size_t i = 0; i < numbers->count; i++)
        numbers->at[i].seen = false;
}

static uint32_t next_number(const struct snmp_numbers *numbers, const char *kind)
{
    uint32_t last = 0;
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->at[i].alarm.number > last && strcmp(numbers->at[i].kind, kind) == 0)
            last = numbers->at[i].alarm.number;
    return last + 1;
}

uint32_t snmp_numbers_of(struct snmp_numbers *numbers, const char *kind, const char *name)
{
    char *clean = copy_name(name);
    struct entry *entry = find(numbers, kind, clean);
    if (!entry) {
        uint32_t number = next_number(numbers, kind);
        entry = add(numbers, kind, clean);
        entry->alarm.number = number;
        numbers->changed = true;
    }
    free(clean);
    entry->seen = true;
    return entry->alarm.number;
}

static void change(struct snmp_numbers *numbers, int64_t at_ms)
{
    numbers->sequence++;
    numbers->changed_ms = at_ms;
    numbers->changed = true;
}

struct snmp_known_alarm snmp_numbers_alarm(struct snmp_numbers *numbers, const char *name,
                                           int severity, int64_t at_ms)
{
    char *clean = copy_name(name);
    struct entry *entry = find(numbers, alarm_kind, clean);
    if (!entry || entry->alarm.severity != severity) {
        change(numbers, at_ms);
        if (!entry) {
            entry = add(numbers, alarm_kind, clean);
            entry->alarm.number = (uint32_t)(numbers->sequence & INT32_MAX);
        }
        entry->alarm.severity = severity;
        entry->alarm.sequence = numbers->sequence;
        entry->alarm.changed_ms = at_ms;
    }
    free(clean);
    entry->seen = true;
    return entry->alarm;
}

bool snmp_numbers_end(struct snmp_numbers *numbers, int64_t at_ms)
{
    size_t kept = 0, count = numbers->count;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &numbers->at[i];
        bool is_alarm = strcmp(entry->kind, alarm_kind) == 0;
        if (!entry->seen && (is_alarm || count > SNMP_MAX_NUMBERS)) {
            if (is_alarm)
                change(numbers, at_ms);
            free(entry->name);
            numbers->changed = true;
        } else {
            numbers->at[kept++] = *entry;
        }
    }
    numbers->count = kept;
    return numbers->changed;
}

uint64_t snmp_numbers_sequence(const struct snmp_numbers *numbers, int64_t *changed_ms)
{
    *changed_ms = numbers->changed_ms;
    return numbers->sequence;
}

/*
 * file = header LF "sequence" SEQUENCE MS LF *(row LF)
 * row  = KIND NUMBER SEVERITY SEQUENCE MS NAME
 */
void snmp_numbers_save(const struct snmp_numbers *numbers, struct buf *out)
{
    buf_printf(out, "%s\nsequence %" PRIu64 " %" PRId64 "\n", header, numbers->sequence,
               numbers->changed_ms);
    for (size_t i = 0; i < numbers->count; i++) {
        const struct entry *entry = &numbers->at[i];
        buf_printf(out, "%s %" PRIu32 " %d %" PRIu64 " %" PRId64 " %s\n", entry->kind,
                   entry->alarm.number, entry->alarm.severity, entry->alarm.sequence,
                   entry->alarm.changed_ms, entry->name);
    }
}

static bool load_row(struct snmp_numbers *numbers, const char *line)
{
    char kind[MAX_KIND + 1];
    struct snmp_known_alarm alarm;
    int name = 0;

    if (sscanf(line, "%15[a-z] %" SCNu32 " %d %" SCNu64 " %" SCNd64 " %n", kind, &alarm.number,
               &alarm.severity, &alarm.sequence, &alarm.changed_ms, &name) != 5 ||
        !name || !line[name] || !is_clean(line + name) || !alarm.number ||
        alarm.number > INT32_MAX || numbers->count >= 2 * SNMP_MAX_NUMBERS ||
        find(numbers, kind, line + name))
        return false;
    add(numbers, kind, line + name)->alarm = alarm;
    return true;
}

static bool load_line(struct snmp_numbers *numbers, size_t n, const char *line)
{
    if (n == 0)
        return strcmp(line, header) == 0;
    int end = 0;
    if (n == 1)
        return sscanf(line, "sequence %" SCNu64 " %" SCNd64 "%n", &numbers->sequence,
                      &numbers->changed_ms, &end) == 2 &&
               !line[end];
    return load_row(numbers, line);
}

int snmp_numbers_load(struct snmp_numbers *numbers, const char *text, size_t length,
                      struct error *e)
{
    char *copy = strndup(text, length), *rest = copy;
    size_t n = 0;
    bool good = copy && strlen(copy) == length && length && text[length - 1] == '\n';

    clear(numbers);
    while (good && *rest) {
        const char *line = strsep(&rest, "\n");
        good = load_line(numbers, n, line);
        n += good;
    }
    free(copy);
    if (good && n >= 2)
        return 0;
    clear(numbers);
    return error_set(e, -EINVAL, "line %zu of the rows' numbers is wrong", n + 1);
}
