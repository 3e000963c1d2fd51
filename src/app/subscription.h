/* SPDX-License-Identifier: Apache-2.0 */
/* subscription.h: a charge of a customer's stored card that repeats.
 *
 *     due ── renew: try and payment's intent, one transaction ── rail ── outcome ── next due
 *
 * A charge is a payment like any other: app/payment_create.h makes it, app/rail_outcome.c learns
 * its outcome, now or later, and tells subscription_settle(). The try has a row of its own, keyed
 * by period and number of the try, in the same transaction as the payment: whatever servers or
 * restarts do, a try is made once, and the next one begins only when its outcome is known.
 *
 * Used by  api, app, jobs
 * Source   komoju-core 11; komoju-platform 7 (platform_details: our addition) */
#ifndef KESSAI_APP_SUBSCRIPTION_H
#define KESSAI_APP_SUBSCRIPTION_H

#include "app/customer.h"
#include "app/payment_create.h"
#include "core/subscription.h"

struct subscription {
    id id;
    int64_t tenant, customer;
    enum subscription_period period;
    enum currency currency;
    int64_t amount_minor;
    struct subscription_course course;
    int64_t payment;                  /* the charge that is under way; 0: none */
    struct platform_details platform; /* of each charge, as if it had been sent with it */
    str metadata;
    int64_t created_us, ended_us;
};

/* A subscription of this tenant with its split. Texts are in the arena.
 *   errors  E_NOT_FOUND: unknown, or the salt is another */
MUST_USE result subscription_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                                  struct subscription *ret);
MUST_USE result subscription_read_key(struct db *db, int64_t tenant, int64_t key,
                                      struct arena *arena, struct subscription *ret);
/* Writes back what can change. */
MUST_USE result subscription_save(struct tx *tx, const struct subscription *s);

/* The Subscription object of komoju-core 11; reads its customer and its payments. */
MUST_USE result subscription_view(struct db *db, const struct subscription *s, struct arena *arena,
                                  struct json *j);
/* Writes the object as an event, and as the answer of c (which is that event's data), where c is
 * not NULL. */
MUST_USE result subscription_event(struct tx *tx, const struct subscription *s,
                                   enum event_type type, struct arena *arena, struct command *c);

/* "customer": the raw record of komoju-core 11, in a subscription and in the answer of a session.
 */
void customer_record(struct json *j, const struct customer *c);

/* Makes `ret` the payment of the next charge: what POST /payments would be sent for it. */
void subscription_fill(const struct subscription *s, const struct customer *customer,
                       struct payment_create *ret);

/* The outcome of a charge is known. For a payment of no subscription nothing. */
MUST_USE result subscription_settle(struct tx *tx, const struct payment *p, bool is_paid,
                                    struct arena *arena);
/* The same by the subscription, in memory, saved here. */
MUST_USE result subscription_conclude(struct tx *tx, struct subscription *s, bool is_paid,
                                      struct arena *arena);

/* Ends all subscriptions of a customer that is about to be deleted. */
MUST_USE result subscription_end_all(struct tx *tx, const struct customer *customer,
                                     struct arena *arena);

/* POST /subscriptions.
 *   answer  the Subscription, pending: its first charge is due at once
 *   errors  those of payment_create_check() */
struct subscription_create {
    struct command c; /* first */
    id customer;
    enum subscription_period period;
    enum currency currency;
    int64_t amount_minor;
    struct platform_details platform;
    str metadata;
};
void subscription_create_init(struct subscription_create *in);

/* DELETE /subscriptions/{id}: nothing more is charged. One that has ended is only shown.
 *   answer  the Subscription
 *   errors  E_NOT_FOUND */
struct subscription_delete {
    struct command c; /* first */
    id id;
};
void subscription_delete_init(struct subscription_delete *in);

/* Charges a subscription that is due by its tenant's time, one period once, and calls done when the
 * outcome is known or left to an inquiry. For jobs. */
void subscription_renew_start(struct app *app, int64_t tenant, int64_t subscription,
                              void (*done)(void *context), void *context);

#endif
