/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "exporters/prometheus_web.h"

enum { MAX_FILE = 1024 * 1024 };

struct web_tls {
    const struct web_settings *settings;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities;
};

static int read_file(const char *path, struct buf *out, struct error *e)
{
    char chunk[16384];
    struct stat st;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int code = fd < 0 || fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;

    while (code == 0 && out->length <= MAX_FILE && (n = read(fd, chunk, sizeof chunk)) > 0)
        buf_add(out, chunk, (size_t)n);
    if (code == 0)
        code = n < 0 ? -errno : out->length > MAX_FILE ? -EFBIG : 0;
    if (fd >= 0)
        close(fd);
    return code < 0 ? error_set(e, code, "open %s: %s", path, error_name(code)) : 0;
}

static int refused(const char *file, int code, struct error *e)
{
    return error_set(e, -EINVAL, "%s: %s", file, gnutls_strerror(code));
}

/* The first certificate of a file, the one that clients look at. */
static void check_time(const char *file, const gnutls_datum_t *pem, struct error *warning)
{
    gnutls_x509_crt_t certificate;
    char date[32];
    struct tm tm;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return;
    if (gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM) >= 0) {
        time_t end = gnutls_x509_crt_get_expiration_time(certificate);
        if (end < time(NULL) && gmtime_r(&end, &tm) &&
            strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &tm))
            error_set(warning, -ETIME, "the certificate %s expired on %s: clients will refuse it",
                      file, date);
    }
    gnutls_x509_crt_deinit(certificate);
}

static int read_pair(struct web_tls *tls, struct error *warning, struct error *e)
{
    struct buf certificate = {0}, key = {0};
    int code = read_file(tls->settings->cert_file, &certificate, e);
    if (code == 0)
        code = read_file(tls->settings->key_file, &key, e);
    if (code == 0) {
        gnutls_datum_t first = {(unsigned char *)certificate.data, (unsigned)certificate.length};
        gnutls_datum_t second = {(unsigned char *)key.data, (unsigned)key.length};
        int result = gnutls_certificate_set_x509_key_mem(tls->credentials, &first, &second,
                                                         GNUTLS_X509_FMT_PEM);
        if (result < 0)
            code = error_set(e, -EINVAL, "certificate %s with key %s: %s", tls->settings->cert_file,
                             tls->settings->key_file, gnutls_strerror(result));
        else
            check_time(tls->settings->cert_file, &first, warning);
    }
    if (key.data)
        explicit_bzero(key.data, key.length);
    buf_free(&certificate);
    buf_free(&key);
    return code;
}

static int read_authorities(struct web_tls *tls, struct error *e)
{
    const char *file = tls->settings->client_ca_file;
    struct buf authorities = {0};
    int code = file ? read_file(file, &authorities, e) : 0;
    if (file && code == 0) {
        gnutls_datum_t pem = {(unsigned char *)authorities.data, (unsigned)authorities.length};
        int result =
            gnutls_certificate_set_x509_trust_mem(tls->credentials, &pem, GNUTLS_X509_FMT_PEM);
        if (result <= 0)
            code = refused(file, result ? result : GNUTLS_E_NO_CERTIFICATE_FOUND, e);
    }
    buf_free(&authorities);
    return code;
}

static int tls_load(struct web *web, struct error *warning, struct error *e)
{
    const char *where;
    struct web_tls *tls = calloc(1, sizeof *tls);
    if (!tls || gnutls_certificate_allocate_credentials(&tls->credentials) < 0)
        abort();
    web->tls = tls;
    tls->settings = web->settings;
    int code = read_pair(tls, warning, e);
    if (code == 0)
        code = read_authorities(tls, e);
    if (code < 0)
        return code;
    const char *priorities = web_priorities(web->settings, web->arena);
    int result = gnutls_priority_init(&tls->priorities, priorities, &where);
    return result < 0 ? refused(priorities, result, e) : 0;
}

int web_load(struct arena *arena, const struct web_settings *settings, struct web **web,
             struct error *warning, struct error *e)
{
    *web = calloc(1, sizeof **web);
    if (!*web)
        abort();
    **web = (struct web){.arena = arena, .settings = settings, .users = 1};
    *warning = (struct error){0};
    int code = settings->tls ? tls_load(*web, warning, e) : 0;
    if (code < 0)
        web_drop(web);
    return code;
}

struct web *web_keep(struct web *web)
{
    if (web)
        web->users++;
    return web;
}

void web_drop(struct web **web)
{
    struct web *old = *web;
    *web = NULL;
    if (!old || --old->users)
        return;
    if (old->tls) {
        gnutls_certificate_free_credentials(old->tls->credentials);
        if (old->tls->priorities)
            gnutls_priority_deinit(old->tls->priorities);
        free(old->tls);
    }
    arena_free(&old->arena);
    free(old);
}

/* A name is text; an address is binary, and wanted as people write it. */
static bool same_name(int type, const char *name, size_t length, const char *wanted)
{
    char text[INET6_ADDRSTRLEN];
    if (type == GNUTLS_SAN_IPADDRESS)
        return (length == 4 || length == 16) &&
               inet_ntop(length == 4 ? AF_INET : AF_INET6, name, text, sizeof text) &&
               strcmp(text, wanted) == 0;
    return strlen(wanted) == length && memcmp(name, wanted, length) == 0;
}

static bool has_name(gnutls_x509_crt_t certificate, const struct web_list *wanted)
{
    for (unsigned i = 0;; i++) {
        char name[1024];
        size_t length = sizeof name;
        int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &length, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return false;
        for (size_t k = 0; type >= 0 && k < wanted->count; k++)
            if (same_name(type, name, length, wanted->at[k]))
                return true;
    }
}

static bool may_come(gnutls_session_t session, const struct web_list *wanted)
{
    unsigned count = 0;
    gnutls_x509_crt_t certificate;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (!chain || !count || gnutls_x509_crt_init(&certificate) < 0)
        return false;
    bool may = gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) >= 0 &&
               has_name(certificate, wanted);
    gnutls_x509_crt_deinit(certificate);
    return may;
}

/* Within the handshake, when a client's certificate has come: other than 0 ends it. */
static int verify(gnutls_session_t session)
{
    const struct web_tls *tls = gnutls_db_get_ptr(session);
    enum web_client_auth wanted = tls->settings->client_auth;
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned status = 0;

    if (wanted == WEB_VERIFY_CLIENT_CERT_IF_GIVEN || wanted == WEB_REQUIRE_AND_VERIFY_CLIENT_CERT)
        if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0 || status)
            return -1;
    return tls->settings->client_allowed_sans.count &&
                   !may_come(session, &tls->settings->client_allowed_sans)
               ? -1
               : 0;
}

int web_tls_begin(const struct web *web, void *session)
{
    static const gnutls_certificate_request_t requests[] = {
        [WEB_NO_CLIENT_CERT] = GNUTLS_CERT_IGNORE,
        [WEB_REQUEST_CLIENT_CERT] = GNUTLS_CERT_REQUEST,
        [WEB_REQUIRE_ANY_CLIENT_CERT] = GNUTLS_CERT_REQUIRE,
        [WEB_VERIFY_CLIENT_CERT_IF_GIVEN] = GNUTLS_CERT_REQUEST,
        [WEB_REQUIRE_AND_VERIFY_CLIENT_CERT] = GNUTLS_CERT_REQUIRE,
    };
    const struct web_tls *tls = web->tls;
    int result = gnutls_priority_set(session, tls->priorities);
    if (result >= 0)
        result = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
    if (result < 0)
        return -EPROTO;
    gnutls_certificate_server_set_request(session, requests[web->settings->client_auth]);
    if (web->settings->client_auth != WEB_NO_CLIENT_CERT) {
        /* Sessions are not kept, so that the place for that is free to say whose this one is. */
        gnutls_db_set_ptr(session, (void *)(uintptr_t)tls);
        gnutls_session_set_verify_function(session, verify);
    }
    return 0;
}
