/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { GROUP = 500, GROUP_BYTES = 8 << 20, BUSY_MS = 5000, VERSION = 2 };

/* "fwmb" in the database's header: whose it is. */
enum { APPLICATION = 0x66776d62 };

struct mailindex_baseline {
    sqlite3 *db;
    sqlite3_stmt *get, *put;
    size_t pending, pending_bytes; /* in the transaction under way */
    int code;                      /* of the first failure */
    struct error e;
};

/* Of the smallest pages: what is kept of a small store is little, too. */
static const char tables[] = "PRAGMA page_size = 512;"
                             "BEGIN IMMEDIATE;"
                             "CREATE TABLE IF NOT EXISTS mailboxes"
                             "(key INTEGER PRIMARY KEY, sums BLOB NOT NULL);"
                             "PRAGMA application_id = 1719102818;"
                             "PRAGMA user_version = 2;"
                             "COMMIT";

static int code_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return -EBADMSG;
    case SQLITE_NOMEM:
        return -ENOMEM;
    default:
        return -EIO;
    }
}

static int failed(struct mailindex_baseline *baseline, const char *what, struct error *e)
{
    int code = code_of(sqlite3_extended_errcode(baseline->db));
    error_set(e, code, "baseline: %s: %s", what, sqlite3_errmsg(baseline->db));
    if (!baseline->code) {
        baseline->code = code;
        error_set(&baseline->e, code, "baseline: %s: %s", what, sqlite3_errmsg(baseline->db));
    }
    return code;
}

static int execute(struct mailindex_baseline *baseline, const char *sql, struct error *e)
{
    return sqlite3_exec(baseline->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : failed(baseline, "write", e);
}

static int64_t number(struct mailindex_baseline *baseline, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(baseline->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

/* An empty file is one to be filled; one of another program is left alone. */
static int check_owner(struct mailindex_baseline *baseline, const char *path, struct error *e)
{
    int64_t application = number(baseline, "PRAGMA application_id");
    int64_t pages = number(baseline, "SELECT count(*) FROM sqlite_schema");

    if (application < 0 || pages < 0)
        return failed(baseline, path, e);
    if (application == APPLICATION && number(baseline, "PRAGMA user_version") == VERSION)
        return 0;
    if (application == 0 && pages == 0)
        return execute(baseline, tables, e);
    return error_set(e, -EBADMSG, "baseline: %.200s: %s", path,
                     application == APPLICATION ? "made by another version of forewarn"
                                                : "not what forewarn made");
}

static int prepare(struct mailindex_baseline *baseline, struct error *e)
{
    static const char get[] = "SELECT sums FROM mailboxes WHERE key = ?1";
    static const char put[] = "INSERT OR REPLACE INTO mailboxes(key, sums) VALUES(?1, ?2)";
    if (sqlite3_prepare_v3(baseline->db, get, -1, SQLITE_PREPARE_PERSISTENT, &baseline->get,
                           NULL) == SQLITE_OK &&
        sqlite3_prepare_v3(baseline->db, put, -1, SQLITE_PREPARE_PERSISTENT, &baseline->put,
                           NULL) == SQLITE_OK)
        return 0;
    return failed(baseline, "prepare", e);
}

/* Checksums of mail are nobody else's business. */
static void keep_private(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

/* SQLite takes a short file that is none of its own for an empty one. */
static bool may_be_ours(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char start[sizeof magic];
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool may = true;

    if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_size > 0 || !S_ISREG(st.st_mode)))
        may = S_ISREG(st.st_mode) && pread(fd, start, sizeof start, 0) == sizeof start &&
              memcmp(start, magic, sizeof start) == 0;
    if (fd >= 0)
        close(fd);
    return may;
}

int mailindex_baseline_open(const char *path, struct mailindex_baseline **out, struct error *e)
{
    struct mailindex_baseline *baseline = calloc(1, sizeof *baseline);
    int code;

    if (!baseline)
        abort();
    *out = NULL;
    keep_private(path);
    if (!may_be_ours(path)) {
        free(baseline);
        return error_set(e, -EBADMSG, "baseline: %.200s: not what forewarn made", path);
    }
    if (sqlite3_open_v2(path, &baseline->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        code = failed(baseline, path, e);
    } else {
        sqlite3_busy_timeout(baseline->db, BUSY_MS);
        sqlite3_exec(baseline->db, "PRAGMA cache_size = -4096", NULL, NULL, NULL);
        code = check_owner(baseline, path, e);
        if (code == 0)
            code = prepare(baseline, e);
    }
    if (code < 0)
        mailindex_baseline_close(&baseline, NULL);
    *out = baseline;
    return code;
}

/* The journal stays open as long as it is not deleted: SQLite, "PRAGMA locking_mode". */
int mailindex_baseline_keep_open(struct mailindex_baseline *baseline, struct error *e)
{
    static const char keep[] = "PRAGMA temp_store = MEMORY;"
                               "PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA journal_mode = TRUNCATE;"
                               "BEGIN IMMEDIATE;"
                               "PRAGMA user_version = 2;"
                               "COMMIT";
    return execute(baseline, keep, e);
}

static int commit(struct mailindex_baseline *baseline, struct error *e)
{
    if (!baseline->pending)
        return 0;
    baseline->pending = baseline->pending_bytes = 0;
    return execute(baseline, "COMMIT", e);
}

int mailindex_baseline_close(struct mailindex_baseline **out, struct error *e)
{
    struct mailindex_baseline *baseline = *out;
    int code;

    if (!baseline)
        return 0;
    commit(baseline, NULL);
    sqlite3_finalize(baseline->get);
    sqlite3_finalize(baseline->put);
    sqlite3_close(baseline->db);
    code = baseline->code;
    if (code < 0 && e)
        *e = baseline->e;
    free(baseline);
    *out = NULL;
    return code;
}

uint64_t mailindex_baseline_key(const char *path, const char *name)
{
    XXH64_hash_t hash = XXH3_64bits(path, strlen(path));
    return XXH3_64bits_withSeed(name, strlen(name), hash);
}

int mailindex_baseline_get(struct mailindex_baseline *baseline, uint64_t key, struct buf *buf,
                           struct error *e)
{
    buf_drop(buf, buf->length);
    sqlite3_bind_int64(baseline->get, 1, (sqlite3_int64)key);
    int result = sqlite3_step(baseline->get), found = result == SQLITE_ROW;
    if (found)
        buf_add(buf, sqlite3_column_blob(baseline->get, 0),
                (size_t)sqlite3_column_bytes(baseline->get, 0));
    else if (result != SQLITE_DONE)
        found = failed(baseline, "read", e);
    sqlite3_reset(baseline->get);
    return found;
}

int mailindex_baseline_put(struct mailindex_baseline *baseline, uint64_t key, const void *bytes,
                           size_t length, struct error *e)
{
    int code = 0;

    if (length > INT_MAX)
        return error_set(e, -EFBIG, "baseline: %zu bytes for one mailbox", length);
    if (!baseline->pending)
        code = execute(baseline, "BEGIN IMMEDIATE", e);
    if (code < 0)
        return code;
    baseline->pending++;
    baseline->pending_bytes += length;
    sqlite3_bind_int64(baseline->put, 1, (sqlite3_int64)key);
    sqlite3_bind_blob(baseline->put, 2, length ? bytes : "", (int)length, SQLITE_STATIC);
    if (sqlite3_step(baseline->put) != SQLITE_DONE)
        code = failed(baseline, "write", e);
    sqlite3_reset(baseline->put);
    sqlite3_clear_bindings(baseline->put);
    if (code == 0 && (baseline->pending >= GROUP || baseline->pending_bytes >= GROUP_BYTES))
        code = commit(baseline, e);
    return code;
}

int64_t mailindex_baseline_count(struct mailindex_baseline *baseline)
{
    return number(baseline, "SELECT count(*) FROM mailboxes");
}
