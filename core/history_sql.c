/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "core/history_inside.h"

static int errno_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return -EBADMSG;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_TOOBIG:
        return -E2BIG;
    default:
        return db && sqlite3_system_errno(db) > 0 ? -sqlite3_system_errno(db) : -EIO;
    }
}

int sql_error(struct history *history, const char *doing, struct error *e)
{
    int code = sqlite3_extended_errcode(history->db);
    return error_set(e, errno_of(history->db, code), "history: %s %s: %s", doing, history->path,
                     sqlite3_errmsg(history->db));
}

int sql_run(struct history *history, const char *sql, struct error *e)
{
    return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : sql_error(history, "write", e);
}

int sql_prepare(struct history *history, const char *sql, sqlite3_stmt **statement, struct error *e)
{
    return sqlite3_prepare_v2(history->db, sql, -1, statement, NULL) == SQLITE_OK
               ? 0
               : sql_error(history, "use", e);
}

int sql_step(struct history *history, sqlite3_stmt *statement, struct error *e)
{
    switch (sqlite3_step(statement)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return sql_error(history, sqlite3_stmt_readonly(statement) ? "read" : "write", e);
    }
}

int sql_do(struct history *history, sqlite3_stmt *statement, struct error *e)
{
    int code;
    do
        code = sql_step(history, statement, e);
    while (code > 0);
    sqlite3_reset(statement);
    return code;
}

int sql_number(struct history *history, const char *sql, int64_t *number, struct error *e)
{
    sqlite3_stmt *statement;
    int code = sql_prepare(history, sql, &statement, e);
    if (code < 0)
        return code;
    code = sql_step(history, statement, e);
    if (code > 0)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code < 0 ? code : 0;
}
