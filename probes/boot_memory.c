/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/boot_memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "probes/state_file.h"

enum { MAX_FILE = 4 * 1024 * 1024 };

/* Those of a recorded tree, which may have none, are all of one boot. */
static const char *boot_id(const struct probe_run *run, struct arena *arena)
{
    char *text;
    return root_read_line(run->root, "/proc/sys/kernel/random/boot_id", arena, &text, NULL) == 0
               ? text
               : "";
}

static const char *path_of(const struct probe_run *run, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s/%s.json", run->state_directory, name);
}

json_t *boot_memory_load(const struct probe_run *run, const char *name)
{
    SCRATCH_ARENA(arena);
    json_t *memory = NULL;
    char *text;

    if (!run->state_directory)
        return NULL;
    ssize_t length = state_file_read(path_of(run, name, arena), MAX_FILE, arena, &text, NULL);
    json_t *top = length > 0 ? json_loadb(text, (size_t)length, 0, NULL) : NULL;
    const char *boot = json_string_value(json_object_get(top, "boot_id"));
    if (boot && strcmp(boot, boot_id(run, arena)) == 0)
        memory = json_incref(json_object_get(top, "memory"));
    json_decref(top);
    return memory;
}

void boot_memory_save(const struct probe_run *run, const char *name, json_t *memory)
{
    SCRATCH_ARENA(arena);
    struct error e = {0};

    if (!run->state_directory) {
        json_decref(memory);
        return;
    }
    json_t *top = json_pack("{ss so}", "boot_id", boot_id(run, arena), "memory", memory);
    char *text = json_dumps(top, JSON_INDENT(1));
    if (!text)
        abort();
    if (state_file_write(path_of(run, name, arena), text, strlen(text), &e) < 0)
        log_warning("what was seen is not kept for the next round: %s", e.text);
    free(text);
    json_decref(top);
}
