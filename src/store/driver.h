/* SPDX-License-Identifier: Apache-2.0 */
/* driver.h: what a kind of store does behind db.h; private to store.
 *
 * db.c is what is common: dispatch, and the guard over the ledger. sqlite.c and postgres.c each
 * fill one table of functions. */
#ifndef KESSAI_STORE_DRIVER_H
#define KESSAI_STORE_DRIVER_H

#include "base/arena.h"
#include "store/db.h"

enum db_role { DB_NONE = 0, DB_WRITER, DB_READER, DB_CHECKPOINTER, DB_KEEPER, DB_ROLES };

struct driver {
    result (*query)(struct db *db, enum sql sql, struct rows *ret, const struct value *values,
                    size_t count);
    bool (*next)(struct rows *rows);
    void (*done)(struct rows *rows); /* may set rows->error */
    int64_t (*i64)(const struct rows *rows, int column);
    bool (*is_null)(const struct rows *rows, int column);
    str (*bytes)(const struct rows *rows, int column);
    result (*exec)(struct db *db, enum sql sql, int64_t *ret_changes, const struct value *values,
                   size_t count);
    void (*expect)(struct db *db, enum sql sql, int64_t tenant,
                   struct value key); /* NULL: no need */
    result (*begin)(struct db *db, int64_t tenant);
    result (*begin_read)(struct db *db);
    void (*end_read)(struct db *db);
    result (*commit)(struct db *db);
    void (*rollback)(struct db *db);
    int64_t (*changes)(struct db *db);
    result (*reconnect)(struct db *db); /* NULL: there is no connection that could be lost */
    void (*close)(struct db *db);
};

/* First member of a driver's own struct. */
struct db {
    const struct driver *driver;
    int64_t tenant; /* of the write that is open; 0: none, or any */
    bool is_ledger_open;
    /* Hears that rows of a tenant were changed which writers remember; NULL: nobody does. */
    result (*changed)(void *context, int64_t tenant);
    void *context;
};

/* Opens one connection. WRITER creates what is missing and applies missing schema files.
 *   arena   holds the sentence of an error
 *   errors  E_USAGE (--db), E_STORE, E_STORE_DOWN, E_STORE_BUSY with a sentence that says why */
MUST_USE result sqlite_db_open(const char *path, enum db_role role, struct arena *arena,
                               struct db **ret);
/* Compiles every statement now: one that does not fit the schema is found before it is wanted.
 *   errors  E_USAGE (--db) with a sentence, in memory of the connection */
MUST_USE result sqlite_prepare_all(struct db *db);
MUST_USE result postgres_db_open(const char *url, enum db_role role, struct arena *arena,
                                 struct db **ret);
void db_close(struct db *db); /* NULL is fine */

/* Begins a write. On a store that servers share, the tenant's row is locked first, so that all
 * writes of a tenant come one after the other; tenant 0 locks nothing.
 *   errors  E_STORE_BUSY when another process writes */
MUST_USE result db_begin(struct db *db, int64_t tenant);
MUST_USE result db_begin_read(struct db *db); /* one snapshot until db_end_read */
void db_end_read(struct db *db);
/* errors  E_STORE_LOST: nobody knows whether it happened; all others: it did not */
MUST_USE result db_commit(struct db *db);
void db_rollback(struct db *db);

/* Makes a lost connection anew; E_OK at once where there is none to lose. */
MUST_USE result db_reconnect(struct db *db);

/* The ledger may be written only between these two (second line of defence). */
void db_ledger_open(struct db *db);
void db_ledger_close(struct db *db);

/* Statements that change something, since the connection was opened: a count that only grows. */
int64_t db_changes(struct db *db);

/* SQLite only. Copies the log into the file. `is_last` also empties the log, for which the writer
 * must stand still.
 *   ret_pages   pages left in the log
 *   errors      E_STORE_LOST: a sync failed; of all others it can be tried again */
MUST_USE result sqlite_checkpoint(struct db *db, bool is_last, int64_t *ret_pages);
/* Pages in the log file now, by its size. For a DB_CHECKPOINTER. */
int64_t sqlite_log_pages(struct db *db);

#endif
