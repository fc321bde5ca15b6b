/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/agent/exporter_configuration.h"

static char directory[] = "/tmp/test_configuration_webhook.XXXXXX";

/* The name of a new file in the directory. */
static const char *file_with(const char *name, const char *content, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void everything_that_can_be_said(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;
    const char *text = arena_printf(
        arena,
        "exporters:\n"
        "  webhook:\n"
        "  - name: chat\n"
        "    url: https://host.example:8443/hook?x=y\n"
        "    bearer_file: %s\n"
        "    ca_file: %s\n"
        "    cert_file: %s\n"
        "    key_file: %s\n"
        "    group_by: [alertname, instance]\n"
        "    external_url: http://mail7:9733/\n"
        "    timeout: 3s\n"
        "    retry: 1m\n"
        "    send_resolved: false\n"
        "  - {url: 'http://[::1]:99/a', basic_auth: {username: u, password_file: %s}}\n",
        file_with("token", "t0k\"en\r\n", arena), file_with("ca", "CA\nCA\n", arena),
        file_with("cert", "C", arena), file_with("key", "K", arena),
        file_with("password", "p w", arena));

    (void)state;
    assert_string_equal(exporter_configuration(text, arena, &config), "");
    const struct config_exporter *webhook = exporter_configured(&config, "webhook");
    assert_string_equal(
        webhook->json,
        "{\"receivers\":[{\"url\":\"https://host.example:8443/hook?x=y\","
        "\"bearer\":\"t0k\\\"en\",\"ca\":\"CA\\nCA\\n\",\"certificate\":\"C\",\"key\":\"K\","
        "\"external_url\":\"http://mail7:9733/\",\"group_by\":[\"alertname\",\"instance\"],"
        "\"name\":\"chat\",\"timeout_ms\":3000,\"tries\":0,\"retry_ms\":60000,"
        "\"send_resolved\":false},"
        "{\"url\":\"http://[::1]:99/a\",\"user\":\"u\",\"password\":\"p w\",\"group_by\":[],"
        "\"name\":\"[::1]:99\",\"timeout_ms\":10000,\"tries\":0,\"retry_ms\":5000,"
        "\"send_resolved\":true}]}");
    assert_int_equal(webhook->receiver_count, 2);
    assert_string_equal(webhook->receivers[1], "[::1]:99");
}

/* "D/" stands for the directory; places in a line are as they would be with "D". */
static const char *in_place(const char *text, struct arena *arena)
{
    const char *mark = strstr(text, "D/");
    return mark ? arena_printf(arena, "%.*s%s%s", (int)(mark - text), text, directory,
                               in_place(mark + 1, arena))
                : text;
}

static void every_error_has_its_place(void **state)
{
    static const struct {
        const char *text, *errors;
    } cases[] = {
        {"{}", "f.yml:1:23: 'url' is missing\n"},
        {"{url: 'file:///etc/passwd'}",
         "f.yml:1:29: 'file:///etc/passwd' is no URL such as https://host:port/path\n"},
        {"{url: 'http:///x'}",
         "f.yml:1:29: 'http:///x' is no URL such as https://host:port/path\n"},
        {"{url: 'http://me:secret@host/'}",
         "f.yml:1:29: a user does not belong into the URL, but into 'basic_auth'\n"},
        {"{url: 'http://h', bearer_file: token}", "f.yml:1:54: 'token' is no absolute path\n"},
        {"{url: 'http://h', bearer_file: /nonexistent}", "f.yml:1:54: open /nonexistent: ENOENT\n"},
        {"{url: 'http://h', bearer_file: D/two}",
         "f.yml:1:54: the file holds more than one line\n"},
        {"{url: 'http://h', bearer_file: D/none}", "f.yml:1:54: the file holds no text\n"},
        {"{url: 'http://h', ca_file: D/latin}", "f.yml:1:50: D/latin holds no text in UTF-8\n"},
        {"{url: 'http://h', cert_file: D/two}",
         "f.yml:1:23: 'cert_file' and 'key_file' go together\n"},
        {"{url: 'http://h', basic_auth: {username: u}}",
         "f.yml:1:53: 'basic_auth' needs 'username' and 'password_file'\n"},
        {"{url: 'http://h', basic_auth: {username: u, password_file: D/one}, bearer_file: D/one}",
         "f.yml:1:23: 'bearer_file' and 'basic_auth' exclude each other\n"},
        {"{url: 'http://h', group_by: alertname}",
         "f.yml:1:51: 'group_by' must be a list, not a text\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        const char *text =
            arena_printf(arena, "exporters: {webhook: [%s]}\n", in_place(cases[i].text, arena));
        assert_string_equal(exporter_configuration(text, arena, &config),
                            in_place(cases[i].errors, arena));
    }
}

static int make_files(void **state)
{
    SCRATCH_ARENA(arena);
    (void)state;
    assert_non_null(mkdtemp(directory));
    file_with("one", "one\n", arena);
    file_with("two", "one\ntwo\n", arena);
    file_with("none", "\n", arena);
    file_with("latin", "\xe4\n", arena);
    return 0;
}

static int remove_files(void **state)
{
    SCRATCH_ARENA(arena);
    static const char *const names[] = {"one", "two",  "none", "latin",   "token",
                                        "ca",  "cert", "key",  "password"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_printf(arena, "%s/%s", directory, names[i]));
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_can_be_said),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
