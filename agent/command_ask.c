/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command_ask.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/control_client.h"
#include "agent/json_labels.h"

enum { TIMEOUT_MS = 10 * 1000 };

int command_ask_within(const char *socket, const json_t *request, int64_t timeout_ms, json_t **data,
                       struct error *e)
{
    json_t *reply;
    int code = control_call(socket, request, (int)timeout_ms, &reply, e);

    if (code == -ENOENT || code == -ECONNREFUSED)
        return error_set(e, code, "no agent answers at %s: is forewarnd running?", socket);
    if (code < 0)
        return code;
    if (strcmp(json_text(reply, "status"), "success") != 0)
        code = error_set(e, -EREMOTEIO, "%s", json_text(reply, "error"));
    else
        *data = json_incref(json_object_get(reply, "data"));
    json_decref(reply);
    return code;
}

int command_ask(const char *socket, const json_t *request, json_t **data, struct error *e)
{
    return command_ask_within(socket, request, TIMEOUT_MS, data, e);
}

const char *command_who(void)
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = name && *name ? NULL : getpwuid(getuid());
    return user ? user->pw_name : name && *name ? name : "somebody";
}
