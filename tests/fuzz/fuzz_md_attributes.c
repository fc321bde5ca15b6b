/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/md_attributes.h"
#include "probes/md_badblocks.h"
#include "probes/md_summary.h"
#include "tests/fuzz/fuzz.h"

/*
 * Lines "number text": the array's attribute of that number, or from 100 on a member's; "+" begins
 * a new member. What they make is summed up.
 */
static void take(const struct md_attribute *attributes, int64_t number, void *into,
                 struct arena *arena, struct span text)
{
    for (const struct md_attribute *a = attributes; a->file; a++)
        if (number-- == 0)
            a->take(into, a, arena, span_trim(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct span rest = {(const char *)data, size}, line;
    struct md_array array;
    struct md_summary summary;
    int64_t number = 0;

    md_array_init(&array, "md0");
    array.in_sysfs = true;
    struct md_member *member = md_array_add(&array, arena, "sda");
    while (span_line(&rest, &line)) {
        if (span_take(&line, "+")) {
            md_member_settle(member);
            struct md_member *next = md_array_add(&array, arena, "sdb");
            member = next ? next : &array.members[array.member_count - 1];
        } else if (span_take_number(&line, &number) && number >= 100) {
            take(md_member_attributes, number - 100, member, arena, line);
        } else {
            take(md_array_attributes, number, &array, arena, line);
        }
    }
    md_member_settle(member);
    if (strcmp(array.level, "raid10") == 0 && array.wanted > 0)
        md_raid10_decode(array.layout, (int)array.wanted, &array.raid10);
    md_summarize(arena, &array, &summary);
    return 0;
}
