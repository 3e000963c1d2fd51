/* SPDX-License-Identifier: Apache-2.0 */
/* payment.h: a payment with all that belongs to it, as use cases and views see it.
 *
 * Used by  app, api, jobs
 * Source   komoju-core 6.3 (the object), komoju-platform 7 (platform_details) */
#ifndef KESSAI_APP_PAYMENT_H
#define KESSAI_APP_PAYMENT_H

#include "app/command.h"
#include "base/json.h"
#include "core/dispute.h"
#include "core/fee.h"
#include "core/ledger.h"
#include "core/method.h"
#include "core/payment.h"
#include "core/split.h"

/* What a payment may grow to, so that its object always fits a reply and an event: the check is
 * made before a refund is begun, because nothing may fail for its size once a rail has been asked.
 * A capture, a new description or a chargeback add little to it (REPLY_BYTES_MAX leaves room). */
enum { PAYMENT_BYTES_MAX = 512 << 10, REFUNDS_MAX = 500, PAYMENT_ARENA_BYTES = 16 << 20 };

/* Money that a rail took for a payment which could not take it any more (doc/rails.md). */
enum late_money { LATE_NONE = 0, LATE_OWED = 1, LATE_GIVEN_BACK = 2 };
enum locale { LOCALE_NONE = 0, LOCALE_JA = 1, LOCALE_EN = 2, LOCALE_KO = 3, LOCALES };
enum refund_state { REFUND_NONE = 0, REFUND_SENT = 1, REFUND_DONE = 2, REFUND_FAILED = 3 };

/* A line of a split with the wire id of its merchant. */
struct split_view {
    int64_t refund; /* 0: of the capture */
    id merchant;
    int64_t amount_minor, platform_fee_minor;
};

struct refund {
    id id;
    enum refund_state state;
    int64_t amount_minor;
    bool is_reverse, is_chargeback, has_split;
    str description;
    int64_t created_us;
};

/* Refund requests (komoju-core 6.8): the numbers are kept in the store. */
enum account_type {
    ACCOUNT_NONE = 0,
    ACCOUNT_NORMAL = 1,
    ACCOUNT_CHECKING = 2,
    ACCOUNT_SAVINGS = 3
};

/* A refund that is paid by bank transfer: by the operator, to an account that the request names.
 * The refund with the same key has its amount, split and state: under way is pending here, done is
 * completed, failed is rejected. */
struct bank_refund {
    id id; /* its salt is not the refund's */
    enum refund_state state;
    int64_t amount_minor;
    struct refund_fees fees;
    str bank_name, bank_code, branch_name, branch_number;
    enum account_type account_type;
    str sealed; /* holder and number of the account: app/bank_account.h */
    str description;
    int64_t created_us;
};

struct payment {
    id id;
    int64_t tenant;
    id merchant; /* the processing merchant */
    int64_t ordinal;
    enum pay_state status;
    enum model model;
    enum method method;
    enum rail_number rail;
    bool is_two_step;
    enum currency currency;
    int64_t amount_minor, tax_minor, customer_fee_minor;
    int64_t refunded_minor, refunding_minor, refund_count;
    int64_t operation;         /* under way; 0: none */
    int64_t reference;         /* the operation that authorized or charged it */
    enum dispute_mark dispute; /* of its newest dispute: app/dispute.h */
    int64_t created_us, deadline_us, captured_us;
    id session;  /* that it was made through; key 0: none */
    id customer; /* whose stored source it charged, or stored; key 0: none */
    int64_t subscription;
    int64_t short_minor; /* prepaid: what is still missing */
    enum late_money late_money;
    int64_t refusals; /* how often its rail has refused to void it */
    int64_t due_us;   /* as it was read: when the job looks at it, 0: never */
    struct rate rate; /* that it was captured at; zeros before */
    str details, external_order_num, description, metadata, mcc, statement_descriptor;
    str return_url, cancel_url, three_d_secure, family_name, given_name;
    str ip_hash, card_hash, bin_hash; /* for payment_insert() alone: see app/screen.h */
    enum locale locale;

    struct split_view *splits; /* of the capture first, then by refund */
    size_t split_count;
    struct refund *refunds; /* oldest first; failed ones are left out of the object */
    size_t refund_row_count;
    struct bank_refund *requests; /* oldest first */
    size_t request_count;
};

static inline int64_t payment_base(const struct payment *p)
{
    return p->amount_minor + p->tax_minor; /* each is at most AMOUNT_MINOR_MAX */
}
static inline int64_t payment_total(const struct payment *p)
{
    return payment_base(p) + p->customer_fee_minor;
}
/* Its customer has not paid it yet, and does so elsewhere: at a store, a bank, a wallet's page. */
static inline bool payment_is_elsewhere(const struct payment *p)
{
    const enum flow flow = method_row(p->method)->flow;
    return (flow == FLOW_SLIP && p->status == PAY_AUTHORIZED) ||
           (flow == FLOW_OFFSITE && p->status == PAY_PENDING);
}
/* Prepaid numbers have given a part, and the rest is missing (app/prepaid.h). */
static inline bool payment_is_part_paid(const struct payment *p)
{
    return p->status == PAY_PENDING && p->short_minor > 0;
}

/* Its customer pays it elsewhere, at a place that a rail has been told of. */
static inline bool payment_is_registered(const struct payment *p)
{
    const enum flow flow = method_row(p->method)->flow;
    return (flow == FLOW_SLIP || flow == FLOW_OFFSITE) && p->reference != 0;
}

/* What its rail may still take, or has taken: it ends when the rail has let go of it. */
static inline bool payment_is_for_rail(const struct payment *p)
{
    return p->late_money == LATE_OWED || payment_is_part_paid(p) || payment_is_registered(p);
}

/* Reads a payment of this tenant with its splits and refunds. Texts and arrays are in the arena.
 *   errors  E_NOT_FOUND: unknown, or the salt is another */
MUST_USE result payment_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                             struct payment *ret);
/* The same by key alone, for rows that we found ourselves. */
MUST_USE result payment_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                                 struct payment *ret);

/* What a rail knows a payment by. */
struct payment_original {
    id reference; /* of the operation that began it; key 0: none */
    /* What each prepaid number gave of it, oldest first; 0 of them: it was not made of such. */
    const struct rail_part *parts;
    size_t part_count;
};
MUST_USE result payment_original(struct db *db, const struct payment *p, struct arena *arena,
                                 struct payment_original *ret);

MUST_USE result payment_insert(struct tx *tx, const struct payment *p);
/* Writes back what a use case may change: see the statement PAYMENT_SAVE. A payment that is open
 * afterwards (pay_is_open) expires at its deadline, or is cancelled at once when its session has
 * ended without it; what a rail refused then, and late money, is tried again at growing intervals
 * (app/payment_expire.h). One that has succeeded completes its session (app/session.h). */
MUST_USE result payment_save(struct tx *tx, struct payment *p);

/* The job looks at a payment that waits for somebody at that time, unless it is saved before. */
MUST_USE result payment_look_at(struct tx *tx, const struct payment *p, int64_t at_us);

/* Puts what the rail has said of the payment (a JSON object) behind what its details show already.
 */
MUST_USE result payment_add_details(struct tx *tx, struct payment *p, str members,
                                    struct arena *arena);
/* Adds a split (of the capture: refund 0) to the rows and to p. */
MUST_USE result payment_add_split(struct tx *tx, struct payment *p, int64_t refund,
                                  const split_line *lines, size_t count, struct arena *arena);
/* Gives p a copy of its refunds with room for one more, so that rows which others remember stay as
 * they are. */
MUST_USE result payment_copy_refunds(struct payment *p, struct arena *arena);
/* Adds a refund or chargeback to the rows and to p, which counts it. */
MUST_USE result payment_add_refund(struct tx *tx, struct payment *p, const struct refund *refund,
                                   struct arena *arena);
/* Counts a refund or chargeback that has happened, and moves the status on. */
void payment_refunded(struct payment *p, int64_t amount_minor);
/* The lines of one split as core wants them. ret has room for SPLIT_LINES_MAX. */
size_t payment_lines(const struct payment *p, int64_t refund, split_line *ret);

/* Whether a further refund with so many lines and so long a description can still be shown.
 *   errors  E_NOT_REFUNDABLE */
MUST_USE result payment_check_room(const struct payment *p, size_t line_count, str description);
/* The same for a refund request, which becomes a refund besides. */
MUST_USE result payment_check_request_room(const struct payment *p, size_t line_count,
                                           const struct bank_refund *request);

/* platform_details: the processing merchant and the split of the capture (refund 0) or of a refund.
 */
void payment_details_view(struct json *j, const struct payment *p, int64_t refund);
/* The Payment object of komoju-core 6.3: every key, the right type. */
void payment_view(struct json *j, const char *name, const struct payment *p);

/* Writes the payment's object as an event and as the answer of c (which is that event's data). c
 * may be NULL. Of an attempt that ends when its session has been paid otherwise there is no event,
 * only the answer: shops take the end of a payment for that of its order. */
MUST_USE result payment_event(struct tx *tx, const struct payment *p, enum event_type type,
                              struct command *c);

const char *locale_name(enum locale locale); /* "ja" */

/* The command of every use case on a payment; the use cases embed it first. */
struct payment_command {
    struct command c;
    id id; /* whose payment; key 0 for a new one */
    struct payment payment;
    struct payment kept; /* rail_outcome_finish's */
    bool is_kept;
    bool may_hold_token; /* a new payment that may have taken a token */
};

#endif
