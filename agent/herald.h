/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HERALD_H
#define AGENT_HERALD_H

#include "agent/configuration.h"
#include "agent/notify.h"
#include "agent/teller.h"
#include "core/snapshot.h"

/*
 * Whom the agent tells: turns alerts into events (notify.h), keeps them for their receivers
 * (outbox.h), and has the exporters' workers tell them (teller.h). An event is told only once it is
 * on the disk, so that one that is told twice has the same id, over a crash too; but a disk that
 * hangs or fails holds none back for long.
 */
struct herald {
    uv_loop_t *loop;
    const char *host;
    struct notify *notify;
    struct outbox *outbox;
    struct teller tellers[CONFIG_MAX_EXPORTERS];
    size_t teller_count;
    char **receivers; /* "exporter/name", all of them */
    size_t receiver_count;
    int64_t heartbeat_ms, beaten_ms; /* every how long; when last, wall clock */
    uv_timer_t patience;             /* how long the disk is waited for */
    uint64_t kept;                   /* in the outbox: what waits for the disk ends here */
};

/* host is the caller's, good until herald_close(). */
void herald_open(struct herald *herald, uv_loop_t *loop, struct dispatch *dispatch,
                 const char *host, uint32_t first_program);
void herald_close(struct herald *herald);
void herald_free(struct herald *herald); /* after a turn of the loop */

void herald_configure(struct herald *herald, const struct config *config);

/* A tick at t_ms with its alerts. Its events wait for herald_kept(). */
void herald_tick(struct herald *herald, const struct alert *alerts, size_t count, int64_t t_ms);

/* All that herald_save() gave is on the disk, or will not be for now. */
void herald_kept(struct herald *herald);

/* To all receivers at once, kept or not; gives how many there are. */
size_t herald_test(struct herald *herald, int64_t now_ms);

/* What exporters are to know of now. */
void herald_snapshot(struct herald *herald, const struct snapshot *snapshot);

/* Whether any exporter takes snapshots. */
bool herald_listens(const struct herald *herald);

/* What must outlive the process, and back; see notify_save() and outbox_save(). */
void herald_save(const struct herald *herald, struct buf *notify, struct buf *outbox);
void herald_load(struct herald *herald, const struct buf *notify, const struct buf *outbox);

#endif
