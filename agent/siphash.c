/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/siphash.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

uint64_t siphash(const unsigned char key[16], const void *data, size_t length)
{
    unsigned char out[8];
    size_t size = sizeof out, given = 0;
    OSSL_PARAM parameters[] = {OSSL_PARAM_size_t("size", &size), OSSL_PARAM_END};
    uint64_t value = 0;

    if (!EVP_Q_mac(NULL, "SIPHASH", NULL, NULL, parameters, key, 16, data, length, out, sizeof out,
                   &given) ||
        given != sizeof out)
        abort(); /* it needs memory only; an unmasked word must not leave */
    for (size_t i = 0; i < sizeof out; i++)
        value |= (uint64_t)out[i] << 8 * i;
    return value;
}
