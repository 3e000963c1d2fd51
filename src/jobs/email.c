/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/email.h"

#include <sodium.h>
#include <stdatomic.h>

#include "app/email.h"
#include "app/merchant.h"
#include "app/rail_pool.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "base/metric.h"
#include "jobs/backoff.h"
#include "jobs/email_message.h"

enum { REST_MS = 10000 };

struct mailer {
    struct app *app;
    struct rail_pool *pool; /* of one thread */
    struct smtp *smtp;      /* NULL: nothing goes out */
    _Atomic bool is_stopping;
    _Atomic int64_t rest_until_ticks_us;
};

/* One on its way. */
struct sending {
    struct rail_job job; /* first */
    struct work work;
    struct app *app;
    struct arena *arena;
    int64_t tenant, key;
    void (*done)(void *context);
    void *context;
    struct email email;
    bool is_due;
    enum email_state end; /* as it was saved */
};
#define WORK_SENDING(work_)                                                                        \
    ((struct sending *)(void *)((char *)(work_)-offsetof(struct sending, work)))

/* ---- start and stop ------------------------------------------------------------------------- */

result mailer_start(struct app *app, const struct smtp_config *config, struct mailer **ret)
{
    struct mailer *mailer = HEAP_NEW(struct mailer);
    if (mailer == NULL)
        return E_NO_MEMORY;
    mailer->app = app;
    result r = config == NULL ? OK : smtp_open(config, &mailer->smtp);
    if (r.code == E_OK)
        r = rail_pool_start(1, &mailer->pool);
    if (r.code != E_OK) {
        mailer_free(mailer);
        return r;
    }
    *ret = mailer;
    return OK;
}

void mailer_stop(struct mailer *mailer)
{
    if (mailer == NULL)
        return;
    atomic_store(&mailer->is_stopping, true);
    if (mailer->smtp != NULL)
        smtp_stop(mailer->smtp);
    rail_pool_stop(mailer->pool);
}

void mailer_free(struct mailer *mailer)
{
    if (mailer == NULL)
        return;
    rail_pool_free(mailer->pool);
    smtp_close(mailer->smtp);
    heap_free(mailer);
}

bool mailer_rests(const struct mailer *mailer)
{
    return clock_ticks_us() < atomic_load(&mailer->rest_until_ticks_us);
}

/* ---- one e-mail ----------------------------------------------------------------------------- */

/* What it is about, and to whom it goes. */
struct letter {
    struct payment payment;
    struct merchant_row merchant;
    str address;
    struct email_text text;
};

static result read_letter(struct sending *s, struct db *db, struct letter *ret)
{
    struct email *e = &s->email;
    TRY(email_read_key(db, s->tenant, s->key, s->arena, e));
    s->is_due = e->state == EMAIL_WAITING && e->due_us > 0;
    if (!s->is_due)
        return OK; /* somebody was faster */
    TRY(payment_read_key(db, s->tenant, e->payment, s->arena, &ret->payment));
    TRY(merchant_read(db, s->tenant, ret->payment.merchant.key, s->arena, &ret->merchant));
    TRY(email_address(db, &ret->payment, s->arena, &ret->address));
    return email_write(e->kind, &ret->payment, ret->merchant.name, s->arena, &ret->text);
}

static void fail(struct sending *s, enum email_state state, const char *error)
{
    s->email.state = state;
    s->email.error = str_of(error);
    log_event(LOG_EMAIL_FAILED, LI("payment", s->email.payment), LI("try", s->email.tries),
              LT("error", error));
}

/* Hands it to the mail server. False: the server is stopping, and it was not tried. */
static bool hand_over(struct sending *s, const struct letter *letter)
{
    struct mailer *mailer = s->app->mailer;
    const char *error = "there was no memory for it";
    s->email.tries++;
    if (!smtp_is_address(letter->address)) {
        fail(s, EMAIL_GIVEN_UP, "the address cannot be written to");
        return true;
    }
    struct buf out;
    buf_init(&out, EMAIL_MESSAGE_BYTES_MAX);
    const struct email_message message = {
        .id = s->email.id,
        .now_us = clock_now_us(s->app->clock),
        .from = smtp_from(mailer->smtp),
        .to = letter->address.at,
        .language = locale_name(letter->payment.locale),
        .name = letter->merchant.name,
        .subject = letter->text.subject,
        .text = letter->text.text,
        .html = letter->text.html,
    };
    email_message_put(&out, &message);
    enum smtp_end end = SMTP_LATER;
    if (!out.is_broken)
        end = smtp_send(mailer->smtp, letter->address.at, buf_view(&out), &error);
    buf_done(&out);
    if (end == SMTP_TAKEN)
        s->email.state = EMAIL_SENT;
    else if (atomic_load(&mailer->is_stopping))
        return false;
    else
        fail(s, end == SMTP_REFUSED ? EMAIL_GIVEN_UP : EMAIL_WAITING, error);
    atomic_store(&mailer->rest_until_ticks_us,
                 end == SMTP_UNREACHABLE ? clock_ticks_us() + REST_MS * US_PER_MS : 0);
    return true;
}

/* What becomes of it. False: nothing, this time. */
static bool decide(struct sending *s, const struct letter *letter)
{
    const struct mailer *mailer = s->app->mailer;
    const bool is_live = letter->merchant.is_live;
    s->email.error = STR_NONE;
    enum email_way way = store_email_way(s->app->store, is_live);
    if (way == EMAIL_QUEUED && mailer->smtp == NULL)
        way = is_live ? EMAIL_OMITTED : EMAIL_KEPT;
    if (way == EMAIL_OMITTED || letter->address.bytes == 0 ||
        !email_is_wanted(s->email.kind, &letter->payment, letter->merchant.mails)) {
        s->email.state = EMAIL_LEFT_OUT;
        return true;
    }
    if (way == EMAIL_KEPT) {
        s->email.state = EMAIL_IN_MAILBOX;
        return true;
    }
    return hand_over(s, letter);
}

/* ---- saving --------------------------------------------------------------------------------- */

static result save_run(struct tx *tx, struct work *work)
{
    struct sending *s = WORK_SENDING(work);
    struct email e = s->email; /* a batch may be run again */
    int64_t now_us;
    TRY(tx_now(tx, s->tenant, &now_us));
    if (e.state == EMAIL_WAITING && now_us >= e.expires_us)
        e.state = EMAIL_GIVEN_UP;
    s->end = e.state;
    e.due_us = 0;
    e.last_us = e.state == EMAIL_LEFT_OUT ? 0 : now_us;
    if (e.state == EMAIL_WAITING) {
        e.due_us = now_us + backoff_us(e.tries, randombytes_random());
        if (e.due_us > e.expires_us)
            e.due_us = e.expires_us; /* a last attempt */
    }
    return email_save(tx, &e);
}

static void save(struct sending *s)
{
    static const unsigned ENDS[EMAIL_STATES] = {
        [EMAIL_WAITING] = VALUE_EMAIL_END_FAILED,    [EMAIL_SENT] = VALUE_EMAIL_END_SENT,
        [EMAIL_GIVEN_UP] = VALUE_EMAIL_END_GIVEN_UP, [EMAIL_IN_MAILBOX] = VALUE_EMAIL_END_KEPT,
        [EMAIL_LEFT_OUT] = VALUE_EMAIL_END_LEFT_OUT,
    };
    s->work = (struct work){.tenant = s->tenant, .is_internal = true};
    const result r = store_transact_wait(s->app->store, save_run, &s->work);
    if (r.code == E_OK)
        metric_add(METRIC_EMAILS, LABELS(ENDS[s->end]), 1);
    else
        log_job_failed(VALUE_JOB_EMAIL, 0, r);
}

static void run(struct rail_job *job)
{
    struct sending *s = (struct sending *)job;
    struct letter letter = {0};
    if (!atomic_load(&s->app->mailer->is_stopping)) {
        struct db *db = store_read_begin(s->app->store);
        const result r = read_letter(s, db, &letter);
        store_read_end(s->app->store, db);
        if (r.code != E_OK)
            log_job_failed(VALUE_JOB_EMAIL, 0, r);
        else if (s->is_due && decide(s, &letter))
            save(s);
    }
    s->done(s->context);
    arena_free(s->arena);
}

void email_send_start(struct app *app, int64_t tenant, int64_t email, void (*done)(void *context),
                      void *context)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct sending *s = arena == NULL ? NULL : ARENA_NEW(arena, struct sending);
    if (s == NULL) {
        arena_free(arena);
        log_job_failed(VALUE_JOB_EMAIL, 0, E_NO_MEMORY);
        done(context);
        return;
    }
    s->job.run = run;
    s->app = app;
    s->arena = arena;
    s->tenant = tenant;
    s->key = email;
    s->done = done;
    s->context = context;
    rail_pool_put(app->mailer->pool, &s->job);
}
