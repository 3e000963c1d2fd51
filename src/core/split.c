/* SPDX-License-Identifier: Apache-2.0 */
#include "core/split.h"

#include <assert.h>

#define PARAM_DETAILS   "platform_details"
#define PARAM_PROCESSOR "platform_details.processing_merchant_id"
#define PARAM_LINES     "platform_details.submerchants"

result split_line_fail(struct arena *arena, enum err code, size_t index, const char *field,
                       const char *message)
{
    return FAIL(code, arena_printf(arena, PARAM_LINES "[%zu].%s", index, field), message);
}

static result check_merchant(const struct split_request *request, size_t i, enum model model,
                             struct arena *arena)
{
    static const char FIELD[] = "submerchant_id";
    const struct split_request_line *line = &request->lines[i];
    const enum platform_kind role = model == MODEL_SELLER ? KIND_SELLER : KIND_PAYOUT;
    if (!line->has_id)
        return split_line_fail(arena, E_MISSING_PARAMETER, i, FIELD, "submerchant_id is missing");
    if (line->merchant == 0)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, FIELD, "no such sub-merchant");
    if (line->kind != role)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, FIELD,
                               "the merchant's role does not fit the platform's model");
    for (size_t before = 0; before < i; before++)
        if (request->lines[before].merchant == line->merchant)
            return split_line_fail(arena, E_INVALID_PARAMETER, i, FIELD,
                                   "the sub-merchant appears twice");
    return OK;
}

result split_check_lines(const struct split_request *request, enum model model, struct arena *arena)
{
    assert(model == MODEL_PLATFORM || model == MODEL_SELLER);
    if (request->line_count > SPLIT_LINES_MAX)
        return FAIL(E_INVALID_PARAMETER, PARAM_LINES, "at most 100 sub-merchants");
    for (size_t i = 0; i < request->line_count; i++)
        TRY(check_merchant(request, i, model, arena));
    return OK;
}

/* V10, V13 and V3 for processing_merchant_id: who processes under a platform business. A capture
 * keeps the payment's processing merchant. */
static result decide_seller(const struct split_context *context,
                            const struct split_request *request, int64_t *ret)
{
    const bool is_sent = request->has_processing_merchant;
    if (context->payment_processor != 0) {
        if (is_sent && request->processing_merchant != context->payment_processor)
            return FAIL(E_INVALID_PARAMETER, PARAM_PROCESSOR,
                        "not the processing merchant of this payment");
        *ret = context->payment_processor;
        return OK;
    }
    if (!is_sent)
        return FAIL(E_MISSING_PARAMETER, PARAM_PROCESSOR,
                    "a platform business must name the processing merchant");
    if (request->processing_merchant == 0 || request->processing_kind != KIND_SELLER)
        return FAIL(E_INVALID_PARAMETER, PARAM_PROCESSOR, "not a seller of this platform");
    *ret = request->processing_merchant;
    return OK;
}

static result decide_processor(const struct split_context *context,
                               const struct split_request *request, enum model model, int64_t *ret)
{
    if (model == MODEL_SELLER)
        return decide_seller(context, request, ret);
    if (request->has_processing_merchant && request->processing_merchant != context->caller)
        return FAIL(E_INVALID_PARAMETER, PARAM_PROCESSOR, "a marketplace processes by itself");
    *ret = context->caller;
    return OK;
}

/* V5 and V12, and V7's amount by default: one line as it will be posted. */
static result read_line(const struct split_context *context, const struct split_request *request,
                        size_t i, enum model model, struct arena *arena, split_line *ret)
{
    const struct split_request_line *line = &request->lines[i];
    const bool is_seller = model == MODEL_SELLER;
    if (!is_seller && context->is_live && line->status != APPLICATION_ACCEPTED)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "submerchant_id",
                               "the sub-merchant has not been accepted");
    if (!line->has_amount && !is_seller)
        return split_line_fail(arena, E_MISSING_PARAMETER, i, "amount", "amount is missing");
    const int64_t amount_minor = line->has_amount ? line->amount_minor : context->base_minor;
    const int64_t fee_minor = line->has_platform_fee ? line->platform_fee_minor : 0;
    if (amount_minor < 0)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "amount",
                               "amount must not be negative");
    if (amount_minor > MONEY_MAX)
        return split_line_fail(arena, E_AMOUNT_RANGE, i, "amount", "amount is beyond 15 digits");
    if (fee_minor < 0 || fee_minor > amount_minor)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "platform_fee",
                               "platform_fee must be 0 to amount");
    *ret = (split_line){line->merchant, amount_minor, fee_minor};
    return OK;
}

/* V6. A sum that is no amount is not the base either. */
static bool lines_add_up(const split_line *lines, size_t count, int64_t base_minor)
{
    int64_t sum_minor = 0;
    for (size_t i = 0; i < count; i++)
        if (minor_add(sum_minor, lines[i].amount_minor, &sum_minor).code != E_OK)
            return false;
    return sum_minor == base_minor;
}

/* V7 */
static result check_seller_line(const struct split_request *request, int64_t processor,
                                struct arena *arena)
{
    if (request->line_count != 1)
        return FAIL(E_INVALID_PARAMETER, PARAM_LINES, "exactly one entry: the processing merchant");
    if (request->lines[0].merchant != processor)
        return split_line_fail(arena, E_INVALID_PARAMETER, 0, "submerchant_id",
                               "not the processing merchant");
    return OK;
}

bool split_counts_lines(bool is_capture)
{
    return is_capture;
}

static result decide_lines(const struct split_context *context, const struct split_request *request,
                           struct arena *arena, struct split *split)
{
    if (!request->has_lines || request->line_count == 0)
        return FAIL(E_MISSING_PARAMETER, PARAM_LINES, "a capture needs a split");
    TRY(split_check_lines(request, split->model, arena));
    if (split->model == MODEL_SELLER)
        TRY(check_seller_line(request, split->processor, arena));
    for (size_t i = 0; i < request->line_count; i++)
        TRY(read_line(context, request, i, split->model, arena, &split->lines[i]));
    if (!lines_add_up(split->lines, request->line_count, context->base_minor)) {
        if (split->model == MODEL_SELLER)
            return split_line_fail(arena, E_INVALID_PARAMETER, 0, "amount",
                                   "amount must be the captured amount");
        return FAIL(E_INVALID_PARAMETER, PARAM_LINES,
                    "the amounts must add up to the captured amount");
    }
    split->line_count = request->line_count;
    return OK;
}

static result decide_platform(const struct split_context *context,
                              const struct split_request *request, struct arena *arena,
                              struct split *ret)
{
    struct split split = {.model = context->caller_kind == KIND_PLATFORM ? MODEL_SELLER
                                                                         : MODEL_PLATFORM};
    if (context->currency != CUR_JPY)
        return FAIL(E_INVALID_CURRENCY, "currency", "platform payments are in JPY only");
    if (context->is_capture && !request->is_present)
        return FAIL(E_MISSING_PARAMETER, PARAM_DETAILS, "a capture needs a split");
    TRY(decide_processor(context, request, split.model, &split.processor));
    if (split_counts_lines(context->is_capture))
        TRY(decide_lines(context, request, arena, &split));
    *ret = split;
    return OK;
}

result split_decide(const struct split_context *context, const struct split_request *request,
                    struct arena *arena, struct split *ret)
{
    if (context->caller_kind == KIND_PLATFORM || context->caller_kind == KIND_MARKETPLACE)
        return decide_platform(context, request, arena, ret);
    if (request->has_processing_merchant || request->has_lines)
        return FAIL(E_FORBIDDEN, PARAM_DETAILS, "only a platform may split a payment");
    *ret = (struct split){.model = MODEL_ALONE, .processor = context->caller};
    return OK;
}

result split_check_method(enum platform_kind processor_kind, bool payments_enabled,
                          bool owns_method)
{
    if (processor_kind != KIND_SELLER)
        return OK;
    if (!payments_enabled)
        return FAIL(E_UNPROCESSABLE, PARAM_PROCESSOR, "the seller cannot accept payments yet");
    if (!owns_method)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                    "the seller does not have this payment method");
    return OK;
}
