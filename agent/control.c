/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/log.h"

struct client {
    struct client *next;
    struct control *control;
    uv_pipe_t pipe;
    uv_timer_t timer;
    uv_write_t write;
    uid_t uid;
    unsigned open_handles;
    struct buf in, out;
    json_t *request; /* under way */
    const struct control_command *command;
    uint64_t wait_until_ms; /* uv_now() */
    char chunk[4096];
};

/* How often a command that waits is asked whether it is ready. */
enum { RETRY_MS = 20 };

struct control {
    uv_pipe_t pipe;
    const struct control_command *commands;
    void *owner;
    struct client *clients;
    char *path;
    ino_t inode; /* of the socket, to remove no other's */
    bool closing;
};

static void free_control(struct control *control)
{
    free(control->path);
    free(control);
}

static void on_client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    struct control *control = client->control;
    struct client **link = &control->clients;

    if (--client->open_handles)
        return;
    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    json_decref(client->request);
    buf_free(&client->in);
    buf_free(&client->out);
    free(client);
    if (control->closing && !control->clients && uv_is_closing((uv_handle_t *)&control->pipe))
        free_control(control);
}

static void close_client(struct client *client)
{
    if (uv_is_closing((uv_handle_t *)&client->pipe))
        return;
    uv_close((uv_handle_t *)&client->pipe, on_client_closed);
    uv_close((uv_handle_t *)&client->timer, on_client_closed);
}

static void on_timeout(uv_timer_t *timer)
{
    close_client(timer->data);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status; /* a client that is gone needs no answer */
    close_client(write->data);
}

static int append(const char *data, size_t length, void *out)
{
    buf_add(out, data, length);
    return 0;
}

static void put_error(struct buf *out, const char *kind, const char *text)
{
    json_t *error =
        json_pack("{s:s, s:s, s:s}", "status", "error", "errorType", kind, "error", text);
    if (json_dump_callback(error, append, out, JSON_COMPACT) < 0)
        buf_puts(out, "{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"\"}");
    json_decref(error);
    buf_puts(out, "\n");
}

/* Sends what there is in client->out. */
static void answer(struct client *client)
{
    uv_buf_t buf = uv_buf_init(client->out.data, (unsigned)client->out.length);

    client->write.data = client;
    uv_timer_start(&client->timer, on_timeout, CONTROL_TIMEOUT_MS, 0);
    if (uv_write(&client->write, (uv_stream_t *)&client->pipe, &buf, 1, on_written) < 0)
        close_client(client);
}

static bool may_change(const struct client *client)
{
    return client->uid == 0 || client->uid == geteuid();
}

static const struct control_command *find_command(const struct control *control, const char *name)
{
    for (const struct control_command *command = control->commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static void run(struct client *client)
{
    struct error e = {0};
    if (client->command->run(client->control->owner, client->request, &client->out, &e) < 0)
        put_error(&client->out, "execution", e.text);
    answer(client);
}

static void on_retry(uv_timer_t *timer)
{
    struct client *client = timer->data;
    const struct control_command *command = client->command;

    if (uv_now(timer->loop) >= client->wait_until_ms ||
        command->ready(client->control->owner, client->request))
        run(client);
    else
        uv_timer_start(timer, on_retry, RETRY_MS, 0);
}

/* Runs the command, or waits until it is ready. */
static void obey(struct client *client)
{
    double seconds = json_number_value(json_object_get(client->request, "timeout"));
    double most = (double)CONTROL_MAX_WAIT_MS / 1000;

    if (!client->command->ready) {
        run(client);
        return;
    }
    seconds = seconds > 0 ? seconds : 0;
    client->wait_until_ms =
        uv_now(client->timer.loop) + (uint64_t)(1000 * (seconds < most ? seconds : most));
    json_object_set_new(client->request, "asked_at", json_integer(clock_wall_ms(&clock_system)));
    on_retry(&client->timer);
}

static void take_request(struct client *client)
{
    json_error_t error;
    const char *end = memchr(client->in.data, '\n', client->in.length);
    const char *name;

    uv_read_stop((uv_stream_t *)&client->pipe);
    client->request = json_loadb(client->in.data, (size_t)(end - client->in.data), 0, &error);
    name = json_string_value(json_object_get(client->request, "command"));
    client->command = name ? find_command(client->control, name) : NULL;
    if (!client->request)
        put_error(&client->out, "bad_data", error.text);
    else if (!client->command)
        put_error(&client->out, "bad_data", name ? "there is no such command" : "which command?");
    else if (client->command->changes && !may_change(client))
        put_error(&client->out, "forbidden", "only root and the agent's own user may do that");
    if (client->out.length)
        answer(client);
    else
        obey(client);
}

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct client *client = handle->data;
    (void)suggested;
    *buf = uv_buf_init(client->chunk, sizeof client->chunk);
}

static void on_bytes(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct client *client = stream->data;

    if (n < 0) {
        close_client(client);
        return;
    }
    buf_add(&client->in, buf->base, (size_t)n);
    if (n > 0 && memchr(buf->base, '\n', (size_t)n)) {
        take_request(client);
    } else if (client->in.length > CONTROL_MAX_REQUEST) {
        uv_read_stop((uv_stream_t *)&client->pipe);
        put_error(&client->out, "bad_data", "the request is too long");
        answer(client);
    }
}

static bool take_uid(struct client *client)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    uv_os_fd_t fd;

    if (uv_fileno((const uv_handle_t *)&client->pipe, &fd) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return false;
    client->uid = peer.uid;
    return true;
}

/* No user may keep the others out, and nobody root. One that is being closed does not count. */
static bool is_too_many(const struct client *client)
{
    unsigned same = 0, users = 0;

    for (const struct client *other = client->control->clients; other; other = other->next) {
        if (uv_is_closing((const uv_handle_t *)&other->pipe))
            continue;
        same += other->uid == client->uid;
        users += other->uid != 0;
    }
    if (client->uid == 0)
        return same > CONTROL_MAX_CLIENTS;
    return same > CONTROL_MAX_PER_USER || users > CONTROL_MAX_CLIENTS;
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct control *control = stream->data;
    struct client *client;

    if (status < 0)
        return;
    client = calloc(1, sizeof *client);
    if (!client)
        abort();
    client->control = control;
    client->open_handles = 2;
    uv_pipe_init(stream->loop, &client->pipe, 0);
    uv_timer_init(stream->loop, &client->timer);
    client->pipe.data = client->timer.data = client;
    client->next = control->clients;
    control->clients = client;
    uv_timer_start(&client->timer, on_timeout, CONTROL_TIMEOUT_MS, 0);
    if (uv_accept(stream, (uv_stream_t *)&client->pipe) < 0 || !take_uid(client) ||
        is_too_many(client))
        close_client(client);
    else
        uv_read_start((uv_stream_t *)&client->pipe, give_chunk, on_bytes);
}

/* A socket file that nobody listens to is what a killed agent leaves behind. */
static int remove_stale(const char *path, struct error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;

    if (lstat(path, &st) < 0)
        return 0;
    if (!S_ISSOCK(st.st_mode))
        return error_set(e, -EEXIST, "control socket %s: there is something else", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int answers = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(fd);
    if (answers)
        return error_set(e, -EADDRINUSE, "control socket %s: another agent listens there", path);
    return unlink(path) < 0 && errno != ENOENT
               ? error_set(e, -errno, "control socket %s: unlink: %s", path, error_name(errno))
               : 0;
}

int control_open(uv_loop_t *loop, const char *path, const struct control_command *commands,
                 void *owner, struct control **control, struct error *e)
{
    struct control *new;
    struct stat st;

    if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return error_set(e, -ENAMETOOLONG, "control socket %s: the path is too long", path);
    int code = remove_stale(path, e);
    if (code < 0)
        return code;
    new = calloc(1, sizeof *new);
    if (!new)
        abort();
    new->commands = commands;
    new->owner = owner;
    new->path = strdup(path);
    uv_pipe_init(loop, &new->pipe, 0);
    new->pipe.data = new;
    *control = new;
    code = uv_pipe_bind(&new->pipe, path);
    if (code == 0 && chmod(path, 0666) == 0 && stat(path, &st) == 0)
        new->inode = st.st_ino;
    if (code == 0)
        code = uv_listen((uv_stream_t *)&new->pipe, CONTROL_MAX_CLIENTS, on_connection);
    if (code < 0) {
        error_set(e, code, "control socket %s: %s", path, error_name(code));
        control_close(control);
    }
    return code;
}

static void on_control_closed(uv_handle_t *handle)
{
    struct control *control = handle->data;
    if (!control->clients)
        free_control(control);
}

void control_close(struct control **control)
{
    struct control *old = *control;
    struct stat st;

    if (!old)
        return;
    *control = NULL;
    old->closing = true;
    if (old->inode && stat(old->path, &st) == 0 && st.st_ino == old->inode)
        unlink(old->path);
    for (struct client *client = old->clients; client; client = client->next)
        close_client(client);
    uv_close((uv_handle_t *)&old->pipe, on_control_closed);
}
