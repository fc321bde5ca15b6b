/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "exporters/webhook_client.h"

/* POSTs events; one POST at a time for a receiver, so that order is kept. */
enum { MOST_POSTS = 16 };

struct webhook {
    struct receivers receivers;
    struct webhook_client *client;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns(&clock_system) / 1000000;
}

static void *read_settings(const json_t *object, struct error *e)
{
    return webhook_settings_read(object, e);
}

static void free_settings(void *settings)
{
    webhook_settings_free(settings);
}

static bool wants(const struct receiver *receiver, const Forewarn__Event *event)
{
    const struct webhook_settings *settings = receiver->settings;
    return settings->send_resolved || event->kind != FOREWARN__EVENT_KIND__RESOLVED;
}

static const struct receiver_kind kind = {
    .read = read_settings, .free = free_settings, .wants = wants};

static void start(struct webhook *webhook, struct receiver *receiver)
{
    const struct webhook_settings *settings = receiver->settings;
    const Forewarn__Event *events[WEBHOOK_MAX_ALERTS];
    struct buf body = {0};
    struct error e = {0};
    size_t count = 0;

    for (; count < WEBHOOK_MAX_ALERTS && count < receiver->count; count++)
        events[count] = receiver_event(receiver, count);
    receiver->trying = webhook_batch(settings, events, count);
    webhook_json(settings, receiver->name, events, receiver->trying, &body);
    if (webhook_client_post(webhook->client, settings, &body, receiver, &e) < 0)
        receivers_settle(&webhook->receivers, receiver, OUTCOME_FAILED, e.text, 0, now_ms());
    buf_free(&body);
}

static void settle(struct webhook *webhook, const struct webhook_reply *reply)
{
    enum outcome outcome = reply->error ? OUTCOME_FAILED : webhook_outcome(reply->status);
    struct error e = {0};

    if (reply->error)
        error_set(&e, -EIO, "%s", reply->error);
    else if (outcome != OUTCOME_DELIVERED)
        error_set(&e, -EIO, "it answers with %ld%s%s", reply->status, reply->text[0] ? ": " : "",
                  reply->text);
    receivers_settle(&webhook->receivers, reply->token, outcome,
                     outcome == OUTCOME_DELIVERED ? NULL : e.text, reply->retry_after_ms, now_ms());
}

static void work(struct webhook *webhook)
{
    struct webhook_reply reply;
    struct receiver *receiver;

    while (webhook_client_take(webhook->client, &reply))
        settle(webhook, &reply);
    while ((receiver = receivers_next(&webhook->receivers, now_ms())))
        start(webhook, receiver);
    webhook_client_wait(webhook->client, exporter_link_fd(webhook->receivers.link),
                        receivers_wait_ms(&webhook->receivers, now_ms()));
}

static int run(struct exporter_link *link, const char *state_directory)
{
    struct webhook webhook = {0};
    struct error e = {0};
    int code = 0;

    (void)state_directory;
    webhook.client = webhook_client_new(&e);
    if (!webhook.client) {
        log_error("%s", e.text);
        return EXIT_FAILURE;
    }
    receivers_init(&webhook.receivers, link, &kind, MOST_POSTS);
    while ((code = receivers_take(&webhook.receivers, &e)) == 0)
        work(&webhook);
    if (code != -EPIPE)
        log_error("%s", e.text);
    webhook_client_free(&webhook.client);
    receivers_free(&webhook.receivers);
    return code == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct exporter webhook_exporter = {
    .name = "webhook",
    .what = "webhooks in Alertmanager's format",
    .rights = EXPORTER_AGENT,
    .capabilities = "",
    .run = run,
};
