/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void smart_facts_init(struct smart_facts *facts)
{
    *facts = (struct smart_facts){
        .disk = "", .model = "", .serial = "", .firmware = "", .wwn = "", .bus = "", .doubt = ""};
    facts->rotational = -1;
    for (int i = 0; i < SMART_NUMBERS; i++)
        facts->number[i] = NAN;
}

void smart_set(struct smart_facts *facts, enum smart_number number, double value)
{
    if (isnan(facts->number[number]))
        facts->number[number] = value;
}

void smart_facts_doubt_spare(struct smart_facts *facts)
{
    if (facts->number[SMART_SPARE] == 0 && facts->number[SMART_SPARE_THRESHOLD] == 0)
        facts->number[SMART_SPARE] = facts->number[SMART_SPARE_THRESHOLD] = NAN;
}

/* What a number can be at most; counters of NVMe have 16 bytes. None is negative but degrees. */
static double most(enum smart_number number)
{
    switch (number) {
    case SMART_HEALTHY:
    case SMART_SELFTEST_PASSED:
        return 1;
    case SMART_SPARE:
    case SMART_SPARE_THRESHOLD:
    case SMART_WEAR: /* a byte of percent */
        return 2.55;
    case SMART_CRITICAL_WARNING:
        return 255;
    default:
        return 0x1p128;
    }
}

static bool can_be(enum smart_number number, double value)
{
    if (number == SMART_TEMPERATURE)
        return true; /* looked at where it is read: no sensor gives odd ones */
    return value >= 0 && value <= most(number) &&
           (number != SMART_CRITICAL_WARNING || value == floor(value));
}

void smart_facts_doubt(struct smart_facts *facts, struct arena *arena)
{
    facts->doubt = "";
    for (int i = 0; i < SMART_NUMBERS; i++) {
        double *value = &facts->number[i];
        if (isnan(*value) || can_be((enum smart_number)i, *value))
            continue;
        if (!facts->doubt[0])
            facts->doubt = arena_printf(arena, "%s cannot be %.6g",
                                        smart_metric((enum smart_number)i)->name, *value);
        *value = NAN;
    }
    if (facts->doubt[0])
        return;
    if (strcmp(facts->bus, "ata") == 0 && facts->attribute_count == 0)
        facts->doubt = "none of its attributes is there, so only its own verdict is known";
    if (strcmp(facts->bus, "nvme") == 0 && isnan(facts->number[SMART_CRITICAL_WARNING]))
        facts->doubt = "its health log is not there, so only its own verdict is known";
}

void smart_facts_fill(struct smart_facts *facts, const double other[SMART_NUMBERS])
{
    for (int i = 0; i < SMART_NUMBERS; i++)
        smart_set(facts, (enum smart_number)i, other[i]);
}

void smart_facts_rename(struct smart_facts *facts, const struct smart_facts *names)
{
    for (size_t i = 0; i < facts->attribute_count; i++)
        for (size_t k = 0; k < names->attribute_count; k++)
            if (facts->attributes[i].id == names->attributes[k].id)
                facts->attributes[i].name = names->attributes[k].name;
}

bool smart_facts_any(const struct smart_facts *facts)
{
    for (int i = 0; i < SMART_NUMBERS; i++)
        if (!isnan(facts->number[i]) && i != SMART_POWER_CYCLES && i != SMART_POWER_ON)
            return true;
    return facts->attribute_count > 0;
}

static void report_attribute(const struct smart_attribute *a, const char *disk, struct batch *batch)
{
    char id[8];
    snprintf(id, sizeof id, "%u", (unsigned)a->id);
    BATCH_SAMPLE(batch, &smart_attribute_metric, (double)a->raw, disk, id, a->name, "raw");
    if (a->value >= 0)
        BATCH_SAMPLE(batch, &smart_attribute_metric, a->value, disk, id, a->name, "normalized");
    if (a->worst >= 0)
        BATCH_SAMPLE(batch, &smart_attribute_metric, a->worst, disk, id, a->name, "worst");
    if (a->threshold >= 0)
        BATCH_SAMPLE(batch, &smart_attribute_metric, a->threshold, disk, id, a->name, "threshold");
    if (!isnan(a->decoded) && a->decoded != (double)a->raw)
        BATCH_SAMPLE(batch, &smart_decoded_metric, a->decoded, disk, id, a->name);
}

void smart_report_numbers(const double number[SMART_NUMBERS], const char *disk, struct batch *batch)
{
    for (int i = 0; i < SMART_NUMBERS; i++) {
        const struct metric *metric = smart_metric((enum smart_number)i);
        if (isnan(number[i]))
            continue;
        if (metric->labels[1])
            BATCH_SAMPLE(batch, metric, number[i], disk, i == SMART_ERC_READ ? "read" : "write");
        else
            BATCH_SAMPLE(batch, metric, number[i], disk);
    }
}

void smart_report_attributes(const struct smart_facts *facts, const char *disk, struct batch *batch)
{
    for (size_t i = 0; i < facts->attribute_count; i++)
        if (facts->attributes[i].value >= 0 || facts->attributes[i].raw) /* not a mere name */
            report_attribute(&facts->attributes[i], disk, batch);
}
