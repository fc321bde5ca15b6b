/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/nfslock_memory.h"

/* What is parsed from and rendered to: out is NULL where it is the same. */
static const struct {
    const char *in, *out;
} cases[] = {
    {"{\"mounts\": [{\"mountpoint\": \"/mail\", \"received\": 2, \"sent\": 3, "
     "\"sent_at_reply\": 4, \"since_ns\": 5}], \"waiters\": [{\"since_ns\": 6, \"who\": "
     "\"POSIX ADVISORY WRITE 7 fd:09:1 0 EOF\"}]}",
     NULL},
    {"{\"mounts\": [], \"waiters\": []}", NULL},
    {"null", "{\"mounts\": [], \"waiters\": []}"},
    {"{\"mounts\": {}, \"waiters\": 7}", "{\"mounts\": [], \"waiters\": []}"},
    {"{\"mounts\": [7, {\"sent\": 3}, {\"mountpoint\": 3}], \"waiters\": [[], {\"who\": null}]}",
     "{\"mounts\": [], \"waiters\": []}"},
    {"{\"mounts\": [{\"mountpoint\": \"/m\", \"sent\": \"x\"}]}",
     "{\"mounts\": [{\"mountpoint\": \"/m\", \"received\": 0, \"sent\": 0, \"sent_at_reply\": 0, "
     "\"since_ns\": 0}], \"waiters\": []}"},
};

static char *rendered(const struct nfslock_memory *memory)
{
    json_t *json = nfslock_memory_render(memory);
    char *text = json_dumps(json, JSON_SORT_KEYS);
    json_decref(json);
    return text;
}

static void goes_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nfslock_memory memory = {.arena = arena_new()};
        json_t *json = json_loads(cases[i].in, JSON_DECODE_ANY, NULL);
        nfslock_memory_parse(json, &memory);
        char *text = rendered(&memory);
        assert_string_equal(text, cases[i].out ? cases[i].out : cases[i].in);
        free(text);
        json_decref(json);
        arena_free(&memory.arena);
    }
}

/* A mount whose name is no UTF-8 is left out, and the others are kept. */
static void leaves_out_other_bytes(void **state)
{
    struct nfs_seen mounts[] = {{.mountpoint = "/\xff"}, {.mountpoint = "/b"}};
    struct nfslock_memory memory = {.mounts = mounts, .mount_count = 2};
    (void)state;
    char *text = rendered(&memory);
    assert_null(strstr(text, "\xff"));
    assert_non_null(strstr(text, "\"/b\""));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(leaves_out_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
