/* SPDX-License-Identifier: Apache-2.0 */
/* postgres_pipeline.c: what is sent to PostgreSQL, and what comes back in the same order. See
 * postgres.h. */
#include <assert.h>
#include <endian.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "store/postgres.h"

enum { ANSWER_MS = 15000 }; /* no statement of ours takes so long; longer than any lock_timeout */
/* So many statements are handed over together: the database works on them while we go on, and each
 * handing over costs a system call. */
enum { STATEMENTS_TOGETHER = 8 };

/* ---- errors -------------------------------------------------------------------------------- */

static const struct {
    const char *state; /* SQLSTATE or the first characters of it */
    enum err code;
    bool is_bad; /* the connection is of no use any more */
} STATES[] =
    {
        {"08", E_STORE_DOWN, true},     {"57P01", E_STORE_DOWN, true}, /* terminated */
        {"57P04", E_STORE_DOWN, true},  {"57P05", E_STORE_DOWN, true},
        {"57P02", E_STORE_DOWN, true},  {"57P03", E_STORE_DOWN, true},
        {"25006", E_STORE_DOWN, true}, /* a standby: look for the primary */
        {"25P03", E_STORE_DOWN, true}, /* idle for too long in a transaction */
        {"53100", E_STORE_FULL, false}, {"53200", E_MEMORY, false},
        {"53300", E_STORE_DOWN, true},  {"40001", E_STORE_BUSY, false},
        {"40P01", E_STORE_BUSY, false}, {"55P03", E_STORE_BUSY, false},
        {"57014", E_STORE_BUSY, false},
};

static result failed(struct postgres_db *db, const PGresult *answer)
{
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const bool is_gone = PQstatus(db->connection) == CONNECTION_BAD;
    for (size_t i = 0; state != NULL && i < COUNT(STATES); i++)
        if (strncmp(state, STATES[i].state, strlen(STATES[i].state)) == 0) {
            db->is_bad = db->is_bad || STATES[i].is_bad || is_gone;
            return FAIL(STATES[i].code, NULL, NULL);
        }
    db->is_bad = db->is_bad || is_gone;
    if (is_gone)
        return FAIL(E_STORE_DOWN, NULL, NULL);
    arena_clear(db->texts);
    const char *text = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    return FAIL(E_STORE, NULL,
                arena_printf(db->texts, "postgres %s: %s", state == NULL ? "?" : state,
                             text == NULL ? "no answer" : text));
}

result postgres_check(struct postgres_db *db, const PGresult *answer)
{
    if (answer == NULL) {
        db->is_bad = true;
        return FAIL(E_STORE_DOWN, NULL, NULL);
    }
    const ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC ||
        status == PGRES_EMPTY_QUERY) /* a schema file of comments */
        return OK;
    if (status == PGRES_PIPELINE_ABORTED) /* because of an error before it, which has been kept */
        return FAIL(E_STORE, NULL, "an earlier statement failed");
    return failed(db, answer);
}

result postgres_keep(struct postgres_db *db, result r)
{
    if (r.code != E_OK && db->error.code == E_OK)
        db->error = r;
    return db->error;
}

/* ---- the pipeline -------------------------------------------------------------------------- */

/* The next result, once it is there; NULL, and the connection bad, after ANSWER_MS of silence: a
 * database that does not answer is as good as gone. */
PGresult *postgres_result(struct postgres_db *db)
{
    const int64_t until_us = clock_ticks_us() + ANSWER_MS * INT64_C(1000);
    while (PQisBusy(db->connection) == 1) {
        const int64_t left_us = until_us - clock_ticks_us();
        struct pollfd socket = {.fd = PQsocket(db->connection), .events = POLLIN};
        if (left_us > 0 && socket.fd >= 0)
            (void)poll(&socket, 1, (int)(left_us / 1000) + 1);
        if (left_us <= 0 || PQconsumeInput(db->connection) != 1) {
            db->is_bad = true;
            return NULL;
        }
    }
    return PQgetResult(db->connection);
}

PGresult *postgres_answer(struct postgres_db *db)
{
    PGresult *answer = postgres_result(db);
    db->pending--;
    if (answer != NULL && PQresultStatus(answer) != PGRES_PIPELINE_SYNC)
        PQclear(postgres_result(db)); /* the NULL that ends the answers of a statement */
    return answer;
}

/* Reads the answers to all but the newest `but` statements, and keeps the first error. */
static void read_pending(struct postgres_db *db, int64_t but)
{
    while (db->pending > but && !db->is_bad) {
        PGresult *answer = postgres_answer(db);
        (void)postgres_keep(db, postgres_check(db, answer)); /* looked at by the caller */
        PQclear(answer);
    }
    if (db->is_bad)
        db->pending = 0;
}

static result sent(struct postgres_db *db, int is_sent)
{
    if (is_sent == 1)
        db->pending++;
    if (is_sent == 1 && (db->pending % STATEMENTS_TOGETHER != 0 || PQflush(db->connection) == 0))
        return OK;
    db->is_bad = true;
    return postgres_keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
}

result postgres_send(struct postgres_db *db, const char *text)
{
    return sent(db, PQsendQueryParams(db->connection, text, 0, NULL, NULL, NULL, NULL, 1));
}

struct params {
    const char *at[POSTGRES_PARAMS_MAX];
    int bytes[POSTGRES_PARAMS_MAX], formats[POSTGRES_PARAMS_MAX];
    uint64_t numbers[POSTGRES_PARAMS_MAX];
};

/* All in binary; a number is an int8 (postgres_open.c has checked the statement). */
static void put_param(struct params *p, size_t i, const struct value *value)
{
    p->formats[i] = 1;
    p->at[i] = value->bytes.at;
    p->bytes[i] = (int)value->bytes.bytes;
    if (value->kind != VALUE_I64)
        return;
    p->numbers[i] = htobe64((uint64_t)value->number);
    p->at[i] = (const char *)&p->numbers[i];
    p->bytes[i] = sizeof p->numbers[i];
}

result postgres_send_statement(struct postgres_db *db, enum sql sql, const struct value *values,
                               size_t count)
{
    struct params p;
    if (db->is_bad)
        return postgres_keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
    assert(count <= POSTGRES_PARAMS_MAX);
    for (size_t i = 0; i < count; i++)
        put_param(&p, i, &values[i]);
    return sent(db, PQsendQueryPrepared(db->connection, SQL_STATEMENTS[sql].name, (int)count, p.at,
                                        p.bytes, p.formats, 1));
}

/* Asks for all answers so far. A sync, not a mere flush: only with one does the server count an
 * open transaction that nothing follows as idle, and end it after a while. */
static void sync_begin(struct postgres_db *db)
{
    if (db->is_bad || PQpipelineSync(db->connection) != 1)
        db->is_bad = true;
}

/* Reads the mark behind those answers. */
static void sync_end(struct postgres_db *db)
{
    PGresult *mark = db->is_bad ? NULL : postgres_result(db);
    if (mark == NULL || PQresultStatus(mark) != PGRES_PIPELINE_SYNC)
        db->is_bad = true;
    PQclear(mark);
    db->pending = 0;
    if (db->is_bad)
        (void)postgres_keep(db, FAIL(E_STORE_DOWN, NULL, NULL)); /* callers look at db->error */
}

/* ---- questions asked ahead ----------------------------------------------------------------- */

void postgres_expect(struct postgres_db *db, enum sql sql, int64_t tenant, struct value key)
{
    if (db->expected_count == EXPECTED_MAX || db->error.code != E_OK)
        return;
    const struct value values[] = {VI(tenant), key};
    if (postgres_send_statement(db, sql, values, COUNT(values)).code != E_OK)
        return; /* kept in db->error */
    db->expected[db->expected_count++] =
        (struct expected){.sql = sql, .tenant = tenant, .key = key};
    db->is_expecting = true;
}

/* Reads all answers that are on their way; what was sent before them needs none. */
static void read_expected(struct postgres_db *db)
{
    sync_begin(db);
    read_pending(db, (int64_t)db->expected_count);
    for (size_t i = 0; i < db->expected_count && !db->is_bad; i++) {
        PGresult *answer = postgres_answer(db);
        if (postgres_keep(db, postgres_check(db, answer)).code == E_OK)
            db->expected[i].answer = answer;
        else
            PQclear(answer);
    }
    sync_end(db);
    db->is_expecting = false;
}

static bool is_same(const struct value *a, const struct value *b)
{
    return a->kind == b->kind &&
           (a->kind == VALUE_I64 ? a->number == b->number : str_equal(a->bytes, b->bytes));
}

static struct expected *find_expected(struct postgres_db *db, enum sql sql,
                                      const struct value *values)
{
    for (size_t n = 0; n < db->expected_count; n++) {
        const size_t i = (db->expected_used + n) % db->expected_count; /* asked in the same order */
        struct expected *e = &db->expected[i];
        if (e->answer != NULL && e->sql == sql && e->tenant == values[0].number &&
            is_same(&e->key, &values[1])) {
            db->expected_used = i;
            return e;
        }
    }
    return NULL;
}

/* The answer to a question, if it was expected.   returns   the caller's to clear, or NULL */
static PGresult *take_expected(struct postgres_db *db, enum sql sql, const struct value *values,
                               size_t count)
{
    if (db->is_expecting)
        read_expected(db);
    struct expected *e = count != 2 ? NULL : find_expected(db, sql, values);
    PGresult *answer = e == NULL ? NULL : e->answer;
    if (e != NULL)
        e->answer = NULL;
    return answer;
}

/* Which statements change what an expected one says; the first two values of both are the same. */
static const struct {
    enum sql change, question;
} CHANGES[] = {
    {SQL_IDEMPOTENCY_INSERT, SQL_IDEMPOTENCY_GET}, {SQL_IDEMPOTENCY_DELETE, SQL_IDEMPOTENCY_GET},
    {SQL_OPERATION_INSERT, SQL_OPERATION_GET},     {SQL_OPERATION_FINISH, SQL_OPERATION_GET},
    {SQL_OPERATION_POSTPONE, SQL_OPERATION_GET},
};

/* An earlier work of the batch has changed what the answer says. */
static void forget_changed(struct postgres_db *db, enum sql sql, const struct value *values)
{
    struct expected *e;
    for (size_t i = 0; i < COUNT(CHANGES); i++)
        while (CHANGES[i].change == sql &&
               (e = find_expected(db, CHANGES[i].question, values)) != NULL) {
            PQclear(e->answer);
            e->answer = NULL;
        }
}

void postgres_changing(struct postgres_db *db, enum sql sql, const struct value *values)
{
    if (db->is_expecting)
        read_expected(db);
    if (db->expected_count > 0)
        forget_changed(db, sql, values);
}

void postgres_forget_expected(struct postgres_db *db)
{
    for (size_t i = 0; i < db->expected_count; i++)
        PQclear(db->expected[i].answer);
    db->expected_count = db->expected_used = 0;
    db->is_expecting = false;
}

/* ---- answers ------------------------------------------------------------------------------- */

result postgres_ask(struct postgres_db *db, enum sql sql, const struct value *values, size_t count,
                    PGresult **ret)
{
    PGresult *expected = take_expected(db, sql, values, count);
    if (expected != NULL && db->error.code == E_OK) {
        *ret = expected;
        return OK;
    }
    PQclear(expected);
    TRY(db->error);
    TRY(postgres_send_statement(db, sql, values, count));
    sync_begin(db);
    read_pending(db, 1);
    PGresult *answer = db->is_bad ? NULL : postgres_answer(db);
    (void)postgres_keep(db, postgres_check(db, answer)); /* given back below */
    sync_end(db);
    if (db->error.code != E_OK)
        PQclear(answer);
    else
        *ret = answer;
    return db->error;
}

result postgres_synchronise(struct postgres_db *db, char ret_tag[16])
{
    sync_begin(db);
    read_pending(db, ret_tag != NULL ? 1 : 0);
    if (ret_tag != NULL && !db->is_bad) {
        PGresult *answer = postgres_answer(db);
        (void)postgres_keep(db, postgres_check(db, answer)); /* given back below */
        if (answer != NULL) {
            const char *tag = PQcmdStatus(answer);
            memcpy(ret_tag, tag, strnlen(tag, 15) + 1);
        }
        PQclear(answer);
    }
    sync_end(db);
    return db->error;
}
