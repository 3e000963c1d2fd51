/* SPDX-License-Identifier: Apache-2.0 */
/* due.c: "all that is due by this tenant's clock, now": what a test wants after it has moved the
 * clock. First payments and disputes expire, until none is due, and subscriptions are charged,
 * period by period, until none is; e-mail that is due is sent; then each delivery that is due is
 * attempted, those of the expired and the new payments among them. */
#include <assert.h>
#include <time.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "jobs/receiver.h"
#include "jobs/webhook.h"

enum due_stage {
    DUE_NONE = 0,
    DUE_EXPIRE,
    DUE_AUTHENTICATE,
    DUE_DISPUTE,
    DUE_RENEW,
    DUE_EMAIL,
    DUE_DELIVER,
    DUE_ANSWERED,
    DUE_STAGES
};

/* Stages of tasks. What cannot be done must not keep us for ever: after so many rounds it is left
 * to the jobs themselves. */
static const struct {
    enum task_kind kind;
    int rounds_max;
    enum due_stage next;
} TASK_STAGES[DUE_STAGES] = {
    [DUE_EXPIRE] = {TASK_EXPIRE, 64, DUE_AUTHENTICATE},
    [DUE_AUTHENTICATE] = {TASK_AUTHENTICATION, 64, DUE_DISPUTE},
    [DUE_DISPUTE] = {TASK_DISPUTE, 64, DUE_RENEW},
    [DUE_RENEW] = {TASK_RENEW, 4096, DUE_EMAIL}, /* a round is a period of each */
    [DUE_EMAIL] = {TASK_EMAIL, 64, DUE_DELIVER},
};

/* Belongs to the one who waits and to the jobs thread; the last of them frees it. */
struct due_request {
    struct mail mail;
    struct due_request *next;
    int64_t tenant;
    enum due_stage stage; /* the jobs thread's */
    int rounds;
    int64_t now_us;   /* what is due by then */
    bool is_answered; /* under jobs->lock, like the count */
    int references;
};

static void let_go(struct jobs *jobs, struct due_request *request, bool is_answer)
{
    pthread_mutex_lock(&jobs->lock);
    if (is_answer) {
        request->is_answered = true;
        pthread_cond_broadcast(&jobs->answered);
    }
    const bool is_last = --request->references == 0;
    pthread_mutex_unlock(&jobs->lock);
    if (is_last)
        heap_free(request);
}

static result step_tasks(struct jobs *jobs, struct db *db, struct due_request *request,
                         enum due_stage *ret_next)
{
    const enum due_stage stage = request->stage;
    const enum task_kind kind = TASK_STAGES[stage].kind;
    size_t started = 0;
    *ret_next = stage;
    if (task_count(jobs, request->tenant, kind) > 0)
        return OK;
    if (request->rounds++ < TASK_STAGES[stage].rounds_max)
        TRY(task_start_due(jobs, db, request->tenant, kind, &started));
    if (started > 0)
        return OK;
    *ret_next = TASK_STAGES[stage].next;
    request->rounds = 0;
    return jobs_tenant_now(jobs, db, request->tenant, &request->now_us);
}

static result step_deliver(struct jobs *jobs, struct db *db, struct due_request *request,
                           enum due_stage *ret_next)
{
    size_t due;
    receivers_heal(jobs, request->tenant); /* none rests while somebody waits for all */
    TRY(webhook_scan_tenant(jobs, db, request->tenant, request->now_us, &due));
    *ret_next = due == 0 ? DUE_ANSWERED : DUE_DELIVER;
    return OK;
}

static enum due_stage step_one(struct jobs *jobs, struct db *db, struct due_request *request)
{
    enum due_stage next = DUE_ANSWERED;
    result r = OK;
    if (TASK_STAGES[request->stage].kind != TASK_NONE)
        r = step_tasks(jobs, db, request, &next);
    else
        r = step_deliver(jobs, db, request, &next);
    if (r.code == E_OK)
        return next;
    log_job_failed(VALUE_JOB_DUE, 0, r);
    return DUE_ANSWERED;
}

void due_step(struct jobs *jobs)
{
    if (jobs->requests == NULL)
        return;
    struct db *db = store_read_begin(jobs->app->store);
    for (struct due_request **link = &jobs->requests; *link != NULL;) {
        struct due_request *request = *link;
        const enum due_stage before = request->stage;
        request->stage = step_one(jobs, db, request);
        if (request->stage == DUE_ANSWERED) {
            *link = request->next;
            let_go(jobs, request, true);
        } else if (request->stage == before) {
            link = &request->next;
        }
    }
    store_read_end(jobs->app->store, db);
}

void due_end(struct jobs *jobs)
{
    for (struct due_request *request; (request = jobs->requests) != NULL;) {
        jobs->requests = request->next;
        let_go(jobs, request, true);
    }
}

static void request_opened(struct jobs *jobs, struct mail *mail)
{
    struct due_request *request = MAIL_OWNER(struct due_request, mail);
    request->next = jobs->requests;
    jobs->requests = request;
}

void jobs_run_due(struct jobs *jobs, int64_t tenant, int64_t wait_ms_max)
{
    const int64_t end_us = clock_ticks_us() + wait_ms_max * US_PER_MS;
    const struct timespec end = {.tv_sec = end_us / US_PER_S, .tv_nsec = end_us % US_PER_S * 1000};
    struct due_request *request = HEAP_NEW(struct due_request);
    if (request == NULL)
        return;
    request->mail.open = request_opened;
    request->tenant = tenant;
    request->stage = DUE_EXPIRE;
    request->references = 2;
    if (!jobs_post(jobs, &request->mail)) {
        heap_free(request);
        return;
    }
    int timed_out = 0;
    pthread_mutex_lock(&jobs->lock);
    while (!request->is_answered && timed_out == 0)
        timed_out = pthread_cond_timedwait(&jobs->answered, &jobs->lock, &end);
    pthread_mutex_unlock(&jobs->lock);
    let_go(jobs, request, false);
}
