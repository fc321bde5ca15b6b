/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/nfslock_report.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/utf8.h"

enum nfslock_verdict nfslock_report_verdict(const struct nfslock_report *report)
{
    enum nfslock_verdict worst = NFSLOCK_BOTH;
    bool any = false;

    for (size_t i = 0; i < report->count; i++) {
        if (report->results[i].role == NFSLOCK_ROLE_SERVER)
            continue;
        worst = nfslock_worse(worst, nfslock_judge(report->results[i].address));
        any = true;
    }
    /* Nobody has to be called back where no mount needs it. */
    return any || (report->survey && !report->survey->mount_count) ? worst : NFSLOCK_UNKNOWN;
}

static enum verdict worse(enum verdict a, enum verdict b)
{
    static const int rank[] = {
        [VERDICT_OK] = 0, [VERDICT_UNKNOWN] = 1, [VERDICT_WARNING] = 2, [VERDICT_CRITICAL] = 3};
    return rank[a] > rank[b] ? a : b;
}

/* Over one transport at least: statd is asked for seldom, and over any that works. */
static bool has_statd(const struct nfslock_address *address)
{
    for (size_t i = 0; i < address->path_count; i++)
        if (address->paths[i].program == RPC_PROGRAM_NSM &&
            address->paths[i].result == RPC_ANSWER_OK)
            return true;
    return false;
}

enum verdict nfslock_result_status(const struct nfslock_result *result)
{
    switch (nfslock_judge(result->address)) {
    case NFSLOCK_NONE:
        return VERDICT_CRITICAL;
    case NFSLOCK_UNKNOWN:
        return VERDICT_UNKNOWN;
    case NFSLOCK_UDP_ONLY:
        return VERDICT_WARNING;
    case NFSLOCK_TCP_ONLY: /* clients lock by TCP; it is the way back that needs both */
        if (result->role != NFSLOCK_ROLE_SERVER)
            return VERDICT_WARNING;
        break;
    case NFSLOCK_BOTH:
        break;
    }
    return has_statd(result->address) ? VERDICT_OK : VERDICT_WARNING;
}

enum verdict nfslock_report_status(const struct nfslock_report *report)
{
    enum verdict status = VERDICT_OK;

    for (size_t i = 0; i < report->count; i++)
        status = worse(status, nfslock_result_status(&report->results[i]));
    for (size_t i = 0; i < report->finding_count; i++)
        if (report->findings[i].blind)
            status = worse(status, VERDICT_UNKNOWN);
    return status;
}

static json_t *must(json_t *json)
{
    if (!json)
        abort();
    return json;
}

static json_t *string(const char *text)
{
    struct buf clean = {0};
    utf8_clean(text, &clean);
    json_t *json = must(json_stringn(clean.length ? clean.data : "", clean.length));
    buf_free(&clean);
    return json;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        abort();
}

static const char *role_name(enum nfslock_role role)
{
    return role == NFSLOCK_ROLE_HOST ? "host" : role == NFSLOCK_ROLE_SELF ? "self" : "server";
}

static json_t *path_json(const struct nfslock_result *result, const struct nfslock_path *path)
{
    static const char *const steps[] = {[NFSLOCK_STEP_PORTMAP] = "portmap",
                                        [NFSLOCK_STEP_CALL] = "call",
                                        [NFSLOCK_STEP_LARGE] = "large_call"};
    json_t *object = must(json_object());
    char text[128];

    nfslock_explain(path, text, sizeof text);
    set(object, "name", string(result->name));
    set(object, "role", string(role_name(result->role)));
    set(object, "address", string(result->address->text));
    set(object, "program", string(nfslock_program_name(path->program)));
    set(object, "version", json_integer(path->version));
    set(object, "transport", string(rpc_transport_name(path->transport)));
    set(object, "result", string(rpc_answer_name(path->result)));
    set(object, "seconds", json_real(path->seconds));
    set(object, "step", string(steps[path->step]));
    set(object, "sent", json_integer(path->sent));
    set(object, "port", path->port ? json_integer(path->port) : json_null());
    if (path->result == RPC_ANSWER_MISMATCH) {
        set(object, "low", json_integer(path->low));
        set(object, "high", json_integer(path->high));
    }
    set(object, "message", string(text));
    return object;
}

static json_t *result_json(const struct nfslock_result *result)
{
    json_t *object = must(json_object());

    set(object, "name", string(result->name));
    set(object, "role", string(role_name(result->role)));
    set(object, "address", string(result->address->text));
    set(object, "verdict", string(nfslock_verdict_name(nfslock_judge(result->address))));
    set(object, "status", string(verdict_name(nfslock_result_status(result))));
    return object;
}

static json_t *mount_json(const struct nfslock_survey *survey, const struct nfslock_mount *mount)
{
    json_t *object = must(json_object());
    bool known = mount->self != NFSLOCK_NOWHERE;

    set(object, "mount", string(mount->mount->mountpoint));
    set(object, "server", string(mount->mount->server));
    set(object, "address", known ? string(survey->addresses[mount->self].text) : json_null());
    set(object, "verdict", string(nfslock_verdict_name(nfslock_mount_verdict(survey, mount))));
    return object;
}

static json_t *finding_json(const struct finding *finding)
{
    json_t *object = must(json_object());

    set(object, "kind", string(finding->kind));
    set(object, "blind", json_boolean(finding->blind));
    set(object, "target", string(finding->target));
    set(object, "file", string(finding->file));
    set(object, "message", string(finding->message));
    return object;
}

static int append(const char *data, size_t length, void *out)
{
    buf_add(out, data, length);
    return 0;
}

void nfslock_report_json(const struct nfslock_report *report, struct buf *out)
{
    json_t *object = must(json_object()), *addresses = must(json_array());
    json_t *paths = must(json_array()), *mounts = must(json_array());
    json_t *findings = must(json_array());

    for (size_t i = 0; i < report->count; i++) {
        const struct nfslock_result *result = &report->results[i];
        json_array_append_new(addresses, result_json(result));
        for (size_t k = 0; k < result->address->path_count; k++)
            json_array_append_new(paths, path_json(result, &result->address->paths[k]));
    }
    for (size_t i = 0; report->survey && i < report->survey->mount_count; i++)
        json_array_append_new(mounts, mount_json(report->survey, &report->survey->mounts[i]));
    for (size_t i = 0; i < report->finding_count; i++)
        json_array_append_new(findings, finding_json(&report->findings[i]));
    set(object, "schema", json_integer(1));
    set(object, "host", string(report->host));
    set(object, "verdict", string(nfslock_verdict_name(nfslock_report_verdict(report))));
    set(object, "status", string(verdict_name(nfslock_report_status(report))));
    set(object, "addresses", addresses);
    set(object, "mounts", mounts);
    set(object, "findings", findings);
    set(object, "paths", paths);
    if (json_dump_callback(object, append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) < 0)
        abort();
    json_decref(object);
    buf_puts(out, "\n");
}
