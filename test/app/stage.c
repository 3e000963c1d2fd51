/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "app/operation_resolve.h"
#include "app/payment_actions.h"
#include "app/payment_create.h"
#include "app/rail_pool.h"

/* Later than any clock of a machine, so that ids follow this one. */
#define START_US (INT64_C(1893456000) * US_PER_S)

struct stage_clock {
    struct clock clock; /* first */
    _Atomic int64_t now_us;
};

static int64_t clock_read(const struct clock *self)
{
    return atomic_load(&((const struct stage_clock *)self)->now_us);
}

int64_t stage_now_us(const struct stage *s)
{
    return clock_now_us(&s->clock->clock);
}

void stage_move_clock(struct stage *s, int64_t to_us)
{
    if (to_us > stage_now_us(s))
        atomic_store(&s->clock->now_us, to_us);
}

/* ---- open and close ------------------------------------------------------------------------ */

void stage_begin(struct stage *s, const struct scripted_config *config)
{
    static const char TEMPLATE[] = "/tmp/kessai-stage-XXXXXX";
    memset(s, 0, sizeof *s);
    memcpy(s->directory, TEMPLATE, sizeof TEMPLATE);
    CHECK(mkdtemp(s->directory) != NULL);
    s->arena = arena_new(256 << 20);
    s->clock =
        mmap(NULL, sizeof *s->clock, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s->clock != MAP_FAILED);
    s->clock->clock.now_us = clock_read;
    atomic_store(&s->clock->now_us, START_US);
    struct scripted_config own = *config;
    own.clock = &s->clock->clock;
    s->scripted = scripted_open(&own);
    CHECK(s->scripted != NULL);
    s->url = test_store_url(s->directory, s->arena);
    stage_open(s);
    s->root = (struct merchant_root){.name = S("Root"), .kind = KIND_ORDINARY};
    CHECK_OK(merchant_create_root(s->app.store, s->arena, &s->root));
    stage_close(s);
}

void stage_open(struct stage *s)
{
    const struct store_config config = {
        .url = s->url, .access = STORE_SERVER, .clock = &s->clock->clock};
    s->app = (struct app){.clock = &s->clock->clock, .public_url = "http://stage"};
    CHECK_OK(store_open(&config, &s->app.store));
    CHECK_OK(vault_open(test_store_key(s->directory, s->arena), &s->app.vault));
    CHECK_OK(rail_pool_start(STAGE_RAIL_THREADS, &s->app.pool));
    s->app.rails[RAIL_SIMULATOR] = scripted_rail(s->scripted);
}

void stage_close(struct stage *s)
{
    rail_pool_stop(s->app.pool);
    store_close(s->app.store);
    rail_pool_free(s->app.pool);
    vault_close(s->app.vault);
}

void stage_end(struct stage *s)
{
    int64_t findings = -1;
    CHECK_OK(audit_run(s->url, stderr, &findings));
    CHECK_I64(findings, 0);
    struct rail *rail = scripted_rail(s->scripted);
    rail->functions->close(rail);
    test_store_drop(s->url, s->directory, s->arena);
    (void)munmap(s->clock, sizeof *s->clock);
    arena_free(s->arena);
}

/* ---- waiting for what other threads do ------------------------------------------------------ */

void bell_ring(void *context)
{
    struct bell *bell = context;
    (void)pthread_mutex_lock(&bell->lock);
    bell->is_rung = true;
    (void)pthread_cond_broadcast(&bell->rung);
    (void)pthread_mutex_unlock(&bell->lock);
}

void bell_wait(struct bell *bell)
{
    (void)pthread_mutex_lock(&bell->lock);
    while (!bell->is_rung)
        (void)pthread_cond_wait(&bell->rung, &bell->lock);
    (void)pthread_mutex_unlock(&bell->lock);
}

/* ---- commands ------------------------------------------------------------------------------- */

int64_t stage_key(struct stage *s)
{
    return ++s->keys;
}

static void answered(struct command *c)
{
    bell_ring(c->context);
}

static void (*before_commit)(void);
static result (*finish)(struct tx *tx, struct command *c);

static result finish_then(struct tx *tx, struct command *c)
{
    const result r = finish(tx, c);
    before_commit();
    return r;
}

/* The command of a step, filled but for the frame. */
union any_command {
    struct payment_create create;
    struct payment_capture capture;
    struct payment_cancel cancel;
    struct payment_refund refund;
};

static void fill_create(struct payment_create *in, const struct step *step)
{
    static const char NUMBER[] = "4111111111111111";
    in->amount_minor = STAGE_YEN;
    in->currency = CUR_JPY;
    in->is_captured = step->op == RAIL_CHARGE;
    in->method = METHOD_CREDIT_CARD;
    memcpy(in->card.number, NUMBER, sizeof NUMBER);
    in->card.month = 12;
    in->card.year = 2031;
    in->details = S("{\"type\":\"credit_card\"}");
    in->locale = LOCALE_JA;
    in->scenario = str_of(step->scenario);
    payment_create_init(in);
}

static struct payment_command *fill(union any_command *any, const struct step *step)
{
    if (step->op == RAIL_CAPTURE) {
        any->capture.scenario = str_of(step->scenario);
        payment_capture_init(&any->capture);
    } else if (step->op == RAIL_VOID) {
        any->cancel.scenario = str_of(step->scenario);
        payment_cancel_init(&any->cancel);
    } else if (step->op == RAIL_REFUND) {
        any->refund.scenario = str_of(step->scenario);
        payment_refund_init(&any->refund);
    } else {
        fill_create(&any->create, step);
    }
    return &any->create.p; /* the first member of each */
}

static void frame(struct stage *s, struct command *c, const struct step *step, struct bell *bell)
{
    c->answered = answered;
    c->context = bell;
    c->has_key = step->key != 0;
    if (c->has_key)
        idem_hash_key(str_of(arena_printf(s->arena, "key %lld", (long long)step->key)),
                      c->key_hash);
    c->fingerprint = step->key * 1000 + step->op; /* the same for the same key, scenario or not */
    if (step->before_commit != NULL) {
        before_commit = step->before_commit;
        finish = c->finish;
        c->finish = finish_then;
    }
}

void stage_run(struct stage *s, struct step *step)
{
    struct bell bell = BELL;
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    union any_command *any = ARENA_NEW(arena, union any_command);
    CHECK(any != NULL);
    command_init(&any->create.p.c, &s->app, arena, s->root.id.key);
    struct payment_command *p = fill(any, step);
    frame(s, &p->c, step, &bell);
    p->id = step->payment;
    command_run(&p->c);
    bell_wait(&bell);
    step->told = p->c.outcome.code;
    step->http_status = p->c.http_status;
    step->operation = p->c.operation.id;
    const bool is_new = step->op == RAIL_AUTHORIZE || step->op == RAIL_CHARGE;
    if (is_new && p->payment.id.key != 0) {
        step->payment = p->payment.id;
        step->root = step->operation;
    }
    command_done(&p->c);
    arena_free(arena);
}

/* ---- the inquiry job ------------------------------------------------------------------------ */

void stage_resolve_start(struct stage *s, int64_t operation, struct bell *done)
{
    operation_resolve_start(&s->app, s->root.id.key, operation, bell_ring, done);
}

void stage_resolve(struct stage *s, int64_t operation)
{
    struct bell bell = BELL;
    stage_resolve_start(s, operation, &bell);
    bell_wait(&bell);
}

struct operation stage_operation(struct stage *s, int64_t operation)
{
    struct operation o;
    struct db *db = store_read_begin(s->app.store);
    CHECK_OK(operation_get(db, s->root.id.key, operation, s->arena, &o));
    store_read_end(s->app.store, db);
    return o;
}

int64_t stage_next_open(struct stage *s, int64_t after)
{
    struct rows rows;
    int64_t found = 0;
    struct db *db = store_read_begin(s->app.store);
    CHECK_OK(db_query(db, SQL_OPERATION_OPEN, &rows, VI(s->root.id.key), VI(after), VI(1)));
    if (rows_next(&rows))
        found = row_i64(&rows, 0);
    CHECK_OK(rows_done(&rows));
    store_read_end(s->app.store, db);
    return found;
}

struct operation stage_settle(struct stage *s, int64_t operation, int64_t tries_max)
{
    struct operation o = stage_operation(s, operation);
    for (int n = 0; n < STAGE_ROUNDS_MAX && operation_is_open(&o) && o.tries < tries_max; n++) {
        CHECK(o.due_us > 0);
        stage_move_clock(s, o.due_us);
        stage_resolve(s, operation);
        o = stage_operation(s, operation);
    }
    return o;
}

/* ---- what both sides say -------------------------------------------------------------------- */

struct payment stage_payment(struct stage *s, id payment)
{
    struct payment p;
    struct db *db = store_read_begin(s->app.store);
    CHECK_OK(payment_read(db, s->root.id.key, payment, s->arena, &p));
    store_read_end(s->app.store, db);
    return p;
}

struct balance_work {
    struct work work;
    struct balance balance;
};

static result balance_run(struct tx *tx, struct work *work)
{
    struct balance_work *in = (struct balance_work *)work;
    return tx_balance(tx, work->tenant, HOUSE_ACQUIRER(RAIL_SIMULATOR), CUR_JPY, &in->balance);
}

int64_t stage_acquirer_minor(struct stage *s)
{
    struct balance_work in = {.work.tenant = s->root.id.key};
    CHECK_OK(store_transact_wait(s->app.store, balance_run, &in.work));
    return -in.balance.total_minor; /* a house account that is owed money is negative */
}

static void check_equal(const char *what, const char *which, int64_t ours, int64_t theirs)
{
    if (ours != theirs)
        UNIT_FAIL("%s: %s is %" PRId64 " to us, %" PRId64 " to the rail", what, which, ours,
                  theirs);
}

void stage_check_books(struct stage *s, const struct step *step, const char *what)
{
    struct scripted_sum sum;
    const struct payment p = stage_payment(s, step->payment);
    scripted_sum(s->scripted, step->root, &sum);
    const bool is_taken = p.status == PAY_CAPTURED || p.status == PAY_REFUNDED;
    const bool is_held = p.status == PAY_AUTHORIZED;
    check_equal(what, "taken less given back", is_taken ? payment_total(&p) - p.refunded_minor : 0,
                sum.captured_minor - sum.refunded_minor);
    check_equal(what, "authorized", is_held ? payment_total(&p) : 0, sum.held_minor);
    check_equal(what, "of another sum", 0, sum.other_count);
    check_equal(what, "still on its way", 0, sum.pending_count);
    check_equal(what, "under way", p.operation, 0);
    check_equal(what, "refunding", p.refunding_minor, 0);
}
