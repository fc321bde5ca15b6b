/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CORE_HISTORY_FIXTURE_H
#define TESTS_CORE_HISTORY_FIXTURE_H

#include "core/history.h"

/* A host with a history in a directory of its own. */
struct host {
    char directory[64];
    struct store *store;
    struct history_feed *feed;
    struct history *history;
    char warned[1024]; /* the last warning */
};

enum { TICK_MS = 60000 };

void host_begin(struct host *host); /* makes the directory, then as host_start() */
void host_start(struct host *host, const struct history_options *like);
void host_stop(struct host *host);
void host_end(struct host *host); /* stops it and removes the directory */

/* The value of series s at tick n: steady, stepping, constant or noisy, by s. */
double host_value(unsigned s, unsigned n);

/* Appends tick n of some series to the store. */
void host_measure(struct host *host, unsigned series, unsigned n);

/* Measures and writes ticks from first on. */
void host_run(struct host *host, unsigned series, unsigned first, unsigned count);

/* Fills a fresh store from the history; fails where a sample is not what host_value() says. */
struct store *host_load(struct host *host, int64_t from, int64_t to);
size_t host_count(struct host *host, int64_t from, int64_t to);

void host_path(const struct host *host, const char *name, char path[128]);

#endif
