/* SPDX-License-Identifier: Apache-2.0 */
#include "app/command.h"

#include <assert.h>
#include <string.h>

#include "app/rail_pool.h"
#include "base/json.h"
#include "base/log.h"

/* How long an operation may stay "sent" before the inquiry job takes it for lost. The caller of a
 * rail has its own, shorter, limits. */
#define LOST_AFTER_US (INT64_C(60) * US_PER_S)

static result run_begin(struct tx *tx, struct work *work);
static result run_finish(struct tx *tx, struct work *work);
static void begin_done(struct work *work, result outcome);
static void finish_done(struct work *work, result outcome);

void command_init(struct command *c, struct app *app, struct arena *arena, int64_t tenant)
{
    c->app = app;
    c->arena = arena;
    c->tenant = tenant;
    c->http_status = 200;
    buf_init(&c->body, REPLY_BYTES_MAX);
    c->started_ticks_us = clock_ticks_us();
}

void command_done(struct command *c)
{
    if (c->wipe != NULL)
        c->wipe(c);
    buf_done(&c->body);
}

void command_run(struct command *c)
{
    c->work.run = run_begin;
    c->work.done = begin_done;
    store_transact(c->app->store, &c->work);
}

/* ---- the idempotency key -------------------------------------------------------------------- */

/* Gives the stored answer of an operation. */
static result replay(struct tx *tx, struct command *c, const struct operation *o)
{
    c->step = STEP_ANSWER;
    c->http_status = o->http_status;
    if (o->event_seq == 0) {
        buf_str(&c->body, o->body);
        return OK;
    }
    struct rows rows;
    TRY(db_query(tx_db(tx), SQL_EVENT_DATA, &rows, VI(c->tenant), VI(o->event_seq)));
    if (rows_next(&rows))
        buf_str(&c->body, row_str(&rows, 0));
    return rows_done(&rows);
}

/* Looks the key up. Afterwards either step is STEP_ANSWER, or the key is free to be taken. */
static result look_up_key(struct tx *tx, struct command *c)
{
    struct rows rows;
    int64_t fingerprint = 0, key = 0;
    TRY(db_query(tx_db(tx), SQL_IDEMPOTENCY_GET, &rows, VI(c->tenant),
                 VB(c->key_hash, IDEM_HASH_BYTES)));
    if (rows_next(&rows)) {
        fingerprint = row_i64(&rows, 0);
        key = row_i64(&rows, 1);
    }
    TRY(rows_done(&rows));
    if (key == 0)
        return OK;
    struct operation o;
    TRY(operation_get(tx_db(tx), c->tenant, key, c->arena, &o));
    const bool is_free =
        o.id.key == 0 || o.state == OPERATION_GIVEN_UP ||
        (o.state == OPERATION_DONE && o.sent_us + KEY_LIFETIME_US < tx_real_now(tx));
    if (is_free)
        return db_exec(tx_db(tx), SQL_IDEMPOTENCY_DELETE, VI(c->tenant),
                       VB(c->key_hash, IDEM_HASH_BYTES));
    if (fingerprint != c->fingerprint)
        return FAIL(E_IDEMPOTENCY_MISMATCH, NULL, NULL);
    if (o.state != OPERATION_DONE)
        return FAIL(E_IDEMPOTENCY_IN_FLIGHT, NULL, NULL);
    return replay(tx, c, &o);
}

static result take_key(struct tx *tx, const struct command *c)
{
    return db_exec(tx_db(tx), SQL_IDEMPOTENCY_INSERT, VI(c->tenant),
                   VB(c->key_hash, IDEM_HASH_BYTES), VI(c->fingerprint), VI(c->operation.id.key));
}

/* ---- first transaction ---------------------------------------------------------------------- */

static void set_answer(struct command *c, enum operation_state state)
{
    struct operation *o = &c->operation;
    o->state = state;
    o->http_status = c->http_status;
    o->event_seq = c->event_seq;
    o->body = c->event_seq != 0 ? STR_NONE : buf_view(&c->body);
}

/* A refusal becomes the answer; the transaction itself is fine. */
static void refuse(struct command *c, result r)
{
    c->step = STEP_ANSWER;
    c->outcome = r;
    c->http_status = err_http(r.code);
    c->event_seq = 0;
    buf_clear(&c->body);
    error_json(&c->body, r);
}

static result write_begin(struct tx *tx, struct command *c)
{
    struct operation *o = &c->operation;
    if (c->step != STEP_RAIL && !c->has_key)
        return OK;
    if (o->id.key == 0)
        o->id = id_new(tx_real_now(tx));
    o->sent_us = tx_real_now(tx);
    o->is_key_bound = c->has_key;
    if (c->step == STEP_RAIL) {
        o->state = OPERATION_SENT;
        o->due_us = o->sent_us + LOST_AFTER_US;
    } else {
        o->rail_op = RAIL_OP_NONE;
        set_answer(c, OPERATION_DONE);
    }
    TRY(operation_insert(tx, c->tenant, o));
    return c->has_key ? take_key(tx, c) : OK;
}

/* Everything begin sets is set anew: a batch may be run again. */
static void reset(struct command *c)
{
    c->step = STEP_NONE;
    c->wait_payment = 0;
    c->operation = (struct operation){0};
    c->outcome = OK;
    c->http_status = 200;
    c->event_seq = 0;
    buf_clear(&c->body);
}

static result run_begin(struct tx *tx, struct work *work)
{
    struct command *c = (struct command *)work;
    reset(c);
    if (c->has_key) {
        const result r = look_up_key(tx, c);
        if (r.code != E_OK)
            return r;
        if (c->step == STEP_ANSWER)
            return OK;
    }
    const result r = c->begin(tx, c);
    if (r.code != E_OK && (err_is_of_store(r.code) || !c->has_key || !idem_keeps(r.code)))
        return r;
    if (r.code != E_OK)
        refuse(c, r);
    assert(r.code != E_OK || c->step != STEP_NONE);
    if (c->step == STEP_WAIT)
        return OK;
    c->has_outbox = tx_has_outbox(tx);
    return write_begin(tx, c);
}

static void answer(struct command *c)
{
    if (c->has_outbox && c->app->outbox_filled != NULL)
        c->app->outbox_filled(c->app->outbox_context);
    c->answered(c);
}

static void call_rail(struct command *c);

struct rail_call_job {
    struct rail_job job;
    struct command *command;
};

static void run_rail_job(struct rail_job *job)
{
    call_rail(((struct rail_call_job *)job)->command);
}

static void begin_done(struct work *work, result outcome)
{
    struct command *c = (struct command *)work;
    if (outcome.code != E_OK)
        refuse(c, outcome);
    if (c->step == STEP_ANSWER) {
        struct app *app = c->app;
        const int64_t woken_for = c->woken_for;
        answer(c);
        if (woken_for != 0)
            command_wake(app, woken_for);
        return;
    }
    if (c->step == STEP_WAIT) {
        c->next_waiting = c->app->waiting;
        c->app->waiting = c;
        return;
    }
    struct rail *rail = c->app->rails[c->rail];
    c->call.reference = c->operation.id;
    struct rail_call_job *job = rail->functions->is_instant(rail, &c->call)
                                    ? NULL
                                    : ARENA_NEW(c->arena, struct rail_call_job);
    if (job == NULL) { /* instant, or no memory to queue it: here and now */
        call_rail(c);
        return;
    }
    *job = (struct rail_call_job){.job = {.run = run_rail_job}, .command = c};
    rail_pool_put(c->app->pool, &job->job);
}

/* ---- the rail, then the second transaction --------------------------------------------------- */

static void call_rail(struct command *c)
{
    struct rail *rail = c->app->rails[c->rail];
    rail->functions->call(rail, &c->call, &c->answer);
    if (c->answer.outcome == RAIL_UNKNOWN) { /* one question at once; the inquiry job asks on */
        log_event(LOG_RAIL_UNKNOWN, LI("operation", c->operation.id.key),
                  LT("rail", rail_slug(c->rail)));
        rail->functions->inquire(rail, c->call.reference, &c->answer);
    }
    c->work.run = run_finish;
    c->work.done = finish_done;
    c->work.is_internal = true;
    store_transact(c->app->store, &c->work);
}

/* Still unknown: the client hears 504, the inquiry job goes on, the key stays taken until that has
 * ended. */
static result postpone(struct tx *tx, struct command *c)
{
    refuse(c, FAIL(E_GATEWAY_TIMEOUT, NULL, NULL));
    return db_exec(tx_db(tx), SQL_OPERATION_POSTPONE, VI(c->tenant), VI(c->operation.id.key),
                   VI(OPERATION_UNKNOWN), VI(tx_real_now(tx)), VI(c->operation.tries));
}

static result run_finish(struct tx *tx, struct work *work)
{
    struct command *c = (struct command *)work;
    c->outcome = OK;
    c->http_status = 200;
    c->event_seq = 0;
    buf_clear(&c->body);
    if (c->answer.outcome == RAIL_UNKNOWN)
        return postpone(tx, c);
    const result r = c->finish(tx, c);
    if (r.code != E_OK && err_is_of_store(r.code))
        return r;
    if (r.code != E_OK)
        refuse(c, r);
    c->has_outbox = tx_has_outbox(tx);
    set_answer(c, c->answer.outcome == RAIL_NOT_FOUND ? OPERATION_GIVEN_UP : OPERATION_DONE);
    if (!c->operation.is_key_bound && c->outcome.code == E_OK)
        c->operation.body = STR_NONE; /* nobody will ask for it again */
    return operation_finish(tx, c->tenant, &c->operation);
}

static void finish_done(struct work *work, result outcome)
{
    struct command *c = (struct command *)work;
    if (outcome.code != E_OK) { /* the operation stays open: the inquiry job completes it */
        log_event(LOG_STORE_FAILED, LT("code", err_name(outcome.code)),
                  LT("message", outcome.message));
        refuse(c, outcome);
    }
    struct app *app = c->app;
    const int64_t payment = c->operation.payment;
    answer(c);
    command_wake(app, payment);
}

/* ---- waiting for another operation --------------------------------------------------------- */

static void drop_late(struct app *app)
{
    struct command *list = app->waiting;
    app->waiting = NULL;
    const int64_t late_us = clock_ticks_us() - WAIT_MS_MAX * INT64_C(1000);
    struct command **end = &app->waiting;
    for (struct command *c = list, *next; c != NULL; c = next) {
        next = c->next_waiting;
        c->next_waiting = NULL;
        if (c->started_ticks_us < late_us) {
            refuse(c, FAIL(E_LOCKED, NULL, NULL));
            answer(c);
        } else {
            *end = c;
            end = &c->next_waiting;
        }
    }
}

/* The newest stands first. */
static struct command *take_oldest(struct app *app, int64_t payment)
{
    struct command **found = NULL;
    for (struct command **at = &app->waiting; *at != NULL; at = &(*at)->next_waiting)
        if ((*at)->wait_payment == payment)
            found = at;
    struct command *c = found == NULL ? NULL : *found;
    if (c != NULL)
        *found = c->next_waiting;
    return c;
}

void command_wake(struct app *app, int64_t payment)
{
    drop_late(app);
    struct command *c = payment == 0 ? NULL : take_oldest(app, payment);
    if (c == NULL)
        return;
    c->woken_for = payment;
    c->work.is_internal = true; /* it has been let in once */
    store_transact(app->store, &c->work);
}
