/* SPDX-License-Identifier: Apache-2.0 */
#include "core/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/history_inside.h"

/* In the database's header: whose it is, and which form its tables have. */
enum { APPLICATION = 0x4677726e, VERSION = 1 };

enum { MAX_BLOB = 64 << 20, BUSY_MS = 2000 };

static const char pragmas[] = "PRAGMA page_size = 4096;"
                              "PRAGMA auto_vacuum = INCREMENTAL;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA journal_size_limit = 4194304;";

static const char tables[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, labels BLOB NOT NULL);"
    "CREATE TABLE heads(seq INTEGER PRIMARY KEY, t INTEGER NOT NULL, samples BLOB NOT NULL);"
    "CREATE TABLE chunks(t INTEGER NOT NULL, series INTEGER NOT NULL, samples BLOB NOT NULL,"
    " PRIMARY KEY(t, series)) WITHOUT ROWID;"
    "CREATE TABLE states(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;"
    "PRAGMA application_id = 1182233198;"
    "PRAGMA user_version = 1;"
    "COMMIT";

void history_warn(const struct history *history, const char *format, ...)
{
    char text[512];
    va_list args;
    if (!history->options.warn)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    history->options.warn(text, history->options.arg);
}

struct history *history_new(const struct history_options *options)
{
    struct history *history = calloc(1, sizeof *history);
    char *directory = strdup(options->directory);
    if (!history || !directory)
        abort();
    history->options = *options;
    history->options.directory = directory;
    if (!history->options.max_age_ms)
        history->options.max_age_ms = INT64_C(30) * 24 * 3600 * 1000;
    if (!history->options.max_bytes)
        history->options.max_bytes = INT64_C(1) << 30;
    history->lock = -1;
    history->next_is_whole = true;
    return history;
}

void history_close_database(struct history *history)
{
    sqlite3_close(history->db);
    history->db = NULL;
    history->next_is_whole = true;
    known_forget_disk(&history->known);
}

void history_free(struct history **history)
{
    struct history *h = *history;
    if (!h)
        return;
    history_close_database(h);
    if (h->lock >= 0)
        close(h->lock);
    known_free(&h->known);
    head_state_free(&h->state);
    free((char *)(uintptr_t)h->options.directory);
    free(h->directory);
    free(h->path);
    free(h);
    *history = NULL;
}

static char *path_of(const struct history *history, const char *suffix)
{
    char *path;
    if (asprintf(&path, "%s/history%s", history->directory, suffix) < 0)
        abort();
    return path;
}

/* SQLite takes no name with a link in it, which the directory's own name may have. */
static int find_directory(struct history *history, struct error *e)
{
    if (history->path)
        return 0;
    history->directory = realpath(history->options.directory, NULL);
    if (!history->directory)
        return error_set(e, -errno, "history: directory %s: %s", history->options.directory,
                         error_name(errno));
    history->path = path_of(history, ".db");
    return 0;
}

static int take_lock(struct history *history, struct error *e)
{
    if (history->lock >= 0 || history->options.read_only)
        return 0;
    char *path = path_of(history, ".lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640), code = 0;
    if (fd < 0)
        code = error_set(e, -errno, "history: open %s: %s", path, error_name(errno));
    else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        code = error_set(e, errno == EWOULDBLOCK ? -EBUSY : -errno,
                         "history: %s is being written by another process",
                         history->options.directory);
    free(path);
    if (code < 0 && fd >= 0)
        close(fd);
    else
        history->lock = fd;
    return code;
}

/* SQLite would wait for ever on a FIFO, and says of none of them what is wrong. */
static int check_file(const struct history *history, struct error *e)
{
    struct stat file;
    return lstat(history->path, &file) == 0 && !S_ISREG(file.st_mode)
               ? error_set(e, -EOPNOTSUPP, "history: open %s: not a regular file", history->path)
               : 0;
}

static int open_file(struct history *history, int flags, struct error *e)
{
    int code = sqlite3_open_v2(history->path, &history->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!history->db)
        return error_set(e, -ENOMEM, "history: open %s: out of memory", history->path);
    if (code != SQLITE_OK) {
        code = sql_error(history, "open", e);
        history_close_database(history);
        return code;
    }
    int on = 1;
    sqlite3_extended_result_codes(history->db, 1);
    sqlite3_busy_timeout(history->db, BUSY_MS);
    sqlite3_limit(history->db, SQLITE_LIMIT_LENGTH, MAX_BLOB);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* What a reader without write permission needs stays there. */
    sqlite3_file_control(history->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &on);
    return sql_run(history, "PRAGMA cell_size_check = ON", e);
}

/* Whether the database is ours; one without tables is made so by a writer. */
static int check_tables(struct history *history, struct error *e)
{
    int64_t version = 0, application = 0, count = 0;
    int code = sql_number(history, "SELECT count(*) FROM sqlite_schema", &count, e);
    if (code == 0 && !count && !history->options.read_only)
        code = sql_run(history, tables, e);
    if (code == 0)
        code = sql_number(history, "PRAGMA user_version", &version, e);
    if (code == 0)
        code = sql_number(history, "PRAGMA application_id", &application, e);
    if (code == 0 && (version != VERSION || application != APPLICATION))
        return error_set(e, -EBADMSG, "history: %s is no history of this version", history->path);
    return code;
}

static int count_heads(struct history *history, struct error *e)
{
    int code = sql_number(history, "SELECT count(*) FROM heads", &history->head_count, e);
    history->oldest_head_ms = INT64_MAX;
    if (code == 0 && history->head_count)
        code = sql_number(history, "SELECT min(t) FROM heads", &history->oldest_head_ms, e);
    return code;
}

static void note_file(struct history *history)
{
    struct stat file = {0};
    stat(history->path, &file);
    history->device = file.st_dev;
    history->inode = file.st_ino;
}

static int open_database(struct history *history, struct error *e)
{
    bool reads = history->options.read_only;
    int code = check_file(history, e);
    if (code < 0)
        return code;
    code = open_file(history,
                     SQLITE_OPEN_NOFOLLOW | (reads ? SQLITE_OPEN_READONLY
                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
                     e);
    if (code == 0 && !reads)
        code = sql_run(history, pragmas, e);
    if (code == 0)
        code = check_tables(history, e);
    if (code == 0)
        code = known_load(history, e);
    if (code == 0)
        code = count_heads(history, e);
    if (code < 0)
        history_close_database(history);
    else
        note_file(history);
    return code;
}

/* One broken database is kept to look at. */
static int move_aside(struct history *history, const struct error *cause, struct error *e)
{
    char *corrupt = path_of(history, ".db.corrupt"), *wal = path_of(history, ".db-wal"),
         *shm = path_of(history, ".db-shm");
    int code = rename(history->path, corrupt) < 0 && errno != ENOENT ? -errno : 0;
    if (code == 0) {
        unlink(wal);
        unlink(shm);
        history_warn(history, "%s; moved to %s, a new one begins", cause->text, corrupt);
    } else {
        error_set(e, code, "history: move %s to %s: %s", history->path, corrupt, error_name(code));
    }
    free(corrupt);
    free(wal);
    free(shm);
    return code;
}

int history_renew(struct history *history, const struct error *cause, struct error *e)
{
    history_close_database(history);
    int code = move_aside(history, cause, e);
    return code < 0 ? code : open_database(history, e);
}

bool history_is_replaced(const struct history *history)
{
    struct stat now;
    return history->db && (stat(history->path, &now) < 0 || now.st_dev != history->device ||
                           now.st_ino != history->inode);
}

int history_open(struct history *history, struct error *e)
{
    struct error cause = {0};
    if (history->db)
        return 0;
    int code = find_directory(history, e);
    if (code == 0)
        code = take_lock(history, e);
    if (code < 0)
        return code;
    if (history->options.read_only && access(history->path, F_OK) < 0)
        return error_set(e, -errno, "history: %s: %s", history->path, error_name(errno));
    code = open_database(history, &cause);
    if (code == -EBADMSG && !history->options.read_only)
        return history_renew(history, &cause, e);
    if (code < 0 && e)
        *e = cause;
    return code;
}

int64_t history_bytes(struct history *history)
{
    int64_t pages = 0, page = 0;
    if (!history->db || sql_number(history, "PRAGMA page_count", &pages, NULL) < 0 ||
        sql_number(history, "PRAGMA page_size", &page, NULL) < 0)
        return -1;
    return pages * page;
}
