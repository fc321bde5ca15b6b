/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/number.h"
#include "exporters/openmetrics_line.h"
#include "exporters/openmetrics_read.h"

static void add_series(const struct series *series, void *arg)
{
    struct buf *out = arg;
    struct series_iter iter;
    struct point point;
    labels_print(series_labels(series), out);
    series_seek(series, INT64_MIN, INT64_MAX, &iter);
    while (series_next(&iter, &point)) {
        buf_printf(out, " %lld=", (long long)point.t);
        number_print(point.v, out);
    }
    buf_puts(out, "\n");
}

/* What a text holds, series by series, or the error. */
static char *read_text(const char *text, size_t length, enum exposition format)
{
    struct store *store = store_new();
    struct buf out = {0};
    struct error e = {0};
    struct openmetrics_summary summary;
    const struct openmetrics_source source = {
        .name = "f", .text = text, .length = length, .format = format, .untimed_ms = 7};
    buf_add(&out, "", 0);
    if (openmetrics_read(&source, store, &summary, &e) < 0)
        buf_puts(&out, e.text);
    else
        store_walk(store, add_series, &out);
    store_free(&store);
    return out.data;
}

struct given {
    const char *text, *expected;
};

static void check(const struct given *table, size_t count, enum exposition format)
{
    bool failed = false;
    for (size_t i = 0; i < count; i++) {
        char *got = read_text(table[i].text, strlen(table[i].text), format);
        if (strcmp(got, table[i].expected) != 0) {
            print_error("%s\n-- gives\n%s\n-- not\n%s\n\n", table[i].text, got, table[i].expected);
            failed = true;
        }
        free(got);
    }
    assert_false(failed);
}

#define CHECK(table, format) check(table, sizeof(table) / sizeof *(table), format)

static void test_good(void **state)
{
    static const struct given table[] = {
        {"# EOF\n", ""},
        {"# EOF", ""},
        {"a 1\n# EOF\n", "a 7=1\n"},
        {"a{} 1 2\n# EOF\n", "a 2000=1\n"},
        {"a 1 1.5\na 2 1.501\n# EOF\n", "a 1500=1 1501=2\n"},
        {"a 1 1772359200.123\n# EOF\n", "a 1772359200123=1\n"},
        {"a -Inf -1e1\na NaN 0\na +1.5e3 1\n# EOF\n", "a -10000=-Inf 0=NaN 1000=1500\n"},
        {"a{b=\"c\",} 1\n# EOF\n", "a{b=\"c\"} 7=1\n"},
        {"a{b=\"\"} 1\n# EOF\n", "a 7=1\n"},
        {"a{b=\"\\\\ \\\" \\n } # 1\"} 1\n# EOF\n", "a{b=\"\\\\ \\\" \\n } # 1\"} 7=1\n"},
        {"{\"a.b\",\"c d\"=\"e\"} 1\n# EOF\n", "{\"a.b\",\"c d\"=\"e\"} 7=1\n"},
        {"{c=\"d\",\"a\"} 1\n# EOF\n", "a{c=\"d\"} 7=1\n"},
        {"# TYPE \"a.b\" counter\n{\"a.b_total\"} 1\n# EOF\n", "{\"a.b_total\"} 7=1\n"},
        {"# HELP a x \\q\n# TYPE a counter\na_total 1 # {t=\"1\"} 1 1\na_created 5\n# EOF\n",
         "a_created 7=5\na_total 7=1\n"},
        {"# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\na_count 2\na_sum 3\n"
         "# EOF\n",
         "a_bucket{le=\"+Inf\"} 7=2\na_bucket{le=\"1\"} 7=1\na_count 7=2\na_sum 7=3\n"},
        {"a 1 1\nb 1 1\na 2 2\nb 2 2\n# EOF\n", "a 1000=1 2000=2\nb 1000=1 2000=2\n"},
        {"a 1 1\na 1 1\n# EOF\n", "a 1000=1\n"},
    };
    (void)state;
    CHECK(table, EXPOSITION_OPENMETRICS);
}

static void test_bad(void **state)
{
    static const struct given table[] = {
        {"", "f:1:1: OpenMetrics ends in # EOF, this does not: is it cut off?"},
        {"a 1\n", "f:2:1: OpenMetrics ends in # EOF, this does not: is it cut off?"},
        {"a 1\n# EO", "f:2:3: expected HELP, TYPE, UNIT or EOF behind #"},
        {"a 1", "f:1:4: the last line is cut off, and no # EOF"},
        {"# EOF\na 1\n", "f:2:1: text behind # EOF"},
        {"\n# EOF\n", "f:1:1: an empty line"},
        {"a\n# EOF\n", "f:1:2: expected a space and a value"},
        {"a  1\n# EOF\n", "f:1:3: expected a value"},
        {"a 1 \n# EOF\n", "f:1:5: expected a timestamp"},
        {"a 0x1\n# EOF\n", "f:1:3: expected a value: '0x1' is no number"},
        {"a 1e999\n# EOF\n", "f:1:3: expected a value: '1e999' is no number"},
        {"a 1\r\n# EOF\n", "f:1:3: expected a value: '1\r' is no number"},
        {"a 1 Inf\n# EOF\n", "f:1:5: a timestamp out of range"},
        {"a 1 1e300\n# EOF\n", "f:1:5: a timestamp out of range"},
        {"a{b=\"\xc3\xa4\\t\"} 1\n# EOF\n", "f:1:7: an escape other than \\\\, \\\" and \\n"},
        {"a{b=\"x\n\"} 1\n# EOF\n", "f:1:5: a quote that is not closed"},
        {"a{b=\"1\",b=\"2\"} 1\n# EOF\n", "f:1:9: label b stands there twice"},
        {"a{__name__=\"b\"} 1\n# EOF\n", "f:1:3: __name__ is not for labels"},
        {"a{\"b\"} 1\n# EOF\n", "f:1:3: a second name of the metric"},
        {"{a=\"b\"} 1\n# EOF\n", "f:1:1: a sample without a name"},
        {"\"a\" 1\n# EOF\n", "f:1:1: a name in quotes stands between { and }"},
        {"a \xff\n# EOF\n", "f:1:3: a byte that is not UTF-8"},
        {"a 1 2\na 2 1\n# EOF\n", "f:2:5: earlier than the sample before it of a"},
        {"a{b=\"c\"} 1 2\na{b=\"c\"} 2 2\n# EOF\n",
         "f:2:12: a second value for one time of a{b=\"c\"}"},
        {"a 1\na 2\n# EOF\n", "f:2:1: a second value for one time of a"},
        {"a 1\nb 1\na{c=\"d\"} 1\n# EOF\n", "f:3:1: samples of a are not next to each other"},
        {"# TYPE a counter\na 1\n# EOF\n", "f:2:1: a is a counter: no sample has that name"},
        {"# TYPE a info\na 1\n# EOF\n", "f:2:1: a is an info: no sample has that name"},
        {"# TYPE a counter\na_total -1\n# EOF\n", "f:2:9: what is counted is not below 0"},
        {"# TYPE a untyped\n# EOF\n", "f:1:10: unknown type 'untyped'"},
        {"# TYPE a gauge\n# TYPE a gauge\n# EOF\n", "f:2:8: a second TYPE of a"},
        {"a 1\n# HELP a x\n# EOF\n", "f:2:8: HELP of a behind its samples"},
        {"# UNIT a_b c\n# EOF\n", "f:1:12: the name a_b does not end in _c, its unit"},
        {"# TYPE a histogram\na_bucket{le=\"1\"} 1\n# EOF\n",
         "f:3:1: the histogram a before this line has no bucket of le=\"+Inf\""},
    };
    static const char nul[] = "a{b=\"c\0\"} 1\n# EOF\n";
    (void)state;
    CHECK(table, EXPOSITION_OPENMETRICS);
    char *got = read_text(nul, sizeof nul - 1, EXPOSITION_OPENMETRICS);
    assert_string_equal(got, "f:1:7: a NUL");
    free(got);
}

static void test_text(void **state)
{
    static const struct given table[] = {
        {"", ""},
        {"\n  # anything\n#TYPED\n  a \t 1 \t 2 \n", "a 2=1\n"},
        {"a { b = \"c\" , } 1", "a{b=\"c\"} 7=1\n"},
        {"# HELP a\n# TYPE a untyped \na 1\n# EOF\n", "a 7=1\n"},
        {"# TYPE a_total counter\na_total 1 1772359200123\n", "a_total 1772359200123=1\n"},
        {"# TYPE a met-ric\n", "f:1:10: unknown type 'met-ric'"},
        {"a 1\n# TYPE a gauge\n", "f:2:8: TYPE of a behind its samples"},
        {"a 1 1.5\n", "f:1:5: a timestamp in milliseconds has no fraction"},
        {"a 1 2 3\n", "f:1:7: unexpected text behind the timestamp"},
        {"a{b=\"\\t\"} 1\n", "f:1:6: an escape other than \\\\, \\\" and \\n"},
    };
    (void)state;
    CHECK(table, EXPOSITION_TEXT);
}

static void test_bounds(void **state)
{
    struct buf text = {0};
    (void)state;
    buf_puts(&text, "a{b=\"");
    for (int i = 0; i < OPENMETRICS_MAX_LINE / 16; i++)
        buf_puts(&text, "0123456789abcdef");
    buf_puts(&text, "\"} 1\n# EOF\n");
    char *got = read_text(text.data, text.length, EXPOSITION_OPENMETRICS);
    assert_string_equal(got, "f:1:1: a line of more than 1048576 bytes");
    free(got);
    buf_free(&text);
    buf_puts(&text, "a{");
    for (int i = 0; i <= OPENMETRICS_MAX_LABELS; i++)
        buf_printf(&text, "l%d=\"\",", i);
    buf_puts(&text, "} 1\n# EOF\n");
    got = read_text(text.data, text.length, EXPOSITION_OPENMETRICS);
    assert_non_null(strstr(got, "more than 256 labels"));
    free(got);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
