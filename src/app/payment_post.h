/* SPDX-License-Identifier: Apache-2.0 */
/* payment_post.h: from what happened to a payment to the ledger, by the rows of core/posting.def.
 *
 * Used by  app
 * Source   design D2; komoju-platform 10 */
#ifndef KESSAI_APP_PAYMENT_POST_H
#define KESSAI_APP_PAYMENT_POST_H

#include "app/payment.h"

/* Posts the capture of a payment that has just been captured, at the rate of now, which p keeps:
 * the caller saves it. */
MUST_USE result payment_post_capture(struct tx *tx, struct payment *p, int64_t now_us,
                                     struct arena *arena);
/* Posts a refund of the payment, along its own lines. */
MUST_USE result payment_post_refund(struct tx *tx, const struct payment *p,
                                    const struct refund *refund, int64_t now_us,
                                    struct arena *arena);
/* Posts a refund request that has been completed, along its own lines. */
MUST_USE result payment_post_request(struct tx *tx, const struct payment *p,
                                     const struct bank_refund *request, int64_t now_us,
                                     struct arena *arena);
/* Posts a lost dispute and its fee: the processing merchant alone bears both. */
MUST_USE result payment_post_chargeback(struct tx *tx, const struct payment *p,
                                        const struct refund *refund, const struct dispute_fee *fee,
                                        int64_t now_us, struct arena *arena);

/* What a refund takes from each party, net: tested against its balance, held while the rail is
 * asked, let go with the outcome (R4). CHECK changes nothing.
 *   errors  E_NOT_REFUNDABLE naming who is short */
enum hold { HOLD_NONE = 0, HOLD_CHECK, HOLD_TAKE, HOLD_RELEASE };
MUST_USE result payment_hold_refund(struct tx *tx, const struct payment *p, int64_t amount_minor,
                                    const split_line *lines, size_t line_count, enum hold hold,
                                    struct arena *arena);
/* The same for a refund request, with what it costs, while it is pending. */
MUST_USE result payment_hold_request(struct tx *tx, const struct payment *p,
                                     const struct bank_refund *request, const split_line *lines,
                                     size_t line_count, enum hold hold, struct arena *arena);

#endif
