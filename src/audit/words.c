/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/words.h"

#include <stddef.h>

#include "base/compiler.h"

const char *status_name(int64_t status)
{
    static const char *const NAMES[PAYMENT_STATUSES] = {
        "of no status", "pending",   "authorized", "captured",
        "refunded",     "cancelled", "expired",    "failed",
    };
    return NAMES[status < 0 || status >= PAYMENT_STATUSES ? 0 : status];
}

const char *record_word(int64_t type)
{
    static const char *const NAMES[RECORDS] = {
        NULL,
        "payment",
        "payment_share",
        "platform_fee",
        "fee",
        "fee_tax",
        "refund",
        "payment_share_refund",
        "platform_fee_refund",
        "refunded_customer_fee",
        "refunded_customer_fee_tax",
        "refund_fee",
        "refund_fee_tax",
        "chargeback",
        "balance_transfer",
        "submerchant_management_fee",
        "submerchant_management_fee_tax",
        "chargeback_fixed_fee",
        "chargeback_fixed_fee_tax",
        "correction",
        "customer_fee",
        "clearing",
        "payout",
        "payout_fee",
        "payout_fee_tax",
        "other_fee_adjustment",
        "other_fee_adjustment_tax",
        "bank_movement",
    };
    return type <= RECORD_NONE || type >= RECORDS ? NULL : NAMES[type];
}

bool is_shown(int64_t type)
{
    return type != RECORD_CUSTOMER_FEE && type != RECORD_PAYOUT && type != RECORD_PAYOUT_FEE &&
           type != RECORD_PAYOUT_FEE_TAX && type != RECORD_BANK_MOVEMENT;
}

bool is_house(int64_t account)
{
    return (HOUSE_LAST <= account && account <= HOUSE_FEE) || account < HOUSE_ACQUIRER(0);
}

const char *wire_type(int64_t type, bool is_sub)
{
    static const struct {
        const char *root, *sub;
    } TYPES[] = {
        {NULL, NULL},
        {"ping", NULL},
        {"payment.authorized", "submerchant.payment.authorized"},
        {"payment.captured", "submerchant.payment.captured"},
        {"payment.updated", "submerchant.payment.updated"},
        {"payment.expired", "submerchant.payment.expired"},
        {"payment.cancelled", "submerchant.payment.cancelled"},
        {"payment.failed", "submerchant.payment.failed"},
        {"payment.refund.created", "submerchant.payment.refund.created"},
        {"payment.refunded", "submerchant.payment.refunded"},
        {NULL, "submerchant.application.accepted"},
        {NULL, "submerchant.application.declined"},
        {NULL, "submerchant.payment_method_application.accepted"},
        {NULL, "submerchant.payment_method_application.declined"},
        {"customer.created", NULL},
        {"customer.updated", NULL},
        {"customer.deleted", NULL},
        {"subscription.created", NULL},
        {"subscription.captured", NULL},
        {"subscription.failed", NULL},
        {"subscription.suspended", NULL},
        {"subscription.deleted", NULL},
        {"refund_request.updated", "submerchant.refund_request.updated"},
        {"payment.marked.as.fraud", "submerchant.payment.marked.as.fraud"},
    };
    if (type < 1 || type >= (int64_t)COUNT(TYPES))
        return NULL;
    return is_sub ? TYPES[type].sub : TYPES[type].root;
}
