/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/configuration.h"
#include "core/buf.h"

static const struct probe md = {.name = "md", .interval_ms = 15000, .deadline_ms = 5000};
static const struct probe smart = {.name = "smart", .interval_ms = 600000, .deadline_ms = 20000};
static const struct probe lock = {.name = "lock", .deadline_ms = 1000, .asks = true};
static const struct probe *const probes[] = {&md, &smart, &lock, NULL};

static void collect(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

static int parse(const char *text, struct arena *arena, struct config *config, struct buf *errors)
{
    return config_parse("f.yml", text, strlen(text), probes, arena, config, collect, errors);
}

static void nothing_is_the_default(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;
    struct buf errors = {0};

    (void)state;
    assert_int_equal(parse("", arena, &config, &errors), 0);
    assert_int_equal(config.evaluation_interval_ms, 60000);
    assert_int_equal(config.history.retention_ms, 30LL * 24 * 3600 * 1000);
    assert_int_equal(config.history.max_bytes, 1 << 30);
    assert_int_equal(config.rule_file_count, 0);
    assert_int_equal(config.external_labels->count, 0);
    assert_true(config.probes[0].enabled);
    assert_int_equal(config.probes[0].interval_ms, 15000);
    assert_int_equal(config.probes[1].deadline_ms, 20000);
    assert_int_equal(config.notify.repeat_ms[SEVERITY_CRITICAL], 4 * 3600 * 1000);
    assert_int_equal(config.notify.repeat_ms[SEVERITY_INFO], 0);
    assert_true(config.notify.resolved);
    assert_int_equal(config.heartbeat_ms, 0);
    assert_int_equal(config.prometheus.listen_count, 1);
    assert_string_equal(config.prometheus.listen[0], "127.0.0.1:9733");
    assert_null(config.prometheus.web_config);
    assert_int_equal(config.compat, 0);
    assert_null(errors.data);
}

static void everything_that_can_be_said(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;
    struct buf errors = {0};
    int code = parse("state_directory: /srv/state\n"
                     "evaluation_interval: 30s\n"
                     "history: {retention: 7d, max_bytes: 100MB, max_memory: 8MiB}\n"
                     "rule_files: [/etc/a/*.yml, /etc/b.yml]\n"
                     "external_labels: {site: a, rack: '7'}\n"
                     "compat: [smartctl_exporter]\n"
                     "exporters: {prometheus: {listen: [':80', '[::1]:81'], web_config: /w}}\n"
                     "probes:\n"
                     "  md: {interval: 1m, deadline: 500ms}\n"
                     "  smart: {enabled: false}\n"
                     "  lock: {targets: [filer.example, 192.0.2.7]}\n"
                     "notify:\n"
                     "  repeat: {critical: 30m, warning: never}\n"
                     "  least: warning\n"
                     "  resolved: false\n"
                     "  heartbeat: 5m\n",
                     arena, &config, &errors);

    (void)state;
    assert_int_equal(code, 0);
    assert_string_equal(config.state_directory, "/srv/state");
    assert_int_equal(config.evaluation_interval_ms, 30000);
    assert_int_equal(config.history.retention_ms, 7LL * 24 * 3600 * 1000);
    assert_int_equal(config.history.max_bytes, 100 * 1000 * 1000);
    assert_int_equal(config.history.max_memory, 8 << 20);
    assert_int_equal(config.rule_file_count, 2);
    assert_string_equal(config.rule_files[1], "/etc/b.yml");
    assert_int_equal(config.prometheus.listen_count, 2);
    assert_string_equal(config.prometheus.listen[1], "[::1]:81");
    assert_string_equal(config.prometheus.web_config, "/w");
    assert_int_equal(config.compat, 2);
    assert_string_equal(labels_get(config.external_labels, "rack"), "7");
    assert_int_equal(config.probes[0].interval_ms, 60000);
    assert_int_equal(config.probes[0].deadline_ms, 500);
    assert_false(config.probes[1].enabled);
    assert_int_equal(config.probes[1].interval_ms, 600000);
    assert_int_equal(config.probes[2].target_count, 2);
    assert_string_equal(config.probes[2].targets[1], "192.0.2.7");
    assert_int_equal(config.notify.repeat_ms[SEVERITY_CRITICAL], 30 * 60000);
    assert_int_equal(config.notify.repeat_ms[SEVERITY_WARNING], 0);
    assert_int_equal(config.notify.least, SEVERITY_WARNING);
    assert_false(config.notify.resolved);
    assert_int_equal(config.heartbeat_ms, 5 * 60000);
}

static const struct {
    const char *text, *errors;
} wrong[] = {
    {"compat: [node_exporter, smartctl]\n", "f.yml:1:25: there are no names of 'smartctl'\n"},
    {"compat: [node_exporte]\n",
     "f.yml:1:10: there are no names of 'node_exporte' (did you mean 'node_exporter'?)\n"},
    {"exporters: {prometheus: {listen: ['127.0.0.1:80', '9733']}}\n",
     "f.yml:1:51: '9733' is none of HOST:PORT, :PORT, [IPV6]:PORT\n"},
    {"exporters: {prometheus: {listen: ':80'}}\n",
     "f.yml:1:34: 'listen' must be a list, not a text\n"},
    {"exporters: {prometheus: {web_config: web.yml}}\n",
     "f.yml:1:38: 'web.yml' is no absolute path\n"},
    {"exporters: {promotheus: {}}\n",
     "f.yml:1:13: unknown field 'promotheus' in 'exporters' (did you mean 'prometheus'?)\n"},
    {"probes:\n  md:\n    intervall: 5s\n",
     "f.yml:3:5: unknown field 'intervall' in a probe (did you mean 'interval'?)\n"},
    {"probes: {mailindx: {}}\n", "f.yml:1:10: unknown field 'mailindx' in 'probes'\n"},
    {"state_directory: var/lib\n", "f.yml:1:18: 'var/lib' is no absolute path\n"},
    {"rule_files: [rules/*.yml]\n", "f.yml:1:14: 'rules/*.yml' is no absolute path\n"},
    {"evaluation_interval: 1 minute\n",
     "f.yml:1:22: '1 minute' is no duration such as 30s or 1h30m\n"},
    {"evaluation_interval: 2d\n", "f.yml:1:22: 2d is not between 1s and 1d\n"},
    {"history: {max_bytes: 1XB}\n", "f.yml:1:22: '1XB' is no size such as 64MiB or 1GiB\n"},
    {"history: {max_bytes: 99999999999999999999}\n",
     "f.yml:1:22: 99999999999999999999 is not between 1MiB and 64TiB\n"},
    {"history: {max_bytes: 9999999TiB, max_memory: 5}\n",
     "f.yml:1:22: 9999999TiB is not between 1MiB and 64TiB\n"
     "f.yml:1:46: 5 is not between 1MiB and 64TiB\n"},
    {"probes: {md: {enabled: maybe}}\n", "f.yml:1:24: 'maybe' is neither true nor false\n"},
    {"probes: {md: {targets: [x]}}\n", "f.yml:1:15: unknown field 'targets' in a probe\n"},
    {"probes: {lock: {targets: ['a b', '']}}\n",
     "f.yml:1:27: 'a b' is no name of a target\nf.yml:1:34: '' is no name of a target\n"},
    {"notify: {least: page}\n", "f.yml:1:17: 'page' is none of info, warning, critical\n"},
    {"notify: {repeat: {info: 1s}}\n", "f.yml:1:25: 1s is not between 1m and 30d\n"},
    {"exporters: {pigeon: {}}\n", "f.yml:1:13: unknown field 'pigeon' in 'exporters'\n"},
    {"external_labels: {__name__: x}\n", "f.yml:1:19: '__name__' is no name of a label\n"},
};

static void every_error_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        struct buf errors = {0};
        assert_true(parse(wrong[i].text, arena, &config, &errors) < 0);
        assert_string_equal(errors.data, wrong[i].errors);
        buf_free(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_the_default),
        cmocka_unit_test(everything_that_can_be_said),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
