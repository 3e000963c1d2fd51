/* SPDX-License-Identifier: Apache-2.0 */
/* payment.h: the states of a payment and the amounts of its create and capture.
 *
 * Used by  app, store, api, audit
 * Source   komoju-core 6.2 to 6.6, komoju-platform 7.2 (tax default) and 7.3; rulings "capture" */
#ifndef KESSAI_CORE_PAYMENT_H
#define KESSAI_CORE_PAYMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* The numbers are kept in the store. */
enum pay_state {
    PAY_NONE = 0,
    PAY_PENDING = 1,
    PAY_AUTHORIZED = 2,
    PAY_CAPTURED = 3,
    PAY_REFUNDED = 4,
    PAY_CANCELLED = 5,
    PAY_EXPIRED = 6,
    PAY_FAILED = 7,
    PAY_STATES
};
enum pay_event {
    PE_NONE = 0,
    PE_AUTHORIZE,
    PE_CAPTURE,
    PE_CANCEL,
    PE_EXPIRE,
    PE_FAIL,
    PE_REFUND_PART,
    PE_REFUND_ALL,
    PAY_EVENTS
};

const char *pay_state_name(enum pay_state state); /* "captured" */
bool pay_state_read(str name, enum pay_state *ret);

/* Somebody may still pay it, or take it: it expires at its deadline. */
bool pay_is_open(enum pay_state state);

/* The next state; PAY_NONE if the step is illegal (a cell left out of the table). */
enum pay_state pay_next(enum pay_state state, enum pay_event event);

/* Cash methods are authorized while the customer has not paid yet; the API cannot capture them. */
struct capture_payment {
    enum pay_state state;
    bool is_two_step; /* created with capture false */
    bool method_captures_partially;
    int64_t amount_minor, tax_minor; /* as authorized */
};
struct capture_request {
    bool has_amount, has_tax, tax_is_auto;
    int64_t amount_minor, tax_minor;
};

/* Amount and tax of a capture (komoju-platform 7.2 "Tax default", rulings "capture").
 *   no amount: the payment's amount and tax; the payment's amount: the payment's tax unless given;
 *   a smaller amount: the tax given, else 0. Tax "auto" is 10 % of the captured amount.
 *   errors  E_NOT_CAPTURABLE: wrong state or not two-step (no param); a smaller amount or tax than
 *           authorized where the method cannot capture a part (amount)
 *           E_INVALID_PARAMETER (amount): below 1 or above the authorized
 *           E_INVALID_PARAMETER (tax): negative or above the authorized
 *           E_AMOUNT_RANGE (amount): the authorized amount was no amount */
MUST_USE result capture_decide(const struct capture_payment *payment,
                               const struct capture_request *request, int64_t *ret_amount,
                               int64_t *ret_tax);

/* Tax of a new payment: given, "auto" (10 % on top), or, when omitted, 0 with platform_details and
 * "auto" without.
 *   errors  E_INVALID_PARAMETER (tax) when negative; E_AMOUNT_RANGE (amount) when the amount is
 *           below 1 or beyond AMOUNT_MINOR_MAX, which is the limit before tax; E_AMOUNT_RANGE (tax)
 *           when the tax itself is beyond it */
#define AMOUNT_MINOR_MAX INT64_C(9999999) /* komoju-core 3 (s19) */
struct tax_request {
    bool has_tax, tax_is_auto;
    int64_t tax_minor;
    bool has_platform_details;
};
MUST_USE result payment_tax(int64_t amount_minor, const struct tax_request *request, int64_t *ret);

#endif
