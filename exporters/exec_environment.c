/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/exec_environment.h"

#include <ctype.h>
#include <string.h>

#include "core/number.h"
#include "exporters/event_json.h"
#include "exporters/event_text.h"

/* What the programs that these scripts were made for call it. NULL: as the alert is called. */
static const struct {
    const char *alert, *smartd, *mdadm;
    const char *mdadm_end; /* of the alert's end */
} names[] = {
    {"DiskFailing", "Health", NULL, NULL},
    {"DiskPendingSectors", "CurrentPendingSector", NULL, NULL},
    {"DiskOfflineUncorrectableSectors", "OfflineUncorrectableSector", NULL, NULL},
    {"DiskSelfTestFailed", "SelfTest", NULL, NULL},
    {"DiskUncorrectableErrors", "ErrorCount", NULL, NULL},
    {"DiskTooHot", "Temperature", NULL, NULL},
    {"DiskWornOut", "Usage", NULL, NULL},
    {"DiskUnreadable", "FailedReadSmartData", NULL, NULL},
    {"DiskVanished", "FailedOpenDevice", NULL, NULL},
    {"MdArrayDegraded", NULL, "DegradedArray", NULL},
    {"MdArrayFailed", NULL, "DegradedArray", NULL},
    {"MdArrayInactive", NULL, "DeviceDisappeared", NULL},
    {"MdMemberFailed", NULL, "Fail", NULL},
    {"MdRebuildRunning", NULL, "RebuildStarted", "RebuildFinished"},
    {"MdResyncRunning", NULL, "RebuildStarted", "RebuildFinished"},
};

static size_t index_of(const Forewarn__Event *event)
{
    size_t i = 0;
    while (i < sizeof names / sizeof *names && strcmp(names[i].alert, event_text_alert(event)) != 0)
        i++;
    return i;
}

static const char *smartd_type(const Forewarn__Event *event, struct arena *arena)
{
    size_t i = index_of(event);
    if (event->kind == FOREWARN__EVENT_KIND__TEST)
        return "EmailTest";
    return i < sizeof names / sizeof *names && names[i].smartd
               ? names[i].smartd
               : event_text_line(event_text_alert(event), arena);
}

static const char *mdadm_end(const Forewarn__Event *event)
{
    size_t i = index_of(event);
    return i < sizeof names / sizeof *names ? names[i].mdadm_end : NULL;
}

static const char *mdadm_event(const Forewarn__Event *event, struct arena *arena)
{
    size_t i = index_of(event);
    const char *name = i < sizeof names / sizeof *names ? names[i].mdadm : NULL;

    if (event->kind == FOREWARN__EVENT_KIND__TEST)
        return "TestMessage";
    if (!name)
        name = event_text_line(event_text_alert(event), arena);
    if (event->kind != FOREWARN__EVENT_KIND__RESOLVED)
        return name;
    const char *end = mdadm_end(event);
    return end ? end : arena_printf(arena, "%sResolved", name);
}

bool exec_wants(const struct exec_settings *settings, const Forewarn__Event *event)
{
    if (event->kind == FOREWARN__EVENT_KIND__HEARTBEAT)
        return settings->style == EXEC_PLAIN;
    if (event->kind != FOREWARN__EVENT_KIND__RESOLVED || settings->send_resolved)
        return true;
    return settings->style == EXEC_MDADM && mdadm_end(event);
}

/* "/dev/sda" of the label; "" where it has none. The kernel writes '!' for '/' in a name. */
static const char *node(const Forewarn__Event *event, const char *label, struct arena *arena)
{
    const char *name = event_text_label(event, label);
    if (!name[0])
        return "";
    char *path =
        arena_printf(arena, "%s%s", name[0] == '/' ? "" : "/dev/", event_text_line(name, arena));
    for (char *c = path; *c; c++)
        if (*c == '!')
            *c = '/';
    return path;
}

struct list {
    struct arena *arena;
    char **at;
    size_t count, room;
};

/* Adds a text, which is cut where it is too long for what the kernel takes. */
static void add(struct list *list, const char *text)
{
    list->at = arena_grow(list->arena, list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = arena_strndup(list->arena, text, strnlen(text, EXEC_MAX_VARIABLE));
}

static char **finish(struct list *list)
{
    list->at = arena_grow(list->arena, list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count] = NULL;
    return list->at;
}

static void add_addresses(struct list *list, const char *addresses)
{
    while (*addresses) {
        size_t length = strcspn(addresses, " ");
        if (length)
            add(list, arena_strndup(list->arena, addresses, length));
        addresses += length;
        addresses += strspn(addresses, " ");
    }
}

static void add_mdadm(struct list *list, const Forewarn__Event *event)
{
    const char *array = node(event, "array", list->arena);
    const char *device = node(event, "device", list->arena);

    add(list, mdadm_event(event, list->arena));
    add(list, array[0] ? array : device);
    if (array[0] && device[0])
        add(list, device);
}

char **exec_arguments(const struct exec_settings *settings, const Forewarn__Event *event,
                      struct arena *arena)
{
    struct list list = {.arena = arena};

    for (size_t i = 0; settings->command[i]; i++)
        add(&list, settings->command[i]);
    if (settings->style == EXEC_MDADM)
        add_mdadm(&list, event);
    if (settings->style == EXEC_SMARTD && settings->address[0]) {
        add(&list, "-s");
        add(&list, event_text_subject(event, arena));
        add_addresses(&list, settings->address);
    }
    return finish(&list);
}

static void set(struct list *list, const char *name, const char *value)
{
    add(list, arena_printf(list->arena, "%s=%s", name, value));
}

static void set_line(struct list *list, const char *name, const char *value)
{
    set(list, name, event_text_line(value, list->arena));
}

static bool is_set(const struct list *list, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < list->count; i++)
        if (strncmp(list->at[i], name, length) == 0 && list->at[i][length] == '=')
            return true;
    return false;
}

/* FOREWARN_ARRAY, FOREWARN_DEVICE, FOREWARN_SERIAL, ...: what no own variable is called. */
static void set_labels(struct list *list, const Forewarn__Event *event)
{
    for (size_t i = 0; event->alert && i < event->alert->n_label; i++) {
        const char *label = event->alert->label[i]->name, *value = event->alert->label[i]->value;
        if (!label || !value || strcmp(label, "alertname") == 0 ||
            strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789_") != strlen(label))
            continue;
        char *name = arena_printf(list->arena, "FOREWARN_%s", label);
        for (char *c = name; *c; c++)
            *c = (char)toupper((unsigned char)*c);
        if (!is_set(list, name))
            set_line(list, name, value);
    }
}

static void set_own(struct list *list, const Forewarn__Event *event)
{
    struct arena *arena = list->arena;
    const Forewarn__Alert *alert = event->alert;
    struct buf value = {0};

    set_line(list, "FOREWARN_ID", event->id);
    set(list, "FOREWARN_SEQUENCE",
        arena_printf(arena, "%llu", (unsigned long long)event->sequence));
    set(list, "FOREWARN_STATE", event_text_state(event));
    set(list, "FOREWARN_TIME", arena_printf(arena, "%lld", (long long)(event->at_ms / 1000)));
    set_line(list, "FOREWARN_HOST", event->host ? event->host : "");
    set_line(list, "FOREWARN_ALERT", event_text_alert(event));
    set_line(list, "FOREWARN_SEVERITY", alert && alert->severity ? alert->severity : "");
    if (alert && alert->has_value)
        number_print(alert->value, &value);
    set(list, "FOREWARN_VALUE", value.length ? value.data : "");
    set(list, "FOREWARN_SINCE",
        alert && alert->starts_at_ms
            ? arena_printf(arena, "%lld", (long long)(alert->starts_at_ms / 1000))
            : "");
    set(list, "FOREWARN_SUMMARY", event_text_summary(event, arena));
    set_line(list, "FOREWARN_DESCRIPTION", event_text_annotation(event, "description"));
    set_line(list, "FOREWARN_ACTION", event_text_annotation(event, "action"));
    set(list, "FOREWARN_SUBJECT", event_text_subject(event, arena));
    set(list, "FOREWARN_BODY", event_text_body(event, arena));
    buf_free(&value);
}

/* "WDC WD4000FYYZ, S/N:WD-WCC131234567, bay 2" */
static const char *device_info(const Forewarn__Event *event, struct arena *arena)
{
    const char *model = event_text_label(event, "model"),
               *serial = event_text_label(event, "serial");
    const char *bay = event_text_label(event, "bay");
    return arena_printf(arena, "%s%s%s%s%s", model, serial[0] ? ", S/N:" : "", serial,
                        bay[0] ? ", bay " : "", bay);
}

/* Those of smartd.conf(5). SMARTD_MAILER is not set: it names what smartd itself would run. */
static void set_smartd(struct list *list, const struct exec_settings *settings,
                       const Forewarn__Event *event)
{
    struct arena *arena = list->arena;
    const Forewarn__Alert *alert = event->alert;
    int64_t first_ms = alert && alert->starts_at_ms ? alert->starts_at_ms : event->at_ms;
    bool over = event->kind == FOREWARN__EVENT_KIND__RESOLVED;
    bool first = !alert || event->kind == FOREWARN__EVENT_KIND__RAISED;
    const char *device = node(event, "device", arena);

    device = device[0] ? device : node(event, "array", arena);
    set(list, "SMARTD_DEVICE", device);
    set(list, "SMARTD_DEVICESTRING", device);
    set(list, "SMARTD_DEVICETYPE", "auto");
    set_line(list, "SMARTD_DEVICEINFO", device_info(event, arena));
    set(list, "SMARTD_FAILTYPE", smartd_type(event, arena));
    set(list, "SMARTD_MESSAGE",
        arena_printf(arena, "%s%s", over ? "Resolved: " : "", event_text_summary(event, arena)));
    set(list, "SMARTD_SUBJECT", event_text_subject(event, arena));
    set(list, "SMARTD_FULLMESSAGE", event_text_body(event, arena));
    set(list, "SMARTD_TFIRST", event_text_time(first_ms, arena));
    set(list, "SMARTD_TFIRSTEPOCH", arena_printf(arena, "%lld", (long long)(first_ms / 1000)));
    set(list, "SMARTD_PREVCNT", first ? "0" : "1");
    set(list, "SMARTD_NEXTDAYS", over ? "" : "1");
    if (settings->address[0])
        set_line(list, "SMARTD_ADDRESS", settings->address);
}

char **exec_environment(const struct exec_settings *settings, const Forewarn__Event *event,
                        struct arena *arena)
{
    struct list list = {.arena = arena};

    set(&list, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    set(&list, "LC_ALL", "C");
    set_own(&list, event);
    set_labels(&list, event);
    set_smartd(&list, settings, event);
    return finish(&list);
}

void exec_input(const struct exec_settings *settings, const Forewarn__Event *event, struct buf *out)
{
    SCRATCH_ARENA(arena);
    if (settings->style == EXEC_SMARTD && settings->address[0])
        buf_puts(out, event_text_body(event, arena));
    else
        event_json(event, out);
}
