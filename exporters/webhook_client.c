/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/webhook_client.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

enum { TEXT_BYTES = 200, MOST_CONNECTIONS = 32, CONNECT_MS = 10 * 1000, MOST_RETRY_S = 3600 };

/*
 * libcurl is loaded by the one process that needs it. Linked to the program it would cost each of
 * its processes 1.1 MiB and, with the two dozen libraries that it brings along, tens of
 * milliseconds at each start of a worker.
 */
struct library {
    void *handle;
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_easy_init) *easy_init;
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_multi_init) *multi_init;
    CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_multi_info_read) *multi_info_read;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
};

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define FUNCTION(name)                                                                             \
    {                                                                                              \
        "curl_" #name, offsetof(struct library, name)                                              \
    }
    FUNCTION(global_init),   FUNCTION(easy_init),        FUNCTION(easy_setopt),
    FUNCTION(easy_getinfo),  FUNCTION(easy_cleanup),     FUNCTION(easy_strerror),
    FUNCTION(slist_append),  FUNCTION(slist_free_all),   FUNCTION(multi_init),
    FUNCTION(multi_setopt),  FUNCTION(multi_add_handle), FUNCTION(multi_remove_handle),
    FUNCTION(multi_perform), FUNCTION(multi_poll),       FUNCTION(multi_info_read),
    FUNCTION(multi_cleanup),
#undef FUNCTION
};

/* One POST. */
struct transfer {
    CURL *easy;
    struct curl_slist *headers;
    struct buf text;
    char error[CURL_ERROR_SIZE];
    void *token;
    struct transfer *next;
};

struct webhook_client {
    struct library curl;
    CURLM *multi;
    struct transfer *transfers;
    struct transfer *taken; /* whose texts the last reply points to */
};

static int load(struct library *library, struct error *e)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};

    for (size_t i = 0; !library->handle && i < sizeof names / sizeof *names; i++)
        library->handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library->handle)
        return error_set(e, -ENOENT, "webhooks need libcurl (Debian: libcurl4): %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library->handle, functions[i].name);
        if (!function)
            return error_set(e, -ENOENT, "libcurl has no %s", functions[i].name);
        memcpy((char *)library + functions[i].offset, &function, sizeof function);
    }
    return library->global_init(CURL_GLOBAL_DEFAULT) ? error_set(e, -EIO, "libcurl does not start")
                                                     : 0;
}

struct webhook_client *webhook_client_new(struct error *e)
{
    struct webhook_client *client = calloc(1, sizeof *client);
    if (!client)
        abort();
    if (load(&client->curl, e) < 0) {
        free(client);
        return NULL;
    }
    client->multi = client->curl.multi_init();
    if (!client->multi)
        abort();
    client->curl.multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)MOST_CONNECTIONS);
    return client;
}

static void free_transfer(struct webhook_client *client, struct transfer *transfer)
{
    if (!transfer)
        return;
    client->curl.multi_remove_handle(client->multi, transfer->easy);
    client->curl.easy_cleanup(transfer->easy);
    client->curl.slist_free_all(transfer->headers);
    buf_free(&transfer->text);
    free(transfer);
}

void webhook_client_free(struct webhook_client **client)
{
    if (!*client)
        return;
    while ((*client)->transfers) {
        struct transfer *transfer = (*client)->transfers;
        (*client)->transfers = transfer->next;
        free_transfer(*client, transfer);
    }
    free_transfer(*client, (*client)->taken);
    (*client)->curl.multi_cleanup((*client)->multi);
    free(*client); /* the library stays: it does not like to be loaded twice */
    *client = NULL;
}

/* Keeps how the answer begins; the rest is let go by. */
static size_t keep_text(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t length = size * count, room = TEXT_BYTES - transfer->text.length;
    buf_add(&transfer->text, data, length < room ? length : room);
    return length;
}

static CURLcode set_blob(const struct library *curl, CURL *easy, CURLoption option,
                         const char *text)
{
    struct curl_blob blob = {.flags = CURL_BLOB_COPY};
    if (!text)
        return CURLE_OK;
    blob.data = (void *)(uintptr_t)text;
    blob.len = strlen(text);
    return curl->easy_setopt(easy, option, &blob);
}

static CURLcode set_text(const struct library *curl, CURL *easy, CURLoption option,
                         const char *text)
{
    return text ? curl->easy_setopt(easy, option, text) : CURLE_OK;
}

static CURLcode set_identity(const struct library *curl, CURL *easy,
                             const struct webhook_settings *settings)
{
    CURLcode code = CURLE_OK;
    if (settings->user || settings->bearer)
        code = curl->easy_setopt(easy, CURLOPT_HTTPAUTH,
                                 (long)(settings->bearer ? CURLAUTH_BEARER : CURLAUTH_BASIC));
    code = code ? code : set_text(curl, easy, CURLOPT_XOAUTH2_BEARER, settings->bearer);
    code = code ? code : set_text(curl, easy, CURLOPT_USERNAME, settings->user);
    code = code ? code : set_text(curl, easy, CURLOPT_PASSWORD, settings->password);
    code = code ? code : set_blob(curl, easy, CURLOPT_CAINFO_BLOB, settings->ca);
    code = code ? code : set_blob(curl, easy, CURLOPT_SSLCERT_BLOB, settings->certificate);
    return code ? code : set_blob(curl, easy, CURLOPT_SSLKEY_BLOB, settings->key);
}

static CURLcode set_numbers(const struct library *curl, CURL *easy, int64_t timeout_ms)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_TIMEOUT_MS, (long)timeout_ms},
        {CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_MS ? (long)timeout_ms : CONNECT_MS},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < sizeof numbers / sizeof *numbers; i++)
        code = curl->easy_setopt(easy, numbers[i].option, numbers[i].value);
    return code;
}

static CURLcode set_request(const struct library *curl, struct transfer *transfer,
                            const struct webhook_settings *settings, const struct buf *body)
{
    CURL *easy = transfer->easy;
    CURLcode code = curl->easy_setopt(easy, CURLOPT_URL, settings->url);

    code = code ? code : set_text(curl, easy, CURLOPT_PROTOCOLS_STR, "http,https");
    code = code ? code : set_text(curl, easy, CURLOPT_PROXY, "");
    code = code ? code : set_text(curl, easy, CURLOPT_USERAGENT, "forewarn/" PACKAGE_VERSION);
    code = code ? code
                : curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body->data);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_text);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    code = code ? code : curl->easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    code = code ? code : set_numbers(curl, easy, settings->timeout_ms);
    return code ? code : set_identity(curl, easy, settings);
}

int webhook_client_post(struct webhook_client *client, const struct webhook_settings *settings,
                        const struct buf *body, void *token, struct error *e)
{
    const struct library *curl = &client->curl;
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        abort();
    transfer->token = token;
    transfer->easy = curl->easy_init();
    transfer->headers = curl->slist_append(NULL, "Content-Type: application/json");
    transfer->headers = curl->slist_append(transfer->headers, "Expect:");
    if (!transfer->easy || !transfer->headers)
        abort();
    CURLcode code = set_request(curl, transfer, settings, body);
    if (code == CURLE_OK &&
        client->curl.multi_add_handle(client->multi, transfer->easy) == CURLM_OK) {
        transfer->next = client->transfers;
        client->transfers = transfer;
        return 0;
    }
    error_set(e, -EIO, "%s", curl->easy_strerror(code));
    free_transfer(client, transfer);
    return -EIO;
}

static void unlink_transfer(struct webhook_client *client, const struct transfer *transfer)
{
    struct transfer **at = &client->transfers;
    while (*at && *at != transfer)
        at = &(*at)->next;
    if (*at)
        *at = transfer->next;
}

static void fill(const struct webhook_client *client, struct transfer *transfer, CURLcode result,
                 struct webhook_reply *reply)
{
    const struct library *curl = &client->curl;
    curl_off_t retry_after = 0;

    *reply = (struct webhook_reply){.token = transfer->token, .text = ""};
    if (result != CURLE_OK) {
        reply->error = transfer->error[0] ? transfer->error : curl->easy_strerror(result);
        return;
    }
    curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status);
    curl->easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    if (retry_after > MOST_RETRY_S)
        retry_after = MOST_RETRY_S;
    reply->retry_after_ms = retry_after * 1000;
    if (transfer->text.length)
        reply->text = transfer->text.data;
}

bool webhook_client_take(struct webhook_client *client, struct webhook_reply *reply)
{
    int left;
    CURLMsg *message;
    char *private = NULL;

    free_transfer(client, client->taken);
    client->taken = NULL;
    do
        message = client->curl.multi_info_read(client->multi, &left);
    while (message && message->msg != CURLMSG_DONE);
    if (!message)
        return false;
    CURLcode result = message->data.result;
    client->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    client->taken = (struct transfer *)(void *)private;
    unlink_transfer(client, client->taken);
    fill(client, client->taken, result, reply);
    return true;
}

void webhook_client_wait(struct webhook_client *client, int fd, int timeout_ms)
{
    struct curl_waitfd wait = {.fd = fd, .events = CURL_WAIT_POLLIN};
    int running;

    /* In this order: what a perform has ended must be taken before the next poll. */
    client->curl.multi_poll(client->multi, &wait, 1, timeout_ms < 0 ? INT32_MAX : timeout_ms, NULL);
    client->curl.multi_perform(client->multi, &running);
}
