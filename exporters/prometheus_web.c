/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/prometheus_web.h"

#include <string.h>

const char *const web_header_names[WEB_HEADERS] = {
    "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
    "X-Frame-Options",         "X-XSS-Protection",
};

static const struct web_suite suites[] = {
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "RSA", "AES-128-CBC", "SHA1"},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "RSA", "AES-256-CBC", "SHA1"},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "RSA", "AES-128-GCM", "AEAD"},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "RSA", "AES-256-GCM", "AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA", "AES-128-CBC", "SHA1"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA", "AES-256-CBC", "SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA", "AES-128-CBC", "SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA", "AES-256-CBC", "SHA1"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA", "AES-128-GCM", "AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA", "AES-256-GCM", "AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA", "AES-128-GCM", "AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA", "AES-256-GCM", "AEAD"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"},
    {"TLS_AES_128_GCM_SHA256", NULL, "AES-128-GCM", "AEAD"}, /* those of TLS 1.3 */
    {"TLS_AES_256_GCM_SHA384", NULL, "AES-256-GCM", "AEAD"},
    {"TLS_CHACHA20_POLY1305_SHA256", NULL, "CHACHA20-POLY1305", "AEAD"},
};

const struct web_suite *web_suite_find(const char *name)
{
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (strcmp(suites[i].name, name) == 0)
            return &suites[i];
    return NULL;
}

const char *web_curve_find(const char *name)
{
    static const char *const curves[][2] = {{"CurveP256", "GROUP-SECP256R1"},
                                            {"CurveP384", "GROUP-SECP384R1"},
                                            {"CurveP521", "GROUP-SECP521R1"},
                                            {"X25519", "GROUP-X25519"}};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(curves[i][0], name) == 0)
            return curves[i][1];
    return NULL;
}

/*
 * GnuTLS chooses key exchange, cipher and MAC each for itself, so that all combinations of those
 * named are allowed; ciphers of TLS 1.3 stay where that is.
 */
static const char *add_suites(const struct web_settings *settings, const char *text,
                              struct arena *arena)
{
    static const char *const newest[] = {"AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"};
    const char *ciphers = ":-CIPHER-ALL", *exchanges = ":-KX-ALL", *macs = ":-MAC-ALL";
    for (size_t i = 0; i < settings->cipher_suites.count; i++) {
        const struct web_suite *suite = web_suite_find(settings->cipher_suites.at[i]);
        ciphers = arena_printf(arena, "%s:+%s", ciphers, suite->cipher);
        macs = arena_printf(arena, "%s:+%s", macs, suite->mac);
        if (suite->exchange)
            exchanges = arena_printf(arena, "%s:+%s", exchanges, suite->exchange);
    }
    for (size_t i = 0; settings->max_version == 13 && i < sizeof newest / sizeof *newest; i++)
        ciphers = arena_printf(arena, "%s:+%s", ciphers, newest[i]);
    return arena_printf(arena, "%s%s:+AEAD%s%s", text, macs, ciphers,
                        exchanges[strlen(":-KX-ALL")] ? exchanges : "");
}

const char *web_priorities(const struct web_settings *settings, struct arena *arena)
{
    const char *text = "NORMAL:-VERS-ALL";
    for (int version = settings->max_version; version >= settings->min_version; version--)
        text = arena_printf(arena, "%s:+VERS-TLS1.%d", text, version - 10);
    if (settings->cipher_suites.count)
        text = add_suites(settings, text, arena);
    for (size_t i = 0; i < settings->curves.count; i++)
        text = arena_printf(arena, "%s%s:+%s", text, i ? "" : ":-GROUP-ALL",
                            web_curve_find(settings->curves.at[i]));
    return settings->prefer_server ? arena_printf(arena, "%s:%%SERVER_PRECEDENCE", text) : text;
}
