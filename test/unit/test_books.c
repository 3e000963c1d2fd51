/* SPDX-License-Identifier: Apache-2.0 */
/* test_books.c: the invariants of komoju-platform 10.5 over random payments and refunds.
 *
 * Each round makes a payment split among 1 to 100 sellers, captures it, and refunds it, through the
 * same functions the program uses: split_decide, fee_processing, refund_decide,
 * posting_transfers. */
#include "unit.h"

#include "base/arena.h"
#include "core/fee.h"
#include "core/refund.h"
#include "core/split.h"

enum { P = 100, SUB = 1000, ROUNDS = 3000, HELD_MAX = 4 };
#define RAIL HOUSE_ACQUIRER(1)

static struct arena *arena;

struct books {
    enum model model;
    int64_t processor, base, fee, tax, customer_fee;
    struct split split;
    transfer capture[TRANSFERS_MAX];
    size_t capture_count;
    int64_t platform, sub[SPLIT_LINES_MAX]; /* balances, and what refunds under way take */
    int64_t platform_held, sub_held[SPLIT_LINES_MAX];
};

/* 1 to 100 lines whose amounts add up to the base, each with a fee inside it. */
static size_t random_lines(int64_t base, struct split_request_line *ret)
{
    const size_t count = (size_t)random_between(1, SPLIT_LINES_MAX);
    int64_t rest = base;
    for (size_t i = 0; i < count; i++) {
        const int64_t amount = i + 1 == count ? rest : random_between(0, rest / 2);
        ret[i] = (struct split_request_line){.has_id = true,
                                             .has_amount = true,
                                             .has_platform_fee = true,
                                             .amount_minor = amount,
                                             .platform_fee_minor = random_between(0, amount),
                                             .merchant = SUB + (int64_t)i,
                                             .kind = KIND_PAYOUT};
        rest -= amount;
    }
    return count;
}

static void decide_split(struct books *b)
{
    struct split_request_line lines[SPLIT_LINES_MAX];
    const bool is_seller = random_between(0, 3) == 0;
    size_t count = random_lines(b->base, lines);
    if (is_seller) {
        count = 1;
        lines[0].amount_minor = b->base;
        lines[0].kind = KIND_SELLER;
    }
    const struct split_context context = {.caller_kind =
                                              is_seller ? KIND_PLATFORM : KIND_MARKETPLACE,
                                          .caller = P,
                                          .currency = CUR_JPY,
                                          .base_minor = b->base,
                                          .is_capture = true};
    const struct split_request request = {.is_present = true,
                                          .has_processing_merchant = is_seller,
                                          .processing_merchant = SUB,
                                          .processing_kind = KIND_SELLER,
                                          .has_lines = true,
                                          .lines = lines,
                                          .line_count = count};
    CHECK_OK(split_decide(&context, &request, arena, &b->split));
    b->model = b->split.model;
    b->processor = b->split.processor;
}

static int64_t *balance_of(struct books *b, int64_t account)
{
    return account == P ? &b->platform : &b->sub[account - SUB];
}

static void post(struct books *b, const transfer *transfers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (transfers[i].debit > 0)
            *balance_of(b, transfers[i].debit) -= transfers[i].amount_minor;
        if (transfers[i].credit > 0)
            *balance_of(b, transfers[i].credit) += transfers[i].amount_minor;
    }
}

static void random_books(struct books *b)
{
    memset(b, 0, sizeof *b);
    b->base = random_between(1, random_between(0, 1) == 0 ? 1000 : AMOUNT_MINOR_MAX);
    b->customer_fee = random_between(0, 1) * 190;
    const struct rate rate = {random_between(0, 100000), random_between(0, 50),
                              random_between(0, 100)};
    decide_split(b);
    CHECK_OK(fee_processing(b->base, &rate, &b->fee, &b->tax));
    const struct posting in = {.event = EVENT_CAPTURE,
                               .model = b->model,
                               .acquirer = RAIL,
                               .processor = b->processor,
                               .platform = P,
                               .base_minor = b->base,
                               .customer_fee_minor = b->customer_fee,
                               .fee_minor = b->fee,
                               .fee_tax_minor = b->tax,
                               .lines = b->split.lines,
                               .line_count = b->split.line_count};
    CHECK_OK(posting_transfers(&in, b->capture, &b->capture_count));
    post(b, b->capture, b->capture_count);
}

static struct refund_payment payment_of(const struct books *b)
{
    return (struct refund_payment){.state = PAY_CAPTURED,
                                   .model = b->model,
                                   .base_minor = b->base,
                                   .method_refunds = true,
                                   .method_refunds_partially = true,
                                   .capture_lines = b->split.lines,
                                   .capture_line_count = b->split.line_count};
}

static size_t refund_transfers(const struct books *b, const struct refund_plan *plan, transfer *ret)
{
    const struct posting in = {.event = EVENT_REFUND,
                               .model = b->model,
                               .acquirer = RAIL,
                               .processor = b->processor,
                               .platform = P,
                               .refund_minor = plan->amount_minor,
                               .lines = plan->lines,
                               .line_count = plan->line_count};
    size_t count = 0;
    CHECK_OK(posting_transfers(&in, ret, &count));
    return count;
}

static int64_t merchants_sum(const struct books *b)
{
    int64_t sum = b->platform;
    for (size_t i = 0; i < SPLIT_LINES_MAX; i++)
        sum += b->sub[i];
    return sum;
}

static int64_t house_sum(const transfer *t, size_t n)
{
    return transfers_net(t, n, RAIL) + transfers_net(t, n, HOUSE_FEE) +
           transfers_net(t, n, HOUSE_TAX) + transfers_net(t, n, HOUSE_CUSTOMER_FEE);
}

/* Credits less debits of merchants in one record type. */
static int64_t type_sum(const transfer *t, size_t n, enum record_type type)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (t[i].type == type)
            sum += (t[i].credit > 0 ? t[i].amount_minor : 0) -
                   (t[i].debit > 0 ? t[i].amount_minor : 0);
    return sum;
}

/* A naive model of a merchant's balance after the capture. */
static int64_t expected_sub(const struct books *b, size_t i)
{
    const split_line *line = &b->split.lines[i];
    const int64_t costs = b->model == MODEL_SELLER ? b->fee + b->tax : 0;
    return line->amount_minor - line->platform_fee_minor - costs;
}

TEST(capture_gives_merchants_the_base_less_the_fee_and_leaks_nothing)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct books b;
        random_round(seed + round);
        random_books(&b);
        CHECK_I64(merchants_sum(&b), b.base - b.fee - b.tax);
        CHECK_I64(merchants_sum(&b) + house_sum(b.capture, b.capture_count), 0);
        CHECK_I64(type_sum(b.capture, b.capture_count, RECORD_PAYMENT_SHARE), 0);
        CHECK_I64(type_sum(b.capture, b.capture_count, RECORD_PLATFORM_FEE), 0);
        for (size_t i = 0; i < b.split.line_count; i++) {
            CHECK_I64(b.sub[i], expected_sub(&b, i));
            CHECK_I64(transfers_net(b.capture, b.capture_count, SUB + (int64_t)i), b.sub[i]);
        }
        for (size_t i = 0; i < b.capture_count; i++)
            CHECK(b.capture[i].amount_minor > 0 && b.capture[i].debit != b.capture[i].credit);
        arena_clear(arena);
    }
}

TEST(reverse_refund_returns_exactly_the_net_shares)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct books b;
        random_round(seed + round);
        random_books(&b);
        const struct refund_payment payment = payment_of(&b);
        const struct refund_request all = {.processor = b.processor};
        struct refund_plan plan;
        transfer t[TRANSFERS_MAX];
        CHECK_OK(refund_decide(&payment, &all, arena, &plan));
        const size_t n = refund_transfers(&b, &plan, t);
        post(&b, t, n);
        CHECK(plan.is_full && plan.amount_minor == b.base);
        CHECK_I64(merchants_sum(&b), -b.fee - b.tax); /* which are never returned */
        CHECK_I64(type_sum(t, n, RECORD_PAYMENT_SHARE_REFUND), 0);
        CHECK_I64(type_sum(t, n, RECORD_PLATFORM_FEE_REFUND), 0);
        for (size_t i = 0; i < b.split.line_count; i++) {
            const split_line *line = &b.split.lines[i];
            CHECK_I64(-transfers_net(t, n, line->merchant),
                      line->amount_minor - line->platform_fee_minor);
        }
        CHECK_I64(*balance_of(&b, b.processor), -b.fee - b.tax);
        arena_clear(arena);
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A refund of up to `rest`: some of the sellers give back a part of what they hold, the platform a
 * little more, or all that is missing. Now and then the sum is wrong by one, or something is not
 * sent. */
static struct refund_request random_refund(const struct books *b, int64_t rest,
                                           struct split_request_line *lines)
{
    const int64_t parts = random_between(1, 10);
    const bool is_rest = random_between(0, 3) == 0, has_lines = random_between(0, 9) != 0;
    size_t count = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < b->split.line_count; i++) {
        const int64_t most = least((b->sub[i] - b->sub_held[i]) / parts, rest - sum);
        if (most < 0 || (count > 0 && random_between(0, 2) == 0))
            continue;
        const int64_t amount = random_between(0, most);
        lines[count++] = (struct split_request_line){
            .has_id = true,
            .has_amount = true,
            .has_platform_fee = true,
            .amount_minor = amount,
            .platform_fee_minor = random_between(0, least(amount / 8, rest - sum - amount)),
            .merchant = b->split.lines[i].merchant,
            .kind = b->model == MODEL_SELLER ? KIND_SELLER : KIND_PAYOUT};
        sum += amount + lines[count - 1].platform_fee_minor;
    }
    if (is_rest && count > 0) {
        lines[0].platform_fee_minor += rest - sum;
        sum = rest;
    }
    return (struct refund_request){
        .has_amount = !is_rest && random_between(0, 9) != 0,
        .amount_minor = sum + (random_between(0, 9) == 0 ? random_between(-1, 1) : 0),
        .split = {.is_present = has_lines,
                  .has_lines = has_lines,
                  .lines = lines,
                  .line_count = count},
        .processor = b->processor};
}

struct held {
    transfer t[TRANSFERS_MAX];
    size_t count;
    int64_t amount;
};

static int accepted, refunded; /* so that a property that tests nothing is seen */

static int64_t *held_of(struct books *b, int64_t account)
{
    return account == P ? &b->platform_held : &b->sub_held[account - SUB];
}

/* R4 for every party: its net effect against balance less what is held. */
static bool all_can_pay(struct books *b, const transfer *t, size_t n)
{
    for (size_t i = 0; i <= b->split.line_count; i++) {
        const int64_t account = i == 0 ? P : b->split.lines[i - 1].merchant;
        if (refund_check_balance(-transfers_net(t, n, account), *balance_of(b, account),
                                 *held_of(b, account), "m", arena)
                .code != E_OK)
            return false;
    }
    return true;
}

static void hold(struct books *b, const struct held *h, int sign)
{
    for (size_t i = 0; i <= b->split.line_count; i++) {
        const int64_t account = i == 0 ? P : b->split.lines[i - 1].merchant;
        const int64_t need = -transfers_net(h->t, h->count, account);
        *held_of(b, account) += need > 0 ? sign * need : 0;
    }
}

/* Ends the refund that is under way: it happens, or the rail refuses it. */
static void settle(struct books *b, struct held *h, struct refund_payment *payment)
{
    hold(b, h, -1);
    payment->refunding_minor -= h->amount;
    if (random_between(0, 3) == 0)
        return;
    for (size_t i = 0; i <= b->split.line_count; i++) {
        const int64_t account = i == 0 ? P : b->split.lines[i - 1].merchant;
        const int64_t need = -transfers_net(h->t, h->count, account);
        CHECK(need <= 0 || *balance_of(b, account) >= need);
    }
    post(b, h->t, h->count);
    payment->refunded_minor += h->amount;
    if (payment->refunded_minor == payment->base_minor)
        payment->state = pay_next(payment->state, PE_REFUND_ALL);
    else
        payment->state = pay_next(payment->state, PE_REFUND_PART);
}

static void try_refund(struct books *b, struct refund_payment *payment, struct held *held,
                       size_t *held_count)
{
    struct split_request_line lines[SPLIT_LINES_MAX];
    const int64_t rest = payment->base_minor - payment->refunded_minor - payment->refunding_minor;
    const struct refund_request request = random_refund(b, rest, lines);
    struct refund_plan plan;
    struct held *h = &held[*held_count];
    if (refund_decide(payment, &request, arena, &plan).code != E_OK)
        return;
    CHECK(plan.amount_minor >= 1);
    CHECK(payment->refunded_minor + payment->refunding_minor + plan.amount_minor <=
          payment->base_minor);
    h->amount = plan.amount_minor;
    h->count = refund_transfers(b, &plan, h->t);
    CHECK_I64(-transfers_net(h->t, h->count, RAIL), -plan.amount_minor);
    if (!all_can_pay(b, h->t, h->count))
        return;
    hold(b, h, 1);
    payment->refunding_minor += h->amount;
    payment->had_refund = true;
    (*held_count)++;
    accepted++;
}

/* Goal: whatever is asked for, in whatever order refunds end, no more goes back than was captured,
 *       and no refund drives a balance below zero.
 * Method: up to 20 random requests a payment, some wrong, up to four under way at once. */
TEST(refunds_never_exceed_the_capture_nor_a_balance)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        static struct held held[HELD_MAX];
        struct books b;
        size_t held_count = 0;
        random_round(seed + round);
        random_books(&b);
        b.platform += random_between(0, 1) * b.base; /* other money of the platform */
        const int64_t before = merchants_sum(&b);
        struct refund_payment payment = payment_of(&b);
        for (int64_t tries = random_between(1, 20); tries > 0; tries--) {
            if (held_count < HELD_MAX)
                try_refund(&b, &payment, held, &held_count);
            if (held_count == HELD_MAX || (held_count > 0 && random_between(0, 1) == 0))
                settle(&b, &held[--held_count], &payment);
            CHECK(payment.refunded_minor + payment.refunding_minor <= b.base);
            CHECK_I64(merchants_sum(&b), before - payment.refunded_minor);
        }
        while (held_count > 0)
            settle(&b, &held[--held_count], &payment);
        CHECK_I64(payment.refunding_minor, 0);
        CHECK((payment.state == PAY_REFUNDED) == (payment.refunded_minor == b.base));
        for (size_t i = 0; i < b.split.line_count; i++)
            CHECK(b.sub[i] >= 0 || b.model == MODEL_SELLER);
        CHECK_I64(b.platform_held, 0);
        refunded += payment.state == PAY_REFUNDED;
        arena_clear(arena);
    }
    CHECK(accepted > ROUNDS && refunded > ROUNDS / 20);
}

/* A chargeback takes the rest from the processing merchant alone, whatever it holds. */
TEST(chargeback_debits_the_processing_merchant_alone)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct books b;
        random_round(seed + round);
        random_books(&b);
        struct refund_payment payment = payment_of(&b);
        payment.refunded_minor = random_between(0, b.base - 1);
        struct posting in = {.event = EVENT_CHARGEBACK,
                             .model = b.model,
                             .acquirer = RAIL,
                             .processor = b.processor,
                             .platform = P};
        transfer t[TRANSFERS_MAX];
        size_t n = 0;
        CHECK_OK(chargeback_decide(&payment, &in.refund_minor));
        CHECK_I64(in.refund_minor + payment.refunded_minor, b.base);
        CHECK_OK(posting_transfers(&in, t, &n));
        CHECK_I64(n, 1);
        CHECK_I64(transfers_net(t, n, b.processor), -in.refund_minor);
        CHECK_I64(transfers_net(t, n, RAIL), in.refund_minor);
        arena_clear(arena);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(capture_gives_merchants_the_base_less_the_fee_and_leaks_nothing),
        CLAIM(reverse_refund_returns_exactly_the_net_shares),
        CLAIM(refunds_never_exceed_the_capture_nor_a_balance),
        CLAIM(chargeback_debits_the_processing_merchant_alone),
    };
    arena = arena_new(1 << 20);
    const int failed = RUN_ALL(all);
    arena_free(arena);
    return failed;
}
