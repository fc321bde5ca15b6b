/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/promql.h"

/* Samples once a minute from time 0 on; the store is read 10 minutes later. */
static const struct given {
    const char *name, *x, *y;
    double first, step;
} given[] = {
    {"up", "a", "1", 1, 0},        {"up", "b", "2", 0, 0},     {"up", "c", "2", 1, 0},
    {"size", "a", "1", 100, 10},   {"size", "b", "2", 50, -5}, {"info", "a", "left", 1, 0},
    {"info", "b", "right", 1, 0},  {"twice", "a", "1", 1, 0},  {"twice", "a", "2", 2, 0},
    {"all_total", "a", "", 0, 60},
};
enum { MINUTE = 60000, NOW = 10 * MINUTE };

static struct store *filled(void)
{
    struct store *store = store_new();
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        const struct given *g = &given[i];
        const struct labels *labels =
            labels_new(arena, (struct label[]){{LABEL_NAME, g->name}, {"x", g->x}, {"y", g->y}}, 3);
        for (int m = 0; m <= 10; m++)
            assert_int_equal(store_append(store, labels, m * MINUTE, g->first + m * g->step, NULL),
                             0);
    }
    return store;
}

static void print_value(const struct promql_value *value, struct buf *out)
{
    buf_puts(out, "");
    if (value->type == PROMQL_SCALAR)
        promql_print_number(value->scalar, out);
    if (value->type == PROMQL_STRING)
        buf_puts(out, value->string);
    for (size_t i = 0; i < value->count; i++) {
        buf_puts(out, i ? ", " : "");
        if (value->type == PROMQL_VECTOR) {
            labels_print(value->samples[i].labels, out);
            buf_puts(out, " ");
            promql_print_number(value->samples[i].v, out);
            continue;
        }
        labels_print(value->series[i].labels, out);
        for (size_t p = 0; p < value->series[i].count; p++) {
            buf_printf(out, " %lld:", (long long)value->series[i].points[p].t / 1000);
            promql_print_number(value->series[i].points[p].v, out);
        }
    }
}

static const struct expr *parsed(const char *text, struct arena *arena)
{
    struct expr *expr;
    struct promql_error error;
    if (promql_parse(text, strlen(text), arena, &expr, &error))
        fail_msg("%s: %u:%u: %s", text, error.line, error.column, error.text);
    return expr;
}

static void assert_gives(const struct promql_engine *engine, const char *text, const char *expected)
{
    SCRATCH_ARENA(arena);
    struct store *store = filled();
    struct promql_value value;
    struct error e = {0};
    struct buf out = {0};
    if (promql_eval(engine, store, parsed(text, arena), NOW, arena, &value, &e))
        buf_printf(&out, "error: %s", e.text);
    else
        print_value(&value, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s\n  gives %s\n  not   %s", text, out.data, expected);
    buf_free(&out);
    store_free(&store);
}

static const struct {
    const char *text, *value;
} instant[] = {
    /* How operators bind. */
    {"2 ^ 3 ^ 2", "512"},
    {"-2 ^ 2", "-4"},
    {"2 ^ -1", "0.5"},
    {"10 - 2 - 3", "5"},
    {"8 / 4 / 2", "1"},
    {"2 + 3 * 4 % 5", "4"},
    {"-3 - -2", "-1"},
    {"1 + 2 == bool 3", "1"},
    {"2 * 3 > bool 2 + 2", "1"},
    {"1 > bool 2 > bool -1", "1"},
    {"1 / 0", "+Inf"},
    {"0 % 0", "NaN"},
    {"\"text\"", "text"},
    /* Selectors. */
    {"up", "up{x=\"a\",y=\"1\"} 1, up{x=\"b\",y=\"2\"} 0, up{x=\"c\",y=\"2\"} 1"},
    {"up{x=~\"a|b\",y!=\"1\"}", "up{x=\"b\",y=\"2\"} 0"},
    {"{__name__=~\"inf.\"}", "info{x=\"a\",y=\"left\"} 1, info{x=\"b\",y=\"right\"} 1"},
    {"all_total{y=\"\"}", "all_total{x=\"a\"} 600"},
    {"size offset 5m", "size{x=\"a\",y=\"1\"} 150, size{x=\"b\",y=\"2\"} 25"},
    {"size @ 60", "size{x=\"a\",y=\"1\"} 110, size{x=\"b\",y=\"2\"} 45"},
    {"size offset -1h", ""},
    {"nothing", ""},
    /* Arithmetic and comparisons. */
    {"size * 2", "{x=\"a\",y=\"1\"} 400, {x=\"b\",y=\"2\"} 0"},
    {"-size", "{x=\"a\",y=\"1\"} -200, {x=\"b\",y=\"2\"} -0"},
    {"size > 100", "size{x=\"a\",y=\"1\"} 200"},
    {"100 < size", "size{x=\"a\",y=\"1\"} 200"},
    {"size > bool 100", "{x=\"a\",y=\"1\"} 1, {x=\"b\",y=\"2\"} 0"},
    {"size + up", "{x=\"a\",y=\"1\"} 201, {x=\"b\",y=\"2\"} 0"},
    {"size >= up", "size{x=\"a\",y=\"1\"} 200, size{x=\"b\",y=\"2\"} 0"},
    {"up == bool on(x) size", "{x=\"a\"} 0, {x=\"b\"} 1"},
    {"size * on(x) info", "{x=\"a\"} 200, {x=\"b\"} 0"},
    {"size * ignoring(y) info", "{x=\"a\"} 200, {x=\"b\"} 0"},
    {"size * on(x) group_left(y) info", "{x=\"a\",y=\"left\"} 200, {x=\"b\",y=\"right\"} 0"},
    {"twice * on(x) group_left size", "{x=\"a\",y=\"1\"} 200, {x=\"a\",y=\"2\"} 400"},
    {"size - on(x) group_right twice", "{x=\"a\",y=\"1\"} 199, {x=\"a\",y=\"2\"} 198"},
    {"size / on(x) twice",
     "error: found duplicate series for the match group {x=\"a\"} on the right hand-side of the "
     "operation: [{__name__=\"twice\", x=\"a\", y=\"1\"}, {__name__=\"twice\", x=\"a\", "
     "y=\"2\"}];many-to-many matching not "
     "allowed: matching labels must be unique on one side"},
    {"up == on() label_replace(size, \"b c\", \"q\\\"\\\\\", \"\", \"\")",
     "error: found duplicate series for the match group {} on the right hand-side of the "
     "operation: [{__name__=\"size\", \"b c\"=\"q\\\"\\\\\", x=\"a\", y=\"1\"}, "
     "{__name__=\"size\", \"b c\"=\"q\\\"\\\\\", x=\"b\", y=\"2\"}];many-to-many matching not "
     "allowed: matching labels must be unique on one side"},
    {"twice / on(x) size", "error: multiple matches for labels: many-to-one matching must be "
                           "explicit (group_left/group_right)"},
    {"twice * on(x) group_left(y) size",
     "error: multiple matches for labels: grouping labels must ensure unique matches"},
    {"up and size", "up{x=\"a\",y=\"1\"} 1, up{x=\"b\",y=\"2\"} 0"},
    {"up unless size", "up{x=\"c\",y=\"2\"} 1"},
    {"size or up", "size{x=\"a\",y=\"1\"} 200, size{x=\"b\",y=\"2\"} 0, up{x=\"c\",y=\"2\"} 1"},
    {"nothing or nothing", ""},
    {"up and on(x) info{y=\"left\"}", "up{x=\"a\",y=\"1\"} 1"},
    {"up and on() vector(1)",
     "up{x=\"a\",y=\"1\"} 1, up{x=\"b\",y=\"2\"} 0, up{x=\"c\",y=\"2\"} 1"},
    /* Aggregations. */
    {"sum(up)", "{} 2"},
    {"sum by (y) (up)", "{y=\"1\"} 1, {y=\"2\"} 1"},
    {"sum without (x) (up)", "{y=\"1\"} 1, {y=\"2\"} 1"},
    {"count by (nope) (up)", "{} 3"},
    {"avg(size)", "{} 100"},
    {"min(size)", "{} 0"},
    {"max by (__name__) (size)", "size 200"},
    {"group(up)", "{} 1"},
    {"stddev(size)", "{} 100"},
    {"stdvar(size)", "{} 10000"},
    {"topk(2, up)", "up{x=\"c\",y=\"2\"} 1, up{x=\"a\",y=\"1\"} 1"},
    {"bottomk by (y) (1, up)", "up{x=\"a\",y=\"1\"} 1, up{x=\"b\",y=\"2\"} 0"},
    {"topk(0, up)", ""},
    {"topk(NaN, up)", "error: Parameter value is NaN"},
    {"topk(1e30, up)", "error: Scalar value 1e+30 overflows int64"},
    {"quantile(0.5, size)", "{} 100"},
    {"count_values(\"v\", up)", "{v=\"1\"} 2, {v=\"0\"} 1"},
    {"count_values by (y) (\"v\", up)",
     "{v=\"1\",y=\"1\"} 1, {v=\"0\",y=\"2\"} 1, {v=\"1\",y=\"2\"} 1"},
    {"count_values(\"a\\xc5z\", up)", "error: invalid label name \"a\\xc5z\""},
    {"sum(nothing)", ""},
    /* Functions. */
    {"rate(all_total[5m])", "{x=\"a\"} 1"},
    {"increase(all_total[5m30s])", "{x=\"a\"} 330"},
    {"count_over_time(all_total[5m])", "{x=\"a\"} 5"},
    {"last_over_time(size[5m])", "size{x=\"a\",y=\"1\"} 200, size{x=\"b\",y=\"2\"} 0"},
    {"predict_linear(size{x=\"b\"}[10m], 3600)", "{x=\"b\",y=\"2\"} -300"},
    {"max_over_time(rate(all_total[2m])[6m:2m])", "{x=\"a\"} 1"},
    {"quantile_over_time(0, size[10m])", "{x=\"a\",y=\"1\"} 110, {x=\"b\",y=\"2\"} 0"},
    {"absent(nothing{x=\"a\",y=~\"b\"})", "{x=\"a\"} 1"},
    {"absent(up)", ""},
    {"absent_over_time(nothing[5m])", "{} 1"},
    {"scalar(size{x=\"a\"})", "200"},
    {"scalar(size)", "NaN"},
    {"vector(time())", "{} 600"},
    {"timestamp(up{x=\"a\"} offset 30s)", "{x=\"a\",y=\"1\"} 540"},
    {"minute()", "{} 10"},
    {"round(vector(2.5))", "{} 3"},
    {"clamp(size, 10, 100)", "{x=\"a\",y=\"1\"} 100, {x=\"b\",y=\"2\"} 10"},
    {"sort_desc(size)", "size{x=\"a\",y=\"1\"} 200, size{x=\"b\",y=\"2\"} 0"},
    {"sort(size)", "size{x=\"b\",y=\"2\"} 0, size{x=\"a\",y=\"1\"} 200"},
    {"label_replace(size, \"z\", \"<$1>\", \"x\", \"(a)\")",
     "size{x=\"a\",y=\"1\",z=\"<a>\"} 200, size{x=\"b\",y=\"2\"} 0"},
    {"label_join(size, \"z\", \"-\", \"x\", \"y\")",
     "size{x=\"a\",y=\"1\",z=\"a-1\"} 200, size{x=\"b\",y=\"2\",z=\"b-2\"} 0"},
    {"label_replace(size, \"x\", \"\", \"\", \"\")", "size{y=\"1\"} 200, size{y=\"2\"} 0"},
    {"label_replace(up, \"x\", \"\", \"\", \"\")",
     "error: vector cannot contain metrics with the same labelset"},
    {"ceil({__name__=~\"up|info\"})",
     "{x=\"a\",y=\"left\"} 1, {x=\"b\",y=\"right\"} 1, {x=\"a\",y=\"1\"} 1, {x=\"b\",y=\"2\"} 0, "
     "{x=\"c\",y=\"2\"} 1"},
    {"ceil({__name__=~\"up|size\"})",
     "error: vector cannot contain metrics with the same labelset"},
    {"up{x=\"a\"}[2m]", "up{x=\"a\",y=\"1\"} 540:1 600:1"},
};

static void evaluates_at_one_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof instant / sizeof *instant; i++)
        assert_gives(&(struct promql_engine){0}, instant[i].text, instant[i].value);
}

static void has_switches(void **state)
{
    (void)state;
    struct promql_engine closed = {.closed_left = true};
    assert_gives(&closed, "count_over_time(all_total[5m])", "{x=\"a\"} 6");
    assert_gives(&closed, "count_over_time(all_total[5m:1m])", "{x=\"a\"} 6");
    struct promql_engine delayed = {.delayed_name_removal = true};
    assert_gives(&delayed, "ceil({__name__=~\"up|size\"})",
                 "error: vector cannot contain metrics with the same labelset");
    assert_gives(&delayed, "count(ceil({__name__=~\"up|size\"}))", "{} 5");
    struct promql_engine short_lookback = {.lookback_ms = 30000};
    assert_gives(&short_lookback, "up @ 629",
                 "up{x=\"a\",y=\"1\"} 1, up{x=\"b\",y=\"2\"} 0, "
                 "up{x=\"c\",y=\"2\"} 1");
    assert_gives(&short_lookback, "up @ 630", "");
}

static void evaluates_ranges(void **state)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"sum(up)", "{} 0:2 300:2 600:2"},
        {"1", "{} 0:1 300:1 600:1"},
        {"time() > bool 200", "{} 0:0 300:1 600:1"},
        {"size{x=\"a\"} > 140", "size{x=\"a\",y=\"1\"} 300:150 600:200"},
        {"size{x=\"a\"} @ end()", "size{x=\"a\",y=\"1\"} 0:200 300:200 600:200"},
        {"increase(all_total[3m])", "{x=\"a\"} 300:180 600:180"},
        {"up{x=\"a\"} + size", "{x=\"a\",y=\"1\"} 0:101 300:151 600:201"},
        {"topk(1, size)", "size{x=\"a\",y=\"1\"} 0:100 300:150 600:200"},
        {"size{x=\"b\"} > 30 or size{x=\"a\"} > 160",
         "size{x=\"a\",y=\"1\"} 600:200, size{x=\"b\",y=\"2\"} 0:50"},
        {"max_over_time(size{x=\"b\"}[2m:1m])", "{x=\"b\",y=\"2\"} 0:50 300:30 600:5"},
        {"absent(size{x=\"a\"} > 140)", "{} 0:1"},
        {"quantile(1, size)", "{} 0:100 300:150 600:200"},
        {"count_values(\"v\", size > 40 < 120)", "{v=\"100\"} 0:1, {v=\"50\"} 0:1"},
    };
    (void)state;
    struct store *store = filled();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct promql_value value;
        struct error e = {0};
        struct buf out = {0};
        assert_int_equal(promql_eval_range(&(struct promql_engine){0}, store,
                                           parsed(cases[i].text, arena), 0, NOW, NOW / 2, arena,
                                           &value, &e),
                         0);
        print_value(&value, &out);
        if (strcmp(out.data, cases[i].value) != 0)
            fail_msg("%s\n  gives %s\n  not   %s", cases[i].text, out.data, cases[i].value);
        buf_free(&out);
    }
    store_free(&store);
}

static void tells_when_the_past_is_short(void **state)
{
    static const struct {
        const char *text;
        size_t without_past;
    } cases[] = {
        {"up", 0},           {"rate(up[1m])", 3},
        {"rate(up[2m])", 0}, {"up offset 1h", 3},
        {"up offset 5m", 0}, {"rate(nothing[5m])", 0},
        {"up - up @ 0", 0},  {"min_over_time(up[30s:1m])", 3},
    };
    (void)state;
    struct store *store = filled();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct promql_value value;
        struct error e = {0};
        assert_int_equal(promql_eval(&(struct promql_engine){0}, store,
                                     parsed(cases[i].text, arena), NOW, arena, &value, &e),
                         0);
        if (value.without_past != cases[i].without_past)
            fail_msg("%s: %zu", cases[i].text, value.without_past);
    }
    store_free(&store);
}

static int evaluate(const struct promql_engine *engine, const char *text, size_t *bytes,
                    struct error *e)
{
    SCRATCH_ARENA(arena);
    struct store *store = filled();
    struct promql_value value;
    *e = (struct error){0};
    int code = promql_eval(engine, store, parsed(text, arena), NOW, arena, &value, e);
    *bytes = arena_bytes(arena);
    store_free(&store);
    return code;
}

/* before and after as often as that around the middle. */
static const char *nested(struct arena *arena, const char *before, const char *middle,
                          const char *after, size_t times)
{
    struct buf out = {0};
    for (size_t i = 0; i < times; i++)
        buf_puts(&out, before);
    buf_puts(&out, middle);
    for (size_t i = 0; i < times; i++)
        buf_puts(&out, after);
    const char *text = arena_strdup(arena, out.data);
    buf_free(&out);
    return text;
}

static void ends_within_bounds(void **state)
{
    static const char *const samples = "query touches more than 50000000 samples";
    static const char *const memory = "query needs more than 268435456 bytes of memory";
    (void)state;
    SCRATCH_ARENA(arena);
    const struct {
        const char *text, *error; /* NULL: none */
    } cases[] = {
        {"sum_over_time(up[31y:1s])", samples},
        {"sum_over_time(vector(1)[300d:1s])", memory},
        {"sum_over_time(up[1h:1ms]) + sum_over_time(up[1h:1ms] offset 1h) + "
         "sum_over_time(up[1h:1ms] offset 2h) + sum_over_time(up[1h:1ms] offset 3h)",
         samples},
        {"absent_over_time((nothing and nothing)[1y:1s])", samples},
        {"{__name__=~\".*\",x=~\"(a+)+$\"}", NULL},
        {"{x=~\".+\"} * on() group_left() {x=~\".+\"} * on() group_left() {x=~\".+\"}",
         "found duplicate series for the match group {} on the right hand-side of the operation: "
         "[{__name__=\"all_total\", x=\"a\"}, {__name__=\"info\", x=\"a\", "
         "y=\"left\"}];many-to-many matching not allowed: "
         "matching labels must be unique on one side"},
        {"label_replace(label_replace(vector(1), \"x\", "
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"\", \"\"), \"y\", \"\", "
         "\"x\", \"(a+)+$\")",
         "regular expression: match `(a+)+$`: match limit exceeded"},
        {nested(arena, "label_replace(", "label_replace(vector(1), \"x\", \"ab\", \"\", \"\")",
                ", \"x\", \"$1$1\", \"x\", \"(.*)\")", 100),
         "regular expression: a replacement has more than 65536 bytes"},
        {nested(arena, "label_join(", "label_replace(vector(1), \"x\", \"ab\", \"\", \"\")",
                ", \"x\", \"\", \"x\", \"x\")", 100),
         "value of label x has more than 65536 bytes"},
        {nested(arena, "abs(", "up", ")", 498), NULL},
        {nested(arena, "", "up", " + up", 498), NULL},
        {nested(arena, "", "2", " ^ 1", 498), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e;
        size_t bytes;
        int code = evaluate(&(struct promql_engine){0}, cases[i].text, &bytes, &e);
        assert_int_equal(code != 0, cases[i].error != NULL);
        assert_string_equal(e.text, cases[i].error ? cases[i].error : "");
        assert_true(bytes < 400 * 1024 * 1024);
    }
}

static void has_bounds_of_its_own(void **state)
{
    struct error e;
    size_t bytes;
    (void)state;
    assert_int_equal(evaluate(&(struct promql_engine){.max_series = 5}, "{x!=\"\"}", &bytes, &e),
                     -E2BIG);
    assert_string_equal(e.text, "query touches more than 5 series");
    assert_int_equal(
        evaluate(&(struct promql_engine){.max_samples = 5}, "sum_over_time(up[5m])", &bytes, &e),
        -E2BIG);
    assert_string_equal(e.text, "query touches more than 5 samples");
    assert_int_equal(evaluate(&(struct promql_engine){.max_bytes = 20000},
                              "sum_over_time(vector(1)[1h:1s])", &bytes, &e),
                     -E2BIG);
    assert_string_equal(e.text, "query needs more than 20000 bytes of memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluates_at_one_time), cmocka_unit_test(has_switches),
        cmocka_unit_test(evaluates_ranges),      cmocka_unit_test(tells_when_the_past_is_short),
        cmocka_unit_test(ends_within_bounds),    cmocka_unit_test(has_bounds_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
