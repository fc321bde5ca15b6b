/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "rules/yaml_place.h"

static void report(struct yaml_file *file, const char *text)
{
    file->report(text, file->arg);
    if (++file->errors != YAML_MAX_ERRORS)
        return;
    struct buf last = {0};
    buf_printf(&last, "%s: further errors are not shown", file->name);
    file->report(last.data, file->arg);
    buf_free(&last);
}

static void report_at(struct yaml_file *file, size_t line, size_t column, const char *message,
                      const struct yaml_place *shown)
{
    struct buf text = {0};
    buf_printf(&text, "%s:%zu:%zu: %s", file->name, line, column, message);
    if (shown)
        yaml_place_show(file->text, file->length, *shown, &text);
    report(file, text.data);
    buf_free(&text);
}

void yaml_error(struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
{
    if (file->errors >= YAML_MAX_ERRORS) {
        file->errors++;
        return;
    }
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(file->arena, format, args);
    va_end(args);
    report_at(file, node ? node->start_mark.line + 1 : 1, node ? node->start_mark.column + 1 : 1,
              message, NULL);
}

void yaml_error_within(struct yaml_file *file, const yaml_node_t *node, size_t offset,
                       const char *format, ...)
{
    if (file->errors >= YAML_MAX_ERRORS) {
        file->errors++;
        return;
    }
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(file->arena, format, args);
    va_end(args);
    struct yaml_place place = yaml_place_of(file->text, file->length, node, offset);
    report_at(file, place.line, place.column, message, &place);
}

static int refuse(struct yaml_file *file, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "not enough memory";
    bool has_place = parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR ||
                     parser->error == YAML_COMPOSER_ERROR;
    char *message = arena_printf(file->arena, "no valid YAML: %s", problem);
    if (!has_place)
        message = arena_printf(file->arena, "%s, at byte %zu", message, parser->problem_offset);
    report_at(file, has_place ? parser->problem_mark.line + 1 : 1,
              has_place ? parser->problem_mark.column + 1 : 1, message, NULL);
    return -EINVAL;
}

static void start_parser(const struct yaml_file *file, yaml_parser_t *parser)
{
    if (!yaml_parser_initialize(parser))
        abort();
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)file->text, file->length);
}

/* What libyaml's time grows with the square of, and its memory with. */
struct cost {
    int depth, anchors, aliases, nodes;
};

static void count_event(const yaml_event_t *event, struct cost *cost)
{
    const yaml_char_t *anchor = NULL;
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        cost->depth++;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        cost->depth++;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        cost->depth--;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        break;
    case YAML_ALIAS_EVENT:
        cost->aliases++;
        break;
    default:
        break;
    }
    cost->anchors += anchor != NULL;
    cost->nodes++;
}

static int too_costly(struct yaml_file *file, const yaml_event_t *event, const struct cost *cost)
{
    const char *what = cost->depth > YAML_MAX_DEPTH       ? "levels"
                       : cost->anchors > YAML_MAX_ANCHORS ? "anchors"
                       : cost->aliases > YAML_MAX_ALIASES ? "aliases"
                       : cost->nodes > YAML_MAX_VISITS    ? "nodes"
                                                          : NULL;
    if (!what)
        return 0;
    report_at(file, event->start_mark.line + 1, event->start_mark.column + 1,
              arena_printf(file->arena, "too many %s", what), NULL);
    return -EINVAL;
}

/* Goes over the first document before it is built, so that a hostile one costs little. */
static int check_cost(struct yaml_file *file)
{
    yaml_parser_t parser;
    yaml_event_t event;
    struct cost cost = {0};
    int result = 0;
    bool more = true;

    start_parser(file, &parser);
    while (more && !result) {
        if (!yaml_parser_parse(&parser, &event)) {
            result = refuse(file, &parser);
            break;
        }
        count_event(&event, &cost);
        result = too_costly(file, &event, &cost);
        more = event.type != YAML_DOCUMENT_END_EVENT && event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return result;
}

/* What some editors begin a file with; as a column it would make the first line stand alone. */
static void skip_mark(struct yaml_file *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    enum { LENGTH = sizeof mark - 1 };
    if (file->length < LENGTH || memcmp(file->text, mark, LENGTH) != 0)
        return;
    file->text += LENGTH;
    file->length -= LENGTH;
}

int yaml_file_open(struct yaml_file *file)
{
    yaml_parser_t parser;
    memset(&file->document, 0, sizeof file->document);
    file->errors = file->visits = file->bytes = 0;
    file->exhausted = false;
    if (file->length > YAML_MAX_BYTES) {
        yaml_error(file, NULL, "the file has %zu bytes, more than %d are not read", file->length,
                   YAML_MAX_BYTES);
        return -EFBIG;
    }
    skip_mark(file);
    int result = check_cost(file);
    if (result)
        return result;
    start_parser(file, &parser);
    if (!yaml_parser_load(&parser, &file->document)) {
        memset(&file->document, 0, sizeof file->document);
        result = refuse(file, &parser);
    }
    yaml_parser_delete(&parser);
    return result;
}

void yaml_file_close(struct yaml_file *file)
{
    yaml_document_delete(&file->document);
    memset(&file->document, 0, sizeof file->document);
}

const yaml_node_t *yaml_file_root(struct yaml_file *file)
{
    return yaml_document_get_root_node(&file->document);
}

/* Counts what reading costs; false, with an error told once, when it has been enough. */
static bool spend(struct yaml_file *file, const yaml_node_t *node, size_t visits, size_t bytes)
{
    if (file->exhausted)
        return false;
    file->visits += visits;
    file->bytes += bytes;
    if (file->visits <= YAML_MAX_VISITS && file->bytes <= YAML_MAX_TEXT)
        return true;
    yaml_error(file, node, "too much to read: aliases make more than %d nodes or %d bytes of it",
               YAML_MAX_VISITS, YAML_MAX_TEXT);
    file->exhausted = true;
    return false;
}

const yaml_node_t *yaml_visit(struct yaml_file *file, int index)
{
    const yaml_node_t *node = yaml_document_get_node(&file->document, index);
    return spend(file, node, 1, 0) ? node : NULL;
}

bool yaml_is_null(const yaml_node_t *node)
{
    static const char *const names[] = {"", "~", "null", "Null", "NULL"};
    if (!node || node->type == YAML_NO_NODE)
        return true;
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp((const char *)node->data.scalar.value, names[i]) == 0)
            return true;
    return false;
}

const char *yaml_kind(const yaml_node_t *node)
{
    if (yaml_is_null(node))
        return "nothing";
    return node->type == YAML_MAPPING_NODE    ? "a mapping"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "a text";
}

void yaml_read_text(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text *text = out;
    if (node->type != YAML_SCALAR_NODE) {
        yaml_error(file, node, "a text must stand here, not %s", yaml_kind(node));
        return;
    }
    const char *value = (const char *)node->data.scalar.value;
    if (strlen(value) != node->data.scalar.length) {
        yaml_error(file, node, "the text holds a NUL character");
        return;
    }
    if (!spend(file, node, 0, node->data.scalar.length))
        return;
    text->text = arena_strndup(file->arena, value, node->data.scalar.length);
    text->node = node;
}

void yaml_read_integer(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    int64_t *integer = out;
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    char *end;
    errno = 0;
    long long value = strtoll(text.text, &end, 0);
    if (errno || end == text.text || *end || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        yaml_error(file, node, "a whole number must stand here, not '%s'", text.text);
    else
        *integer = value;
}

void yaml_read_list(struct yaml_file *file, const yaml_node_t *node, const char *what,
                    void (*visit)(struct yaml_file *, const yaml_node_t *item, void *arg),
                    void *arg)
{
    if (yaml_is_null(node))
        return;
    if (node->type != YAML_SEQUENCE_NODE) {
        yaml_error(file, node, "%s must be a list, not %s", what, yaml_kind(node));
        return;
    }
    const yaml_node_item_t *end = node->data.sequence.items.top;
    for (const yaml_node_item_t *item = node->data.sequence.items.start; item < end; item++) {
        const yaml_node_t *value = yaml_visit(file, *item);
        if (!value)
            return;
        visit(file, value, arg);
    }
}
