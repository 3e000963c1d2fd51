/* SPDX-License-Identifier: Apache-2.0 */
/* simulator_postgres.c: the simulator's books in PostgreSQL, so that several servers have one
 * acquirer.
 *
 * A step is one statement, committed by itself, so there is nothing that a lost connection could
 * leave half done; whether it was done at all is what nobody knows then, and every such answer is
 * E_STORE_BUSY. The commit does not wait for the disk: these are a test acquirer's books, and the
 * store's own commit is what a payment waits for.
 *
 * A connection serves one thread at a time. One that was lost is made anew when it is next wanted,
 * not sooner than after a pause that doubles from 50 ms to 2 s. */
#include <assert.h>
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/heap.h"
#include "rails/rail.h"
#include "rails/simulator_books.h"

enum { CONNECTIONS = 10, PARAMS_MAX = 9, TRIES_MAX = 5 };
enum { PAUSE_MS_FIRST = 50, PAUSE_MS_LAST = 2000 };
enum { ANSWER_MS = 10000 }; /* twice statement_timeout: what says nothing for so long is gone */
enum { PUTS_BETWEEN_PRUNES = 1024, ARRAY_BYTES_MAX = 1 << 20 };
/* A statement that was under way when its connection was lost has ended that long after, at the
 * latest: statement_timeout is a sixth of it. */
#define LATE_US (INT64_C(30) * US_PER_S)

static const char SETTINGS[] = "SET synchronous_commit = off; SET statement_timeout = '5s';"
                               "SET client_min_messages = warning";

/* The lock is for servers that start at once: IF NOT EXISTS alone does not make them wait. */
static const char SCHEMA[] =
    "BEGIN;"
    "SELECT pg_advisory_xact_lock(7310579614538000997);"
    "CREATE SCHEMA IF NOT EXISTS simulator;"
    "CREATE TABLE IF NOT EXISTS simulator.entry ("
    " key bigint NOT NULL, salt bigint NOT NULL," /* the reference */
    " state bigint NOT NULL CHECK (state BETWEEN 1 AND 3),"
    " currency bigint NOT NULL, amount_minor bigint NOT NULL,"
    " silent bigint NOT NULL, refusal text NOT NULL,"
    " PRIMARY KEY (key, salt));"
    "COMMENT ON TABLE simulator.entry IS 'books of the simulated acquirer of the test environment';"
    "COMMIT";

enum statement { S_NONE = 0, S_FIND, S_ASK, S_ADD, S_PUT, S_PRUNE, STATEMENTS };

#define COLUMNS "state, currency, amount_minor, silent, refusal"
static const struct {
    const char *name, *text;
    int param_count;
} ROWS[STATEMENTS] = {
    [S_FIND] = {"find", "SELECT " COLUMNS " FROM simulator.entry WHERE key = $1 AND salt = $2", 2},
    /* the row as it was before the statement */
    [S_ASK] = {"ask",
               "WITH answered AS (UPDATE simulator.entry SET silent = silent - 1"
               " WHERE key = $1 AND salt = $2 AND silent > 0)"
               "SELECT " COLUMNS " FROM simulator.entry WHERE key = $1 AND salt = $2",
               2},
    [S_ADD] = {"add",
               "INSERT INTO simulator.entry (key, salt, " COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key, salt) DO NOTHING"
               " RETURNING 1::bigint",
               7},
    /* the same, and voids another */
    [S_PUT] = {"put",
               "WITH put AS (INSERT INTO simulator.entry (key, salt, " COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key, salt) DO NOTHING"
               " RETURNING key),"
               "mark AS (INSERT INTO simulator.entry AS e (key, salt, " COLUMNS ")"
               " SELECT v.key, v.salt, 3, 0, 0, 0, '' FROM put,"
               " unnest($8::bigint[], $9::bigint[]) AS v (key, salt)"
               " ON CONFLICT (key, salt) DO UPDATE SET state = 3, silent = 0 WHERE e.state = 1)"
               "SELECT count(*) FROM put",
               9},
    /* keeps the newest 65,536, as many as the file has room for; keys rise with time */
    [S_PRUNE] = {"prune",
                 "DELETE FROM simulator.entry WHERE (key, salt) IN (SELECT key, salt"
                 " FROM simulator.entry WHERE key < (SELECT key FROM simulator.entry"
                 " ORDER BY key DESC OFFSET 65535 LIMIT 1) FOR UPDATE SKIP LOCKED)",
                 0},
};

struct link {
    PGconn *connection; /* NULL: to be made */
    bool is_taken;
    int64_t try_after_ticks_us, pause_ms;
};

struct shared_books {
    struct simulator_books books; /* first */
    char *url;
    pthread_mutex_t lock; /* over the links' is_taken */
    pthread_cond_t freed;
    struct link links[CONNECTIONS];
    _Atomic int64_t puts, lost_ticks_us; /* lost: when a connection was, last; 0: never */
};

/* ---- connections --------------------------------------------------------------------------- */

/* One that is connected is preferred, so that an idle simulator holds few connections. */
static struct link *find_free(struct shared_books *b)
{
    struct link *found = NULL;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (!b->links[i].is_taken && (found == NULL || found->connection == NULL))
            found = &b->links[i];
    return found;
}

static struct link *take(struct shared_books *b)
{
    struct link *link;
    (void)pthread_mutex_lock(&b->lock);
    while ((link = find_free(b)) == NULL)
        (void)pthread_cond_wait(&b->freed, &b->lock);
    link->is_taken = true;
    (void)pthread_mutex_unlock(&b->lock);
    return link;
}

static void give_back(struct shared_books *b, struct link *link)
{
    (void)pthread_mutex_lock(&b->lock);
    link->is_taken = false;
    (void)pthread_cond_signal(&b->freed);
    (void)pthread_mutex_unlock(&b->lock);
}

static void drop(struct shared_books *b, struct link *link)
{
    PQfinish(link->connection);
    link->connection = NULL;
    atomic_store(&b->lost_ticks_us, clock_ticks_us());
}

/* Whether the next result can be had without a wait; false after ANSWER_MS of silence. */
static bool await_result(PGconn *connection)
{
    const int64_t until_us = clock_ticks_us() + ANSWER_MS * US_PER_MS;
    while (PQisBusy(connection) == 1) {
        const int64_t left_us = until_us - clock_ticks_us();
        struct pollfd socket = {.fd = PQsocket(connection), .events = POLLIN};
        if (left_us > 0 && socket.fd >= 0)
            (void)poll(&socket, 1, (int)(left_us / US_PER_MS) + 1);
        if (left_us <= 0 || PQconsumeInput(connection) != 1)
            return false;
    }
    return true;
}

/* The last answer to what was sent; NULL, and the connection is of no use any more, when the
 * database falls silent. */
static PGresult *answer_to(PGconn *connection, int is_sent)
{
    PGresult *last = NULL;
    while (is_sent == 1) {
        if (!await_result(connection)) {
            PQclear(last);
            return NULL;
        }
        PGresult *next = PQgetResult(connection);
        if (next == NULL)
            return last;
        PQclear(last);
        last = next;
    }
    return NULL;
}

static bool run_plain(PGconn *connection, const char *text)
{
    PGresult *answer = answer_to(connection, PQsendQuery(connection, text));
    const ExecStatusType status = PQresultStatus(answer);
    PQclear(answer);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool prepare(PGconn *connection)
{
    for (int i = S_NONE + 1; i < STATEMENTS; i++) {
        PGresult *answer =
            answer_to(connection, PQsendPrepare(connection, ROWS[i].name, ROWS[i].text,
                                                ROWS[i].param_count, NULL));
        const bool is_done = PQresultStatus(answer) == PGRES_COMMAND_OK;
        PQclear(answer);
        if (!is_done)
            return false;
    }
    return true;
}

/* What the URL says wins over what stands before it. NULL when it cannot be had now. */
static PGconn *connect_to(const char *url, bool makes_schema)
{
    static const char *const NAMES[] = {"connect_timeout", "tcp_user_timeout", "application_name",
                                        "dbname", NULL};
    const char *const values[] = {"3", "5000", "kessai simulator", url, NULL};
    PGconn *connection = PQconnectdbParams(NAMES, values, 1);
    if (PQstatus(connection) == CONNECTION_OK && run_plain(connection, SETTINGS) &&
        (!makes_schema || run_plain(connection, SCHEMA)) && prepare(connection))
        return connection;
    PQfinish(connection);
    return NULL;
}

static bool connect_again(const struct shared_books *b, struct link *link)
{
    if (link->connection != NULL)
        return true;
    const int64_t now_us = clock_ticks_us();
    if (now_us < link->try_after_ticks_us)
        return false;
    link->connection = connect_to(b->url, false);
    if (link->connection != NULL) {
        link->pause_ms = 0;
        return true;
    }
    link->pause_ms = link->pause_ms == 0                  ? PAUSE_MS_FIRST
                     : link->pause_ms * 2 < PAUSE_MS_LAST ? link->pause_ms * 2
                                                          : PAUSE_MS_LAST;
    link->try_after_ticks_us = clock_ticks_us() + link->pause_ms * US_PER_MS;
    return false;
}

/* ---- statements ---------------------------------------------------------------------------- */

#define AWAY FAIL(E_STORE_BUSY, NULL, "the simulator's database cannot be reached")

struct params {
    int count;
    uint64_t wide[PARAMS_MAX];
    const char *at[PARAMS_MAX];
    int bytes[PARAMS_MAX], formats[PARAMS_MAX];
};

static void add_i64(struct params *p, int64_t number)
{
    assert(p->count < PARAMS_MAX);
    p->wide[p->count] = htobe64((uint64_t)number);
    p->at[p->count] = (const char *)&p->wide[p->count];
    p->bytes[p->count] = 8;
    p->formats[p->count++] = 1;
}

static void add_text(struct params *p, const char *text)
{
    assert(p->count < PARAMS_MAX);
    p->at[p->count++] = text;
}

static void add_id(struct params *p, id reference)
{
    add_i64(p, reference.key);
    add_i64(p, reference.salt);
}

/* Two voids that cross are a deadlock, of which the database undoes one. */
static bool is_to_repeat(const PGresult *answer)
{
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return state != NULL && (strcmp(state, "40P01") == 0 || strcmp(state, "40001") == 0);
}

/* NULL when it cannot be told whether it was done. The answer is the caller's. */
static PGresult *run_on(struct shared_books *b, struct link *link, enum statement statement,
                        const struct params *p)
{
    for (int i = 0; i < TRIES_MAX && connect_again(b, link); i++) {
        PGresult *answer = answer_to(link->connection,
                                     PQsendQueryPrepared(link->connection, ROWS[statement].name,
                                                         p->count, p->at, p->bytes, p->formats, 1));
        if (PQresultStatus(answer) == PGRES_TUPLES_OK || PQresultStatus(answer) == PGRES_COMMAND_OK)
            return answer;
        const bool repeats = is_to_repeat(answer);
        PQclear(answer);
        if (repeats)
            continue;
        drop(b, link); /* whatever it was, a new connection has not got it */
        return NULL;
    }
    return NULL;
}

static PGresult *run(struct shared_books *b, enum statement statement, const struct params *p)
{
    struct link *link = take(b);
    PGresult *answer = run_on(b, link, statement, p);
    give_back(b, link);
    return answer;
}

static int64_t column(const PGresult *answer, int at)
{
    uint64_t wide = 0;
    if (PQntuples(answer) > 0 && PQgetlength(answer, 0, at) == 8)
        memcpy(&wide, PQgetvalue(answer, 0, at), sizeof wide);
    return (int64_t)be64toh(wide);
}

static result entry_read(PGresult *answer, id reference, struct sim_entry *ret)
{
    *ret = (struct sim_entry){0};
    if (answer == NULL)
        return AWAY;
    const int64_t state = column(answer, 0), currency = column(answer, 1);
    const bool is_known = state < SIM_STATES && currency >= 0 && currency < CURRENCIES;
    if (PQntuples(answer) > 0 && is_known)
        *ret = (struct sim_entry){
            .reference = reference,
            .state = (enum sim_state)state,
            .amount = {.minor = column(answer, 2), .cur = (enum currency)currency},
            .refusal = state == SIM_REFUSED
                           ? rail_refusal_read(str_of(PQgetvalue(answer, 0, 4)), E_OTHER_ERROR)
                           : E_OK,
            .silent = column(answer, 3),
        };
    PQclear(answer);
    return is_known ? OK : FAIL(E_STORE, NULL, "the simulator's books cannot be read");
}

static result read_one(struct shared_books *b, enum statement statement, id reference,
                       struct sim_entry *ret)
{
    struct params p = {0};
    add_id(&p, reference);
    return entry_read(run(b, statement, &p), reference, ret);
}

/* ---- the functions ------------------------------------------------------------------------- */

static result shared_find(struct simulator_books *self, id reference, struct sim_entry *ret)
{
    return read_one((struct shared_books *)self, S_FIND, reference, ret);
}

static void prune(struct shared_books *b)
{
    const struct params none = {0};
    PQclear(run(b, S_PRUNE, &none)); /* what fails is done by a later one */
}

/* "{1,2}", as the database reads an array. */
static void write_array(struct buf *buf, struct sim_ids ids, bool is_salt)
{
    buf_char(buf, '{');
    for (size_t i = 0; i < ids.count; i++) {
        if (i > 0)
            buf_char(buf, ',');
        buf_i64(buf, is_salt ? ids.at[i].salt : ids.at[i].key);
    }
    buf_char(buf, '}');
}

static void add_entry(struct params *p, const struct sim_entry *entry)
{
    add_id(p, entry->reference);
    add_i64(p, entry->state);
    add_i64(p, entry->amount.cur);
    add_i64(p, entry->amount.minor);
    add_i64(p, entry->silent);
    add_text(p, err_wire(entry->refusal));
}

/* NULL: as of run(). */
static PGresult *run_put(struct shared_books *b, const struct sim_entry *entry,
                         struct sim_ids voids)
{
    struct params p = {0};
    struct buf keys, salts;
    PGresult *answer = NULL;
    add_entry(&p, entry);
    if (voids.count == 0)
        return run(b, S_ADD, &p);
    buf_init(&keys, ARRAY_BYTES_MAX);
    buf_init(&salts, ARRAY_BYTES_MAX);
    write_array(&keys, voids, false);
    write_array(&salts, voids, true);
    if (!keys.is_broken && !salts.is_broken) {
        add_text(&p, buf_view(&keys).at);
        add_text(&p, buf_view(&salts).at);
        answer = run(b, S_PUT, &p);
    }
    buf_done(&keys);
    buf_done(&salts);
    return answer;
}

static result shared_put(struct simulator_books *self, const struct sim_entry *entry,
                         struct sim_ids voids, struct sim_entry *ret)
{
    struct shared_books *b = (struct shared_books *)self;
    PGresult *answer = run_put(b, entry, voids);
    if (answer == NULL)
        return AWAY;
    const bool is_new = column(answer, 0) == 1;
    PQclear(answer);
    if (!is_new)
        return read_one(b, S_FIND, entry->reference, ret);
    *ret = *entry;
    if (atomic_fetch_add(&b->puts, 1) % PUTS_BETWEEN_PRUNES == PUTS_BETWEEN_PRUNES - 1)
        prune(b);
    return OK;
}

/* After a connection was lost, a statement of this process may still be under way on the server,
 * and "not in the books" would be too early. A mark under the reference makes it true for good:
 * what comes after it is refused. */
static result shared_ask(struct simulator_books *self, id reference, struct sim_entry *ret)
{
    struct shared_books *b = (struct shared_books *)self;
    TRY(read_one(b, S_ASK, reference, ret));
    const int64_t lost_us = atomic_load(&b->lost_ticks_us);
    if (ret->state != SIM_NONE || lost_us == 0 || clock_ticks_us() - lost_us > LATE_US)
        return OK;
    const struct sim_entry mark = {.reference = reference, .state = SIM_VOIDED};
    return shared_put(self, &mark, (struct sim_ids){0}, ret);
}

/* Also undoes a half-done simulator_postgres_open. */
static void shared_close(struct simulator_books *self)
{
    struct shared_books *b = (struct shared_books *)self;
    for (size_t i = 0; i < CONNECTIONS; i++)
        PQfinish(b->links[i].connection);
    (void)pthread_cond_destroy(&b->freed);
    (void)pthread_mutex_destroy(&b->lock);
    heap_free(b->url);
    heap_free(b);
}

static const struct simulator_books_functions FUNCTIONS = {
    .find = shared_find, .ask = shared_ask, .put = shared_put, .close = shared_close};

result simulator_postgres_open(const char *url, struct simulator_books **ret)
{
    struct shared_books *b = HEAP_NEW(struct shared_books);
    if (b == NULL)
        return E_NO_MEMORY;
    *b = (struct shared_books){.books = {.functions = &FUNCTIONS, .is_remote = true}};
    (void)pthread_mutex_init(&b->lock, NULL);
    (void)pthread_cond_init(&b->freed, NULL);
    const size_t bytes = strlen(url) + 1;
    b->url = heap_new(bytes);
    if (b->url != NULL) {
        memcpy(b->url, url, bytes);
        b->links[0].connection = connect_to(url, true);
    }
    if (b->url == NULL || b->links[0].connection == NULL) {
        const bool has_memory = b->url != NULL;
        shared_close(&b->books);
        return has_memory ? FAIL(E_STORE, "url", "the simulator's database cannot be reached")
                          : E_NO_MEMORY;
    }
    *ret = &b->books;
    return OK;
}
