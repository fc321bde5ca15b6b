/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/configuration_value.h"
#include "agent/manual.h"
#include "probes/registry.h"

const char manual_each_probe[] = "probes.NAME";

bool manual_is_below(const char *path, const char *section)
{
    size_t length = strlen(section);
    return strncmp(path, section, length) == 0 && path[length] == '.';
}

const char *manual_last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* The default of a probe's key, which is the probe's where it is not the same for all. */
const char *manual_probe_value(const struct config_key *key, const struct probe *probe,
                               struct arena *arena)
{
    if (key->value)
        return key->value;
    bool interval = strcmp(manual_last_part(key->path), "interval") == 0;
    return config_duration_text(arena, interval ? probe->interval_ms : probe->deadline_ms);
}

void manual_put_words(const char *before, const char *text, bool is_mdoc)
{
    size_t column = 0;

    while (*text) {
        size_t length = strcspn(text, " ");
        bool ends = is_mdoc && length && strchr(".:?", text[length - 1]) && text[length - 1] == '.';
        if (!column)
            column += (size_t)printf("%s%s", before, is_mdoc && strchr(".'", *text) ? "\\&" : "");
        else
            column += (size_t)printf(" ");
        for (size_t i = 0; i < length; i++)
            column += (size_t)printf(is_mdoc && text[i] == '\\' ? "\\e" : "%c", text[i]);
        text += length + strspn(text + length, " ");
        if (ends || !*text || column + 1 + strcspn(text, " ") > MANUAL_COLUMNS) {
            putchar('\n');
            column = 0;
        }
    }
}

/* How deep a key stands: its dots, and those lists that it is in. */
static int indent_of(const char *path)
{
    int indent = 0;
    for (const char *at = path; *at; at++)
        indent += 2 * (*at == '.');
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].kind == KEY_LIST && manual_is_below(path, config_keys[i].path))
            indent += 2;
    return indent;
}

/* Behind ##, which sets prose apart from what can be made to count by taking the # away. */
static void put_prose(const char *path, const char *text)
{
    int indent = indent_of(path);
    char before[64];
    if (!*text)
        return;
    snprintf(before, sizeof before, "##%*s", indent + 1, "");
    manual_put_words(before, text, false);
}

static bool is_first_of_item(const struct config_key *key)
{
    return key > config_keys && key[-1].kind == KEY_LIST &&
           manual_is_below(key->path, key[-1].path);
}

static void put_line(const char *path, const char *value, bool is_first)
{
    int indent = indent_of(path);
    printf("#%*s%s%s:%s%s\n", is_first ? indent - 2 : indent, "", is_first ? "- " : "",
           manual_last_part(path), value ? " " : "", value ? value : "");
}

static void put_key(const struct config_key *key)
{
    SCRATCH_ARENA(arena);
    bool is_section = key->kind == KEY_SECTION || key->kind == KEY_LIST;
    const char *help = key->help;

    if (!strchr(key->path, '.'))
        putchar('\n');
    if (key->kind == KEY_INSTEAD)
        help = arena_printf(arena, "Instead: %s: %s. %s", manual_last_part(key->path), key->value,
                            key->help);
    put_prose(key->path, help);
    if (key->kind != KEY_INSTEAD)
        put_line(key->path, is_section ? NULL : key->value, is_first_of_item(key));
}

/* One section of manual_each_probe for each there is, with what is its own. */
static void put_probes(const struct config_key *section)
{
    SCRATCH_ARENA(arena);

    for (size_t i = 0; probes[i]; i++) {
        const char *path = arena_printf(arena, "probes.%s", probes[i]->name);
        put_prose(path, arena_printf(arena, "%s.", probes[i]->what));
        put_line(path, NULL, false);
        for (const struct config_key *key = section + 1;
             key < config_keys + config_key_count && manual_is_below(key->path, section->path);
             key++) {
            if (i == 0)
                put_prose(arena_printf(arena, "%s.x", path), key->help);
            put_line(arena_printf(arena, "%s.%s", path, manual_last_part(key->path)),
                     manual_probe_value(key, probes[i], arena), false);
        }
        for (size_t k = 0; k < config_key_count; k++)
            if (manual_is_below(config_keys[k].path, path))
                put_key(&config_keys[k]);
    }
}

static bool is_of_a_probe(const char *path)
{
    return manual_is_below(path, "probes");
}

void manual_put_example(void)
{
    puts("## SPDX-License-Identifier: Apache-2.0");
    put_prose("", "The configuration of forewarn, with all keys and their defaults, or an example "
                  "where there is none. See forewarn.yml(5).");
    for (size_t i = 0; i < config_key_count; i++) {
        if (strcmp(config_keys[i].path, manual_each_probe) == 0)
            put_probes(&config_keys[i]);
        else if (!is_of_a_probe(config_keys[i].path))
            put_key(&config_keys[i]);
    }
}
