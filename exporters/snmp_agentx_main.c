/* SPDX-License-Identifier: Apache-2.0 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/log.h"
#include "exporters/exporter_link.h"
#include "exporters/snmp.h"
#include "exporters/snmp_file.h"
#include "exporters/snmp_library.h"
#include "exporters/snmp_settings.h"
#include "exporters/snmp_view.h"

/*
 * The AgentX subagent (RFC 2741): answers for what stands below .1 of our root out of the last
 * snapshot. It connects to the master agent, and again when that one was restarted; net-snmp waits
 * for seconds while it does, which holds up nobody but this process.
 */
enum { RECONNECT_SECONDS = 5 };

static const char file_name[] = "numbers";

struct subagent {
    struct exporter_link *link;
    const char *state_directory;
    struct arena *arena;
    struct snmp_settings settings;
    struct snmp_numbers *numbers;
    struct snmp_view *view; /* NULL: no snapshot yet */
    oid root[SNMP_MAX_ROOT + 1];
    size_t root_length;
    bool unsaved;
    pid_t saver; /* 0: none */
};

/* Arcs behind the root, as the view has them; false where the OID is not below the root at all. */
static bool behind_root(const struct subagent *subagent, const oid *name, size_t length,
                        uint32_t *arcs, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < length && i < subagent->root_length; i++)
        if (name[i] != subagent->root[i])
            return name[i] < subagent->root[i]; /* before it: everything of ours is next */
    for (size_t i = subagent->root_length; i < length && *count <= SNMP_MAX_OID; i++)
        arcs[(*count)++] = name[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)name[i];
    return true;
}

static void put_value(netsnmp_variable_list *variable, const struct snmp_value *value)
{
    if (value->text) {
        snmp_set_var_typed_value(variable, ASN_OCTET_STR, value->text, value->length);
    } else if (value->type == SNMP_COUNTER64) {
        struct counter64 counter = {.high = value->number >> 32, .low = value->number & 0xffffffff};
        snmp_set_var_typed_value(variable, ASN_COUNTER64, &counter, sizeof counter);
    } else {
        long number = (long)value->number;
        snmp_set_var_typed_value(variable, value->type == SNMP_GAUGE ? ASN_GAUGE : ASN_INTEGER,
                                 &number, sizeof number);
    }
}

static void answer_next(const struct subagent *subagent, netsnmp_variable_list *variable)
{
    uint32_t arcs[SNMP_MAX_OID + 1];
    oid name[SNMP_MAX_ROOT + 1 + SNMP_MAX_OID];
    size_t count;
    const struct snmp_instance *next;

    if (!behind_root(subagent, variable->name, variable->name_length, arcs, &count))
        return;
    next = snmp_view_next(subagent->view, arcs, count);
    if (!next)
        return;
    memcpy(name, subagent->root, sizeof subagent->root);
    for (size_t i = 0; i < next->oid_length; i++)
        name[subagent->root_length + i] = next->oid[i];
    snmp_set_var_objid(variable, name, subagent->root_length + next->oid_length);
    put_value(variable, &next->value);
}

static void answer_get(const struct subagent *subagent, netsnmp_agent_request_info *information,
                       netsnmp_request_info *request)
{
    netsnmp_variable_list *variable = request->requestvb;
    uint32_t arcs[SNMP_MAX_OID + 1];
    size_t count;
    const struct snmp_instance *found = NULL;

    if (behind_root(subagent, variable->name, variable->name_length, arcs, &count))
        found = snmp_view_get(subagent->view, arcs, count);
    if (found)
        put_value(variable, &found->value);
    else
        netsnmp_set_request_error(information, request, SNMP_NOSUCHINSTANCE);
}

static int on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *information, netsnmp_request_info *requests)
{
    const struct subagent *subagent = handler->myvoid;

    (void)registration;
    for (netsnmp_request_info *request = requests; request; request = request->next) {
        if (request->processed)
            continue;
        if (information->mode == MODE_GETNEXT && subagent->view)
            answer_next(subagent, request->requestvb);
        else if (information->mode == MODE_GET && subagent->view)
            answer_get(subagent, information, request);
        else if (information->mode == MODE_GET)
            netsnmp_set_request_error(information, request, SNMP_NOSUCHINSTANCE);
        else if (information->mode != MODE_GETNEXT)
            netsnmp_set_request_error(information, request, SNMP_ERR_NOTWRITABLE);
    }
    return SNMP_ERR_NOERROR;
}

static int register_objects(struct subagent *subagent)
{
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "forewarn", on_request, subagent->root, subagent->root_length, HANDLER_CAN_RONLY);
    if (!registration)
        return -ENOMEM;
    registration->handler->myvoid = subagent;
    return netsnmp_register_handler(registration) == MIB_REGISTERED_OK ? 0 : -EIO;
}

static int open_agentx(struct subagent *subagent)
{
    snmp_library_prepare();
    netsnmp_enable_subagent();
    netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
                          subagent->settings.agentx);
    netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
    init_agent("forewarn");
    /* init_agent() sets its own. */
    netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
                       RECONNECT_SECONDS);
    int code = register_objects(subagent);
    init_snmp("forewarn");
    return code;
}

/* In a process of its own, one at a time: the disk may not answer. */
static void save(struct subagent *subagent)
{
    struct buf text = {0};
    struct error e = {0};

    if (subagent->saver && waitpid(subagent->saver, NULL, WNOHANG) != 0)
        subagent->saver = 0;
    if (subagent->saver || !subagent->unsaved || !subagent->state_directory)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        close_range(STDERR_FILENO + 1, ~0U, 0);
        snmp_numbers_save(subagent->numbers, &text);
        if (snmp_file_write(subagent->state_directory, file_name, &text, &e) < 0)
            log_warning("%s", e.text);
        _exit(EXIT_SUCCESS);
    }
    subagent->saver = pid > 0 ? pid : 0;
    subagent->unsaved = pid < 0;
}

static void take_snapshot(struct subagent *subagent, const Forewarn__Snapshot *snapshot)
{
    bool changed;

    snmp_view_free(&subagent->view);
    subagent->view = snmp_view_new(snapshot, subagent->numbers, &changed);
    subagent->unsaved |= changed;
}

static void load(struct subagent *subagent)
{
    struct buf text = {0};
    struct error e = {0};
    int code = 0;

    subagent->numbers = snmp_numbers_new();
    if (subagent->state_directory)
        code = snmp_file_read(subagent->state_directory, file_name, &text, &e);
    if (code == 0 && text.length)
        code = snmp_numbers_load(subagent->numbers, text.data, text.length, &e);
    if (code < 0)
        log_warning("%s: rows get new numbers", e.text);
    buf_free(&text);
}

/* Negative: there is nobody any more to answer for. */
static int take_all(struct subagent *subagent)
{
    Forewarn__Tell *tell;
    struct error e = {0};
    int code;

    while ((code = exporter_link_take(subagent->link, &tell, &e)) > 0) {
        if (tell->configuration && !subagent->settings.agentx) {
            code =
                snmp_settings_read(tell->configuration, subagent->arena, &subagent->settings, &e);
            if (code == 0)
                code = open_agentx(subagent);
        }
        bool large = tell->snapshot != NULL;
        if (code >= 0 && large)
            take_snapshot(subagent, tell->snapshot);
        forewarn__tell__free_unpacked(tell, NULL);
        if (large)
            malloc_trim(0); /* it is worth a megabyte, once a tick */
        if (code < 0)
            break;
    }
    if (code < 0 && code != -EPIPE)
        log_error("%s", e.text);
    return code;
}

/* Waits for the agent and for the master agent, and serves the latter. */
static void turn(struct subagent *subagent, netsnmp_large_fd_set *fds)
{
    int fd = exporter_link_fd(subagent->link), most = fd + 1, block = 1;
    struct timeval timeout = {.tv_sec = 0};

    NETSNMP_LARGE_FD_ZERO(fds);
    if (subagent->settings.agentx)
        snmp_select_info2(&most, fds, &timeout, &block);
    NETSNMP_LARGE_FD_SET(fd, fds);
    if (most <= fd)
        most = fd + 1;
    int n = netsnmp_large_fd_set_select(most, fds, NULL, NULL, block ? NULL : &timeout);
    if (!subagent->settings.agentx || n < 0)
        return;
    NETSNMP_LARGE_FD_CLR(fd, fds);
    if (n > 0)
        snmp_read2(fds);
    else
        snmp_timeout();
    run_alarms();
    netsnmp_check_outstanding_agent_requests();
}

int main(int argc, char **argv)
{
    struct subagent subagent = {.numbers = NULL};
    netsnmp_large_fd_set fds;

    log_open("snmp", LOG_NOTICE);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    if (snmp_arguments(argc, argv, &subagent.state_directory) < 0)
        return EXIT_FAILURE;
    subagent.arena = arena_new();
    subagent.link = exporter_link_new(SNMP_LINK_FD);
    for (size_t i = 0; i < snmp_root_length; i++)
        subagent.root[subagent.root_length++] = snmp_root[i];
    subagent.root[subagent.root_length++] = SNMP_OBJECTS;
    load(&subagent);
    netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
    while (take_all(&subagent) >= 0) {
        save(&subagent);
        turn(&subagent, &fds);
    }
    netsnmp_large_fd_set_cleanup(&fds);
    exporter_link_free(&subagent.link);
    snmp_view_free(&subagent.view);
    snmp_numbers_free(&subagent.numbers);
    arena_free(&subagent.arena);
    return EXIT_SUCCESS;
}
