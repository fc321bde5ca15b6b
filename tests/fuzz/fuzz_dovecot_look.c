/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_mailbox.h"
#include "tests/fuzz/fuzz.h"

static void forget(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

/* Index, log, log.2 and cache, each after its length (three bytes, little endian). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_file files[4];
    const struct mailindex_file *there[4] = {0};
    struct mailindex_sink sink = {.report = forget};
    struct dovecot_look look;
    static const char *const names[] = {"index", "log", "log.2", "cache"};

    for (size_t i = 0; i < 4 && size >= 3; i++) {
        size_t length = data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
        data += 3;
        size -= 3;
        if (length > size)
            length = size;
        files[i] = mailindex_memory(names[i], data, length);
        there[i] = length ? &files[i] : NULL;
        data += length;
        size -= length;
    }
    struct dovecot_files all = {DOVECOT_MAILBOX, there[0], there[1], there[2], there[3], NULL};
    dovecot_look(&all, &look, &sink);
    dovecot_look_free(&look);
    return 0;
}
