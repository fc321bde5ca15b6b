/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/promql.h"

static int parse(const char *text, struct arena *arena, struct expr **expr,
                 struct promql_error *error)
{
    return promql_parse(text, strlen(text), arena, expr, error);
}

static void assert_printed(const char *text, const char *expected)
{
    SCRATCH_ARENA(arena);
    struct expr *expr;
    struct promql_error error;
    struct buf out = {0};
    if (parse(text, arena, &expr, &error))
        fail_msg("%s: %u:%u: %s", text, error.line, error.column, error.text);
    promql_print(expr, &out);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

/* What is written and how it is printed; NULL: the same. What is printed is parsed once more. */
static const struct {
    const char *text, *printed;
} printed[] = {
    {"1", NULL},
    {"+1", "1"},
    {"-1e3", "-1000"},
    {"0x1F", "31"},
    {"010", "8"},
    {"08", "8"},
    {"1_000.5", "1000.5"},
    {".5", "0.5"},
    {"2.", "2"},
    {"1e-3", "0.001"},
    {"-inf", "-Inf"},
    {"nAn", "NaN"},
    {"1h30m", NULL},
    {"14d", "2w"},
    {"15d", NULL},
    {"500ms", NULL},
    {"a", NULL},
    {"a:b:c", NULL},
    {"sum", NULL},
    {"sum + offset", NULL},
    {"a{}", "a"},
    {"a{b=\"c\",}", "a{b=\"c\"}"},
    {"a{b!=\"c\",d=~\"e|f\",g!~'h'}", "a{b!=\"c\",d=~\"e|f\",g!~\"h\"}"},
    {"{\"foo.bar\", \"a b\"=\"c\"}", "{__name__=\"foo.bar\",\"a b\"=\"c\"}"},
    {"{by=\"x\",on=\"y\"}", NULL},
    {"a{b=\"\\u00e9\\x41\\101\\n\"}", "a{b=\"éAA\\n\"}"},
    {"a{b=`\\d\"`}", "a{b=\"\\\\d\\\"\"}"},
    {"a{b='it\\'s'}", "a{b=\"it's\"}"},
    {"\"a\" # comment", "\"a\""},
    {"a[5m]", NULL},
    {"a[300]", "a[5m]"},
    {"a [ 1h30m ] offset - 5m", "a[1h30m] offset -5m"},
    {"a offset 5m @ 10.5", "a @ 10.500 offset 5m"},
    {"a[5m] @ start() offset 1", "a[5m] @ start() offset 1s"},
    {"a @ end()", NULL},
    {"a @ -1h", "a @ -3600.000"},
    {"rate(a[5m])[1h:1m] offset 1d", NULL},
    {"a[1h:]", NULL},
    {"(a + b)[30m:5m] @ 0", "(a + b)[30m:5m] @ 0.000"},
    {"sum by (b,a) (c)", "sum by (a, b) (c)"},
    {"sum(c) by (a)", "sum by (a) (c)"},
    {"SUM without () (c)", "sum without () (c)"},
    {"sum(c) by (\"a.b\", on, group_left,)", "sum by (\"a.b\", group_left, on) (c)"},
    {"topk(3, a)", NULL},
    {"count_values(\"v\", a)", NULL},
    {"a + b * c ^ d ^ e", NULL},
    {"-a ^ b", NULL},
    {"a and b or c unless d", NULL},
    {"a == bool on (x) group_left (y) b", NULL},
    {"a * ignoring(x) group_right b", "a * ignoring (x) group_right () b"},
    {"a atan2 b", NULL},
    {"a + on() b", "a + on () b"},
    {"1 > bool 2", NULL},
    {"a > 1", NULL},
    {"time() - start", NULL},
    {"clamp(a, 0, 1)", NULL},
    {"label_join(a, \"b\", \"\", \"c\", \"d\")", NULL},
    {"round(a)", NULL},
    {"holt_winters(a[1h], 0.5, 0.1)", NULL},
    {"hour()", NULL},
};

static void prints_what_it_parsed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        const char *same = printed[i].printed ? printed[i].printed : printed[i].text;
        assert_printed(printed[i].text, same);
        assert_printed(same, same);
    }
}

static const struct {
    const char *text;
    unsigned line, column;
    const char *error;
} mistakes[] = {
    {"", 1, 1, "no expression found in input"},
    {"# nothing", 1, 10, "no expression found in input"},
    {"1 +", 1, 4, "unexpected end of input"},
    {"sum(a > 0", 1, 4, "unclosed left parenthesis"},
    {"(a", 1, 1, "unclosed left parenthesis"},
    {"a{b=\"c\"", 1, 2, "unclosed left brace"},
    {"a)", 1, 2, "unexpected \")\""},
    {"a b", 1, 3, "unexpected identifier \"b\""},
    {"a +\n  b[", 2, 5,
     "unexpected end of input in subquery or range selector, expected "
     "number or duration"},
    {"a[5m", 1, 5, "unexpected end of input in subquery or range, expected \":\" or \"]\""},
    {"a[0s]", 1, 3, "duration must be greater than 0"},
    {"a[-5m]", 1, 3, "duration must be greater than 0"},
    {"a[5m:0s]", 1, 6, "duration must be greater than 0"},
    {"a[1000000y]", 1, 3, "bad number or duration syntax: \"1000000y\""},
    {"a[5m] offset 5m offset 1m", 1, 1, "offset may not be set multiple times"},
    {"a offset 5m [1m]", 1, 13, "no offset modifiers allowed before range"},
    {"a @ 1 @ 2", 1, 1, "@ <timestamp> may not be set multiple times"},
    {"a @ x", 1, 5, "unexpected identifier \"x\" in @, expected timestamp"},
    {"(a)[5m]", 1, 4, "ranges only allowed for vector selectors"},
    {"1 offset 5m", 1, 1,
     "offset modifier must be preceded by an instant vector selector or range vector selector "
     "or a subquery"},
    {"a[5m:1m", 1, 8, "unexpected end of input in subquery selector, expected \"]\""},
    {"1 and 2", 1, 1, "set operator \"and\" not allowed in binary scalar expression"},
    {"1 == 2", 1, 1, "comparisons between scalars must use BOOL modifier"},
    {"a + bool b", 1, 1, "bool modifier can only be used on comparison operators"},
    {"a and on(b) group_left c", 1, 1, "no grouping allowed for \"and\" operation"},
    {"a + on(b) group_left(b) c", 1, 1,
     "label \"b\" must not occur in ON and GROUP clause at once"},
    {"a + on(b) 1", 1, 1, "vector matching only allowed between instant vectors"},
    {"a[5m] + 1", 1, 1, "binary expression must contain only scalar and instant vector types"},
    {"-a[5m]", 1, 1,
     "unary expression only allowed on expressions of type scalar or instant vector, got "
     "\"range vector\""},
    {"rate(a)", 1, 6,
     "expected type range vector in call to function \"rate\", got instant "
     "vector"},
    {"sum(1)", 1, 5, "expected type instant vector in aggregation expression, got scalar"},
    {"topk(a, b)", 1, 6, "expected type scalar in aggregation parameter, got instant vector"},
    {"sum()", 1, 1, "no arguments for aggregate expression provided"},
    {"sum(a, b)", 1, 1,
     "wrong number of arguments for aggregate expression provided, expected "
     "1, got 2"},
    {"sum(a,)", 1, 6, "trailing commas not allowed in function call args"},
    {"nope(a)", 1, 1, "unknown function with name \"nope\""},
    {"abs()", 1, 1, "expected 1 argument(s) in call to \"abs\", got 0"},
    {"round(a, 1, 2)", 1, 1, "expected at most 2 argument(s) in call to \"round\", got 3"},
    {"label_join(a, \"b\")", 1, 1,
     "expected at least 3 argument(s) in call to \"label_join\", got 2"},
    {"{}", 1, 1, "vector selector must contain at least one non-empty matcher"},
    {"{a=\"\",b=~\".*\"}", 1, 1, "vector selector must contain at least one non-empty matcher"},
    {"a{__name__=\"b\"}", 1, 1, "metric name must not be set twice: \"a\" or \"b\""},
    {"a{b=~\"(\"}", 1, 3, "regular expression: missing closing ): `(`"},
    {"a{b}", 1, 4, "unexpected \"}\" in label matching, expected label matching operator"},
    {"a{b=c}", 1, 5, "unexpected identifier \"c\" in label matching, expected string"},
    {"a{b=\"c\" d=\"e\"}", 1, 9,
     "unexpected identifier \"d\" in label matching, expected \",\" or \"}\""},
    {"a{,}", 1, 3, "unexpected \",\" in label matching, expected identifier or \"}\""},
    {"sum by a (b)", 1, 8, "unexpected identifier \"a\" in grouping opts, expected \"(\""},
    {"1.2.3", 1, 1, "bad number or duration syntax: \"1.2.3\""},
    {"5m5h", 1, 1, "bad number or duration syntax: \"5m5h\""},
    {"0x", 1, 1, "bad number or duration syntax: \"0x\""},
    {"\"abc", 1, 1, "unterminated quoted string"},
    {"`abc", 1, 1, "unterminated raw string"},
    {"\"a\\q\"", 1, 1, "unknown or incomplete escape sequence in string"},
    {"\"\\x00\"", 1, 1, "a string must not hold a NUL character"},
    {"\"\xff\"", 1, 2, "invalid UTF-8 in string"},
    {"é", 1, 1, "unexpected character: 'é'"},
    {"'éé' + $", 1, 8, "unexpected character: '$'"},
    {"a ! b", 1, 3, "unexpected character: '!'"},
    {"bool", 1, 1, "unexpected identifier \"bool\""},
    {"a[5m:1m] + 1", 1, 1,
     "binary expression must contain only scalar and instant vector "
     "types"},
    {"1[5m:1m]", 1, 1, "subquery is only allowed on instant vector, got scalar instead"},
};

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct expr *expr;
        struct promql_error error;
        if (!parse(mistakes[i].text, arena, &expr, &error))
            fail_msg("%s: taken", mistakes[i].text);
        if (error.line != mistakes[i].line || error.column != mistakes[i].column)
            fail_msg("%s: at %u:%u (%s)", mistakes[i].text, error.line, error.column, error.text);
        assert_string_equal(error.text, mistakes[i].error);
        assert_false(error.experimental);
    }
}

static void knows_experiments(void **state)
{
    static const char *const cases[] = {
        "a[5m+1m]",       "a[(5m)]",
        "a offset (5m)",  "a offset step()",
        "a offset -(5m)", "a[5m] smoothed",
        "a[5m] anchored", "a + fill(0) b",
        "info(a)",        "mad_over_time(a[5m])",
        "limitk(1, a)",   "sort_by_label(a, \"b\")",
    };
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expr *expr;
        struct promql_error error;
        assert_int_not_equal(parse(cases[i], arena, &expr, &error), 0);
        if (!error.experimental)
            fail_msg("%s: %s", cases[i], error.text);
    }
}

static void points_at_the_place(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const char *text = "sum(\n\té{b=\"c\"} > 0";
    struct expr *expr;
    struct promql_error error;
    struct buf out = {0};
    assert_int_not_equal(parse(text, arena, &expr, &error), 0);
    promql_error_print(&error, text, strlen(text), &out);
    assert_string_equal(out.data, "parse error: unexpected character: 'é'\n"
                                  "    \té{b=\"c\"} > 0\n"
                                  "    \t^");
    buf_free(&out);
}

static void knows_types_and_the_past(void **state)
{
    static const struct {
        const char *text;
        enum promql_type type;
        bool looks_back;
    } cases[] = {
        {"1 + 1", PROMQL_SCALAR, false},
        {"\"a\"", PROMQL_STRING, false},
        {"a > 1", PROMQL_VECTOR, false},
        {"a[5m]", PROMQL_MATRIX, true},
        {"sum(rate(a[5m]))", PROMQL_VECTOR, true},
        {"a - a offset 1d", PROMQL_VECTOR, true},
        {"a[5m:]", PROMQL_MATRIX, true},
        {"a @ 0", PROMQL_VECTOR, true},
        {"scalar(a) + time()", PROMQL_SCALAR, false},
        {"-(a)", PROMQL_VECTOR, false},
    };
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expr *expr;
        struct promql_error error;
        assert_int_equal(parse(cases[i].text, arena, &expr, &error), 0);
        assert_int_equal(promql_type_of(expr), cases[i].type);
        assert_int_equal(promql_looks_back(expr), cases[i].looks_back);
    }
}

/* part repeated count times between before and after. */
static char *repeated(struct arena *arena, const char *before, const char *part, size_t count,
                      const char *after)
{
    size_t length = strlen(part);
    char *text = arena_alloc(arena, strlen(before) + count * length + strlen(after) + 1);
    char *at = stpcpy(text, before);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, part);
    stpcpy(at, after);
    return text;
}

static void survives_hostile_text(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const char *const texts[] = {
        repeated(arena, "", "(", 10000, ""),
        repeated(arena, "", "-", 100000, "1"),
        repeated(arena, "a", "+a", 10000, ""),
        repeated(arena, "a", "^a", 10000, ""),
        repeated(arena, "", "abs(", 10000, "a"),
        repeated(arena, "a", "[1h:1m]", 10000, ""),
        repeated(arena, "a{b=~\"", "(", 10000, "\"}"),
        repeated(arena, "a", " ", 2 * 1024 * 1024, ""),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct expr *expr;
        struct promql_error error;
        assert_int_not_equal(parse(texts[i], arena, &expr, &error), 0);
        assert_true(error.text[0]);
    }
    assert_printed(repeated(arena, "", "(", 100,
                            "a))))))))))))))))))))))))))))))))))))))))))))))))"
                            "))))))))))))))))))))))))))))))))))))))))))))))))))))"),
                   repeated(arena, "", "(", 100,
                            "a))))))))))))))))))))))))))))))))))))))))))))))))"
                            "))))))))))))))))))))))))))))))))))))))))))))))))))))"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_it_parsed),    cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(knows_experiments),        cmocka_unit_test(points_at_the_place),
        cmocka_unit_test(knows_types_and_the_past), cmocka_unit_test(survives_hostile_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
