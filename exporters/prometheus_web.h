/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_WEB_H
#define EXPORTERS_PROMETHEUS_WEB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * What a web.config.yml says, as Prometheus' exporter-toolkit defines it
 * (docs/web-configuration.md there). NULL, or a count of 0: not said.
 */
enum web_client_auth {
    WEB_NO_CLIENT_CERT,
    WEB_REQUEST_CLIENT_CERT,
    WEB_REQUIRE_ANY_CLIENT_CERT,
    WEB_VERIFY_CLIENT_CERT_IF_GIVEN,
    WEB_REQUIRE_AND_VERIFY_CLIENT_CERT,
};

enum { WEB_MAX_LIST = 64, WEB_MAX_USERS = 256, WEB_HEADERS = 5 };

struct web_list {
    const char *at[WEB_MAX_LIST];
    size_t count;
};

struct web_user {
    const char *name, *hash; /* bcrypt */
};

struct web_settings {
    bool tls;
    const char *cert_file, *key_file, *client_ca_file;
    enum web_client_auth client_auth;
    struct web_list client_allowed_sans, cipher_suites, curves;
    int min_version, max_version; /* 10 .. 13: TLS 1.0 .. 1.3 */
    bool prefer_server;
    const char *headers[WEB_HEADERS]; /* in the order of web_header_names */
    struct web_user users[WEB_MAX_USERS];
    size_t user_count;
};

/* The headers that may be set. */
extern const char *const web_header_names[WEB_HEADERS];

/*
 * Cipher suites and curves by Go's names: what GnuTLS calls them in a priority string, NULL for one
 * that it does not have.
 */
struct web_suite {
    const char *name, *exchange, *cipher, *mac;
};
const struct web_suite *web_suite_find(const char *name);
const char *web_curve_find(const char *name);

/* The priority string (gnutls_priority_init(3)) for the settings. Pure. */
const char *web_priorities(const struct web_settings *settings, struct arena *arena);

/* Settings at work: with the certificates read. */
struct web {
    struct arena *arena; /* of settings */
    const struct web_settings *settings;
    struct web_tls *tls; /* NULL: plain HTTP */
    size_t users;        /* of this struct */
};

/*
 * Reads the certificates that the settings name; may block. The arena is the web's from now on. The
 * warning ("" for none) speaks of certificates whose time is over: they are used all the same, as
 * whoever looks without minding them still sees what there is to see.
 */
int web_load(struct arena *arena, const struct web_settings *settings, struct web **web,
             struct error *warning, struct error *e);
struct web *web_keep(struct web *web); /* one more user; any thread but only one at a time */
void web_drop(struct web **web);

/* Sets a TLS session (a gnutls_session_t) up to be served by web, which must outlive it. */
int web_tls_begin(const struct web *web, void *session);

#endif
