/* SPDX-License-Identifier: Apache-2.0 */
/* words.h: the numbers that the rows keep, and their names; private to audit.
 *
 * They are those of the schema's comments and of doc/ledger.md, written down here once more on
 * purpose: the auditor shares no table with the code that writes. */
#ifndef KESSAI_AUDIT_WORDS_H
#define KESSAI_AUDIT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum payment_status {
    PAYMENT_PENDING = 1,
    PAYMENT_AUTHORIZED = 2,
    PAYMENT_CAPTURED = 3,
    PAYMENT_REFUNDED = 4,
    PAYMENT_STATUSES = 8
};
const char *status_name(int64_t status); /* "captured" */

enum refund_state { REFUND_UNDER_WAY = 1, REFUND_DONE = 2, REFUND_FAILED = 3 };
enum merchant_kind {
    MERCHANT_ORDINARY = 1,
    MERCHANT_PLATFORM = 2,
    MERCHANT_MARKETPLACE = 3,
    MERCHANT_SELLER = 4,
    MERCHANT_PAYOUT = 5
};
enum model { MODEL_ALONE = 1, MODEL_PLATFORM = 2, MODEL_SELLER = 3 };

enum money_event {
    EVENT_CAPTURE = 1,
    EVENT_REFUND = 2,
    EVENT_CHARGEBACK = 3,
    EVENT_BALANCE_TRANSFER = 4,
    EVENT_REFUND_REQUEST = 5,
    MONEY_EVENTS = 17
};

enum record_type {
    RECORD_NONE = 0,
    RECORD_PAYMENT = 1,
    RECORD_PAYMENT_SHARE = 2,
    RECORD_PLATFORM_FEE = 3,
    RECORD_FEE = 4,
    RECORD_FEE_TAX = 5,
    RECORD_REFUND = 6,
    RECORD_PAYMENT_SHARE_REFUND = 7,
    RECORD_PLATFORM_FEE_REFUND = 8,
    RECORD_REFUNDED_CUSTOMER_FEE = 9,
    RECORD_REFUNDED_CUSTOMER_FEE_TAX = 10,
    RECORD_REFUND_FEE = 11,
    RECORD_REFUND_FEE_TAX = 12,
    RECORD_CHARGEBACK = 13,
    RECORD_BALANCE_TRANSFER = 14,
    RECORD_CHARGEBACK_FIXED_FEE = 17,
    RECORD_CHARGEBACK_FIXED_FEE_TAX = 18,
    RECORD_CUSTOMER_FEE = 20,
    RECORD_PAYOUT = 22,
    RECORD_PAYOUT_FEE = 23,
    RECORD_PAYOUT_FEE_TAX = 24,
    RECORD_BANK_MOVEMENT = 27,
    RECORDS = 28
};
const char *record_word(int64_t type); /* "payment_share"; NULL for a type that does not exist */
/* Whether a merchant sees it: else it is no record of the merchant's statement. */
bool is_shown(int64_t type);

/* Accounts below zero are the house's. */
#define HOUSE_FEE             INT64_C(-1)
#define HOUSE_TAX             INT64_C(-2)
#define HOUSE_CUSTOMER_FEE    INT64_C(-3)
#define HOUSE_REFUND_CLEARING INT64_C(-5)
#define HOUSE_LAST            INT64_C(-9)
#define HOUSE_ACQUIRER(rail)  (INT64_C(-1000) - (int64_t)(rail))
bool is_house(int64_t account);

enum { TYPE_PING = 1, TYPE_PAYMENT_FIRST = 2, TYPE_PAYMENT_LAST = 9 };
/* An event type on the wire; NULL for a number without one on such an account. */
const char *wire_type(int64_t type, bool is_sub);

#endif
