/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "rules/judge.h"

int judge_add_alerts(struct judge *judge, const struct rule_eval *eval,
                     const struct promql_value *value, struct error *e)
{
    struct alert_set *set = &judge->alerts;
    size_t first = set->count;
    for (size_t i = 0; i < value->count; i++)
        alert_set_add(set, eval->rule->name, rule_eval_alert_labels(eval, &value->samples[i]),
                      rule_eval_annotations(eval, &value->samples[i]), value->samples[i].v,
                      eval->rule->for_ms > 0 ? ALERT_PENDING : ALERT_FIRING, judge->t_ms);
    if (set->count - first < 2)
        return 0;
    qsort(set->at + first, set->count - first, sizeof *set->at, alert_by_identity);
    for (size_t i = first + 1; i < set->count; i++)
        if (alert_by_identity(&set->at[i - 1], &set->at[i]) == 0)
            return error_set(e, -EINVAL, "two of its alerts have the same labels");
    return 0;
}
