/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/template.h"
#include "tests/fuzz/fuzz.h"

static int query(const char *expr, int64_t t_ms, struct arena *arena,
                 struct promql_sample **samples, size_t *count, void *arg, struct error *e)
{
    (void)t_ms;
    (void)arg;
    if (strstr(expr, "fail"))
        return error_set(e, -EINVAL, "failed");
    *count = strlen(expr) % 4;
    *samples = ARENA_ARRAY(arena, struct promql_sample, *count + 1);
    for (size_t i = 0; i < *count; i++)
        (*samples)[i] = (struct promql_sample){
            .labels = labels_new(arena, (const struct label[]){{"disk", expr}}, 1), .v = (double)i};
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct template *template;
    struct template_error wrong;
    struct error e;
    char *text = arena_strndup(arena, (const char *)data, size);
    const char *out;
    struct template_data values = {.labels = labels_new(arena,
                                                        (const struct label[]){
                                                            {"array", "md0"},
                                                            {"device", "sda1"},
                                                        },
                                                        2),
                                   .value = 0.41,
                                   .t_ms = 1700000000000,
                                   .query = query};
    if (template_parse(text, arena, &template, &wrong)) {
        if (wrong.offset > strlen(text))
            abort();
        return 0;
    }
    if (template_expand(template, &values, arena, &out, &e) == 0 &&
        strlen(out) > TEMPLATE_MAX_OUTPUT)
        abort();
    return 0;
}
