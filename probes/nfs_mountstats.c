/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_mountstats.h"

#include <string.h>

#include "probes/md_span.h"
#include "probes/mount_line.h"

static const char *const class_names[NFS_CLASSES] = {"read", "write", "metadata", "lock"};
static const char *const event_names[NFS_EVENTS] = {
    "data_invalidate", "lock",        "congestion_wait", "silly_rename",
    "short_read",      "short_write", "delay",
};
/* Their places on the line "events:" (enum nfs_stat_eventcounters of linux/nfs_iostat.h). */
static const unsigned char event_places[NFS_EVENTS] = {2, 16, 18, 21, 22, 23, 24};
enum { MIN_EVENTS = 25, MIN_BYTES = 8, MAX_NUMBERS = 64 };

static const char *const bytes_names[NFS_BYTES] = {
    "read", "write", "direct_read", "direct_write", "server_read", "server_write",
};

const char *nfs_class_name(enum nfs_class class)
{
    return class_names[class];
}

const char *nfs_event_name(enum nfs_event event)
{
    return event_names[event];
}

const char *nfs_bytes_name(enum nfs_bytes kind)
{
    return bytes_names[kind];
}

struct parser {
    struct arena *arena;
    struct nfs_mountstats *out;
    size_t room;
    const char *start;
    size_t line_number;
    struct span line;        /* at hand */
    struct nfs_stats *mount; /* that the lines are about; NULL: of another filesystem, or none */
    bool in_operations;      /* after "per-op statistics" */
    bool in_text;            /* within the server's own words, which can hold any line */
};

static void problem(struct parser *p, const char *text)
{
    struct nfs_mountstats *out = p->out;
    if (out->problem_count < NFS_MAX_PROBLEMS)
        out->problems[out->problem_count] = (struct nfs_mountstats_problem){
            .line = p->line_number,
            .offset = (size_t)(p->line.at - p->start),
            .text = arena_printf(p->arena, "%s: '%s'", text, span_quote(p->arena, p->line, 80)),
        };
    out->problem_count++;
}

/* A decimal number of up to 64 bits. */
static bool read_number(struct span word, uint64_t *number)
{
    uint64_t sum = 0;
    if (!word.length)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        unsigned digit = (unsigned)(word.at[i] - '0');
        if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return true;
}

/* All numbers that are left on the line; false where something else is there, or too many. */
static bool read_numbers(struct span rest, uint64_t *numbers, size_t *count)
{
    *count = 0;
    for (struct span word; (word = span_word(&rest)).length; (*count)++)
        if (*count == MAX_NUMBERS || !read_number(word, &numbers[*count]))
            return false;
    return true;
}

static char *read_path(struct parser *p, struct span word)
{
    char *text = span_copy(p->arena, word);
    mount_unescape(text);
    return text;
}

static bool is_nfs(struct span type)
{
    return span_is(type, "nfs") || span_is(type, "nfs4");
}

/* device SOURCE mounted on MOUNTPOINT with fstype TYPE [statvers=VERSION] */
static void read_device(struct parser *p, struct span rest)
{
    struct span source = span_word(&rest);
    bool fits =
        source.length && span_is(span_word(&rest), "mounted") && span_is(span_word(&rest), "on");
    struct span mountpoint = span_word(&rest);
    fits = fits && mountpoint.length && span_is(span_word(&rest), "with") &&
           span_is(span_word(&rest), "fstype");
    struct span type = span_word(&rest), version = span_word(&rest);

    p->mount = NULL;
    p->in_operations = false;
    if (!fits || !type.length || span_word(&rest).length)
        problem(p, "not 'device SOURCE mounted on PLACE with fstype TYPE'");
    else if (version.length && (!is_nfs(type) || !span_take(&version, "statvers=")))
        problem(p, "only NFS mounts have statistics");
    else if (is_nfs(type) && p->out->count == NFS_MOUNTSTATS_MAX)
        p->out->left_out++;
    else if (is_nfs(type)) {
        struct nfs_mountstats *out = p->out;
        out->at = arena_grow(p->arena, out->at, out->count, &p->room, sizeof *out->at);
        p->mount = &out->at[out->count++];
        *p->mount = (struct nfs_stats){
            .mountpoint = read_path(p, mountpoint),
            .source = read_path(p, source),
            .type = span_copy(p->arena, type),
            .options = "",
            .line = p->line_number,
            .is_first_version = span_is(version, "1.0"),
        };
    }
}

static void read_options(struct parser *p, struct span rest)
{
    p->mount->options = span_copy(p->arena, span_trim(rest));
}

static void read_age(struct parser *p, struct span rest)
{
    p->mount->has_age = read_number(span_trim(rest), &p->mount->age);
    if (!p->mount->has_age)
        problem(p, "the age is no number");
}

static void read_events(struct parser *p, struct span rest)
{
    uint64_t numbers[MAX_NUMBERS];
    size_t count;
    if (!read_numbers(rest, numbers, &count) || count < MIN_EVENTS) {
        problem(p, "not the 25 or more numbers of events");
        return;
    }
    for (size_t i = 0; i < NFS_EVENTS; i++)
        p->mount->events[i] = numbers[event_places[i]];
    p->mount->has_events = true;
}

static void read_bytes(struct parser *p, struct span rest)
{
    uint64_t numbers[MAX_NUMBERS];
    size_t count;
    if (!read_numbers(rest, numbers, &count) || count < MIN_BYTES) {
        problem(p, "not the 8 or more numbers of bytes");
        return;
    }
    memcpy(p->mount->bytes, numbers, sizeof p->mount->bytes);
    p->mount->has_bytes = true;
}

/*
 * Which number is what, by transport: the place of connect_count (-1: there is none) and of sends;
 * after sends come recvs, bad_xids, req_u, bklog_u. Version 1.0 ends there; 1.1 adds max_slots,
 * sending_u, pending_u, and RDMA numbers of its own.
 */
static const struct form {
    const char *name;
    int connects, sends;
    size_t numbers, numbers_1_0;
} forms[] = {
    {"tcp", 2, 5, 13, 10},
    {"udp", -1, 2, 10, 7},
    {"local", 1, 4, 12, 9},
    {"rdma", 2, 5, 20, 20},
};

static const struct form *form_of(struct span name)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (span_is(name, forms[i].name))
            return &forms[i];
    return NULL;
}

static struct nfs_transport *transport_of(struct nfs_stats *mount, const char *name)
{
    for (size_t i = 0; i < mount->transport_count; i++)
        if (strcmp(mount->transports[i].name, name) == 0)
            return &mount->transports[i];
    struct nfs_transport *transport = &mount->transports[mount->transport_count++];
    transport->name = name;
    return transport;
}

static void add_transport(struct nfs_stats *mount, const struct form *form, const uint64_t *numbers)
{
    struct nfs_transport *transport = transport_of(mount, form->name);
    const uint64_t *sends = numbers + form->sends;
    transport->count++;
    transport->connects += form->connects < 0 ? 0 : numbers[form->connects];
    transport->sent += sends[0];
    transport->received += sends[1];
    transport->bad_xids += sends[2];
    transport->backlog += sends[4];
}

static void read_transport(struct parser *p, struct span rest)
{
    uint64_t numbers[MAX_NUMBERS];
    size_t count;
    const struct form *form = form_of(span_word(&rest));
    if (!form) {
        problem(p, "a transport that is not known");
        return;
    }
    bool fits = read_numbers(rest, numbers, &count);
    if (p->mount->is_first_version ? count != form->numbers_1_0 : count < form->numbers)
        fits = false;
    if (fits)
        add_transport(p->mount, form, numbers);
    else
        problem(p, "not the numbers that this transport has");
}

static enum nfs_class class_of(struct span name)
{
    static const struct {
        const char *name;
        enum nfs_class class;
    } known[] = {
        {"READ", NFS_READ},   {"READ_PLUS", NFS_READ},
        {"WRITE", NFS_WRITE}, {"COMMIT", NFS_WRITE},
        {"LOCK", NFS_LOCK},   {"LOCKT", NFS_LOCK},
        {"LOCKU", NFS_LOCK},  {"RELEASE_LOCKOWNER", NFS_LOCK},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is(name, known[i].name))
            return known[i].class;
    return NFS_METADATA;
}

/* READ: calls transmissions timeouts bytes_sent bytes_received queue rtt execution [errors] */
static void read_operation(struct parser *p, struct span line)
{
    uint64_t n[MAX_NUMBERS];
    size_t count;
    struct span name = span_word(&line);
    if (!name.length)
        return;
    if (name.at[name.length - 1] != ':' || !read_numbers(line, n, &count) || count < 8) {
        problem(p, "not 'OPERATION:' and its 8 or more numbers");
        return;
    }
    name.length--;
    struct nfs_operations *sum = &p->mount->operations[class_of(name)];
    sum->calls += n[0];
    sum->transmissions += n[1];
    sum->timeouts += n[2];
    sum->queue_ms += n[5];
    sum->rtt_ms += n[6];
    sum->execution_ms += n[7];
    sum->errors += count > 8 ? n[8] : 0;
    p->mount->has_errors |= count > 8;
    p->mount->has_operations = true;
}

/* The server's name for itself; it can hold newlines. It ends with date='SECONDS,NANOSECONDS'. */
static void read_text(struct parser *p)
{
    struct span line = span_trim(p->line);
    const char *date = NULL;
    for (size_t i = 0; i + 6 <= line.length; i++)
        if (memcmp(line.at + i, "date='", 6) == 0)
            date = line.at + i;
    p->in_text = !date || line.at[line.length - 1] != '\'';
}

static void read_in_mount(struct parser *p)
{
    static const struct {
        const char *word;
        void (*read)(struct parser *, struct span);
    } lines[] = {
        {"opts:", read_options}, {"age:", read_age},        {"events:", read_events},
        {"bytes:", read_bytes},  {"xprt:", read_transport},
    };
    struct span rest = p->line, word = span_word(&rest);
    if (p->in_operations) {
        read_operation(p, p->line);
        return;
    }
    if (span_is(word, "impl_id:"))
        read_text(p);
    p->in_operations = span_is(span_trim(p->line), "per-op statistics");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (span_is(word, lines[i].word))
            lines[i].read(p, rest);
}

static void read_line(struct parser *p)
{
    struct span rest = p->line;
    if (p->in_text)
        read_text(p);
    else if (span_take(&rest, "device "))
        read_device(p, rest);
    else if (span_take(&rest, "no device "))
        p->mount = NULL; /* some filesystem without a source, so none of NFS */
    else if (p->mount)
        read_in_mount(p);
}

void nfs_mountstats_parse(struct arena *arena, const char *text, size_t length,
                          struct nfs_mountstats *mountstats)
{
    struct parser p = {.arena = arena, .out = mountstats, .start = text};
    struct span rest = {text, length};
    *mountstats = (struct nfs_mountstats){0};
    while (span_line(&rest, &p.line)) {
        p.line_number++;
        read_line(&p);
    }
}

const struct nfs_stats *nfs_mountstats_find(const struct nfs_mountstats *mountstats,
                                            const char *mountpoint)
{
    for (size_t i = mountstats->count; i-- > 0;)
        if (strcmp(mountstats->at[i].mountpoint, mountpoint) == 0)
            return &mountstats->at[i];
    return NULL;
}
