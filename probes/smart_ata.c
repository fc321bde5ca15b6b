/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_ata.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { HOUR = 3600, MAX_YEARS = 30 };

static const uint64_t max_power_on = (uint64_t)MAX_YEARS * 365 * 24 * HOUR;

static uint64_t word(uint64_t raw, int n)
{
    return raw >> (16 * n) & 0xffff;
}

static enum smart_unit unit_of(const struct smart_facts *facts, uint8_t id)
{
    return smart_ata_unit(facts->model, facts->firmware, id);
}

/* More sectors than the disk has are no count: makers put other words beside it. */
static bool is_count_of_sectors(const struct smart_facts *facts, uint64_t n)
{
    return facts->bytes ? n <= facts->bytes / 512 : n < UINT32_MAX;
}

/*
 * Attribute 5: Fujitsu has the size of the spare area in the highest word
 * (0x07d000000000: 0), others further counts in the middle one. The whole is taken while it can
 * be a count, so that a large count is never cut to a small one.
 */
static double reallocated(const struct smart_facts *facts, uint64_t raw)
{
    uint64_t low = raw & UINT32_MAX;
    return (double)(raw == low && is_count_of_sectors(facts, low) ? low : word(raw, 0));
}

/* Attributes 197, 198: on some Fujitsus not a count at all, and then it is not known. */
static double sectors(const struct smart_facts *facts, uint64_t raw)
{
    return is_count_of_sectors(facts, raw) ? (double)raw : NAN;
}

static double count(const struct smart_facts *facts, uint64_t raw)
{
    (void)facts;
    return (double)(raw & UINT32_MAX);
}

/*
 * Attribute 188: Seagate has all timeouts in the lowest word, those above 5 s and 7.5 s in the next
 * two. 65536 real timeouts are less likely than that.
 */
static double first_word(const struct smart_facts *facts, uint64_t raw)
{
    (void)facts;
    return (double)word(raw, 0);
}

/*
 * An attribute that becomes a plain number: its id, what its name has to contain one of, and how
 * the raw value counts.
 */
static const struct rule {
    uint8_t id;
    enum smart_number number;
    double (*decode)(const struct smart_facts *, uint64_t raw);
    const char *names[4];
} rules[] = {
    {4, SMART_START_STOP_CYCLES, count, {"Start_Stop"}},
    {5, SMART_REALLOCATED, reallocated, {"Realloc", "Retired_Block", "Retried_Blk", "Bad_B"}},
    {10, SMART_SPIN_RETRIES, count, {"Spin_Retry"}},
    {12, SMART_POWER_CYCLES, count, {"Power_Cycle"}},
    {184, SMART_END_TO_END_ERRORS, count, {"End-to-End", "End_to_End"}},
    {187, SMART_REPORTED_UNCORRECTABLE, count, {"Uncorrect", "Reported_UE"}},
    {188, SMART_COMMAND_TIMEOUTS, first_word, {"Timeout"}},
    {192, SMART_UNSAFE_SHUTDOWNS, count, {"Unsafe_Shutdown", "Power-Off_Retract"}},
    {193, SMART_LOAD_CYCLES, count, {"Load_Cycle"}},
    {197, SMART_PENDING, sectors, {"Pending"}},
    {198, SMART_OFFLINE_UNCORRECTABLE, sectors, {"Offline_Unc", "Uncorrectable_Sector"}},
    {199, SMART_CRC_ERRORS, count, {"CRC"}},
    {225, SMART_LOAD_CYCLES, count, {"Load_Cycle"}},
};

static bool name_has(const struct smart_attribute *a, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n && parts[i]; i++)
        if (strstr(a->name, parts[i]))
            return true;
    return false;
}

static void decode_counts(struct smart_facts *facts, struct smart_attribute *a)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *rule = &rules[i];
        if (rule->id != a->id || !name_has(a, rule->names, 4) ||
            unit_of(facts, a->id) == SMART_UNIT_NOTHING)
            continue;
        a->decoded = rule->decode(facts, a->raw);
        smart_set(facts, rule->number, a->decoded);
    }
    if (a->id == 196 && strstr(a->name, "Realloc"))
        a->decoded = (double)word(a->raw, 0);
    if (a->id == 3 && strcmp(a->name, "Spin_Up_Time") == 0)
        a->decoded = (double)word(a->raw, 0);
}

/* Degrees in the lowest byte; minimum, maximum and the like in the words above. */
static double temperature(uint64_t raw, enum smart_unit unit)
{
    int low = (int)(raw & 0xff), next = (int)(raw >> 8 & 0xff);
    if (unit == SMART_UNIT_TENTH_CELSIUS)
        return (double)word(raw, 0) / 10;
    if (next == 0xff && low >= 0xd8) /* down to -40 */
        return low - 256;
    return low > 0 && low < 128 ? low : NAN;
}

static void decode_temperature(struct smart_facts *facts, struct smart_attribute *a)
{
    enum smart_unit unit = unit_of(facts, a->id);
    if ((a->id != 194 && a->id != 190) || unit == SMART_UNIT_NOTHING || !strstr(a->name, "Temp") ||
        strstr(a->name, "Warning") || strstr(a->name, "Fractional"))
        return;
    a->decoded = temperature(a->raw, unit);
}

/*
 * Attribute 9 counts hours in its low 24 bits, with minutes or milliseconds above, or something
 * else altogether; more than 30 years in hours is something else that nobody told.
 */
static double power_on(uint64_t raw, enum smart_unit unit)
{
    static const unsigned seconds[] = {
        [SMART_UNIT_DEFAULT] = HOUR, [SMART_UNIT_SECONDS] = 1, [SMART_UNIT_HALF_MINUTES] = 30,
        [SMART_UNIT_MINUTES] = 60,   [SMART_UNIT_NOTHING] = 0, [SMART_UNIT_TENTH_CELSIUS] = 0,
    };
    uint64_t n = seconds[unit] == HOUR ? raw & 0xffffff : raw & UINT32_MAX;
    uint64_t total = n * seconds[unit];
    return seconds[unit] == 0 || total > max_power_on ? NAN : (double)total;
}

static void decode_power_on(struct smart_facts *facts, struct smart_attribute *a)
{
    if (a->id == 9 && strstr(a->name, "Power_On")) {
        double total = power_on(a->raw, unit_of(facts, 9));
        smart_set(facts, SMART_POWER_ON, total);
        a->decoded = isnan(total) ? NAN : floor(total / HOUR);
    } else if (a->id == 240 && strstr(a->name, "Head_Flying")) {
        a->decoded = (double)(a->raw & 0xffffff);
    }
}

static bool is_seagate(const char *model)
{
    return (strncmp(model, "ST", 2) == 0 && isdigit((unsigned char)model[2])) ||
           strncasecmp(model, "SEAGATE", 7) == 0;
}

/* Seagate's disks count operations in the low 32 bits and errors in the 16 above. */
static void decode_rates(const struct smart_facts *facts, struct smart_attribute *a)
{
    if ((a->id == 1 || a->id == 7 || a->id == 195) && facts->rotational != 0 &&
        is_seagate(facts->model))
        a->decoded = (double)word(a->raw, 2);
}

/*
 * Wear and spare of SSDs stand in the normalized value, which falls from 100, or in a raw
 * percentage that rises. Sorted by how much each is to be trusted.
 */
static const struct share {
    const char *name;
    bool raw_rises;
    enum smart_number number;
} shares[] = {
    {"Percent_Lifetime_Remain", false, SMART_WEAR},
    {"Perc_Rated_Life_Remain", false, SMART_WEAR},
    {"SSD_Life_Left", false, SMART_WEAR},
    {"Media_Wearout_Indicator", false, SMART_WEAR},
    {"Perc_Rated_Life_Used", true, SMART_WEAR},
    {"Percent_Lifetime_Used", true, SMART_WEAR},
    {"Percent_Life_Used", true, SMART_WEAR},
    {"Wear_Leveling_Count", false, SMART_WEAR},
    {"Available_Reservd_Space", false, SMART_SPARE},
    {"Perc_Avail_Resrvd_Space", false, SMART_SPARE},
    {"Reserved_Block_Pct", false, SMART_SPARE},
    {"Used_Rsvd_Blk_Cnt_Tot", false, SMART_SPARE},
    {"Unused_Rsvd_Blk_Cnt_Tot", false, SMART_SPARE},
};

static void decode_share(struct smart_facts *facts, const struct share *share,
                         const struct smart_attribute *a)
{
    if (share->raw_rises) {
        if (a->raw <= 255)
            smart_set(facts, SMART_WEAR, (double)a->raw / 100);
        return;
    }
    if (a->value < 0 || a->value > 100)
        return;
    if (share->number == SMART_WEAR) {
        smart_set(facts, SMART_WEAR, (100 - a->value) / 100.0);
    } else if (isnan(facts->number[SMART_SPARE])) {
        smart_set(facts, SMART_SPARE, a->value / 100.0);
        if (a->threshold > 0 && a->threshold <= 100)
            smart_set(facts, SMART_SPARE_THRESHOLD, a->threshold / 100.0);
    }
}

static void decode_shares(struct smart_facts *facts)
{
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        for (size_t k = 0; k < facts->attribute_count; k++)
            if (strcmp(facts->attributes[k].name, shares[i].name) == 0)
                decode_share(facts, &shares[i], &facts->attributes[k]);
}

void smart_ata_decode(struct smart_facts *facts)
{
    double by_id[256];
    for (int id = 0; id < 256; id++)
        by_id[id] = NAN;
    for (size_t i = 0; i < facts->attribute_count; i++) {
        struct smart_attribute *a = &facts->attributes[i];
        a->decoded = NAN;
        decode_counts(facts, a);
        decode_temperature(facts, a);
        decode_power_on(facts, a);
        decode_rates(facts, a);
        by_id[a->id] = a->decoded;
    }
    /* 190 is the same sensor, or the case; 231 is the life left on many SSDs. */
    smart_set(facts, SMART_TEMPERATURE, by_id[194]);
    smart_set(facts, SMART_TEMPERATURE, by_id[190]);
    if (facts->rotational == 0)
        decode_shares(facts);
}
