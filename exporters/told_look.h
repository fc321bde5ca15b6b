/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_TOLD_LOOK_H
#define EXPORTERS_TOLD_LOOK_H

#include "core/exporter.pb-c.h"
#include "core/look.h"
#include "core/store.h"

/*
 * A snapshot that a worker was told, as the look and the store that renderers take: its series get
 * one sample each, at the look's time. Texts are the snapshot's, the rest is the arena's.
 */
void told_look(const Forewarn__Snapshot *snapshot, struct arena *arena, struct store *store,
               struct look *look);

#endif
