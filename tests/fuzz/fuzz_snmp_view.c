/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots, byte by byte: the view of any is walked in order, and every instance is found. */
#include <stdlib.h>

#include "core/wire.h"
#include "exporters/snmp_notice.h"
#include "exporters/snmp_view.h"
#include "tests/fuzz/fuzz.h"

static void walk(const struct snmp_view *view)
{
    const struct snmp_instance *at = snmp_view_next(view, NULL, 0);
    size_t met = 0;
    for (; at; at = snmp_view_next(view, at->oid, at->oid_length)) {
        met++;
        if (snmp_view_get(view, at->oid, at->oid_length) != at || at->value.length > SNMP_MAX_TEXT)
            abort();
    }
    if (met != view->count)
        abort();
}

static void see(const Forewarn__Snapshot *snapshot)
{
    struct snmp_numbers *numbers = snmp_numbers_new();
    bool changed;
    for (int i = 0; i < 2; i++) {
        struct snmp_view *view = snmp_view_new(snapshot, numbers, &changed);
        walk(view);
        snmp_view_free(&view);
    }
    if (changed) /* the second time there is nothing new */
        abort();
    snmp_numbers_free(&numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct buf in = {0};
    ProtobufCMessage *message;

    buf_add(&in, data, size);
    while (wire_take(&in, &forewarn__tell__descriptor, &message, NULL) == 1) {
        const Forewarn__Tell *tell = (const Forewarn__Tell *)message;
        if (tell->snapshot)
            see(tell->snapshot);
        if (tell->event)
            snmp_notice(tell->event, arena);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    buf_free(&in);
    arena_free(&arena);
    return 0;
}
