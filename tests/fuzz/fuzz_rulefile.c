/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "rules/rules.h"
#include "tests/fuzz/fuzz.h"

static void report(const char *text, void *arg)
{
    ++*(size_t *)arg;
    if (!strchr(text, ':'))
        abort();
}

/* A file loads, or what is wrong with it is told; a file that loads can be judged by. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct rule_source source = {"fuzz.yml", (const char *)data, size};
    struct rule_set *rules;
    size_t errors = 0;
    int failed = rule_set_load(&source, 1, report, &errors, &rules);
    if (!failed != !errors || !failed != !!rules)
        abort();
    if (rules) {
        struct store *store = store_new();
        struct judgement judgement;
        rule_set_judge(rules, store, 1000, arena, &judgement);
        store_free(&store);
    }
    rule_set_free(&rules);
    return 0;
}
