/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/configuration_web.h"
#include "tests/fuzz/fuzz.h"

static void count(const char *text, void *arg)
{
    (*(size_t *)arg)++;
    if (!*text)
        abort();
}

/* What is taken can be used; what is not was told of. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct web_settings settings;
    size_t errors = 0;
    int code = configuration_web_parse("d/web.yml", (const char *)data, size, arena, &settings,
                                       count, &errors);
    if ((code < 0) != (errors > 0))
        abort();
    if (code == 0) {
        if (settings.tls && (!settings.cert_file || !settings.key_file))
            abort();
        if (strncmp(web_priorities(&settings, arena), "NORMAL", 6) != 0)
            abort();
        for (size_t i = 0; i < settings.user_count; i++)
            if (strlen(settings.users[i].hash) != 60)
                abort();
    }
    arena_free(&arena);
    return 0;
}
