/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_WEBHOOK_CLIENT_H
#define EXPORTERS_WEBHOOK_CLIENT_H

#include "exporters/webhook_message.h"

/*
 * POSTs by libcurl, several at a time, with connections that are used again. One thread. No
 * redirection is followed, no proxy used, and nothing but HTTP and HTTPS spoken.
 */
struct webhook_client;

/* NULL with an error where libcurl is not there. */
struct webhook_client *webhook_client_new(struct error *e);
void webhook_client_free(struct webhook_client **client);

struct webhook_reply {
    void *token;            /* as it was given with the POST */
    long status;            /* of HTTP; 0: there was none */
    const char *error;      /* why there was none; good until the next call, as text is */
    const char *text;       /* how the answer begins, "" where it has no body */
    int64_t retry_after_ms; /* the server asks to wait that long; 0: it does not */
};

/* Begins a POST. Settings and body need not outlive the call. */
int webhook_client_post(struct webhook_client *client, const struct webhook_settings *settings,
                        const struct buf *body, void *token, struct error *e);

/* Takes one that has come to its end; false where there is none. */
bool webhook_client_take(struct webhook_client *client, struct webhook_reply *reply);

/* Goes on with all, and waits until something happens, here or at fd, or for so long (-1: ever). */
void webhook_client_wait(struct webhook_client *client, int fd, int timeout_ms);

#endif
