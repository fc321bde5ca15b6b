/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says, byte by byte: whatever it is, the agent that listens stays sound. */
#include "agent/hear.h"
#include "agent/self.h"
#include "core/wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct store *store = store_new();
    struct buf in = {0};
    struct intake intake;
    struct intake_source source = {.probe = &self_probe};
    struct round round;
    struct finding finding;
    ProtobufCMessage *message;
    int code = 0;

    intake_init(&intake, arena, store, 1000, size % 2);
    round_init(&round, &self_probe, 10000);
    round_started(&round, 0);
    buf_add(&in, data, size);
    while (code == 0 && wire_take(&in, &forewarn__report__descriptor, &message, NULL) == 1)
        code = hear_report(&round, &intake, &source, (Forewarn__Report *)message, 0, NULL);
    if (!round.done)
        round_lost(&round, LOSS_PROTOCOL, &(struct launch_event){.status = 9}, "", 0, &finding);
    intake_sort(&intake);
    buf_free(&in);
    round_free(&round);
    intake_free(&intake);
    store_free(&store);
    arena_free(&arena);
    return 0;
}
