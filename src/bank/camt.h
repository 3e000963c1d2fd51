/* SPDX-License-Identifier: Apache-2.0 */
/* camt.h: what the two files of the reader of camt.053 and camt.054 share.
 *
 * Used by  bank/camt, bank/camt_entry
 * Source   bank-rails 7.3 */
#ifndef KESSAI_BANK_CAMT_H
#define KESSAI_BANK_CAMT_H

#include "bank/statement_reading.h"
#include "bank/xml_texts.h"
#include "core/money.h"

/* Texts of the elements at hand; each group is cleared when its element begins. */
enum camt_text {
    CAMT_ID, /* of the statement */
    CAMT_FROM,
    CAMT_TO,
    CAMT_IBAN,
    CAMT_OTHER,
    CAMT_CURRENCY,
    CAMT_OWNER,
    CAMT_MEMBER,
    CAMT_BALANCE_KIND, /* of a balance */
    CAMT_BALANCE,
    CAMT_BALANCE_SIGN,
    CAMT_AMOUNT, /* of an entry */
    CAMT_SIGN,
    CAMT_REVERSAL,
    CAMT_STATUS,
    CAMT_BOOKED,
    CAMT_VALUED,
    CAMT_REFERENCE,
    CAMT_ENTRY_REFERENCE,
    CAMT_TRANSACTION,
    CAMT_NOTE,
    CAMT_BATCH,
    CAMT_BATCH_COUNT,
    CAMT_TX_AMOUNT, /* of a detail of an entry */
    CAMT_TX_SIGN,
    CAMT_TX_REFERENCE,
    CAMT_TX_BATCH,
    CAMT_END_TO_END,
    CAMT_INSTRUCTION,
    CAMT_UETR,
    CAMT_DEBTOR,
    CAMT_CREDITOR,
    CAMT_DEBTOR_AGENT,
    CAMT_CREDITOR_AGENT,
    CAMT_REMITTANCE,
    CAMT_RETURN,
    CAMT_TX_NOTE,
    CAMT_TEXTS
};

struct camt_balance {
    bool is_there;
    int64_t minor;
};

/* The entry at hand. A booked entry whose details all have amounts that add up to its own is told
 * as its details; every other as a whole. Which it is shows at its end, so it is found out the
 * first time the file is read, and kept for the second. */
struct camt_entry {
    struct statement_line line; /* what all of its lines have */
    bool has_head;              /* that has been read */
    bool is_booked, adds_up;
    int64_t details, groups, sum_minor;
};

struct camt {
    struct statement_reading *reading;
    const char *top; /* the path of a statement */
    struct xml_text *texts;
    enum currency currency; /* of the account; CUR_NONE: not known yet */
    struct camt_balance opening, previous, closing;
    struct camt_entry entry;
    uint32_t *parts; /* of each entry of the file; 0: whole */
    size_t entry_index, entry_room;
};

/* An amount with the currency of the account, which the first one sets.
 *   errors  E_BANK_FILE (param, or currency) */
MUST_USE result camt_amount(struct camt *c, const struct xml_element *element, int text,
                            const char *param, int64_t *ret);
MUST_USE result camt_sign(struct camt *c, const struct xml_element *element, int text,
                          bool *ret_is_credit);
/* The date as it is written, whatever the hour; an absent one is DAY_NONE. */
MUST_USE result camt_day(struct camt *c, const struct xml_element *element, int text,
                         const char *param, day *ret);
result camt_fail(const struct camt *c, const struct xml_element *element, const char *param,
                 const char *why);

void camt_entry_open(struct camt *c);
void camt_group_open(struct camt *c); /* NtryDtls */
MUST_USE result camt_detail_open(struct camt *c, const struct xml_element *element);
MUST_USE result camt_detail_close(struct camt *c, const struct xml_element *element);
MUST_USE result camt_entry_close(struct camt *c, const struct xml_element *element);

#endif
