/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_INHERITED = 3, MAX_INHERITED = 64, BACKLOG = 512, NAME_BYTES = 64 };

int listen_parse(const char *text, struct listen_address *address, struct error *e)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t length = colon ? (size_t)(colon - text) : 0;
    char *end;

    if (!colon || (text[0] != '[' && memchr(text, ':', length)))
        return error_set(e, -EINVAL, "'%.100s' is none of HOST:PORT, :PORT, [IPV6]:PORT", text);
    if (text[0] == '[') {
        if (length < 3 || text[length - 1] != ']')
            return error_set(e, -EINVAL, "'%.100s': ']:PORT' must end it", text);
        host++;
        length -= 2;
    }
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end || port > 65535)
        return error_set(e, -EINVAL, "'%.100s': the port must be a number up to 65535", text);
    if (length > LISTEN_MAX_HOST)
        return error_set(e, -EINVAL, "'%.100s...': the name is too long", text);
    memcpy(address->host, host, length);
    address->host[length] = '\0';
    snprintf(address->port, sizeof address->port, "%lu", port);
    return 0;
}

/* One that listens; without a name IPv6 answers IPv4, too. */
static int open_one(const struct addrinfo *info, bool both)
{
    const int one = 1, only = !both;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int code = -errno;
    close(fd);
    return code;
}

static const char *explain(int code)
{
    return code == -EADDRINUSE      ? "another program listens there"
           : code == -EADDRNOTAVAIL ? "this host has no such address"
           : code == -EACCES        ? "only root may listen at a port below 1024"
                                    : "cannot listen there";
}

/* All addresses of a name; without a name the one socket that has all of them. */
static int open_all(const struct listen_address *address, const struct addrinfo *infos,
                    int *sockets, size_t *count)
{
    bool any = !address->host[0];
    int code = -EADDRNOTAVAIL;

    for (const struct addrinfo *info = infos; info && *count < LISTEN_MAX; info = info->ai_next) {
        int fd = open_one(info, any);
        if (fd < 0 && fd != -EAFNOSUPPORT)
            return fd;
        if (fd < 0)
            continue;
        sockets[(*count)++] = fd;
        code = 0;
        if (any)
            break;
    }
    return code;
}

/* Without a name: IPv6 before IPv4, where this host has it. */
static int listen_at(const char *text, int *sockets, size_t *count, struct error *e)
{
    struct listen_address address;
    struct addrinfo *infos;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    int code = listen_parse(text, &address, e);

    if (code < 0)
        return code;
    for (int try = address.host[0] ? 1 : 0; try < 2; try++) {
        hints.ai_family = address.host[0] ? AF_UNSPEC : try == 0 ? AF_INET6 : AF_INET;
        int result =
            getaddrinfo(address.host[0] ? address.host : NULL, address.port, &hints, &infos);
        if (result)
            return error_set(e, -EADDRNOTAVAIL, "listen %s: %s", text, gai_strerror(result));
        code = open_all(&address, infos, sockets, count);
        freeaddrinfo(infos);
        if (code != -EAFNOSUPPORT && code != -EADDRNOTAVAIL)
            break;
    }
    return code < 0 ? error_set(e, code, "listen %s: %s: %s", text, error_name(code), explain(code))
                    : 0;
}

int listen_open(const char *const *addresses, size_t count, int *sockets, size_t *socket_count,
                struct error *e)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = listen_at(addresses[i], sockets, socket_count, e);
    if (code < 0)
        listen_close(sockets, socket_count);
    return code;
}

static bool is_listening_tcp(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address, bytes = sizeof(int);
    int listening = 0, type = 0;

    return getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
           (address.ss_family == AF_INET || address.ss_family == AF_INET6) &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &bytes) == 0 && listening &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) == 0 && type == SOCK_STREAM;
}

size_t listen_inherit(int *sockets)
{
    const char *pid = getenv("LISTEN_PID"), *number = getenv("LISTEN_FDS");
    long all = pid && number && atol(pid) == getpid() ? atol(number) : 0;
    size_t count = 0;

    for (int fd = FIRST_INHERITED; fd < FIRST_INHERITED + (all < MAX_INHERITED ? all : 0); fd++) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (count == LISTEN_MAX || !is_listening_tcp(fd))
            continue;
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        sockets[count++] = fd;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return count;
}

void listen_close(int *sockets, size_t *socket_count)
{
    for (size_t i = 0; i < *socket_count; i++)
        close(sockets[i]);
    *socket_count = 0;
}

void listen_name(int socket, char *text)
{
    char host[NAME_BYTES - 16] = "?", port[8] = "?";
    struct sockaddr_storage address;
    socklen_t length = sizeof address;

    if (getsockname(socket, (struct sockaddr *)&address, &length) == 0)
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(text, NAME_BYTES, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}
