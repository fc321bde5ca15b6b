/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/keeper.h"

#include <stdlib.h>

struct keeper {
    struct store *store;
    int64_t retention_ms, max_memory;
};

struct keeper *keeper_open(const struct config *config, struct store *store, int64_t now_ms)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper)
        abort();
    (void)now_ms;
    keeper->store = store;
    keeper_configure(keeper, config);
    return keeper;
}

void keeper_configure(struct keeper *keeper, const struct config *config)
{
    keeper->retention_ms = config->history.retention_ms;
    keeper->max_memory = config->history.max_memory;
}

void keeper_tick(struct keeper *keeper, struct evaluation *evaluation)
{
    store_drop_before(keeper->store, evaluation->tick_ms - keeper->retention_ms);
    store_limit(keeper->store, (size_t)keeper->max_memory);
}

void keeper_restore(struct keeper *keeper, struct evaluation *evaluation, int64_t now_ms)
{
    (void)keeper;
    (void)evaluation;
    (void)now_ms;
}

void keeper_report(struct keeper *keeper, struct batch *batch)
{
    (void)keeper;
    (void)batch;
}

void keeper_close(struct keeper **keeper)
{
    free(*keeper);
    *keeper = NULL;
}
