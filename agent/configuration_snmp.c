/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_snmp.h"

#include <string.h>

#include "agent/configuration_receiver.h"
#include "agent/configuration_value.h"
#include "agent/json_labels.h"
#include "exporters/snmp_engine.h"
#include "exporters/snmp_settings.h"

/* USM wants passphrases of 8 characters and more (RFC 3414, 11.2). */
enum { TIMEOUT_MS = 5 * 1000, RETRIES = 3, MOST_RETRIES = 10, MIN_PASSPHRASE = 8 };

static const char default_agentx[] = "unix:/var/agentx/master";

/* One receiver, as it stands there; NULL where it does not. */
struct item {
    struct yaml_text name;
    const char *address, *version, *community;
    const char *user, *auth_protocol, *auth, *priv_protocol, *priv;
    struct yaml_text engine_id;
    bool inform;
    int64_t timeout_ms, retries;
};

struct reader {
    struct config_exporter *exporter;
    json_t *receivers;
    const char *agentx;
};

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, text) == 0)
            return true;
    return false;
}

static void read_word(struct yaml_file *file, const yaml_node_t *node, const char *const *words,
                      const char *all, const char **out)
{
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (text.text && !is_one_of(text.text, words))
        yaml_error(file, node, "'%s' is none of %s", text.text, all);
    else if (text.text)
        *out = text.text;
}

static void read_version(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"2c", "3", NULL};
    read_word(file, node, words, "2c, 3", out);
}

static void read_auth_protocol(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512", NULL};
    read_word(file, node, words, "SHA, SHA-224, SHA-256, SHA-384, SHA-512", out);
}

static void read_priv_protocol(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const char *const words[] = {"AES", "AES-192", "AES-256", NULL};
    read_word(file, node, words, "AES, AES-192, AES-256", out);
}

static void read_passphrase(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    const char *text = NULL;

    config_read_secret(file, node, &text);
    if (text && strlen(text) < MIN_PASSPHRASE)
        yaml_error(file, node, "the passphrase in the file is shorter than %d characters",
                   MIN_PASSPHRASE);
    else if (text)
        *(const char **)out = text;
}

static void read_engine_id(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    struct snmp_engine engine;

    yaml_read_text(file, node, &text);
    if (text.text && snmp_engine_id(text.text, &engine) < 0)
        yaml_error(file, node, "'%s' is no engine ID: 5 to 32 bytes as hexadecimal digits",
                   text.text);
    else if (text.text)
        *(struct yaml_text *)out = text;
}

static void read_retries(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    int64_t retries = 0;
    size_t errors = file->errors;

    yaml_read_integer(file, node, &retries);
    if (file->errors > errors)
        return;
    if (retries < 0 || retries > MOST_RETRIES)
        yaml_error(file, node, "%lld is not between 0 and %d", (long long)retries, MOST_RETRIES);
    else
        *(int64_t *)out = retries;
}

static void want(struct yaml_file *file, const yaml_node_t *node, const char *value,
                 const char *key, const char *why)
{
    if (!value)
        yaml_error(file, node, "'%s' is missing%s", key, why);
}

static void refuse(struct yaml_file *file, const yaml_node_t *node, const char *value,
                   const char *key, const char *why)
{
    if (value)
        yaml_error(file, node, "'%s' %s", key, why);
}

static void check(struct yaml_file *file, const yaml_node_t *node, struct item *item)
{
    bool v3 = strcmp(item->version, "3") == 0;
    const char *why = v3 ? ", as version is 3" : ", as version is 2c";

    want(file, node, item->address, "address", ": udp:HOST:162");
    if (v3) {
        want(file, node, item->user, "user", why);
        want(file, node, item->auth, "auth_file", why);
        want(file, node, item->priv, "priv_file", why);
        refuse(file, node, item->community, "community_file", "goes with version 2c only");
    } else {
        want(file, node, item->community, "community_file", why);
        refuse(file, node, item->user, "user", "goes with version 3 only");
        refuse(file, node, item->auth, "auth_file", "goes with version 3 only");
        refuse(file, node, item->priv, "priv_file", "goes with version 3 only");
    }
    if (item->engine_id.text && (!v3 || item->inform))
        yaml_error(file, item->engine_id.node,
                   "'engine_id' goes with traps of version 3 only: informs ask for the receiver's");
}

static void read_item(struct yaml_file *file, const yaml_node_t *node, struct item *item)
{
    static const struct yaml_field fields[] = {
        {"name", yaml_read_text, offsetof(struct item, name)},
        {"address", config_read_line, offsetof(struct item, address)},
        {"version", read_version, offsetof(struct item, version)},
        {"community_file", config_read_secret, offsetof(struct item, community)},
        {"user", config_read_line, offsetof(struct item, user)},
        {"auth_protocol", read_auth_protocol, offsetof(struct item, auth_protocol)},
        {"auth_file", read_passphrase, offsetof(struct item, auth)},
        {"priv_protocol", read_priv_protocol, offsetof(struct item, priv_protocol)},
        {"priv_file", read_passphrase, offsetof(struct item, priv)},
        {"engine_id", read_engine_id, offsetof(struct item, engine_id)},
        {"inform", config_read_bool, offsetof(struct item, inform)},
        {"timeout", config_read_timeout, offsetof(struct item, timeout_ms)},
        {"retries", read_retries, offsetof(struct item, retries)},
    };
    size_t errors = file->errors;

    yaml_read_mapping(file, node, "a receiver", fields, sizeof fields / sizeof *fields, item);
    if (file->errors == errors)
        check(file, node, item);
}

static json_t *make_json(const struct item *item, const char *name)
{
    bool v3 = strcmp(item->version, "3") == 0;
    json_t *object = json_must(json_pack("{s:s, s:s, s:i, s:b, s:I, s:I}", "name", name, "address",
                                         item->address, "version", v3 ? 3 : 2, "inform",
                                         item->inform, "timeout_ms", (json_int_t)item->timeout_ms,
                                         "retries", (json_int_t)item->retries));
    config_set_text(object, "community", item->community);
    config_set_text(object, "user", item->user);
    config_set_text(object, "auth_protocol", v3 ? item->auth_protocol : NULL);
    config_set_text(object, "auth_passphrase", item->auth);
    config_set_text(object, "priv_protocol", v3 ? item->priv_protocol : NULL);
    config_set_text(object, "priv_passphrase", item->priv);
    config_set_text(object, "engine_id", item->engine_id.text);
    return object;
}

static void add_receiver(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct reader *reader = arg;
    struct item item = {.version = "3",
                        .auth_protocol = "SHA-256",
                        .priv_protocol = "AES",
                        .timeout_ms = TIMEOUT_MS,
                        .retries = RETRIES};
    size_t errors = file->errors;

    read_item(file, node, &item);
    if (file->errors > errors)
        return;
    if (json_array_size(reader->receivers) >= SNMP_MAX_RECEIVERS) {
        yaml_error(file, node, "more than %d receivers", SNMP_MAX_RECEIVERS);
        return;
    }
    const char *name = item.name.text ? item.name.text : item.address;
    configuration_add_receiver(file, item.name.node ? item.name.node : node, name,
                               reader->exporter);
    json_array_append_new(reader->receivers, make_json(&item, name));
}

static void read_receivers(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'receivers'", add_receiver, out);
}

/* false, true, or where the master agent listens. */
static void read_agentx(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct reader *reader = out;
    const char *text = NULL;

    config_read_line(file, node, &text);
    if (!text || strcmp(text, "false") == 0)
        return;
    if (strcmp(text, "true") == 0)
        reader->agentx = default_agentx;
    else if (!strchr(text, ':') && text[0] != '/')
        yaml_error(file, node, "'%s' is neither true nor false nor an address such as %s", text,
                   default_agentx);
    else
        reader->agentx = text;
}

void configuration_read_snmp(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"receivers", read_receivers, 0},
        {"agentx", read_agentx, 0},
    };
    struct reader reader = {.exporter = out, .receivers = json_must(json_array()), .agentx = ""};
    struct buf text = {0};

    yaml_read_mapping(file, node, "'snmp'", fields, sizeof fields / sizeof *fields, &reader);
    if (json_array_size(reader.receivers) || reader.agentx[0]) {
        json_put(json_must(json_pack("{s:O, s:s}", "receivers", reader.receivers, "agentx",
                                     reader.agentx)),
                 &text);
        reader.exporter->json = arena_strdup(file->arena, text.data);
    }
    json_decref(reader.receivers);
    buf_free(&text);
}
