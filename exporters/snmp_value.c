/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_value.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "core/alert.h"
#include "core/labels.h"
#include "core/utf8.h"

/* Bytes of text that fit into room, whole characters only. */
static size_t fitting(const char *text, size_t room)
{
    size_t length = 0, bytes;
    while (utf8_next(text + length, &bytes) && length + bytes <= room)
        length += bytes;
    return length;
}

struct snmp_value snmp_text(struct arena *arena, const char *text)
{
    static const char more[] = "...";
    struct buf clean = {0};

    utf8_clean(text ? text : "", &clean);
    for (size_t i = 0; i < clean.length; i++)
        if ((unsigned char)clean.data[i] < ' ' || clean.data[i] == 0x7f)
            clean.data[i] = ' ';
    size_t length = clean.length;
    const char *end = "";
    if (length > SNMP_MAX_TEXT) {
        length = fitting(clean.data, SNMP_MAX_TEXT - strlen(more));
        end = more;
    }
    char *kept = arena_printf(arena, "%.*s%s", (int)length, length ? clean.data : "", end);
    buf_free(&clean);
    return (struct snmp_value){.type = SNMP_TEXT, .text = kept, .length = strlen(kept)};
}

struct snmp_value snmp_date(struct arena *arena, int64_t ms)
{
    int64_t deci = ms / 100 - (ms % 100 < 0);
    time_t seconds = (time_t)(deci / 10 - (deci % 10 < 0));
    struct tm tm = {.tm_mday = 1};
    unsigned char *bytes = arena_alloc(arena, 11);

    gmtime_r(&seconds, &tm);
    bytes[0] = (unsigned char)((tm.tm_year + 1900) >> 8);
    bytes[1] = (unsigned char)(tm.tm_year + 1900);
    bytes[2] = (unsigned char)(tm.tm_mon + 1);
    bytes[3] = (unsigned char)tm.tm_mday;
    bytes[4] = (unsigned char)tm.tm_hour;
    bytes[5] = (unsigned char)tm.tm_min;
    bytes[6] = (unsigned char)tm.tm_sec;
    bytes[7] = (unsigned char)(deci - seconds * 10);
    bytes[8] = '+';
    return (struct snmp_value){.type = SNMP_DATE, .text = bytes, .length = 11};
}

static double within(double number, double least, double most)
{
    return number < least ? least : number > most ? most : round(number);
}

bool snmp_number(struct arena *arena, enum snmp_type type, double number, struct snmp_value *value)
{
    *value = (struct snmp_value){.type = type};
    if (isnan(number))
        return false;
    if (type == SNMP_INTEGER)
        value->number = (uint64_t)(int64_t)within(number, INT32_MIN, INT32_MAX);
    else if (type == SNMP_GAUGE)
        value->number = (uint64_t)within(number, 0, UINT32_MAX);
    else if (type == SNMP_COUNTER64)
        value->number = (uint64_t)within(number, 0, 0x1p63);
    else if (type == SNMP_TRUTH)
        value->number = number != 0 ? 1 : 2;
    else if (type == SNMP_DATE)
        *value = snmp_date(arena, (int64_t)within(number * 1000, 0, 0x1p47));
    else
        return false;
    return true;
}

struct snmp_value snmp_count(enum snmp_type type, uint64_t count)
{
    if (type == SNMP_GAUGE && count > UINT32_MAX)
        count = UINT32_MAX;
    return (struct snmp_value){.type = type, .number = count};
}

struct snmp_value snmp_severity(const char *name)
{
    enum severity severity = severity_from_name(name ? name : "");
    return snmp_count(SNMP_SEVERITY, severity == SEVERITY_NONE ? SEVERITY_INFO : severity);
}

const char *snmp_pair(Io__Prometheus__Client__LabelPair *const *pairs, size_t count,
                      const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i]->name && pairs[i]->value && strcmp(pairs[i]->name, name) == 0)
            return pairs[i]->value;
    return "";
}

const char *snmp_labels(struct arena *arena, const Forewarn__Alert *alert)
{
    struct label *labels = ARENA_ARRAY(arena, struct label, alert->n_label + 1);
    struct buf text = {0};

    for (size_t i = 0; i < alert->n_label; i++)
        labels[i] = (struct label){alert->label[i]->name ? alert->label[i]->name : "",
                                   alert->label[i]->value ? alert->label[i]->value : ""};
    labels_print(labels_new(arena, labels, alert->n_label), &text);
    const char *kept = arena_strdup(arena, text.length ? text.data : "");
    buf_free(&text);
    return kept;
}

bool snmp_of_alert(struct arena *arena, const struct snmp_object *object,
                   const Forewarn__Alert *alert, struct snmp_value *value)
{
    static const Forewarn__Alert none = FOREWARN__ALERT__INIT;

    if (!alert)
        alert = &none;
    if (object->from == FROM_ALERT)
        *value = snmp_text(arena, alert->name);
    else if (object->from == FROM_LABELS)
        *value = snmp_text(arena, snmp_labels(arena, alert));
    else if (object->from == FROM_SEVERITY)
        *value = snmp_severity(alert->severity);
    else if (object->from == FROM_SINCE)
        *value = snmp_date(arena, alert->starts_at_ms);
    else if (object->from == FROM_ALERTS)
        *value = snmp_text(arena, snmp_pair(alert->label, alert->n_label, object->label));
    else if (object->from == FROM_ANNOTATION)
        *value = snmp_text(arena, snmp_pair(alert->annotation, alert->n_annotation, object->label));
    else
        return false;
    return true;
}
