/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/prometheus_auth.h"

#include <string.h>

static bool knows(const struct auth_known *known, const struct auth_digest *digest)
{
    for (size_t i = 0; i < known->count; i++)
        if (memcmp(&known->digests[i], digest, sizeof *digest) == 0)
            return true;
    return false;
}

static void keep(struct auth_known *known, const struct auth_digest *digest)
{
    if (knows(known, digest))
        return;
    known->digests[known->next] = *digest;
    known->next = (known->next + 1) % AUTH_KEPT;
    known->count += known->count < AUTH_KEPT;
}

static bool is_paused(const struct auth *auth, uint64_t address, int64_t now_ms)
{
    for (size_t i = 0; i < AUTH_KEPT; i++)
        if (auth->paused[i].address == address && now_ms < auth->paused[i].until_ms)
            return true;
    return false;
}

enum auth_verdict auth_look_up(const struct auth *auth, const struct auth_digest *digest,
                               uint64_t address, int64_t now_ms)
{
    if (knows(&auth->right, digest))
        return AUTH_RIGHT;
    if (knows(&auth->wrong, digest))
        return AUTH_WRONG;
    return is_paused(auth, address, now_ms) ? AUTH_TOO_FAST : AUTH_UNKNOWN;
}

int64_t auth_next_check_ms(const struct auth *auth)
{
    return auth->next_check_ms;
}

void auth_learn(struct auth *auth, const struct auth_digest *digest, uint64_t address, bool right,
                int64_t took_ms, int64_t now_ms)
{
    keep(right ? &auth->right : &auth->wrong, digest);
    if (right)
        return;
    auth->paused[auth->next_paused].address = address;
    auth->paused[auth->next_paused].until_ms = now_ms + AUTH_PAUSE_MS;
    auth->next_paused = (auth->next_paused + 1) % AUTH_KEPT;
    auth->next_check_ms = now_ms + took_ms * (AUTH_SHARE - 1);
}
