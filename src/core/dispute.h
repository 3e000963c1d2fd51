/* SPDX-License-Identifier: Apache-2.0 */
/* dispute.h: a cardholder's bank wants its money back: what a merchant can say to that, until when,
 * and what becomes of it. On the wire a dispute is a chargeback request.
 *
 *     pending ── accepted       the merchant gives the money back
 *        │ ├──── expired        nobody has answered in time: as if it had been accepted
 *        │ ├──── cancelled      the bank has withdrawn it: nothing moves
 *        │ └──── lost           the bank has decided without an answer
 *        └────── defended ──┬── cancelled    the bank has believed the defence: it is won
 *                           └── lost
 *
 * Money moves on the way into accepted, expired and lost, and never else.
 *
 * Used by  app, sim
 * Source   komoju-core 13; komoju-platform 8 (fixed fee), 9, 11.9 */
#ifndef KESSAI_CORE_DISPUTE_H
#define KESSAI_CORE_DISPUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"
#include "core/money.h"

/* What a payment knows of its newest dispute; the numbers are kept in the store. */
enum dispute_mark { DISPUTE_NONE = 0, DISPUTE_OPEN = 1, DISPUTE_LOST = 2, DISPUTE_WON = 3 };

/* The numbers are kept in the store. */
enum dispute_state {
    DS_NONE = 0,
    DS_PENDING = 1,
    DS_ACCEPTED = 2,
    DS_CANCELLED = 3,
    DS_EXPIRED = 4,
    DS_DEFENDED = 5,
    DS_LOST = 6,
    DISPUTE_STATES
};
enum dispute_event {
    DE_NONE = 0,
    DE_ACCEPT,
    DE_DEFEND,
    DE_EXPIRE,
    DE_LOSE,
    DE_CANCEL,
    DISPUTE_EVENTS
};

const char *dispute_state_name(enum dispute_state state); /* "pending" */
bool dispute_state_read(str name, enum dispute_state *ret);

/* The next state; DS_NONE if the step is illegal (a cell left out of the table). */
enum dispute_state dispute_next(enum dispute_state state, enum dispute_event event);

/* What the payment is marked with: OPEN while it can still end either way, LOST when the money has
 * gone back. */
enum dispute_mark dispute_mark_of(enum dispute_state state);

/* The last moment for an answer: the end of the ninth day after the one on which it was opened, in
 * Japan. */
enum { DISPUTE_DAYS = 9 };
int64_t dispute_due_us(int64_t opened_us);

/* What a merchant says: DE_ACCEPT or DE_DEFEND.
 *   ret_is_said   it has been said already: nothing is left to do, however late it is
 *   errors  E_UNPROCESSABLE: it has been answered in another way, has ended, or is overdue */
MUST_USE result dispute_answer(enum dispute_state state, enum dispute_event event, int64_t due_us,
                               int64_t now_us, bool *ret_is_said);

/* What losing costs the processing merchant beside the money, and the tax on it. The fee is in yen:
 * a payment in another currency costs none.
 *   fixed_minor   what the operator has set for the merchant, 0 or more
 *   errors  E_AMOUNT_RANGE (amount) */
struct dispute_fee {
    int64_t fee_minor, tax_minor;
};
MUST_USE result dispute_fee(int64_t fixed_minor, enum currency currency, struct dispute_fee *ret);

/* The kinds of documents that a defence can have, told by their first bytes; the numbers are kept
 * in the store. */
enum document_kind {
    DOCUMENT_NONE = 0,
    DOCUMENT_PDF = 1,
    DOCUMENT_JPG = 2,
    DOCUMENT_PNG = 3,
    DOCUMENT_GIF = 4,
    DOCUMENT_KINDS
};
enum document_kind document_kind_of(str bytes);             /* NONE: it is none of them */
const char *document_type(enum document_kind kind);         /* "application/pdf" */
const char *document_default_name(enum document_kind kind); /* "document.pdf" */

#endif
