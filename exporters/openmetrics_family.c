/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics_family.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "exporters/openmetrics_group.h"

/* A name that samples may have, and the family it belongs to. */
struct owned {
    const char *name;
    const struct family *family;
};

struct openmetrics_families {
    bool strict; /* OpenMetrics */
    struct arena *arena;
    void *by_name; /* tsearch(3) over families */
    void *owned;   /* over the names of their samples */
    struct family *current;
    struct openmetrics_group group; /* the metric whose samples are being read */
};

static int by_family_name(const void *a, const void *b)
{
    return strcmp(((const struct family *)a)->name, ((const struct family *)b)->name);
}

static int by_owned_name(const void *a, const void *b)
{
    return strcmp(((const struct owned *)a)->name, ((const struct owned *)b)->name);
}

static void keep(void *node)
{
    (void)node; /* the arena owns it */
}

struct openmetrics_families *openmetrics_families_new(enum exposition format)
{
    struct openmetrics_families *families = calloc(1, sizeof *families);
    if (!families)
        abort();
    families->strict = format == EXPOSITION_OPENMETRICS;
    families->arena = arena_new();
    return families;
}

static void forget_groups(struct openmetrics_families *f)
{
    tdestroy(f->group.seen, free);
    f->group.seen = NULL;
}

void openmetrics_families_free(struct openmetrics_families **families)
{
    if (!*families)
        return;
    forget_groups(*families);
    tdestroy((*families)->by_name, keep);
    tdestroy((*families)->owned, keep);
    arena_free(&(*families)->arena);
    free(*families);
    *families = NULL;
}

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static struct family *find(const struct openmetrics_families *f, const char *name)
{
    const struct family key = {.name = name};
    struct family **known = tfind(&key, &f->by_name, by_family_name);
    return known ? *known : NULL;
}

static struct family *add(struct openmetrics_families *f, const char *name)
{
    struct family *family = ARENA_NEW(f->arena, struct family);
    family->name = arena_strdup(f->arena, name);
    family->type = openmetrics_type_find(f->strict ? "unknown" : "untyped", f->strict);
    must(tsearch(family, &f->by_name, by_family_name));
    return family;
}

/* The family a sample's name may belong to, by a suffix that the family's type has. */
static struct family *family_of(const struct openmetrics_families *f, const char *name,
                                struct arena *scratch)
{
    size_t length = strlen(name);
    struct family *family = find(f, name);
    if (family && openmetrics_type_has(family->type, ""))
        return family;
    for (size_t i = 0; openmetrics_suffixes[i]; i++) {
        size_t n = strlen(openmetrics_suffixes[i]);
        if (!n || length <= n || strcmp(name + length - n, openmetrics_suffixes[i]) != 0)
            continue;
        struct family *base = find(f, arena_strndup(scratch, name, length - n));
        if (base && openmetrics_type_has(base->type, openmetrics_suffixes[i]))
            return base;
    }
    return family;
}

/* Makes the family's names its own, unless one is another's. */
static int own_names(struct openmetrics_families *f, const struct family *family, size_t at,
                     struct openmetrics_wrong *wrong)
{
    for (size_t i = 0; openmetrics_suffixes[i] && f->strict; i++) {
        const char *suffix = openmetrics_suffixes[i];
        if (*suffix && !openmetrics_type_has(family->type, suffix))
            continue;
        struct owned *owned = ARENA_NEW(f->arena, struct owned);
        owned->name = arena_printf(f->arena, "%s%s", family->name, suffix);
        owned->family = family;
        const struct owned *known =
            *(struct owned **)must(tsearch(owned, &f->owned, by_owned_name));
        if (known->family != family)
            return openmetrics_refuse(wrong, at, "the name %.80s belongs to %s %.80s already",
                                      owned->name, known->family->type->name, known->family->name);
    }
    return 0;
}

static int take_type(struct openmetrics_families *f, struct family *family,
                     const struct openmetrics_line *line, struct openmetrics_wrong *wrong)
{
    family->type = openmetrics_type_find(line->text, f->strict);
    if (!family->type)
        return openmetrics_refuse(wrong, line->text_at, "unknown type '%.40s'", line->text);
    return own_names(f, family, line->name_at, wrong);
}

/* A unit is the end of the name. */
static int check_unit(const struct openmetrics_line *line, struct openmetrics_wrong *wrong)
{
    size_t name = strlen(line->name), unit = strlen(line->text);
    if (!unit || (name > unit + 1 && line->name[name - unit - 1] == '_' &&
                  strcmp(line->name + name - unit, line->text) == 0))
        return 0;
    return openmetrics_refuse(wrong, line->text_at,
                              "the name %.80s does not end in _%.40s, its unit", line->name,
                              line->text);
}

static int take_metadata(struct openmetrics_families *f, const struct openmetrics_line *line,
                         struct openmetrics_wrong *wrong)
{
    static const char *const words[] = {
        [LINE_TYPE] = "TYPE", [LINE_HELP] = "HELP", [LINE_UNIT] = "UNIT"};
    struct family *family = find(f, line->name);
    if (!family)
        family = add(f, line->name);
    bool *had = line->kind == LINE_TYPE   ? &family->has_type
                : line->kind == LINE_HELP ? &family->has_help
                                          : &family->has_unit;
    if (*had)
        return openmetrics_refuse(wrong, line->name_at, "a second %s of %.80s", words[line->kind],
                                  line->name);
    if (family->has_samples && (f->strict || line->kind == LINE_TYPE))
        return openmetrics_refuse(wrong, line->name_at, "%s of %.80s behind its samples",
                                  words[line->kind], line->name);
    *had = true;
    if (line->kind == LINE_TYPE)
        return take_type(f, family, line, wrong);
    return line->kind == LINE_UNIT ? check_unit(line, wrong) : 0;
}

/* The samples that follow are of this family; those of the last one are complete. */
static int enter_family(struct openmetrics_families *f, struct family *family,
                        const struct openmetrics_line *line, struct openmetrics_wrong *wrong)
{
    if (f->current == family)
        return 0;
    int code = openmetrics_group_end(&f->group, line->name_at, wrong);
    forget_groups(f);
    f->current = family;
    if (code < 0)
        return code;
    if (family->has_samples && !line->has_time)
        return openmetrics_refuse(wrong, line->name_at,
                                  "samples of %.80s are not next to each other", family->name);
    if (!family->has_samples && !family->has_type)
        code = own_names(f, family, line->name_at, wrong);
    family->has_samples = true;
    return code;
}

static int take_sample(struct openmetrics_families *f, const struct openmetrics_line *line,
                       struct arena *scratch, struct openmetrics_wrong *wrong)
{
    struct family *family = family_of(f, line->name, scratch);
    if (!family)
        family = add(f, line->name);
    if (!f->strict) {
        family->has_samples = true;
        return 0;
    }
    const char *suffix = line->name + strlen(family->name);
    if (!openmetrics_type_has(family->type, suffix))
        return openmetrics_refuse(wrong, line->name_at, "%.80s is %s %s: no sample has that name",
                                  family->name, strchr("aeiou", *family->type->name) ? "an" : "a",
                                  family->type->name);
    int code = enter_family(f, family, line, wrong);
    if (code == 0)
        code = openmetrics_sample_check(family, suffix, line, wrong);
    return code < 0 ? code
                    : openmetrics_group_take(&f->group, family, suffix, line, scratch, wrong);
}

int openmetrics_families_take(struct openmetrics_families *families,
                              const struct openmetrics_line *line, struct arena *scratch,
                              struct openmetrics_wrong *wrong)
{
    if (line->kind == LINE_NOTHING)
        return 0;
    if (line->kind == LINE_SAMPLE)
        return take_sample(families, line, scratch, wrong);
    int code = openmetrics_group_end(&families->group, 0, wrong);
    if (code < 0 || line->kind == LINE_EOF)
        return code;
    return take_metadata(families, line, wrong);
}
