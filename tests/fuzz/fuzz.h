/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What a fuzz entry defines: takes any bytes, must neither crash nor leak, returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
