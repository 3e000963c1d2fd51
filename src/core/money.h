/* SPDX-License-Identifier: Apache-2.0 */
/* money.h: an amount in minor units, and the only arithmetic allowed on it.
 *
 * An amount is a signed count of a currency's smallest unit: 1050 is ¥1050 in JPY and $10.50 in
 * USD. Nothing here rounds (but money_share and money_convert), allocates, logs or reads a clock; a
 * function gives the exact answer or an error.
 *
 * Invariant  -MONEY_MAX <= minor <= MONEY_MAX, in every money that exists.
 * Used by    core, app, store, audit
 * Source     komoju-core 3 (currencies and their digits), komoju-platform 8 (rounding) */
#ifndef KESSAI_CORE_MONEY_H
#define KESSAI_CORE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

#define MONEY_MAX INT64_C(999999999999999) /* 15 digits: exact in a JSON number */

enum currency {
    CUR_NONE = 0,
#define CURRENCY(code, number, digits) CUR_##code = (number),
#include "core/currency.def"
#undef CURRENCY
    CURRENCIES
};

typedef struct money {
    int64_t minor;
    enum currency cur;
} money;

const char *currency_code(enum currency cur);     /* "JPY" */
bool currency_read(str code, enum currency *ret); /* "JPY" or "jpy" */
int currency_digits(enum currency cur);

bool money_is_valid(money a);

/* a + b and a - b of one currency.
 *   ret     untouched on error; may be the same object as a or b
 *   errors  E_CURRENCY_MISMATCH (currency), E_AMOUNT_RANGE (amount) */
MUST_USE result money_add(money a, money b, money *ret);
MUST_USE result money_sub(money a, money b, money *ret);

/* -1, 0 or 1 as a is less than, equal to or greater than b.
 *   errors  E_CURRENCY_MISMATCH (currency) */
MUST_USE result money_compare(money a, money b, int *ret);

/* a × numerator / denominator, rounded half up (away from zero for negative amounts): the one
 * place that rounds (but for minor_share_down). The remainder goes to whoever keeps the rest of a.
 *   numerator 0 .. 10^9, denominator 1 .. 10^9
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result money_share(money a, int64_t numerator, int64_t denominator, money *ret);

/* a in another currency, rounded half up (away from zero for negative amounts).
 *   rate_e8   what one major unit of a's currency is in major units of `to`, in 1/100000000; 1 ..
 *             EXCHANGE_RATE_E8_MAX
 *   errors    E_AMOUNT_RANGE (amount) */
#define EXCHANGE_RATE_E8_MAX INT64_C(100000000000000) /* a million */
MUST_USE result money_convert(money a, int64_t rate_e8, enum currency to, money *ret);

/* A decimal number without a sign: "3", "0.00697". No point without a digit on both sides.
 *   one   how many of the units that are counted make 1: a power of ten, so that it also says how
 *         many decimals there may be
 *   most  the largest that is read, in those units; at most INT64_MAX / 20 */
bool decimal_read(str s, int64_t one, int64_t most, int64_t *ret);

/* "0.00697" to rate_e8 and back, without trailing zeros but one after the point: "0.00697", "1.0".
 * At most eight decimals, 0 to a million. exchange_rate_text writes at most that many bytes. */
enum { EXCHANGE_RATE_TEXT_BYTES = 18 };
bool exchange_rate_read(str s, int64_t *ret_rate_e8);
void exchange_rate_text(int64_t rate_e8, char ret[EXCHANGE_RATE_TEXT_BYTES]);

/* The same on plain minor units, for sums inside one currency that is known already.
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result minor_add(int64_t a, int64_t b, int64_t *ret);
MUST_USE result minor_sub(int64_t a, int64_t b, int64_t *ret);
MUST_USE result minor_share(int64_t a, int64_t numerator, int64_t denominator, int64_t *ret);
/* The same, rounded towards zero: where a law or a contract has it so, and says who keeps the
 * rest. */
MUST_USE result minor_share_down(int64_t a, int64_t numerator, int64_t denominator, int64_t *ret);

#endif
