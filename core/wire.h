/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdint.h>

#include "core/batch.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/worker.pb-c.h"

/*
 * Messages between agent and worker: protobuf behind a varint length. Both sides take the other's
 * bytes as outside input: a message is at most WIRE_MAX_MESSAGE long, and what it takes in memory
 * is bounded by its length.
 */
enum { WIRE_MAX_MESSAGE = 8 * 1024 * 1024 };

/* Appends one delimited message to out. */
void wire_put(struct buf *out, const ProtobufCMessage *message);

/*
 * Takes the next whole message off the front of in. 1: *message is it, to be freed with
 * protobuf_c_message_free_unpacked(message, NULL); 0: more bytes are needed; negative: the stream
 * is broken and cannot be read further.
 */
int wire_take(struct buf *in, const ProtobufCMessageDescriptor *type, ProtobufCMessage **message,
              struct error *e);

/*
 * Appends the batch's samples as metric families and its findings: one report, or where there are
 * many samples several, each of which can be taken by itself; the last one has the findings.
 */
void wire_put_batch(struct buf *out, const struct batch *batch);

/* The batch's samples as metric families, in the arena but for their texts. Gives how many. */
size_t wire_families(const struct batch *batch, struct arena *arena,
                     Io__Prometheus__Client__MetricFamily ***families);

#endif
