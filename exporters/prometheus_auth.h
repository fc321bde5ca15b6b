/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_AUTH_H
#define EXPORTERS_PROMETHEUS_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is known of passwords, and when the next one may be held against its bcrypt hash: that takes
 * tens of milliseconds, so verdicts are kept, and whoever guesses is slowed down. An address that
 * gave a wrong password may try another one only after AUTH_PAUSE_MS, and whoever it is, checks
 * that come out wrong take at most one part in AUTH_SHARE of the time. Neither holds up a password
 * that is known to be right. No hashing here, and time comes as an argument.
 */
enum {
    AUTH_DIGEST = 32,
    AUTH_KEPT = 64, /* right ones, and as many wrong ones */
    AUTH_PAUSE_MS = 1000,
    AUTH_SHARE = 5,
};

/* A keyed hash of user, password and the hash that it was held against: no password is kept. */
struct auth_digest {
    unsigned char bytes[AUTH_DIGEST];
};

struct auth_known {
    struct auth_digest digests[AUTH_KEPT];
    size_t count, next; /* next: the oldest, to be written over */
};

struct auth {
    struct auth_known right, wrong;
    struct {
        uint64_t address;
        int64_t until_ms;
    } paused[AUTH_KEPT];
    size_t next_paused;
    int64_t next_check_ms;
};

enum auth_verdict {
    AUTH_RIGHT,
    AUTH_WRONG,
    AUTH_UNKNOWN, /* a check has to tell */
    AUTH_TOO_FAST /* try again later */
};

/* address: any hash of it. */
enum auth_verdict auth_look_up(const struct auth *auth, const struct auth_digest *digest,
                               uint64_t address, int64_t now_ms);

/* When the next check may begin. */
int64_t auth_next_check_ms(const struct auth *auth);

/* A check that took so long came out right or wrong. */
void auth_learn(struct auth *auth, const struct auth_digest *digest, uint64_t address, bool right,
                int64_t took_ms, int64_t now_ms);

#endif
