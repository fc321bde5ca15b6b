/* SPDX-License-Identifier: Apache-2.0 */
#include <crypt.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "exporters/prometheus_inside.h"

/*
 * Passwords that are not known yet wait in a list; one at a time is held against its hash, in the
 * thread pool, as that takes tens of milliseconds on purpose.
 */
struct job {
    uv_work_t work;
    struct prometheus *prometheus;
    struct auth_digest digest;
    uint64_t address;
    char *password, *hash;
    bool known_user, right;
    uint64_t began_ms;
};

static uint64_t hash_address(const struct client *client)
{
    return XXH3_64bits(client->place.address, sizeof client->place.address) | 1;
}

static void free_password(char **password)
{
    if (*password)
        explicit_bzero(*password, strlen(*password));
    free(*password);
    *password = NULL;
}

static bool same_text(const char *a, const char *b)
{
    unsigned different = 0;
    if (strlen(a) != strlen(b))
        return false;
    for (size_t i = 0; a[i]; i++)
        different |= (unsigned)(a[i] ^ b[i]);
    return !different;
}

static void check_password(uv_work_t *work)
{
    struct job *job = work->data;
    struct crypt_data *data = calloc(1, sizeof *data);
    const char *hash = data ? crypt_r(job->password, job->hash, data) : NULL;
    job->right = hash && hash[0] != '*' && same_text(hash, job->hash) && job->known_user;
    free(data);
}

static void on_checked(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct prometheus *prometheus = job->prometheus;
    struct request **link = &prometheus->logins;
    uint64_t now_ms;

    uv_update_time(prometheus->loop);
    now_ms = uv_now(prometheus->loop);
    if (status == 0)
        auth_learn(&prometheus->auth, &job->digest, job->address, job->right,
                   (int64_t)(now_ms - job->began_ms), (int64_t)now_ms);
    prometheus->checking = false;
    while (*link) {
        struct request *request = *link;
        if (memcmp(&request->digest, &job->digest, sizeof job->digest) != 0) {
            link = &request->next;
            continue;
        }
        *link = request->next;
        prometheus->login_count--;
        request->verdict = job->right ? AUTH_RIGHT : AUTH_WRONG;
        http_resume(request);
    }
    free_password(&job->password);
    free(job->hash);
    free(job);
    prometheus->jobs--;
    if (!prometheus->closing)
        login_start_check(&prometheus->check);
    prometheus_free_if_over(prometheus);
}

/* Whoever does not exist is checked as long as who does. */
static void start_job(struct prometheus *prometheus, const struct request *request)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->work.data = job;
    job->prometheus = prometheus;
    job->digest = request->digest;
    job->address = hash_address(request->client);
    job->password = strdup(request->password);
    job->known_user = request->user != NULL;
    job->hash =
        strdup(request->user ? request->user->hash : prometheus->web->settings->users[0].hash);
    job->began_ms = uv_now(prometheus->loop);
    prometheus->checking = true;
    prometheus->jobs++;
    uv_queue_work(prometheus->loop, &job->work, check_password, on_checked);
}

void login_start_check(uv_timer_t *timer)
{
    struct prometheus *prometheus = timer->data;
    int64_t now_ms = (int64_t)uv_now(prometheus->loop);
    int64_t wait_ms = auth_next_check_ms(&prometheus->auth) - now_ms;

    while (prometheus->logins && !prometheus->checking) {
        struct request *request = prometheus->logins;
        if (wait_ms > 0) {
            uv_timer_start(timer, login_start_check, (uint64_t)wait_ms, 0);
            return;
        }
        enum auth_verdict verdict = auth_look_up(&prometheus->auth, &request->digest,
                                                 hash_address(request->client), now_ms);
        /* Settings may have become others meanwhile; then it is asked anew. */
        if (verdict == AUTH_UNKNOWN && prometheus->web && prometheus->web->settings->user_count) {
            start_job(prometheus, request);
            return;
        }
        prometheus->logins = request->next;
        prometheus->login_count--;
        request->verdict = verdict;
        http_resume(request);
    }
}

/* name and password as the client gave them, and the user, if there is one. */
static int read_credentials(struct prometheus *prometheus, struct request *request)
{
    char *password = NULL;
    const struct web_settings *settings = prometheus->web->settings;
    char *name = MHD_basic_auth_get_username_password(request->connection, &password);
    gnutls_hmac_hd_t hmac;

    if (!name || !password) {
        MHD_free(name);
        MHD_free(password);
        return -EACCES;
    }
    request->user = NULL;
    for (size_t i = 0; i < settings->user_count; i++)
        if (strcmp(settings->users[i].name, name) == 0)
            request->user = &settings->users[i];
    free_password(&request->password);
    request->password = strdup(password);
    if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, prometheus->auth_key, AUTH_DIGEST) < 0)
        abort();
    gnutls_hmac(hmac, name, strlen(name) + 1);
    gnutls_hmac(hmac, password, strlen(password) + 1);
    if (request->user)
        gnutls_hmac(hmac, request->user->hash, strlen(request->user->hash));
    gnutls_hmac_deinit(hmac, request->digest.bytes);
    explicit_bzero(password, strlen(password));
    MHD_free(name);
    MHD_free(password);
    return 0;
}

enum auth_verdict login(struct prometheus *prometheus, struct request *request)
{
    struct request **end = &prometheus->logins;
    if (read_credentials(prometheus, request) < 0)
        return AUTH_WRONG;
    enum auth_verdict verdict =
        auth_look_up(&prometheus->auth, &request->digest, hash_address(request->client),
                     (int64_t)uv_now(prometheus->loop));
    if (verdict != AUTH_UNKNOWN)
        return verdict;
    if (prometheus->login_count >= MAX_WAITING)
        return AUTH_TOO_FAST;
    while (*end)
        end = &(*end)->next;
    *end = request;
    request->next = NULL;
    prometheus->login_count++;
    MHD_suspend_connection(request->connection);
    login_start_check(&prometheus->check);
    return AUTH_UNKNOWN;
}

void login_release(struct prometheus *prometheus)
{
    while (prometheus->logins) {
        struct request *request = prometheus->logins;
        prometheus->logins = request->next;
        http_resume(request);
    }
    prometheus->login_count = 0;
}
