/* SPDX-License-Identifier: Apache-2.0 */
/* test_refund.c: rules R1 to R9 of komoju-platform 9, chargebacks, and balance transfers (13.3). */
#include "unit.h"

#include "base/arena.h"
#include "core/refund.h"

enum { P = 100, S1 = 101, S2 = 102, S3 = 103 };
#define LINES "platform_details.submerchants"

static struct arena *arena;
static struct refund_plan got;

static const split_line TWO[] = {{S1, 700, 70}, {S2, 300, 30}};
static const split_line ONE[] = {{S1, 1000, 100}};

/* A captured card payment of 1000 yen, split between two, and the same by a seller and alone. */
static const struct refund_payment SPLIT = {.state = PAY_CAPTURED,
                                            .model = MODEL_PLATFORM,
                                            .base_minor = 1000,
                                            .method_refunds = true,
                                            .method_refunds_partially = true,
                                            .capture_lines = TWO,
                                            .capture_line_count = 2};
static const struct refund_payment SELLER = {.state = PAY_CAPTURED,
                                             .model = MODEL_SELLER,
                                             .base_minor = 1000,
                                             .method_refunds = true,
                                             .method_refunds_partially = true,
                                             .capture_lines = ONE,
                                             .capture_line_count = 1};
static const struct refund_payment ALONE = {.state = PAY_CAPTURED,
                                            .model = MODEL_ALONE,
                                            .base_minor = 1000,
                                            .method_refunds = true,
                                            .method_refunds_partially = true};

static struct split_request_line line_of(int64_t merchant, int64_t amount, int64_t fee)
{
    return (struct split_request_line){.has_id = true,
                                       .has_amount = true,
                                       .has_platform_fee = true,
                                       .amount_minor = amount,
                                       .platform_fee_minor = fee,
                                       .merchant = merchant,
                                       .kind = KIND_PAYOUT};
}

/* amount -1: none was sent */
static struct refund_request request_of(int64_t amount, const struct split_request_line *lines,
                                        size_t count)
{
    return (struct refund_request){.has_amount = amount != -1,
                                   .amount_minor = amount == -1 ? 0 : amount,
                                   .split = {.is_present = lines != NULL,
                                             .has_lines = lines != NULL,
                                             .lines = lines,
                                             .line_count = count},
                                   .processor = P};
}

/* On an error nothing may have been written. */
static result decide(const struct refund_payment *payment, struct refund_request request)
{
    static const struct refund_plan UNTOUCHED = {.amount_minor = -42};
    got = UNTOUCHED;
    const result r = refund_decide(payment, &request, arena, &got);
    if (r.code != E_OK)
        CHECK(memcmp(&got, &UNTOUCHED, sizeof got) == 0);
    return r;
}

static result decide_amount(const struct refund_payment *payment, int64_t amount)
{
    return decide(payment, request_of(amount, NULL, 0));
}

static result decide_one(int64_t amount, struct split_request_line line)
{
    return decide(&SPLIT, request_of(amount, &line, 1));
}

static void check_line(size_t i, int64_t merchant, int64_t amount, int64_t fee)
{
    CHECK_I64(got.lines[i].merchant, merchant);
    CHECK_I64(got.lines[i].amount_minor, amount);
    CHECK_I64(got.lines[i].platform_fee_minor, fee);
}

TEST(reverse_refund_undoes_the_capture_split)
{
    CHECK_OK(decide_amount(&SPLIT, -1));
    CHECK_I64(got.amount_minor, 1000);
    CHECK(got.is_reverse && got.is_full);
    CHECK_I64(got.line_count, 2);
    check_line(0, S1, 630, 70);
    check_line(1, S2, 270, 30);
    CHECK_OK(decide_amount(&SELLER, -1));
    CHECK_I64(got.line_count, 1);
    check_line(0, S1, 900, 100);
}

TEST(empty_platform_details_are_the_same_as_none)
{
    struct refund_request request = request_of(-1, NULL, 0);
    request.split.is_present = true;
    CHECK_OK(decide(&SPLIT, request));
    CHECK(got.is_reverse);
}

TEST(non_reverse_refund_is_taken_as_sent)
{
    const struct split_request_line lines[] = {line_of(S1, 300, 30), line_of(S2, 150, 20)};
    CHECK_OK(decide(&SPLIT, request_of(500, lines, 2)));
    CHECK_I64(got.amount_minor, 500);
    CHECK(!got.is_reverse && !got.is_full);
    check_line(0, S1, 300, 30);
    check_line(1, S2, 150, 20);
    struct split_request_line seller = line_of(S1, 850, 50);
    seller.kind = KIND_SELLER;
    CHECK_OK(decide(&SELLER, request_of(900, &seller, 1)));
    check_line(0, S1, 850, 50);
}

TEST(r1_only_captured_payments_of_a_refundable_method_are_refunded)
{
    for (int state = PAY_NONE; state < PAY_STATES; state++) {
        struct refund_payment payment = SPLIT;
        payment.state = (enum pay_state)state;
        CHECK_RESULT(decide_amount(&payment, -1), state == PAY_CAPTURED ? E_OK : E_NOT_REFUNDABLE,
                     NULL);
    }
    struct refund_payment konbini = SPLIT;
    konbini.method_refunds = false;
    CHECK_RESULT(decide_amount(&konbini, -1), E_NOT_REFUNDABLE, NULL);
}

TEST(refund_of_a_part_needs_a_method_that_can)
{
    struct refund_payment payment = ALONE;
    payment.method_refunds_partially = false;
    CHECK_OK(decide_amount(&payment, 1000));
    CHECK_RESULT(decide_amount(&payment, 999), E_NOT_REFUNDABLE, "amount");
}

TEST(refund_amount_is_at_least_one)
{
    CHECK_OK(decide_amount(&ALONE, 1));
    CHECK_RESULT(decide_amount(&ALONE, 0), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_amount(&ALONE, -2), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_amount(&SPLIT, 0), E_INVALID_PARAMETER, "amount");
}

TEST(refund_never_exceeds_capture)
{
    struct refund_payment payment = ALONE;
    payment.had_refund = true;
    payment.refunded_minor = 300;
    payment.refunding_minor = 200; /* counts as well (R2) */
    CHECK_OK(decide_amount(&payment, 500));
    CHECK(!got.is_full); /* not while the other one is under way */
    CHECK_RESULT(decide_amount(&payment, 501), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_amount(&payment, INT64_MAX), E_INVALID_PARAMETER, "amount");
    payment.refunding_minor = 699;
    CHECK_OK(decide_amount(&payment, 1)); /* the last yen */
    CHECK_RESULT(decide_amount(&payment, 2), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_amount(&SPLIT, 1001), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_one(1001, line_of(S1, 1001, 0)), E_INVALID_PARAMETER, "amount");
}

TEST(nothing_left_is_not_refundable)
{
    struct refund_payment payment = ALONE;
    payment.had_refund = true;
    payment.refunding_minor = 1000;
    CHECK_RESULT(decide_amount(&payment, -1), E_NOT_REFUNDABLE, NULL);
    CHECK_RESULT(decide_amount(&payment, 1), E_INVALID_PARAMETER, "amount");
    payment.refunded_minor = 1000; /* a chargeback did not wait for the refund under way */
    CHECK_RESULT(decide_amount(&payment, -1), E_NOT_REFUNDABLE, NULL);
}

TEST(omitted_amount_is_all_that_is_left)
{
    struct refund_payment payment = ALONE;
    payment.had_refund = true;
    payment.refunded_minor = 300;
    CHECK_OK(decide_amount(&payment, -1));
    CHECK_I64(got.amount_minor, 700);
    CHECK(got.is_full && !got.is_reverse);
    CHECK_I64(got.line_count, 0);
}

TEST(r3_amounts_and_platform_fees_add_up_to_the_refund)
{
    CHECK_OK(decide_one(900, line_of(S1, 850, 50)));
    CHECK_RESULT(decide_one(900, line_of(S1, 850, 49)), E_INVALID_PARAMETER, LINES);
    CHECK_RESULT(decide_one(900, line_of(S1, 850, 51)), E_INVALID_PARAMETER, LINES);
    CHECK_RESULT(decide_one(900, line_of(S1, 900, 50)), E_INVALID_PARAMETER, LINES);
    CHECK_OK(decide_one(100, line_of(S1, 0, 100))); /* the fee may exceed the amount (rulings) */
    struct split_request_line line = line_of(S1, 100, 99);
    line.has_platform_fee = false;
    CHECK_OK(decide_one(100, line)); /* omitted: 0 */
    check_line(0, S1, 100, 0);
    CHECK_RESULT(decide_one(900, line_of(S1, INT64_MAX, 50)), E_INVALID_PARAMETER, LINES);
    CHECK_RESULT(decide_one(900, line_of(S1, 850, INT64_MAX)), E_INVALID_PARAMETER, LINES);
}

TEST(r5_refund_of_a_part_needs_a_split)
{
    CHECK_RESULT(decide_amount(&SPLIT, 999), E_MISSING_PARAMETER, "platform_details");
    CHECK_RESULT(decide_amount(&SELLER, 1), E_MISSING_PARAMETER, "platform_details");
    CHECK_OK(decide_amount(&SPLIT, 1000)); /* the whole payment is a reverse refund */
    CHECK(got.is_reverse);
    CHECK_OK(decide_amount(&ALONE, 999)); /* outside the platform model any part will do */
}

TEST(r6_reverse_after_an_earlier_refund_is_refused)
{
    struct refund_payment payment = SPLIT;
    payment.had_refund = true;
    payment.refunded_minor = 100;
    CHECK_RESULT(decide_amount(&payment, -1), E_NOT_REFUNDABLE, NULL);
    CHECK_RESULT(decide_amount(&payment, 1000), E_NOT_REFUNDABLE, NULL);
    CHECK_RESULT(decide_amount(&payment, 900), E_MISSING_PARAMETER, "platform_details");
    CHECK_RESULT(decide_amount(&payment, 1001), E_INVALID_PARAMETER, "amount");
    const struct split_request_line line = line_of(S1, 900, 0);
    CHECK_OK(decide(&payment, request_of(900, &line, 1))); /* an explicit split is fine */
    CHECK(got.is_full);
}

/* Sums that contradict had_refund refuse rather than refund more than is left. */
TEST(r2_holds_for_a_reverse_refund_too)
{
    struct refund_payment payment = SPLIT;
    payment.refunded_minor = 100;
    CHECK_RESULT(decide_amount(&payment, -1), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(decide_amount(&payment, 1000), E_INVALID_PARAMETER, "amount");
}

TEST(r7_only_sub_merchants_of_the_capture_appear)
{
    CHECK_OK(decide_one(10, line_of(S2, 10, 0)));
    CHECK_RESULT(decide_one(10, line_of(S3, 10, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
    const struct split_request_line lines[] = {line_of(S1, 5, 0), line_of(S3, 5, 0)};
    CHECK_RESULT(decide(&SPLIT, request_of(10, lines, 2)), E_INVALID_PARAMETER,
                 LINES "[1].submerchant_id");
}

TEST(r8_split_without_amount_refunds_the_rest)
{
    struct refund_payment payment = SPLIT;
    payment.had_refund = true;
    payment.refunded_minor = 400;
    const struct split_request_line rest = line_of(S1, 550, 50), less = line_of(S1, 550, 49);
    CHECK_OK(decide(&payment, request_of(-1, &rest, 1)));
    CHECK_I64(got.amount_minor, 600);
    CHECK(got.is_full);
    CHECK_RESULT(decide(&payment, request_of(-1, &less, 1)), E_INVALID_PARAMETER, LINES);
}

TEST(r9_payment_is_refunded_when_all_of_it_is)
{
    CHECK_OK(decide_amount(&ALONE, 999));
    CHECK(!got.is_full);
    CHECK_OK(decide_amount(&ALONE, 1000));
    CHECK(got.is_full);
}

TEST(v3_v4_v5_v13_v14_hold_for_refund_splits)
{
    struct split_request_line line = line_of(S1, 10, 0);
    line.has_id = false;
    CHECK_RESULT(decide_one(10, line), E_MISSING_PARAMETER, LINES "[0].submerchant_id");
    CHECK_RESULT(decide_one(10, line_of(0, 10, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
    line = line_of(S1, 10, 0);
    line.kind = KIND_SELLER;
    CHECK_RESULT(decide_one(10, line), E_INVALID_PARAMETER, LINES "[0].submerchant_id");
    line = line_of(S1, 10, 0);
    line.has_amount = false;
    CHECK_RESULT(decide_one(10, line), E_MISSING_PARAMETER, LINES "[0].amount");
    CHECK_RESULT(decide_one(10, line_of(S1, -1, 11)), E_INVALID_PARAMETER, LINES "[0].amount");
    CHECK_RESULT(decide_one(10, line_of(S1, 11, -1)), E_INVALID_PARAMETER,
                 LINES "[0].platform_fee");
    const struct split_request_line twice[] = {line_of(S1, 5, 0), line_of(S1, 5, 0)};
    CHECK_RESULT(decide(&SPLIT, request_of(10, twice, 2)), E_INVALID_PARAMETER,
                 LINES "[1].submerchant_id");
    struct split_request_line many[SPLIT_LINES_MAX + 1];
    for (int i = 0; i <= SPLIT_LINES_MAX; i++)
        many[i] = line_of(1000 + i, 0, 0);
    CHECK_RESULT(decide(&SPLIT, request_of(10, many, SPLIT_LINES_MAX + 1)), E_INVALID_PARAMETER,
                 LINES);
    CHECK_RESULT(decide(&SPLIT, request_of(10, many, 0)), E_MISSING_PARAMETER, LINES);
    struct refund_request request = request_of(-1, NULL, 0);
    request.split.has_processing_merchant = true;
    request.split.processing_merchant = P;
    CHECK_OK(decide(&SPLIT, request));
    request.split.processing_merchant = S1;
    CHECK_RESULT(decide(&SPLIT, request), E_INVALID_PARAMETER,
                 "platform_details.processing_merchant_id");
}

TEST(ordinary_payment_takes_no_split)
{
    const struct split_request_line line = line_of(S1, 10, 0);
    CHECK_RESULT(decide(&ALONE, request_of(10, &line, 1)), E_FORBIDDEN, "platform_details");
    struct refund_request request = request_of(10, NULL, 0);
    request.split.is_present = true;
    CHECK_OK(decide(&ALONE, request));
    request.split.has_processing_merchant = true;
    request.split.processing_merchant = P;
    CHECK_RESULT(decide(&ALONE, request), E_FORBIDDEN, "platform_details");
}

/* Equal is enough; what is promised to refunds under way is not there;
 * nothing to pay is no test. */
TEST(r4_party_must_hold_its_own_part)
{
    CHECK_OK(refund_check_balance(100, 100, 0, "m", arena));
    CHECK_RESULT(refund_check_balance(100, 99, 0, "m", arena), E_NOT_REFUNDABLE, NULL);
    CHECK_OK(refund_check_balance(100, 150, 50, "m", arena));
    CHECK_RESULT(refund_check_balance(100, 150, 51, "m", arena), E_NOT_REFUNDABLE, NULL);
    CHECK_RESULT(refund_check_balance(1, -5, 0, "m", arena), E_NOT_REFUNDABLE, NULL);
    CHECK_OK(refund_check_balance(0, -5, 10, "m", arena));
    CHECK_OK(refund_check_balance(-7, -5, 10, "m", arena));
    CHECK_RESULT(refund_check_balance(MONEY_MAX, MONEY_MAX, MONEY_MAX, "m", arena),
                 E_NOT_REFUNDABLE, NULL);
    const result r = refund_check_balance(1, 0, 0, "25characters", arena);
    CHECK(strstr(r.message, "25characters") != NULL);
}

/* Goal:   a refund takes from the last number first, goes on where the one before stopped, and adds
 *         up.
 * Method: yen by yen from the back as the oracle, for random numbers and refunds. */
TEST(shares_are_taken_from_the_last_number_first)
{
    enum { MOST = 6 };
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 2000; round++) {
        random_round(seed + round);
        int64_t taken[MOST], shares[MOST], want[MOST] = {0}, sum = 0;
        const size_t count = (size_t)random_between(1, MOST);
        for (size_t i = 0; i < count; i++)
            sum += taken[i] = random_between(1, 9);
        const int64_t before = random_between(0, sum), amount = random_between(0, sum - before);
        int64_t yen = 0;
        for (size_t i = count; i-- > 0;)
            for (int64_t n = 0; n < taken[i]; n++, yen++)
                want[i] += before <= yen && yen < before + amount;
        refund_shares(taken, count, before, amount, shares);
        for (size_t i = 0; i < count; i++)
            CHECK_I64(shares[i], want[i]);
    }
}

TEST(chargeback_takes_what_was_not_refunded)
{
    struct refund_payment payment = SPLIT;
    int64_t amount = 42;
    CHECK_OK(chargeback_decide(&payment, &amount));
    CHECK_I64(amount, 1000);
    payment.refunded_minor = 999;
    CHECK_OK(chargeback_decide(&payment, &amount));
    CHECK_I64(amount, 1);
    payment.refunded_minor = 1000;
    amount = 42;
    CHECK_RESULT(chargeback_decide(&payment, &amount), E_NOT_CHARGEBACKABLE, NULL);
    CHECK_I64(amount, 42);
    payment = SPLIT;
    payment.method_refunds = false; /* cash that was paid in */
    CHECK_RESULT(chargeback_decide(&payment, &amount), E_NOT_CHARGEBACKABLE, NULL);
    for (int state = PAY_NONE; state < PAY_STATES; state++) {
        payment = SPLIT;
        payment.state = (enum pay_state)state;
        CHECK_RESULT(chargeback_decide(&payment, &amount),
                     state == PAY_CAPTURED ? E_OK : E_NOT_CHARGEBACKABLE, NULL);
    }
}

static const struct balance_transfer DOWN = {.root = P,
                                             .sender = P,
                                             .receiver = S1,
                                             .currency = CUR_JPY,
                                             .amount_minor = 300,
                                             .sender_balance_minor = 350,
                                             .sender_held_minor = 50};

TEST(balance_transfer_goes_both_ways_and_may_empty_the_sender)
{
    struct balance_transfer up = DOWN;
    up.sender = S1;
    up.receiver = P;
    CHECK_OK(balance_transfer_check(&DOWN));
    CHECK_OK(balance_transfer_check(&up));
    up.amount_minor = 1;
    CHECK_OK(balance_transfer_check(&up));
}

TEST(balance_transfer_refuses_everything_else)
{
    struct balance_transfer t = DOWN;
    t.currency = CUR_USD;
    CHECK_RESULT(balance_transfer_check(&t), E_INVALID_PARAMETER, "currency");
    t = DOWN;
    t.receiver = 0;
    CHECK_RESULT(balance_transfer_check(&t), E_INVALID_PARAMETER, "to");
    t.receiver = P;
    CHECK_RESULT(balance_transfer_check(&t), E_INVALID_PARAMETER, "to");
    t.sender = S1;
    t.receiver = S2;
    CHECK_RESULT(balance_transfer_check(&t), E_INVALID_PARAMETER, "to");
    static const int64_t BAD[] = {0, -1, INT64_MIN, MONEY_MAX + 1};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        t = DOWN;
        t.amount_minor = BAD[i];
        CHECK_RESULT(balance_transfer_check(&t), E_INVALID_PARAMETER, "amount");
    }
    t = DOWN;
    t.amount_minor = 301;
    CHECK_RESULT(balance_transfer_check(&t), E_BALANCE_SHORT, "amount");
    t.amount_minor = MONEY_MAX; /* together with what is held this is no amount any more */
    CHECK_RESULT(balance_transfer_check(&t), E_BALANCE_SHORT, "amount");
}

/* The customer fee goes back whole, split into fee and tax, and once; the request always costs the
 * same. */
TEST(refund_request_takes_its_fee_and_once_the_customer_fee)
{
    static const struct {
        struct customer_fee_refund in;
        struct refund_fees want;
    } CASES[] = {
        {{190, true, false}, {173, 17, 300, 30}}, {{190, false, false}, {0, 0, 300, 30}},
        {{190, false, true}, {0, 0, 300, 30}},    {{0, true, false}, {0, 0, 300, 30}},
        {{11, true, false}, {10, 1, 300, 30}},
    };
    struct refund_fees fees;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        fees = (struct refund_fees){42, 42, 42, 42};
        CHECK_OK(refund_request_fees(&CASES[i].in, &fees));
        CHECK_I64(fees.customer_fee_minor, CASES[i].want.customer_fee_minor);
        CHECK_I64(fees.customer_fee_tax_minor, CASES[i].want.customer_fee_tax_minor);
        CHECK_I64(fees.fee_minor, CASES[i].want.fee_minor);
        CHECK_I64(fees.fee_tax_minor, CASES[i].want.fee_tax_minor);
    }
    fees = (struct refund_fees){42, 42, 42, 42};
    CHECK_RESULT(refund_request_fees(&(struct customer_fee_refund){190, true, true}, &fees),
                 E_INVALID_PARAMETER, "include_payment_method_fee");
    CHECK_RESULT(refund_request_fees(&(struct customer_fee_refund){-1, true, false}, &fees),
                 E_AMOUNT_RANGE, "amount");
    CHECK_I64(fees.fee_minor, 42);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(reverse_refund_undoes_the_capture_split),
        CLAIM(empty_platform_details_are_the_same_as_none),
        CLAIM(non_reverse_refund_is_taken_as_sent),
        CLAIM(r1_only_captured_payments_of_a_refundable_method_are_refunded),
        CLAIM(refund_of_a_part_needs_a_method_that_can),
        CLAIM(refund_amount_is_at_least_one),
        CLAIM(refund_never_exceeds_capture),
        CLAIM(nothing_left_is_not_refundable),
        CLAIM(omitted_amount_is_all_that_is_left),
        CLAIM(r3_amounts_and_platform_fees_add_up_to_the_refund),
        CLAIM(r5_refund_of_a_part_needs_a_split),
        CLAIM(r6_reverse_after_an_earlier_refund_is_refused),
        CLAIM(r2_holds_for_a_reverse_refund_too),
        CLAIM(r7_only_sub_merchants_of_the_capture_appear),
        CLAIM(r8_split_without_amount_refunds_the_rest),
        CLAIM(r9_payment_is_refunded_when_all_of_it_is),
        CLAIM(v3_v4_v5_v13_v14_hold_for_refund_splits),
        CLAIM(ordinary_payment_takes_no_split),
        CLAIM(r4_party_must_hold_its_own_part),
        CLAIM(refund_request_takes_its_fee_and_once_the_customer_fee),
        CLAIM(shares_are_taken_from_the_last_number_first),
        CLAIM(chargeback_takes_what_was_not_refunded),
        CLAIM(balance_transfer_goes_both_ways_and_may_empty_the_sender),
        CLAIM(balance_transfer_refuses_everything_else),
    };
    arena = arena_new(1 << 20);
    const int failed = RUN_ALL(all);
    arena_free(arena);
    return failed;
}
