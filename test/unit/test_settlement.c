/* SPDX-License-Identifier: Apache-2.0 */
/* test_settlement.c: what is paid out, what is kept, and what the transfer costs. */
#include "unit.h"

#include "core/settlement.h"

static struct policy policy;

static struct settlement_facts facts_of(int64_t unsettled_minor)
{
    policy_default(&policy);
    return (struct settlement_facts){.unsettled_minor = unsettled_minor,
                                     .total_minor = unsettled_minor,
                                     .is_enabled = true,
                                     .has_account = true,
                                     .policy = &policy};
}

static struct settlement_plan plan_of(const struct settlement_facts *facts)
{
    struct settlement_plan plan = {.skip = SKIPS};
    CHECK_OK(settlement_decide(facts, &plan));
    return plan;
}

static void check_skip(const struct settlement_facts *facts, enum settlement_skip want)
{
    const struct settlement_plan plan = plan_of(facts);
    CHECK_I64(plan.skip, want);
    CHECK(want == SKIP_NONE || (plan.settlement_minor == 0 && plan.carried_minor == 0 &&
                                plan.fee_minor == 0 && plan.fee_tax_minor == 0));
}

/* komoju-platform 14.3 and the story of the platform's week. */
TEST(a_week_is_paid_as_the_reference_says)
{
    static const int64_t ROWS[][4] = {
        /* settlement, fee without tax, tax, remittance */
        {2584, 200, 20, 2364},   {36050, 373, 37, 35640}, {29999, 200, 20, 29779},
        {30000, 373, 37, 29590}, {221, 200, 20, 1},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct settlement_facts facts = facts_of(ROWS[i][0]);
        const struct settlement_plan plan = plan_of(&facts);
        CHECK_I64(plan.skip, SKIP_NONE);
        CHECK_I64(plan.settlement_minor, ROWS[i][0]);
        CHECK_I64(plan.carried_minor, 0);
        CHECK_I64(plan.fee_minor, ROWS[i][1]);
        CHECK_I64(plan.fee_tax_minor, ROWS[i][2]);
        CHECK_I64(settlement_remittance(&plan), ROWS[i][3]);
    }
}

TEST(nothing_is_paid_where_nothing_may_be)
{
    struct settlement_facts facts = facts_of(10000);
    check_skip(&facts, SKIP_NONE);
    facts.is_enabled = false;
    check_skip(&facts, SKIP_DISABLED);
    facts = facts_of(10000);
    facts.is_blocked = true;
    check_skip(&facts, SKIP_BLOCKED);
    facts = facts_of(10000);
    facts.has_account = false;
    check_skip(&facts, SKIP_NO_ACCOUNT);
    facts = facts_of(0);
    check_skip(&facts, SKIP_NOTHING);
    facts = facts_of(-500);
    check_skip(&facts, SKIP_NOTHING);
    facts = facts_of(220);
    check_skip(&facts, SKIP_FEE);
    facts = facts_of(221);
    check_skip(&facts, SKIP_NONE);
    facts = facts_of(10000);
    facts.minimum_minor = 10000;
    check_skip(&facts, SKIP_NONE);
    facts.minimum_minor = 10001;
    check_skip(&facts, SKIP_MINIMUM);
}

TEST(what_is_kept_is_carried)
{
    struct settlement_facts facts = facts_of(10000);
    facts.held_minor = 1000;
    facts.retained_before_minor = 500;
    facts.retained_minor = 700;
    struct settlement_plan plan = plan_of(&facts);
    CHECK_I64(plan.settlement_minor, 8300); /* 10,000 - 1,000 - 700 */
    CHECK_I64(plan.carried_minor, 1700);

    facts.total_minor = 20000; /* later sales stand for the hold */
    plan = plan_of(&facts);
    CHECK_I64(plan.settlement_minor, 9500);
    CHECK_I64(plan.carried_minor, 500);

    facts.asked_minor = 9500;
    plan = plan_of(&facts);
    CHECK_I64(plan.settlement_minor, 9500);
    facts.asked_minor = 3000;
    plan = plan_of(&facts);
    CHECK_I64(plan.settlement_minor, 3000);
    CHECK_I64(plan.carried_minor, 7000);
    facts.asked_minor = 9501;
    check_skip(&facts, SKIP_SHORT);
    facts.asked_minor = 220;
    check_skip(&facts, SKIP_FEE);

    facts = facts_of(10000);
    facts.retained_before_minor = facts.retained_minor = 10000;
    check_skip(&facts, SKIP_NOTHING);
}

TEST(a_platform_bears_the_fee_of_its_sub_merchants_only)
{
    struct settlement_facts facts = facts_of(100);
    policy.platform_pays_payout_fee = true;
    check_skip(&facts, SKIP_FEE); /* the platform's own payout */
    facts.is_sub = true;
    struct settlement_plan plan = plan_of(&facts);
    CHECK_I64(plan.skip, SKIP_NONE);
    CHECK(plan.is_fee_borne);
    CHECK_I64(plan.fee_minor + plan.fee_tax_minor, 220);
    CHECK_I64(settlement_remittance(&plan), 100);
    policy.platform_pays_payout_fee = false;
    check_skip(&facts, SKIP_FEE);
}

TEST(the_highest_band_that_begins_below_counts)
{
    policy_default(&policy);
    policy.band_count = FEE_BANDS_MAX;
    for (size_t i = 0; i < FEE_BANDS_MAX; i++)
        policy.bands[i] = (struct fee_band){(int64_t)i * 1000, 100 * (int64_t)(i + 1)};
    CHECK_I64(payout_fee(&policy, 1), 100);
    CHECK_I64(payout_fee(&policy, 999), 100);
    CHECK_I64(payout_fee(&policy, 1000), 200);
    CHECK_I64(payout_fee(&policy, 2999), 300);
    CHECK_I64(payout_fee(&policy, 3000), 400);
    CHECK_I64(payout_fee(&policy, MONEY_MAX), 400);
    policy.band_count = 1;
    CHECK_I64(payout_fee(&policy, MONEY_MAX), 100);
}

TEST(a_sum_beyond_an_amount_is_refused)
{
    struct settlement_plan plan = {.skip = SKIPS};
    struct settlement_facts facts = facts_of(-MONEY_MAX);
    facts.total_minor = 0;
    facts.retained_before_minor = 1;
    CHECK_RESULT(settlement_decide(&facts, &plan), E_AMOUNT_RANGE, "amount");
    facts = facts_of(-MONEY_MAX);
    facts.held_minor = 1;
    CHECK_RESULT(settlement_decide(&facts, &plan), E_AMOUNT_RANGE, "amount");
    facts = facts_of(-MONEY_MAX);
    facts.retained_minor = 1;
    CHECK_RESULT(settlement_decide(&facts, &plan), E_AMOUNT_RANGE, "amount");
    CHECK_I64(plan.skip, SKIPS); /* untouched */
}

/* Goal:   the three sums are the whole, and each record is in one of them.
 * Method: komoju-platform 14.3's week of the platform, then every type by itself. */
TEST(records_add_up_to_transactions_fees_and_taxes)
{
    int64_t by_type[RECORDS] = {
        [RECORD_PAYMENT] = 41000, [RECORD_PAYMENT_SHARE] = -41000,     [RECORD_PLATFORM_FEE] = 4100,
        [RECORD_REFUND] = -900,   [RECORD_PAYMENT_SHARE_REFUND] = 850, [RECORD_FEE] = -1333,
        [RECORD_FEE_TAX] = -133,
    };
    struct settlement_amounts sums;
    settlement_amounts(by_type, &sums);
    CHECK_I64(sums.transaction_minor, 4050);
    CHECK_I64(sums.fee_minor, -1333);
    CHECK_I64(sums.fee_tax_minor, -133);
    for (int type = RECORD_NONE + 1; type < RECORDS; type++) {
        const bool is_seen = record_slug((enum record_type)type) != NULL;
        int64_t one[RECORDS] = {0};
        one[type] = 7;
        settlement_amounts(one, &sums);
        CHECK_I64(sums.transaction_minor + sums.fee_minor + sums.fee_tax_minor, is_seen ? 7 : 0);
    }
}

/* A model in other words: takes yen by yen what is free. */
static int64_t naive_free(const struct settlement_facts *f)
{
    const int64_t left = f->unsettled_minor - f->retained_before_minor;
    const int64_t now = f->total_minor - f->held_minor - f->retained_minor;
    int64_t free_minor = 0;
    while (free_minor < left && free_minor < now)
        free_minor++;
    return free_minor;
}

/* Goal:   settlement and what is carried are the whole; nobody is paid more than is free, less than
 *         the minimum, or nothing at all; and what could be paid is.
 * Method: random facts against the model. */
TEST(a_plan_is_what_a_naive_model_pays)
{
    const uint64_t first = random_seed();
    for (uint64_t round = 0; round < 20000; round++) {
        random_round(first + round);
        struct settlement_facts f = facts_of(random_between(-500, 3000));
        f.total_minor = f.unsettled_minor + random_between(-1000, 1000);
        f.retained_minor = random_between(0, 3) == 0 ? random_between(0, 800) : 0;
        f.retained_before_minor = random_between(0, f.retained_minor);
        f.held_minor = random_between(0, 3) == 0 ? random_between(0, 800) : 0;
        f.minimum_minor = random_between(0, 1) == 0 ? random_between(0, 1500) : 0;
        f.asked_minor = random_between(0, 3) == 0 ? random_between(1, 2000) : 0;
        f.is_sub = random_between(0, 1) == 0;
        f.is_enabled = random_between(0, 9) != 0;
        f.is_blocked = random_between(0, 9) == 0;
        f.has_account = random_between(0, 9) != 0;
        policy.platform_pays_payout_fee = random_between(0, 1) == 0;

        const struct settlement_plan plan = plan_of(&f);
        const int64_t free_minor = naive_free(&f);
        const int64_t due = f.asked_minor > 0 ? f.asked_minor : free_minor;
        const bool is_borne = f.is_sub && policy.platform_pays_payout_fee;
        const bool may = f.is_enabled && !f.is_blocked && f.has_account && free_minor > 0 &&
                         free_minor >= f.minimum_minor && due <= free_minor &&
                         (is_borne || due > 220);
        CHECK((plan.skip == SKIP_NONE) == may);
        if (!may)
            continue;
        CHECK_I64(plan.settlement_minor, due);
        CHECK_I64(plan.settlement_minor + plan.carried_minor, f.unsettled_minor);
        CHECK(plan.carried_minor >= 0);
        CHECK(settlement_remittance(&plan) > 0);
        CHECK_I64(settlement_remittance(&plan), due - (is_borne ? 0 : 220));
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_week_is_paid_as_the_reference_says),
        CLAIM(nothing_is_paid_where_nothing_may_be),
        CLAIM(what_is_kept_is_carried),
        CLAIM(a_platform_bears_the_fee_of_its_sub_merchants_only),
        CLAIM(the_highest_band_that_begins_below_counts),
        CLAIM(a_sum_beyond_an_amount_is_refused),
        CLAIM(records_add_up_to_transactions_fees_and_taxes),
        CLAIM(a_plan_is_what_a_naive_model_pays),
    };
    return RUN_ALL(all);
}
