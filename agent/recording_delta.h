/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_DELTA_H
#define AGENT_RECORDING_DELTA_H

#include "core/buf.h"
#include "core/error.h"

/* Bytes, deflated: with what came before as zlib's dictionary (before may be NULL). */
void delta_pack(const void *before, size_t before_length, const void *data, size_t length,
                struct buf *out);

/*
 * The other way; length is the true one, and out gets just as much. -EINVAL where that is not what
 * it was made of.
 */
int delta_unpack(const void *before, size_t before_length, const void *packed, size_t packed_length,
                 size_t length, struct buf *out, struct error *e);

#endif
