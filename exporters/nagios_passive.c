/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios_passive.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/log.h"
#include "exporters/exporter_link.h"
#include "exporters/nagios_command.h"

enum { RETRY_MS = 2000 };

struct passive {
    struct exporter_link *link;
    struct arena *arena; /* of the settings */
    struct nagios_passive settings;
    struct buf line;     /* the last snapshot's */
    struct buf key;      /* what it says */
    struct buf sent_key; /* what was said last */
    int64_t at_ms;       /* of the last snapshot; its time */
    int64_t sent_at_ms;  /* of the one that was said last */
    bool waits;          /* the line has yet to be written */
    int failed;          /* why it could not be, the last time: each reason is logged once */
};

/* All there is of it: nobody is told of events here, so that they never wait. */
static void take_event(struct passive *passive, const Forewarn__Event *event)
{
    for (size_t i = 0; i < event->n_receiver; i++)
        exporter_link_told(passive->link, event->id, event->receiver[i], true, NULL);
}

static void take_snapshot(struct passive *passive, const Forewarn__Snapshot *snapshot)
{
    buf_free(&passive->line);
    buf_free(&passive->key);
    nagios_passive_line(&passive->settings, snapshot, &passive->line, &passive->key);
    passive->at_ms = snapshot->at_ms;
    bool changed = passive->key.length != passive->sent_key.length ||
                   memcmp(passive->key.data, passive->sent_key.data, passive->key.length) != 0;
    bool due = snapshot->at_ms - passive->sent_at_ms >= passive->settings.interval_ms ||
               snapshot->at_ms < passive->sent_at_ms; /* the clock was set back */
    passive->waits |= changed || due;
}

static int take(struct passive *passive, const Forewarn__Tell *tell, struct error *e)
{
    if (tell->configuration)
        return nagios_passive_read(tell->configuration, passive->arena, &passive->settings, e);
    if (tell->event)
        take_event(passive, tell->event);
    if (tell->snapshot && passive->settings.command_file)
        take_snapshot(passive, tell->snapshot);
    return 0;
}

/* Everything that there is to take; negative at the end. */
static int take_all(struct passive *passive, struct error *e)
{
    Forewarn__Tell *tell;
    int code;

    while ((code = exporter_link_take(passive->link, &tell, e)) > 0) {
        code = take(passive, tell, e);
        forewarn__tell__free_unpacked(tell, NULL);
        if (code < 0)
            return code;
    }
    return code;
}

static void write_line(struct passive *passive)
{
    struct error e = {0};
    int code = nagios_command_write(passive->settings.command_file, passive->line.data,
                                    passive->line.length, &e);
    if (code < 0) {
        if (code != passive->failed)
            log_warning("%s; it is tried again and again", e.text);
        passive->failed = code;
        return;
    }
    if (passive->failed)
        log_info("%s takes results again", passive->settings.command_file);
    passive->failed = 0;
    passive->waits = false;
    passive->sent_at_ms = passive->at_ms;
    buf_free(&passive->sent_key);
    buf_add(&passive->sent_key, passive->key.data, passive->key.length);
}

static int run(struct exporter_link *link, const char *state_directory)
{
    struct passive passive = {.link = link, .arena = arena_new(), .sent_at_ms = INT64_MIN / 2};
    struct error e = {0};
    int code;

    (void)state_directory;
    while ((code = take_all(&passive, &e)) == 0) {
        if (passive.waits)
            write_line(&passive);
        struct pollfd fd = {.fd = exporter_link_fd(link), .events = POLLIN};
        poll(&fd, 1, passive.waits ? RETRY_MS : -1);
    }
    if (code != -EPIPE)
        log_error("%s", e.text);
    buf_free(&passive.line);
    buf_free(&passive.key);
    buf_free(&passive.sent_key);
    arena_free(&passive.arena);
    return code == -EPIPE ? 0 : 1;
}

/* The command file belongs to the monitoring system's user, in a directory that is closed. */
const struct exporter nagios_exporter = {
    .name = "nagios",
    .what = "passive results for Nagios or Icinga",
    .capabilities = "cap_dac_override",
    .run = run,
};
