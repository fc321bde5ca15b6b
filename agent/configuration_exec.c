/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_exec.h"

#include <string.h>

#include "agent/configuration_receiver.h"
#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "exporters/exec_environment.h"

enum { TIMEOUT_MS = 60 * 1000, TRIES = 20 };

/* One item; the fields of what all receivers have are at the front. */
struct item {
    struct config_receiver receiver;
    json_t *command;
    const char *path; /* of the command */
    struct yaml_text style, address;
    struct yaml_text send_resolved; /* as it has a default that depends on style */
};

static void add_argument(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct item *item = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (json_array_size(item->command) >= EXEC_MAX_ARGUMENTS)
        yaml_error(file, node, "more than %d arguments", EXEC_MAX_ARGUMENTS - 1);
    else if (!item->path && text.text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", text.text);
    if (!item->path)
        item->path = text.text;
    json_array_append_new(item->command, json_must(json_string(text.text)));
}

static void read_command(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'command'", add_argument, out);
}

static void read_style(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (strcmp(text.text, "plain") != 0 && strcmp(text.text, "smartd") != 0 &&
        strcmp(text.text, "mdadm") != 0)
        yaml_error(file, node, "'%s' is none of plain, smartd, mdadm", text.text);
    else
        *(struct yaml_text *)out = text;
}

/* It becomes arguments of a command, which takes one with a dash in front for something else. */
static void read_address(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    const char *line = NULL;

    config_read_line(file, node, &line);
    if (line && (line[0] == '-' || strstr(line, " -")))
        yaml_error(file, node, "'%s' is no list of addresses", line);
    else if (line)
        *(struct yaml_text *)out = (struct yaml_text){line, node};
}

static void read_send_resolved(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct item *item = out;
    yaml_read_text(file, node, &item->send_resolved);
    config_read_bool(file, node, &item->receiver.send_resolved);
}

static void check(struct yaml_file *file, const yaml_node_t *node, struct item *item)
{
    bool is_smartd = item->style.text && strcmp(item->style.text, "smartd") == 0;

    if (!item->path)
        yaml_error(file, node, "'command' is missing: [/path, argument, ...]");
    else if (!item->receiver.name.text)
        item->receiver.name.text = strrchr(item->path, '/') + 1;
    if (item->address.text && !is_smartd)
        yaml_error(file, item->address.node, "'address' goes with style smartd only");
    if (!item->send_resolved.text && item->style.text)
        item->receiver.send_resolved = strcmp(item->style.text, "plain") == 0;
}

static void read_item(struct yaml_file *file, const yaml_node_t *node,
                      struct config_receiver *receiver, json_t *object)
{
    static const struct yaml_field fields[] = {
        {"name", yaml_read_text, offsetof(struct item, receiver.name)},
        {"command", read_command, 0},
        {"style", read_style, offsetof(struct item, style)},
        {"address", read_address, offsetof(struct item, address)},
        {"timeout", config_read_timeout, offsetof(struct item, receiver.timeout_ms)},
        {"tries", config_read_tries, offsetof(struct item, receiver.tries)},
        {"retry", config_read_retry, offsetof(struct item, receiver.retry_ms)},
        {"send_resolved", read_send_resolved, 0},
    };
    struct item item = {.receiver = *receiver, .command = json_must(json_array())};
    size_t errors = file->errors;

    item.receiver.timeout_ms = TIMEOUT_MS;
    item.receiver.tries = TRIES;
    yaml_read_mapping(file, node, "a command", fields, sizeof fields / sizeof *fields, &item);
    if (file->errors == errors)
        check(file, node, &item);
    *receiver = item.receiver;
    config_set_text(object, "style", item.style.text);
    config_set_text(object, "address", item.address.text);
    json_object_set_new(object, "command", item.command);
}

void configuration_read_exec(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_receivers(file, node, "'exec'", read_item, out);
}
