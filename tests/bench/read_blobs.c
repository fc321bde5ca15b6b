/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: read_blobs FILE...
 * Reads SMART blobs and decodes them as the SMART probe does, and nothing else: what one disk costs
 * in-process, to be held against a run of smartctl.
 */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/arena.h"
#include "probes/smart_blob.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char blob[4096];
        struct error e;
        struct smart_facts facts;
        SCRATCH_ARENA(arena);
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        ssize_t size = fd < 0 ? -1 : read(fd, blob, sizeof(blob));
        if (size < 0)
            err(1, "%s", argv[i]);
        close(fd);
        if (smart_blob_facts(blob, (size_t)size, NULL, arena, &facts, &e) < 0)
            errx(1, "%s: %s", argv[i], e.text);
    }
    return 0;
}
