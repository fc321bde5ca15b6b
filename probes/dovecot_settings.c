/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_settings.h"

#include <errno.h>
#include <string.h>

#include "core/buf.h"
#include "probes/dovecot_location.h"

const char *const dovecot_settings_2_3[] = {"mail_location", "mail_home", NULL};
const char *const dovecot_settings_2_4[] = {
    "mail_driver",       "mail_path",     "mail_home",           "mail_index_path",
    "mail_control_path", "mail_alt_path", "mailbox_list_layout", NULL};

/* The value of a setting; "" where it is not said. */
static const char *value_of(const char *text, const char *name, struct arena *arena)
{
    size_t length = strlen(name);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0 || strncmp(line + length, " =", 2) != 0)
            continue;
        const char *value = line + length + 2;
        value += strspn(value, " ");
        return arena_strndup(arena, value, strcspn(value, "\r\n"));
    }
    return "";
}

/* As 2.3 would say it. */
static const char *compose(const char *text, struct arena *arena)
{
    static const char *const parts[][2] = {{"mail_index_path", "INDEX"},
                                           {"mail_control_path", "CONTROL"},
                                           {"mail_alt_path", "ALT"},
                                           {"mailbox_list_layout", "LAYOUT"}};
    const char *driver = value_of(text, "mail_driver", arena);
    const char *path = value_of(text, "mail_path", arena);

    if (!driver[0] || !path[0])
        return "";
    const char *location = arena_printf(arena, "%s:%s", driver, path);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *value = value_of(text, parts[i][0], arena);
        if (value[0])
            location = arena_printf(arena, "%s:%s=%s", location, parts[i][1], value);
    }
    return location;
}

/* Length of a home at text: "~" where a path begins, "%h" anywhere; 0: there is none. */
static size_t home_at(const char *text, const char *start)
{
    bool begins = text > start && strchr(":=", text[-1]);
    if (begins && text[0] == '~' && (!text[1] || strchr("/:", text[1])))
        return 1;
    if (strncmp(text, "%h", 2) == 0)
        return 2;
    return strncmp(text, "%{home}", 7) == 0 ? 7 : 0;
}

int dovecot_settings_location(const char *text, struct arena *arena, const char **location,
                              struct error *e)
{
    const char *home = value_of(text, "mail_home", arena);
    const char *said = value_of(text, "mail_location", arena);
    struct buf out = {0};
    int code = 0;

    if (!said[0])
        said = compose(text, arena);
    if (!said[0])
        return error_set(e, -ENOENT, "Dovecot's configuration says no mail location");
    if (!dovecot_location_is(said))
        return error_set(
            e, -ENOTSUP,
            "Dovecot's mail is at '%.200s': only maildir, sdbox and mdbox are verified", said);
    for (const char *c = said; *c && code == 0;) {
        size_t length = home_at(c, said);
        if (length && home[0] != '/')
            code = error_set(e, -ENOTSUP,
                             "Dovecot's mail is at '%.200s', and where homes are only its user "
                             "database knows: set probes.mailindex.stores",
                             said);
        buf_printf(&out, length ? "%s" : "%.1s", length ? home : c);
        c += length ? length : 1;
    }
    *location = code == 0 ? arena_strdup(arena, out.data) : NULL;
    buf_free(&out);
    return code;
}
