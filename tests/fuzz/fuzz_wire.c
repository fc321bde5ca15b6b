/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/wire.h"
#include "tests/fuzz/fuzz.h"

/*
 * A stream is taken message by message, as an agent does. What was put again is there as a whole,
 * though it need not be a message: protobuf-c hands on unknown fields without looking at them.
 */
static void take_all(const uint8_t *data, size_t size, const ProtobufCMessageDescriptor *type)
{
    struct buf in = {0}, out = {0};
    ProtobufCMessage *message;
    buf_add(&in, data, size);
    while (wire_take(&in, type, &message, NULL) == 1) {
        ProtobufCMessage *again = NULL;
        wire_put(&out, message);
        if (wire_take(&out, type, &again, NULL) == 0)
            abort();
        protobuf_c_message_free_unpacked(message, NULL);
        protobuf_c_message_free_unpacked(again, NULL);
        buf_drop(&out, out.length);
    }
    buf_free(&in);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    take_all(data, size, &forewarn__report__descriptor);
    take_all(data, size, &forewarn__order__descriptor);
    return 0;
}
