/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/disks_vpd.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct identity identity;
    SCRATCH_ARENA(arena);
    const char *page = (const char *)data;
    vpd_serial(arena, page, size);
    vpd_naa(arena, page, size);
    vpd_split_t10(arena, vpd_t10(arena, page, size), &identity);
    const unsigned char *identify = vpd_identify(page, size);
    if (identify)
        identity_from_ata(arena, identify, &identity);
    return 0;
}
