/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.h: a connection to PostgreSQL, shared by postgres.c (transactions, rows),
 * postgres_pipeline.c (what is sent and what comes back) and postgres_open.c (connecting, schema,
 * preparing); private to store.
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

enum { POSTGRES_PARAMS_MAX = 48 };

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
/* The next result of what was sent, NULL after the last; waits for ANSWER_MS at most, then the
 * connection is bad. */
PGresult *postgres_result(struct postgres_db *db);
PGresult *postgres_answer(struct postgres_db *db);

/* Keeps the first error of the transaction, and gives it. */
result postgres_keep(struct postgres_db *db, result r);

/* Sends, and waits for nothing; an error is found with the next answer. */
MUST_USE result postgres_send(struct postgres_db *db, const char *text);
MUST_USE result postgres_send_statement(struct postgres_db *db, enum sql sql,
                                        const struct value *values, size_t count);
/* Sends a statement and waits for its answer.   ret   the caller's to clear, on success */
MUST_USE result postgres_ask(struct postgres_db *db, enum sql sql, const struct value *values,
                             size_t count, PGresult **ret);
/* Ends what has been sent, so that the server goes on after an error.
 *   ret_tag   the command tag of the newest statement ("COMMIT"); may be NULL */
result postgres_synchronise(struct postgres_db *db, char ret_tag[16]);

/* Questions asked ahead (db_expect): one is sent; a statement that may change the answers comes;
 * the transaction begins or ends. */
void postgres_expect(struct postgres_db *db, enum sql sql, int64_t tenant, struct value key);
void postgres_changing(struct postgres_db *db, enum sql sql, const struct value *values);
void postgres_forget_expected(struct postgres_db *db);

#endif
