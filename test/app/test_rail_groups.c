/* SPDX-License-Identifier: Apache-2.0 */
/* test_rail_groups.c: what a rail is asked about payments that it knows in several pieces, or for
 * longer than we do: prepaid numbers that go back together, voids that it refuses, money that comes
 * when nobody waits for it any more, and declines that it tells late.
 *
 * The rail writes down what it is asked, and answers as it is told. */
#include <sodium.h>

#include "app/operation_resolve.h"
#include "app/payment_actions.h"
#include "app/payment_create.h"
#include "app/payment_expire.h"
#include "app/payment_settle.h"
#include "app/screen.h"
#include "app/screen_settings.h"
#include "base/log.h"
#include "stage.h"

enum { CALLS_MAX = 64, PARTS_MAX = 8, WORTH = 2000 };

/* ---- the rail ------------------------------------------------------------------------------ */

struct asked {
    enum rail_op op;
    id reference, original;
    int64_t amount_minor;
    size_t part_count;
    id parts[PARTS_MAX];
    int64_t parts_minor[PARTS_MAX];
};

static struct desk {
    struct rail rail; /* first */
    struct asked asked[CALLS_MAX];
    size_t count, inquiries;
    enum rail_outcome says[RAIL_OPS]; /* RAIL_OUTCOME_NONE: RAIL_APPROVED */
    enum rail_outcome inquired;       /* the same for inquiries */
    /* Not 0: the op whose call stands still before it is carried out, while another server has its
     * operation. What was voided by then is refused, as voided. */
    enum rail_op stands_still;
    bool is_standing;
    id voided;
} desk;

static struct asked read_call(const struct rail_call *call)
{
    struct asked a = {.op = call->op,
                      .reference = call->reference,
                      .original = call->original,
                      .amount_minor = call->amount.minor,
                      .part_count = call->part_count};
    CHECK(call->part_count <= PARTS_MAX);
    for (size_t i = 0; i < call->part_count; i++) {
        a.parts[i] = call->parts[i].reference;
        a.parts_minor[i] = call->parts[i].amount.minor;
    }
    return a;
}

/* A number is worth WORTH. */
static void say(const struct rail_call *call, enum rail_outcome outcome, struct rail_answer *ret)
{
    *ret = (struct rail_answer){.outcome = outcome, .reference = call->reference};
    if (outcome == RAIL_APPROVED) {
        ret->amount = call->amount;
        if (call->op == RAIL_REDEEM && ret->amount.minor > WORTH)
            ret->amount.minor = WORTH;
    } else if (outcome == RAIL_REFUSED) {
        ret->refusal = E_REQUEST_FAILED;
    }
}

static bool desk_is_instant(const struct rail *self, const struct rail_call *call)
{
    (void)self;
    return call->op != desk.stands_still;
}

static bool is_voided(id reference)
{
    return desk.voided.key != 0 && desk.voided.key == reference.key &&
           desk.voided.salt == reference.salt;
}

static void say_voided(const struct rail_call *call, struct rail_answer *ret)
{
    *ret = (struct rail_answer){
        .outcome = RAIL_REFUSED, .refusal = E_GATEWAY_TIMEOUT, .reference = call->reference};
}

static void stand_still(const struct rail_call *call);

static void desk_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    (void)self;
    if (call->op == desk.stands_still)
        stand_still(call);
    CHECK(desk.count < CALLS_MAX);
    desk.asked[desk.count++] = read_call(call);
    if (desk.is_standing)
        desk.voided = call->original;
    if (is_voided(call->reference)) {
        say_voided(call, ret);
        return;
    }
    const enum rail_outcome says = desk.says[call->op];
    say(call, says == RAIL_OUTCOME_NONE ? RAIL_APPROVED : says, ret);
}

static void desk_inquire(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    (void)self;
    desk.inquiries++;
    if (is_voided(call->reference) || desk.is_standing) {
        say_voided(call, ret);
        if (!is_voided(call->reference))
            *ret = (struct rail_answer){.outcome = RAIL_NOT_FOUND, .reference = call->reference};
        return;
    }
    say(call, desk.inquired == RAIL_OUTCOME_NONE ? RAIL_APPROVED : desk.inquired, ret);
}

static void desk_close(struct rail *self)
{
    (void)self;
}

static const struct asked *last_of(enum rail_op op)
{
    static const struct asked NOTHING;
    for (size_t i = desk.count; i-- > 0;)
        if (desk.asked[i].op == op)
            return &desk.asked[i];
    return &NOTHING;
}

static size_t count_of(enum rail_op op)
{
    size_t count = 0;
    for (size_t i = 0; i < desk.count; i++)
        count += desk.asked[i].op == op;
    return count;
}

/* ---- clients ------------------------------------------------------------------------------- */

static struct stage stage;

/* The call has not been carried out yet; whoever has the operation meanwhile asks about it. */
static void stand_still(const struct rail_call *call)
{
    desk.is_standing = true;
    stage_resolve(&stage, call->reference.key);
    desk.is_standing = false;
}

static int begin(void **state)
{
    static const struct rail_functions FUNCTIONS = {.is_instant = desk_is_instant,
                                                    .call = desk_call,
                                                    .inquire = desk_inquire,
                                                    .close = desk_close};
    const struct scripted_config config = {.is_instant = true};
    (void)state;
    stage_begin(&stage, &config);
    stage_open(&stage);
    desk = (struct desk){.rail = {.functions = &FUNCTIONS, .number = RAIL_SIMULATOR}};
    stage.app.rails[RAIL_SIMULATOR] = &desk.rail;
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&stage);
    stage_end(&stage);
    return 0;
}

static void answered(struct command *c)
{
    bell_ring(c->context);
}

/* Runs what was made by frame(); the payment as it is then. */
static enum err run(struct payment_command *p, struct payment *ret)
{
    struct bell bell = BELL;
    struct arena *arena = p->c.arena;
    p->c.answered = answered;
    p->c.context = &bell;
    command_run(&p->c);
    bell_wait(&bell);
    const enum err told = p->c.outcome.code;
    const id payment = p->payment.id;
    command_done(&p->c);
    arena_free(arena);
    if (ret != NULL)
        *ret = stage_payment(&stage, payment);
    return told;
}

#define FRAME(type) ((type *)(void *)frame(sizeof(type)))
static struct payment_command *frame(size_t bytes)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment_command *p = arena_alloc(arena, bytes);
    CHECK(p != NULL);
    memset(p, 0, bytes);
    command_init(&p->c, &stage.app, arena, stage.root.id.key);
    return p;
}

static void fill_secret(struct secret_details *secret)
{
    static char text[] = "{\"prepaid_number\":\"1111111111111111\"}";
    *secret = (struct secret_details){text, sizeof text - 1};
}

static struct payment make(enum method method, int64_t amount_minor, bool is_captured)
{
    struct payment ret;
    struct payment_create *in = FRAME(struct payment_create);
    in->amount_minor = amount_minor;
    in->currency = CUR_JPY;
    in->tax.has_tax = true;
    in->is_captured = is_captured;
    in->method = method;
    in->details = S("{\"type\":\"some\",\"prepaid_cards\":[{\"last_four_digits\":\"1111\"}]}");
    in->return_url = S("https://shop.example/");
    in->locale = LOCALE_JA;
    fill_secret(&in->secret);
    payment_create_init(in);
    CHECK_I64(run(&in->p, &ret), E_OK);
    return ret;
}

static struct payment create(enum method method, int64_t amount_minor)
{
    return make(method, amount_minor, true);
}

static enum err add(struct payment *p)
{
    struct payment_update *in = FRAME(struct payment_update);
    in->p.id = p->id;
    in->has_details = true;
    in->method = p->method;
    in->details = S("{\"type\":\"some\",\"prepaid_cards\":[{\"last_four_digits\":\"1111\"}]}");
    fill_secret(&in->secret);
    payment_update_init(in);
    return run(&in->p, p);
}

static enum err refund(struct payment *p, int64_t amount_minor)
{
    struct payment_refund *in = FRAME(struct payment_refund);
    in->p.id = p->id;
    in->has_amount = true;
    in->amount_minor = amount_minor;
    payment_refund_init(in);
    return run(&in->p, p);
}

static enum err cancel(struct payment *p)
{
    struct payment_cancel *in = FRAME(struct payment_cancel);
    in->p.id = p->id;
    payment_cancel_init(in);
    return run(&in->p, p);
}

static enum err happen(struct payment *p, enum payment_happening happening)
{
    struct payment_happen *in = FRAME(struct payment_happen);
    in->p.id = p->id;
    in->happening = happening;
    payment_happen_init(in);
    return run(&in->p, p);
}

/* The job, once, whether or not it is due by the scan. */
static void job(struct payment *p)
{
    struct bell bell = BELL;
    payment_expire_start(&stage.app, stage.root.id.key, p->id.key, bell_ring, &bell);
    bell_wait(&bell);
    *p = stage_payment(&stage, p->id);
}

static void check_parts(const struct asked *asked, const struct asked *const *redeemed,
                        const int64_t *minor, size_t count)
{
    CHECK_I64(asked->part_count, count);
    for (size_t i = 0; i < count; i++) {
        CHECK_I64(asked->parts[i].key, redeemed[i]->reference.key);
        CHECK_I64(asked->parts[i].salt, redeemed[i]->reference.salt);
        CHECK_I64(asked->parts_minor[i], minor[i]);
    }
}

/* ---- prepaid numbers ------------------------------------------------------------------------ */

/* Goal:   a void is of every number that has given something, with what it gave, and of no other.
 * Method: two numbers, one more that is refused; the void's call. */
TEST(a_void_names_every_number)
{
    struct payment p = create(METHOD_NANACO, 5000);
    CHECK_I64(add(&p), E_OK);
    desk.says[RAIL_REDEEM] = RAIL_REFUSED;
    CHECK_I64(add(&p), E_REQUEST_FAILED);
    CHECK_I64(p.short_minor, 1000);
    CHECK_I64(cancel(&p), E_OK);
    const struct asked *redeemed[] = {&desk.asked[0], &desk.asked[1]};
    check_parts(last_of(RAIL_VOID), redeemed, (const int64_t[]){2000, 2000}, 2);
    CHECK_I64(p.status, PAY_CANCELLED);
}

/* Goal:   refunds take from the last number first, and never more than it gave; together they are
 *         the whole payment, number by number.
 * Method: three numbers, three refunds, the second one resolved by inquiry. */
TEST(refunds_name_every_number)
{
    struct payment p = create(METHOD_NANACO, 5000);
    CHECK_I64(add(&p), E_OK);
    CHECK_I64(add(&p), E_OK);
    CHECK_I64(p.status, PAY_CAPTURED);
    (void)create(METHOD_NANACO, WORTH); /* what the fees have taken must be there */
    const struct asked *redeemed[] = {&desk.asked[0], &desk.asked[1], &desk.asked[2]};
    CHECK_I64(refund(&p, 1500), E_OK);
    check_parts(last_of(RAIL_REFUND), redeemed, (const int64_t[]){0, 500, 1000}, 3);
    desk.says[RAIL_REFUND] = RAIL_UNKNOWN;
    desk.inquired = RAIL_UNKNOWN;
    CHECK_I64(refund(&p, 2000), E_GATEWAY_TIMEOUT);
    check_parts(last_of(RAIL_REFUND), redeemed, (const int64_t[]){500, 1500, 0}, 3);
    desk.inquired = RAIL_APPROVED;
    const struct operation o = stage_settle(&stage, p.operation, 9);
    CHECK_I64(o.state, OPERATION_DONE);
    desk.says[RAIL_REFUND] = RAIL_APPROVED;
    CHECK_I64(refund(&p, 1500), E_OK);
    check_parts(last_of(RAIL_REFUND), redeemed, (const int64_t[]){1500, 0, 0}, 3);
    CHECK_I64(p.status, PAY_REFUNDED);
}

/* Goal:   a number whose answer was lost and that cannot be voided gets back what it gave, not what
 *         it was asked for.
 * Method: the answer is lost, the inquiry says 2000 of 5000, the void is refused. */
TEST(a_reversal_gives_back_what_was_taken)
{
    struct payment p = create(METHOD_NANACO, 7000);
    desk.says[RAIL_REDEEM] = RAIL_UNKNOWN;
    desk.inquired = RAIL_UNKNOWN;
    CHECK_I64(add(&p), E_GATEWAY_TIMEOUT);
    desk.inquired = RAIL_APPROVED;
    desk.says[RAIL_VOID] = RAIL_REFUSED;
    const struct operation o = stage_settle(&stage, p.operation, 9);
    CHECK_I64(o.state, OPERATION_GIVEN_UP);
    CHECK_I64(last_of(RAIL_VOID)->original.key, o.id.key);
    CHECK_I64(last_of(RAIL_VOID)->part_count, 0); /* of this number alone */
    CHECK_I64(last_of(RAIL_REFUND)->original.key, o.id.key);
    CHECK_I64(last_of(RAIL_REFUND)->amount_minor, WORTH);
    p = stage_payment(&stage, p.id);
    CHECK_I64(p.short_minor, 5000);
    desk.says[RAIL_VOID] = RAIL_APPROVED;
    CHECK_I64(cancel(&p), E_OK);
    check_parts(last_of(RAIL_VOID), (const struct asked *[]){&desk.asked[0]},
                (const int64_t[]){2000}, 1);
}

/* ---- what a rail does not let go of --------------------------------------------------------- */

static void pass_deadline(const struct payment *p)
{
    stage_move_clock(&stage, p->deadline_us + US_PER_S);
}

/* Goal:   a slip or a page whose deadline has passed is closed at its rail before it has expired.
 * Method: a rail that takes its time: unknown, then approved. */
TEST(what_was_registered_is_voided_when_it_expires)
{
    static const enum method METHODS_OF[] = {METHOD_KONBINI, METHOD_PAYPAY};
    for (size_t i = 0; i < COUNT(METHODS_OF); i++) {
        struct payment p = create(METHODS_OF[i], 1000);
        const struct asked registered = *last_of(RAIL_REGISTER);
        const enum pay_state before = p.status;
        pass_deadline(&p);
        desk.says[RAIL_VOID] = desk.inquired = RAIL_UNKNOWN;
        job(&p);
        CHECK_I64(p.status, before);
        CHECK(p.operation != 0);
        CHECK_I64(last_of(RAIL_VOID)->original.key, registered.reference.key);
        desk.inquired = RAIL_APPROVED;
        (void)stage_settle(&stage, p.operation, 9);
        p = stage_payment(&stage, p.id);
        CHECK_I64(p.status, PAY_EXPIRED);
        CHECK_I64(p.operation, 0);
        CHECK_I64(p.due_us, 0);
    }
}

/* Goal:   a void that is refused is sent again at growing intervals, not all the time.
 * Method: 25 refusals; how long each wait is; then the rail lets go. */
TEST(a_refused_void_is_tried_more_and_more_slowly)
{
    struct payment p = create(METHOD_NANACO, 5000);
    pass_deadline(&p);
    desk.says[RAIL_VOID] = RAIL_REFUSED;
    for (int64_t tries = 1; tries <= 25; tries++) {
        const int64_t before = (int64_t)count_of(RAIL_VOID);
        job(&p);
        CHECK_I64(count_of(RAIL_VOID), before + 1);
        CHECK_I64(p.refusals, tries);
        const int64_t wait_s = (p.due_us - stage_now_us(&stage)) / US_PER_S;
        CHECK_I64(wait_s, tries >= 20 ? 3600 : tries >= 10 ? 300 : INT64_C(1) << (tries - 1));
        job(&p); /* not due */
        CHECK_I64(count_of(RAIL_VOID), before + 1);
        stage_move_clock(&stage, p.due_us + US_PER_MS);
    }
    CHECK_I64(p.status, PAY_PENDING);
    desk.says[RAIL_VOID] = RAIL_APPROVED;
    job(&p);
    CHECK_I64(p.status, PAY_EXPIRED);
    CHECK_I64(p.refusals, 0);
    CHECK_I64(p.due_us, 0);
}

/* Goal:   a card's authorization ends when its time is over, whatever its rail says to a void.
 * Method: its client cancels it after the deadline, and is refused. */
TEST(an_authorization_ends_without_its_rail)
{
    struct payment p = make(METHOD_CREDIT_CARD, 1000, false);
    pass_deadline(&p);
    desk.says[RAIL_VOID] = RAIL_REFUSED;
    CHECK_I64(cancel(&p), E_REQUEST_FAILED);
    CHECK_I64(p.refusals, 0);
    CHECK_I64(p.due_us, p.deadline_us);
    job(&p);
    CHECK_I64(p.status, PAY_EXPIRED);
    CHECK_I64(count_of(RAIL_VOID), 1);
}

/* Goal:   money for a payment that cannot take it any more goes back, once, however often the rail
 *         says that it came; the payment stays what it was and the books are empty.
 * Method: a slip that was cancelled and one that has expired; a rail that refuses first. */
TEST(money_that_comes_too_late_is_given_back)
{
    for (int is_expired = 0; is_expired < 2; is_expired++) {
        struct payment p = create(METHOD_KONBINI, 1000);
        const struct asked registered = *last_of(RAIL_REGISTER);
        if (is_expired != 0) {
            pass_deadline(&p);
            job(&p);
        } else {
            CHECK_I64(cancel(&p), E_OK);
        }
        const enum pay_state closed = is_expired != 0 ? PAY_EXPIRED : PAY_CANCELLED;
        CHECK_I64(p.status, closed);
        const int64_t voids = (int64_t)count_of(RAIL_VOID);
        CHECK_I64(happen(&p, HAPPENING_PAID), E_UNPROCESSABLE);
        CHECK_I64(p.status, closed);
        CHECK_I64(p.late_money, LATE_OWED);
        CHECK(p.due_us > 0);
        desk.says[RAIL_VOID] = RAIL_REFUSED;
        stage_move_clock(&stage, p.due_us + US_PER_MS);
        job(&p);
        CHECK_I64(p.late_money, LATE_OWED);
        CHECK_I64(p.refusals, 1);
        CHECK_I64(happen(&p, HAPPENING_PAID), E_UNPROCESSABLE); /* said again */
        CHECK_I64(p.refusals, 1);
        desk.says[RAIL_VOID] = RAIL_APPROVED;
        stage_move_clock(&stage, p.due_us + US_PER_MS);
        job(&p);
        CHECK_I64(p.late_money, LATE_GIVEN_BACK);
        CHECK_I64(p.due_us, 0);
        CHECK_I64(count_of(RAIL_VOID), voids + 2);
        CHECK_I64(last_of(RAIL_VOID)->original.key, registered.reference.key);
        CHECK_I64(last_of(RAIL_VOID)->amount_minor, payment_total(&p));
        CHECK_I64(happen(&p, HAPPENING_PAID), E_UNPROCESSABLE);
        CHECK_I64(p.late_money, LATE_GIVEN_BACK);
        CHECK_I64(p.due_us, 0);
    }
    CHECK_I64(stage_acquirer_minor(&stage), 0);
}

/* Goal:   a payment that its rail does not let go of can still be paid in; what has been taken is
 *         never late.
 * Method: the void of a late slip is refused because it is being paid; the notice follows. */
TEST(a_slip_that_is_being_paid_is_taken)
{
    struct payment p = create(METHOD_KONBINI, 1000);
    pass_deadline(&p);
    desk.says[RAIL_VOID] = RAIL_REFUSED;
    job(&p);
    CHECK_I64(p.status, PAY_AUTHORIZED);
    CHECK_I64(happen(&p, HAPPENING_PAID), E_OK);
    CHECK_I64(p.status, PAY_CAPTURED);
    CHECK_I64(p.refusals, 0);
    CHECK_I64(happen(&p, HAPPENING_PAID), E_UNPROCESSABLE); /* said again */
    CHECK_I64(p.late_money, LATE_NONE);
}

/* Goal:   the operator ends what a rail never lets go of, and nothing else: an open payment has
 *         expired, late money counts as given back; the books are as before.
 * Method: each of them, before and after the first refusal. */
TEST(the_operator_settles_what_a_rail_refuses)
{
    struct payment open = create(METHOD_NANACO, 5000), owed = create(METHOD_KONBINI, 1000);
    CHECK_I64(cancel(&owed), E_OK);
    CHECK_I64(happen(&owed, HAPPENING_PAID), E_UNPROCESSABLE);
    struct payment *all[] = {&open, &owed};
    desk.says[RAIL_VOID] = RAIL_REFUSED;
    pass_deadline(&open);
    for (size_t i = 0; i < COUNT(all); i++) {
        CHECK_I64(payment_settle(stage.app.store, all[i]->id, stage.arena).code, E_UNPROCESSABLE);
        job(all[i]);
        CHECK_I64(payment_settle(stage.app.store, all[i]->id, stage.arena).code, E_OK);
        *all[i] = stage_payment(&stage, all[i]->id);
        CHECK_I64(all[i]->due_us, 0);
        CHECK_I64(all[i]->refusals, 0);
        CHECK_I64(payment_settle(stage.app.store, all[i]->id, stage.arena).code, E_UNPROCESSABLE);
    }
    CHECK_I64(open.status, PAY_EXPIRED);
    CHECK_I64(owed.status, PAY_CANCELLED);
    CHECK_I64(owed.late_money, LATE_GIVEN_BACK);
    CHECK_I64(payment_settle(stage.app.store, (id){5, 5}, stage.arena).code, E_NOT_FOUND);
    CHECK_I64(stage_acquirer_minor(&stage), 0);
}

/* ---- declines ------------------------------------------------------------------------------ */

static struct payment_create *card_payment(void)
{
    struct payment_create *in = FRAME(struct payment_create);
    in->amount_minor = STAGE_YEN;
    in->currency = CUR_JPY;
    in->is_captured = true;
    in->method = METHOD_CREDIT_CARD;
    in->card = (struct card_secret){.number = "4111111111111111", .month = 12, .year = 2039};
    in->screening.buyer.ip = S("203.0.113.7");
    in->details = S("{\"type\":\"credit_card\"}");
    in->locale = LOCALE_JA;
    payment_create_init(in);
    return in;
}

/* What has been counted against a kind of mark of that card and address. */
static int64_t declines_of(enum screen_kind kind)
{
    const struct card_secret card = {.number = "4111111111111111"};
    const int64_t tenant = stage.root.id.key;
    const struct screening s = {.vault = stage.app.vault,
                                .tenant = tenant,
                                .merchant = tenant,
                                .method = METHOD_CREDIT_CARD,
                                .buyer.ip = S("203.0.113.7"),
                                .card = &card};
    struct screen_marks marks;
    struct value values[SCREEN_KINDS];
    struct rows rows;
    int64_t declines = 0;
    screen_marks(&s, &marks);
    for (int i = SCREEN_MERCHANT; i <= SCREEN_BIN; i++)
        values[i] = VB(marks.of[i].bytes, marks.of[i].is_known ? SCREEN_HASH_BYTES : 0);
    struct db *db = store_read_begin(stage.app.store);
    CHECK_OK(db_query(db, SQL_SCREEN_COUNT_LIST, &rows, VI(tenant), VI(tenant),
                      values[SCREEN_MERCHANT], values[SCREEN_IP], values[SCREEN_CARD],
                      values[SCREEN_BIN], VI(0)));
    while (rows_next(&rows))
        declines += row_i64(&rows, 0) == (int64_t)kind ? row_i64(&rows, 3) : 0;
    CHECK_OK(rows_done(&rows));
    store_read_end(stage.app.store, db);
    return declines;
}

/* So high that nobody reaches it; without one nothing is counted. */
static void set_limit(void)
{
    struct screen_limit_change change = {
        .merchant = stage.root.id,
        .limit = SCREEN_LIMIT_MERCHANT_DECLINES,
        .has_most = true,
        .rule = {.most = 1000},
    };
    CHECK_OK(screen_limit_set(stage.app.store, stage.arena, &change));
}

/* Goal:   a decline counts against every mark of its payment, once, also when it is learnt from an
 *         inquiry; what only was not made is no decline.
 * Method: a refusal at once, one that an inquiry tells, and a payment that the rail never heard of.
 */
TEST(a_decline_counts_once_whenever_it_is_learnt)
{
    static const struct {
        enum rail_outcome says, inquired;
    } WAYS[] = {
        {RAIL_REFUSED, RAIL_REFUSED}, {RAIL_UNKNOWN, RAIL_REFUSED}, {RAIL_UNKNOWN, RAIL_NOT_FOUND}};
    int64_t want = 0;
    set_limit();
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        desk.says[RAIL_CHARGE] = WAYS[i].says;
        desk.inquired = RAIL_UNKNOWN;
        struct payment p;
        CHECK(run(&card_payment()->p, &p) != E_OK);
        desk.inquired = WAYS[i].inquired;
        if (p.operation != 0)
            (void)stage_settle(&stage, p.operation, 9);
        CHECK_I64(stage_payment(&stage, p.id).status, PAY_FAILED);
        want += WAYS[i].inquired == RAIL_REFUSED;
        for (int kind = SCREEN_MERCHANT; kind <= SCREEN_BIN; kind++)
            CHECK_I64(declines_of((enum screen_kind)kind), want);
    }
}

/* ---- servers that stand still ---------------------------------------------------------------- */

/* Goal:   "never heard of it" is not final while the call may still be made: by a server that
 * stands still, and whose operations another one has taken over. What it does when it goes on has
 *         one effect, or none.
 * Method: an inquiry, by another server, while a charge and then a refund stand still before they
 *         are carried out. One server alone (SQLite) cannot come to this. */
TEST(a_call_that_stands_still_is_not_given_up)
{
    if (!test_on_postgres())
        skip();
    desk.stands_still = RAIL_CHARGE;
    struct payment p;
    CHECK(run(&card_payment()->p, &p) != E_OK);
    CHECK_I64(p.status, PAY_FAILED);
    CHECK_I64(p.operation, 0);
    CHECK_I64(last_of(RAIL_VOID)->original.key, p.reference); /* so that it is stopped */
    CHECK(is_voided(last_of(RAIL_CHARGE)->reference));
    desk.stands_still = RAIL_OP_NONE;
    (void)create(METHOD_NANACO, WORTH); /* what the fees have taken must be there */
    CHECK_I64(run(&card_payment()->p, &p), E_OK);
    desk.stands_still = RAIL_REFUND;
    CHECK(refund(&p, 400) != E_OK);
    CHECK(p.operation != 0); /* nobody knows yet */
    CHECK_I64(p.refunding_minor, 400);
    CHECK_I64(stage_settle(&stage, p.operation, 9).state, OPERATION_DONE);
    p = stage_payment(&stage, p.id);
    CHECK_I64(p.refunded_minor, 400);
    CHECK_I64(count_of(RAIL_REFUND), 1);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    log_set_level(LEVELS);
#define AT_STAGE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest all[] = {
        AT_STAGE(a_void_names_every_number),
        AT_STAGE(refunds_name_every_number),
        AT_STAGE(a_reversal_gives_back_what_was_taken),
        AT_STAGE(what_was_registered_is_voided_when_it_expires),
        AT_STAGE(a_refused_void_is_tried_more_and_more_slowly),
        AT_STAGE(an_authorization_ends_without_its_rail),
        AT_STAGE(money_that_comes_too_late_is_given_back),
        AT_STAGE(a_slip_that_is_being_paid_is_taken),
        AT_STAGE(the_operator_settles_what_a_rail_refuses),
        AT_STAGE(a_decline_counts_once_whenever_it_is_learnt),
        AT_STAGE(a_call_that_stands_still_is_not_given_up),
    };
    return RUN_ALL(all);
}
