/* SPDX-License-Identifier: Apache-2.0 */
/* session.h: an order that a customer pays, with as many attempts as it takes.
 *
 * A session is pending until one of its payments is authorized or captured, and completed from the
 * same transaction on, whoever brought that about: the call, a rail's notice, an inquiry. All of
 * them write the payment with payment_save(), which calls session_follow(). At most one payment of
 * a session succeeds: session_admit() and session_let() let one attempt at a time be asked of a
 * rail, and none after a success.
 *
 * Used by  api, app/payment, app/payment_create, app/payment_happen
 * Source   komoju-core 7 */
#ifndef KESSAI_APP_SESSION_H
#define KESSAI_APP_SESSION_H

#include "app/customer.h"
#include "app/payment.h"
#include "app/platform_details.h"

/* The numbers of all three are kept in the store. */
enum session_mode {
    SESSION_NONE = 0,
    SESSION_PAYMENT = 1,
    SESSION_CUSTOMER = 2,         /* stores a source; nothing is paid */
    SESSION_CUSTOMER_PAYMENT = 3, /* both */
    SESSION_MODES
};
enum session_status {
    SESSION_STATUS_NONE = 0,
    SESSION_PENDING = 1, /* also when it has expired */
    SESSION_COMPLETED = 2,
    SESSION_CANCELLED = 3,
    SESSION_STATUSES
};
enum session_intent {
    SESSION_INTENT_NONE = 0,
    SESSION_INTENT_ONE_TIME = 1,
    SESSION_INTENT_CARD_ON_FILE = 2,
    SESSION_INTENT_SUBSCRIPTION = 3,
    SESSION_INTENT_INSTALLMENT = 4,
    SESSION_INTENTS
};
enum { SESSION_SECONDS_MAX = 86400, SESSION_LINE_ITEMS_MAX = 100 };

/* A row of `session`; texts are in the arena it was read into. What is JSON is as the schema says.
 */
struct session {
    id id;
    int64_t tenant;
    int64_t merchant; /* who processes: the root, or a seller that platform_details names */
    enum session_mode mode;
    enum session_status status;
    bool is_two_step;
    enum currency currency;
    int64_t amount_minor;
    enum locale locale;
    enum session_intent intent;
    int64_t created_us, expires_us, completed_us, cancelled_us;
    int64_t payment; /* that completed it; 0: none */
    id customer;
    str return_url, email, name, name_kana, payment_types, external_order_num, external_customer_id;
    str mcc, statement_descriptor, metadata, platform_details, billing_address, shipping_address;
    str line_items, scenario;
};

/* errors  E_NOT_FOUND: unknown, or the salt is another */
MUST_USE result session_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                             struct session *ret);
/* The same by key alone, for rows that we found ourselves. */
MUST_USE result session_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                                 struct session *ret);
/* Not to be paid any more although it is pending. */
static inline bool session_is_expired(const struct session *s, int64_t now_us)
{
    return s->status == SESSION_PENDING && s->expires_us <= now_us;
}

/* ---- what may be paid, and how (session_offer.c) ------------------------------------------- */

/* A way to pay a session: what it costs in the currency that the method takes. */
struct session_offer {
    enum method method;
    int64_t brands; /* bit set of enum card_brand; 0: all */
    enum currency currency;
    int64_t amount_minor, customer_fee_minor;
    int64_t rate_e8; /* session currency to currency; EXCHANGE_RATE_ONE_E8 when they are the same */
};
#define EXCHANGE_RATE_ONE_E8 INT64_C(100000000)

/* The ways in the order of payment_types, else of method.def: methods of the processing merchant
 * that take the session's currency, or one of their own to which a rate was known when the session
 * was made (not where a split of the amount is kept), and whose limits hold the amount. In the
 * customer modes only what can be stored.
 *   ret   room for METHODS */
MUST_USE result session_offers(struct db *db, const struct session *s, struct arena *arena,
                               struct session_offer ret[METHODS], size_t *ret_count);

/* ---- attempts (session_attempt.c) ----------------------------------------------------------- */

/* A new attempt may begin. When a rail is being asked about another one, c->step is STEP_WAIT and
 * the caller returns.
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE: completed, cancelled or expired */
MUST_USE result session_admit(struct tx *tx, struct command *c, id session);
/* What an attempt with this method costs.
 *   errors  E_INVALID_PAYMENT_TYPE (payment_details.type): the session does not offer it */
MUST_USE result session_price(struct tx *tx, const struct session *s, enum method method,
                              struct arena *arena, struct session_offer *ret);
/* An attempt that waits for its customer may succeed, or be asked of a rail to succeed. Nothing for
 * a payment without a session. STEP_WAIT as above.
 *   errors  E_UNPROCESSABLE (outcome): the session was completed by another payment or cancelled */
MUST_USE result session_let(struct tx *tx, struct command *c, const struct payment *p);
/* Whether the session of a payment has ended without it: no money is wanted for it any more. */
MUST_USE result session_is_over(struct tx *tx, const struct payment *p, bool *ret);
/* Whether another payment has completed the session of this one: its customer has left it. */
MUST_USE result session_was_paid_otherwise(struct tx *tx, const struct payment *p, bool *ret);
/* Completes the session of a payment that has succeeded; the job cancels the other attempts. errors
 * E_INTERNAL: another one had */
MUST_USE result session_follow(struct tx *tx, struct payment *p);
/* The attempts of a session that has ended are due for the job, but for this one (0: all). */
MUST_USE result session_close_attempts(struct tx *tx, int64_t tenant, int64_t session,
                                       int64_t payment);
/* The same for a session of any mode; payment 0: a stored source alone completes it. */
MUST_USE result session_complete(struct tx *tx, int64_t tenant, int64_t session, int64_t payment,
                                 enum session_mode *ret_mode);

/* ---- the customer's source (session_source.c, session_store.h) ------------------------------- */

/* The source of a new payment waits until that has succeeded. Nothing but in mode customer_payment.
 *   p            with a card, or registered at its rail
 *   ret_consent  of a wallet: what its owner is to agree to with the payment */
MUST_USE result session_keep_source(struct tx *tx, struct command *c, const struct session *s,
                                    const struct payment *p, const struct card_secret *card,
                                    id *ret_consent);
/* It has: the card is the source of the session's customer, who is made if there is none yet, and
 * is the payment's customer from now on. */
MUST_USE result session_give_source(struct tx *tx, struct payment *p);
/* It has not: the card is forgotten. */
MUST_USE result session_drop_source(struct tx *tx, const struct payment *p);
/* What the buyer of a session of mode payment has stored and may pay with at once: the customer
 * with its external_customer_id; method METHOD_NONE without any. */
MUST_USE result session_stored(struct db *db, const struct session *s, struct arena *arena,
                               struct customer *ret);
/* Whose source a session of mode customer stores: customer_id, who has external_customer_id, or key
 * 0: somebody new. */
MUST_USE result session_customer(struct db *db, const struct session *s, struct arena *arena,
                                 id *ret);

/* ---- what clients see (session_view.c) ------------------------------------------------------ */

/* The Session object of komoju-core 7.3, with its newest or successful payment,
 * and the secure token that this waits for. */
MUST_USE result session_view(struct db *db, const struct session *s, const struct app *app,
                             int64_t now_us, struct arena *arena, struct json *j);
/* "https://pay.example/sessions/ID", then `after`. NULL without memory. */
const char *session_url(const struct session *s, const char *public_url, const char *after,
                        struct arena *arena);
/* return_url with session_id appended, before a fragment; absent when the session has none or
 * without memory (komoju-core 7.6). */
str session_return_url(const struct session *s, struct arena *arena);
/* A tenant's time for a reader.  errors  of the store */
MUST_USE result session_now(struct db *db, const struct app *app, int64_t tenant, int64_t *ret_us);

/* ---- sessions that something else makes (payment links, the legacy page) -------------------- */

/* Whether a session can be made as it stands: its merchant and times are there, its id is not.
 *   ends    the pending session that ends in the same transaction; NULL: none
 *   errors  those of session_create for the amount, the payment types and the order number */
MUST_USE result session_check(struct tx *tx, const struct session *s, const struct session *ends,
                              struct arena *arena);
/* Makes one that has passed, and has its id. */
MUST_USE result session_insert(struct tx *tx, const struct session *s);
/* Cancels a pending session, in memory too.
 *   ret_busy  not 0: the payment that a rail is being asked about; nothing has been changed */
MUST_USE result session_stop(struct tx *tx, struct session *s, int64_t now_us, int64_t *ret_busy);

/* ---- commands: fill, then command_run() ----------------------------------------------------- */

/* Makes a session; the answer is its object.
 *   session   in: all but id, merchant, status and times; texts in the command's arena
 *   errors  E_INVALID_PARAMETER (external_order_num: taken), those of split_decide for what
 *           platform_details says, E_INVALID_PAYMENT_TYPE (payment_types) and E_INVALID_CURRENCY
 *           (currency): there is no way to pay it, E_INVALID_PARAMETER (customer_id: unknown) */
struct session_create {
    struct command c; /* first */
    struct session session;
    int64_t lifetime_s;
    struct platform_details platform;
};
void session_create_init(struct session_create *in);

/* Cancels a pending session; the answer is its object.
 *   errors  E_NOT_FOUND, E_NOT_CANCELLABLE: completed or cancelled */
struct session_cancel {
    struct command c; /* first */
    id session;
};
void session_cancel_init(struct session_cancel *in);

#endif
