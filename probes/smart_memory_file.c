/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "probes/smart_memory.h"
#include "probes/state_file.h"

enum { VERSION = 1, MAX_FILE = 32 * 1024, MAX_PATH = 4096, MAX_TEXT = 256 };

/* A number's key in the file: its metric's name, and the label that tells it from another. */
static const char *key(int number)
{
    if (number == SMART_ERC_WRITE)
        return "forewarn_disk_error_recovery_control_seconds write";
    return smart_metric((enum smart_number)number)->name;
}

static json_t *numbers(const double number[SMART_NUMBERS])
{
    json_t *object = json_object();
    for (int i = 0; i < SMART_NUMBERS; i++)
        if (isfinite(number[i]))
            json_object_set_new(object, key(i), json_real(number[i]));
    return object;
}

static void take_numbers(const json_t *object, double number[SMART_NUMBERS])
{
    for (int i = 0; i < SMART_NUMBERS; i++) {
        const json_t *value = json_object_get(object, key(i));
        if (json_is_number(value))
            number[i] = json_number_value(value);
    }
}

static json_t *names(const struct smart_facts *facts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < facts->attribute_count; i++) {
        char id[8];
        snprintf(id, sizeof id, "%u", (unsigned)facts->attributes[i].id);
        json_object_set_new(object, id, json_string(facts->attributes[i].name));
    }
    return object;
}

static char *render(const struct smart_known *known)
{
    char marks[24];
    snprintf(marks, sizeof marks, "%016" PRIx64, known->marks);
    json_t *top = json_pack("{si ss ss ss ss ss ss sI sI sI ss so so so}", "version", VERSION,
                            "disk", known->disk, "device", known->device, "model", known->model,
                            "serial", known->serial, "firmware", known->firmware, "bus", known->bus,
                            "seen_ms", (json_int_t)known->seen_ms, "read_ms",
                            (json_int_t)known->read_ms, "logs_ms", (json_int_t)known->logs_ms,
                            "marks", marks, "numbers", numbers(known->facts.number), "logs",
                            numbers(known->logs), "names", names(&known->facts));
    char *text = top ? json_dumps(top, JSON_INDENT(1)) : NULL;
    json_decref(top);
    return text;
}

static const char *text_of(const json_t *top, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(top, name));
    return text ? arena_strndup(arena, text, strnlen(text, MAX_TEXT)) : "";
}

static int64_t time_of(const json_t *top, const char *name)
{
    int64_t value = json_integer_value(json_object_get(top, name));
    return value > 0 ? value : 0;
}

/* The names are kept as attributes without a value: they give no samples, only names. */
static void take_names(const json_t *object, struct smart_known *known)
{
    const char *id;
    json_t *name;
    size_t n = json_object_size(object);
    known->facts.attributes = ARENA_ARRAY(known->arena, struct smart_attribute, n + 1);
    json_object_foreach((json_t *)(uintptr_t)object, id, name)
    {
        const char *text = json_string_value(name);
        long number = strtol(id, NULL, 10);
        if (text && number > 0 && number < 256 && known->facts.attribute_count < n)
            known->facts.attributes[known->facts.attribute_count++] = (struct smart_attribute){
                .id = (uint8_t)number,
                .value = -1,
                .worst = -1,
                .threshold = -1,
                .decoded = NAN,
                .name = arena_strndup(known->arena, text, strnlen(text, MAX_TEXT)),
            };
    }
}

static void take(const json_t *top, struct smart_known *known)
{
    struct arena *arena = known->arena;
    known->device = text_of(top, "device", arena);
    known->model = text_of(top, "model", arena);
    known->serial = text_of(top, "serial", arena);
    known->firmware = text_of(top, "firmware", arena);
    known->bus = text_of(top, "bus", arena);
    known->seen_ms = time_of(top, "seen_ms");
    known->read_ms = time_of(top, "read_ms");
    known->logs_ms = time_of(top, "logs_ms");
    known->marks = strtoull(text_of(top, "marks", arena), NULL, 16);
    take_numbers(json_object_get(top, "numbers"), known->facts.number);
    take_numbers(json_object_get(top, "logs"), known->logs);
    take_names(json_object_get(top, "names"), known);
}

int smart_memory_parse(struct smart_memory *memory, const char *text, size_t length,
                       struct error *e)
{
    json_error_t where;
    json_t *top = json_loadb(text, length, 0, &where);
    const char *disk = json_string_value(json_object_get(top, "disk"));
    int code = 0;
    if (!disk || !disk[0] || json_integer_value(json_object_get(top, "version")) != VERSION) {
        code = error_set(e, -EBADMSG, "not what forewarn wrote about a disk");
    } else {
        struct smart_known *known = smart_memory_of(memory, disk);
        if (known && !known->seen_ms)
            take(top, known);
    }
    json_decref(top);
    return code;
}

/* Identities hold what udev allows in a device node's name; anything else becomes '_'. */
static int path_of(const struct smart_known *known, const char *directory, char path[MAX_PATH])
{
    static const char plain[] = "0123456789-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[MAX_TEXT];
    snprintf(name, sizeof name, "%s", known->disk);
    for (char *c = name; *c; c++)
        if (!strchr(plain, *c) || (*c == '.' && c == name))
            *c = '_';
    int length = snprintf(path, MAX_PATH, "%s/smart/%s.json", directory, name);
    return length < MAX_PATH - 8 ? 0 : -ENAMETOOLONG;
}

int smart_memory_save(const struct smart_known *known, const char *directory, struct error *e)
{
    char path[MAX_PATH], parent[MAX_PATH];
    snprintf(parent, sizeof parent, "%s/smart", directory);
    if (mkdir(parent, 0750) < 0 && errno != EEXIST)
        return error_set(e, -errno, "mkdir %s: %s", parent, error_name(errno));
    int code = path_of(known, directory, path);
    if (code < 0)
        return error_set(e, code, "state of %s: %s", known->disk, error_name(code));
    char *text = render(known);
    if (!text) /* something in it is not UTF-8: then it is not kept */
        return error_set(e, -EILSEQ, "state of %s: not UTF-8", known->disk);
    code = state_file_write(path, text, strlen(text), e);
    free(text);
    return code;
}

void smart_memory_forget(const struct smart_known *known, const char *directory)
{
    char path[MAX_PATH];
    if (path_of(known, directory, path) == 0)
        unlink(path);
}

static int load_file(struct smart_memory *memory, const char *directory, const char *name,
                     struct error *e)
{
    SCRATCH_ARENA(arena);
    char *text;
    ssize_t n =
        state_file_read(arena_printf(arena, "%s/%s", directory, name), MAX_FILE, arena, &text, e);
    if (n < 0)
        return (int)n;
    int code = smart_memory_parse(memory, text, (size_t)n, e);
    if (code < 0)
        error_prefix(e, "%s", name);
    return code;
}

int smart_memory_load(struct smart_memory *memory, const char *directory, struct error *e)
{
    char path[MAX_PATH];
    int code = 0, files = 0;
    snprintf(path, sizeof path, "%s/smart", directory);
    DIR *list = opendir(path);
    if (!list)
        return errno == ENOENT ? 0 : error_set(e, -errno, "list %s: %s", path, error_name(errno));
    for (struct dirent *entry; (entry = readdir(list)) && files < SMART_MEMORY_DISKS;) {
        size_t n = strlen(entry->d_name);
        if (n < 6 || strcmp(entry->d_name + n - 5, ".json") != 0)
            continue;
        files++;
        if (load_file(memory, path, entry->d_name, e) < 0)
            code = -EBADMSG;
    }
    closedir(list);
    return code;
}
