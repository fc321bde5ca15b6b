/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/exporter.pb-c.h"
#include "core/wire.h"

/*
 * Plays the agent for an exporter's worker: "tell FOREWARND EXPORTER CONFIGURATION" starts it and
 * gives it the configuration (JSON). Each line of standard input then is an event,
 *     ID KIND RECEIVER[,RECEIVER] [NAME=VALUE]...
 * where KIND is the number of an EventKind, alertname=, severity= and label names name the alert's
 * (none: an event without an alert), and a value takes up the line's rest where its name is
 * summary, description or action. Each line of standard output is what the worker told:
 *     ID RECEIVER delivered|failed ERROR
 * The worker's end of the socket is closed at the end of the input; exits as the worker does.
 */
enum { MAX_FIELDS = 20, MAX_LINE = 64 * 1024 };

typedef Io__Prometheus__Client__LabelPair pair_t;

static pair_t pairs[MAX_FIELDS];
static pair_t *labels[MAX_FIELDS], *annotations[MAX_FIELDS];

static bool is_annotation(const char *name)
{
    return strcmp(name, "summary") == 0 || strcmp(name, "description") == 0 ||
           strcmp(name, "action") == 0;
}

static void fill_alert(char *rest, Forewarn__Alert *alert)
{
    forewarn__alert__init(alert);
    alert->label = labels;
    alert->annotation = annotations;
    alert->has_value = alert->has_starts_at_ms = true;
    alert->value = 1;
    alert->starts_at_ms = 1700000000000;
    for (size_t n = 0; rest && *rest && n < MAX_FIELDS; n++) {
        char *name = rest, *value = strchr(name, '=');
        if (!value)
            return;
        *value++ = '\0';
        rest = is_annotation(name) ? NULL : strchr(value, ' ');
        if (rest)
            *rest++ = '\0';
        io__prometheus__client__label_pair__init(&pairs[n]);
        pairs[n].name = name;
        pairs[n].value = value;
        if (strcmp(name, "severity") == 0)
            alert->severity = value;
        else if (is_annotation(name))
            annotations[alert->n_annotation++] = &pairs[n];
        else
            labels[alert->n_label++] = &pairs[n];
        if (strcmp(name, "alertname") == 0)
            alert->name = value;
    }
}

static void send_message(int fd, const Forewarn__Tell *tell)
{
    struct buf out = {0};
    wire_put(&out, &tell->base);
    for (size_t sent = 0; sent < out.length;) {
        ssize_t n = send(fd, out.data + sent, out.length - sent, MSG_NOSIGNAL);
        if (n < 0)
            exit(3);
        sent += (size_t)n;
    }
    buf_free(&out);
}

static void send_event(int fd, char *line)
{
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    Forewarn__Alert alert;
    char *receivers[MAX_FIELDS], *rest;
    static uint64_t sequence;

    event.id = strtok_r(line, " ", &rest);
    char *kind = strtok_r(NULL, " ", &rest), *names = strtok_r(NULL, " ", &rest);
    if (!event.id || !kind || !names)
        return;
    event.has_kind = event.has_at_ms = event.has_sequence = true;
    event.kind = (Forewarn__EventKind)atoi(kind);
    event.at_ms = 1700000001500;
    event.sequence = ++sequence;
    event.host = (char *)(uintptr_t) "mail7";
    event.receiver = receivers;
    fill_alert(rest, &alert);
    if (alert.name)
        event.alert = &alert;
    for (char *name; (name = strtok_r(event.n_receiver ? NULL : names, ",", &names));)
        receivers[event.n_receiver++] = name;
    tell.event = &event;
    send_message(fd, &tell);
}

/* Prints what there is; false when the worker has closed its end. */
static bool take(int fd, struct buf *in)
{
    char data[4096];
    ProtobufCMessage *message;
    struct error e = {0};
    ssize_t n = recv(fd, data, sizeof data, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN;
    buf_add(in, data, (size_t)n);
    while (wire_take(in, &forewarn__told__descriptor, &message, &e) > 0) {
        const Forewarn__Told *told = (const Forewarn__Told *)message;
        printf("%s %s %s %s\n", told->id, told->receiver, told->delivered ? "delivered" : "failed",
               told->error ? told->error : "");
        protobuf_c_message_free_unpacked(message, NULL);
    }
    fflush(stdout);
    return n > 0;
}

static pid_t start(char **argv, int *fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        exit(3);
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        dup2(pair[1], 3);
        dup2(3, 4);
        execl(argv[1], "forewarn", "--exporter", argv[2], "--state", "", NULL);
        _exit(127);
    }
    close(pair[1]);
    *fd = pair[0];
    return pid;
}

int main(int argc, char **argv)
{
    static char line[MAX_LINE];
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    struct buf in = {0}, told = {0};
    int fd, status;
    char data[4096];

    if (argc != 4)
        return 2;
    pid_t pid = start(argv, &fd);
    tell.configuration = argv[3];
    send_message(fd, &tell);
    for (bool open = true; open;) {
        struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[1].revents && !take(fd, &told))
            break;
        if (!fds[0].revents)
            continue;
        ssize_t n = read(0, data, sizeof data);
        open = n > 0;
        buf_add(&in, data, n > 0 ? (size_t)n : 0);
        for (char *end; in.length && (end = memchr(in.data, '\n', in.length));) {
            size_t length = (size_t)(end - in.data);
            snprintf(line, sizeof line, "%.*s", (int)length, in.data);
            buf_drop(&in, length + 1);
            send_event(fd, line);
        }
    }
    buf_free(&in);
    buf_free(&told);
    close(fd);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
