/* SPDX-License-Identifier: Apache-2.0 */
/* test_payment.c: the states of a payment, captures, and the tax of a create. */
#include "unit.h"

#include "core/money.h"
#include "core/payment.h"

/* Goal: the table of komoju-core 6.4 and nothing else. Method: every state with every event. */
TEST(every_step_that_is_not_listed_is_illegal)
{
    static const struct {
        enum pay_state from;
        enum pay_event event;
        enum pay_state to;
    } LEGAL[] = {
        {PAY_PENDING, PE_AUTHORIZE, PAY_AUTHORIZED},  {PAY_PENDING, PE_CAPTURE, PAY_CAPTURED},
        {PAY_PENDING, PE_CANCEL, PAY_CANCELLED},      {PAY_PENDING, PE_EXPIRE, PAY_EXPIRED},
        {PAY_PENDING, PE_FAIL, PAY_FAILED},           {PAY_AUTHORIZED, PE_CAPTURE, PAY_CAPTURED},
        {PAY_AUTHORIZED, PE_CANCEL, PAY_CANCELLED},   {PAY_AUTHORIZED, PE_EXPIRE, PAY_EXPIRED},
        {PAY_CAPTURED, PE_REFUND_PART, PAY_CAPTURED}, {PAY_CAPTURED, PE_REFUND_ALL, PAY_REFUNDED},
    };
    for (int state = PAY_NONE; state < PAY_STATES; state++)
        for (int event = PE_NONE; event < PAY_EVENTS; event++) {
            enum pay_state want = PAY_NONE;
            for (size_t i = 0; i < COUNT(LEGAL); i++)
                if ((int)LEGAL[i].from == state && (int)LEGAL[i].event == event)
                    want = LEGAL[i].to;
            CHECK_I64(pay_next((enum pay_state)state, (enum pay_event)event), want);
        }
}

TEST(a_payment_is_open_while_it_is_pending_or_authorized)
{
    for (int state = PAY_NONE; state < PAY_STATES; state++)
        CHECK_I64(pay_is_open((enum pay_state)state),
                  state == PAY_PENDING || state == PAY_AUTHORIZED);
}

TEST(state_names_are_those_of_the_wire)
{
    static const char *const WANT[PAY_STATES] = {NULL,       "pending",   "authorized", "captured",
                                                 "refunded", "cancelled", "expired",    "failed"};
    for (int state = PAY_NONE + 1; state < PAY_STATES; state++) {
        enum pay_state again = PAY_NONE;
        CHECK_TEXT(pay_state_name((enum pay_state)state), WANT[state]);
        CHECK(pay_state_read(str_of(WANT[state]), &again));
        CHECK_I64(again, state);
    }
    enum pay_state untouched = PAY_EXPIRED;
    CHECK(!pay_state_read(S("Captured"), &untouched));
    CHECK(!pay_state_read(S(""), &untouched));
    CHECK(!pay_state_read(STR_NONE, &untouched));
    CHECK_I64(untouched, PAY_EXPIRED);
}

static const struct capture_payment AUTHORIZED = {.state = PAY_AUTHORIZED,
                                                  .is_two_step = true,
                                                  .method_captures_partially = true,
                                                  .amount_minor = 1000,
                                                  .tax_minor = 100};

TEST(capture_takes_the_amount_and_tax_that_were_asked_for)
{
    static const struct {
        struct capture_request request;
        int64_t amount, tax;
    } CASES[] = {
        {{0}, 1000, 100},
        {{.has_amount = true, .amount_minor = 1000}, 1000, 100},
        {{.has_amount = true, .amount_minor = 1000, .has_tax = true, .tax_minor = 0}, 1000, 0},
        {{.has_amount = true, .amount_minor = 999}, 999, 0},
        {{.has_amount = true, .amount_minor = 1}, 1, 0},
        {{.has_amount = true, .amount_minor = 500, .has_tax = true, .tax_minor = 100}, 500, 100},
        {{.has_amount = true, .amount_minor = 500, .has_tax = true, .tax_is_auto = true}, 500, 50},
        {{.tax_is_auto = true}, 1000, 100},
        {{.has_tax = true, .tax_minor = 40}, 1000, 40},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t amount = -1, tax = -1;
        CHECK_OK(capture_decide(&AUTHORIZED, &CASES[i].request, &amount, &tax));
        CHECK_I64(amount, CASES[i].amount);
        CHECK_I64(tax, CASES[i].tax);
    }
}

TEST(capture_never_takes_more_than_was_authorized)
{
    static const struct {
        struct capture_request request;
        const char *param;
    } CASES[] = {
        {{.has_amount = true, .amount_minor = 0}, "amount"},
        {{.has_amount = true, .amount_minor = -1}, "amount"},
        {{.has_amount = true, .amount_minor = 1001}, "amount"},
        {{.has_amount = true, .amount_minor = INT64_MAX}, "amount"},
        {{.has_tax = true, .tax_minor = -1}, "tax"},
        {{.has_tax = true, .tax_minor = 101}, "tax"},
        {{.has_amount = true, .amount_minor = 500, .has_tax = true, .tax_minor = 101}, "tax"},
    };
    int64_t amount = 42, tax = 42;
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_RESULT(capture_decide(&AUTHORIZED, &CASES[i].request, &amount, &tax),
                     E_INVALID_PARAMETER, CASES[i].param);
    const struct capture_payment without_tax = {
        .state = PAY_AUTHORIZED, .is_two_step = true, .amount_minor = 1000};
    const struct capture_request automatic = {.tax_is_auto = true};
    CHECK_RESULT(capture_decide(&without_tax, &automatic, &amount, &tax), E_INVALID_PARAMETER,
                 "tax");
    CHECK_I64(amount, 42);
    CHECK_I64(tax, 42);
}

TEST(capture_needs_an_open_two_step_authorization)
{
    const struct capture_request all = {0};
    for (int state = PAY_NONE; state < PAY_STATES; state++) {
        struct capture_payment payment = AUTHORIZED;
        payment.state = (enum pay_state)state;
        int64_t amount = 42, tax = 42;
        CHECK_RESULT(capture_decide(&payment, &all, &amount, &tax),
                     state == PAY_AUTHORIZED ? E_OK : E_NOT_CAPTURABLE, NULL);
    }
    struct capture_payment cash = AUTHORIZED;
    cash.is_two_step = false;
    int64_t amount, tax;
    CHECK_RESULT(capture_decide(&cash, &all, &amount, &tax), E_NOT_CAPTURABLE, NULL);
}

TEST(capture_of_a_part_needs_a_method_that_can)
{
    struct capture_payment payment = AUTHORIZED;
    payment.method_captures_partially = false;
    const struct capture_request all = {0}, part = {.has_amount = true, .amount_minor = 999},
                                 less_tax = {.has_tax = true, .tax_minor = 99};
    int64_t amount, tax;
    CHECK_OK(capture_decide(&payment, &all, &amount, &tax));
    CHECK_RESULT(capture_decide(&payment, &part, &amount, &tax), E_NOT_CAPTURABLE, "amount");
    CHECK_RESULT(capture_decide(&payment, &less_tax, &amount, &tax), E_NOT_CAPTURABLE, "amount");
}

TEST(capture_refuses_a_payment_that_is_no_amount)
{
    struct capture_payment payment = AUTHORIZED;
    payment.amount_minor = MONEY_MAX + 1;
    const struct capture_request automatic = {.tax_is_auto = true};
    int64_t amount, tax;
    CHECK_RESULT(capture_decide(&payment, &automatic, &amount, &tax), E_AMOUNT_RANGE, "amount");
}

TEST(payment_tax_is_given_or_automatic_or_none_on_a_platform)
{
    static const struct {
        struct tax_request request;
        int64_t want;
    } CASES[] = {
        {{0}, 100},
        {{.has_platform_details = true}, 0},
        {{.tax_is_auto = true, .has_platform_details = true}, 100},
        {{.has_tax = true, .tax_is_auto = true}, 100},
        {{.has_tax = true, .tax_minor = 0}, 0},
        {{.has_tax = true, .tax_minor = 80}, 80},
        {{.has_tax = true, .tax_minor = 80, .has_platform_details = true}, 80},
        {{.has_tax = true, .tax_minor = AMOUNT_MINOR_MAX}, AMOUNT_MINOR_MAX},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t tax = -1;
        CHECK_OK(payment_tax(1000, &CASES[i].request, &tax));
        CHECK_I64(tax, CASES[i].want);
    }
}

TEST(payment_amount_and_tax_stay_within_the_limit)
{
    const struct tax_request automatic = {0}, none = {.has_platform_details = true},
                             negative = {.has_tax = true, .tax_minor = -1},
                             big = {.has_tax = true, .tax_minor = AMOUNT_MINOR_MAX + 1},
                             huge = {.has_tax = true, .tax_minor = INT64_MAX};
    int64_t tax = 42;
    CHECK_RESULT(payment_tax(1000, &negative, &tax), E_INVALID_PARAMETER, "tax");
    CHECK_RESULT(payment_tax(1000, &big, &tax), E_AMOUNT_RANGE, "tax");
    CHECK_RESULT(payment_tax(1000, &huge, &tax), E_AMOUNT_RANGE, "tax");
    CHECK_RESULT(payment_tax(AMOUNT_MINOR_MAX + 1, &none, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(payment_tax(0, &none, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(payment_tax(0, &automatic, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(payment_tax(-1, &automatic, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(payment_tax(INT64_MIN, &none, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_I64(tax, 42);
    CHECK_OK(payment_tax(AMOUNT_MINOR_MAX, &none, &tax));
    CHECK_OK(payment_tax(AMOUNT_MINOR_MAX, &automatic,
                         &tax)); /* the limit is the amount's, before tax */
    CHECK_I64(tax, 1000000);
    CHECK_OK(payment_tax(1, &automatic, &tax));
    CHECK_I64(tax, 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(every_step_that_is_not_listed_is_illegal),
        CLAIM(a_payment_is_open_while_it_is_pending_or_authorized),
        CLAIM(state_names_are_those_of_the_wire),
        CLAIM(capture_takes_the_amount_and_tax_that_were_asked_for),
        CLAIM(capture_never_takes_more_than_was_authorized),
        CLAIM(capture_needs_an_open_two_step_authorization),
        CLAIM(capture_of_a_part_needs_a_method_that_can),
        CLAIM(capture_refuses_a_payment_that_is_no_amount),
        CLAIM(payment_tax_is_given_or_automatic_or_none_on_a_platform),
        CLAIM(payment_amount_and_tax_stay_within_the_limit),
    };
    return RUN_ALL(all);
}
