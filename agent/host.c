/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/host.h"

#include <unistd.h>

const char *host_name(const struct root *root, struct arena *arena)
{
    static const char *const files[] = {"/proc/sys/kernel/hostname", "/etc/hostname"};
    char name[256] = "", *recorded;

    for (size_t i = 0; !root_is_live(root) && i < sizeof files / sizeof *files; i++)
        if (root_read_line(root, files[i], arena, &recorded, NULL) == 0 && recorded[0])
            return recorded;
    if (!root_is_live(root))
        return arena_strdup(arena, root_path(root));
    gethostname(name, sizeof name - 1);
    return arena_strdup(arena, name[0] ? name : "localhost");
}
