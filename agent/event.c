/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/event.h"

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>

#include "probes/probe.h"

/* Whether a name is prefix and a number, perhaps with more after it ("md127", "md_home", "sr0"). */
static bool is_kind(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(name, prefix, length) == 0 &&
           ((name[length] >= '0' && name[length] <= '9') || name[length] == '_');
}

/* Block devices behind which there is no disk of their own. */
static bool is_virtual(const char *name)
{
    static const char *const kinds[] = {"loop", "ram", "zram", "dm-", "sr", "fd", "nbd"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_kind(name, kinds[i]))
            return true;
    return false;
}

unsigned event_of_block(const char *action, const char *name, const char *type)
{
    if (!action || !name || (type && strcmp(type, "disk") != 0))
        return 0;
    if (is_kind(name, "md"))
        return PROBE_WAKE_ARRAY;
    if (is_virtual(name) || (strcmp(action, "add") != 0 && strcmp(action, "remove") != 0))
        return 0;
    return PROBE_WAKE_DISK;
}

unsigned event_of_route(const void *data, size_t length)
{
    struct nlmsghdr head;

    for (const char *at = data; length >= sizeof head;) {
        memcpy(&head, at, sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > length)
            break;
        if (head.nlmsg_type == RTM_NEWLINK || head.nlmsg_type == RTM_DELLINK ||
            head.nlmsg_type == RTM_NEWADDR || head.nlmsg_type == RTM_DELADDR)
            return PROBE_WAKE_LINK;
        size_t step = NLMSG_ALIGN(head.nlmsg_len);
        step = step < length ? step : length;
        at += step;
        length -= step;
    }
    return 0;
}

int64_t event_due_ms(int64_t now_ms, int64_t last_ms)
{
    int64_t soon_ms = now_ms + EVENT_SOON_MS;
    return last_ms > soon_ms - EVENT_LEAST_MS ? last_ms + EVENT_LEAST_MS : soon_ms;
}
