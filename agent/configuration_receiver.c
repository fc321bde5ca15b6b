/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_receiver.h"

#include <ctype.h>
#include <string.h>

#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "agent/rule_files.h"
#include "core/utf8.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    MOST_TRIES = 1000,
    MOST_FILE_BYTES = 64 * 1024,
    MOST_RECEIVERS = 100,
};

void config_read_timeout(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, SECOND_MS, 60 * MINUTE_MS, out);
}

void config_read_retry(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, 100, 10 * MINUTE_MS, out);
}

void config_read_tries(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    int64_t tries = 0;
    size_t errors = file->errors;

    yaml_read_integer(file, node, &tries);
    if (file->errors > errors)
        return;
    if (tries < 1 || tries > MOST_TRIES)
        yaml_error(file, node, "%lld is not between 1 and %d", (long long)tries, MOST_TRIES);
    else
        *(int64_t *)out = tries;
}

static bool is_line(const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            return false;
    return true;
}

void config_read_line(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (text.text && !is_line(text.text))
        yaml_error(file, node, "the text holds a line end or another control character");
    else if (text.text)
        *(const char **)out = text.text;
}

static bool is_text(const char *text, size_t length)
{
    const char *end = text + length;
    size_t bytes;
    for (uint32_t code; (code = utf8_next(text, &bytes)); text += bytes)
        if (code == 0xFFFD && bytes == 1)
            return false;
    return length && text == end;
}

void config_read_file(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text path = {0};
    struct rule_source source;
    struct error e = {0};

    yaml_read_text(file, node, &path);
    if (!path.text)
        return;
    if (path.text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", path.text);
    else if (rule_files_read_one(path.text, MOST_FILE_BYTES, file->arena, &source, &e) < 0)
        yaml_error(file, node, "%s", e.text);
    else if (!is_text(source.text, source.length))
        yaml_error(file, node, "%s holds no text in UTF-8", path.text);
    else
        *(const char **)out = source.text;
}

void config_read_secret(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    const char *text = NULL;

    config_read_file(file, node, &text);
    if (!text)
        return;
    char *secret = arena_strdup(file->arena, text);
    size_t length = strlen(secret);
    while (length && (secret[length - 1] == '\n' || secret[length - 1] == '\r'))
        secret[--length] = '\0';
    if (!length || !is_line(secret))
        yaml_error(file, node, "the file holds %s", length ? "more than one line" : "no text");
    else
        *(const char **)out = secret;
}

void config_set_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_must(json_string(text)));
}

struct receivers_reader {
    void (*read)(struct yaml_file *file, const yaml_node_t *item, struct config_receiver *receiver,
                 json_t *object);
    struct config_exporter *exporter;
    json_t *list;
};

static void read_receiver(struct yaml_file *file, const yaml_node_t *item, void *arg)
{
    struct receivers_reader *reader = arg;
    struct config_receiver receiver = {.retry_ms = 5 * SECOND_MS, .send_resolved = true};
    json_t *object = json_must(json_object());
    size_t errors = file->errors;

    json_array_append_new(reader->list, object);
    if (json_array_size(reader->list) > MOST_RECEIVERS) {
        yaml_error(file, item, "more than %d receivers", MOST_RECEIVERS);
        return;
    }
    reader->read(file, item, &receiver, object);
    if (file->errors > errors)
        return;
    configuration_add_receiver(file, receiver.name.node ? receiver.name.node : item,
                               receiver.name.text, reader->exporter);
    config_set_text(object, "name", receiver.name.text);
    json_object_set_new(object, "timeout_ms", json_must(json_integer(receiver.timeout_ms)));
    json_object_set_new(object, "tries", json_must(json_integer(receiver.tries)));
    json_object_set_new(object, "retry_ms", json_must(json_integer(receiver.retry_ms)));
    json_object_set_new(object, "send_resolved", json_boolean(receiver.send_resolved));
}

void config_read_receivers(struct yaml_file *file, const yaml_node_t *node, const char *what,
                           void (*read)(struct yaml_file *file, const yaml_node_t *item,
                                        struct config_receiver *receiver, json_t *object),
                           struct config_exporter *exporter)
{
    struct receivers_reader reader = {read, exporter, json_must(json_array())};
    struct buf text = {0};

    yaml_read_list(file, node, what, read_receiver, &reader);
    if (json_array_size(reader.list)) {
        json_put(json_must(json_pack("{s:O}", "receivers", reader.list)), &text);
        exporter->json = arena_strdup(file->arena, text.data);
    }
    json_decref(reader.list);
    buf_free(&text);
}
