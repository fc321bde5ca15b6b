/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/configuration_web.h"
#include "core/buf.h"

#define HASH "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"

static void collect(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

static int parse(const char *text, struct arena *arena, struct web_settings *settings,
                 struct buf *errors)
{
    return configuration_web_parse("/etc/f/web.yml", text, strlen(text), arena, settings, collect,
                                   errors);
}

static void nothing_is_plain_http(void **state)
{
    SCRATCH_ARENA(arena);
    struct web_settings settings;
    struct buf errors = {0};

    (void)state;
    assert_int_equal(parse("", arena, &settings, &errors), 0);
    assert_false(settings.tls);
    assert_int_equal(settings.user_count, 0);
    assert_int_equal(parse("tls_server_config: {}\n", arena, &settings, &errors), 0);
    assert_false(settings.tls);
    assert_null(errors.data);
}

static void everything_that_can_be_said(void **state)
{
    SCRATCH_ARENA(arena);
    struct web_settings settings;
    struct buf errors = {0};
    int code = parse("tls_server_config:\n"
                     "  cert_file: server.crt\n"
                     "  key_file: /keys/server.key\n"
                     "  client_ca_file: ca/ca.crt\n"
                     "  client_auth_type: RequireAndVerifyClientCert\n"
                     "  client_allowed_sans: [prometheus.example.org, 192.0.2.1]\n"
                     "  min_version: TLS11\n"
                     "  max_version: TLS12\n"
                     "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"
                     "  prefer_server_cipher_suites: false\n"
                     "  curve_preferences: [X25519, CurveP256]\n"
                     "http_server_config:\n"
                     "  http2: false\n"
                     "  headers:\n"
                     "    X-Frame-Options: DENY\n"
                     "    Strict-Transport-Security: max-age=1\n"
                     "    X-XSS-Protection: ''\n"
                     "basic_auth_users:\n"
                     "  alice: " HASH "\n"
                     "  bob: " HASH "\n",
                     arena, &settings, &errors);

    (void)state;
    assert_string_equal(errors.data ? errors.data : "", "");
    assert_int_equal(code, 0);
    assert_true(settings.tls);
    assert_string_equal(settings.cert_file, "/etc/f/server.crt");
    assert_string_equal(settings.key_file, "/keys/server.key");
    assert_string_equal(settings.client_ca_file, "/etc/f/ca/ca.crt");
    assert_int_equal(settings.client_auth, WEB_REQUIRE_AND_VERIFY_CLIENT_CERT);
    assert_string_equal(settings.client_allowed_sans.at[1], "192.0.2.1");
    assert_int_equal(settings.min_version, 11);
    assert_int_equal(settings.max_version, 12);
    assert_false(settings.prefer_server);
    assert_string_equal(settings.headers[3], "DENY");
    assert_null(settings.headers[4]);
    assert_int_equal(settings.user_count, 2);
    assert_string_equal(settings.users[1].name, "bob");
    assert_string_equal(web_priorities(&settings, arena),
                        "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:-MAC-ALL:+AEAD:+AEAD:"
                        "-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-RSA:-GROUP-ALL:+GROUP-X25519:"
                        "+GROUP-SECP256R1");
}

static const struct {
    const char *text, *errors;
} wrong[] = {
    {"tls_server_config: {cert_file: a}\n",
     "/etc/f/web.yml:1:20: 'tls_server_config' needs 'key_file'\n"},
    {"tls_server_config: {key_file: a}\n",
     "/etc/f/web.yml:1:20: 'tls_server_config' needs 'cert_file'\n"},
    {"tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS13\n"
     "  max_version: TLS12\n",
     "/etc/f/web.yml:2:3: 'min_version' is above 'max_version'\n"},
    {"tls_server_config: {cert_file: a, key_file: b, client_auth_type: VerifyClientCertIfGiven}\n",
     "/etc/f/web.yml:1:20: this 'client_auth_type' needs 'client_ca_file'\n"},
    {"tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}\n",
     "/etc/f/web.yml:1:20: 'client_ca_file' does nothing without 'client_auth_type'\n"},
    {"tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequestClientCert, "
     "client_allowed_sans: [x]}\n",
     "/etc/f/web.yml:1:20: 'client_allowed_sans' needs a 'client_auth_type' that requires a "
     "certificate\n"},
    {"tls_server_config: {client_auth_type: RequireAndVerifyClientCerts}\n",
     "/etc/f/web.yml:1:39: 'RequireAndVerifyClientCerts' is not known (did you mean "
     "'RequireAndVerifyClientCert'?)\n"},
    {"tls_server_config: {cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}\n",
     "/etc/f/web.yml:1:37: 'TLS_RSA_WITH_RC4_128_SHA' is no cipher suite that is known here\n"},
    {"tls_server_config: {certfile: a}\n",
     "/etc/f/web.yml:1:21: unknown field 'certfile' in 'tls_server_config' (did you mean "
     "'cert_file'?)\n"},
    {"http_server_config: {headers: {X-Frame-Options: maybe, Server: x}}\n",
     "/etc/f/web.yml:1:49: 'maybe' is no value of X-Frame-Options\n"
     "/etc/f/web.yml:1:56: the header 'Server' cannot be set\n"},
    {"http_server_config: {headers: {Content-Security-Policy: \"a\\r\\nSet-Cookie: b\"}}\n",
     "/etc/f/web.yml:1:57: 'a\r\nSet-Cookie: b' is no value of Content-Security-Policy\n"},
    {"http_server_config: {http2: 7}\n", "/etc/f/web.yml:1:29: '7' is neither true nor false\n"},
    {"basic_auth_users: {a: secret}\n",
     "/etc/f/web.yml:1:23: the password of 'a' is no bcrypt hash ($2y$10$...), as htpasswd -nB "
     "makes them\n"},
    {"basic_auth_users: {a: $2y$31$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG}\n",
     "/etc/f/web.yml:1:23: the password of 'a' has a cost above 18, which takes seconds\n"},
    {"basic_auth_users: {'a:b': " HASH "}\n", "/etc/f/web.yml:1:20: 'a:b' is no name of a user\n"},
    {"basic_auth_users: [a]\n", "/etc/f/web.yml:1:19: 'basic_auth_users' must be a mapping, not a "
                                "list\n"},
    {"rate_limits: {}\n", "/etc/f/web.yml:1:1: unknown field 'rate_limits' in the web "
                          "configuration\n"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        SCRATCH_ARENA(arena);
        struct web_settings settings;
        struct buf errors = {0};
        assert_true(parse(wrong[i].text, arena, &settings, &errors) < 0);
        assert_string_equal(errors.data, wrong[i].errors);
        buf_free(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_plain_http),
        cmocka_unit_test(everything_that_can_be_said),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
