/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent for tests: tell PROGRAM STATE-DIRECTORY executes an exporter's program and tells it what
 * comes on standard input, a line each with | between:
 *     configuration|JSON
 *     event|KIND|ID|SEQUENCE|RECEIVER,...[|ALERT|SEVERITY|SINCE-MS[|LABEL=VALUE]...]
 *     metric|NAME|VALUE[|LABEL=VALUE]...        for the next snapshot, as is
 *     alert|ALERT|SEVERITY|SINCE-MS[|LABEL=VALUE]...
 *     snapshot|AT-MS
 * where a label that begins with @ is an annotation, and KIND a number. What it is told comes on
 * standard output: "pid PID", then "told ID RECEIVER delivered|waits ERROR".
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/exporter.pb-c.h"
#include "core/wire.h"
#include "tests/exporters/snapshot_lines.h"

enum { LINK_FD = 3 };

struct teller {
    int fd;
    struct snapshot_lines snapshot;
    struct buf in, line;
};

static void send_tell(struct teller *teller, const Forewarn__Tell *tell)
{
    struct buf out = {0};
    wire_put(&out, &tell->base);
    for (size_t done = 0; done < out.length;) {
        ssize_t n = send(teller->fd, out.data + done, out.length - done, MSG_NOSIGNAL);
        if (n < 0)
            exit(3);
        done += (size_t)n;
    }
    buf_free(&out);
}

static void send_event(struct teller *teller, char **fields, size_t count)
{
    SCRATCH_ARENA(arena);
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    char *receivers[LINE_MAX_FIELDS];

    event.has_kind = event.has_at_ms = event.has_sequence = true;
    event.kind = (Forewarn__EventKind)atoi(fields[1]);
    event.id = fields[2];
    event.sequence = strtoull(fields[3], NULL, 10);
    event.at_ms = 1772355600000;
    event.host = (char *)"mail7";
    event.receiver = receivers;
    for (char *rest = fields[4], *name; (name = strsep(&rest, ","));)
        receivers[event.n_receiver++] = name;
    if (count > 7)
        event.alert = line_alert(arena, fields + 5, count - 5);
    tell.event = &event;
    send_tell(teller, &tell);
}

static void obey(struct teller *teller, char *line)
{
    char *fields[LINE_MAX_FIELDS];
    Forewarn__Tell tell = FOREWARN__TELL__INIT;

    if (strncmp(line, "configuration|", 14) == 0) {
        tell.configuration = line + 14;
        send_tell(teller, &tell);
        return;
    }
    if (snapshot_lines_take(&teller->snapshot, line))
        return;
    size_t count = line_cut(line, fields);
    if (strcmp(fields[0], "event") == 0 && count > 4) {
        send_event(teller, fields, count);
    } else if (strcmp(fields[0], "snapshot") == 0 && count > 1) {
        tell.snapshot = snapshot_lines_end(&teller->snapshot, atoll(fields[1]));
        send_tell(teller, &tell);
        snapshot_lines_begin(&teller->snapshot);
    } else if (fields[0][0]) {
        fprintf(stderr, "tell: what is '%s'?\n", fields[0]);
        exit(2);
    }
}

/* False at the end. */
static bool hear_program(struct teller *teller)
{
    char chunk[4096];
    ProtobufCMessage *message;
    ssize_t n = read(teller->fd, chunk, sizeof chunk);

    if (n <= 0)
        return false;
    buf_add(&teller->in, chunk, (size_t)n);
    while (wire_take(&teller->in, &forewarn__told__descriptor, &message, NULL) == 1) {
        const Forewarn__Told *told = (const Forewarn__Told *)message;
        printf("told %s %s %s %s\n", told->id, told->receiver,
               told->delivered ? "delivered" : "waits", told->error ? told->error : "");
        protobuf_c_message_free_unpacked(message, NULL);
    }
    fflush(stdout);
    return true;
}

static bool hear_input(struct teller *teller)
{
    char chunk[4096], *end;
    ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);

    if (n <= 0)
        return false;
    buf_add(&teller->line, chunk, (size_t)n);
    while (teller->line.length && (end = memchr(teller->line.data, '\n', teller->line.length))) {
        *end = '\0';
        size_t length = (size_t)(end - teller->line.data) + 1;
        obey(teller, teller->line.data);
        buf_drop(&teller->line, length);
    }
    return true;
}

static void talk(struct teller *teller)
{
    struct pollfd polls[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                              {.fd = teller->fd, .events = POLLIN}};

    while (poll(polls, 2, -1) >= 0) {
        if (polls[1].revents && !hear_program(teller))
            break;
        if (polls[0].revents && !hear_input(teller))
            break;
    }
}

int main(int argc, char **argv)
{
    struct teller teller = {0};
    int fds[2], status = 0;

    if (argc != 3 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], LINK_FD);
        execl(argv[1], argv[1], argv[2], (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    teller.fd = fds[0];
    printf("pid %d\n", pid);
    fflush(stdout);
    snapshot_lines_begin(&teller.snapshot);
    talk(&teller);
    close(teller.fd);
    waitpid(pid, &status, 0);
    snapshot_lines_free(&teller.snapshot);
    buf_free(&teller.in);
    buf_free(&teller.line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
