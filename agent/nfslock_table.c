/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/nfslock_report.h"

#include <ctype.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/report_table_text.h"

enum { INDENT = 11 };

struct page {
    const struct nfslock_report *report;
    const struct report_style *style;
    struct arena *arena;
    struct buf *out;
};

static void put_level(const struct page *page, enum verdict status)
{
    static const enum table_colour colours[] = {[VERDICT_OK] = TABLE_GREEN,
                                                [VERDICT_WARNING] = TABLE_YELLOW,
                                                [VERDICT_CRITICAL] = TABLE_RED,
                                                [VERDICT_UNKNOWN] = TABLE_MAGENTA};
    char *word = arena_strdup(page->arena, verdict_name(status));

    for (char *c = word; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    table_put(page->style, colours[status], word, page->out);
    table_pad(INDENT - strlen(word), page->out);
}

static void put_text(const struct page *page, const char *text)
{
    table_pad(INDENT, page->out);
    table_wrap(page->style, INDENT, INDENT, text, page->out);
}

/* What is the matter, in a line. */
static const char *headline(const struct nfslock_result *result)
{
    const bool server = result->role == NFSLOCK_ROLE_SERVER;

    switch (nfslock_judge(result->address)) {
    case NFSLOCK_BOTH:
        if (nfslock_result_status(result) == VERDICT_WARNING)
            return server ? "lockd answers, but statd does not"
                          : "can be called back over TCP and UDP, but statd does not answer";
        return server ? "its lock manager answers over TCP and UDP"
                      : "can be called back over TCP and UDP";
    case NFSLOCK_TCP_ONLY:
        return server ? "its lock manager answers over TCP only"
                      : "can be called back over TCP only, not over UDP";
    case NFSLOCK_UDP_ONLY:
        return server ? "its lock manager answers over UDP only"
                      : "can be called back over UDP only, not over TCP";
    case NFSLOCK_NONE:
        return server ? "its lock manager does not answer" : "cannot be called back at all";
    case NFSLOCK_UNKNOWN:
        break;
    }
    return "not known: it could not be asked";
}

/* What that means for whoever writes mail there. */
static const char *meaning(const struct nfslock_result *result)
{
    if (result->role == NFSLOCK_ROLE_SERVER)
        return nfslock_judge(result->address) == NFSLOCK_NONE
                   ? "No lock can be taken on its mounts: whoever tries waits, or goes on without."
                   : "Locks may be lost when the server is started again, or be taken over one "
                     "transport only.";
    switch (nfslock_judge(result->address)) {
    case NFSLOCK_TCP_ONLY:
        return "A lock that a server grants by UDP is never heard of: its waiter hangs, or gives "
               "up and writes without it. Index files are overwritten that way.";
    case NFSLOCK_UDP_ONLY:
        return "A lock that a server grants by TCP is heard of only by polling, 30 s late.";
    case NFSLOCK_NONE:
        return "A lock that has to be waited for is never granted in time: 30 s by polling, if at "
               "all.";
    case NFSLOCK_BOTH:
        return "Locks are not taken up again after the server was started anew.";
    case NFSLOCK_UNKNOWN:
        break;
    }
    return "";
}

/* Whether lockd is missing from what rpcbind knows, over one transport at least. */
static bool is_unregistered(const struct nfslock_address *address)
{
    for (size_t i = 0; i < address->path_count; i++)
        if (address->paths[i].program == RPC_PROGRAM_NLM && address->paths[i].version == 4 &&
            address->paths[i].result == RPC_ANSWER_UNREGISTERED)
            return true;
    return false;
}

static const char *what_to_do(const struct page *page, const struct nfslock_result *result)
{
    if (is_unregistered(result->address))
        return arena_printf(page->arena,
                            "Now: see what rpcinfo -p says there. lockd registers at the first "
                            "NFSv3 mount; an rpcbind that was restarted has forgotten it until "
                            "all such mounts are made anew. Then look again: forewarn nfslock%s%s",
                            result->role == NFSLOCK_ROLE_HOST ? " " : "",
                            result->role == NFSLOCK_ROLE_HOST ? result->name : "");
    if (nfslock_judge(result->address) == NFSLOCK_BOTH)
        return arena_printf(page->arena,
                            "Now: start statd there (rpc.statd), or let its port through; then "
                            "look again: forewarn nfslock%s%s",
                            result->role == NFSLOCK_ROLE_HOST ? " " : "",
                            result->role == NFSLOCK_ROLE_HOST ? result->name : "");
    if (result->role == NFSLOCK_ROLE_SELF)
        return "Now: see whether rpcbind runs here and whether this host's own filter is in the "
               "way, then look again: forewarn nfslock";
    return arena_printf(page->arena,
                        "Now: let port 111 and the ports below through, over UDP and TCP, from %s; "
                        "then look again: forewarn nfslock %s",
                        page->report->host, table_clean(page->style, result->name, page->arena));
}

/*
 * Where rpcbind does not answer, its own row says it all. Old versions are of interest only where
 * they are there.
 */
static bool is_worth_a_row(const struct nfslock_path *path, const struct report_style *style)
{
    if (style->verbose)
        return true;
    if (path->step == NFSLOCK_STEP_PORTMAP && path->result != RPC_ANSWER_UNREGISTERED)
        return false;
    return path->program != RPC_PROGRAM_NLM || path->version == 4 ||
           (path->result != RPC_ANSWER_UNREGISTERED && path->result != RPC_ANSWER_MISMATCH);
}

static const char *program_text(const struct nfslock_path *path)
{
    return path->program == RPC_PROGRAM_NLM   ? "lockd"
           : path->program == RPC_PROGRAM_NSM ? "statd"
                                              : "rpcbind";
}

static void put_paths(const struct page *page, const struct nfslock_address *address)
{
    static const struct grid_column columns[] = {
        {"PROGRAM", false}, {"VERSION", true}, {"OVER", false},       {"PORT", true},
        {"TIME", true},     {"RESULT", false}, {"WHICH MEANS", false}};
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof *columns};

    for (size_t i = 0; i < address->path_count; i++) {
        const struct nfslock_path *path = &address->paths[i];
        char text[128];
        if (!is_worth_a_row(path, page->style))
            continue;
        nfslock_explain(path, text, sizeof text);
        const char **row = grid_row(&grid, page->arena);
        row[0] = program_text(path);
        row[1] = arena_printf(page->arena, "%u", path->version);
        row[2] = rpc_transport_name(path->transport);
        row[3] = path->port ? arena_printf(page->arena, "%u", path->port) : NULL;
        row[4] = arena_printf(page->arena, "%.1f ms", path->seconds * 1000);
        row[5] = rpc_answer_name(path->result);
        row[6] = arena_strdup(page->arena, text);
    }
    grid_put(&grid, page->style, INDENT, page->out);
}

static void put_result(const struct page *page, const struct nfslock_result *result)
{
    const char *name = table_clean(page->style, result->name, page->arena);
    const char *address = result->address->text;
    enum verdict status = nfslock_result_status(result);
    const char *role = result->role == NFSLOCK_ROLE_SELF     ? "this host, "
                       : result->role == NFSLOCK_ROLE_SERVER ? "server "
                                                             : "";

    put_level(page, status);
    if (strcmp(name, address) != 0)
        name = arena_printf(page->arena, "%s (%s)", name, address);
    table_wrap(page->style, INDENT, INDENT,
               arena_printf(page->arena, "%s%s: %s", role, name, headline(result)), page->out);
    if (status == VERDICT_WARNING || status == VERDICT_CRITICAL) {
        put_text(page, meaning(result));
        put_text(page, what_to_do(page, result));
    }
    put_paths(page, result->address);
    buf_puts(page->out, "\n");
}

static void put_mounts(const struct page *page)
{
    static const struct grid_column columns[] = {
        {"MOUNT", false}, {"SERVER", false}, {"SEEN AS", false}, {"CALLBACKS", false}};
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof *columns};
    const struct nfslock_survey *survey = page->report->survey;

    for (size_t i = 0; i < survey->mount_count; i++) {
        const struct nfslock_mount *mount = &survey->mounts[i];
        const char **row = grid_row(&grid, page->arena);
        row[0] = table_clean(page->style, mount->mount->mountpoint, page->arena);
        row[1] = table_clean(page->style, mount->mount->server, page->arena);
        row[2] = mount->self == NFSLOCK_NOWHERE ? NULL : survey->addresses[mount->self].text;
        row[3] = nfslock_verdict_name(nfslock_mount_verdict(survey, mount));
    }
    if (!survey->mount_count)
        buf_printf(page->out, "%zu NFS mount%s here, none of which needs lock callbacks.\n",
                   page->report->mounts, page->report->mounts == 1 ? "" : "s");
    else
        grid_put(&grid, page->style, 1, page->out);
}

static void put_findings(const struct page *page)
{
    for (size_t i = 0; i < page->report->finding_count; i++) {
        const struct finding *finding = &page->report->findings[i];
        const char *place = *finding->target ? finding->target : finding->file;
        buf_puts(page->out, " Not seen: ");
        table_wrap(page->style, INDENT, INDENT,
                   arena_printf(page->arena, "%s%s%s", place, *place ? ": " : "", finding->message),
                   page->out);
    }
}

void nfslock_report_table(const struct nfslock_report *report, const struct report_style *style,
                          struct buf *out)
{
    static const enum verdict order[] = {VERDICT_CRITICAL, VERDICT_WARNING, VERDICT_UNKNOWN,
                                         VERDICT_OK};
    SCRATCH_ARENA(arena);
    const struct page page = {report, style, arena, out};

    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < report->count; i++)
            if (nfslock_result_status(&report->results[i]) == order[o])
                put_result(&page, &report->results[i]);
    if (report->survey) {
        put_mounts(&page);
        if (report->survey->mount_count)
            table_wrap(style, 1, 1,
                       " What this host asks of itself goes over lo: it shows that lockd is there "
                       "and registered, not that a server's calls get through. Ask from the "
                       "server's side too: forewarn nfslock HOST.",
                       out);
    }
    put_findings(&page);
}
