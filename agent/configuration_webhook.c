/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_webhook.h"

#include <string.h>

#include "agent/configuration_receiver.h"
#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "exporters/webhook_message.h"

enum { TIMEOUT_MS = 10 * 1000 };

struct item {
    struct config_receiver receiver;
    const char *url, *bearer, *user, *password, *ca, *certificate, *key, *external_url;
    json_t *group_by;
};

/* What stands behind "https://", or NULL. */
static const char *authority(const char *url)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    return NULL;
}

static void read_url(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    const char *url = NULL;

    config_read_line(file, node, &url);
    if (!url)
        return;
    const char *host = authority(url);
    size_t length = host ? strcspn(host, "/?#") : 0;
    if (!length || strchr(url, ' '))
        yaml_error(file, node, "'%s' is no URL such as https://host:port/path", url);
    else if (memchr(host, '@', length))
        yaml_error(file, node, "a user does not belong into the URL, but into 'basic_auth'");
    else
        *(const char **)out = url;
}

static void read_basic_auth(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"username", config_read_line, offsetof(struct item, user)},
        {"password_file", config_read_secret, offsetof(struct item, password)},
    };
    struct item *item = out;
    size_t errors = file->errors;

    yaml_read_mapping(file, node, "'basic_auth'", fields, sizeof fields / sizeof *fields, out);
    if (file->errors == errors && (!item->user || !item->password))
        yaml_error(file, node, "'basic_auth' needs 'username' and 'password_file'");
}

static void add_label(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    const char *label = NULL;
    json_t *list = arg;

    config_read_line(file, node, &label);
    if (!label)
        return;
    if (json_array_size(list) >= WEBHOOK_MAX_GROUP_BY)
        yaml_error(file, node, "more than %d labels to group by", WEBHOOK_MAX_GROUP_BY);
    else
        json_array_append_new(list, json_must(json_string(label)));
}

static void read_group_by(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct item *item = out;
    yaml_read_list(file, node, "'group_by'", add_label, item->group_by);
}

static void check(struct yaml_file *file, const yaml_node_t *node, struct item *item)
{
    if (!item->url)
        yaml_error(file, node, "'url' is missing");
    else if (!item->receiver.name.text)
        item->receiver.name.text =
            arena_strndup(file->arena, authority(item->url), strcspn(authority(item->url), "/?#"));
    if (item->bearer && item->user)
        yaml_error(file, node, "'bearer_file' and 'basic_auth' exclude each other");
    if (!item->certificate != !item->key)
        yaml_error(file, node, "'cert_file' and 'key_file' go together");
}

static void put(const struct item *item, json_t *object)
{
    config_set_text(object, "url", item->url);
    config_set_text(object, "bearer", item->bearer);
    config_set_text(object, "user", item->user);
    config_set_text(object, "password", item->password);
    config_set_text(object, "ca", item->ca);
    config_set_text(object, "certificate", item->certificate);
    config_set_text(object, "key", item->key);
    config_set_text(object, "external_url", item->external_url);
    json_object_set_new(object, "group_by", item->group_by);
}

static void read_item(struct yaml_file *file, const yaml_node_t *node,
                      struct config_receiver *receiver, json_t *object)
{
    static const struct yaml_field fields[] = {
        {"name", yaml_read_text, offsetof(struct item, receiver.name)},
        {"url", read_url, offsetof(struct item, url)},
        {"bearer_file", config_read_secret, offsetof(struct item, bearer)},
        {"basic_auth", read_basic_auth, 0},
        {"ca_file", config_read_file, offsetof(struct item, ca)},
        {"cert_file", config_read_file, offsetof(struct item, certificate)},
        {"key_file", config_read_file, offsetof(struct item, key)},
        {"group_by", read_group_by, 0},
        {"external_url", read_url, offsetof(struct item, external_url)},
        {"timeout", config_read_timeout, offsetof(struct item, receiver.timeout_ms)},
        {"retry", config_read_retry, offsetof(struct item, receiver.retry_ms)},
        {"send_resolved", config_read_bool, offsetof(struct item, receiver.send_resolved)},
    };
    struct item item = {.receiver = *receiver, .group_by = json_must(json_array())};
    size_t errors = file->errors;

    item.receiver.timeout_ms = TIMEOUT_MS;
    yaml_read_mapping(file, node, "a webhook", fields, sizeof fields / sizeof *fields, &item);
    if (file->errors == errors)
        check(file, node, &item);
    *receiver = item.receiver;
    put(&item, object);
}

void configuration_read_webhook(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_receivers(file, node, "'webhook'", read_item, out);
}
