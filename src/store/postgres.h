/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.h: a connection to PostgreSQL, shared by postgres.c (statements) and postgres_open.c
 * (connecting, schema, preparing); private to store.
 *
 * The connection is in libpq's pipeline mode all the time: what gives no answer that anybody needs
 * is sent and not waited for; its result is read, and its error found, with the next answer that is
 * waited for, at the latest that of the commit.
 *
 * Source   postgresql.org/docs/15: libpq-pipeline-mode, errcodes-appendix */
#ifndef KESSAI_STORE_POSTGRES_H
#define KESSAI_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/driver.h"

enum { POSTGRES_PARAMS_MAX = 32 };

/* Answers that were asked for ahead of their question (db_expect). */
enum { EXPECTED_MAX = 256 };
struct expected {
    enum sql sql;
    int64_t tenant;
    struct value key;
    PGresult *answer; /* NULL: used, or no longer true */
};

struct postgres_db {
    struct db db; /* first */
    PGconn *connection;
    enum db_role role;
    const char *url;
    struct arena *arena, *texts; /* the url; texts of errors */
    bool is_bad;                 /* to be made anew, whatever libpq thinks of it */
    bool is_fresh;               /* a snapshot that has read nothing yet */
    bool is_open;                /* a transaction is open, or may be */
    int64_t pending;             /* results that nobody has read yet */
    result error;                /* the first of the transaction */
    int64_t changes;
    int64_t retry_ticks_us; /* no new connection before */
    int64_t transactions, plan_again_at;
    struct expected expected[EXPECTED_MAX];
    size_t expected_count, expected_used;
    bool is_expecting; /* their answers have not been read yet */
};

/* Connects, sets the session up and prepares every statement.
 *   errors  E_USAGE (--db), E_STORE_DOWN with a sentence */
MUST_USE result postgres_connect(struct postgres_db *db);
void postgres_disconnect(struct postgres_db *db);

/* What a result says, and what an error means to us. Keeps the connection's state in mind. */
MUST_USE result postgres_check(struct postgres_db *db, const PGresult *answer);

/* The answer to the oldest statement whose answer has not been read; NULL when the connection is
 * gone. The caller clears it. */
PGresult *postgres_answer(struct postgres_db *db);

#endif
