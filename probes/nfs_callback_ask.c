/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_callback_ask.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sent again after a fifth of the time and after three: three times in all. */
enum { RETRY_PART = 5 };

static socklen_t address_bytes(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

bool nfslock_read_address(const char *text, uint16_t port, struct sockaddr_storage *address)
{
    /* Numeric only: no name server is asked. */
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(text, service, &hints, &found) != 0)
        return false;
    *address = (struct sockaddr_storage){0};
    memcpy(address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

const char *nfslock_print_address(const struct sockaddr_storage *address, struct arena *arena)
{
    char text[NI_MAXHOST];

    if (getnameinfo((const struct sockaddr *)address, address_bytes(address), text, sizeof text,
                    NULL, 0, NI_NUMERICHOST) != 0)
        return "";
    return arena_strdup(arena, text);
}

bool nfslock_local_address(const struct sockaddr_storage *to, struct sockaddr_storage *local)
{
    socklen_t bytes = sizeof *local;
    int fd = socket(to->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    *local = (struct sockaddr_storage){0};
    if (fd < 0)
        return false;
    bool found = connect(fd, (const struct sockaddr *)to, address_bytes(to)) == 0 &&
                 getsockname(fd, (struct sockaddr *)local, &bytes) == 0;
    close(fd);
    return found;
}

static bool on_answer(struct rpc_question *question, void *arg)
{
    (void)arg;
    return nfslock_next(question->owner, question);
}

void nfslock_ask(struct nfslock_address *addresses, size_t count, int64_t timeout_ms,
                 int64_t total_ms)
{
    const struct rpc_limits limits = {
        .timeout_ms = timeout_ms, .total_ms = total_ms, .retry_ms = timeout_ms / RETRY_PART};
    struct rpc_question *questions = calloc(count * NFSLOCK_PATHS + 1, sizeof *questions);
    struct nfslock_asking *asking = calloc(count * NFSLOCK_PATHS + 1, sizeof *asking);
    size_t n = 0;

    if (!questions || !asking)
        abort();
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < addresses[i].path_count; k++, n++) {
            asking[n] =
                (struct nfslock_asking){.address = &addresses[i], .path = &addresses[i].paths[k]};
            nfslock_first(&asking[n], &questions[n]);
        }
    rpc_ask(questions, n, &limits, on_answer, NULL);
    free(questions);
    free(asking);
}
