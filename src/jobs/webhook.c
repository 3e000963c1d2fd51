/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/webhook.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "app/bank_account.h"
#include "app/event_view.h"
#include "base/heap.h"
#include "base/log.h"
#include "base/metric.h"
#include "jobs/backoff.h"
#include "jobs/receiver.h"
#include "store/tx.h"

static void delivery_answered(struct jobs *jobs, struct mail *mail);
static void delivery_saved(struct jobs *jobs, struct mail *mail);

/* ---- claims -------------------------------------------------------------------------------- */

static struct delivery *claim(struct jobs *jobs, struct receiver *receiver, int64_t event_seq)
{
    struct delivery *delivery = HEAP_NEW(struct delivery);
    if (delivery == NULL)
        return NULL;
    delivery->keyed.tenant = receiver->keyed.tenant;
    delivery->keyed.first = event_seq;
    delivery->keyed.second = receiver->keyed.first;
    delivery->jobs = jobs;
    delivery->receiver = receiver;
    message_init(&delivery->message);
    keyed_add(&jobs->claims, &delivery->keyed);
    receiver->claimed++;
    return delivery;
}

/* Ends a claim: the next scan sees what the store says. */
static void forget(struct jobs *jobs, struct delivery *delivery)
{
    keyed_remove(&jobs->claims, &delivery->keyed);
    delivery->receiver->claimed--;
    store_job_end(jobs->app->store, delivery->keyed.tenant);
    message_done(&delivery->message);
    heap_free(delivery);
}

static void drop_queue(struct jobs *jobs, struct receiver *receiver)
{
    for (struct delivery *delivery; (delivery = receiver_take(receiver)) != NULL;) {
        receiver->has_more = true;
        forget(jobs, delivery);
    }
}

/* ---- saving -------------------------------------------------------------------------------- */

#define WORK_DELIVERY(work_)                                                                       \
    ((struct delivery *)(void *)((char *)(work_)-offsetof(struct delivery, work)))

static result save_run(struct tx *tx, struct work *work)
{
    const struct delivery *d = WORK_DELIVERY(work);
    int64_t now_us, due_us = 0;
    TRY(tx_now(tx, d->keyed.tenant, &now_us));
    enum delivery_state state = d->state;
    if (state == DELIVERY_WAITING && now_us >= d->expires_us)
        state = DELIVERY_GIVEN_UP;
    if (state == DELIVERY_WAITING) {
        due_us = now_us + backoff_us(d->tries - d->tries_resent, randombytes_random());
        if (due_us > d->expires_us)
            due_us = d->expires_us; /* a last attempt */
    }
    if (d->is_attempt)
        TRY(db_exec(tx_db(tx), SQL_WEBHOOK_ATTEMPT_INSERT, VI(d->keyed.tenant), VI(d->keyed.first),
                    VI(d->keyed.second), VI(d->tries), VI(now_us), VI(d->status), VI(d->took_ms),
                    VT(str_of(d->error))));
    return db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_SAVE, VI(d->keyed.tenant), VI(d->keyed.first),
                   VI(d->keyed.second), VI(state), VI(d->tries), VI(due_us), VI(now_us),
                   VI(d->status), VT(str_of(d->error)), VI(d->resends));
}

static void save_done(struct work *work, result outcome)
{
    struct delivery *delivery = WORK_DELIVERY(work);
    delivery->saved = outcome;
    delivery->mail.open = delivery_saved;
    const bool is_posted = jobs_post(delivery->jobs, &delivery->mail);
    assert(is_posted); /* the thread does not end while something is being saved */
}

static void save(struct jobs *jobs, struct delivery *delivery)
{
    jobs->saving++;
    delivery->work = (struct work){.run = save_run,
                                   .done = save_done,
                                   .tenant = delivery->keyed.tenant,
                                   .is_internal = true,
                                   .outcome = OK};
    store_transact(jobs->app->store, &delivery->work);
}

/* What came of a delivery; error NULL: it arrived. */
static void settle(struct jobs *jobs, struct delivery *delivery, enum delivery_state state,
                   const char *error)
{
    delivery->state = state;
    delivery->error = error;
    message_done(&delivery->message);
    if (error == NULL)
        log_event(LOG_WEBHOOK_SENT, LI("event", delivery->keyed.first), LI("try", delivery->tries),
                  LI("status", delivery->status));
    else
        log_event(LOG_WEBHOOK_FAILED, LT("host", delivery->receiver->host),
                  LI("event", delivery->keyed.first), LI("try", delivery->tries),
                  LI("status", delivery->status), LT("error", error));
    save(jobs, delivery);
}

static void delivery_saved(struct jobs *jobs, struct mail *mail)
{
    struct delivery *delivery = MAIL_OWNER(struct delivery, mail);
    struct receiver *receiver = delivery->receiver;
    jobs->saving--;
    if (delivery->saved.code != E_OK) {
        log_job_failed(VALUE_JOB_SAVE, 0, delivery->saved);
        delivery->next = jobs->unsaved;
        jobs->unsaved = delivery;
        return;
    }
    forget(jobs, delivery);
    if (receiver->has_more && receiver->claimed <= RECEIVER_QUEUE_MAX / 2) {
        const int64_t rested_us = receiver->pause_until_ticks_us;
        jobs_hurry(jobs, JOB_WEBHOOK,
                   rested_us > jobs->scan_after_ticks_us ? rested_us : jobs->scan_after_ticks_us);
    }
}

result webhook_save_again(struct jobs *jobs)
{
    struct delivery *list = jobs->unsaved;
    jobs->unsaved = NULL;
    for (struct delivery *delivery = list, *next; delivery != NULL; delivery = next) {
        next = delivery->next;
        save(jobs, delivery);
    }
    return OK;
}

/* ---- sending ------------------------------------------------------------------------------- */

static void call_done(struct outgoing_call *call)
{
    struct delivery *delivery =
        (struct delivery *)(void *)((char *)call - offsetof(struct delivery, call));
    delivery->mail.open = delivery_answered;
    const bool is_posted = jobs_post(delivery->jobs, &delivery->mail);
    assert(is_posted); /* the thread does not end while something is in flight */
}

/* Counts an attempt for the metrics, as the receiver answered it. */
static void count_attempt(const struct delivery *d)
{
    unsigned end = VALUE_WEBHOOK_END_NO_ANSWER;
    if (d->call.end == OUTGOING_REFUSED)
        end = VALUE_WEBHOOK_END_REFUSED;
    else if (d->call.end == OUTGOING_ANSWERED)
        end = d->call.status / 100 == 2 ? VALUE_WEBHOOK_END_DELIVERED : VALUE_WEBHOOK_END_STATUS;
    metric_add(METRIC_WEBHOOK_ATTEMPTS, LABELS(end), 1);
    metric_observe_since(METRIC_WEBHOOK_SECONDS, LABELS(end), d->begun_ticks_us);
}

static void delivery_answered(struct jobs *jobs, struct mail *mail)
{
    struct delivery *d = MAIL_OWNER(struct delivery, mail);
    jobs->in_flight--;
    jobs->in_flight_ill -= d->was_ill;
    d->receiver->in_flight--;
    if (d->call.end == OUTGOING_ABORTED) {
        forget(jobs, d);
        return;
    }
    count_attempt(d);
    d->status = d->call.status;
    d->took_ms = (clock_ticks_us() - d->begun_ticks_us) / US_PER_MS;
    if (d->call.end == OUTGOING_REFUSED) {
        settle(jobs, d, DELIVERY_GIVEN_UP, d->call.error);
        return;
    }
    const bool has_arrived =
        d->call.end == OUTGOING_ANSWERED && d->status >= 200 && d->status <= 299;
    receiver_note(d->receiver, has_arrived);
    receiver_note_secret(d->receiver, d->is_by_new, d->status);
    if (receiver_is_ill(d->receiver))
        drop_queue(jobs, d->receiver);
    if (has_arrived)
        settle(jobs, d, DELIVERY_SENT, NULL);
    else
        settle(jobs, d, DELIVERY_WAITING,
               d->call.end == OUTGOING_ANSWERED ? "the status is not 2xx" : d->call.error);
}

static void wipe(str secret)
{
    char *at;
    if (secret.at == NULL)
        return;
    memcpy(&at, &secret.at, sizeof at); /* ours: the arena's */
    explicit_bzero(at, secret.bytes);
}

static result open_secret(struct jobs *jobs, const struct receiver *receiver, str sealed, str *ret)
{
    return vault_open_text(jobs->app->vault, VAULT_WEBHOOK_SECRET, receiver->id, sealed,
                           jobs->arena, ret);
}

/* Signs the body that has been written. While two secrets are valid, a receiver starts out with the
 * old one: it cannot know the other before its owner does. */
static result sign(struct jobs *jobs, struct db *db, struct delivery *d, const char *type)
{
    const struct receiver *receiver = d->receiver;
    struct message_seal seal = {
        .delivery = d->id, .type = type, .now_us = clock_now_us(jobs->app->clock)};
    int64_t now_us = 0;
    if (receiver->sealed_old.at != NULL)
        TRY(jobs_tenant_now(jobs, db, d->keyed.tenant, &now_us));
    const bool has_old = receiver->sealed_old.at != NULL && now_us < receiver->old_until_us;
    d->is_by_new = !has_old || receiver->knows_new;
    seal.is_by_old = !d->is_by_new;
    TRY(open_secret(jobs, receiver, receiver->sealed_secret, &seal.secret));
    result r = has_old ? open_secret(jobs, receiver, receiver->sealed_old, &seal.old_secret) : OK;
    if (r.code == E_OK)
        r = message_seal(&d->message, &seal);
    wipe(seal.secret);
    wipe(seal.old_secret);
    return r;
}

/* Writes and signs the body.   ret_found   false: there is no such event */
static result make_message(struct jobs *jobs, struct db *db, struct delivery *d, bool *ret_found)
{
    struct event_row event;
    arena_clear(jobs->arena);
    TRY(event_read(db, d->keyed.tenant, d->keyed.first, jobs->arena, &event));
    *ret_found = event.seq != 0;
    if (event.seq == 0)
        return OK;
    if (arena_is_broken(jobs->arena))
        return E_NO_MEMORY;
    struct json j;
    json_init(&j, &d->message.body);
    event_json(&j, &event);
    TRY(bank_accounts_open(jobs->app->vault, jobs->arena, &d->message.body));
    return sign(jobs, db, d, event_type_of(&event));
}

static void send_next(struct jobs *jobs, struct db *db, struct receiver *receiver)
{
    struct delivery *d = receiver_take(receiver);
    bool found = true;
    const result r = make_message(jobs, db, d, &found);
    d->tries++;
    d->is_attempt = true;
    if (r.code != E_OK || !found) {
        if (r.code != E_OK)
            log_job_failed(VALUE_JOB_WEBHOOK, 0, r);
        settle(jobs, d, found ? DELIVERY_WAITING : DELIVERY_GIVEN_UP,
               "the message could not be made");
        return;
    }
    d->was_ill = receiver_is_ill(receiver);
    jobs->in_flight++;
    jobs->in_flight_ill += d->was_ill;
    receiver->in_flight++;
    d->call = (struct outgoing_call){
        .url = receiver->url, .body = buf_view(&d->message.body), .done = call_done};
    static_assert((int)MESSAGE_HEADERS <= (int)OUTGOING_HEADERS_MAX, "all headers fit");
    memcpy(d->call.headers, d->message.header, sizeof d->message.header);
    d->begun_ticks_us = clock_ticks_us();
    outgoing_send(jobs->outgoing, &d->call);
}

static bool may_send(const struct jobs *jobs, const struct receiver *receiver)
{
    if (receiver->first == NULL || jobs->in_flight >= IN_FLIGHT_MAX)
        return false;
    if (receiver_is_ill(receiver))
        return receiver->in_flight == 0 && jobs->in_flight_ill < IN_FLIGHT_ILL_MAX;
    return receiver->in_flight < RECEIVER_IN_FLIGHT_MAX;
}

/* One from each in turn, until nobody may send. Where the limit for all cuts the turn short, the
 * next begins with another receiver. */
void webhook_pump(struct jobs *jobs)
{
    struct db *db = NULL;
    bool is_moving = true;
    while (is_moving) {
        is_moving = false;
        for (struct receiver *r = jobs->first_receiver; r != NULL; r = r->next) {
            if (!may_send(jobs, r))
                continue;
            if (db == NULL)
                db = store_read_begin(jobs->app->store);
            send_next(jobs, db, r);
            is_moving = true;
        }
    }
    if (db != NULL)
        store_read_end(jobs->app->store, db);
    if (jobs->in_flight >= IN_FLIGHT_MAX)
        receivers_rotate(jobs);
}

/* ---- scanning ------------------------------------------------------------------------------ */

/* Takes one row: queues it, or ends it where an ill receiver has outlasted it. */
static result take_row(struct jobs *jobs, struct receiver *receiver, const struct rows *rows,
                       int64_t now_us)
{
    const int64_t tenant = receiver->keyed.tenant;
    if (!store_job_begin(jobs->app->store, tenant))
        return OK; /* another server's */
    struct delivery *d = claim(jobs, receiver, row_i64(rows, 0));
    if (d == NULL) {
        store_job_end(jobs->app->store, tenant);
        return E_NO_MEMORY;
    }
    d->id = (id){.key = row_i64(rows, 1), .salt = row_i64(rows, 2)};
    d->tries = row_i64(rows, 3);
    d->expires_us = row_i64(rows, 4);
    d->resends = row_i64(rows, 5);
    d->tries_resent = row_i64(rows, 6);
    if (receiver_is_ill(receiver) && d->tries > d->tries_resent && now_us >= d->expires_us)
        settle(jobs, d, DELIVERY_GIVEN_UP, "the receiver was down until the delivery expired");
    else
        receiver_queue(receiver, d);
    return OK;
}

static result claim_due(struct jobs *jobs, struct db *db, struct receiver *receiver, int64_t now_us,
                        size_t *ret_due)
{
    size_t seen = 0;
    if (receiver_room(receiver) == 0) {
        *ret_due += receiver->claimed > 0 ? receiver->claimed : 1; /* one that is ill rests */
        return OK;
    }
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_DUE, &rows, VI(receiver->keyed.tenant),
                 VI(receiver->keyed.first), VI(now_us), VI(RECEIVER_QUEUE_MAX)));
    while (receiver_room(receiver) > 0 && rows_next(&rows)) {
        seen++;
        if (keyed_find(&jobs->claims, receiver->keyed.tenant, row_i64(&rows, 0),
                       receiver->keyed.first) != NULL)
            continue;
        const result r = take_row(jobs, receiver, &rows, now_us);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
    }
    receiver->has_more = seen == RECEIVER_QUEUE_MAX || receiver_room(receiver) == 0;
    *ret_due += seen;
    return rows_done(&rows);
}

result webhook_scan_tenant(struct jobs *jobs, struct db *db, int64_t tenant, int64_t due_us_max,
                           size_t *ret_due)
{
    int64_t now_us;
    struct receiver_list *list = NULL;
    size_t due = 0;
    arena_clear(jobs->arena);
    TRY(receivers_meet(jobs, db, tenant, &list));
    if (list == NULL) {
        *ret_due = 0;
        return OK;
    }
    TRY(jobs_tenant_now(jobs, db, tenant, &now_us));
    if (now_us > due_us_max)
        now_us = due_us_max;
    for (; list != NULL; list = list->next) {
        if (list->receiver->is_removed || list->receiver->is_stale)
            drop_queue(jobs, list->receiver);
        if (!list->receiver->is_removed)
            TRY(claim_due(jobs, db, list->receiver, now_us, &due));
    }
    *ret_due = due;
    return OK;
}

static result scan_one(struct jobs *jobs, struct db *db, int64_t tenant)
{
    size_t due;
    return webhook_scan_tenant(jobs, db, tenant, INT64_MAX, &due);
}

result webhook_scan(struct jobs *jobs)
{
    receivers_sweep(jobs);
    return jobs_each_tenant(jobs, scan_one);
}

/* ---- the end ------------------------------------------------------------------------------- */

void webhook_drop_queues(struct jobs *jobs)
{
    for (struct receiver *r = jobs->first_receiver; r != NULL; r = r->next)
        drop_queue(jobs, r);
}

void webhook_free_all(struct jobs *jobs)
{
    assert(jobs->in_flight == 0 && jobs->saving == 0);
    for (struct delivery *delivery; (delivery = jobs->unsaved) != NULL;) {
        jobs->unsaved = delivery->next;
        forget(jobs, delivery);
    }
    for (struct receiver *r = jobs->first_receiver; r != NULL; r = r->next)
        r->is_removed = true;
    receivers_sweep(jobs);
}
