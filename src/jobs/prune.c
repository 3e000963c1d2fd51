/* SPDX-License-Identifier: Apache-2.0 */
/* prune.c: drops what is only kept for a while: idempotency keys after 24 hours, the sealed cards
 * of tokens that have expired, the attempts of deliveries after 30 days, e-mail after 90, the
 * counts and entries of screening that nobody looks at any more.
 *
 * A pass goes through all tenants in steps of a bounded size, one work each, with a pause between
 * them, so that payments never wait for more than one step. */
#include <string.h>

#include "app/token.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/id.h"
#include "base/log.h"
#include "core/idem.h"
#include "core/screen.h"
#include "jobs/state.h"
#include "store/tx.h"

enum { STEP_KEYS = 500, STEP_PAUSE_MS = 20 };
enum { NOBODY_MS = 1000 }; /* until the next pass, when no tenant was ours */

struct prune {
    struct work work; /* first */
    struct mail mail;
    struct jobs *jobs;
    result outcome;
    bool is_in_pass, is_under_way;
    int64_t tenant;                 /* the one whose turn it is; 0: before the first */
    bool is_tenant_done;            /* its last step has been made */
    uint8_t after[IDEM_HASH_BYTES]; /* keys up to this one are done */
    size_t after_bytes;             /* 0: none yet */
    int64_t operation_floor;
    int64_t token_before_us; /* tokens made before have expired */
    bool has_visited;        /* a tenant in this pass */
    /* the step's */
    uint8_t reached[IDEM_HASH_BYTES];
    bool is_last;
};

#define ATTEMPT_DAYS INT64_C(30)
#define EMAIL_DAYS   INT64_C(90) /* longer than any slip, so than any reminder of one waits */

/* Drops some of the old attempts of deliveries.
 *   ret_is_last   there are no more */
static result sweep_attempts(struct tx *tx, int64_t tenant, int64_t now_us, bool *ret_is_last)
{
    const int64_t before_us = now_us - ATTEMPT_DAYS * US_PER_DAY;
    int64_t bound_us = 0;
    TRY(db_number(tx_db(tx), SQL_WEBHOOK_ATTEMPT_BOUND, &bound_us, VI(tenant), VI(before_us),
                  VI(STEP_KEYS - 1)));
    *ret_is_last = bound_us == 0;
    return db_exec(tx_db(tx), SQL_WEBHOOK_ATTEMPT_SWEEP, VI(tenant),
                   VI(bound_us == 0 ? before_us - 1 : bound_us));
}

/* Drops some of the old e-mail, whatever became of it. It was written in the order of its ids.
 *   ret_is_last   there is no more */
static result sweep_emails(struct tx *tx, int64_t tenant, int64_t now_us, bool *ret_is_last)
{
    int64_t count;
    TRY(db_exec_count(tx_db(tx), SQL_EMAIL_PRUNE, &count, VI(tenant),
                      VI(now_us - EMAIL_DAYS * US_PER_DAY), VI(STEP_KEYS)));
    *ret_is_last = count < STEP_KEYS;
    return OK;
}

/* Drops some of what screening does not look at any more.
 *   ret_is_last   there is no more */
static result sweep_screening(struct tx *tx, int64_t tenant, int64_t now_us, bool *ret_is_last)
{
    int64_t counts, entries;
    TRY(db_exec_count(tx_db(tx), SQL_SCREEN_COUNT_PRUNE, &counts, VI(tenant),
                      VI(screen_oldest_bucket(now_us)), VI(STEP_KEYS)));
    TRY(db_exec_count(tx_db(tx), SQL_SCREEN_ENTRY_EXPIRE, &entries, VI(tenant), VI(now_us),
                      VI(STEP_KEYS)));
    *ret_is_last = counts < STEP_KEYS && entries < STEP_KEYS;
    return OK;
}

static result find_bound(struct tx *tx, struct prune *p)
{
    struct rows rows;
    TRY(db_query(tx_db(tx), SQL_IDEMPOTENCY_BOUND, &rows, VI(p->tenant),
                 VB(p->after, p->after_bytes), VI(STEP_KEYS - 1)));
    p->is_last = !rows_next(&rows);
    if (p->is_last)
        memset(p->reached, 0xff, sizeof p->reached);
    else if (row_str(&rows, 0).bytes == sizeof p->reached)
        memcpy(p->reached, row_str(&rows, 0).at, sizeof p->reached);
    else
        rows.error = FAIL(E_STORE, NULL, "the hash of a key has a wrong length");
    return rows_done(&rows);
}

static result prune_run(struct tx *tx, struct work *work)
{
    struct prune *p = (struct prune *)work;
    int64_t now_us;
    TRY(tx_now(tx, p->tenant, &now_us)); /* a tenant's time that is ahead goes on (tx.h) */
    if (p->after_bytes == 0)
        TRY(db_exec(tx_db(tx), SQL_TOKEN_PRUNE, VI(p->tenant), VI(id_floor(p->token_before_us))));
    bool is_last_attempt, is_last_email, is_last_count;
    TRY(sweep_attempts(tx, p->tenant, now_us, &is_last_attempt));
    TRY(sweep_emails(tx, p->tenant, now_us, &is_last_email));
    TRY(sweep_screening(tx, p->tenant, now_us, &is_last_count));
    TRY(find_bound(tx, p));
    p->is_last = p->is_last && is_last_attempt && is_last_email && is_last_count;
    return db_exec(tx_db(tx), SQL_IDEMPOTENCY_SWEEP, VI(p->tenant), VB(p->after, p->after_bytes),
                   VB(p->reached, sizeof p->reached), VI(p->operation_floor));
}

static void prune_opened(struct jobs *jobs, struct mail *mail)
{
    struct prune *p = MAIL_OWNER(struct prune, mail);
    p->is_under_way = false;
    if (p->outcome.code != E_OK)
        log_job_failed(VALUE_JOB_PRUNE, 0, p->outcome);
    p->is_tenant_done = p->is_last || p->outcome.code != E_OK; /* its turn comes again */
    memcpy(p->after, p->reached, sizeof p->after);
    p->after_bytes = sizeof p->after;
    jobs_hurry(jobs, JOB_PRUNE, clock_ticks_us() + STEP_PAUSE_MS * US_PER_MS);
}

static void prune_done(struct work *work, result outcome)
{
    struct prune *p = (struct prune *)work;
    struct jobs *jobs = p->jobs;
    p->outcome = outcome;
    const bool is_posted = jobs_post(jobs, &p->mail);
    (void)is_posted; /* else the thread has ended, and p goes with jobs */
    jobs_release(jobs);
}

static void begin_pass(struct prune *p, int64_t now_us)
{
    p->is_in_pass = true;
    p->tenant = 0;
    p->is_tenant_done = true;
    p->operation_floor = id_floor(now_us - KEY_LIFETIME_US);
    p->has_visited = false;
    p->token_before_us = now_us - TOKEN_LIFETIME_US;
}

/* ret   the tenant after this one; 0: there is none */
static result next_tenant(struct jobs *jobs, int64_t after, int64_t *ret)
{
    struct db *db = store_read_begin(jobs->app->store);
    const result r = db_number(db, SQL_TENANT_LIST, ret, VI(after), VI(1));
    store_read_end(jobs->app->store, db);
    return r;
}

result prune_step(struct jobs *jobs)
{
    struct prune *p = jobs->prune;
    if (p->is_under_way)
        return OK;
    if (!p->is_in_pass)
        begin_pass(p, clock_now_us(jobs->app->clock));
    if (p->is_tenant_done) {
        do
            TRY(next_tenant(jobs, p->tenant, &p->tenant));
        while (p->tenant != 0 && !store_job_owns(jobs->app->store, p->tenant));
        p->is_tenant_done = false;
        p->after_bytes = 0;
        p->is_in_pass = p->tenant != 0;
        if (!p->is_in_pass && !p->has_visited)
            jobs_hurry(jobs, JOB_PRUNE, clock_ticks_us() + NOBODY_MS * US_PER_MS);
        if (!p->is_in_pass)
            return OK;
    }
    p->has_visited = true;
    p->is_under_way = true;
    p->work = (struct work){
        .run = prune_run, .done = prune_done, .tenant = p->tenant, .is_internal = true};
    jobs_hold(jobs);
    store_transact(jobs->app->store, &p->work);
    return OK;
}

result prune_begin(struct jobs *jobs)
{
    struct prune *p = HEAP_NEW(struct prune);
    if (p == NULL)
        return E_NO_MEMORY;
    p->jobs = jobs;
    p->mail.open = prune_opened;
    jobs->prune = p;
    return OK;
}

void prune_free(struct prune *prune)
{
    heap_free(prune);
}
