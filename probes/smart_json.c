/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/identity.h"

enum { MAX_KEY = 64, MAX_MESSAGES = 8, MAX_MESSAGE = 200, MAX_SCANNED = 4096 };
enum { MAX_HOURS = 100 * 365 * 24 }; /* more is another unit that smartctl took for hours */

const json_t *smart_json_at(const json_t *top, const char *path)
{
    char key[MAX_KEY];
    for (const char *end; top; path = end + 1) {
        end = strchrnul(path, '.');
        if ((size_t)(end - path) >= sizeof key)
            return NULL;
        memcpy(key, path, (size_t)(end - path));
        key[end - path] = '\0';
        top = json_object_get(top, key);
        if (*end == '\0')
            return top;
    }
    return NULL;
}

double smart_json_number(const json_t *top, const char *path)
{
    const json_t *value = smart_json_at(top, path);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

int smart_json_bool(const json_t *top, const char *path)
{
    const json_t *value = smart_json_at(top, path);
    return json_is_boolean(value) ? json_is_true(value) : -1;
}

const char *smart_json_text(const json_t *top, const char *path, struct arena *arena)
{
    const json_t *value = smart_json_at(top, path);
    if (!json_is_string(value))
        return "";
    return identity_text(arena, json_string_value(value), json_string_length(value));
}

static uint64_t integer(const json_t *top, const char *path, double limit)
{
    double value = smart_json_number(top, path);
    return value >= 0 && value < limit ? (uint64_t)value : 0;
}

static const char *wwn(const json_t *top, struct arena *arena)
{
    unsigned naa = (unsigned)integer(top, "wwn.naa", 16);
    uint32_t oui = (uint32_t)integer(top, "wwn.oui", 1 << 24);
    uint64_t id = integer(top, "wwn.id", (double)(UINT64_C(1) << 36));
    const char *text = naa ? identity_from_wwn(arena, naa, oui, id) : "";
    return text[0] ? text
                   : identity_from_naa(arena, smart_json_text(top, "logical_unit_id", arena));
}

static const char *eui(const json_t *top, struct arena *arena)
{
    const json_t *space = json_array_get(smart_json_at(top, "nvme_namespaces"), 0);
    uint64_t oui = integer(space, "eui64.oui", 1 << 24);
    uint64_t id = integer(space, "eui64.ext_id", (double)(UINT64_C(1) << 40));
    return identity_from_nvme(arena, oui << 40 | id, NULL);
}

static const char *bus(const json_t *top, struct arena *arena)
{
    const char *protocol = smart_json_text(top, "device.protocol", arena);
    if (strcmp(protocol, "ATA") == 0)
        return "ata";
    if (strcmp(protocol, "NVMe") == 0)
        return "nvme";
    if (strcmp(protocol, "SCSI") != 0)
        return "";
    const char *transport = smart_json_text(top, "scsi_transport_protocol.name", arena);
    return strncmp(transport, "SAS", 3) == 0 ? "sas" : "scsi";
}

static const char *first_text(const json_t *top, const char *const *paths, struct arena *arena)
{
    const char *text = "";
    for (; *paths && !text[0]; paths++)
        text = smart_json_text(top, *paths, arena);
    return text;
}

static void identity(const json_t *top, struct arena *arena, struct smart_facts *facts)
{
    static const char *const models[] = {"scsi_model_name", "model_name", "product", NULL};
    static const char *const firmwares[] = {"firmware_version", "scsi_revision", "revision", NULL};
    double rate = smart_json_number(top, "rotation_rate");
    facts->model = first_text(top, models, arena);
    facts->firmware = first_text(top, firmwares, arena);
    facts->serial = smart_json_text(top, "serial_number", arena);
    facts->wwn = wwn(top, arena);
    facts->disk = facts->wwn[0] ? facts->wwn : eui(top, arena);
    if (!facts->disk[0])
        facts->disk = identity_from_model_serial(arena, facts->model, facts->serial);
    facts->bus = bus(top, arena);
    facts->bytes = integer(top, "user_capacity.bytes", 1e19);
    facts->rotational = isnan(rate) ? -1 : rate > 0;
    if (strcmp(facts->bus, "nvme") == 0)
        facts->rotational = 0;
}

/* What smartctl has under the same key for every kind of disk. */
static void common(const json_t *top, struct smart_facts *facts)
{
    int passed = smart_json_bool(top, "smart_status.passed");
    double degrees = smart_json_number(top, "temperature.current");
    double hours = smart_json_number(top, "power_on_time.hours");
    double minutes = smart_json_number(top, "power_on_time.minutes");
    if (passed >= 0)
        smart_set(facts, SMART_HEALTHY, passed);
    if (degrees > -60 && degrees < 200 && degrees != 0) /* 0: no sensor */
        smart_set(facts, SMART_TEMPERATURE, degrees);
    if (hours >= 0 && hours <= MAX_HOURS)
        smart_set(facts, SMART_POWER_ON, (hours * 60 + (minutes >= 0 ? minutes : 0)) * 60);
    smart_set(facts, SMART_POWER_CYCLES, smart_json_number(top, "power_cycle_count"));
}

/* smartctl's errors and warnings on one line; its list of valid arguments is not for people. */
static const char *messages(const json_t *top, struct arena *arena)
{
    const char *all = "";
    const json_t *list = smart_json_at(top, "smartctl.messages");
    for (size_t i = 0; i < json_array_size(list) && i < MAX_MESSAGES; i++) {
        const json_t *message = json_array_get(list, i);
        const char *text = smart_json_text(message, "string", arena);
        const char *severity = smart_json_text(message, "severity", arena);
        if (!text[0] || text[0] == '=' || strcmp(severity, "warning") == 0)
            continue;
        all = arena_printf(arena, "%s%s%.*s", all, all[0] ? "; " : "", MAX_MESSAGE, text);
    }
    return all;
}

/* smartctl's exit status does not tell these apart: bit 1 stands for a disk that sleeps, too. */
static enum smart_outcome outcome(const struct smart_json *json, const json_t *top)
{
    if (strstr(json->message, "Device is in ") && strstr(json->message, " mode, exit("))
        return SMART_ASLEEP;
    if (smart_facts_any(&json->facts))
        return SMART_READ;
    if (smart_json_bool(top, "smart_support.available") == 0 ||
        strstr(json->message, "does not support SMART"))
        return SMART_UNSUPPORTED;
    return SMART_FAILED;
}

static const char *why(const struct smart_json *json, const json_t *top, struct arena *arena)
{
    double status = smart_json_number(top, "smartctl.exit_status");
    if (json->message[0] || json->outcome == SMART_READ)
        return json->message;
    if (json->outcome == SMART_UNSUPPORTED)
        return "the disk says that it has no SMART";
    if (status > 0)
        return arena_printf(arena, "smartctl exit status %.0f and nothing of the disk's health",
                            status);
    return "smartctl's output holds nothing of the disk's health";
}

/* What smartctl never prints so: whoever wrote it, the disk was not seen whole. */
static const char *odd(const json_t *top, size_t rows, struct arena *arena)
{
    static const char *const objects[] = {"nvme_smart_health_information_log",
                                          "ata_smart_attributes", "scsi_error_counter_log",
                                          "smart_status", "temperature"};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        const json_t *at = json_object_get(top, objects[i]);
        if (at && !json_is_object(at))
            return arena_printf(arena, "%s is no object", objects[i]);
    }
    if (smart_json_at(top, "smart_status.passed") &&
        smart_json_bool(top, "smart_status.passed") < 0)
        return "smart_status.passed is neither true nor false";
    return rows ? arena_printf(arena, "%zu of its attributes cannot be read", rows) : "";
}

static json_t *load(const char *text, size_t length, struct error *e)
{
    json_error_t where;
    if (length == 0) {
        error_set(e, -ENODATA, "smartctl's output is empty");
        return NULL;
    }
    if (length > SMART_JSON_MAX) {
        error_set(e, -EFBIG, "smartctl's output is longer than %d bytes", SMART_JSON_MAX);
        return NULL;
    }
    /* numbers as double: smartctl prints integers of more than 63 bits, too */
    json_t *top = json_loadb(text, length, JSON_DECODE_INT_AS_REAL, &where);
    if (!top) {
        char *clean = where.text; /* may quote what stands there, which is anything */
        for (; *clean; clean++)
            if (*clean < ' ' || *clean > '~')
                *clean = '?';
        error_set(e, -EBADMSG, "smartctl's output is not whole JSON: line %d, column %d: %s",
                  where.line, where.column, where.text);
    }
    return top;
}

static int check(const json_t *top, struct error *e)
{
    if (!json_is_object(top))
        return error_set(e, -EBADMSG, "the JSON is no object");
    if (!json_object_get(top, "smartctl") && !json_object_get(top, "device"))
        return error_set(e, -EBADMSG, "the JSON is not smartctl's");
    return 0;
}

int smart_json_parse(const char *text, size_t length, struct arena *arena, struct smart_json *json,
                     struct error *e)
{
    *json = (struct smart_json){.outcome = SMART_FAILED, .message = "", .odd = ""};
    json->name = json->type = json->info = "";
    smart_facts_init(&json->facts);
    json_t *top = load(text, length, e);
    if (!top)
        return e ? e->code : -EBADMSG;
    int code = check(top, e);
    if (code == 0) {
        json->name = smart_json_text(top, "device.name", arena);
        json->type = smart_json_text(top, "device.type", arena);
        json->info = smart_json_text(top, "device.info_name", arena);
        json->message = messages(top, arena);
        identity(top, arena, &json->facts);
        common(top, &json->facts);
        size_t rows = smart_json_ata(top, arena, &json->facts);
        json->odd = odd(top, rows, arena);
        smart_json_ata_logs(top, &json->facts);
        smart_json_scsi(top, &json->facts);
        smart_json_nvme(top, &json->facts);
        smart_facts_doubt(&json->facts, arena);
        json->outcome = outcome(json, top);
        json->message = why(json, top, arena);
    }
    json_decref(top);
    return code;
}

int smart_json_scan(const char *text, size_t length, struct arena *arena,
                    struct smart_scanned **devices, size_t *count, struct error *e)
{
    *devices = NULL;
    *count = 0;
    json_t *top = load(text, length, e);
    if (!top)
        return e ? e->code : -EBADMSG;
    const json_t *list = json_object_get(top, "devices");
    size_t n = json_array_size(list);
    n = n < MAX_SCANNED ? n : MAX_SCANNED;
    *devices = ARENA_ARRAY(arena, struct smart_scanned, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *device = json_array_get(list, i);
        struct smart_scanned *scanned = &(*devices)[*count];
        scanned->name = smart_json_text(device, "name", arena);
        scanned->type = smart_json_text(device, "type", arena);
        scanned->info = smart_json_text(device, "info_name", arena);
        scanned->protocol = smart_json_text(device, "protocol", arena);
        if (scanned->name[0] && scanned->type[0])
            (*count)++;
    }
    json_decref(top);
    return 0;
}
