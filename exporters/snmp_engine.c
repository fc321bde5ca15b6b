/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "exporters/snmp_file.h"

static const char file_name[] = "engine";

#define SINCE_MS INT64_C(1735689600000) /* 2025-01-01 */
enum { MIN_ID = 5, RANDOM_BYTES = 12 };

static int digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

int snmp_engine_id(const char *text, struct snmp_engine *engine)
{
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    size_t length = strlen(text);
    if (length % 2 || length / 2 < MIN_ID || length / 2 > SNMP_MAX_ENGINE_ID)
        return -EINVAL;
    for (size_t i = 0; i < length; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        engine->id[i / 2] = (unsigned char)(high << 4 | low);
    }
    engine->id_length = length / 2;
    return 0;
}

/* "engine 0x80001f88... boots 17" */
int snmp_engine_parse(const char *text, size_t length, struct snmp_engine *engine, struct error *e)
{
    char id[2 * SNMP_MAX_ENGINE_ID + 3], end;
    char *copy = strndup(text ? text : "", length);

    *engine = (struct snmp_engine){0};
    int fields = copy && length ? sscanf(copy, "engine %66[0-9a-fx] boots %" SCNu32 "%c", id,
                                         &engine->boots, &end)
                                : 0;
    free(copy);
    if (!length)
        return 0;
    if (fields != 3 || end != '\n' || engine->boots > INT32_MAX || snmp_engine_id(id, engine) < 0)
        return error_set(e, -EINVAL, "no engine and its boots, as were written");
    return 0;
}

void snmp_engine_print(const struct snmp_engine *engine, struct buf *out)
{
    buf_puts(out, "engine 0x");
    for (size_t i = 0; i < engine->id_length; i++)
        buf_printf(out, "%02x", engine->id[i]);
    buf_printf(out, " boots %" PRIu32 "\n", engine->boots);
}

void snmp_engine_boot(struct snmp_engine *engine, int64_t wall_ms)
{
    int64_t seconds = (wall_ms - SINCE_MS) / 1000;
    int64_t boots = (int64_t)engine->boots + 1;

    if (seconds > boots)
        boots = seconds;
    engine->boots = boots > INT32_MAX ? INT32_MAX : (uint32_t)boots;
}

/* 8072 is net-snmp's enterprise number, 5: octets that somebody gave. */
static void make_id(struct snmp_engine *engine)
{
    static const unsigned char head[] = {0x80, 0x00, 0x1f, 0x88, 0x05};
    memcpy(engine->id, head, sizeof head);
    if (getrandom(engine->id + sizeof head, RANDOM_BYTES, 0) == RANDOM_BYTES)
        engine->id_length = sizeof head + RANDOM_BYTES;
}

int snmp_engine_start(const char *state_directory, int64_t wall_ms, struct snmp_engine *engine,
                      void (*known)(const struct snmp_engine *engine, void *arg), void *arg,
                      struct error *e)
{
    struct buf text = {0};
    int code = snmp_file_read(state_directory, file_name, &text, e);

    if (code == 0 && (code = snmp_engine_parse(text.data, text.length, engine, e)) < 0)
        error_prefix(e, "%s/snmp/%s: ", state_directory, file_name);
    if (code == 0) {
        snmp_engine_boot(engine, wall_ms);
        if (engine->id_length)
            known(engine, arg);
        else
            make_id(engine);
        text.length = 0;
        snmp_engine_print(engine, &text);
        code = snmp_file_write(state_directory, file_name, &text, e);
    }
    buf_free(&text);
    return code;
}
