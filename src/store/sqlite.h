/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.h: connections to an SQLite file; private to store.
 *
 * WAL, synchronous=FULL: a commit that was answered survives a loss of power. The writer never
 * checkpoints on its own; store.c does it off the hot path.
 *
 * Source   sqlite.org/wal.html, sqlite.org/pragma.html */
#ifndef KESSAI_STORE_SQLITE_H
#define KESSAI_STORE_SQLITE_H

#include "store/db.h"

enum db_role { DB_NONE = 0, DB_WRITER, DB_READER, DB_CHECKPOINTER, DB_ROLES };

/* Opens one connection. WRITER creates the file and applies missing schema files.
 *   arena   holds the sentence of an error
 *   errors  E_USAGE (--db), E_STORE, E_STORE_BUSY with a sentence that says why */
MUST_USE result sqlite_db_open(const char *path, enum db_role role, struct arena *arena,
                               struct db **ret);
void sqlite_db_close(struct db *db);

/* BEGIN IMMEDIATE.  errors  E_STORE_BUSY when another process writes */
MUST_USE result db_begin(struct db *db);
MUST_USE result db_begin_read(struct db *db); /* one snapshot until db_end_read */
void db_end_read(struct db *db);
MUST_USE result db_commit(struct db *db);
void db_rollback(struct db *db);

/* The ledger may be written only between these two (second line of defence:
 * SQLite's authorizer). */
void db_ledger_open(struct db *db);
void db_ledger_close(struct db *db);

/* Copies the log into the file. `is_last` also empties the log, for which the writer must stand
 * still.
 *   ret_pages   pages left in the log */
MUST_USE result db_checkpoint(struct db *db, bool is_last, int64_t *ret_pages);

/* Pages in the log file now, by its size; 0 when there is none. */
int64_t db_log_pages(struct db *db, const char *path);

/* Rows this connection has changed since it was opened. */
int64_t db_changes(struct db *db);

#endif
