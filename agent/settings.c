/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/settings.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "agent/defaults.h"
#include "agent/rule_files.h"

/* Telling errors of files that cannot even be read in the same way as those of their contents. */
struct reporter {
    void (*report)(const char *text, void *arg);
    void *arg;
};

static int tell(const struct reporter *reporter, const struct error *e)
{
    reporter->report(e->text, reporter->arg);
    return -EINVAL;
}

static int read_configuration(const char *file, const struct probe *const *probes,
                              struct settings *settings, const struct reporter *reporter)
{
    struct rule_source source;
    struct error e = {0};
    const char *path = file ? file : DEFAULT_CONFIG_FILE;

    config_default(&settings->config, probes);
    if (!file && access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    if (rule_files_read_one(path, CONFIG_MAX_BYTES, settings->arena, &source, &e) < 0)
        return tell(reporter, &e);
    return config_parse(source.name, source.text, source.length, probes, settings->arena,
                        &settings->config, reporter->report, reporter->arg);
}

/* The files of all patterns; one without wildcards is named even where it is not there. */
static int expand(const struct config *config, struct arena *arena, const char ***names,
                  size_t *count, struct error *e)
{
    size_t room = 0;

    *names = NULL;
    *count = 0;
    for (size_t i = 0; i < config->rule_file_count; i++) {
        glob_t found;
        const char *pattern = config->rule_files[i];
        int code = glob(pattern, strpbrk(pattern, "*?[") ? 0 : GLOB_NOCHECK, NULL, &found);
        if (code && code != GLOB_NOMATCH)
            return error_set(e, -EIO, "rules: list %s: cannot be read", pattern);
        for (size_t k = 0; !code && k < found.gl_pathc; k++) {
            *names = arena_grow(arena, *names, *count, &room, sizeof(**names));
            (*names)[(*count)++] = arena_strdup(arena, found.gl_pathv[k]);
        }
        if (!code)
            globfree(&found);
    }
    return 0;
}

static int read_rules(struct settings *settings, const struct reporter *reporter)
{
    const struct rule_source *sources = NULL;
    const char **names;
    size_t count, source_count = 0;
    struct error e = {0};

    int code = expand(&settings->config, settings->arena, &names, &count, &e);
    if (code == 0 && (count || !settings->config.rule_file_count))
        code = rule_files_read(names, count, DEFAULT_RULE_DIRECTORY, settings->arena, &sources,
                               &source_count, &e);
    if (code < 0)
        return tell(reporter, &e);
    return rule_set_load(sources, source_count, reporter->report, reporter->arg, &settings->rules);
}

int settings_load_configuration(const char *file, const struct probe *const *probes,
                                struct settings *settings,
                                void (*report)(const char *text, void *arg), void *arg)
{
    const struct reporter reporter = {report, arg};

    *settings = (struct settings){.arena = arena_new()};
    int code = read_configuration(file, probes, settings, &reporter);
    if (code < 0)
        settings_free(settings);
    return code;
}

int settings_load(const char *file, const struct probe *const *probes, struct settings *settings,
                  void (*report)(const char *text, void *arg), void *arg)
{
    const struct reporter reporter = {report, arg};
    int code = settings_load_configuration(file, probes, settings, report, arg);

    if (code < 0)
        return code;
    code = read_rules(settings, &reporter);
    if (code < 0)
        settings_free(settings);
    return code;
}

void settings_free(struct settings *settings)
{
    rule_set_free(&settings->rules);
    arena_free(&settings->arena);
}
