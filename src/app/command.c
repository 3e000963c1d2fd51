/* SPDX-License-Identifier: Apache-2.0 */
#include "app/command.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "app/dry_run.h"
#include "app/rail_outcome.h"
#include "app/rail_pool.h"
#include "base/json.h"
#include "base/log.h"

/* No inquiry takes an operation away from its call before that. */
#define ALONE_US (INT64_C(2) * US_PER_S)

/* Of a key whose request an older version kept in another way: it is not compared. */
enum { FINGERPRINT_NONE = 0 };

static result run_begin(struct tx *tx, struct work *work);
static result run_finish(struct tx *tx, struct work *work);
static void begin_done(struct work *work, result outcome);
static void finish_done(struct work *work, result outcome);
static void wait_for_turn(struct command *c);
static void start_prepare(struct command *c);

/* The batch asks for all keys at once. */
static void expect_key(struct tx *tx, struct work *work)
{
    const struct command *c = (const struct command *)work;
    if (c->has_key)
        db_expect(tx_db(tx), SQL_IDEMPOTENCY_GET, c->tenant, VB(c->key_hash, IDEM_HASH_BYTES));
}

/* The outcome's transaction looks at the operation again where others may have settled it. */
static void expect_operation(struct tx *tx, struct work *work)
{
    const struct command *c = (const struct command *)work;
    if (store_is_shared(c->app->store))
        db_expect(tx_db(tx), SQL_OPERATION_GET, c->tenant, VI(c->operation.id.key));
}

void command_init(struct command *c, struct app *app, struct arena *arena, int64_t tenant)
{
    c->app = app;
    c->arena = arena;
    c->tenant = tenant;
    c->work.tenant = tenant;
    c->http_status = 200;
    c->finish = rail_outcome_finish;
    buf_init(&c->body, REPLY_BYTES_MAX);
    c->started_ticks_us = clock_ticks_us();
}

void command_set_fingerprint(struct command *c, const uint8_t request[IDEM_HASH_BYTES])
{
    uint8_t keyed[VAULT_FINGERPRINT_BYTES];
    const str hash = {(const char *)request, IDEM_HASH_BYTES};
    vault_fingerprint(c->app->vault, "request", c->tenant, hash, keyed);
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof value; i++)
        value = value << 8 | keyed[i];
    c->fingerprint = value == FINGERPRINT_NONE ? 1 : (int64_t)value;
}

void command_done(struct command *c)
{
    if (c->wipe != NULL)
        c->wipe(c);
    buf_done(&c->body);
}

void command_run(struct command *c)
{
    if (c->is_dry) {
        dry_run(c);
        return;
    }
    c->work.run = run_begin;
    c->work.done = begin_done;
    c->work.expect = expect_key;
    if (c->prepare != NULL)
        start_prepare(c);
    else
        store_transact(c->app->store, &c->work);
}

/* ---- before the first transaction ----------------------------------------------------------- */

struct command_job {
    struct rail_job job;
    struct command *command;
};

static void prepare(struct command *c)
{
    const result r = c->prepare(c);
    if (r.code == E_OK) {
        store_transact(c->app->store, &c->work);
        return;
    }
    command_refuse(c, r);
    c->answered(c);
}

static void run_prepare(struct rail_job *job)
{
    prepare(((struct command_job *)job)->command);
}

static void start_prepare(struct command *c)
{
    struct command_job *job = ARENA_NEW(c->arena, struct command_job);
    if (job == NULL) { /* no memory to queue it: here and now */
        prepare(c);
        return;
    }
    *job = (struct command_job){.job = {.run = run_prepare}, .command = c};
    rail_pool_put(c->app->pool, &job->job);
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
    if (fingerprint != FINGERPRINT_NONE && fingerprint != c->fingerprint)
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
    const str body = buf_view(&c->body);
    o->body = c->event_seq != 0 ? STR_NONE : body.bytes == 0 ? S("") : body;
}

void command_refuse(struct command *c, result r)
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
        o->due_us = o->sent_us + OPERATION_LOST_US;
    } else {
        o->rail_op = RAIL_OP_NONE;
        set_answer(c, OPERATION_DONE);
    }
    TRY(operation_insert(tx, c->tenant, o));
    return c->has_key ? take_key(tx, c) : OK;
}

void command_clear_answer(struct command *c)
{
    c->outcome = OK;
    c->http_status = 200;
    c->event_seq = 0;
    buf_clear(&c->body);
    arena_mend(c->arena);
}

void command_reset(struct command *c)
{
    c->step = STEP_NONE;
    c->wait_payment = 0;
    c->operation = (struct operation){0};
    command_clear_answer(c);
}

result command_whole(const struct command *c)
{
    return c->body.is_broken || arena_is_broken(c->arena) ? E_NO_MEMORY : OK;
}

static result run_begin(struct tx *tx, struct work *work)
{
    struct command *c = (struct command *)work;
    command_reset(c);
    if (c->has_key) {
        const result r = look_up_key(tx, c);
        if (r.code != E_OK)
            return r;
        if (c->step == STEP_ANSWER)
            return command_whole(c);
    }
    const int64_t posts = tx_post_count(tx);
    result r = c->begin(tx, c);
    assert(!c->moves_nothing || (c->step != STEP_RAIL && tx_post_count(tx) == posts));
    if (command_whole(c).code != E_OK)
        r = command_whole(c);
    if (r.code != E_OK && (err_is_of_store(r.code) || !c->has_key || !idem_keeps(r.code)))
        return r;
    if (r.code != E_OK)
        command_refuse(c, r);
    assert(r.code != E_OK || c->step != STEP_NONE);
    if (c->step == STEP_WAIT)
        return OK;
    TRY(command_whole(c));
    c->has_outbox = tx_has_outbox(tx);
    return write_begin(tx, c);
}

static void answer(struct command *c)
{
    if (c->has_outbox)
        app_outbox_filled(c->app);
    app_event_written(c->app);
    c->answered(c);
}

static void call_rail(struct command *c);

static void run_rail_job(struct rail_job *job)
{
    call_rail(((struct command_job *)job)->command);
}

static void start_rail(struct command *c)
{
    struct rail *rail = c->app->rails[c->rail];
    c->call.reference = c->operation.id;
    struct command_job *job = rail->functions->is_instant(rail, &c->call)
                                  ? NULL
                                  : ARENA_NEW(c->arena, struct command_job);
    if (job == NULL) { /* instant, or no memory to queue it: here and now */
        call_rail(c);
        return;
    }
    *job = (struct command_job){.job = {.run = run_rail_job}, .command = c};
    rail_pool_put(c->app->pool, &job->job);
}

static void begin_done(struct work *work, result outcome)
{
    struct command *c = (struct command *)work;
    if (outcome.code != E_OK)
        command_refuse(c, outcome);
    struct app *app = c->app;
    const int64_t woken_for = c->woken_for;
    if (c->step == STEP_ANSWER) {
        answer(c);
        if (woken_for != 0)
            command_wake(app, woken_for);
        return;
    }
    /* Whoever waited with it waits for the payment that it is, or waits for, now (a session's). */
    const int64_t payment = c->step == STEP_WAIT ? c->wait_payment : c->operation.payment;
    const bool leads_on = woken_for != 0 && woken_for != payment;
    if (c->step == STEP_WAIT)
        wait_for_turn(c);
    else
        start_rail(c);
    if (leads_on)
        command_wake(app, woken_for);
}

/* ---- the rail, then the second transaction --------------------------------------------------- */

/* A rail whose requests may arrive late does not know yet what it will never hear of. */
static void inquire_once(struct command *c, struct rail *rail)
{
    rail_inquire(rail, &c->call, &c->answer);
    if (c->answer.outcome == RAIL_NOT_FOUND && rail->late_us > 0)
        c->answer = (struct rail_answer){.outcome = RAIL_UNKNOWN};
}

static void call_rail(struct command *c)
{
    struct rail *rail = c->app->rails[c->rail];
    const int64_t waited_us = clock_now_us(c->app->clock) - c->operation.sent_us;
    const bool is_late = waited_us > RAIL_CALL_MS_MAX * US_PER_MS;
    if (is_late || !store_is_ours(c->app->store)) /* others may resolve it: see operation.h */
        c->answer = (struct rail_answer){.outcome = RAIL_NOT_FOUND};
    else if (c->ask_first == NULL || c->ask_first(c))
        rail_send(rail, &c->call, &c->answer);
    if (c->answer.outcome == RAIL_UNKNOWN) { /* one question at once; the inquiry job asks on */
        log_event(LOG_RAIL_UNKNOWN, LI("operation", c->operation.id.key),
                  LT("rail", rail_slug(c->rail)), LI("heard", (int64_t)c->answer.heard));
        if (c->answer.heard != HEARD_OTHER)
            inquire_once(c, rail);
    }
    c->work.run = run_finish;
    c->work.done = finish_done;
    c->work.expect = expect_operation;
    c->work.is_internal = true;
    store_transact(c->app->store, &c->work);
}

/* Still unknown: the client hears 504, or 502 for an approval of something else; the inquiry job
 * goes on, the key stays taken until that has ended. */
static result postpone(struct tx *tx, struct command *c)
{
    struct operation *o = &c->operation;
    o->state = OPERATION_UNKNOWN;
    o->due_us = tx_real_now(tx);
    o->heard = c->answer.heard;
    const bool is_other = (o->heard & HEARD_OTHER) != 0;
    command_refuse(c, FAIL(is_other ? E_BAD_GATEWAY : E_GATEWAY_TIMEOUT, NULL, NULL));
    return operation_postpone(tx, c->tenant, o);
}

/* An inquiry has taken the operation away from its call: what that came to is the answer. */
static result yield(struct tx *tx, struct command *c, const struct operation *now)
{
    TRY(rail_outcome_late(tx, c, now));
    TRY(command_whole(c));
    if (now->state == OPERATION_DONE)
        return replay(tx, c, now);
    command_refuse(c, FAIL(E_GATEWAY_TIMEOUT, NULL, NULL));
    return OK;
}

result command_settle(struct tx *tx, struct command *c)
{
    const result r = c->finish(tx, c);
    TRY(command_whole(c));
    if (r.code != E_OK && err_is_of_store(r.code))
        return r;
    if (r.code != E_OK)
        command_refuse(c, r);
    TRY(command_whole(c));
    c->has_outbox = tx_has_outbox(tx);
    const bool is_undone = c->answer.outcome == RAIL_NOT_FOUND || rail_says_voided(&c->answer);
    set_answer(c, is_undone ? OPERATION_GIVEN_UP : OPERATION_DONE);
    return operation_finish(tx, c->tenant, &c->operation);
}

static result run_finish(struct tx *tx, struct work *work)
{
    struct command *c = (struct command *)work;
    command_clear_answer(c);
    if (tx_real_now(tx) - c->operation.sent_us > ALONE_US || store_is_shared(c->app->store)) {
        struct operation now;
        TRY(operation_get(tx_db(tx), c->tenant, c->operation.id.key, c->arena, &now));
        if (now.state != OPERATION_SENT || now.tries > 0)
            return yield(tx, c, &now);
    }
    return c->answer.outcome == RAIL_UNKNOWN ? postpone(tx, c) : command_settle(tx, c);
}

static void finish_done(struct work *work, result outcome)
{
    struct command *c = (struct command *)work;
    if (outcome.code != E_OK) { /* the operation stays open: the inquiry job completes it */
        log_event(LOG_STORE_FAILED, LT("code", err_name(outcome.code)),
                  LT("message", outcome.message));
        /* Not "nothing was changed, try again": the rail may have done it. */
        command_refuse(c, err_class_of(outcome.code) == ERR_BUSY ? FAIL(E_STORE_LOST, NULL, NULL)
                                                                 : outcome);
    }
    struct app *app = c->app;
    const int64_t payment = c->operation.payment;
    answer(c);
    command_wake(app, payment);
}

/* ---- waiting for another operation --------------------------------------------------------- */

/* Over every app's list of waiting commands. */
static pthread_mutex_t waiting_lock = PTHREAD_MUTEX_INITIALIZER;

static void wait_for_turn(struct command *c)
{
    pthread_mutex_lock(&waiting_lock);
    c->next_waiting = c->app->waiting;
    c->app->waiting = c;
    pthread_mutex_unlock(&waiting_lock);
}

/* Takes the commands out of the list that are late, or all of them. The newest stands first. */
static struct command *take_waiting(struct app *app, bool takes_all)
{
    const int64_t late_us = clock_ticks_us() - WAIT_MS_MAX * US_PER_MS;
    struct command *taken = NULL;
    pthread_mutex_lock(&waiting_lock);
    for (struct command **at = &app->waiting; *at != NULL;) {
        struct command *c = *at;
        if (!takes_all && c->started_ticks_us >= late_us) {
            at = &c->next_waiting;
            continue;
        }
        *at = c->next_waiting;
        c->next_waiting = taken;
        taken = c;
    }
    pthread_mutex_unlock(&waiting_lock);
    return taken;
}

static struct command *take_oldest(struct app *app, int64_t payment)
{
    struct command **found = NULL;
    pthread_mutex_lock(&waiting_lock);
    for (struct command **at = &app->waiting; *at != NULL; at = &(*at)->next_waiting)
        if ((*at)->wait_payment == payment)
            found = at;
    struct command *c = found == NULL ? NULL : *found;
    if (c != NULL)
        *found = c->next_waiting;
    pthread_mutex_unlock(&waiting_lock);
    return c;
}

static void go_on(struct command *c, int64_t woken_for)
{
    c->next_waiting = NULL;
    c->woken_for = woken_for;
    c->work.is_internal = true; /* it has been let in once */
    store_transact(c->app->store, &c->work);
}

/* Where servers share the store, the operation may end on another one: all look again. */
static void look_again(struct app *app)
{
    const int64_t late_us = clock_ticks_us() - WAIT_MS_MAX * US_PER_MS;
    const bool is_shared = store_is_shared(app->store);
    for (struct command *c = take_waiting(app, is_shared), *next; c != NULL; c = next) {
        next = c->next_waiting;
        if (c->started_ticks_us >= late_us) {
            go_on(c, 0);
            continue;
        }
        c->next_waiting = NULL;
        command_refuse(c, FAIL(E_LOCKED, NULL, NULL));
        answer(c);
    }
}

void command_wake(struct app *app, int64_t payment)
{
    if (payment == 0) {
        look_again(app);
        return;
    }
    struct command *c = take_oldest(app, payment);
    if (c != NULL)
        go_on(c, payment);
}
