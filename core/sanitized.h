/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_SANITIZED_H
#define CORE_SANITIZED_H

/* Whether this is built with AddressSanitizer, which reserves terabytes of addresses. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
