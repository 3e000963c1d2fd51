/* SPDX-License-Identifier: Apache-2.0 */
/* method.h: payment types as a table: what each can do, costs, and is called.
 *
 * Used by  app, api, cli
 * Source   method.def; komoju-core 15.1, 15.5 */
#ifndef KESSAI_CORE_METHOD_H
#define KESSAI_CORE_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"
#include "core/money.h"

enum method {
    METHOD_NONE = 0,
#define METHOD(name, number, ...) METHOD_##name = (number),
#include "core/method.def"
#undef METHOD
    METHODS
};
enum flow { FLOW_NONE = 0, FLOW_CARD, FLOW_PREPAID, FLOW_LOGIN, FLOW_SLIP, FLOW_OFFSITE, FLOWS };

struct method_row {
    enum method method;
    const char *slug;
    enum flow flow;
    bool two_step, partial_capture, refund, partial_refund, refund_request, storable;
    int64_t percent_e4, customer_fee_minor;
    int64_t expiry_days, expiry_days_min, expiry_days_max;
    const char *currencies; /* "JPY CNY" */
    int64_t amount_min, amount_max;
    const char *additional_fields; /* "name email": what a session's page asks for */
    const char *name_en, *name_ja, *name_ko;
};

const struct method_row *method_row(enum method method); /* never NULL for a method that exists */
bool method_read(str slug, enum method *ret);

/* The i-th method of the table, METHOD_NONE after the last; and the i-th currency of a method. */
enum method method_at(size_t i);
enum currency method_currency_at(enum method method, size_t i);
bool method_takes_currency(enum method method, enum currency currency);

/* What a customer would pay, all included, against the limits of the method.
 *   errors  E_INVALID_CURRENCY (currency), E_INVALID_PARAMETER (amount) */
MUST_USE result method_check(enum method method, enum currency currency, int64_t total_minor);

/* The days of a request, or the method's own when 0.
 *   has_days   false: not given
 *   errors     E_INVALID_PARAMETER (payment_details.expiry_days) */
MUST_USE result method_expiry_days(enum method method, bool has_days, int64_t days, int64_t *ret);

#endif
