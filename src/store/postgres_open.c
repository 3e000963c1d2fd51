/* SPDX-License-Identifier: Apache-2.0 */
/* postgres_open.c: connecting to PostgreSQL, its schema, and the prepared statements. */
#include <pthread.h>
#include <string.h>

#include "store/postgres.h"

enum { TYPE_BOOL = 16, TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_INT4 = 23, TYPE_TEXT = 25 };
enum { PLAN_AGAIN_FIRST = 16 }; /* transactions; see start() in postgres.c */
#define SCHEMA_LOCK                                                                                \
    "4712482347" /* an advisory lock of ours: one server at a time makes the tables */

/* What a URL that says nothing about it gets: a dead network is noticed within seconds, and of
 * several addresses the one that takes writes is meant. */
static const char *const DEFAULTS[][2] = {
    {"application_name", "kessai"}, {"connect_timeout", "3"},
    {"keepalives_idle", "5"},       {"keepalives_interval", "2"},
    {"keepalives_count", "3"},      {"tcp_user_timeout", "10000"},
    {"client_encoding", "UTF8"},    {"target_session_attrs", "read-write"},
};

/* Plans are made once, perhaps while the tables are empty; every statement has an index. */
#define SESSION                                                                                    \
    "SET idle_in_transaction_session_timeout = '15s'; SET lock_timeout = '3s';"                    \
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"  \
    "SELECT set_config('synchronous_commit', 'on', false)"                                         \
    " WHERE current_setting('synchronous_commit') = 'off';"                                        \
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off;"           \
    "SET client_min_messages = warning; SET default_transaction_isolation = 'read committed'"

static result down(struct postgres_db *db, const char *text)
{
    const str whole = str_of(text);
    const char *end = whole.bytes == 0 ? NULL : memchr(whole.at, '\n', whole.bytes);
    const str line = {whole.at, end == NULL ? whole.bytes : (size_t)(end - whole.at)};
    arena_clear(db->texts);
    db->is_bad = true;
    return FAIL(E_STORE_DOWN, NULL, arena_cstr(db->texts, line));
}

/* The newest result of a text of several statements, or the one that failed. */
static PGresult *last_result(struct postgres_db *db)
{
    PGresult *last = NULL, *next;
    while ((next = postgres_result(db)) != NULL) {
        if (last != NULL && PQresultStatus(last) == PGRES_FATAL_ERROR) {
            PQclear(next);
            continue;
        }
        PQclear(last);
        last = next;
    }
    if (!db->is_bad)
        return last;
    PQclear(last);
    return NULL;
}

/* Outside the pipeline, and waits. */
static result run(struct postgres_db *db, const char *text, PGresult **ret)
{
    PGresult *answer = PQsendQuery(db->connection, text) == 1 ? last_result(db) : NULL;
    const result r = postgres_check(db, answer);
    if (ret != NULL && r.code == E_OK)
        *ret = answer;
    else
        PQclear(answer);
    return r;
}

static result run_number(struct postgres_db *db, const char *text, int64_t *ret)
{
    PGresult *answer = NULL;
    TRY(run(db, text, &answer));
    if (PQntuples(answer) == 0 || !str_i64(str_of(PQgetvalue(answer, 0, 0)), ret))
        *ret = 0;
    PQclear(answer);
    return OK;
}

/* ---- schema -------------------------------------------------------------------------------- */

static result apply_missing(struct postgres_db *db)
{
    const int64_t newest = SQL_SCHEMA[SQL_SCHEMA_COUNT - 1].version;
    int64_t has_version = 0, tables = 0, version = 0;
    TRY(run(db, "SELECT pg_advisory_xact_lock(" SCHEMA_LOCK ")", NULL));
    TRY(run_number(db, "SELECT count(to_regclass('schema_version'))", &has_version));
    TRY(run_number(db, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()",
                   &tables));
    if (has_version == 0 && tables > 0)
        return FAIL(E_USAGE, "--db", "this database holds tables of another program");
    if (has_version != 0)
        TRY(run_number(db, "SELECT version FROM schema_version", &version));
    if (version > newest)
        return FAIL(E_USAGE, "--db", "this database was written by a newer version of Kessai");
    for (size_t i = 0; i < SQL_SCHEMA_COUNT; i++)
        if (SQL_SCHEMA[i].version > version)
            TRY(run(db, SQL_SCHEMA[i].postgres, NULL));
    if (version == newest)
        return OK;
    TRY(run(db, "DELETE FROM schema_version", NULL));
    const char *insert =
        arena_printf(db->texts, "INSERT INTO schema_version (version) VALUES (%d)", (int)newest);
    return insert == NULL ? E_NO_MEMORY : run(db, insert, NULL);
}

static result apply_schema(struct postgres_db *db)
{
    int64_t version = 0;
    if (run_number(db, "SELECT version FROM schema_version", &version).code == E_OK &&
        version == SQL_SCHEMA[SQL_SCHEMA_COUNT - 1].version)
        return OK; /* the usual case takes no lock */
    int64_t is_utf8 = 0;
    TRY(run_number(db, "SELECT (current_setting('server_encoding') = 'UTF8')::int", &is_utf8));
    if (is_utf8 == 0)
        return FAIL(E_USAGE, "--db", "the database's encoding must be UTF8");
    TRY(run(db, "BEGIN", NULL));
    result r = apply_missing(db);
    if (r.code == E_OK)
        r = run(db, "COMMIT", NULL);
    else
        IGNORE(run(db, "ROLLBACK", NULL), "the error is the one that led here");
    return r;
}

/* ---- statements ---------------------------------------------------------------------------- */

static result unfit(struct postgres_db *db, enum sql sql, const char *text)
{
    arena_clear(db->texts);
    return FAIL(E_USAGE, "--db",
                arena_printf(db->texts, "statement %s: %s", SQL_STATEMENTS[sql].name, text));
}

/* The columns are of the types that postgres.c knows how to read; PostgreSQL names a domain's own.
 */
static result check_columns(struct postgres_db *db, enum sql sql, const PGresult *described)
{
    for (int i = 0; i < PQnfields(described); i++) {
        const Oid type = PQftype(described, i);
        if (type != TYPE_INT8 && type != TYPE_INT4 && type != TYPE_TEXT && type != TYPE_BYTEA &&
            type != TYPE_BOOL)
            return unfit(db, sql, "the type of a column");
    }
    return OK;
}

/* The parameters' types as postgres.c writes them. Left to itself PostgreSQL would take a column's
 * domain for the type of its parameter, and look into the domain at every call. */
static result read_types(struct postgres_db *db, enum sql sql, const PGresult *described, Oid *ret)
{
    const int count = PQnparams(described);
    if (count != SQL_STATEMENTS[sql].param_count || count > POSTGRES_PARAMS_MAX)
        return unfit(db, sql, "the number of parameters");
    for (int i = 0; i < count; i++) {
        const Oid type = PQparamtype(described, i);
        ret[i] = type == TYPE_TEXT || type == TYPE_BYTEA ? type : TYPE_INT8;
    }
    return OK;
}

/* Reads the two answers to a statement that was sent to be prepared and described. */
static result read_prepared(struct postgres_db *db, enum sql sql, Oid *ret_types)
{
    PGresult *prepared = postgres_answer(db);
    result r = postgres_check(db, prepared);
    if (r.code == E_STORE)
        r = unfit(db, sql, PQresultErrorField(prepared, PG_DIAG_MESSAGE_PRIMARY));
    PQclear(prepared);
    if (r.code != E_OK)
        return r;
    PGresult *described = postgres_answer(db);
    r = postgres_check(db, described);
    if (r.code == E_OK)
        r = ret_types != NULL ? read_types(db, sql, described, ret_types)
                              : check_columns(db, sql, described);
    PQclear(described);
    return r;
}

/* Sends statements to be prepared, all in one go: two messages each, and one wait. types: of the
 * parameters; NULL: as PostgreSQL has it, under no name. */
static result send_all(struct postgres_db *db, Oid (*types)[POSTGRES_PARAMS_MAX])
{
    for (int i = 1; i < SQL_COUNT; i++) {
        const struct sql_statement *statement = &SQL_STATEMENTS[i];
        const char *name = types == NULL ? "" : statement->name;
        const int count = types == NULL ? 0 : statement->param_count;
        if (PQsendPrepare(db->connection, name, statement->postgres, count,
                          types == NULL ? NULL : types[i]) != 1 ||
            PQsendDescribePrepared(db->connection, name) != 1)
            return down(db, PQerrorMessage(db->connection));
        db->pending += 2;
    }
    return PQpipelineSync(db->connection) == 1 ? OK : down(db, PQerrorMessage(db->connection));
}

static result read_all(struct postgres_db *db, Oid (*ret_types)[POSTGRES_PARAMS_MAX])
{
    for (int i = 1; i < SQL_COUNT; i++)
        TRY(read_prepared(db, (enum sql)i, ret_types == NULL ? NULL : ret_types[i]));
    PQclear(PQgetResult(db->connection)); /* the end of the pipeline's part */
    return OK;
}

/* What PostgreSQL has said of the parameters' types: every database that this program opens has the
 * same schema, so it is asked once. */
static struct {
    pthread_mutex_t lock;
    bool is_known;
    Oid types[SQL_COUNT][POSTGRES_PARAMS_MAX];
} learnt = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool recall(Oid (*ret)[POSTGRES_PARAMS_MAX])
{
    pthread_mutex_lock(&learnt.lock);
    const bool is_known = learnt.is_known;
    if (is_known)
        memcpy(ret, learnt.types, sizeof learnt.types);
    pthread_mutex_unlock(&learnt.lock);
    return is_known;
}

static result learn(struct postgres_db *db, Oid (*ret)[POSTGRES_PARAMS_MAX])
{
    TRY(send_all(db, NULL));
    TRY(read_all(db, ret));
    pthread_mutex_lock(&learnt.lock);
    memcpy(learnt.types, ret, sizeof learnt.types);
    learnt.is_known = true;
    pthread_mutex_unlock(&learnt.lock);
    return OK;
}

static result prepare_all(struct postgres_db *db)
{
    Oid types[SQL_COUNT][POSTGRES_PARAMS_MAX];
    if (!recall(types))
        TRY(learn(db, types));
    TRY(send_all(db, types));
    return read_all(db, NULL);
}

/* ---- the connection ------------------------------------------------------------------------ */

static PGconn *dial(const char *url)
{
    const char *keys[COUNT(DEFAULTS) + 2] = {NULL}, *values[COUNT(DEFAULTS) + 2] = {NULL};
    for (size_t i = 0; i < COUNT(DEFAULTS); i++) {
        keys[i] = DEFAULTS[i][0];
        values[i] = DEFAULTS[i][1];
    }
    keys[COUNT(DEFAULTS)] = "dbname"; /* what the URL names overrides what stands before it */
    values[COUNT(DEFAULTS)] = url;
    return PQconnectdbParams(keys, values, 1);
}

static void be_quiet(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

result postgres_connect(struct postgres_db *db)
{
    db->connection = dial(db->url);
    db->is_bad = db->is_open = db->is_fresh = false;
    db->pending = 0;
    db->transactions = 0;
    db->plan_again_at = PLAN_AGAIN_FIRST;
    db->error = OK;
    if (db->connection == NULL)
        return E_NO_MEMORY;
    if (PQstatus(db->connection) != CONNECTION_OK)
        return down(db, PQerrorMessage(db->connection));
    (void)PQsetNoticeReceiver(db->connection, be_quiet, NULL);
    TRY(run(db, SESSION, NULL));
    if (db->role == DB_KEEPER) /* it must renew its lease in time */
        TRY(run(db, "SET lock_timeout = '500ms'", NULL));
    if (db->role == DB_WRITER || db->role == DB_KEEPER)
        TRY(apply_schema(db));
    if (PQenterPipelineMode(db->connection) != 1)
        return down(db, PQerrorMessage(db->connection));
    return prepare_all(db);
}

void postgres_disconnect(struct postgres_db *db)
{
    PQfinish(db->connection);
    db->connection = NULL;
    db->is_bad = true;
    db->is_open = false;
    db->pending = 0;
}
