/* SPDX-License-Identifier: Apache-2.0 */
/* prepaid.h: payments with prepaid numbers, which may be worth less than is to be paid.
 *
 * Such a payment is pending while something is missing (payment.short_minor); PATCH adds a number,
 * until it is whole or expires. Each number is a RAIL_REDEEM of its own, whose operation says how
 * much was asked; the payment's reference is the first of them. payment_details show how much is
 * missing and what each number gave:
 *
 *     "short_amount":500,"prepaid_cards":[{"last_four_digits":"1111","points":2000}]
 *
 * A number that a rail is being asked about stands there with 0 points.
 *
 * Used by  app
 * Source   komoju-core 6.9, 15.3, 16 */
#ifndef KESSAI_APP_PREPAID_H
#define KESSAI_APP_PREPAID_H

#include "app/payment.h"

/* Makes the operation ask for so much, of one number. */
void prepaid_ask(struct operation *operation, int64_t amount_minor);

/* The payment's number of `details` is being asked about: it joins those of p. */
MUST_USE result prepaid_add(struct tx *tx, struct payment *p, str details, struct arena *arena);

/* The number that was asked about gave so much, or nothing, and then it is not shown any more;
 * p->short_minor is what is missing now. */
MUST_USE result prepaid_settle(struct tx *tx, struct payment *p, int64_t points,
                               struct arena *arena);

#endif
