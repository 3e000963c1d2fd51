/* SPDX-License-Identifier: Apache-2.0 */
/* email.h: e-mail to customers: how a payment is made, that it was made, that its deadline is near,
 * that its money has gone back.
 *
 * A row of the outbox is written in the transaction of the event that it is about, where somebody
 * can be written to. It holds neither address nor text: both follow from the payment when it is
 * sent (jobs/email) or read in the mailbox of the test environment.
 *
 * Invariant  at most one of a kind for a payment.
 * Used by    app, api, jobs
 * Source     komoju-platform 6 (the merchant's switches), komoju-core 15.3 (what a slip tells) */
#ifndef KESSAI_APP_EMAIL_H
#define KESSAI_APP_EMAIL_H

#include "app/payment.h"

/* The numbers are kept in the store. */
enum email_kind {
    EMAIL_KIND_NONE = 0,
    EMAIL_INSTRUCTION = 1, /* how a slip is paid */
    EMAIL_RECEIPT = 2,     /* it was captured */
    EMAIL_REMINDER = 3,    /* a day before the slip expires */
    EMAIL_REFUND = 4,      /* all of it has been given back */
    EMAIL_KINDS
};
enum email_state {
    EMAIL_STATE_NONE = 0,
    EMAIL_WAITING = 1,
    EMAIL_SENT = 2,
    EMAIL_GIVEN_UP = 3,
    EMAIL_IN_MAILBOX = 4, /* of a test merchant: it was not sent */
    EMAIL_LEFT_OUT = 5,   /* when it was due there was nothing to say, or nobody to say it to */
    EMAIL_STATES
};

struct email {
    id id;
    int64_t tenant, payment;
    enum email_kind kind;
    enum email_state state;
    int64_t tries;
    int64_t created_us, due_us, expires_us, last_us;
    str error;
};

const char *email_kind_name(enum email_kind kind);    /* "instruction" */
const char *email_state_name(enum email_state state); /* "waiting" */

/* Puts what an event of a payment calls for into the outbox: nothing where the merchant's switch is
 * off, or no address is known. */
MUST_USE result email_queue(struct tx *tx, const struct payment *p, enum event_type type);

/* Reads one. The text of its error is in the arena.  errors  E_NOT_FOUND */
MUST_USE result email_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                               struct email *ret);
/* The same by its wire id. */
MUST_USE result email_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                           struct email *ret);
/* Writes what came of one that waited: state, tries, due_us, last_us, error. */
MUST_USE result email_save(struct tx *tx, const struct email *email);

/* Whether there still is something to say, by the payment as it is and the switches of its
 * merchant. */
bool email_is_wanted(enum email_kind kind, const struct payment *p, int64_t mails);

/* Where the customer is reached: what the payment was made with, else its session's or its
 * customer's address. Absent: nowhere. */
MUST_USE result email_address(struct db *db, const struct payment *p, struct arena *arena,
                              str *ret);

/* What it says, in the language of the payment; UTF-8, in the arena. Lines end with \n. */
struct email_text {
    str subject, text, html;
};
/*   merchant   the name of whom the customer has paid
 *   errors     E_MEMORY */
MUST_USE result email_write(enum email_kind kind, const struct payment *p, str merchant,
                            struct arena *arena, struct email_text *ret);

#endif
