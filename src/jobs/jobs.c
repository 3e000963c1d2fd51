/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/jobs.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "jobs/email.h"
#include "jobs/receiver.h"
#include "jobs/webhook.h"

enum {
    SCAN_ARENA_BYTES = 16 << 20,
    TENANTS_AT_ONCE = 256,
    SCAN_GAP_US = 1000,   /* between two scans for deliveries, at least, */
    SCAN_GAP_TIMES = 4,   /* or this many times what the last one took */
    STOP_GRACE_MS = 2000, /* for what is under way when the jobs stop */
};

static const struct {
    enum metric_value label;
    int64_t every_ms;
    result (*run)(struct jobs *jobs);
} ROWS[JOBS] = {
    [JOB_WEBHOOK] = {VALUE_JOB_WEBHOOK, 500, webhook_scan},
    [JOB_EXPIRE] = {VALUE_JOB_EXPIRE, 1000, task_expire_all},
    [JOB_INQUIRE] = {VALUE_JOB_INQUIRE, 500, task_inquire_all},
    [JOB_WAKE] = {VALUE_JOB_WAKE, 1000, wake_commands},
    [JOB_SAVE] = {VALUE_JOB_SAVE, 1000, webhook_save_again},
    [JOB_RENEW] = {VALUE_JOB_RENEW, 1000, task_renew_all},
    [JOB_EMAIL] = {VALUE_JOB_EMAIL, 500, task_email_all},
    [JOB_PRUNE] = {VALUE_JOB_PRUNE, 60000, prune_step},
};

/* ---- mail ---------------------------------------------------------------------------------- */

bool jobs_post(struct jobs *jobs, struct mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&jobs->lock);
    const bool is_open = !jobs->is_closed;
    if (is_open) {
        *jobs->last = mail;
        jobs->last = &mail->next;
        pthread_cond_signal(&jobs->filled);
    }
    pthread_mutex_unlock(&jobs->lock);
    return is_open;
}

void jobs_kick(struct jobs *jobs)
{
    if (atomic_exchange(&jobs->is_kicked, true))
        return;
    pthread_mutex_lock(&jobs->lock);
    pthread_cond_signal(&jobs->filled);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_outbox_filled(void *jobs)
{
    jobs_kick(jobs);
}

static void open_all(struct jobs *jobs, struct mail *list)
{
    for (struct mail *mail = list, *next; mail != NULL; mail = next) {
        next = mail->next;
        mail->open(jobs, mail);
    }
}

/* Waits until there is mail, a kick or that time, and opens the mail.
 *   ends_for_stop   also when somebody wants the thread to end
 *   returns         whether somebody does */
static bool wait_and_open(struct jobs *jobs, int64_t until_ticks_us, bool ends_for_stop)
{
    const struct timespec until = {.tv_sec = until_ticks_us / US_PER_S,
                                   .tv_nsec = until_ticks_us % US_PER_S * 1000};
    int timed_out = 0;
    pthread_mutex_lock(&jobs->lock);
    while (jobs->first == NULL && timed_out == 0 &&
           !(ends_for_stop && (jobs->is_stopping || atomic_load(&jobs->is_kicked))))
        timed_out = pthread_cond_timedwait(&jobs->filled, &jobs->lock, &until);
    struct mail *list = jobs->first;
    jobs->first = NULL;
    jobs->last = &jobs->first;
    const bool is_stopping = jobs->is_stopping;
    pthread_mutex_unlock(&jobs->lock);
    open_all(jobs, list);
    return is_stopping;
}

/* ---- the table ----------------------------------------------------------------------------- */

void jobs_hurry(struct jobs *jobs, enum job job, int64_t ticks_us)
{
    if (ticks_us < jobs->due_ticks_us[job])
        jobs->due_ticks_us[job] = ticks_us;
}

static int64_t next_due(const struct jobs *jobs)
{
    int64_t ticks_us = INT64_MAX;
    for (int job = 1; job < JOBS; job++)
        if (jobs->due_ticks_us[job] < ticks_us)
            ticks_us = jobs->due_ticks_us[job];
    return ticks_us;
}

static void run_due(struct jobs *jobs)
{
    for (int job = 1; job < JOBS; job++) {
        const int64_t start_us = clock_ticks_us();
        if (jobs->due_ticks_us[job] > start_us)
            continue;
        jobs->due_ticks_us[job] = start_us + ROWS[job].every_ms * US_PER_MS;
        const result r = ROWS[job].run(jobs);
        if (r.code != E_OK)
            log_job_failed(ROWS[job].label, 0, r);
        if (job == JOB_WEBHOOK) {
            const int64_t end_us = clock_ticks_us();
            jobs->scan_after_ticks_us = end_us + SCAN_GAP_US + (end_us - start_us) * SCAN_GAP_TIMES;
        }
    }
}

/* ---- tenants ------------------------------------------------------------------------------- */

static result read_tenants(struct db *db, int64_t after, int64_t ret[TENANTS_AT_ONCE],
                           size_t *ret_count)
{
    struct rows rows;
    size_t count = 0;
    TRY(db_query(db, SQL_TENANT_LIST, &rows, VI(after), VI(TENANTS_AT_ONCE)));
    while (count < TENANTS_AT_ONCE && rows_next(&rows))
        ret[count++] = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    *ret_count = count;
    return OK;
}

static result list_tenants(struct store *store, int64_t after, int64_t ret[TENANTS_AT_ONCE],
                           size_t *ret_count)
{
    struct db *db = store_read_begin(store);
    const result r = read_tenants(db, after, ret, ret_count);
    store_read_end(store, db);
    return r;
}

/* With a snapshot of its own: of a tenant that has just come from another server, what that one has
 * done must be seen. */
static result visit_own(struct jobs *jobs, int64_t tenant,
                        result (*visit)(struct jobs *jobs, struct db *db, int64_t tenant))
{
    struct store *store = jobs->app->store;
    if (!store_job_owns(store, tenant))
        return OK;
    struct db *db = store_read_begin(store);
    const result r = visit(jobs, db, tenant);
    store_read_end(store, db);
    return r;
}

result jobs_each_tenant(struct jobs *jobs,
                        result (*visit)(struct jobs *jobs, struct db *db, int64_t tenant))
{
    int64_t tenants[TENANTS_AT_ONCE];
    size_t count = TENANTS_AT_ONCE;
    result first = OK;
    for (int64_t after = 0; count == TENANTS_AT_ONCE; after = tenants[TENANTS_AT_ONCE - 1]) {
        TRY(list_tenants(jobs->app->store, after, tenants, &count));
        for (size_t i = 0; i < count; i++) {
            const result r = visit_own(jobs, tenants[i], visit);
            if (first.code == E_OK)
                first = r;
        }
    }
    return first;
}

result jobs_tenant_now(struct jobs *jobs, struct db *db, int64_t tenant, int64_t *ret_us)
{
    struct rows rows;
    int64_t now_us = 0;
    TRY(db_query(db, SQL_TENANT_GET, &rows, VI(tenant)));
    if (rows_next(&rows)) {
        now_us = clock_now_us(jobs->app->clock) + row_i64(&rows, 1);
        if (now_us < row_i64(&rows, 2))
            now_us = row_i64(&rows, 2);
    }
    TRY(rows_done(&rows));
    *ret_us = now_us;
    return OK;
}

/* ---- the thread ---------------------------------------------------------------------------- */

/* Nothing new is started: what is under way ends by itself or is cut off, and its outcome is saved.
 * Then the mail box closes. */
static void drain(struct jobs *jobs)
{
    const int64_t grace_end_us = clock_ticks_us() + STOP_GRACE_MS * US_PER_MS;
    webhook_drop_queues(jobs);
    while ((jobs->in_flight > 0 || jobs->tasks > 0) && clock_ticks_us() < grace_end_us)
        (void)wait_and_open(jobs, grace_end_us, false);
    outgoing_stop(jobs->outgoing);
    mailer_stop(jobs->app->mailer);
    while (jobs->in_flight > 0 || jobs->saving > 0)
        (void)wait_and_open(jobs, clock_ticks_us() + US_PER_S, false);
    pthread_mutex_lock(&jobs->lock);
    jobs->is_closed = true;
    struct mail *list = jobs->first;
    jobs->first = NULL;
    pthread_mutex_unlock(&jobs->lock);
    open_all(jobs, list);
    due_end(jobs);
    webhook_free_all(jobs);
}

static void *jobs_main(void *context)
{
    struct jobs *jobs = context;
    while (!wait_and_open(jobs, next_due(jobs), true)) {
        if (atomic_exchange(&jobs->is_kicked, false))
            jobs_hurry(jobs, JOB_WEBHOOK, jobs->scan_after_ticks_us);
        run_due(jobs);
        due_step(jobs);
        webhook_pump(jobs);
    }
    drain(jobs);
    return NULL;
}

/* ---- start and stop ------------------------------------------------------------------------ */

enum { RUN_DUE_MS = 20000 };

static void run_due_of(void *jobs, int64_t tenant)
{
    jobs_run_due(jobs, tenant, RUN_DUE_MS);
}

static void hook(struct app *app, struct jobs *jobs)
{
    app_outbox_listen(app, jobs == NULL ? NULL : jobs_outbox_filled, jobs);
    app->run_due_context = jobs;
    app->run_due = jobs == NULL ? NULL : run_due_of;
}

void jobs_hold(struct jobs *jobs)
{
    atomic_fetch_add(&jobs->references, 1);
}

void jobs_release(struct jobs *jobs)
{
    if (atomic_fetch_sub(&jobs->references, 1) != 1)
        return;
    prune_free(jobs->prune);
    arena_free(jobs->arena);
    pthread_cond_destroy(&jobs->filled);
    pthread_cond_destroy(&jobs->answered);
    pthread_mutex_destroy(&jobs->lock);
    heap_free(jobs);
}

static struct jobs *jobs_new(struct app *app)
{
    struct jobs *jobs = HEAP_NEW(struct jobs);
    if (jobs == NULL)
        return NULL;
    jobs->app = app;
    jobs->last = &jobs->first;
    atomic_init(&jobs->references, 1);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->filled, &monotonic);
    pthread_cond_init(&jobs->answered, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&jobs->lock, NULL);
    jobs->arena = arena_new(SCAN_ARENA_BYTES);
    return jobs;
}

static result start_threads(struct jobs *jobs, const struct jobs_config *config)
{
    const struct outgoing_config net = {.allow_private = config->allow_private_webhooks};
    if (jobs->arena == NULL)
        return E_NO_MEMORY;
    TRY(prune_begin(jobs));
    TRY(mailer_start(jobs->app, config->smtp, &jobs->app->mailer));
    TRY(outgoing_start(&net, &jobs->outgoing));
    if (pthread_create(&jobs->thread, NULL, jobs_main, jobs) != 0) {
        outgoing_stop(jobs->outgoing);
        return FAIL(E_INTERNAL, NULL, "no thread for the jobs");
    }
    return OK;
}

static void end_mailer(struct app *app)
{
    mailer_stop(app->mailer);
    mailer_free(app->mailer);
    app->mailer = NULL;
}

result jobs_start(struct app *app, const struct jobs_config *config, struct jobs **ret)
{
    struct jobs *jobs = jobs_new(app);
    if (jobs == NULL)
        return E_NO_MEMORY;
    const result r = start_threads(jobs, config);
    if (r.code != E_OK) {
        end_mailer(app);
        jobs_release(jobs);
        return r;
    }
    hook(app, jobs);
    *ret = jobs;
    return OK;
}

void jobs_stop(struct jobs *jobs)
{
    hook(jobs->app, NULL);
    pthread_mutex_lock(&jobs->lock);
    jobs->is_stopping = true;
    pthread_cond_signal(&jobs->filled);
    pthread_mutex_unlock(&jobs->lock);
    (void)pthread_join(jobs->thread, NULL);
    end_mailer(jobs->app);
    jobs_release(jobs);
}
