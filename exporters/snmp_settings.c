/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_settings.h"

#include <errno.h>
#include <jansson.h>

static int read_receiver(json_t *json, struct arena *arena, struct snmp_receiver *out,
                         json_error_t *error)
{
    struct snmp_receiver r = {.community = "",
                              .user = "",
                              .auth_protocol = "",
                              .auth_passphrase = "",
                              .priv_protocol = "",
                              .priv_passphrase = "",
                              .engine_id = ""};
    int inform = 0;

    if (json_unpack_ex(json, error, JSON_STRICT,
                       "{s:s, s:s, s:i, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s:b, s:i, s:i}", "name",
                       &r.name, "address", &r.address, "version", &r.version, "community",
                       &r.community, "user", &r.user, "auth_protocol", &r.auth_protocol,
                       "auth_passphrase", &r.auth_passphrase, "priv_protocol", &r.priv_protocol,
                       "priv_passphrase", &r.priv_passphrase, "engine_id", &r.engine_id, "inform",
                       &inform, "timeout_ms", &r.timeout_ms, "retries", &r.retries) < 0)
        return -EINVAL;
    *out = (struct snmp_receiver){
        .name = arena_strdup(arena, r.name),
        .address = arena_strdup(arena, r.address),
        .version = r.version,
        .community = arena_strdup(arena, r.community),
        .user = arena_strdup(arena, r.user),
        .auth_protocol = arena_strdup(arena, r.auth_protocol),
        .auth_passphrase = arena_strdup(arena, r.auth_passphrase),
        .priv_protocol = arena_strdup(arena, r.priv_protocol),
        .priv_passphrase = arena_strdup(arena, r.priv_passphrase),
        .engine_id = arena_strdup(arena, r.engine_id),
        .inform = inform,
        .timeout_ms = r.timeout_ms,
        .retries = r.retries,
    };
    return 0;
}

static int read_all(json_t *root, struct arena *arena, struct snmp_settings *settings,
                    json_error_t *error)
{
    json_t *receivers;
    const char *agentx;

    if (json_unpack_ex(root, error, JSON_STRICT, "{s:o, s:s}", "receivers", &receivers, "agentx",
                       &agentx) < 0)
        return -EINVAL;
    settings->agentx = arena_strdup(arena, agentx);
    size_t count = json_array_size(receivers);
    if (count > SNMP_MAX_RECEIVERS)
        return -E2BIG;
    settings->receivers = ARENA_ARRAY(arena, struct snmp_receiver, count + 1);
    for (; settings->receiver_count < count; settings->receiver_count++)
        if (read_receiver(json_array_get(receivers, settings->receiver_count), arena,
                          &settings->receivers[settings->receiver_count], error) < 0)
            return -EINVAL;
    return 0;
}

int snmp_settings_read(const char *json, struct arena *arena, struct snmp_settings *settings,
                       struct error *e)
{
    json_error_t error = {.text = "too many receivers"};
    json_t *root = json_loads(json, 0, &error);

    *settings = (struct snmp_settings){0};
    int code = root ? read_all(root, arena, settings, &error) : -EINVAL;
    json_decref(root);
    return code < 0 ? error_set(e, code, "snmp: configuration: %s", error.text) : 0;
}
