/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SIPHASH_H
#define AGENT_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that nobody can guess or invert without its
 * key. By OpenSSL, whose output is read as a little-endian number.
 */
uint64_t siphash(const unsigned char key[16], const void *data, size_t length);

#endif
