/* SPDX-License-Identifier: Apache-2.0 */
/* test_visits.c: what a customer has done at a rail's page counts, though the word of it was lost.
 * The simulator's books are written directly, as if our process had ended right after. */
#include "stage.h"

#include "app/payment_actions.h"
#include "app/payment_create.h"
#include "app/payment_expire.h"
#include "app/payment_visit.h"
#include "rails/simulator.h"
#include <sodium.h>

static struct stage stage;

static void ring(struct command *c)
{
    bell_ring(c->context);
}

static void run(struct command *c, struct bell *bell)
{
    c->answered = ring;
    c->context = bell;
    command_run(c);
    bell_wait(bell);
}

static id make(enum method method)
{
    struct bell bell = BELL;
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment_create *in = ARENA_NEW(arena, struct payment_create);
    CHECK(in != NULL);
    command_init(&in->p.c, &stage.app, arena, stage.root.id.key);
    in->amount_minor = STAGE_YEN;
    in->currency = CUR_JPY;
    in->is_captured = true;
    in->method = method;
    in->details = S("{\"type\":\"paypay\"}");
    in->locale = LOCALE_JA;
    in->return_url = S("https://shop.example/");
    payment_create_init(in);
    run(&in->p.c, &bell);
    CHECK_I64(in->p.c.outcome.code, E_OK);
    const id made = in->p.payment.id;
    command_done(&in->p.c);
    arena_free(arena);
    return made;
}

static void look(id payment)
{
    struct bell bell = BELL;
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment_visit *in = ARENA_NEW(arena, struct payment_visit);
    CHECK(in != NULL);
    command_init(&in->p.c, &stage.app, arena, stage.root.id.key);
    in->p.id = payment;
    in->p.c.answered = ring;
    in->p.c.context = &bell;
    payment_visit_init(in);
    payment_visit_start(in);
    bell_wait(&bell);
    CHECK_I64(in->p.c.outcome.code, E_OK);
    command_done(&in->p.c);
    arena_free(arena);
}

static void expire(id payment)
{
    struct bell bell = BELL;
    payment_expire_start(&stage.app, stage.root.id.key, payment.key, bell_ring, &bell);
    bell_wait(&bell);
}

static void cancel(id payment)
{
    struct bell bell = BELL;
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment_cancel *in = ARENA_NEW(arena, struct payment_cancel);
    CHECK(in != NULL);
    command_init(&in->p.c, &stage.app, arena, stage.root.id.key);
    in->p.id = payment;
    payment_cancel_init(in);
    run(&in->p.c, &bell);
    CHECK_I64(in->p.c.outcome.code, E_OK);
    command_done(&in->p.c);
    arena_free(arena);
}

/* At the rail alone: our side hears nothing of it. */
static struct rail_answer do_there(id payment, enum err refusal)
{
    const struct payment p = stage_payment(&stage, payment);
    const struct rail_call call = {.op = RAIL_REGISTER,
                                   .reference = stage_operation(&stage, p.reference).id,
                                   .amount = {.minor = payment_total(&p), .cur = p.currency},
                                   .method = p.method};
    struct rail_answer answer;
    simulator_visit(stage.app.rails[RAIL_SIMULATOR], &call, refusal, &answer);
    return answer;
}

static void check_status(id payment, enum pay_state want)
{
    CHECK_I64(stage_payment(&stage, payment).status, want);
}

static void begin(void)
{
    const struct scripted_config config = {0};
    stage_begin(&stage, &config);
    stage_open(&stage);
    CHECK_OK(simulator_open(NULL, &stage.app.rails[RAIL_SIMULATOR]));
}

static void end(void)
{
    struct rail *simulator = stage.app.rails[RAIL_SIMULATOR];
    stage_close(&stage);
    simulator->functions->close(simulator);
    stage_end(&stage);
}

static void pass_deadline(id payment)
{
    stage_move_clock(&stage, stage_payment(&stage, payment).deadline_us + 1);
}

static const enum method METHODS_ELSEWHERE[] = {METHOD_PAYPAY, METHOD_KONBINI};

/* Goal:   a payment that the rail has the money of is captured when anybody asks, once. */
TEST(what_was_paid_there_is_captured_when_somebody_asks)
{
    begin();
    for (size_t i = 0; i < COUNT(METHODS_ELSEWHERE); i++) {
        const int64_t before_minor = stage_acquirer_minor(&stage);
        const id payment = make(METHODS_ELSEWHERE[i]);
        look(payment); /* nothing was done yet */
        check_status(payment, i == 0 ? PAY_PENDING : PAY_AUTHORIZED);
        CHECK_I64(do_there(payment, E_OK).outcome, RAIL_APPROVED);
        look(payment);
        look(payment);
        const struct payment p = stage_payment(&stage, payment);
        CHECK_I64(p.status, PAY_CAPTURED);
        CHECK_I64(stage_acquirer_minor(&stage) - before_minor, payment_total(&p));
    }
    end();
}

/* Goal:   money that came in time is not lost to the deadline. */
TEST(what_was_paid_in_time_does_not_expire)
{
    begin();
    for (size_t i = 0; i < COUNT(METHODS_ELSEWHERE); i++) {
        const id payment = make(METHODS_ELSEWHERE[i]);
        CHECK_I64(do_there(payment, E_OK).outcome, RAIL_APPROVED);
        pass_deadline(payment);
        expire(payment);
        check_status(payment, PAY_CAPTURED);
    }
    end();
}

/* Goal:   when a payment has expired nobody can pay it at the rail any more. */
TEST(what_has_expired_cannot_be_paid_there)
{
    begin();
    for (size_t i = 0; i < COUNT(METHODS_ELSEWHERE); i++) {
        const id payment = make(METHODS_ELSEWHERE[i]);
        pass_deadline(payment);
        expire(payment);
        check_status(payment, PAY_EXPIRED);
        const struct rail_answer late = do_there(payment, E_OK);
        CHECK_I64(late.outcome, RAIL_REFUSED);
        CHECK_I64(late.refusal, E_GATEWAY_TIMEOUT);
    }
    end();
}

/* Goal:   a cancelled payment cannot be paid at the rail, and what was paid there goes back. */
TEST(a_void_closes_the_page_before_and_after_it_was_used)
{
    begin();
    for (size_t i = 0; i < COUNT(METHODS_ELSEWHERE); i++)
        for (int is_paid = 0; is_paid < 2; is_paid++) {
            const id payment = make(METHODS_ELSEWHERE[i]);
            if (is_paid == 1)
                CHECK_I64(do_there(payment, E_OK).outcome, RAIL_APPROVED);
            cancel(payment);
            check_status(payment, PAY_CANCELLED);
            CHECK_I64(do_there(payment, E_OK).outcome, RAIL_REFUSED);
            look(payment);
            check_status(payment, PAY_CANCELLED);
        }
    CHECK_I64(stage_acquirer_minor(&stage), 0);
    end();
}

static void cannot_tell(struct rail *self, const struct rail_call *call, bool is_last,
                        struct rail_answer *ret)
{
    (void)self;
    (void)is_last;
    *ret = (struct rail_answer){.outcome = RAIL_UNKNOWN, .reference = call->reference};
}

static bool at_once(const struct rail *self, const struct rail_call *call)
{
    (void)self;
    (void)call;
    return true;
}

/* Goal:   while nobody can tell, a payment waits beyond its deadline, and is not asked about again
 * at once: others have their turn. */
TEST(a_payment_does_not_expire_while_its_rail_is_silent)
{
    begin();
    const id payment = make(METHOD_PAYPAY);
    struct rail *simulator = stage.app.rails[RAIL_SIMULATOR];
    struct rail_functions silent = *simulator->functions;
    struct rail dumb = *simulator;
    silent.visit = cannot_tell;
    silent.is_instant = at_once;
    dumb.functions = &silent;
    stage.app.rails[RAIL_SIMULATOR] = &dumb;
    pass_deadline(payment);
    expire(payment);
    check_status(payment, PAY_PENDING);
    silent.visit = NULL; /* a rail that cannot be asked */
    look(payment);
    check_status(payment, PAY_PENDING);
    stage.app.rails[RAIL_SIMULATOR] = simulator;
    expire(payment);
    check_status(payment, PAY_PENDING);
    stage_move_clock(&stage, stage_payment(&stage, payment).due_us + 1);
    expire(payment);
    check_status(payment, PAY_EXPIRED);
    end();
}

/* What happens while the rail is asked whether a customer has paid. */
static struct {
    id payment;
    struct rail *rail;
} meanwhile;

struct owe_work {
    struct work work;
    struct arena *arena;
};

static result run_owe(struct tx *tx, struct work *work)
{
    struct owe_work *w = (struct owe_work *)work;
    struct payment p;
    TRY(payment_read(tx_db(tx), work->tenant, meanwhile.payment, w->arena, &p));
    return payment_owe(tx, &p);
}

/* It answers that nobody has; then somebody does, too late: the money is owed back. */
static void says_no_before_it_is_paid(struct rail *self, const struct rail_call *call, bool is_last,
                                      struct rail_answer *ret)
{
    struct owe_work w = {.work = {.tenant = stage.root.id.key},
                         .arena = arena_new(PAYMENT_ARENA_BYTES)};
    (void)self;
    (void)is_last;
    *ret = (struct rail_answer){
        .outcome = RAIL_REFUSED, .refusal = E_GATEWAY_TIMEOUT, .reference = call->reference};
    stage.app.rails[RAIL_SIMULATOR] = meanwhile.rail;
    CHECK_I64(do_there(meanwhile.payment, E_OK).outcome, RAIL_APPROVED);
    CHECK_OK(store_transact_wait(stage.app.store, run_owe, &w.work));
    stage_move_clock(&stage, stage_payment(&stage, meanwhile.payment).due_us + 1);
    arena_free(w.arena);
}

/* Goal:   money that is owed back goes back, though an older answer says that there is none. */
TEST(what_is_owed_back_is_voided_whatever_was_heard_before)
{
    begin();
    const id payment = make(METHOD_PAYPAY);
    meanwhile.payment = payment;
    meanwhile.rail = stage.app.rails[RAIL_SIMULATOR];
    struct rail_functions slow = *meanwhile.rail->functions;
    struct rail asked = *meanwhile.rail;
    slow.visit = says_no_before_it_is_paid;
    slow.is_instant = at_once;
    asked.functions = &slow;
    stage.app.rails[RAIL_SIMULATOR] = &asked;
    pass_deadline(payment);
    expire(payment);
    const struct payment p = stage_payment(&stage, payment);
    CHECK_I64(p.status, PAY_CANCELLED);
    CHECK_I64(p.late_money, LATE_GIVEN_BACK);
    CHECK_I64(stage_acquirer_minor(&stage), 0);
    CHECK_I64(do_there(payment, E_OK).outcome, RAIL_REFUSED);
    end();
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    const struct CMUnitTest all[] = {
        CLAIM(what_was_paid_there_is_captured_when_somebody_asks),
        CLAIM(what_was_paid_in_time_does_not_expire),
        CLAIM(what_has_expired_cannot_be_paid_there),
        CLAIM(a_void_closes_the_page_before_and_after_it_was_used),
        CLAIM(a_payment_does_not_expire_while_its_rail_is_silent),
        CLAIM(what_is_owed_back_is_voided_whatever_was_heard_before),
    };
    return RUN_ALL(all);
}
