/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "rules/series_notation.h"

/* Labels and values as text: "_" omitted, "h" a histogram, "stale". */
static void print_series(const struct series_notation *series, struct buf *out)
{
    labels_print(series->labels, out);
    for (size_t i = 0; i < series->count; i++) {
        const struct series_value *value = &series->values[i];
        buf_puts(out, " ");
        if (value->omitted || value->histogram)
            buf_puts(out, value->omitted ? "_" : "h");
        else if (is_stale_nan(value->v))
            buf_puts(out, "stale");
        else
            promql_print_number(value->v, out);
    }
}

static void reads_series(void **state)
{
    static const struct {
        const char *text, *series;
    } cases[] = {
        {"up", "up"},
        {"up{} 1", "up 1"},
        {"up {a=\"b\"} 1", "up{a=\"b\"} 1"},
        {"{a=\"b\",} 1 2\t3  ", "{a=\"b\"} 1 2 3"},
        {"a:b{c='d}',e=`f\"`} -1", "a:b{c=\"d}\",e=\"f\\\"\"} -1"},
        {"{\"a.b\", \"c d\"=\"e\"} 1", "{\"a.b\",\"c d\"=\"e\"} 1"},
        {"up 0+10x3", "up 0 10 20 30"},
        {"up 10-5x2", "up 10 5 0"},
        {"up -2+1x2", "up -2 -1 0"},
        {"up 1--1x1", NULL},
        {"up 7x2", "up 7 7 7"},
        {"up 0x2", "up 0 0 0"},
        {"up 1x2 2 3+1x3 7 8", "up 1 1 1 2 3 4 5 6 7 8"},
        {"up _ _x2 1", "up _ _ _ 1"},
        {"up _x0 1", "up 1"},
        {"up 1 stale 2", "up 1 stale 2"},
        {"up NaN Inf -Inf +Inf inf", "up NaN +Inf -Inf +Inf +Inf"},
        {"up 1e3 1.5e-1+.5x1", "up 1000 0.15 0.65"},
        {"up {{schema:0 sum:1}} {{}}x1 {{a}}+{{b}}x2 1", "up h h h h h h 1"},
        {"up 1 x", NULL},
        {"up 1x", NULL},
        {"up 1+2", NULL},
        {"up 1x2x3", NULL},
        {"up stales", NULL},
        {"up 1x99999999999", NULL},
        {"up{a=\"b} 1", NULL},
        {"up{a=b} 1", NULL},
        {"up{a} 1", NULL},
        {"up{a=\"b\" c=\"d\"} 1", NULL},
        {"up} 1", NULL},
        {"up {{sum:1} 1", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct series_notation series;
        struct error e = {0};
        struct buf out = {0};
        int code = series_parse(cases[i].text, strlen(cases[i].text), arena, &series, &e);
        if (!code)
            print_series(&series, &out);
        if (!code != !!cases[i].series || (!code && strcmp(out.data, cases[i].series) != 0))
            fail_msg("%s: %s", cases[i].text, code ? e.text : out.data);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_series)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
