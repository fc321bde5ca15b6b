/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "probes/nfs_route.h"

/* What is asked, and what the kernel says. */
struct asked {
    unsigned char family, bytes[16];
    unsigned zone; /* index of the link that an fe80:: address is on, 0: none */
    unsigned link;
    char local[INET6_ADDRSTRLEN];
};

static bool read_address(const char *text, struct asked *asked)
{
    char plain[INET6_ADDRSTRLEN];
    const char *zone = strchr(text, '%');
    size_t length = zone ? (size_t)(zone - text) : strlen(text);
    if (length >= sizeof plain)
        return false;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (zone)
        asked->zone = if_nametoindex(zone + 1) ? if_nametoindex(zone + 1)
                                               : (unsigned)strtoul(zone + 1, NULL, 10);
    asked->family = strchr(plain, ':') ? AF_INET6 : AF_INET;
    return inet_pton(asked->family, plain, asked->bytes) == 1;
}

static int take_answer(struct nl_msg *message, void *arg)
{
    struct asked *asked = arg;
    struct nlattr *attributes[RTA_MAX + 1];
    struct nlmsghdr *header = nlmsg_hdr(message);
    if (header->nlmsg_type != RTM_NEWROUTE ||
        nlmsg_parse(header, sizeof(struct rtmsg), attributes, RTA_MAX, NULL) < 0)
        return NL_SKIP;
    if (attributes[RTA_OIF] && nla_len(attributes[RTA_OIF]) >= (int)sizeof(uint32_t))
        asked->link = nla_get_u32(attributes[RTA_OIF]);
    struct nlattr *local = attributes[RTA_PREFSRC];
    if (local && nla_len(local) >= (asked->family == AF_INET ? 4 : 16))
        inet_ntop(asked->family, nla_data(local), asked->local, sizeof asked->local);
    return NL_STOP;
}

static int send_question(struct nl_sock *socket, const struct asked *asked)
{
    const int length = asked->family == AF_INET ? 4 : 16;
    struct rtmsg route = {.rtm_family = asked->family, .rtm_dst_len = (unsigned char)(length * 8)};
    struct nl_msg *message = nlmsg_alloc_simple(RTM_GETROUTE, 0);
    if (!message)
        return -NLE_NOMEM;
    int code = nlmsg_append(message, &route, sizeof route, NLMSG_ALIGNTO);
    if (code == 0)
        code = nla_put(message, RTA_DST, length, asked->bytes);
    if (code == 0 && asked->zone)
        code = nla_put_u32(message, RTA_OIF, asked->zone);
    if (code == 0)
        code = nl_send_auto(socket, message);
    nlmsg_free(message);
    return code < 0 ? code : 0;
}

/* Answers of rtnetlink are there when the question has been sent: this does not wait. */
static int ask(struct asked *asked)
{
    struct nl_sock *socket = nl_socket_alloc();
    if (!socket)
        return -NLE_NOMEM;
    nl_socket_disable_auto_ack(socket);
    nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, take_answer, asked);
    int code = nl_connect(socket, NETLINK_ROUTE);
    if (code == 0)
        code = send_question(socket, asked);
    if (code == 0)
        code = nl_recvmsgs_default(socket);
    nl_socket_free(socket);
    return code;
}

int nfs_route_ask(struct arena *arena, const char *address, struct nfs_route *route,
                  struct error *e)
{
    struct asked asked = {0};
    char name[IF_NAMESIZE];
    if (!read_address(address, &asked))
        return error_set(e, -EINVAL, "route to '%s': no numeric address", address);
    int code = ask(&asked);
    if (code < 0)
        return error_set(e, -ENETUNREACH, "route to %s: %s", address, nl_geterror(code));
    if (!asked.link || !if_indextoname(asked.link, name))
        return error_set(e, -ENETUNREACH, "route to %s: leads to no link", address);
    *route = (struct nfs_route){
        .link = arena_strdup(arena, name),
        .local = arena_strdup(arena, asked.local),
    };
    return 0;
}
