/* SPDX-License-Identifier: Apache-2.0 */
/* test_split.c: rules V1 to V14 of komoju-platform 7.2, each from both sides. */
#include "unit.h"

#include "base/arena.h"
#include "core/split.h"

enum { P = 100, S1 = 101, S2 = 102 };
#define LINES "platform_details.submerchants"
#define WHO   "platform_details.processing_merchant_id"

static struct arena *arena;
static struct split got;

static struct split_request_line line_of(int64_t merchant, int64_t amount, int64_t fee)
{
    return (struct split_request_line){.has_id = true,
                                       .has_amount = true,
                                       .has_platform_fee = true,
                                       .amount_minor = amount,
                                       .platform_fee_minor = fee,
                                       .merchant = merchant,
                                       .kind = KIND_PAYOUT,
                                       .status = APPLICATION_ACCEPTED};
}

static struct split_request_line seller_line(int64_t merchant, int64_t amount, int64_t fee)
{
    struct split_request_line line = line_of(merchant, amount, fee);
    line.kind = KIND_SELLER;
    return line;
}

static struct split_request request_of(const struct split_request_line *lines, size_t count)
{
    return (struct split_request){
        .is_present = true, .has_lines = true, .lines = lines, .line_count = count};
}

static struct split_request request_by(int64_t processor, const struct split_request_line *lines,
                                       size_t count)
{
    return (struct split_request){.is_present = true,
                                  .has_processing_merchant = true,
                                  .processing_merchant = processor,
                                  .processing_kind = KIND_SELLER,
                                  .has_lines = lines != NULL,
                                  .lines = lines,
                                  .line_count = count};
}

/* A capture of 1000 yen by a marketplace and by a platform business. */
static const struct split_context MARKETPLACE = {.caller_kind = KIND_MARKETPLACE,
                                                 .caller = P,
                                                 .currency = CUR_JPY,
                                                 .base_minor = 1000,
                                                 .is_capture = true};
static const struct split_context PLATFORM = {.caller_kind = KIND_PLATFORM,
                                              .caller = P,
                                              .currency = CUR_JPY,
                                              .base_minor = 1000,
                                              .is_capture = true};

/* On an error nothing may have been written. */
static result decide(const struct split_context *context, struct split_request request)
{
    static const struct split UNTOUCHED = {.model = MODEL_NONE, .processor = -42};
    got = UNTOUCHED;
    const result r = split_decide(context, &request, arena, &got);
    if (r.code != E_OK)
        CHECK(memcmp(&got, &UNTOUCHED, sizeof got) == 0);
    return r;
}

static result decide_one(const struct split_context *context, struct split_request_line line)
{
    return decide(context, request_of(&line, 1));
}

static result decide_seller(struct split_request_line line)
{
    return decide(&PLATFORM, request_by(S1, &line, 1));
}

TEST(marketplace_split_is_taken_as_sent)
{
    struct split_request_line lines[] = {line_of(S1, 700, 70), line_of(S2, 300, 30)};
    CHECK_OK(decide(&MARKETPLACE, request_of(lines, 2)));
    CHECK_I64(got.model, MODEL_PLATFORM);
    CHECK_I64(got.processor, P);
    CHECK_I64(got.line_count, 2);
    CHECK_I64(got.lines[1].merchant, S2);
    CHECK_I64(got.lines[1].amount_minor, 300);
    CHECK_I64(got.lines[1].platform_fee_minor, 30);
}

TEST(seller_payment_is_processed_by_the_seller)
{
    CHECK_OK(decide_seller(seller_line(S1, 1000, 100)));
    CHECK_I64(got.model, MODEL_SELLER);
    CHECK_I64(got.processor, S1);
    CHECK_I64(got.line_count, 1);
    CHECK_I64(got.lines[0].amount_minor, 1000);
    CHECK_I64(got.lines[0].platform_fee_minor, 100);
}

TEST(ordinary_merchant_stands_alone_and_may_not_split)
{
    struct split_context context = MARKETPLACE;
    context.caller_kind = KIND_ORDINARY;
    context.currency = CUR_USD;
    CHECK_OK(decide(&context, (struct split_request){0}));
    CHECK_I64(got.model, MODEL_ALONE);
    CHECK_I64(got.processor, P);
    CHECK_I64(got.line_count, 0);
    CHECK_OK(decide(&context, (struct split_request){.is_present = true}));
    CHECK_RESULT(decide_one(&context, line_of(S1, 1000, 0)), E_FORBIDDEN, "platform_details");
    CHECK_RESULT(decide(&context, request_by(P, NULL, 0)), E_FORBIDDEN, "platform_details");
}

TEST(v1_platform_payments_are_in_yen)
{
    struct split_context context = MARKETPLACE;
    CHECK_OK(decide_one(&context, line_of(S1, 1000, 0)));
    context.currency = CUR_USD;
    CHECK_RESULT(decide_one(&context, line_of(S1, 1000, 0)), E_INVALID_CURRENCY, "currency");
}

TEST(v3_sub_merchant_exists_and_has_the_role_of_the_model)
{
    struct split_request_line line = line_of(S1, 1000, 0);
    line.has_id = false;
    CHECK_RESULT(decide_one(&MARKETPLACE, line), E_MISSING_PARAMETER, LINES "[0].submerchant_id");
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(0, 1000, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
    CHECK_RESULT(decide_one(&MARKETPLACE, seller_line(S1, 1000, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
    CHECK_RESULT(decide_seller(line_of(S1, 1000, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
}

TEST(v3_processing_merchant_exists_and_is_a_seller)
{
    const struct split_request_line line = seller_line(S1, 1000, 0);
    struct split_request request = request_by(0, &line, 1);
    CHECK_RESULT(decide(&PLATFORM, request), E_INVALID_PARAMETER, WHO);
    request = request_by(S1, &line, 1);
    request.processing_kind = KIND_PAYOUT;
    CHECK_RESULT(decide(&PLATFORM, request), E_INVALID_PARAMETER, WHO);
}

TEST(v3_marketplace_processes_by_itself)
{
    const struct split_request_line line = line_of(S1, 1000, 0);
    CHECK_OK(decide(&MARKETPLACE, request_by(P, &line, 1)));
    CHECK_RESULT(decide(&MARKETPLACE, request_by(S1, &line, 1)), E_INVALID_PARAMETER, WHO);
    CHECK_RESULT(decide(&MARKETPLACE, request_by(0, &line, 1)), E_INVALID_PARAMETER, WHO);
}

TEST(v4_sub_merchant_appears_once)
{
    const struct split_request_line lines[] = {line_of(S1, 500, 0), line_of(S2, 300, 0),
                                               line_of(S1, 200, 0)};
    CHECK_RESULT(decide(&MARKETPLACE, request_of(lines, 3)), E_INVALID_PARAMETER,
                 LINES "[2].submerchant_id");
}

TEST(v5_amounts_are_not_negative_and_fees_are_inside_them)
{
    CHECK_OK(decide_one(&MARKETPLACE, line_of(S1, 1000, 0)));
    CHECK_OK(decide_one(&MARKETPLACE, line_of(S1, 1000, 1000)));
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(S1, 1000, 1001)), E_INVALID_PARAMETER,
                 LINES "[0].platform_fee");
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(S1, 1000, -1)), E_INVALID_PARAMETER,
                 LINES "[0].platform_fee");
    const struct split_request_line lines[] = {line_of(S1, 1001, 0), line_of(S2, -1, 0)};
    CHECK_RESULT(decide(&MARKETPLACE, request_of(lines, 2)), E_INVALID_PARAMETER,
                 LINES "[1].amount");
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(S1, MONEY_MAX + 1, 0)), E_AMOUNT_RANGE,
                 LINES "[0].amount");
}

TEST(v5_omitted_platform_fee_is_zero)
{
    struct split_request_line line = line_of(S1, 1000, 999);
    line.has_platform_fee = false;
    CHECK_OK(decide_one(&MARKETPLACE, line));
    CHECK_I64(got.lines[0].platform_fee_minor, 0);
}

TEST(v5_omitted_amount_is_missing_on_a_marketplace)
{
    struct split_request_line line = line_of(S1, 1000, 0);
    line.has_amount = false;
    CHECK_RESULT(decide_one(&MARKETPLACE, line), E_MISSING_PARAMETER, LINES "[0].amount");
}

TEST(v6_amounts_add_up_to_the_captured_amount)
{
    const struct split_request_line lines[] = {line_of(S1, 1000, 0), line_of(S2, 0, 0)};
    CHECK_OK(decide(&MARKETPLACE, request_of(lines, 2)));
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(S1, 999, 0)), E_INVALID_PARAMETER, LINES);
    CHECK_RESULT(decide_one(&MARKETPLACE, line_of(S1, 1001, 0)), E_INVALID_PARAMETER, LINES);
    const struct split_request_line huge[] = {line_of(S1, MONEY_MAX, 0), line_of(S2, 1, 0)};
    CHECK_RESULT(decide(&MARKETPLACE, request_of(huge, 2)), E_INVALID_PARAMETER, LINES);
}

TEST(v7_seller_split_is_the_seller_and_the_whole)
{
    struct split_request_line line = seller_line(S1, 1000, 100);
    line.has_amount = false;
    line.amount_minor = 0;
    CHECK_OK(decide_seller(line)); /* the amount may be left out */
    CHECK_I64(got.lines[0].amount_minor, 1000);
    CHECK_RESULT(decide_seller(seller_line(S1, 999, 0)), E_INVALID_PARAMETER, LINES "[0].amount");
    CHECK_RESULT(decide_seller(seller_line(S2, 1000, 0)), E_INVALID_PARAMETER,
                 LINES "[0].submerchant_id");
    const struct split_request_line two[] = {seller_line(S1, 500, 0), seller_line(S2, 500, 0)};
    CHECK_RESULT(decide(&PLATFORM, request_by(S1, two, 2)), E_INVALID_PARAMETER, LINES);
    line.platform_fee_minor = 1001;
    CHECK_RESULT(decide_seller(line), E_INVALID_PARAMETER, LINES "[0].platform_fee");
}

TEST(v8_capture_needs_a_split)
{
    const struct split_request none = {0}, empty = {.is_present = true},
                               no_entries = {.is_present = true, .has_lines = true};
    CHECK_RESULT(decide(&MARKETPLACE, none), E_MISSING_PARAMETER, "platform_details");
    CHECK_RESULT(decide(&PLATFORM, none), E_MISSING_PARAMETER, "platform_details");
    CHECK_RESULT(decide(&MARKETPLACE, empty), E_MISSING_PARAMETER, LINES);
    CHECK_RESULT(decide(&MARKETPLACE, no_entries), E_MISSING_PARAMETER, LINES);
    CHECK_RESULT(decide(&PLATFORM, request_by(S1, NULL, 0)), E_MISSING_PARAMETER, LINES);
}

TEST(v9_authorization_ignores_the_lines_and_keeps_the_processor)
{
    struct split_context context = MARKETPLACE;
    CHECK(split_counts_lines(true));
    CHECK(!split_counts_lines(false));
    context.is_capture = false;
    CHECK_OK(decide(&context, (struct split_request){0}));
    CHECK_I64(got.processor, P);
    CHECK_OK(decide_one(&context, line_of(0, -5, 9))); /* not even looked at */
    CHECK_I64(got.model, MODEL_PLATFORM);
    CHECK_I64(got.line_count, 0);
    context.caller_kind = KIND_PLATFORM;
    CHECK_OK(decide(&context, request_by(S1, NULL, 0)));
    CHECK_I64(got.processor, S1);
    CHECK_I64(got.line_count, 0);
}

TEST(v10_platform_business_names_the_processing_merchant)
{
    struct split_context context = PLATFORM;
    CHECK_RESULT(decide_one(&context, seller_line(S1, 1000, 0)), E_MISSING_PARAMETER, WHO);
    context.is_capture = false;
    CHECK_RESULT(decide(&context, (struct split_request){0}), E_MISSING_PARAMETER, WHO);
}

TEST(v11_seller_accepts_payments_and_owns_the_method)
{
    CHECK_OK(split_check_method(KIND_SELLER, true, true));
    CHECK_RESULT(split_check_method(KIND_SELLER, false, true), E_UNPROCESSABLE, WHO);
    CHECK_RESULT(split_check_method(KIND_SELLER, true, false), E_INVALID_PAYMENT_TYPE,
                 "payment_details.type");
    CHECK_OK(split_check_method(KIND_MARKETPLACE, false, false));
    CHECK_OK(split_check_method(KIND_ORDINARY, false, false));
}

TEST(v12_live_payout_merchants_are_accepted_and_test_ones_exist)
{
    for (int status = APPLICATION_NONE; status < APPLICATION_STATUSES; status++) {
        struct split_context context = MARKETPLACE;
        struct split_request_line line = line_of(S1, 1000, 0);
        line.status = (enum application_status)status;
        CHECK_OK(decide_one(&context, line));
        context.is_live = true;
        const bool is_fine = status == APPLICATION_ACCEPTED;
        CHECK_RESULT(decide_one(&context, line), is_fine ? E_OK : E_INVALID_PARAMETER,
                     is_fine ? NULL : LINES "[0].submerchant_id");
    }
}

TEST(v13_capture_keeps_the_processing_merchant)
{
    struct split_context context = PLATFORM;
    context.payment_processor = S1;
    const struct split_request_line line = seller_line(S1, 1000, 0);
    CHECK_OK(decide_one(&context, line)); /* need not be sent again */
    CHECK_I64(got.processor, S1);
    CHECK_OK(decide(&context, request_by(S1, &line, 1)));
    CHECK_RESULT(decide(&context, request_by(S2, &line, 1)), E_INVALID_PARAMETER, WHO);
    CHECK_RESULT(decide(&context, request_by(0, &line, 1)), E_INVALID_PARAMETER, WHO);
}

TEST(v14_split_has_at_most_100_lines)
{
    struct split_request_line lines[SPLIT_LINES_MAX + 1];
    for (int i = 0; i <= SPLIT_LINES_MAX; i++)
        lines[i] = line_of(1000 + i, 10, 1);
    CHECK_OK(decide(&MARKETPLACE, request_of(lines, SPLIT_LINES_MAX)));
    CHECK_I64(got.line_count, SPLIT_LINES_MAX);
    CHECK_RESULT(decide(&MARKETPLACE, request_of(lines, SPLIT_LINES_MAX + 1)), E_INVALID_PARAMETER,
                 LINES);
}

TEST(last_line_is_named_by_its_index)
{
    struct split_request_line lines[SPLIT_LINES_MAX];
    for (int i = 0; i < SPLIT_LINES_MAX; i++)
        lines[i] = line_of(1000 + i, 10, 1);
    lines[99].amount_minor = -1;
    CHECK_RESULT(decide(&MARKETPLACE, request_of(lines, SPLIT_LINES_MAX)), E_INVALID_PARAMETER,
                 LINES "[99].amount");
}

/* The refusal stands; only its parameter's name is lost. */
TEST(full_arena_does_not_turn_a_refusal_into_consent)
{
    struct arena *full = arena_new(16384);
    CHECK(arena_alloc(full, 16384) != NULL);
    CHECK_RESULT(split_line_fail(full, E_INVALID_PARAMETER, 0, "amount", "no"), E_INVALID_PARAMETER,
                 NULL);
    arena_free(full);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(marketplace_split_is_taken_as_sent),
        CLAIM(seller_payment_is_processed_by_the_seller),
        CLAIM(ordinary_merchant_stands_alone_and_may_not_split),
        CLAIM(v1_platform_payments_are_in_yen),
        CLAIM(v3_sub_merchant_exists_and_has_the_role_of_the_model),
        CLAIM(v3_processing_merchant_exists_and_is_a_seller),
        CLAIM(v3_marketplace_processes_by_itself),
        CLAIM(v4_sub_merchant_appears_once),
        CLAIM(v5_amounts_are_not_negative_and_fees_are_inside_them),
        CLAIM(v5_omitted_platform_fee_is_zero),
        CLAIM(v5_omitted_amount_is_missing_on_a_marketplace),
        CLAIM(v6_amounts_add_up_to_the_captured_amount),
        CLAIM(v7_seller_split_is_the_seller_and_the_whole),
        CLAIM(v8_capture_needs_a_split),
        CLAIM(v9_authorization_ignores_the_lines_and_keeps_the_processor),
        CLAIM(v10_platform_business_names_the_processing_merchant),
        CLAIM(v11_seller_accepts_payments_and_owns_the_method),
        CLAIM(v12_live_payout_merchants_are_accepted_and_test_ones_exist),
        CLAIM(v13_capture_keeps_the_processing_merchant),
        CLAIM(v14_split_has_at_most_100_lines),
        CLAIM(last_line_is_named_by_its_index),
        CLAIM(full_arena_does_not_turn_a_refusal_into_consent),
    };
    arena = arena_new(1 << 20);
    const int failed = RUN_ALL(all);
    arena_free(arena);
    return failed;
}
