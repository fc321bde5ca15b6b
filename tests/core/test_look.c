/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/look.h"

static void verdicts(void **state)
{
    (void)state;
    static const struct alert info = {.severity = SEVERITY_INFO},
                              warning = {.severity = SEVERITY_WARNING},
                              critical = {.severity = SEVERITY_CRITICAL};
    static const struct finding seen = {.blind = false}, blind = {.blind = true};
    static const struct probe_result up = {.up = true}, down = {.up = false};
    static const struct {
        struct alert alerts[2];
        size_t alert_count;
        const struct finding *finding;
        const struct probe_result *probe;
        enum verdict verdict;
    } cases[] = {
        {{{0}}, 0, NULL, NULL, VERDICT_OK},
        {{{0}}, 0, &seen, &up, VERDICT_OK},
        {{info}, 1, &seen, &up, VERDICT_OK},
        {{info}, 1, &blind, &up, VERDICT_UNKNOWN},
        {{{0}}, 0, NULL, &down, VERDICT_UNKNOWN},
        {{info, warning}, 2, &blind, &down, VERDICT_WARNING},
        {{warning, critical}, 2, &blind, &down, VERDICT_CRITICAL},
        {{critical, info}, 2, NULL, &up, VERDICT_CRITICAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct look look = {
            .alerts = cases[i].alerts,
            .alert_count = cases[i].alert_count,
            .findings = cases[i].finding,
            .finding_count = cases[i].finding != NULL,
            .probes = cases[i].probe,
            .probe_count = cases[i].probe != NULL,
        };
        assert_int_equal(look_verdict(&look), cases[i].verdict);
    }
}

static void names(void **state)
{
    (void)state;
    static const char *const verdict_names[] = {"ok", "warning", "critical", "unknown"};
    for (int i = VERDICT_OK; i <= VERDICT_UNKNOWN; i++)
        assert_string_equal(verdict_name((enum verdict)i), verdict_names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts), cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
