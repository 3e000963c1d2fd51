/* SPDX-License-Identifier: Apache-2.0 */
/* test_method.c: the table of payment types against komoju-core 15.5. */
#include "unit.h"

#include "core/method.h"

TEST(credit_card_does_and_costs_what_the_matrix_says)
{
    const struct method_row *row = method_row(METHOD_CREDIT_CARD);
    CHECK_I64(row->method, METHOD_CREDIT_CARD);
    CHECK_TEXT(row->slug, "credit_card");
    CHECK_I64(row->flow, FLOW_CARD);
    CHECK(row->two_step && row->partial_capture && row->refund && row->partial_refund);
    CHECK(!row->refund_request);
    CHECK_I64(row->percent_e4, 32500);
    CHECK_I64(row->customer_fee_minor, 0);
    CHECK_I64(row->expiry_days, 30);
    CHECK_TEXT(row->name_en, "Credit Card");
}

/* Every row is complete, and found by its slug. */
TEST(every_method_is_found_by_its_slug)
{
    static const enum method ALL[] = {
#define METHOD(name, ...) METHOD_##name,
#include "core/method.def"
#undef METHOD
    };
    for (size_t i = 0; i < COUNT(ALL); i++) {
        const struct method_row *row = method_row(ALL[i]);
        enum method found = METHOD_NONE;
        CHECK(method_read(str_of(row->slug), &found));
        CHECK_I64(found, ALL[i]);
        CHECK(row->flow != FLOW_NONE && row->name_en != NULL);
        CHECK(row->name_ja != NULL && row->name_ko != NULL);
        CHECK(0 <= row->percent_e4 && row->percent_e4 <= 1000000 && row->customer_fee_minor >= 0);
        CHECK(!row->partial_capture || row->two_step);
        CHECK(!row->partial_refund || row->refund);
        CHECK(!row->refund || !row->refund_request);
    }
}

TEST(method_refuses_anything_else)
{
    static const char *const BAD[] = {"", "credit", "credit_card ", "CREDIT_CARD", "unheard_of"};
    enum method found = METHOD_CREDIT_CARD;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!method_read(str_of(BAD[i]), &found));
    CHECK(!method_read(STR_NONE, &found));
    CHECK_I64(found, METHOD_CREDIT_CARD);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(credit_card_does_and_costs_what_the_matrix_says),
        CLAIM(every_method_is_found_by_its_slug),
        CLAIM(method_refuses_anything_else),
    };
    return RUN_ALL(all);
}
