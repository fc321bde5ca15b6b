/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/relay.h"

#include <stdbool.h>
#include <string.h>

#include "core/log.h"

/* A worker's own log lines start with its name already. */
static const char *without_name(const struct relay *relay)
{
    size_t n = strlen(relay->name);
    bool named = strncmp(relay->line, relay->name, n) == 0 && relay->line[n] == ':';
    return named ? relay->line + n + 1 + strspn(relay->line + n + 1, " ") : relay->line;
}

void relay_end(struct relay *relay)
{
    relay->line[relay->length] = '\0';
    if (!relay->length)
        return;
    if (relay->lines < RELAY_MAX_LINES)
        log_warning("%s: %s", relay->name, without_name(relay));
    else if (relay->lines == RELAY_MAX_LINES)
        log_warning("%s: and more, left out", relay->name);
    relay->lines++;
    relay->length = 0;
}

void relay_bytes(struct relay *relay, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && relay->lines <= RELAY_MAX_LINES; i++) {
        if (bytes[i] == '\n')
            relay_end(relay);
        else if (relay->length < RELAY_MAX_LINE)
            relay->line[relay->length++] = bytes[i] ? bytes[i] : '?';
    }
}
