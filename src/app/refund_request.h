/* SPDX-License-Identifier: Apache-2.0 */
/* refund_request.h: refunds of what was paid in cash, which the operator makes by bank transfer.
 *
 *     POST refund_request ── pending ── completed: posted, with the fee and its tax
 *                               └────── rejected: nothing was ever posted
 *
 * A request is a refund (a row of `refund`) by another way than the payment's rail. While it is
 * pending it counts as a refund under way: against what is left of the payment (R2), and in what
 * the balances of all parties have been promised (R4).
 *
 * Used by  app, api, cli
 * Source   komoju-core 6.8; komoju-platform 9, 11.6, 11.8; rulings */
#ifndef KESSAI_APP_REFUND_REQUEST_H
#define KESSAI_APP_REFUND_REQUEST_H

#include "app/bank_account.h"
#include "app/payment.h"
#include "app/platform_details.h"

enum { BANK_NAME_CHARACTERS_MAX = 100 };

/* POST /payments/{id}/refund_request.
 *   answer  the Payment
 *   errors  E_NOT_FOUND, refund_decide's, refund_request_fees', E_NOT_REFUNDABLE for a short
 *           balance */
struct refund_request_create {
    struct payment_command p; /* first */
    bool has_amount, includes_customer_fee;
    int64_t amount_minor;
    struct platform_details platform;
    struct bank_account account;
    struct bank_refund bank; /* names, codes and description: the rest is filled in */
};
void refund_request_create_init(struct refund_request_create *in);

/* The operator has transferred the money (is_completed) or will not.
 *   answer  the Payment
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE (outcome): it has ended already; E_NOT_REFUNDABLE: a
 *           balance has become short, so that the request is rejected, which is kept (rulings) */
struct refund_request_end {
    struct payment_command p;
    id request;
    bool is_completed;
    str reason; /* of the event; absent: none */
};
void refund_request_end_init(struct refund_request_end *in);

/* Fills p->requests. */
MUST_USE result refund_requests_read(struct db *db, struct arena *arena, struct payment *p);

/* The RefundRequest object of komoju-core 6.8; its account is sealed (bank_account.h). */
void refund_request_view(struct json *j, const struct payment *p,
                         const struct bank_refund *request);

/* ---- for the operator ------------------------------------------------------------------------ */

/* Writes one JSON line for each pending request of every tenant, oldest first: request, payment,
 * merchant, live, what is to be transferred, and to which account.
 *   errors  E_MEMORY, those of the store */
MUST_USE result refund_request_list(struct store *store, struct vault *vault, struct buf *out);

/* Ends the request with this id, whose ever it is.
 *   arena   holds the text of an error
 *   errors  as of refund_request_end, with --id for the request; E_LOCKED */
struct refund_request_order {
    id request;
    bool is_completed;
    str reason;
};
MUST_USE result refund_request_settle(struct store *store, const struct refund_request_order *order,
                                      struct arena *arena);

#endif
