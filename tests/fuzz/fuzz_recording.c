/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "agent/recording_delta.h"
#include "agent/recording_inside.h"
#include "tests/fuzz/fuzz.h"

static void put_number(unsigned char *at, size_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

/* A look as it stands in a recording, but not deflated: sum and lengths are made to fit. */
static void take(struct recording *recording, const uint8_t *data, size_t size)
{
    unsigned char head[FRAME_HEAD];
    struct recording_look look;
    struct error e = {0};
    struct buf packed = {0}, again = {0};

    delta_pack(NULL, 0, data, size, &packed);
    put_number(head, packed.length);
    put_number(head + 4, XXH32(packed.data, packed.length, (XXH32_hash_t)size));
    put_number(head + 8, size);
    if (frame_take(recording, head, packed.data, packed.length, &look, &e) == 0)
        frame_make(recording, &again);
    buf_free(&packed);
    buf_free(&again);
}

/* Two looks, so that the second one can be a difference to the first. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording recording = {.fd = -1, .state = recording_state_new()};
    take(&recording, data, size / 2);
    take(&recording, data, size);
    recording_empty_gone(&recording);
    free(recording.gone);
    recording_state_free(&recording.state);
    return 0;
}
