/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h: transfers, accounts, and the posting rules that turn a money event into transfers.
 *
 * A transfer has one debit account, one credit account and one positive amount (design D1), so an
 * entry that does not balance cannot be written down: whatever is posted, the sum of all accounts
 * stays zero. A merchant's balance is the sum of its credits less its debits.
 *
 * Accounts are numbers: a merchant's key (> 0), or a house account (< 0).
 *
 * Used by    app (posts), store (keeps), audit (record names only)
 * Source     posting.def, record.def; komoju-platform 10 */
#ifndef KESSAI_CORE_LEDGER_H
#define KESSAI_CORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"
#include "core/money.h"

enum record_type {
    RECORD_NONE = 0,
#define RECORD(name, number, slug, section, key, group, text) RECORD_##name = (number),
#include "core/record.def"
#undef RECORD
    RECORDS
};
const char *record_slug(enum record_type type);    /* NULL for a movement that no merchant sees */
const char *record_section(enum record_type type); /* Balance: Show section, NULL as above */
const char *record_key(enum record_type type);
bool record_read(str slug, enum record_type *ret);

/* Where a type's records stand in a settlement (komoju-platform 14.3). */
enum record_group {
    GROUP_NONE = 0, /* no merchant sees them */
    GROUP_TRANSACTION,
    GROUP_FEE, /* ours, without tax */
    GROUP_TAX,
    RECORD_GROUPS
};
enum record_group record_group(enum record_type type);

/* House accounts (design D3). acquirer: one per rail, what the rail owes us, negative while it
 * does. */
#define HOUSE_FEE             INT64_C(-1)
#define HOUSE_TAX             INT64_C(-2)
#define HOUSE_CUSTOMER_FEE    INT64_C(-3)
#define HOUSE_PAYOUT_CLEARING INT64_C(-4)
#define HOUSE_REFUND_CLEARING INT64_C(-5)
#define HOUSE_BANK            INT64_C(-6) /* negative while our bank account holds money */
#define HOUSE_SUSPENSE        INT64_C(-7) /* money at the bank that nobody is known for */
#define HOUSE_CLEARING        INT64_C(-8) /* always 0: what a settlement carries passes through */
#define HOUSE_CORRECTION      INT64_C(-9) /* what corrections gave, negative, or took */
/* rail number > 0, see rails/rail.def */
#define HOUSE_ACQUIRER(rail) (INT64_C(-1000) - (int64_t)(rail))

/* Kinds of money events; the numbers are kept in the store. */
enum money_event {
    EVENT_NONE = 0,
    EVENT_CAPTURE = 1,
    EVENT_REFUND = 2,
    EVENT_CHARGEBACK = 3,
    EVENT_BALANCE_TRANSFER = 4,
    EVENT_REFUND_REQUEST = 5, /* a refund by bank transfer */
    EVENT_SETTLEMENT = 6,
    EVENT_PAYOUT_RETURN = 7, /* a settlement's money came back, or it was cancelled */
    EVENT_PAYOUT_SENT = 8,   /* payouts left our bank account */
    EVENT_BANK_CREDIT = 9,
    EVENT_SUSPENSE_CLEARED = 10, /* somebody is known for money in suspense */
    EVENT_MANAGEMENT_FEE = 11,
    EVENT_CORRECTION = 12,
    EVENT_NEGATIVE_COVERED = 13, /* the platform fills a sub-merchant's balance up to 0 */
    EVENT_REFUND_SENT = 14,      /* refunds by bank transfer left our bank account */
    EVENT_BANK_DEBIT = 15,
    EVENT_SUSPENSE_COVERED = 16, /* somebody is known for a debit in suspense */
    MONEY_EVENTS
};

/* Who processes (komoju-platform 1); the numbers are kept in the store. */
enum model { MODEL_NONE = 0, MODEL_ALONE = 1, MODEL_PLATFORM = 2, MODEL_SELLER = 3, MODELS };

typedef struct transfer {
    enum record_type type;
    int64_t debit, credit;
    int64_t amount_minor; /* > 0 */
} transfer;

/* A sub-merchant's line in a split; what the numbers mean depends on the event
 * (komoju-platform 7.1). */
typedef struct split_line {
    int64_t merchant;
    int64_t amount_minor;
    int64_t platform_fee_minor;
} split_line;

/* What a refund request takes from the processing merchant beside the refund itself. */
struct refund_fees {
    int64_t customer_fee_minor, customer_fee_tax_minor; /* given back to the customer, on top */
    int64_t fee_minor, fee_tax_minor;                   /* of the request */
};

enum { SPLIT_LINES_MAX = 100 };                   /* rule V14 */
enum { TRANSFERS_MAX = 2 * SPLIT_LINES_MAX + 8 }; /* of one event */

/* A money event, ready to be posted. Amounts that the event does not name stay 0. */
struct posting {
    enum money_event event;
    enum model model;         /* MODEL_ALONE for events that are of no payment */
    int64_t acquirer;         /* HOUSE_ACQUIRER(rail) */
    int64_t processor;        /* who processes, or whose settlement or balance it is */
    int64_t platform;         /* the root of the tree */
    int64_t sender, receiver; /* BALANCE_TRANSFER; CORRECTION, one of them HOUSE_CORRECTION */
    int64_t target;           /* BANK_CREDIT, SUSPENSE_: the house account whose money it is */
    int64_t base_minor, customer_fee_minor; /* CAPTURE */
    /* CAPTURE, CHARGEBACK, MANAGEMENT_FEE; of a refund: given back; SETTLEMENT and PAYOUT_RETURN:
     * of the transfer, where the platform bears it */
    int64_t fee_minor, fee_tax_minor;
    int64_t refund_minor;    /* REFUND, CHARGEBACK, REFUND_REQUEST */
    struct refund_fees fees; /* REFUND_REQUEST */
    int64_t transfer_minor;  /* BALANCE_TRANSFER, CORRECTION, NEGATIVE_COVERED, and at the bank */
    int64_t carried_minor;   /* SETTLEMENT: left for the next */
    int64_t payout_minor;    /* SETTLEMENT, PAYOUT_RETURN: what goes to the bank */
    /* of the transfer, where the receiver bears it */
    int64_t payout_fee_minor, payout_fee_tax_minor;
    /* CAPTURE: gross and fee; of a refund: what each gives back; CHARGEBACK: what others bear */
    const split_line *lines;
    size_t line_count;
};

/* The roles and amounts that posting.def names. */
enum posting_role {
    ROLE_NONE = 0,
    ROLE_ACQUIRER,
    ROLE_PROCESSOR,
    ROLE_PLATFORM,
    ROLE_SUB, /* the merchant of a split line */
    ROLE_SENDER,
    ROLE_RECEIVER,
    ROLE_FEE, /* the house accounts */
    ROLE_TAX,
    ROLE_CUSTOMER_FEE,
    ROLE_REFUND_CLEARING,
    ROLE_PAYOUT_CLEARING,
    ROLE_BANK,
    ROLE_SUSPENSE,
    ROLE_CLEARING_HOUSE,
    ROLE_TARGET, /* the house account that the posting names */
    POSTING_ROLES
};
enum posting_amount {
    AMOUNT_NONE = 0,
    AMOUNT_BASE,
    AMOUNT_CUSTOMER_FEE,
    AMOUNT_FEE,
    AMOUNT_FEE_TAX,
    AMOUNT_REFUND,
    AMOUNT_TRANSFER,
    AMOUNT_REFUNDED_CUSTOMER_FEE,
    AMOUNT_REFUNDED_CUSTOMER_FEE_TAX,
    AMOUNT_REFUND_FEE,
    AMOUNT_REFUND_FEE_TAX,
    AMOUNT_CARRIED,
    AMOUNT_PAYOUT,
    AMOUNT_PAYOUT_FEE,
    AMOUNT_PAYOUT_FEE_TAX,
    AMOUNT_SPLIT_AMOUNT, /* of a split line */
    AMOUNT_SPLIT_PLATFORM_FEE,
    POSTING_AMOUNTS
};

/* A row of posting.def, with its words as they stand there ("PROCESSOR"). */
struct posting_row {
    enum money_event event;
    enum model model; /* MODEL_NONE fits every model ("ANY") */
    enum record_type type;
    enum posting_role debit, credit;
    enum posting_amount amount;
    bool is_each; /* once for each split line; else once */
    const char *event_name, *model_name, *debit_name, *credit_name, *amount_name;
};

/* All rows, in the order of posting.def; for documentation and tests. */
const struct posting_row *posting_rows(size_t *ret_count);

/* The transfers of an event, in the order of posting.def; legs of zero are left out.
 *   ret        room for TRANSFERS_MAX
 *   errors     E_AMOUNT_RANGE (amount): an amount is negative or beyond MONEY_MAX */
MUST_USE result posting_transfers(const struct posting *in, transfer *ret, size_t *ret_count);

/* Credits less debits of one account over transfers.
 * Sums of valid amounts of one event always fit. */
int64_t transfers_net(const transfer *transfers, size_t count, int64_t account);

#endif
