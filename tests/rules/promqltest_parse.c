/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/literal.h"
#include "tests/rules/promqltest.h"

struct lines {
    const char **at; /* trimmed; comments are empty */
    size_t count, room, next;
    struct arena *arena;
    struct error *e;
};

static int wrong(struct lines *lines, const char *what)
{
    return error_set(lines->e, -EINVAL, "line %zu: %s", lines->next, what);
}

/* Puts the line before what is wrong already. */
static int in_line(struct lines *lines)
{
    error_prefix(lines->e, "line %zu", lines->next);
    return lines->e->code;
}

static void split_lines(struct lines *lines, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), skipped = 0;
        while (skipped < length && isspace((unsigned char)text[skipped]))
            skipped++;
        size_t end = length;
        while (end > skipped && isspace((unsigned char)text[end - 1]))
            end--;
        if (text[skipped] == '#')
            end = skipped;
        lines->at =
            arena_grow(lines->arena, lines->at, lines->count, &lines->room, sizeof *lines->at);
        lines->at[lines->count++] = arena_strndup(lines->arena, text + skipped, end - skipped);
        text += length + (text[length] == '\n');
    }
}

/* The next line of a command's block, NULL at its end. */
static const char *block_line(struct lines *lines)
{
    if (lines->next == lines->count || !lines->at[lines->next][0])
        return NULL;
    return lines->at[lines->next++];
}

/* Takes the word at *text, which moves on to the next. */
static const char *take_word(struct lines *lines, const char **text)
{
    size_t length = strcspn(*text, " \t");
    const char *word = arena_strndup(lines->arena, *text, length);
    *text += length + strspn(*text + length, " \t");
    return word;
}

static bool take_keyword(struct lines *lines, const char **text, const char *keyword)
{
    const char *ahead = *text;
    if (strcmp(take_word(lines, &ahead), keyword) != 0)
        return false;
    *text = ahead;
    return true;
}

static bool take_duration(struct lines *lines, const char **text, int64_t *ms)
{
    const char *word = take_word(lines, text);
    return promql_parse_duration(word, strlen(word), ms) == 0;
}

static bool is_start_times(const char *line)
{
    size_t length = strcspn(line, " \t");
    return length > 3 && memcmp(line + length - 3, "@st", 3) == 0;
}

/* load[_with_nhcb] STEP, then series */
static int parse_load(struct lines *lines, const char *line, struct script_load *load)
{
    size_t room = 0, flag_room = 0;
    bool start_times = false;
    load->line = lines->next;
    load->with_nhcb = strcmp(take_word(lines, &line), "load_with_nhcb") == 0;
    if (!take_duration(lines, &line, &load->step))
        return wrong(lines, "invalid step of load");
    while ((line = block_line(lines))) {
        if (is_start_times(line)) {
            start_times = true;
            continue;
        }
        load->series =
            arena_grow(lines->arena, load->series, load->count, &room, sizeof *load->series);
        load->has_start_times = arena_grow(lines->arena, load->has_start_times, load->count,
                                           &flag_room, sizeof *load->has_start_times);
        load->has_start_times[load->count] = start_times;
        if (series_parse(line, strlen(line), lines->arena, &load->series[load->count++], lines->e))
            return in_line(lines);
        start_times = false;
    }
    return 0;
}

static const struct expect_word {
    const char *word;
    enum expectation_kind kind;
} expect_words[] = {
    {"ordered", EXPECT_ORDERED}, {"fail", EXPECT_FAIL},          {"warn", EXPECT_WARN},
    {"no_warn", EXPECT_NO_WARN}, {"info", EXPECT_INFO},          {"no_info", EXPECT_NO_INFO},
    {"string", EXPECT_STRING},   {"range", EXPECT_RANGE_VECTOR},
};

static void add_expectation(struct lines *lines, struct script_eval *eval,
                            struct expectation expectation)
{
    struct expectation *all =
        ARENA_ARRAY(lines->arena, struct expectation, eval->expectation_count + 1);
    if (eval->expectation_count)
        memcpy(all, eval->expectations, eval->expectation_count * sizeof *all);
    all[eval->expectation_count++] = expectation;
    eval->expectations = all;
}

/* from A to B step C */
static bool take_times(struct lines *lines, const char **text, struct script_eval *eval)
{
    return take_keyword(lines, text, "from") && take_duration(lines, text, &eval->start) &&
           take_keyword(lines, text, "to") && take_duration(lines, text, &eval->end) &&
           take_keyword(lines, text, "step") && take_duration(lines, text, &eval->step);
}

/* expect KIND [msg: TEXT | regex: TEXT], after the word expect */
static int parse_expect(struct lines *lines, const char *line, struct script_eval *eval)
{
    struct expectation expectation = {0};
    const char *word = take_word(lines, &line), *why;
    size_t i = 0;
    while (i < sizeof expect_words / sizeof *expect_words &&
           strcmp(expect_words[i].word, word) != 0)
        i++;
    if (i == sizeof expect_words / sizeof *expect_words)
        return wrong(lines, "invalid expect");
    expectation.kind = expect_words[i].kind;
    if (expectation.kind == EXPECT_RANGE_VECTOR) {
        if (!take_keyword(lines, &line, "vector") || !take_times(lines, &line, eval))
            return wrong(lines, "invalid expect range vector");
        eval->at = eval->end;
    } else if (expectation.kind == EXPECT_STRING) {
        expectation.text = literal_string(line, strlen(line), lines->arena, &why);
    } else if (strncmp(line, "msg:", 4) == 0) {
        expectation.text = line + 4 + strspn(line + 4, " \t");
    } else if (strncmp(line, "regex:", 6) == 0) {
        expectation.text = line + 6 + strspn(line + 6, " \t");
        expectation.is_regex = true;
    }
    add_expectation(lines, eval, expectation);
    return 0;
}

/* A number alone is the value of a scalar. */
static bool is_number(const char *line, double *number)
{
    double sign = *line == '-' ? -1 : 1;
    line += *line == '-' || *line == '+';
    if (!literal_number(line, strlen(line), number))
        return false;
    *number *= sign;
    return true;
}

static int parse_expected(struct lines *lines, struct script_eval *eval)
{
    static const char *const fail_message = "expected_fail_message ";
    static const char *const fail_regexp = "expected_fail_regexp ";
    size_t room = 0;
    const char *line;
    int code = 0;
    while (!code && (line = block_line(lines))) {
        const char *rest = line;
        if (strncmp(line, fail_message, strlen(fail_message)) == 0) {
            add_expectation(lines, eval,
                            (struct expectation){EXPECT_FAIL, line + strlen(fail_message), false});
        } else if (strncmp(line, fail_regexp, strlen(fail_regexp)) == 0) {
            add_expectation(lines, eval,
                            (struct expectation){EXPECT_FAIL, line + strlen(fail_regexp), true});
        } else if (take_keyword(lines, &rest, "expect")) {
            if (parse_expect(lines, rest, eval))
                return lines->e->code;
        } else if (is_number(line, &eval->scalar)) {
            eval->expects_scalar = true;
        } else {
            eval->expected = arena_grow(lines->arena, eval->expected, eval->expected_count, &room,
                                        sizeof *eval->expected);
            code = series_parse(line, strlen(line), lines->arena,
                                &eval->expected[eval->expected_count++], lines->e);
        }
    }
    return code ? in_line(lines) : 0;
}

/* eval[_fail|_warn|_info|_ordered] instant at T EXPR, eval[...] range from A to B step C EXPR */
static int parse_eval(struct lines *lines, const char *line, struct script_eval *eval)
{
    const char *word = take_word(lines, &line);
    eval->line = lines->next;
    for (size_t i = 0; word[4] == '_' && i < sizeof expect_words / sizeof *expect_words; i++)
        if (strcmp(word + 5, expect_words[i].word) == 0)
            add_expectation(lines, eval, (struct expectation){expect_words[i].kind, NULL, false});
    if (take_keyword(lines, &line, "instant")) {
        if (!take_keyword(lines, &line, "at") || !take_duration(lines, &line, &eval->at))
            return wrong(lines, "invalid time of eval");
    } else if (take_keyword(lines, &line, "range")) {
        eval->is_range = true;
        if (!take_times(lines, &line, eval))
            return wrong(lines, "invalid times of eval");
    } else {
        return wrong(lines, "invalid eval");
    }
    eval->expr = line;
    return parse_expected(lines, eval);
}

int script_parse(const char *text, struct arena *arena, struct script *script, struct error *e)
{
    struct lines lines = {.arena = arena, .e = e};
    int code = 0;
    *script = (struct script){0};
    split_lines(&lines, text);
    while (!code && lines.next < lines.count) {
        const char *line = lines.at[lines.next++];
        if (!*line)
            continue;
        script->commands = arena_grow(arena, script->commands, script->count, &script->room,
                                      sizeof *script->commands);
        struct script_command *command = &script->commands[script->count++];
        *command = (struct script_command){.kind = COMMAND_CLEAR};
        if (strncmp(line, "load", 4) == 0) {
            command->kind = COMMAND_LOAD;
            code = parse_load(&lines, line, &command->load);
        } else if (strncmp(line, "eval", 4) == 0) {
            command->kind = COMMAND_EVAL;
            code = parse_eval(&lines, line, &command->eval);
        } else if (strcmp(line, "clear") != 0) {
            code = wrong(&lines, "invalid command");
        }
    }
    return code;
}

bool script_expects(const struct script_eval *eval, enum expectation_kind kind)
{
    for (size_t i = 0; i < eval->expectation_count; i++)
        if (eval->expectations[i].kind == kind)
            return true;
    return false;
}
