/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.c: statements and transactions on PostgreSQL. See postgres.h. */
#include "store/postgres.h"

#include <assert.h>
#include <endian.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/heap.h"

#define RETRY_US INT64_C(200000)
enum { PLAN_AGAIN_FACTOR = 3 };
enum { ANSWER_MS = 15000 }; /* no statement of ours takes so long; longer than any lock_timeout */

static struct postgres_db *of(struct db *db)
{
    return (struct postgres_db *)db;
}

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
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC)
        return OK;
    if (status == PGRES_PIPELINE_ABORTED) /* because of an error before it, which has been kept */
        return FAIL(E_STORE, NULL, "an earlier statement failed");
    return failed(db, answer);
}

static result keep(struct postgres_db *db, result r)
{
    if (r.code != E_OK && db->error.code == E_OK)
        db->error = r;
    return db->error;
}

/* ---- the pipeline -------------------------------------------------------------------------- */

/* The next result, once it is there; NULL, and the connection bad, after ANSWER_MS of silence: a
 * database that does not answer is as good as gone. */
static PGresult *next_result(struct postgres_db *db)
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
    PGresult *answer = next_result(db);
    db->pending--;
    if (answer != NULL && PQresultStatus(answer) != PGRES_PIPELINE_SYNC)
        PQclear(next_result(db)); /* the NULL that ends the answers of a statement */
    return answer;
}

/* Reads the answers to all but the newest `but` statements, and keeps the first error. */
static void read_pending(struct postgres_db *db, int64_t but)
{
    while (db->pending > but && !db->is_bad) {
        PGresult *answer = postgres_answer(db);
        (void)keep(db, postgres_check(db, answer)); /* looked at by the caller */
        PQclear(answer);
    }
    if (db->is_bad)
        db->pending = 0;
}

static result sent(struct postgres_db *db, int is_sent)
{
    if (is_sent == 1) {
        db->pending++;
        return OK;
    }
    db->is_bad = true;
    return keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
}

static result send_plain(struct postgres_db *db, const char *text)
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

static result send_statement(struct postgres_db *db, enum sql sql, const struct value *values,
                             size_t count)
{
    struct params p;
    if (db->is_bad)
        return keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
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
    PGresult *mark = db->is_bad ? NULL : next_result(db);
    if (mark == NULL || PQresultStatus(mark) != PGRES_PIPELINE_SYNC)
        db->is_bad = true;
    PQclear(mark);
    db->pending = 0;
    if (db->is_bad)
        (void)keep(db, FAIL(E_STORE_DOWN, NULL, NULL)); /* callers look at db->error */
}

/* ---- questions asked ahead ----------------------------------------------------------------- */

static void postgres_expect(struct db *self, enum sql sql, int64_t tenant, struct value key)
{
    struct postgres_db *db = of(self);
    if (db->expected_count == EXPECTED_MAX || db->error.code != E_OK)
        return;
    const struct value values[] = {VI(tenant), key};
    if (send_statement(db, sql, values, COUNT(values)).code != E_OK)
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
        if (keep(db, postgres_check(db, answer)).code == E_OK)
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

static void forget_expected(struct postgres_db *db)
{
    for (size_t i = 0; i < db->expected_count; i++)
        PQclear(db->expected[i].answer);
    db->expected_count = db->expected_used = 0;
    db->is_expecting = false;
}

/* ---- transactions -------------------------------------------------------------------------- */

/* Sends a statement and waits for its answer.   ret   the caller's to clear, on success */
static result ask(struct postgres_db *db, enum sql sql, const struct value *values, size_t count,
                  PGresult **ret)
{
    PGresult *expected = take_expected(db, sql, values, count);
    if (expected != NULL && db->error.code == E_OK) {
        *ret = expected;
        return OK;
    }
    PQclear(expected);
    TRY(db->error);
    TRY(send_statement(db, sql, values, count));
    sync_begin(db);
    read_pending(db, 1);
    PGresult *answer = db->is_bad ? NULL : postgres_answer(db);
    (void)keep(db, postgres_check(db, answer)); /* given back below */
    sync_end(db);
    if (db->error.code != E_OK)
        PQclear(answer);
    else
        *ret = answer;
    return db->error;
}

/* Ends what has been sent, so that the server goes on after an error.
 *   ret_tag   the command tag of the newest statement ("COMMIT"); may be NULL */
static result synchronise(struct postgres_db *db, char ret_tag[16])
{
    sync_begin(db);
    read_pending(db, ret_tag != NULL ? 1 : 0);
    if (ret_tag != NULL && !db->is_bad) {
        PGresult *answer = postgres_answer(db);
        (void)keep(db, postgres_check(db, answer)); /* given back below */
        if (answer != NULL) {
            const char *tag = PQcmdStatus(answer);
            memcpy(ret_tag, tag, strnlen(tag, 15) + 1);
        }
        PQclear(answer);
    }
    sync_end(db);
    return db->error;
}

static result start(struct postgres_db *db, const char *text)
{
    db->error = OK;
    db->is_open = true;
    forget_expected(db);
    if (db->is_bad)
        return keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
    TRY(send_plain(db, text));
    if (db->transactions++ != db->plan_again_at)
        return OK;
    /* While a table is nearly empty, all its indexes look equally good to the planner, and the one
     * it takes then is slow later. Statistics mend that, but only after a minute or more. */
    db->plan_again_at *= PLAN_AGAIN_FACTOR;
    return send_plain(db, "DISCARD PLANS");
}

static result postgres_begin(struct db *self, int64_t tenant)
{
    struct postgres_db *db = of(self);
    TRY(start(db, "BEGIN"));
    self->tenant = tenant;
    if (tenant == 0)
        return OK;
    return send_statement(db, SQL_TENANT_LOCK, (const struct value[]){VI(tenant)}, 1);
}

static result postgres_commit(struct db *self)
{
    struct postgres_db *db = of(self);
    char tag[16] = "";
    self->tenant = 0;
    if (db->is_bad)
        (void)keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
    if (db->error.code != E_OK)
        return db->error;
    result r = send_plain(db, "COMMIT"); /* skipped by the server after an error before it */
    if (r.code == E_OK)
        r = synchronise(db, tag);
    if (db->is_bad)
        return FAIL(E_STORE_LOST, NULL, NULL);
    db->is_open = PQtransactionStatus(db->connection) != PQTRANS_IDLE; /* a skipped COMMIT */
    if (r.code == E_OK && strcmp(tag, "COMMIT") != 0)
        return FAIL(E_STORE, NULL, "the transaction was rolled back");
    return r;
}

static void postgres_rollback(struct db *self)
{
    struct postgres_db *db = of(self);
    self->tenant = 0;
    if (!db->is_open || db->is_bad)
        return;
    (void)synchronise(db, NULL); /* the error that led here is known */
    db->error = OK;
    if (!db->is_bad && PQtransactionStatus(db->connection) != PQTRANS_IDLE &&
        send_plain(db, "ROLLBACK").code == E_OK)
        (void)synchronise(db, NULL); /* is_bad says whether it worked */
    db->is_open = false;
}

static result begin_snapshot(struct postgres_db *db)
{
    TRY(start(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    db->is_fresh = true;
    return OK;
}

static result postgres_reconnect(struct db *self)
{
    struct postgres_db *db = of(self);
    if (!db->is_bad && PQstatus(db->connection) == CONNECTION_OK)
        return OK;
    if (clock_ticks_us() < db->retry_ticks_us)
        return FAIL(E_STORE_DOWN, NULL, NULL);
    postgres_disconnect(db);
    const result r = postgres_connect(db);
    if (r.code != E_OK) {
        postgres_disconnect(db);
        db->retry_ticks_us = clock_ticks_us() + RETRY_US;
    }
    return r;
}

static result postgres_begin_read(struct db *self)
{
    struct postgres_db *db = of(self);
    if (db->is_bad)
        TRY(postgres_reconnect(self));
    return begin_snapshot(db);
}

static void postgres_end_read(struct db *self)
{
    struct postgres_db *db = of(self);
    db->is_fresh = false;
    if (db->is_bad)
        return;
    if (db->error.code == E_OK)
        (void)send_plain(db, "COMMIT"); /* is_bad says whether it worked */
    postgres_rollback(self);
}

/* ---- statements ---------------------------------------------------------------------------- */

static result postgres_query(struct db *self, enum sql sql, struct rows *ret,
                             const struct value *values, size_t count)
{
    struct postgres_db *db = of(self);
    PGresult *answer = NULL;
    result r = ask(db, sql, values, count, &answer);
    if (r.code == E_STORE_DOWN && db->is_fresh && postgres_reconnect(self).code == E_OK) {
        TRY(begin_snapshot(db)); /* the connection had gone while nobody used it */
        r = ask(db, sql, values, count, &answer);
    }
    db->is_fresh = false;
    ret->handle = answer;
    ret->at = -1;
    return r;
}

static bool postgres_next(struct rows *rows)
{
    rows->at++;
    return rows->at < PQntuples(rows->handle);
}

static void postgres_done(struct rows *rows)
{
    PQclear(rows->handle);
    rows->handle = NULL;
}

static int64_t postgres_i64(const struct rows *rows, int column)
{
    const int row = (int)rows->at;
    const char *at = PQgetvalue(rows->handle, row, column);
    uint64_t wide;
    uint32_t narrow;
    if (PQgetisnull(rows->handle, row, column) == 1)
        return 0;
    switch (PQgetlength(rows->handle, row, column)) {
    case sizeof wide:
        memcpy(&wide, at, sizeof wide);
        return (int64_t)be64toh(wide);
    case sizeof narrow:
        memcpy(&narrow, at, sizeof narrow);
        return (int32_t)be32toh(narrow);
    default:
        return at[0]; /* a boolean */
    }
}

static bool postgres_is_null(const struct rows *rows, int column)
{
    return PQgetisnull(rows->handle, (int)rows->at, column) == 1;
}

static str postgres_bytes(const struct rows *rows, int column)
{
    return (str){PQgetvalue(rows->handle, (int)rows->at, column),
                 (size_t)PQgetlength(rows->handle, (int)rows->at, column)};
}

static result postgres_exec(struct db *self, enum sql sql, int64_t *ret_changes,
                            const struct value *values, size_t count)
{
    struct postgres_db *db = of(self);
    PGresult *answer;
    db->changes++;
    if (db->is_expecting)
        read_expected(db);
    if (db->expected_count > 0)
        forget_changed(db, sql, values);
    if (ret_changes == NULL && db->is_open && !db->is_fresh)
        return db->error.code != E_OK ? db->error : send_statement(db, sql, values, count);
    TRY(ask(db, sql, values, count, &answer));
    const str rows = str_of(PQcmdTuples(answer));
    if (ret_changes != NULL && (rows.bytes == 0 || !str_i64(rows, ret_changes)))
        *ret_changes = 0;
    PQclear(answer);
    return OK;
}

static int64_t postgres_changes(struct db *db)
{
    return of(db)->changes;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void postgres_close(struct db *self)
{
    struct postgres_db *db = of(self);
    forget_expected(db);
    postgres_disconnect(db);
    arena_free(db->arena);
    arena_free(db->texts);
    heap_free(db);
}

static const struct driver POSTGRES = {
    .query = postgres_query,
    .next = postgres_next,
    .done = postgres_done,
    .i64 = postgres_i64,
    .is_null = postgres_is_null,
    .bytes = postgres_bytes,
    .exec = postgres_exec,
    .expect = postgres_expect,
    .begin = postgres_begin,
    .begin_read = postgres_begin_read,
    .end_read = postgres_end_read,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .changes = postgres_changes,
    .reconnect = postgres_reconnect,
    .close = postgres_close,
};

result postgres_db_open(const char *url, enum db_role role, struct arena *arena, struct db **ret)
{
    struct postgres_db *db = HEAP_NEW(struct postgres_db);
    if (db == NULL)
        return E_NO_MEMORY;
    db->db.driver = &POSTGRES;
    db->role = role;
    db->arena = arena_new(65536);
    db->texts = arena_new(65536);
    db->url = db->arena == NULL ? NULL : arena_cstr(db->arena, str_of(url));
    result r = db->url == NULL || db->texts == NULL ? E_NO_MEMORY : postgres_connect(db);
    if (r.code != E_OK) {
        if (r.message != NULL)
            r.message = arena_cstr(arena, str_of(r.message));
        postgres_close(&db->db);
        return r;
    }
    *ret = &db->db;
    return OK;
}
