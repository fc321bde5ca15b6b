/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_send.h"

#include <errno.h>
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "exporters/snmp_library.h"
#include "exporters/snmp_notice.h"

/* RFC 3418 */
static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

struct sending {
    const struct snmp_sender *sender;
    struct exporter_link *link;
    void *session;
    struct snmp_engine engine; /* ours towards this receiver */
};

static bool is_trap_v3(const struct snmp_receiver *receiver)
{
    return receiver->version == 3 && !receiver->inform;
}

/* Protocol and localized-later key of a passphrase (RFC 3414, A.2). */
static int set_key(const char *passphrase, const oid *hash, size_t hash_length, u_char *key,
                   size_t *length, struct error *e)
{
    *length = USM_AUTH_KU_LEN;
    if (generate_Ku(hash, (u_int)hash_length, (const u_char *)passphrase, strlen(passphrase), key,
                    length) != SNMPERR_SUCCESS)
        return error_set(e, -EINVAL, "no key can be made of a passphrase");
    return 0;
}

static int set_user(netsnmp_session *session, const struct snmp_receiver *receiver, struct error *e)
{
    int auth = usm_lookup_auth_type(receiver->auth_protocol);
    int priv = usm_lookup_priv_type(receiver->priv_protocol);

    if (auth < 0 || priv < 0)
        return error_set(e, -EINVAL, "net-snmp does not know %s with %s", receiver->auth_protocol,
                         receiver->priv_protocol);
    session->securityModel = USM_SEC_MODEL_NUMBER;
    session->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session->securityName = (char *)(uintptr_t)receiver->user;
    session->securityNameLen = strlen(receiver->user);
    session->securityAuthProto = sc_get_auth_oid(auth, &session->securityAuthProtoLen);
    session->securityPrivProto = sc_get_priv_oid(priv, &session->securityPrivProtoLen);
    int code = set_key(receiver->auth_passphrase, session->securityAuthProto,
                       session->securityAuthProtoLen, session->securityAuthKey,
                       &session->securityAuthKeyLen, e);
    return code < 0 ? code
                    : set_key(receiver->priv_passphrase, session->securityAuthProto,
                              session->securityAuthProtoLen, session->securityPrivKey,
                              &session->securityPrivKeyLen, e);
}

/* Traps: we are the authoritative engine. Its clock began with the worker, not with this process.
 */
static void set_engine(netsnmp_session *session, struct sending *sending)
{
    int64_t age_ns = clock_monotonic_ns(&clock_system) - sending->sender->booted_ns;

    session->securityEngineID = sending->engine.id;
    session->securityEngineIDLen = sending->engine.id_length;
    session->engineBoots = sending->engine.boots;
    session->engineTime = (u_int)(age_ns / 1000000000);
    set_enginetime(session->securityEngineID, (u_int)session->securityEngineIDLen,
                   session->engineBoots, session->engineTime, TRUE);
}

static int open_session(struct sending *sending, struct error *e)
{
    const struct snmp_receiver *receiver = sending->sender->receiver;
    netsnmp_session session;
    int code = 0;

    snmp_sess_init(&session);
    session.version = receiver->version == 3 ? SNMP_VERSION_3 : SNMP_VERSION_2c;
    session.timeout = (long)receiver->timeout_ms * 1000;
    session.retries = receiver->retries;
    if (receiver->version == 3) {
        code = set_user(&session, receiver, e);
    } else {
        session.community = (u_char *)(uintptr_t)receiver->community;
        session.community_len = strlen(receiver->community);
    }
    if (code == 0 && is_trap_v3(receiver))
        set_engine(&session, sending);
    if (code < 0)
        return code;
    netsnmp_transport *transport = netsnmp_transport_open_client("snmptrap", receiver->address);
    if (!transport)
        return error_set(e, -EHOSTUNREACH, "%s is no address that can be reached",
                         receiver->address);
    sending->session = snmp_sess_add(&session, transport, NULL, NULL);
    return sending->session ? 0
                            : error_set(e, -EIO, "no session: %s", snmp_api_errstring(snmp_errno));
}

static void add_value(netsnmp_pdu *pdu, const oid *name, size_t length,
                      const struct snmp_value *value)
{
    static const u_char types[] = {
        [SNMP_TEXT] = ASN_OCTET_STR, [SNMP_DATE] = ASN_OCTET_STR,   [SNMP_INTEGER] = ASN_INTEGER,
        [SNMP_TRUTH] = ASN_INTEGER,  [SNMP_SEVERITY] = ASN_INTEGER, [SNMP_GAUGE] = ASN_GAUGE,
    };
    long number = (long)value->number;
    if (value->text)
        snmp_pdu_add_variable(pdu, name, length, types[value->type], value->text, value->length);
    else
        snmp_pdu_add_variable(pdu, name, length, types[value->type], &number, sizeof number);
}

static netsnmp_pdu *make_pdu(const struct snmp_sender *sender, const Forewarn__Event *event,
                             struct arena *arena)
{
    struct snmp_notice notice = snmp_notice(event, arena);
    netsnmp_pdu *pdu = snmp_pdu_create(sender->receiver->inform ? SNMP_MSG_INFORM : SNMP_MSG_TRAP2);
    oid name[SNMP_MAX_ROOT + 4];
    size_t n = snmp_root_length;
    /* Hundredths of a second, modulo 2^32. */
    long up =
        (long)((clock_monotonic_ns(&clock_system) - sender->booted_ns) / 10000000 & 0xffffffff);

    for (size_t i = 0; i < n; i++)
        name[i] = snmp_root[i];
    name[n] = SNMP_NOTIFICATIONS;
    name[n + 1] = notice.notification->number;
    snmp_pdu_add_variable(pdu, sys_up_time, OID_LENGTH(sys_up_time), ASN_TIMETICKS, &up, sizeof up);
    snmp_pdu_add_variable(pdu, trap_oid, OID_LENGTH(trap_oid), ASN_OBJECT_ID, name,
                          (n + 2) * sizeof *name);
    name[n] = SNMP_OBJECTS;
    name[n + 1] = SNMP_EVENT;
    name[n + 3] = 0;
    for (size_t i = 0; i < notice.notification->objects; i++) {
        name[n + 2] = snmp_event_objects[i].number;
        add_value(pdu, name, n + 4, &notice.values[i]);
    }
    return pdu;
}

static int failed(struct sending *sending, struct error *e)
{
    int library, system;
    char *text;

    snmp_sess_error(sending->session, &system, &library, &text);
    error_set(e, library == SNMPERR_TIMEOUT ? -ETIMEDOUT : -EIO, "%s", text);
    free(text);
    return e->code;
}

/* 0: it was sent, or the receiver has answered. */
static int send_event(struct sending *sending, const Forewarn__Event *event, struct error *e)
{
    SCRATCH_ARENA(arena);
    netsnmp_pdu *answer = NULL, *pdu;
    int code = sending->session ? 0 : open_session(sending, e);

    if (code < 0)
        return code;
    pdu = make_pdu(sending->sender, event, arena);
    if (sending->sender->receiver->inform) {
        if (snmp_sess_synch_response(sending->session, pdu, &answer) != STAT_SUCCESS)
            code = failed(sending, e);
        snmp_free_pdu(answer);
        return code;
    }
    if (snmp_sess_send(sending->session, pdu) == 0) {
        code = failed(sending, e);
        snmp_free_pdu(pdu);
    }
    return code;
}

/* False when there is nothing more to do here. A heartbeat is never late: it is dropped. */
static bool deliver(struct sending *sending, const Forewarn__Event *event)
{
    struct error e = {0};
    int code = send_event(sending, event, &e);
    bool drop = event->kind == FOREWARN__EVENT_KIND__HEARTBEAT;

    return exporter_link_told(sending->link, event->id, sending->sender->receiver->name,
                              code == 0 || drop, code < 0 ? e.text : NULL) == 0 &&
           code == 0;
}

static bool choose_engine(struct sending *sending)
{
    const char *own = sending->sender->receiver->engine_id;

    sending->engine = sending->sender->engine;
    return !own[0] || snmp_engine_id(own, &sending->engine) == 0;
}

int snmp_sender_run(const struct snmp_sender *sender, struct exporter_link *link)
{
    struct sending sending = {.sender = sender, .link = link};
    struct pollfd wait = {.fd = exporter_link_fd(link), .events = POLLIN};
    Forewarn__Tell *tell;
    struct error e = {0};
    bool going = choose_engine(&sending);
    int code = 0;

    snmp_library_prepare();
    init_snmp("forewarn");
    while (going && (code = exporter_link_take(link, &tell, &e)) >= 0) {
        if (code == 0) {
            poll(&wait, 1, -1);
            continue;
        }
        if (tell->event)
            going = deliver(&sending, tell->event);
        forewarn__tell__free_unpacked(tell, NULL);
    }
    return EXIT_SUCCESS;
}
