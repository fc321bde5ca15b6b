/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/template.h"

#define LABELS(arena, ...)                                                                         \
    labels_new((arena), (const struct label[]){__VA_ARGS__},                                       \
               sizeof((const struct label[]){__VA_ARGS__}) / sizeof(struct label))

/* A query's result by its text: "none" is empty, "fails" fails, else two samples. */
static int query(const char *expr, int64_t t_ms, struct arena *arena,
                 struct promql_sample **samples, size_t *count, void *arg, struct error *e)
{
    (void)t_ms;
    (void)arg;
    *count = 0;
    if (strcmp(expr, "fails") == 0)
        return error_set(e, -EINVAL, "no such luck");
    if (strcmp(expr, "none") == 0)
        return 0;
    *samples = ARENA_ARRAY(arena, struct promql_sample, 2);
    (*samples)[0] = (struct promql_sample){
        .labels = LABELS(arena, {LABEL_NAME, "m"}, {"i", "b"}, {"__value__", "v"}), .v = 21};
    (*samples)[1] =
        (struct promql_sample){.labels = LABELS(arena, {LABEL_NAME, "m"}, {"i", "a"}), .v = 1.5};
    *count = 2;
    return 0;
}

static int expand_counted(const char *text, double value, size_t *steps, struct arena *arena,
                          const char **out, struct error *e)
{
    struct template *template;
    struct template_error wrong;
    if (template_parse(text, arena, &template, &wrong))
        fail_msg("%s: byte %zu: %s", text, wrong.offset, wrong.text);
    struct template_data data = {
        .labels = LABELS(arena, {LABEL_NAME, "up"}, {"device", "sda"}, {"empty_not", "x"}),
        .external_labels = LABELS(arena, {"site", "a"}),
        .external_url = "http://h:1/prefix",
        .value = value,
        .t_ms = 1435065584128,
        .steps = steps,
        .query = query};
    return template_expand(template, &data, arena, out, e);
}

static int expand(const char *text, double value, struct arena *arena, const char **out,
                  struct error *e)
{
    return expand_counted(text, value, NULL, arena, out, e);
}

struct expansion {
    const char *text, *expected;
    double value;
};

static void check(const struct expansion *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SCRATCH_ARENA(arena);
        struct error e = {.text = ""};
        const char *out = NULL;
        if (expand(table[i].text, table[i].value, arena, &out, &e))
            fail_msg("%s: %s", table[i].text, e.text);
        if (strcmp(out, table[i].expected) != 0)
            fail_msg("%s\n gives %s\n not   %s", table[i].text, out, table[i].expected);
    }
}

#define CHECK(...)                                                                                 \
    check((const struct expansion[]){__VA_ARGS__},                                                 \
          sizeof((const struct expansion[]){__VA_ARGS__}) / sizeof(struct expansion))

static void values(void **state)
{
    (void)state;
    CHECK({"plain text", "plain text", 0}, {"", "", 0}, {"{{ $value }}", "1.5", 1.5},
          {"{{ .Value }} {{ $.Value }}", "3 3", 3}, {"{{ $value }}", "0", 0},
          {"{{ $value }}", "123456", 123456}, {"{{ $value }}", "1.234567e+06", 1234567},
          {"{{ $value }}", "1e+06", 1e6}, {"{{ $value }}", "0.0001", 0.0001},
          {"{{ $value }}", "1e-05", 0.00001}, {"{{ $value }}", "+Inf", INFINITY},
          {"{{ $value }}", "NaN", NAN}, {"{{ $labels.device }}", "sda", 0},
          {"{{ .Labels.device }}{{ $.Labels.device }}", "sdasda", 0},
          {"[{{ $labels.missing }}]", "[]", 0},
          {"{{ $labels }}", "map[__name__:up device:sda empty_not:x]", 0},
          {"{{ $externalLabels.site }}{{ .ExternalLabels.nothing }}", "a", 0},
          {"{{ $externalURL }} {{ externalURL }} {{ pathPrefix }}",
           "http://h:1/prefix http://h:1/prefix /prefix", 0},
          {"{{ 1 }} {{ -2.50 }} {{ 0x1F }} {{ 1e3 }} {{ 1_000 }} {{ 'a' }} {{ .5 }}",
           "1 -2.5 31 1000 1000 97 0.5", 0},
          {"{{ \"a\\tb\\\"\\u00e9\\x41\\101\" }}{{ `raw\\n` }}", "a\tb\"éAAraw\\n", 0},
          {"{{ true }} {{ false }}", "true false", 0}, {"{{ (print 1) }}", "1", 0},
          {"{{ $value | }}", "2", 2});
}

static void actions(void **state)
{
    (void)state;
    CHECK({"{{ if $labels.device }}yes{{ else }}no{{ end }}", "yes", 0},
          {"{{ if $labels.nope }}yes{{ else }}no{{ end }}", "no", 0},
          {"{{ if false }}a{{ else if true }}b{{ else }}c{{ end }}", "b", 0},
          {"{{ if eq $value 3.0 }}three{{ end }}", "three", 3},
          {"{{ with $labels.device }}<{{ . }}>{{ end }}", "<sda>", 0},
          {"{{ with $labels.nope }}x{{ else }}y{{ end }}", "y", 0},
          {"{{ with $x := $labels.device }}{{ $x }}{{ end }}", "sda", 0},
          {"{{ range query \"m\" }}{{ .Labels.i }}={{ .Value }} {{ end }}", "b=21 a=1.5 ", 0},
          {"{{ range query \"m\" | sortByLabel \"i\" }}{{ .Labels.i }}{{ end }}", "ab", 0},
          {"{{ range $i, $s := query \"m\" }}{{ $i }}{{ $s.Value }};{{ end }}", "021;11.5;", 0},
          {"{{ range $s := query \"m\" }}{{ $s.Labels.i }}{{ end }}", "ba", 0},
          {"{{ range query \"none\" }}x{{ else }}none{{ end }}", "none", 0},
          {"{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}",
           "__name__=up,device=sda,empty_not=x,", 0},
          {"{{ range query \"m\" }}{{ .Labels.i }}{{ break }}{{ end }}", "b", 0},
          {"{{ range query \"m\" }}{{ if eq .Labels.i \"b\" }}{{ continue }}{{ end }}"
           "{{ .Labels.i }}{{ end }}",
           "a", 0},
          {"{{ $x := 1 }}{{ $x = 2 }}{{ $x }}", "2", 0},
          {"{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1", 0},
          {"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2", 0},
          {"a {{- 1 -}} b {{ 2 }} c", "a1b 2 c", 0}, {"a{{/* note */}}b", "ab", 0},
          {"a {{- /* note */ -}} b", "ab", 0}, {"{{- /* a */ -}}  x", "x", 0},
          {"{{ define \"x\" }}{{ .arg0 }}-{{ .arg1 }}{{ .arg2 }}{{ end }}"
           "{{ template \"x\" (args 1 \"2\") }}",
           "1-2<no value>", 0},
          {"{{ block \"b\" 5 }}[{{ . }}]{{ end }}", "[5]", 0});
}

static void functions(void **state)
{
    (void)state;
    CHECK({"{{ query \"m\" | first | value }}", "21", 0},
          {"{{ query \"m\" | first | label \"i\" }}", "b", 0},
          {"{{ query \"m\" | first | strvalue }}", "v", 0},
          {"{{ (query \"m\" | first).Labels.i }}", "b", 0},
          {"{{ with query \"none\" }}x{{ else }}-{{ end }}", "-", 0},
          {"{{ len (query \"m\") }} {{ len \"abc\" }} {{ len $labels }}", "2 3 3", 0},
          {"{{ index $labels \"device\" }} {{ (index (query \"m\") 1).Value }}", "sda 1.5", 0},
          {"{{ slice \"abcdef\" 1 3 }}", "bc", 0}, {"{{ not true }}{{ not 0 }}", "falsetrue", 0},
          {"{{ and 1 0 2 }}{{ or 0 \"\" \"z\" }}{{ and 1 2 }}{{ or 3 (query \"fails\") }}", "0z23",
           0},
          {"{{ eq 1 2 3 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1.5 1.0 }} "
           "{{ ge \"b\" \"a\" }}",
           "true true true true true true", 0},
          {"{{ print \"a\" 1 2 \"b\" }}|{{ println 1 \"x\" }}", "a1 2b|1 x\n", 0},
          {"{{ \"aa bb CC\" | title }} {{ toUpper \"aB\" }} {{ toLower \"aB\" }}", "Aa Bb CC AB ab",
           0},
          {"{{ reReplaceAll \"(a)b\" \"x$1\" \"ab ab\" }}", "xa xa", 0},
          {"{{ reReplaceAll \"^(?P<x>.)\" \"${x}${x}$$\" \"ab\" }}", "aa$b", 0},
          {"{{ reReplaceAll \"x*\" \"-\" \"axb\" }}", "-a-b-", 0},
          {"{{ reReplaceAll \"\" \"-\" \"é\" }}", "-é-", 0},
          {"{{ match \"a+\" \"baa\" }} {{ match \"^a\" \"b\" }} {{ match \"a.b\" \"a\\nb\" }}",
           "true false false", 0},
          {"{{ stripPort \"h:12\" }} {{ stripPort \"[2001::1]:1\" }} {{ stripPort \"2001::1\" }}",
           "h 2001::1 2001::1", 0},
          {"{{ stripDomain \"foo.example.com:1\" }} {{ stripDomain \"192.0.2.1\" }}",
           "foo:1 192.0.2.1", 0},
          {"{{ graphLink \"up == 1\" }}", "/graph?g0.expr=up+%3D%3D+1&g0.tab=0", 0},
          {"{{ parseDuration \"1h2m10ms\" | printf \"%0.2f\" }}", "3720.01", 0},
          {"{{ toDuration 3723.5 }} {{ toDuration 0.25 }} {{ toDuration 0 }}", "1h2m3.5s 250ms 0s",
           0},
          {"{{ html \"<a&b>\" }} {{ urlquery \"a b/c\" }}", "&lt;a&amp;b&gt; a+b%2Fc", 0});
}

static void humanize(void **state)
{
    (void)state;
    CHECK({"{{ humanize 0.0 }}:{{ humanize 1.0 }}:{{ humanize 1234567.0 }}:{{ humanize .12 }}",
           "0:1:1.235M:120m", 0},
          {"{{ humanize \"1234567.0\" }} {{ humanize 1234567 }}", "1.235M 1.235M", 0},
          {"{{ humanize1024 0.0 }}:{{ humanize1024 1.0 }}:{{ humanize1024 1048576.0 }}", "0:1:1Mi",
           0},
          {"{{ humanizeDuration 0 }}:{{ humanizeDuration 60 }}:{{ humanizeDuration 90061 }}",
           "0s:1m 0s:1d 1h 1m 1s", 0},
          {"{{ humanizeDuration 899.99 }}:{{ humanizeDuration 1.2345 }}:{{ humanizeDuration .0001 "
           "}}:{{ humanizeDuration -3600 }}",
           "14m 59s:1.234s:100us:-1h 0m 0s", 0},
          {"{{ $value | humanizePercentage }}", "12.35%", 0.1234567},
          {"{{ $value | humanizePercentage }}", "1.235e+08%", 1234567},
          {"{{ humanizeTimestamp 1435065584.128 }}", "2015-06-23 13:19:44.128 +0000 UTC", 0},
          {"{{ humanizeTimestamp -1 }}", "1969-12-31 23:59:59 +0000 UTC", 0},
          {"{{ humanize $value }} {{ humanizeDuration $value }} {{ humanizeTimestamp $value }}",
           "+Inf +Inf +Inf", INFINITY});
}

static void printf_verbs(void **state)
{
    (void)state;
    CHECK({"{{ printf \"%.2f %5.1f|%-6.1f|%06.1f|%+.0f\" $value $value $value $value $value }}",
           "3.14   3.1|3.1   |0003.1|+3", 3.14159},
          {"{{ $value | printf \"%.2f%%\" }}", "3.14%", 3.14159},
          {"{{ printf \"%d %5d|%-5d|%05d|%x %X %o %b\" 42 42 42 42 255 255 8 5 }}",
           "42    42|42   |00042|ff FF 10 101", 0},
          {"{{ printf \"%s|%5s|%-5s|%.2s|%q\" \"abc\" \"abc\" \"abc\" \"abc\" \"a\\\"b\" }}",
           "abc|  abc|abc  |ab|\"a\\\"b\"", 0},
          {"{{ printf \"%v %v %v %t\" 1.5 \"x\" 2 true }}", "1.5 x 2 true", 0},
          {"{{ printf \"%d\" $value }}", "%!d(float64=3.5)", 3.5},
          {"{{ printf \"%s\" $value }}", "%!s(float64=3.5)", 3.5},
          {"{{ printf \"%f\" \"x\" }} {{ printf \"%d\" }} {{ printf \"a\" 1 }} {{ printf \"%\" }}",
           "%!f(string=x) %!d(MISSING) a%!(EXTRA int=1) %!(NOVERB)", 0},
          {"{{ printf \"%e %g %G\" 1234567.0 1e-7 1e20 }}", "1.234567e+06 1e-07 1E+20", 0},
          {"{{ printf \"%.3g\" 1234567.0 }} {{ printf \"%c%U\" 'x' 'x' }}", "1.23e+06 xU+0078", 0},
          {"{{ printf \"%*d\" 4 7 }} {{ printf \"%.1f\" $value }}", "   7 +Inf", INFINITY});
}

static void parse_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
        size_t offset;
    } table[] = {
        {"{{", "unclosed action", 2},
        {"a {{ $value ", "unclosed action", 12},
        {"{{ $nope }}", "undefined variable '$nope'", 3},
        {"{{ nope }}", "function 'nope' is not defined", 3},
        {"{{ }}", "missing value for command", 3},
        {"{{ if }}x{{ end }}", "missing value for if", 3},
        {"{{ if true }}x", "{{if}} has no {{end}}", 3},
        {"{{ end }}", "unexpected {{end}}", 3},
        {"{{ else }}", "unexpected {{else}}", 3},
        {"{{ if true }}{{ else }}{{ else }}{{ end }}", "a second {{else}}", 26},
        {"{{ \"abc }}", "unterminated quoted string", 3},
        {"{{ \"\\z\" }}", "invalid escape in \"\\z\"", 3},
        {"{{ (print 1 }}", "unclosed left paren", 12},
        {"{{ print 1) }}", "unexpected right paren", 10},
        {"{{ 1 | 2 }}", "a constant cannot take what is piped into it", 7},
        {"{{ 1x }}", "bad number '1x'", 3},
        {"{{ nan.5 }}", "function 'nan' is not defined", 3},
        {"{{ $labels.a$b }}", "bad character '$'", 12},
        {"{{ \"x\".y }}", "unexpected '.' after a constant", 6},
        {"{{ $value@ }}", "bad character '@'", 9},
        {"{{ # }}", "unrecognized character in action: '#'", 3},
        {"{{ break }}", "{{break}} outside of {{range}}", 3},
        {"{{ $a, $b := 1 }}", "too many declarations", 3},
        {"{{/* open", "unclosed comment, or one that does not end its action", 0},
        {"{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}",
         "unexpected {{define}}: it stands at the top only", 16},
        {"{{ template x }}", "unexpected 'x' in {{template}}", 12},
        {"{{ print \"a\"\"b\" }}", "unexpected '\"b\"' in operand", 12},
        {"{{ 'ab' }}", "malformed character constant 'ab'", 3},
        {"{{ 99999999999999999999 }}", "bad number '99999999999999999999'", 3},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SCRATCH_ARENA(arena);
        struct template *template;
        struct template_error error = {.text = ""};
        if (template_parse(table[i].text, arena, &template, &error) == 0)
            fail_msg("%s: no error", table[i].text);
        if (strcmp(error.text, table[i].error) != 0 || error.offset != table[i].offset)
            fail_msg("%s: byte %zu: %s", table[i].text, error.offset, error.text);
    }
}

static void expand_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } table[] = {
        {"{{ .Nope }}", "there is no field Nope in a struct"},
        {"{{ $value.x }}", "there is no field x in a float64"},
        {"{{ query \"none\" | first }}", "first: first() called on vector with no elements"},
        {"{{ query \"fails\" }}", "query: no such luck"},
        {"{{ humanize \"one\" }}", "humanize: 'one' is not a number"},
        {"{{ toUpper 1 }}", "toUpper: wrong type: a string is needed, this is a int"},
        {"{{ gt $value 5 }}",
         "gt: incompatible types for comparison: float64 and int (write 5.0 for 5)"},
        {"{{ eq \"a\" 1 }}", "eq: incompatible types for comparison: string and int"},
        {"{{ first }}", "first: wrong number of arguments: 0"},
        {"{{ \"x\" | $value }}", "arguments given to what is no function"},
        {"{{ template \"nope\" }}", "template 'nope' is not defined"},
        {"{{ range 5 }}x{{ end }}", "range can't iterate over a int"},
        {"{{ index \"abc\" 9 }}", "index: index out of range: 9"},
        {"{{ reReplaceAll \"(\" \"\" \"x\" }}",
         "reReplaceAll: regular expression: missing closing ): `(`"},
        {"{{ nil }}", "nil is not a command"},
        {"{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }}",
         "templates call each other more than 50 deep"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SCRATCH_ARENA(arena);
        struct error e = {.text = ""};
        const char *out;
        if (expand(table[i].text, 1, arena, &out, &e) == 0)
            fail_msg("%s: no error", table[i].text);
        if (strcmp(e.text, table[i].error) != 0)
            fail_msg("%s: %s", table[i].text, e.text);
    }
}

/* What grows without end is stopped, in time and in memory. */
static void bounds(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct error e = {.text = ""};
    struct template *template;
    struct template_error wrong;
    const char *out;
    struct buf text = {0};

    buf_puts(&text, "{{ $x := \"0123456789\" }}");
    for (int i = 0; i < 40; i++)
        buf_puts(&text, "{{ $x = printf \"%s%s\" $x $x }}");
    assert_int_equal(expand(text.data, 0, arena, &out, &e), -E2BIG);
    buf_free(&text);

    for (int i = 0; i < 60; i++)
        buf_puts(&text, "{{ if true }}");
    assert_int_equal(template_parse(text.data, arena, &template, &wrong), -EINVAL);
    assert_string_equal(wrong.text, "nested more than 50 deep");
    buf_free(&text);

    buf_puts(&text, "{{ ");
    for (int i = 0; i < 60000; i++)
        buf_puts(&text, "(");
    assert_int_equal(template_parse(text.data, arena, &template, &wrong), -EINVAL);
    buf_free(&text);

    buf_puts(&text, "{{ define \"x\" }}");
    for (int i = 0; i < 4; i++)
        buf_puts(&text, "{{ range query \"m\" }}");
    for (int i = 0; i < 4; i++)
        buf_puts(&text, "{{ template \"x\" }}{{ end }}");
    buf_puts(&text, "{{ end }}{{ template \"x\" }}");
    assert_int_equal(expand(text.data, 0, arena, &out, &e), -E2BIG);
    buf_free(&text);
}

/* Expansions that share their count end together. */
static void shared_bound(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct error e = {.text = ""};
    const char *out;
    size_t steps = TEMPLATE_MAX_ALL_STEPS - 10;
    assert_int_equal(expand_counted("{{ 1 }}", 0, &steps, arena, &out, &e), 0);
    assert_true(steps > TEMPLATE_MAX_ALL_STEPS - 10 && steps < TEMPLATE_MAX_ALL_STEPS);
    assert_int_equal(expand_counted("{{ 1 }}{{ 2 }}{{ 3 }}{{ 4 }}{{ 5 }}{{ 6 }}{{ 7 }}{{ 8 }}"
                                    "{{ 9 }}{{ 10 }}{{ 11 }}",
                                    0, &steps, arena, &out, &e),
                     -E2BIG);
    assert_string_equal(e.text,
                        "the templates of the rule's alerts take more than 1000000 steps in all");
    assert_int_equal(expand_counted("{{ 1 }}", 0, &steps, arena, &out, &e), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),        cmocka_unit_test(actions),
        cmocka_unit_test(functions),     cmocka_unit_test(humanize),
        cmocka_unit_test(printf_verbs),  cmocka_unit_test(parse_errors),
        cmocka_unit_test(expand_errors), cmocka_unit_test(bounds),
        cmocka_unit_test(shared_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
