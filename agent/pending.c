/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules/rules.h"

const struct rule_source rules_default[1];
const size_t rules_default_count = 0;

int rule_set_load(const struct rule_source *sources, size_t count,
                  void (*report)(const char *text, void *arg), void *arg, struct rule_set **rules)
{
    (void)sources;
    (void)count;
    (void)report;
    (void)arg;
    *rules = NULL;
    return 0;
}

void rule_set_free(struct rule_set **rules)
{
    *rules = NULL;
}

void rule_set_judge(const struct rule_set *rules, struct store *store, int64_t t_ms,
                    struct arena *arena, struct judgement *judgement)
{
    static const struct finding none = {"note", true, "rules", "", "", -1, "nothing judges yet"};
    (void)rules;
    (void)store;
    (void)t_ms;
    *judgement =
        (struct judgement){.findings = ARENA_NEW(arena, struct finding), .finding_count = 1};
    judgement->findings[0] = none;
}
