/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/regex.h"

static void matches_whole_texts(void **state)
{
    static const struct {
        const char *pattern, *text;
        int matched;
    } cases[] = {
        {"", "", 1},
        {"", "a", 0},
        {"abc", "abc", 1},
        {"abc", "xabc", 0},
        {"a|ab", "ab", 1},
        {"a|b|c", "b", 1},
        {".*", "a\nb", 1},
        {"a.b", "a\nb", 1},
        {"(?-s:a.b)", "a\nb", 0},
        {"^a$", "a", 1},
        {"a$", "a\n", 0},
        {"(?m)^b$\\n.*", "b\nc", 1},
        {"(?i:PRO).*", "production", 1},
        {".*((?i)DUC).*", "production", 1},
        {"(?i)é", "É", 1},
        {"\\d+\\.\\d{2,3}", "12.34", 1},
        {"\\d", "\xd9\xa3", 0}, /* an arabic digit */
        {"[[:alpha:]_]+", "a_b", 1},
        {"[^[:^digit:]]+", "12", 1},
        {"\\s", "\v", 0},
        {"[\\s]", "\v", 0},
        {"\\S", "\v", 1},
        {"[\\S]", "\v", 1},
        {"\\pL+\\p{Greek}\\P{^Lu}", "aαA", 1},
        {"[]a]+", "]a", 1},
        {"[a\\-z]+", "a-z", 1},
        {"[a-]+", "a-", 1},
        {"[+--]+", "+,-", 1},
        {"a{,2}", "a{,2}", 1},
        {"a{", "a{", 1},
        {"x{2}", "xx", 1},
        {"x{2,}?", "xxx", 1},
        {"\\Qa.b*\\E+", "a.b**", 1},
        {"\\x41\\x{1F600}\\012\\a", "A\xf0\x9f\x98\x80\n\a", 1},
        {"(?P<year>\\d+)-(?<month>\\d+)", "2024-05", 1},
        {"(?U)a+b", "aab", 1},
        {"\\bfoo\\b", "foo", 1},
        {"(?:^)*a", "a", 1},
        {"^*a", "a", 1},
        {"a#b c", "a#b c", 1},
        {"\\_", "_", 1},
    };
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct regex *regex;
        struct error e = {0};
        if (regex_compile(cases[i].pattern, arena, &regex, &e))
            fail_msg("%s: %s", cases[i].pattern, e.text);
        if (regex_match(regex, cases[i].text, &e) != cases[i].matched)
            fail_msg("%s on %s: not %d %s", cases[i].pattern, cases[i].text, cases[i].matched,
                     e.text);
    }
}

/* What PCRE2 knows and RE2 does not, and what is wrong in both. */
static void refuses_what_re2_does_not_know(void **state)
{
    static const char *const patterns[] = {
        "(?=a)",       "(?!a)",      "(?<=a)",
        "(?<!a)",      "(?>a)",      "(?|a)",
        "(a)\\1",      "\\k<a>",     "\\g1",
        "a++",         "a*+",        "a**",
        "a{2}{3}",     "(?R)",       "(?1)",
        "(*UTF)a",     "(*FAIL)",    "\\Ga",
        "a\\Z",        "\\Ka",       "\\R",
        "\\X",         "\\h",        "\\C",
        "\\N",         "(?x)a b",    "(?P=a)",
        "(?P>a)",      "(?#a)",      "(?'a'b)",
        "a{1001}",     "a{3,2}",     "[b-a]",
        "[a-\\d]",     "[[:nope:]]", "(",
        ")",           "[",          "[a",
        "*",           "a|*",        "(?i)*",
        "\\",          "\\8",        "\\x4",
        "\\x{110000}", "\\x{d800}",  "\\p{Nope}",
        "\\pl",        "(?P<>a)",    "(?P<a>b)(?P<a>c)",
        "\xff",        "(?i",        "(?-)a",
        "\\c!",        "(?P<a",      "(?",
        "\\p{L",       "\\Q\xff",
    };
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const struct regex *regex;
        struct error e = {0};
        if (!regex_compile(patterns[i], arena, &regex, &e))
            fail_msg("%s: taken", patterns[i]);
        assert_true(strlen(e.text) > 0);
    }
}

static void replaces(void **state)
{
    static const struct {
        const char *pattern, *text, *template, *result; /* NULL: no match */
    } cases[] = {
        {"source-value-(.*)", "source-value-10", "destination-value-$1", "destination-value-10"},
        {"(.*)-(.*)", "a-b", "$2-${1}x", "b-ax"},
        {"(.*)", "a", "$1x", ""},
        {"(?P<name>.*)", "a", "<$name>", "<a>"},
        {"(a)|(b)", "b", "[$1$2$3]", "[b]"},
        {".*", "a", "$$1 $ ${ ${0} $", "$1 $ ${ a $"},
        {"abc", "abc", "$0$1", "abc"},
        {"b", "a", "c", NULL},
        {"", "", "x", "x"},
    };
    (void)state;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct regex *regex;
        struct error e = {0};
        struct buf out = {0};
        buf_puts(&out, "");
        assert_int_equal(regex_compile(cases[i].pattern, arena, &regex, &e), 0);
        assert_int_equal(regex_replace(regex, cases[i].text, cases[i].template, 100, &out, &e),
                         cases[i].result != NULL);
        assert_string_equal(out.data, cases[i].result ? cases[i].result : "");
        buf_free(&out);
    }
}

static void bounds_replacements(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const struct regex *regex;
    struct error e = {0};
    struct buf out = {0};
    assert_int_equal(regex_compile("(.*)", arena, &regex, &e), 0);
    assert_int_equal(regex_replace(regex, "0123456789", "$1$1$1$1$1", 50, &out, &e), 1);
    buf_drop(&out, out.length);
    assert_int_equal(regex_replace(regex, "0123456789", "$1$1$1$1$1", 49, &out, &e), -E2BIG);
    buf_free(&out);
}

/* What backtracks for ever ends in an error soon, and is not taken for "no match". */
static void stops_in_time(void **state)
{
    static const char *const patterns[] = {"(a+)+", "(a+)+$", "(a|a)*", "(.*)*b", "(a|b|ab)*c"};
    char text[5000];
    (void)state;
    memset(text, 'a', sizeof text - 2);
    text[sizeof text - 2] = '!';
    text[sizeof text - 1] = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        SCRATCH_ARENA(arena);
        const struct regex *regex;
        struct error e = {0};
        assert_int_equal(regex_compile(patterns[i], arena, &regex, &e), 0);
        assert_true(regex_match(regex, text, &e) <= 0);
        assert_true(arena_bytes(arena) < 16 * 1024 * 1024);
    }
}

static void bounds_patterns(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const struct regex *regex;
    struct error e = {0};
    char *pattern = arena_alloc(arena, REGEX_MAX_PATTERN + 2);
    memset(pattern, 'a', REGEX_MAX_PATTERN + 1);
    assert_int_not_equal(regex_compile(pattern, arena, &regex, &e), 0);
    memset(pattern, '(', REGEX_MAX_PATTERN);
    pattern[REGEX_MAX_PATTERN] = 0;
    assert_int_not_equal(regex_compile(pattern, arena, &regex, &e), 0);
    assert_int_not_equal(
        regex_compile("((((((((a{0,1000}){0,1000}){0,1000}){0,1000}))))))", arena, &regex, &e), 0);
    assert_true(arena_bytes(arena) < 16 * 1024 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_whole_texts),
        cmocka_unit_test(refuses_what_re2_does_not_know),
        cmocka_unit_test(replaces),
        cmocka_unit_test(bounds_replacements),
        cmocka_unit_test(stops_in_time),
        cmocka_unit_test(bounds_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
