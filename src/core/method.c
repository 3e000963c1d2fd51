/* SPDX-License-Identifier: Apache-2.0 */
#include "core/method.h"

#include <assert.h>

#include "base/compiler.h"

enum { CODE_AND_BLANK = 4 };

static const struct method_row ROWS[METHODS] = {
#define METHOD(name, number, slug_, flow_, two_step_, partial_capture_, refund_, partial_refund_,  \
               refund_request_, storable_, percent_e4_, customer_fee_, days_, days_min_,           \
               days_max_, currencies_, amount_min_, amount_max_, fields_, en_, ja_, ko_)           \
    [METHOD_##name] = {                                                                            \
        .method = METHOD_##name,                                                                   \
        .slug = (slug_),                                                                           \
        .flow = FLOW_##flow_,                                                                      \
        .two_step = (two_step_),                                                                   \
        .partial_capture = (partial_capture_),                                                     \
        .refund = (refund_),                                                                       \
        .partial_refund = (partial_refund_),                                                       \
        .refund_request = (refund_request_),                                                       \
        .storable = (storable_),                                                                   \
        .percent_e4 = (percent_e4_),                                                               \
        .customer_fee_minor = (customer_fee_),                                                     \
        .expiry_days = (days_),                                                                    \
        .expiry_days_min = (days_min_),                                                            \
        .expiry_days_max = (days_max_),                                                            \
        .currencies = currencies_,                                                                 \
        .amount_min = (amount_min_),                                                               \
        .amount_max = (amount_max_),                                                               \
        .additional_fields = (fields_),                                                            \
        .name_en = (en_),                                                                          \
        .name_ja = (ja_),                                                                          \
        .name_ko = (ko_),                                                                          \
    },
#include "core/method.def"
#undef METHOD
};

/* The numbers may have gaps, so the methods that exist are listed. */
static const enum method ALL_METHODS[] = {
#define METHOD(name, ...) METHOD_##name,
#include "core/method.def"
#undef METHOD
};

const struct method_row *method_row(enum method method)
{
    assert(method != METHOD_NONE && method < METHODS && ROWS[method].slug != NULL);
    return &ROWS[method];
}

bool method_read(str slug, enum method *ret)
{
    for (size_t i = 0; i < COUNT(ALL_METHODS); i++)
        if (str_is(slug, ROWS[ALL_METHODS[i]].slug)) {
            *ret = ALL_METHODS[i];
            return true;
        }
    return false;
}

enum method method_at(size_t i)
{
    return i < COUNT(ALL_METHODS) ? ALL_METHODS[i] : METHOD_NONE;
}

enum currency method_currency_at(enum method method, size_t i)
{
    const str all = str_of(method_row(method)->currencies);
    const size_t at = i * CODE_AND_BLANK;
    enum currency currency = CUR_NONE;
    if (at < all.bytes) {
        const bool is_known = currency_read((str){all.at + at, CODE_AND_BLANK - 1}, &currency);
        assert(is_known);
        (void)is_known;
    }
    return currency;
}

bool method_takes_currency(enum method method, enum currency currency)
{
    enum currency taken;
    for (size_t i = 0; (taken = method_currency_at(method, i)) != CUR_NONE; i++)
        if (taken == currency)
            return true;
    return false;
}

result method_check(enum method method, enum currency currency, int64_t total_minor)
{
    const struct method_row *row = method_row(method);
    if (!method_takes_currency(method, currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "the payment type does not take this currency");
    if (total_minor < row->amount_min || total_minor > row->amount_max)
        return FAIL(E_INVALID_PARAMETER, "amount",
                    "the amount is outside the limits of the payment type");
    return OK;
}

result method_expiry_days(enum method method, bool has_days, int64_t days, int64_t *ret)
{
    const struct method_row *row = method_row(method);
    if (has_days && (days < row->expiry_days_min || days > row->expiry_days_max))
        return FAIL(E_INVALID_PARAMETER, "payment_details.expiry_days",
                    "expiry_days is outside the range of the payment type");
    *ret = has_days ? days : row->expiry_days;
    return OK;
}
