/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_CRC_H
#define PROBES_CYRUS_CRC_H

#include "probes/mailindex.h"

/*
 * The CRC32 of length bytes at offset, of any length, on top of *crc. False where the file does
 * not have them or, with window->error, could not be read.
 */
bool cyrus_crc_over(struct mailindex_window *window, uint64_t offset, uint64_t length,
                    uint32_t *crc);

#endif
