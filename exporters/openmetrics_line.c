/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics_line.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"

struct cursor {
    char *text, *at;
    bool strict; /* OpenMetrics */
    struct arena *arena;
    struct openmetrics_line *line;
    struct openmetrics_wrong *wrong;
};

int openmetrics_refuse(struct openmetrics_wrong *wrong, size_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(wrong->text, sizeof wrong->text, format, args);
    va_end(args);
    wrong->at = at;
    return -EINVAL;
}

#define REFUSE(c, place, ...)                                                                      \
    openmetrics_refuse((c)->wrong, (size_t)((place) - (c)->text), __VA_ARGS__)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_word(const char *text)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    text += *text == '+' || *text == '-';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

bool openmetrics_number(const char *text, double *value)
{
    char *end;
    bool word = is_word(text);
    if (!*text || (!word && text[strspn(text, "0123456789+-.eE")]))
        return false;
    *value = strtod(text, &end);
    return !*end && (word || isfinite(*value));
}

/* Blanks between parts: in OpenMetrics none where they are of no need. */
static void skip_blanks(struct cursor *c)
{
    while (!c->strict && is_blank(*c->at))
        c->at++;
}

/* What parts must have between them: in OpenMetrics one space. */
static int need_blank(struct cursor *c, const char *before)
{
    if (c->strict ? *c->at != ' ' : !is_blank(*c->at))
        return REFUSE(c, c->at, "expected a space and %s", before);
    c->at++;
    skip_blanks(c);
    return 0;
}

/* The text between quotes, its escapes resolved where it stands. */
static int read_quoted(struct cursor *c, const char **text)
{
    char *start = c->at++, *out = c->at;
    *text = out;
    while (*c->at != '"') {
        if (!*c->at)
            return REFUSE(c, start, "a quote that is not closed");
        if (*c->at == '\\') {
            c->at++;
            if (!*c->at || !strchr("\\\"n", *c->at))
                return REFUSE(c, c->at - 1, "an escape other than \\\\, \\\" and \\n");
            *out++ = *c->at == 'n' ? '\n' : *c->at;
        } else {
            *out++ = *c->at;
        }
        c->at++;
    }
    *out = '\0';
    c->at++;
    return 0;
}

/* A name without quotes; what follows it is looked at before it is ended by a NUL. */
static size_t name_length(const char *at, bool colon)
{
    size_t n = 0;
    if (!is_letter(*at) && !(colon && *at == ':'))
        return 0;
    while (is_letter(at[n]) || is_digit(at[n]) || (colon && at[n] == ':'))
        n++;
    return n;
}

/* Name = [a-zA-Z_:][a-zA-Z0-9_:]*, a label's without the colon, or quoted */
static int read_name(struct cursor *c, bool colon, const char *what, const char **name)
{
    if (*c->at == '"') {
        char *start = c->at;
        int code = read_quoted(c, name);
        return code < 0 || **name ? code : REFUSE(c, start, "an empty name");
    }
    size_t n = name_length(c->at, colon);
    if (!n)
        return REFUSE(c, c->at, "expected %s", what);
    *name = arena_strndup(c->arena, c->at, n);
    c->at += n;
    return 0;
}

struct label_list {
    struct label at[OPENMETRICS_MAX_LABELS + 1];
    size_t count;
    bool exemplar;
};

static int add_label(struct cursor *c, struct label_list *list, const char *start, const char *name,
                     const char *value)
{
    if (list->count == OPENMETRICS_MAX_LABELS)
        return REFUSE(c, start, "more than %d labels", OPENMETRICS_MAX_LABELS);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].name, name) == 0)
            return REFUSE(c, start, "label %.80s stands there twice", name);
    list->at[list->count++] = (struct label){name, value};
    return 0;
}

/* Label = Name "=" Quoted | the metric's own name, in quotes */
static int read_label(struct cursor *c, struct label_list *list)
{
    char *start = c->at;
    const char *name, *value;
    int code = read_name(c, false, "a label or }", &name);
    if (code < 0)
        return code;
    skip_blanks(c);
    if (*start == '"' && !list->exemplar && (*c->at == ',' || *c->at == '}')) {
        if (c->line->name)
            return REFUSE(c, start, "a second name of the metric");
        c->line->name = name;
        c->line->name_at = (size_t)(start - c->text);
        return 0;
    }
    if (strcmp(name, LABEL_NAME) == 0)
        return REFUSE(c, start, "%s is not for labels", LABEL_NAME);
    if (*c->at != '=')
        return REFUSE(c, c->at, "expected = behind label %.80s", name);
    c->at++;
    skip_blanks(c);
    if (*c->at != '"')
        return REFUSE(c, c->at, "expected the value of label %.80s in quotes", name);
    code = read_quoted(c, &value);
    return code < 0 ? code : add_label(c, list, start, name, value);
}

/* Labels = "{" [Label { "," Label } [","]] "}" */
static int read_labels(struct cursor *c, struct label_list *list)
{
    c->at++;
    for (;;) {
        skip_blanks(c);
        if (*c->at == '}')
            break;
        int code = read_label(c, list);
        if (code < 0)
            return code;
        skip_blanks(c);
        if (*c->at == '}')
            break;
        if (*c->at != ',')
            return REFUSE(c, c->at, "expected a comma or } behind a label");
        c->at++;
    }
    c->at++;
    return 0;
}

/* Cuts off the part up to the next blank: it ends in a NUL then, and *more tells of others. */
static char *cut_part(struct cursor *c, char **end)
{
    char *part = c->at;
    while (*c->at && !is_blank(*c->at))
        c->at++;
    *end = c->at;
    return part;
}

static int read_number(struct cursor *c, const char *what, double *value)
{
    char *end, *part = cut_part(c, &end);
    const char *text = arena_strndup(c->arena, part, (size_t)(end - part));
    if (!*text)
        return REFUSE(c, part, "expected %s", what);
    if (!openmetrics_number(text, value))
        return REFUSE(c, part, "expected %s: '%.40s' is no number", what, text);
    return 0;
}

/* Times up to here, either way, are whole milliseconds in a double. */
static const double max_ms = 0x1p53;

/* Seconds with a fraction in OpenMetrics, whole milliseconds in 0.0.4. */
static int read_time(struct cursor *c, int64_t *ms)
{
    const char *start = c->at;
    double value;
    int code = read_number(c, "a timestamp", &value);
    if (code < 0)
        return code;
    value = c->strict ? round(value * 1000) : value;
    if (!(fabs(value) <= max_ms))
        return REFUSE(c, start, "a timestamp out of range");
    if (value != trunc(value))
        return REFUSE(c, start, "a timestamp in milliseconds has no fraction");
    *ms = (int64_t)value;
    return 0;
}

enum { EXEMPLAR_CHARACTERS = 128 };

static size_t characters(const char *text)
{
    size_t count = 0, n;
    for (; utf8_next(text, &n); text += n)
        count++;
    return count;
}

/* Exemplar = "# " Labels " " Number [" " Timestamp] */
static int read_exemplar(struct cursor *c)
{
    struct label_list list;
    size_t length = 0;
    double value;
    int64_t ms;
    char *start = c->at;
    int code;
    list.exemplar = true;
    list.count = 0;
    c->line->has_exemplar = true;
    c->line->exemplar_at = (size_t)(start - c->text);
    if (strncmp(c->at, "# {", 3) != 0)
        return REFUSE(c, start, "expected an exemplar, '# {...} value'");
    c->at += 2;
    if ((code = read_labels(c, &list)) < 0)
        return code;
    for (size_t i = 0; i < list.count; i++)
        length += characters(list.at[i].name) + characters(list.at[i].value);
    if (length > EXEMPLAR_CHARACTERS)
        return REFUSE(c, start, "an exemplar's labels of more than %d characters",
                      EXEMPLAR_CHARACTERS);
    if ((code = need_blank(c, "the exemplar's value")) < 0 ||
        (code = read_number(c, "the exemplar's value", &value)) < 0 || !*c->at)
        return code;
    code = need_blank(c, "the exemplar's timestamp");
    return code < 0 ? code : read_time(c, &ms);
}

/* What may come behind a value: [" " Timestamp] [" " Exemplar] */
static int read_rest(struct cursor *c)
{
    int code = 0;
    if (!c->strict) {
        skip_blanks(c);
        if (!*c->at)
            return 0;
    } else if ((code = need_blank(c, "a timestamp")) < 0) {
        return code;
    }
    if (*c->at != '#' || !c->strict) {
        c->line->time_at = (size_t)(c->at - c->text);
        c->line->has_time = true;
        code = read_time(c, &c->line->t_ms);
        skip_blanks(c);
        if (code < 0 || !*c->at)
            return code;
        if (!c->strict)
            return REFUSE(c, c->at, "unexpected text behind the timestamp");
        if ((code = need_blank(c, "an exemplar")) < 0)
            return code;
    }
    code = read_exemplar(c);
    return code < 0 || !*c->at ? code : REFUSE(c, c->at, "unexpected text behind the exemplar");
}

/* Sample = (Name [Labels] | Labels) " " Number [" " Timestamp] [" " Exemplar] */
static int read_sample(struct cursor *c)
{
    struct openmetrics_line *line = c->line;
    struct label_list list;
    bool braces = *c->at == '{';
    int code = 0;
    list.exemplar = false;
    list.count = 0;
    line->kind = LINE_SAMPLE;
    line->name_at = (size_t)(c->at - c->text);
    if (*c->at == '"')
        return REFUSE(c, c->at, "a name in quotes stands between { and }");
    if (!braces)
        code = read_name(c, true, "a metric's name", &line->name);
    if (code < 0)
        return code;
    skip_blanks(c);
    braces = *c->at == '{';
    if (braces && (code = read_labels(c, &list)) < 0)
        return code;
    if (!line->name)
        return REFUSE(c, c->text + line->name_at, "a sample without a name");
    list.at[list.count++] = (struct label){LABEL_NAME, line->name};
    line->labels = labels_new(c->arena, list.at, list.count);
    if (!c->strict)
        skip_blanks(c);
    else if ((code = need_blank(c, "a value")) < 0)
        return code;
    line->value_at = (size_t)(c->at - c->text);
    code = read_number(c, "a value", &line->value);
    return code < 0 || !*c->at ? code : read_rest(c);
}

static const struct {
    const char *word;
    enum openmetrics_kind kind;
} heads[] = {{"TYPE", LINE_TYPE}, {"HELP", LINE_HELP}, {"UNIT", LINE_UNIT}};

/* The word behind "# ", and what kind of line it makes. */
static enum openmetrics_kind read_head(struct cursor *c)
{
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i].word);
        if (strncmp(c->at, heads[i].word, n) != 0 || (c->at[n] && !is_blank(c->at[n])))
            continue;
        if (heads[i].kind == LINE_UNIT && !c->strict)
            continue;
        c->at += n;
        return heads[i].kind;
    }
    return LINE_NOTHING;
}

/* Metadata = "# " ("TYPE" | "HELP" | "UNIT") " " Name " " text */
static int read_metadata(struct cursor *c)
{
    struct openmetrics_line *line = c->line;
    int code = need_blank(c, "a metric's name");
    line->name_at = (size_t)(c->at - c->text);
    if (code < 0 || (code = read_name(c, true, "a metric's name", &line->name)) < 0)
        return code;
    if (!*c->at && !c->strict && line->kind == LINE_HELP) {
        line->text = c->at;
        return 0;
    }
    code = need_blank(c, line->kind == LINE_TYPE ? "a type" : "a text");
    line->text_at = (size_t)(c->at - c->text);
    line->text = c->at;
    if (!c->strict && line->kind == LINE_TYPE) {
        char *end = c->at + strcspn(c->at, " \t");
        c->at = end;
        skip_blanks(c);
        if (code == 0 && *c->at)
            return REFUSE(c, c->at, "unexpected text behind the type");
        *end = '\0';
    }
    return code;
}

/* A line that starts with #. */
static int read_comment(struct cursor *c)
{
    if (c->strict && strcmp(c->at, "# EOF") == 0) {
        c->line->kind = LINE_EOF;
        return 0;
    }
    if (c->strict && strncmp(c->at, "# ", 2) != 0)
        return REFUSE(c, c->at, "expected a space and HELP, TYPE, UNIT or EOF behind #");
    c->at++;
    while (is_blank(*c->at) && (!c->strict || c->at == c->text + 1))
        c->at++;
    c->line->kind = read_head(c);
    if (c->line->kind != LINE_NOTHING)
        return read_metadata(c);
    return c->strict ? REFUSE(c, c->at, "expected HELP, TYPE, UNIT or EOF behind #") : 0;
}

/* NULs and what is not UTF-8 are refused before anything else is looked at. */
static int check_text(struct cursor *c, size_t length)
{
    size_t n;
    const char *at = c->text;
    for (uint32_t code; (code = utf8_next(at, &n)); at += n)
        if (code == 0xfffd && n == 1)
            return REFUSE(c, at, "a byte that is not UTF-8");
    return (size_t)(at - c->text) == length ? 0 : REFUSE(c, at, "a NUL");
}

int openmetrics_line_read(char *text, size_t length, enum exposition format, struct arena *arena,
                          struct openmetrics_line *line, struct openmetrics_wrong *wrong)
{
    struct cursor c = {.text = text,
                       .at = text,
                       .strict = format == EXPOSITION_OPENMETRICS,
                       .arena = arena,
                       .line = line,
                       .wrong = wrong};
    int code = check_text(&c, length);
    *line = (struct openmetrics_line){0};
    if (code < 0)
        return code;
    skip_blanks(&c);
    if (!*c.at)
        return c.strict ? REFUSE(&c, c.at, "an empty line") : 0;
    return *c.at == '#' ? read_comment(&c) : read_sample(&c);
}
