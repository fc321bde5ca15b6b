/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /probe over HTTP, with real workers: this program executes itself as the worker of its probes.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/privileges.h"
#include "agent/web_probe.h"
#include "agent/worker.h"

static const struct metric reach = {
    .name = "forewarn_test_reach", .type = METRIC_GAUGE, .help = "reach", .labels = {"target"}};
static const struct metric *const metrics[] = {&reach, NULL};

static int poll_nothing(struct probe_run *run, struct error *e)
{
    (void)run;
    (void)e;
    return 0;
}

/* What is wrong with a target is in its name. */
static int ask(struct probe_run *run, const char *target, struct error *e)
{
    if (strcmp(target, "lost") == 0)
        return error_set(e, -ENOENT, "there is no way to it");
    if (!probe_begin(run, target))
        return 0;
    BATCH_SAMPLE(&run->batch, &reach, 7, target);
    if (strcmp(target, "dies") == 0)
        kill(getpid(), SIGKILL);
    while (strncmp(target, "hangs", 5) == 0)
        pause();
    probe_end(run, target);
    return strcmp(target, "ill") == 0 ? error_set(e, -EIO, "it is ill") : 0;
}

#define PROBE(what) .name = what, .capabilities = "", .metrics = metrics, .deadline_ms = 20000

static const struct probe silent = {PROBE("silent")};
static const struct probe asked = {PROBE("asked"), .asks = true};
static const struct probe *const all_probes[] = {&silent, &asked, NULL};
static const struct prober probers[] = {{.probe = &silent, .poll = poll_nothing},
                                        {.probe = &asked, .poll = poll_nothing, .ask = ask}};

static struct launch launch;

/* The agent, as far as it takes part. */
struct fixture {
    uv_loop_t loop;
    struct dispatch dispatch;
    struct quarantine quarantine;
    struct prometheus *prometheus;
    struct web_probe web;
};

static const char *allowed[] = {"well", "ill", "lost", "dies", "hangs", "hangs2"};

static void configure(struct fixture *f, int64_t deadline_ms)
{
    struct config_probe config[CONFIG_MAX_PROBES] = {
        {.enabled = true},
        {.deadline_ms = deadline_ms,
         .targets = allowed,
         .target_count = sizeof allowed / sizeof *allowed},
    };
    web_probe_configure(&f->web, config);
}

static int set_up(void **state)
{
    static const int no_socket = -1;
    struct fixture *f = calloc(1, sizeof *f);
    struct error e;

    *state = f;
    uv_loop_init(&f->loop);
    dispatch_open(&f->dispatch, &f->loop, &launch, &f->quarantine);
    assert_int_equal(prometheus_open(&f->loop, &no_socket, 1, NULL, &f->prometheus, &e), 0);
    web_probe_open(&f->web, &f->loop, &f->dispatch, f->prometheus, all_probes);
    configure(f, 20000);
    return 0;
}

static void close_agent(struct fixture *f)
{
    web_probe_close(&f->web);
    prometheus_close(&f->prometheus);
    dispatch_close(&f->dispatch);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->prometheus)
        close_agent(f);
    free(f);
    return 0;
}

struct answer {
    int fd;
    size_t length;
    char text[8192];
    bool whole;
};

static void begin(struct fixture *f, const char *query, const char *headers, struct answer *answer)
{
    char request[512];
    int pair[2];

    *answer = (struct answer){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(prometheus_add(f->prometheus, pair[1]), 0);
    answer->fd = pair[0];
    int n = snprintf(request, sizeof request,
                     "GET /probe%s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s\r\n", query,
                     headers);
    assert_int_equal(send(pair[0], request, (size_t)n, MSG_NOSIGNAL), n);
}

static void step(struct fixture *f, struct answer *answer)
{
    if (f->prometheus)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    ssize_t n = recv(answer->fd, answer->text + answer->length,
                     sizeof answer->text - 1 - answer->length, MSG_DONTWAIT);
    if (n > 0)
        answer->length += (size_t)n;
    else if (n == 0 || errno != EAGAIN)
        answer->whole = true;
    else
        usleep(1000);
}

static void finish(struct fixture *f, struct answer *answer)
{
    while (!answer->whole)
        step(f, answer);
    close(answer->fd);
}

static const struct {
    const char *query, *headers, *lines[4]; /* of the answer; "!": must not be there */
} table[] = {
    {"", "", {"HTTP/1.1 400 ", "Which?"}},
    {"?module=asked", "", {"HTTP/1.1 400 "}},
    {"?module=nothing&target=well", "", {"HTTP/1.1 400 ", "There is no module nothing.\n"}},
    {"?module=silent&target=well", "", {"HTTP/1.1 400 ", "There is no module silent.\n"}},
    {"?module=asked&target=stranger", "", {"HTTP/1.1 403 ", "stranger is not among"}},
    {"?module=asked&target=wel", "", {"HTTP/1.1 403 "}},
    {"?module=asked&target=well",
     "",
     {"HTTP/1.1 200 ", "\nforewarn_test_reach{target=\"well\"} 7\n", "\nprobe_success 1\n",
      "\nprobe_duration_seconds 0"}},
    {"?module=asked&target=well",
     "Accept: application/openmetrics-text\r\n",
     {"application/openmetrics-text; version=1.0.0", "\nprobe_success 1\n", "# EOF\n"}},
    {"?module=asked&target=well&name[]=probe_success",
     "",
     {"\nprobe_success 1\n", "!forewarn_test_reach"}},
    {"?module=asked&target=ill",
     "",
     {"HTTP/1.1 200 ", "\nforewarn_test_reach{target=\"ill\"} 7\n", "\nprobe_success 0\n"}},
    {"?module=asked&target=lost", "", {"HTTP/1.1 200 ", "\nprobe_success 0\n"}},
    {"?module=asked&target=dies", "", {"HTTP/1.1 200 ", "\nprobe_success 0\n"}},
    {"?module=asked&target=hangs",
     "X-Prometheus-Scrape-Timeout-Seconds: 2\r\n",
     {"HTTP/1.1 200 ", "\nprobe_success 0\n", "!\nprobe_duration_seconds 0"}},
};

static void test_answers(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        begin(f, table[i].query, table[i].headers, &answer);
        finish(f, &answer);
        for (size_t k = 0; k < 4 && table[i].lines[k]; k++) {
            bool absent = table[i].lines[k][0] == '!';
            if ((strstr(answer.text, table[i].lines[k] + absent) != NULL) == absent)
                fail_msg("%s: not as %s:\n%s", table[i].query, table[i].lines[k], answer.text);
        }
    }
}

/* It ends by the probe's own deadline where nobody says how long he waits. */
static void test_deadline(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    configure(f, 1200);
    begin(f, "?module=asked&target=hangs", "", &answer);
    finish(f, &answer);
    assert_non_null(strstr(answer.text, "\nprobe_success 0\n"));
    assert_null(strstr(answer.text, "\nprobe_duration_seconds 0"));
}

/* One that hangs holds up no other; there is an end to how many may be asked. */
static void test_side_by_side(void **state)
{
    struct fixture *f = *state;
    struct answer hanging[WEB_PROBE_MOST], answer;

    for (size_t i = 0; i < WEB_PROBE_MOST - 1; i++)
        begin(f, "?module=asked&target=hangs", "", &hanging[i]);
    while (f->web.count < WEB_PROBE_MOST - 1)
        step(f, &hanging[0]);
    begin(f, "?module=asked&target=well", "", &answer);
    finish(f, &answer);
    assert_non_null(strstr(answer.text, "\nprobe_success 1\n"));
    begin(f, "?module=asked&target=hangs2", "", &hanging[WEB_PROBE_MOST - 1]);
    while (f->web.count < WEB_PROBE_MOST)
        step(f, &hanging[0]);
    begin(f, "?module=asked&target=well", "", &answer);
    finish(f, &answer);
    assert_non_null(strstr(answer.text, "HTTP/1.1 503 "));

    /* The agent ends meanwhile. */
    close_agent(f);
    for (size_t i = 0; i < WEB_PROBE_MOST; i++) {
        finish(f, &hanging[i]);
        assert_null(strstr(hanging[i].text, "200 OK"));
    }
}

/* Whoever has gone away does no harm. */
static void test_gone(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    begin(f, "?module=asked&target=hangs", "X-Prometheus-Scrape-Timeout-Seconds: 1\r\n", &answer);
    while (!f->web.count)
        step(f, &answer);
    close(answer.fd);
    while (f->web.count)
        uv_run(&f->loop, UV_RUN_ONCE);
    begin(f, "?module=asked&target=well", "", &answer);
    finish(f, &answer);
    assert_non_null(strstr(answer.text, "\nprobe_success 1\n"));
}

/* A process that cannot be killed is still in it. */
static void test_quarantine(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    quarantine_add(&f->quarantine, &asked, "well", 4711, 0);
    begin(f, "?module=asked&target=well", "", &answer);
    finish(f, &answer);
    assert_non_null(strstr(answer.text, "\nprobe_success 0\n"));
    assert_null(strstr(answer.text, "forewarn_test_reach{"));
}

/* Not /proc/self/exe itself, which is another program under valgrind. */
static const char *own_path(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

static void start_launcher(void)
{
    struct error e = {0};
    const struct launch_config config = {
        .program = own_path(),
        .probes = all_probes,
        .root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
        .root_path = "/",
        .root_is_live = true,
        .privileged = privileges_are_roots(),
    };
    if (launch_start(&config, &launch, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        exit(EXIT_FAILURE);
    }
    close(config.root_fd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_side_by_side, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quarantine, set_up, tear_down),
    };
    if (argc > 6 && strcmp(argv[1], "--worker") == 0)
        for (size_t i = 0; all_probes[i]; i++)
            if (strcmp(all_probes[i]->name, argv[2]) == 0)
                return worker_run(&probers[i], argv[4], NULL);

    alarm(120);
    signal(SIGPIPE, SIG_IGN);
    start_launcher();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    launch_stop(&launch);
    return failed;
}
