/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dbox_file.h"
#include "tests/fuzz/fuzz.h"

static void inside(const struct mailindex_finding *finding, void *arg)
{
    const size_t *size = arg;
    if (finding->offset > *size)
        __builtin_trap();
}

/* Any bytes as u.N or m.N: mail after mail, each behind the one before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_sink sink = {.report = inside, .arg = &size};
    struct mailindex_file file = mailindex_memory("m.1", data, size);
    struct mailindex_window window = {.file = &file};
    struct dbox_file_header header;
    struct dbox_mail mail;

    if (dbox_file_header(&file, &window, &header, &sink))
        for (uint64_t at = header.first; at < size; at = mail.end) {
            if (!dbox_mail_read(&file, &window, &header, at, &mail, &sink))
                break;
            if (mail.end <= at || mail.end > size)
                __builtin_trap();
        }
    window_free(&window);
    return 0;
}
