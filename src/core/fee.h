/* SPDX-License-Identifier: Apache-2.0 */
/* fee.h: processing fees, their tax, and customer fees.
 *
 * Rounding is half up, fee and tax separately, tax on the rounded fee (komoju-platform 8).
 * Used by  app, audit (as the rule to check against) */
#ifndef KESSAI_CORE_FEE_H
#define KESSAI_CORE_FEE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* What a merchant pays for one method. */
struct rate {
    int64_t percent_e4;    /* 1/10000 of a per cent: 3.25 % is 32500; 0 .. 1000000 (100 %) */
    int64_t fixed_minor;   /* added per payment, >= 0 */
    int64_t minimum_minor; /* the fee is at least this, >= 0 */
};

/* max(round(base × percent) + fixed, minimum), and 10 % of it as tax.
 *   base_minor >= 0: amount and tax, without the customer fee
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result fee_processing(int64_t base_minor, const struct rate *rate, int64_t *ret_fee,
                               int64_t *ret_tax);

/* Splits a tax-inclusive customer fee into fee and tax: 190 is 173 + 17.  customer_fee_minor >= 0
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result fee_customer(int64_t customer_fee_minor, int64_t *ret_fee, int64_t *ret_tax);

/* What a completed refund request costs, and the tax on it (komoju-platform 8). In yen: the methods
 * that have refund requests take nothing else. */
#define REFUND_FEE_MINOR INT64_C(300)
void fee_refund_request(int64_t *ret_fee, int64_t *ret_tax);

/* Tax "auto" of a direct payment: 10 % of the amount, half up (komoju-core 3).
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result tax_auto(int64_t amount_minor, int64_t *ret);

/* "3.25" or "3.25%" to percent_e4, at most four decimals, 0 to 100; and back without trailing zeros
 * ("3.25", "3"). percent_text writes into ret, at most PERCENT_TEXT_BYTES. */
enum { PERCENT_TEXT_BYTES = 16 };
bool percent_read(str s, int64_t *ret_percent_e4);
void percent_text(int64_t percent_e4, char ret[PERCENT_TEXT_BYTES]);

#endif
