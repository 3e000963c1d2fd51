/* SPDX-License-Identifier: Apache-2.0 */
/* tx.h: what a write may do inside its transaction, and what the transaction remembers for it.
 *
 * Heads of tenants, merchants, rates and accounts are read once, changed in memory, and written
 * once before the commit: sixty-four payments of one platform update its account row once. They are
 * remembered until somebody else has written the tenant (remember.h).
 *
 * Used by  app, jobs (through works), store */
#ifndef KESSAI_STORE_TX_H
#define KESSAI_STORE_TX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "core/fee.h"
#include "core/ledger.h"
#include "core/method.h"
#include "core/split.h"
#include "store/db.h"
#include "store/event.h"
#include "store/store.h"

struct tx;

struct db *tx_db(struct tx *tx);
struct arena *tx_arena(struct tx *tx); /* lives as long as the batch */

/* The tenant's time: real time and its offset, never before a time it has seen. Where that is more
 * than a minute behind, the difference becomes part of the offset (with one server on the store:
 * several would add up their differences). */
MUST_USE result tx_now(struct tx *tx, int64_t tenant, int64_t *ret_us);
int64_t tx_real_now(struct tx *tx);
/* Moves a test tenant's clock so that tx_now gives to_us at least.  errors  E_NOT_FOUND for an
 * unknown tenant */
MUST_USE result tx_clock_set(struct tx *tx, int64_t tenant, int64_t to_us);

/* What is asked of merchants over and over. `found` false: no such merchant of this tenant. */
struct merchant {
    bool found;
    int64_t tenant;
    id id;
    enum platform_kind kind;
    enum application_status status;
    bool payments_enabled, payouts_enabled, is_live;
    int64_t screens; /* bits of app/screen.h: has limits, has a list */
    str name;
    int64_t konbini_days, bank_transfer_days; /* expiry of their payments; 0: not set */
    int64_t mails;                            /* bit set of app/merchant.h */
};
MUST_USE result tx_merchant(struct tx *tx, int64_t tenant, int64_t merchant,
                            const struct merchant **ret);
/* The same by wire id: `found` is false also when the salt is another, or the key is 0. */
MUST_USE result tx_merchant_by_id(struct tx *tx, int64_t tenant, id wire,
                                  const struct merchant **ret);

struct owned_method {
    bool is_owned;  /* a root merchant owns every method */
    int64_t brands; /* bit set of enum card_brand, 0: all */
    struct rate rate;
    int64_t customer_fee_minor;
};
MUST_USE result tx_method(struct tx *tx, const struct merchant *merchant, enum method method,
                          struct owned_method *ret);

/* The next ordinal of a merchant's payments. */
MUST_USE result tx_payment_ordinal(struct tx *tx, int64_t tenant, int64_t merchant, int64_t *ret);

/* Balance (unsettled) and held sum of an account; zeros for one that does not exist yet. */
struct balance {
    int64_t total_minor, held_minor;
};
MUST_USE result tx_balance(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
                           struct balance *ret);
/* The whole of it; zeros for one that does not exist yet. */
struct account_sums {
    int64_t by_type[RECORDS];              /* index 0 is 0 */
    int64_t last_pos, records, held_minor; /* the newest record that its merchant sees; how many */
};
MUST_USE result tx_account_sums(struct tx *tx, int64_t tenant, int64_t merchant,
                                enum currency currency, struct account_sums *ret);
/* Changes the held sum by delta. */
MUST_USE result tx_hold(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
                        int64_t delta_minor);

/* Writes a ledger transaction: the only way money moves. Numbers it, chains it, updates the
 * accounts.
 *   ret   its wire id (key is the tenant's ledger sequence number) */
struct ledger_entry {
    int64_t tenant;
    enum money_event event;
    enum currency currency;
    int64_t happened_us, payment, refund;
    const transfer *transfers;
    size_t count; /* > 0 */
};
MUST_USE result tx_post(struct tx *tx, const struct ledger_entry *entry, id *ret);
/* How often that has happened in this batch. */
int64_t tx_post_count(const struct tx *tx);

/* From now on every ledger transaction of this batch is noted, with copies of its transfers, in
 * order. The trace lives as long as the batch.  errors  E_MEMORY */
struct tx_trace {
    struct ledger_entry *entries;
    size_t count, max;
};
MUST_USE result tx_trace_begin(struct tx *tx, const struct tx_trace **ret);

/* Writes an event, chains it, and puts one delivery per subscribed endpoint into the outbox.
 *   merchant   on whose account it happened: the event's type becomes submerchant.* when it is not
 *              the tenant's root
 *   ret_seq    its sequence number; NULL if nobody asks */
struct event_entry {
    int64_t tenant, merchant;
    enum event_type type;
    int64_t created_us;
    str data, reason;
    int64_t only_endpoint; /* not 0: exactly one delivery, to this one, whatever types it wants: the
                              PING of a new endpoint, whose row follows in the same transaction */
};
MUST_USE result tx_event(struct tx *tx, const struct event_entry *entry, int64_t *ret_seq);

/* Makes the delivery of an event to an endpoint due at that time once more; makes it, where that
 * event was not meant for it. It keeps its id, and has a whole period of attempts again. */
MUST_USE result tx_delivery_again(struct tx *tx, int64_t tenant, int64_t event_seq,
                                  int64_t endpoint, int64_t now_us);

/* The number of the tenant's newest event, 0 before the first.  errors  E_NOT_FOUND */
MUST_USE result tx_event_seq(struct tx *tx, int64_t tenant, int64_t *ret);

/* What becomes of e-mail to the customers of live or of test merchants. */
enum email_way tx_email_way(const struct tx *tx, bool is_live);

bool tx_has_outbox(const struct tx *tx); /* this batch put deliveries into the outbox */

#endif
