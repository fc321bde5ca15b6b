/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/mailindex_rules_baseline.h"
#include "probes/mailindex_rules_cyrus.h"

/* The tables are in the order in which they are searched. */
static void test_all_are_found(void **state)
{
    const struct mailindex_rule *(*const tables[])(size_t *) = {mailindex_rules_of_cyrus,
                                                                mailindex_rules_of_baseline};
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        size_t count;
        const struct mailindex_rule *rules = tables[t](&count);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            assert_ptr_equal(mailindex_rule_find(rules[i].name), &rules[i]);
            assert_true(rules[i].kind[0] && rules[i].effect[0] && rules[i].repair[0]);
        }
    }
    assert_null(mailindex_rule_find("Y99"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
