/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_prometheus.h"

#include <string.h>

#include "agent/listen.h"
#include "exporters/compat.h"

void configuration_default_prometheus(struct config *config)
{
    config->prometheus.listen[0] = "127.0.0.1:9733";
    config->prometheus.listen_count = 1;
}

static void add_address(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct config *config = arg;
    struct listen_address address;
    struct yaml_text text = {0};
    struct error e;

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (listen_parse(text.text, &address, &e) < 0)
        yaml_error(file, node, "%s", e.text);
    else if (config->prometheus.listen_count == CONFIG_MAX_LISTEN)
        yaml_error(file, node, "more than %d addresses", CONFIG_MAX_LISTEN);
    else
        config->prometheus.listen[config->prometheus.listen_count++] = text.text;
}

static void read_listen(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct config *config = out;
    config->prometheus.listen_count = 0;
    yaml_read_list(file, node, "'listen'", add_address, out);
}

static void read_web_config(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct config *config = out;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (text.text && text.text[0] && text.text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", text.text);
    else if (text.text)
        config->prometheus.web_config = text.text[0] ? text.text : NULL;
}

void configuration_read_prometheus(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"listen", read_listen, 0},
        {"web_config", read_web_config, 0},
    };
    yaml_read_mapping(file, node, "'prometheus'", fields, sizeof fields / sizeof *fields, out);
}

static void add_compat(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct config *config = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    for (size_t i = 0; i < COMPATS; i++)
        if (strcmp(compat_names[i], text.text) == 0) {
            config->compat |= 1U << i;
            return;
        }
    const char *meant = yaml_suggest(text.text, compat_names, COMPATS, sizeof *compat_names);
    yaml_error(file, node, "there are no names of '%s'%s%s%s", text.text,
               meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "");
}

void configuration_read_compat(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'compat'", add_compat, out);
}
