/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/nlm_message.h"
#include "probes/rpc_message.h"
#include "tests/fuzz/fuzz.h"

/* What the first byte selects is read as a reply, as what rpcbind says, or as a stream of records.
 */
static void read_reply(const uint8_t *data, size_t size)
{
    struct rpc_reply reply;
    uint16_t port;

    rpc_decode_reply(data, size, 7, &reply);
    rpc_answer_name(reply.answer);
    if (reply.answer == RPC_ANSWER_OK)
        nlm_status_text(nlm_decode(reply.body, reply.body_bytes));
    if (reply.answer == RPC_ANSWER_OK)
        for (unsigned version = 2; version <= 4; version++)
            rpcbind_decode(version, reply.body, reply.body_bytes, &port);
}

static void read_stream(const uint8_t *data, size_t size)
{
    struct rpc_stream stream;
    enum rpc_stream_state state = RPC_STREAM_MORE;

    memset(&stream, 0, sizeof stream);
    while (size && state != RPC_STREAM_OVERSIZED) {
        size_t taken;
        state = rpc_stream_take(&stream, data, size, &taken);
        if (state == RPC_STREAM_RECORD)
            read_reply(stream.data, stream.length);
        data += taken;
        size -= taken;
    }
    rpc_stream_is_within(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (data[0] & 1)
        read_stream(data + 1, size - 1);
    else
        read_reply(data + 1, size - 1);
    return 0;
}
