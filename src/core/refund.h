/* SPDX-License-Identifier: Apache-2.0 */
/* refund.h: the rules of refunds and chargebacks: R1 to R9 of komoju-platform 9.
 *
 * Used by  app
 * Source   komoju-platform 7.1 (the two meanings of the numbers), 9, 10.4;
 *          komoju-core 6.7; rulings */
#ifndef KESSAI_CORE_REFUND_H
#define KESSAI_CORE_REFUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "core/ledger.h"
#include "core/payment.h"
#include "core/split.h"

/* What the rules need to know of the payment. */
struct refund_payment {
    enum pay_state state;
    enum model model;
    int64_t base_minor;      /* captured amount and tax, without the customer fee */
    int64_t refunded_minor;  /* completed refunds and chargebacks */
    int64_t refunding_minor; /* refunds under way, and pending requests: count against R2 */
    bool had_refund;         /* any refund completed or under way (R6) */
    bool method_refunds;     /* the method's capability: /refund is its route (R1) */
    bool method_refunds_partially;
    const split_line *capture_lines; /* the split of the capture */
    size_t capture_line_count;
};

struct refund_request {
    bool has_amount;
    int64_t amount_minor; /* tax included */
    struct split_request
        split;         /* platform_details; {} is the same as absent (rulings); V3, V4, V14 hold */
    int64_t processor; /* the payment's processing merchant, for V13 */
};

struct refund_plan {
    int64_t amount_minor; /* what the customer gets back */
    bool is_reverse;      /* along the capture split */
    bool is_full;         /* the payment becomes refunded (R9) */
    size_t line_count;
    split_line lines[SPLIT_LINES_MAX]; /* as posted: amount = what the sub-merchant gives back,
                                          platform_fee = what the platform gives back (SELLER: to
                                          the seller) */
};

/* Decides a refund. Order of checks:
 *   R1   not captured, or not the method's route: E_NOT_REFUNDABLE
 *        amount below 1: E_INVALID_PARAMETER (amount)
 *        MODEL_ALONE with a split: E_FORBIDDEN (platform_details)
 *   V13  E_INVALID_PARAMETER (platform_details.processing_merchant_id)
 *        empty array: E_MISSING_PARAMETER (platform_details.submerchants)
 *   without lines, in a platform model:
 *   R6   the whole base, or no amount, after an earlier refund: E_NOT_REFUNDABLE
 *   R5   less than the base: E_MISSING_PARAMETER (platform_details)
 *   with lines:
 *   R8   no amount is all that is left
 *   V14, V3, V4, R7, V5  as split_check_lines; E_INVALID_PARAMETER and E_MISSING_PARAMETER
 *        (platform_details.submerchants[i].submerchant_id, .amount, .platform_fee)
 *   R3   E_INVALID_PARAMETER (platform_details.submerchants)
 *   always:
 *   R2   nothing is left and no amount was sent: E_NOT_REFUNDABLE; over the rest:
 *        E_INVALID_PARAMETER (amount); a part where the method cannot: E_NOT_REFUNDABLE (amount)
 * In MODEL_ALONE any amount up to the rest is fine, and no amount is the rest.
 *   arena   holds the texts of an error
 *   ret     untouched on error */
MUST_USE result refund_decide(const struct refund_payment *payment,
                              const struct refund_request *request, struct arena *arena,
                              struct refund_plan *ret);

/* R4, the balance test. A party whose own part is 0 or less is not tested.
 *   need     what the refund takes from the account, net
 *   balance  what it has unsettled;  held: what refunds under way have been promised, >= 0
 *   errors   E_NOT_REFUNDABLE, message naming the merchant by its wire id */
MUST_USE result refund_check_balance(int64_t need_minor, int64_t balance_minor, int64_t held_minor,
                                     const char *merchant_id_text, struct arena *arena);

/* What a refund takes of each of the numbers that have paid a payment together: of the last one
 * first, and never more than it gave.
 *   taken    what each gave, `count` of them, oldest first
 *   before   what earlier refunds have given back; with amount, no more than the sum of taken
 *   ret      room for `count` amounts, 0 where nothing goes back; they add up to amount */
void refund_shares(const int64_t *taken_minor, size_t count, int64_t before_minor,
                   int64_t amount_minor, int64_t *ret_minor);

/* What a refund request takes beside the refund: its fee, and the whole customer fee when that is
 * to be given back with it. A request that gives it back and was not rejected is the only one.
 *   customer_fee_minor   what the customer paid on top; 0: nothing can be given back, nothing is
 *   errors  E_INVALID_PARAMETER (include_payment_method_fee), E_AMOUNT_RANGE */
struct customer_fee_refund {
    int64_t customer_fee_minor;
    bool is_asked, is_given_back;
};
MUST_USE result refund_request_fees(const struct customer_fee_refund *in, struct refund_fees *ret);

/* Chargeback: captured less refunded, whatever the balance.
 *   errors  E_NOT_CHARGEBACKABLE when nothing is left, the state is not captured, or the method is
 *           one whose money nobody can take back (it cannot be refunded by its rail either) */
MUST_USE result chargeback_decide(const struct refund_payment *payment, int64_t *ret_amount_minor);

/* Balance transfer (komoju-platform 13.3): one side is the tenant's root, the other its
 * sub-merchant.
 *   errors  E_INVALID_PARAMETER (currency, to, amount), E_BALANCE_SHORT (amount) */
struct balance_transfer {
    int64_t root, sender, receiver; /* receiver 0: unknown */
    enum currency currency;
    int64_t amount_minor, sender_balance_minor, sender_held_minor;
};
MUST_USE result balance_transfer_check(const struct balance_transfer *in);

#endif
