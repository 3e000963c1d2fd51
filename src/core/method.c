/* SPDX-License-Identifier: Apache-2.0 */
#include "core/method.h"

#include <assert.h>

#include "base/compiler.h"

static const struct method_row ROWS[METHODS] = {
#define METHOD(name, number, slug_, flow_, two_step_, partial_capture_, refund_, partial_refund_,  \
               refund_request_, percent_e4_, customer_fee_, expiry_days_, en_, ja_, ko_)           \
    [METHOD_##name] = {                                                                            \
        .method = METHOD_##name,                                                                   \
        .slug = (slug_),                                                                           \
        .flow = FLOW_##flow_,                                                                      \
        .two_step = (two_step_),                                                                   \
        .partial_capture = (partial_capture_),                                                     \
        .refund = (refund_),                                                                       \
        .partial_refund = (partial_refund_),                                                       \
        .refund_request = (refund_request_),                                                       \
        .percent_e4 = (percent_e4_),                                                               \
        .customer_fee_minor = (customer_fee_),                                                     \
        .expiry_days = (expiry_days_),                                                             \
        .name_en = (en_),                                                                          \
        .name_ja = (ja_),                                                                          \
        .name_ko = (ko_),                                                                          \
    },
#include "core/method.def"
#undef METHOD
};

/* The numbers may have gaps, so the methods that exist are listed. */
static const enum method ALL[] = {
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
    for (size_t i = 0; i < COUNT(ALL); i++)
        if (str_is(slug, ROWS[ALL[i]].slug)) {
            *ret = ALL[i];
            return true;
        }
    return false;
}
