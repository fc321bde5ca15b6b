/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: manual forewarn.yml.5 | forewarn-metrics.7 | forewarn.yml
 * Prints a manual page, or the example configuration, made from the tables in the code. Runs while
 * forewarn is built, and is not installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/configuration_keys.h"
#include "agent/defaults.h"
#include "agent/manual.h"
#include "agent/self.h"
#include "core/arena.h"
#include "probes/registry.h"

static void put_text(const char *text)
{
    manual_put_words("", text, true);
}

static void put_head(const char *title, const char *name, const char *what)
{
    printf(".\\\" SPDX-License-Identifier: Apache-2.0\n.\\\" Made by agent/manual.c.\n"
           ".Dd March 1, 2026\n.Dt %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n",
           title, name, what);
}

static void put_probe_defaults(const struct config_key *key)
{
    SCRATCH_ARENA(arena);
    printf("Defaults:\n");
    for (size_t i = 0; probes[i]; i++)
        printf("%s\n.Li %s%s\n", probes[i]->name, manual_probe_value(key, probes[i], arena),
               probes[i + 1] ? " ," : " .");
}

static void put_value(const struct config_key *key)
{
    static const char *const words[] = {[KEY_DEFAULT] = "Default:",
                                        [KEY_EXAMPLE] = "For example",
                                        [KEY_REQUIRED] = "It has to be there, for example",
                                        [KEY_INSTEAD] = "For example"};
    if (!key->value)
        put_probe_defaults(key);
    else
        printf("%s\n.Li \"%s\" .\n", words[key->kind], key->value);
}

/* A heading of its own have the sections at the top, and exporters. */
static bool has_heading(const struct config_key *key)
{
    return (key->kind == KEY_SECTION || key->kind == KEY_LIST) &&
           (!strchr(key->path, '.') || (manual_is_below(key->path, "exporters")));
}

/* in_list: whether a list of keys is open. */
static void put_key(const struct config_key *key, bool *in_list)
{
    if (has_heading(key)) {
        printf("%s.Ss %s\n", *in_list ? ".El\n" : "", key->path);
        put_text(key->help);
        *in_list = false;
        return;
    }
    if (strcmp(key->path, manual_each_probe) == 0)
        return;
    printf("%s.It Ic %s\n", *in_list ? "" : ".Bl -tag -width Ds\n", key->path);
    *in_list = true;
    if (*key->help)
        put_text(key->help);
    if (key->kind != KEY_SECTION && key->kind != KEY_LIST)
        put_value(key);
}

static void put_configuration(void)
{
    bool in_list = false;

    put_head("FOREWARN.YML 5", "forewarn.yml", "configuration of forewarn");
    printf(".Sh DESCRIPTION\n.Nm\n"
           "is the configuration of\n.Xr forewarnd 8 ,\nYAML in\n.Pa " DEFAULT_CONFIG_FILE " .\n"
           "All keys are optional; without the file the defaults count.\n"
           ".Pp\nDurations are written as in rules\n.Pq Li 30s , 1h30m , 30d ,\n"
           "sizes with a unit\n.Pq Li 64MiB , 1GiB , 20MB .\n"
           "Paths are absolute.\n"
           "Secrets stand in files of their own.\n"
           "The user forewarn must be able to read them, as that is done again by\n.Dv SIGHUP .\n"
           ".Pp\n.Dl $ forewarn config check\n"
           "names all that is wrong, with file, line and column;\n"
           ".Dl $ forewarn config show\n"
           "shows what counts.\n"
           ".Sh KEYS\n");
    for (size_t i = 0; i < config_key_count; i++)
        put_key(&config_keys[i], &in_list);
    printf(".El\n.Sh FILES\n.Bl -tag -width Ds\n.It Pa " DEFAULT_CONFIG_FILE "\n"
           ".It Pa " DEFAULT_RULE_DIRECTORY "\nFiles of rules that replace the default ones.\n.El\n"
           ".Sh SEE ALSO\n.Xr forewarn 1 ,\n.Xr forewarn-metrics 7 ,\n.Xr forewarnd 8\n");
}

static int by_name(const void *a, const void *b)
{
    const struct metric *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void put_metric(const struct metric *metric)
{
    SCRATCH_ARENA(arena);
    printf(".It Ic %s\n%s", metric->name, metric->type == METRIC_COUNTER ? "Counter" : "Gauge");
    printf(*metric->unit ? ", in %s.\n" : ".\n", metric->unit);
    put_text(metric->help);
    for (size_t i = 0; i < METRIC_MAX_LABELS && metric->labels[i]; i++)
        printf("%s %s", i ? " ," : "Labels:\n.Li", metric->labels[i]);
    if (metric->labels[0])
        printf(" .\n");
    manual_put_words("", arena_printf(arena, "From: %s.", metric->source), true);
}

static void put_metrics(const struct probe *probe)
{
    SCRATCH_ARENA(arena);
    size_t count = 0;

    while (probe->metrics[count])
        count++;
    const struct metric **sorted = ARENA_ARRAY(arena, const struct metric *, count);
    memcpy(sorted, probe->metrics, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_name);
    printf(".Ss %s: %s\n.Bl -tag -width Ds\n", probe->name, probe->what);
    for (size_t i = 0; i < count; i++)
        put_metric(sorted[i]);
    printf(".El\n");
}

static void put_all_metrics(void)
{
    put_head("FOREWARN-METRICS 7", "forewarn-metrics", "what forewarn measures");
    printf(".Sh DESCRIPTION\nThese are the samples that rules look at and that are exposed,\n"
           "with the conventions of Prometheus: base units, counters end in\n.Li _total ,\n"
           "and what is named\n.Li _info\nis always 1 and has its facts in labels.\n"
           ".Pp\n.Dl $ forewarn probe smart\nshows those of a probe, and\n"
           ".Dl $ forewarn query EXPR\nwhat an agent knows of them.\n.Sh METRICS\n");
    for (size_t i = 0; probes[i]; i++)
        put_metrics(probes[i]);
    put_metrics(&self_probe);
    printf(".Sh SEE ALSO\n.Xr forewarn 1 ,\n.Xr forewarn.yml 5 ,\n.Xr forewarnd 8\n");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*put)(void);
    } works[] = {{"forewarn.yml.5", put_configuration},
                 {"forewarn-metrics.7", put_all_metrics},
                 {"forewarn.yml", manual_put_example}};

    for (size_t i = 0; argc == 2 && i < sizeof works / sizeof *works; i++)
        if (strcmp(argv[1], works[i].name) == 0) {
            works[i].put();
            return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    fputs("usage: manual forewarn.yml.5 | forewarn-metrics.7 | forewarn.yml\n", stderr);
    return 2;
}
