/* SPDX-License-Identifier: Apache-2.0 */
/* task.c: things that app resolves by itself once it is told that they are due. A task is claimed
 * from its start until app says that it is done. */
#include "app/command.h"
#include "app/dispute.h"
#include "app/operation_resolve.h"
#include "app/payment_expire.h"
#include "app/secure_token.h"
#include "app/subscription.h"
#include "base/clock.h"
#include "base/heap.h"
#include "jobs/email.h"
#include "jobs/state.h"

enum { TASKS_MAX = 256 /* of all kinds, under way */, WAKE_SHARED_MS = 100 };
enum { EMAILS_MAX = 16 /* they wait for one another, and must not fill the places */ };

static const struct {
    enum sql due;
    bool is_tenant_time;
    void (*start)(struct app *app, int64_t tenant, int64_t key, void (*done)(void *context),
                  void *context);
} KINDS[TASK_KINDS] = {
    [TASK_EXPIRE] = {SQL_PAYMENT_DUE, true, payment_expire_start},
    [TASK_INQUIRE] = {SQL_OPERATION_DUE, false, operation_resolve_start},
    [TASK_RENEW] = {SQL_SUBSCRIPTION_DUE, true, subscription_renew_start},
    [TASK_AUTHENTICATION] = {SQL_SECURE_TOKEN_DUE, true, secure_token_expire_start},
    [TASK_DISPUTE] = {SQL_DISPUTE_DUE, true, dispute_expire_start},
    [TASK_EMAIL] = {SQL_EMAIL_DUE, true, email_send_start},
};

/* Claimed by tenant, key and the negated kind: an endpoint's key, which is in this place of a
 * delivery's claim, is positive. */
struct task {
    struct keyed keyed; /* first */
    struct mail mail;
    struct jobs *jobs;
};

static void task_ended(struct jobs *jobs, struct mail *mail)
{
    struct task *task = MAIL_OWNER(struct task, mail);
    store_job_end(jobs->app->store, task->keyed.tenant);
    keyed_remove(&jobs->claims, &task->keyed);
    jobs->tasks--;
    jobs->tasks_of[-task->keyed.second]--;
    heap_free(task);
}

static void task_done(void *context)
{
    struct task *task = context;
    struct jobs *jobs = task->jobs;
    if (!jobs_post(jobs, &task->mail))
        heap_free(task);
    jobs_release(jobs);
}

static result task_start(struct jobs *jobs, int64_t tenant, enum task_kind kind, int64_t key)
{
    if (!store_job_begin(jobs->app->store, tenant))
        return OK; /* another server's */
    struct task *task = HEAP_NEW(struct task);
    if (task == NULL) {
        store_job_end(jobs->app->store, tenant);
        return E_NO_MEMORY;
    }
    task->keyed.tenant = tenant;
    task->keyed.first = key;
    task->keyed.second = -(int64_t)kind;
    task->mail.open = task_ended;
    task->jobs = jobs;
    keyed_add(&jobs->claims, &task->keyed);
    jobs->tasks++;
    jobs->tasks_of[kind]++;
    jobs_hold(jobs);
    KINDS[kind].start(jobs->app, tenant, key, task_done, task);
    return OK;
}

static size_t room(const struct jobs *jobs, enum task_kind kind)
{
    const size_t all = TASKS_MAX - jobs->tasks;
    const size_t emails = EMAILS_MAX - jobs->tasks_of[TASK_EMAIL];
    return kind == TASK_EMAIL && emails < all ? emails : all;
}

/* Those of a tenant that are due and not under way; as many as there is room for. */
static result read_due(struct jobs *jobs, struct db *db, int64_t tenant, enum task_kind kind,
                       int64_t ret[TASKS_MAX], size_t *ret_count)
{
    struct rows rows;
    int64_t now_us = clock_now_us(jobs->app->clock);
    size_t count = 0;
    if (KINDS[kind].is_tenant_time)
        TRY(jobs_tenant_now(jobs, db, tenant, &now_us));
    TRY(db_query(db, KINDS[kind].due, &rows, VI(tenant), VI(now_us), VI(2 * TASKS_MAX)));
    while (count < room(jobs, kind) && rows_next(&rows)) {
        const int64_t key = row_i64(&rows, 0);
        if (keyed_find(&jobs->claims, tenant, key, -(int64_t)kind) == NULL)
            ret[count++] = key;
    }
    TRY(rows_done(&rows));
    *ret_count = count;
    return OK;
}

result task_start_due(struct jobs *jobs, struct db *db, int64_t tenant, enum task_kind kind,
                      size_t *ret_started)
{
    int64_t keys[TASKS_MAX];
    size_t count;
    TRY(read_due(jobs, db, tenant, kind, keys, &count));
    for (size_t i = 0; i < count; i++)
        TRY(task_start(jobs, tenant, kind, keys[i]));
    if (ret_started != NULL)
        *ret_started = count;
    return OK;
}

size_t task_count(const struct jobs *jobs, int64_t tenant, enum task_kind kind)
{
    return keyed_count(&jobs->claims, tenant, -(int64_t)kind);
}

static result expire_one(struct jobs *jobs, struct db *db, int64_t tenant)
{
    TRY(task_start_due(jobs, db, tenant, TASK_EXPIRE, NULL));
    TRY(task_start_due(jobs, db, tenant, TASK_AUTHENTICATION, NULL));
    return task_start_due(jobs, db, tenant, TASK_DISPUTE, NULL);
}

static result inquire_one(struct jobs *jobs, struct db *db, int64_t tenant)
{
    return task_start_due(jobs, db, tenant, TASK_INQUIRE, NULL);
}

static result renew_one(struct jobs *jobs, struct db *db, int64_t tenant)
{
    return task_start_due(jobs, db, tenant, TASK_RENEW, NULL);
}

static result email_one(struct jobs *jobs, struct db *db, int64_t tenant)
{
    return task_start_due(jobs, db, tenant, TASK_EMAIL, NULL);
}

result task_expire_all(struct jobs *jobs)
{
    return jobs_each_tenant(jobs, expire_one);
}

result task_inquire_all(struct jobs *jobs)
{
    return jobs_each_tenant(jobs, inquire_one);
}

result task_renew_all(struct jobs *jobs)
{
    return jobs_each_tenant(jobs, renew_one);
}

result task_email_all(struct jobs *jobs)
{
    return mailer_rests(jobs->app->mailer) ? OK : jobs_each_tenant(jobs, email_one);
}

/* ---- commands that wait -------------------------------------------------------------------- */

result wake_commands(struct jobs *jobs)
{
    command_wake(jobs->app, 0);
    if (store_is_shared(jobs->app->store)) /* what they wait for may have ended elsewhere */
        jobs_hurry(jobs, JOB_WAKE, clock_ticks_us() + WAKE_SHARED_MS * US_PER_MS);
    return OK;
}
