/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/configuration_value.h"
#include "rules/yaml.h"

enum { BCRYPT_LENGTH = 60, BCRYPT_SALT = 7, LEAST_COST = 4 };

#define FIELD(name, read, member)                                                                  \
    {                                                                                              \
        name, read, offsetof(struct web_settings, member)                                          \
    }

static void read_text(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    if (text.text)
        *(const char **)out = text.text[0] ? text.text : NULL;
}

static void read_path(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    const char **path = out, *slash = strrchr(file->name, '/');
    read_text(file, node, out);
    if (*path && **path != '/' && slash)
        *path = arena_printf(file->arena, "%.*s/%s", (int)(slash - file->name), file->name, *path);
}

/* One of the names in a table of names; *out is its place. */
static void read_choice(struct yaml_file *file, const yaml_node_t *node, const char *const *names,
                        size_t count, size_t *out)
{
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    for (size_t i = 0; text.text && i < count; i++)
        if (strcmp(names[i], text.text) == 0) {
            *out = i;
            return;
        }
    if (!text.text)
        return;
    const char *meant = yaml_suggest(text.text, names, count, sizeof *names);
    yaml_error(file, node, "'%s' is not known%s%s%s", text.text, meant ? " (did you mean '" : "",
               meant ? meant : "", meant ? "'?)" : "");
}

static void read_client_auth(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const char *const names[] = {"NoClientCert",
                                        "RequestClientCert",
                                        "RequireAnyClientCert",
                                        "VerifyClientCertIfGiven",
                                        "RequireAndVerifyClientCert",
                                        "RequireClientCert",
                                        ""};
    static const enum web_client_auth meanings[] = {WEB_NO_CLIENT_CERT,
                                                    WEB_REQUEST_CLIENT_CERT,
                                                    WEB_REQUIRE_ANY_CLIENT_CERT,
                                                    WEB_VERIFY_CLIENT_CERT_IF_GIVEN,
                                                    WEB_REQUIRE_AND_VERIFY_CLIENT_CERT,
                                                    WEB_REQUIRE_ANY_CLIENT_CERT,
                                                    WEB_NO_CLIENT_CERT};
    enum web_client_auth *auth = out;
    size_t chosen = *auth;
    read_choice(file, node, names, sizeof names / sizeof *names, &chosen);
    *auth = meanings[chosen];
}

static void read_version(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const char *const names[] = {"TLS10", "TLS11", "TLS12", "TLS13"};
    int *version = out;
    size_t chosen = (size_t)(*version - 10);
    read_choice(file, node, names, sizeof names / sizeof *names, &chosen);
    *version = (int)chosen + 10;
}

/* For yaml_read_list(): which list, and what may stand in it. */
struct list {
    struct web_list *list;
    bool (*is_known)(const char *name);
    const char *what;
};

static void add_item(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct list *list = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (list->is_known && !list->is_known(text.text))
        yaml_error(file, node, "'%s' is no %s that is known here", text.text, list->what);
    else if (list->list->count == WEB_MAX_LIST)
        yaml_error(file, node, "more than %d of them", WEB_MAX_LIST);
    else
        list->list->at[list->list->count++] = text.text;
}

static bool is_suite(const char *name)
{
    return web_suite_find(name) != NULL;
}

static bool is_curve(const char *name)
{
    return web_curve_find(name) != NULL;
}

static void read_suites(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct list list = {out, is_suite, "cipher suite"};
    yaml_read_list(file, node, "'cipher_suites'", add_item, &list);
}

static void read_curves(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct list list = {out, is_curve, "curve"};
    yaml_read_list(file, node, "'curve_preferences'", add_item, &list);
}

static void read_sans(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct list list = {out, NULL, NULL};
    yaml_read_list(file, node, "'client_allowed_sans'", add_item, &list);
}

static void check_tls(struct yaml_file *file, const yaml_node_t *node,
                      const struct web_settings *settings)
{
    bool verifies = settings->client_auth == WEB_VERIFY_CLIENT_CERT_IF_GIVEN ||
                    settings->client_auth == WEB_REQUIRE_AND_VERIFY_CLIENT_CERT;
    bool requires = settings->client_auth == WEB_REQUIRE_ANY_CLIENT_CERT ||
                    settings->client_auth == WEB_REQUIRE_AND_VERIFY_CLIENT_CERT;

    if (!settings->cert_file || !settings->key_file)
        yaml_error(file, node, "'tls_server_config' needs %s",
                   settings->key_file ? "'cert_file'" : "'key_file'");
    if (verifies && !settings->client_ca_file)
        yaml_error(file, node, "this 'client_auth_type' needs 'client_ca_file'");
    if (settings->client_ca_file && settings->client_auth == WEB_NO_CLIENT_CERT)
        yaml_error(file, node, "'client_ca_file' does nothing without 'client_auth_type'");
    if (settings->client_allowed_sans.count && !requires)
        yaml_error(file, node,
                   "'client_allowed_sans' needs a 'client_auth_type' that requires a certificate");
    if (settings->min_version > settings->max_version)
        yaml_error(file, node, "'min_version' is above 'max_version'");
}

static void read_tls(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        FIELD("cert_file", read_path, cert_file),
        FIELD("key_file", read_path, key_file),
        FIELD("client_ca_file", read_path, client_ca_file),
        FIELD("client_auth_type", read_client_auth, client_auth),
        FIELD("client_allowed_sans", read_sans, client_allowed_sans),
        FIELD("min_version", read_version, min_version),
        FIELD("max_version", read_version, max_version),
        FIELD("cipher_suites", read_suites, cipher_suites),
        FIELD("curve_preferences", read_curves, curves),
        FIELD("prefer_server_cipher_suites", config_read_bool, prefer_server),
    };
    struct web_settings *settings = out;
    size_t errors = file->errors;

    yaml_read_mapping(file, node, "'tls_server_config'", fields, sizeof fields / sizeof *fields,
                      out);
    settings->tls = node->type == YAML_MAPPING_NODE &&
                    node->data.mapping.pairs.top > node->data.mapping.pairs.start;
    if (settings->tls && file->errors == errors)
        check_tls(file, node, settings);
}

/* What some headers may say. */
static bool is_header_value(const char *name, const char *value)
{
    static const char *const allowed[][2] = {{"X-Frame-Options", "deny"},
                                             {"X-Frame-Options", "sameorigin"},
                                             {"X-Content-Type-Options", "nosniff"}};
    bool free = true;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strcmp(allowed[i][0], name) == 0) {
            if (strcasecmp(allowed[i][1], value) == 0)
                return true;
            free = false;
        }
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return free;
}

static void add_header(struct yaml_file *file, const struct yaml_text *key,
                       const struct yaml_text *value, void *arg)
{
    struct web_settings *settings = arg;
    for (size_t i = 0; i < WEB_HEADERS; i++) {
        if (strcasecmp(web_header_names[i], key->text) != 0)
            continue;
        if (value->text[0] && !is_header_value(web_header_names[i], value->text))
            yaml_error(file, value->node, "'%s' is no value of %s", value->text, key->text);
        settings->headers[i] = value->text[0] ? value->text : NULL;
        return;
    }
    yaml_error(file, key->node, "the header '%s' cannot be set", key->text);
}

static void read_headers(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_pairs(file, node, "'headers'", add_header, out);
}

/* HTTP/2 is taken for what others read from the same file, and not spoken. */
static void read_http2(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    bool ignored;
    (void)out;
    config_read_bool(file, node, &ignored);
}

static void read_http(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {{"http2", read_http2, 0},
                                               {"headers", read_headers, 0}};
    yaml_read_mapping(file, node, "'http_server_config'", fields, sizeof fields / sizeof *fields,
                      out);
}

/* $2y$10$ and 53 characters: crypt(5). */
static const char *what_is_wrong_with_hash(const char *hash)
{
    static const char letters[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if (strlen(hash) != BCRYPT_LENGTH || strncmp(hash, "$2", 2) != 0 || !strchr("aby", hash[2]) ||
        hash[3] != '$' || hash[6] != '$' || strspn(hash + 4, "0123456789") != 2 ||
        strspn(hash + BCRYPT_SALT, letters) != BCRYPT_LENGTH - BCRYPT_SALT)
        return "is no bcrypt hash ($2y$10$...), as htpasswd -nB makes them";
    int cost = atoi(hash + 4);
    return cost < LEAST_COST                   ? "has a cost below 4, which bcrypt does not have"
           : cost > CONFIGURATION_WEB_MAX_COST ? "has a cost above 18, which takes seconds"
                                               : NULL;
}

static void add_user(struct yaml_file *file, const struct yaml_text *key,
                     const struct yaml_text *value, void *arg)
{
    struct web_settings *settings = arg;
    const char *wrong = what_is_wrong_with_hash(value->text);

    if (wrong)
        yaml_error(file, value->node, "the password of '%s' %s", key->text, wrong);
    else if (!key->text[0] || strchr(key->text, ':'))
        yaml_error(file, key->node, "'%s' is no name of a user", key->text);
    else if (settings->user_count == WEB_MAX_USERS)
        yaml_error(file, key->node, "more than %d users", WEB_MAX_USERS);
    else
        settings->users[settings->user_count++] = (struct web_user){key->text, value->text};
}

static void read_users(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_pairs(file, node, "'basic_auth_users'", add_user, out);
}

int configuration_web_parse(const char *name, const char *text, size_t length, struct arena *arena,
                            struct web_settings *settings,
                            void (*report)(const char *text, void *arg), void *arg)
{
    static const struct yaml_field fields[] = {
        {"tls_server_config", read_tls, 0},
        {"http_server_config", read_http, 0},
        {"basic_auth_users", read_users, 0},
    };
    struct yaml_file file = {
        .name = name, .text = text, .length = length, .report = report, .arg = arg, .arena = arena};

    *settings = (struct web_settings){.min_version = 12, .max_version = 13, .prefer_server = true};
    if (yaml_file_open(&file) == 0)
        yaml_read_mapping(&file, yaml_file_root(&file), "the web configuration", fields,
                          sizeof fields / sizeof *fields, settings);
    yaml_file_close(&file);
    return file.errors ? -EINVAL : 0;
}
