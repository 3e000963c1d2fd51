/* SPDX-License-Identifier: Apache-2.0 */
/* dispute.h: chargeback requests: the rows, the object, and what each step does.
 *
 *     opened ── a merchant accepts or defends, or the due date passes ── the bank decides
 *
 * At most one dispute of a payment is open; its payment's mark (core/dispute.h) and its row are
 * always written together. The chargeback is a refund of the payment, of all that has not been
 * given back before, and its posting is the processing merchant's alone. A dispute whose payment
 * is refunded in full meanwhile has nothing left to take, and is cancelled.
 *
 * Used by  app, api, jobs, cli
 * Source   komoju-core 13; komoju-platform 9, 11.9 */
#ifndef KESSAI_APP_DISPUTE_H
#define KESSAI_APP_DISPUTE_H

#include "app/payment.h"
#include "core/dispute.h"
#include "vault/vault.h"

enum {
    DISPUTE_CODE_CHARACTERS_MAX = 32,
    DISPUTE_REASON_CHARACTERS_MAX = 255,
    DISPUTE_ARENA_BYTES = PAYMENT_ARENA_BYTES,
};

struct dispute {
    id id;
    int64_t tenant, payment;
    int64_t merchant; /* who processed the payment */
    enum dispute_state state;
    str reason_code, reason;
    int64_t created_us, due_us, defended_us, ended_us;
    int64_t refund; /* the chargeback; 0: no money has moved */
    struct dispute_fee fee;
    str defense;      /* sealed: dispute_defense.h */
    str defense_hash; /* of all that was said */
    enum document_kind document;
    int64_t document_bytes;
};

/* A dispute of this tenant; its texts are in the arena.
 *   errors  E_NOT_FOUND: unknown, or the salt is another */
MUST_USE result dispute_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                             struct dispute *ret);
/* The same by key alone, for rows that we found ourselves. */
MUST_USE result dispute_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                                 struct dispute *ret);
/* The open dispute of a payment that is marked with one. */
MUST_USE result dispute_read_open(struct db *db, const struct payment *p, struct arena *arena,
                                  struct dispute *ret);
/* Writes back everything that can change. */
MUST_USE result dispute_save(struct tx *tx, const struct dispute *d);

/* The object of komoju-core 13. */
MUST_USE result dispute_view(struct db *db, struct vault *vault, const struct dispute *d,
                             struct arena *arena, struct json *j);

/* ---- steps; they write the dispute and its payment, and tell of what happened ---------------- */

/* What a bank says when it opens one; absent texts become CB_Fraud. */
struct dispute_claim {
    str reason_code, reason;
};
/* Opens a dispute of a payment, in the rows and in p, and saves p. No event.
 *   errors  chargeback_decide's; E_NOT_CHARGEBACKABLE: one is open already */
MUST_USE result dispute_open(struct tx *tx, struct payment *p, const struct dispute_claim *claim,
                             struct dispute *ret);
/* Takes a step that core allows: moves the money where it is lost, saves both, and writes the
 * payment's events.
 *   c   NULL, or whose answer the Payment is */
MUST_USE result dispute_step(struct tx *tx, struct payment *p, struct dispute *d,
                             enum dispute_event event, struct arena *arena, struct command *c);
/* For a payment whose refund has just been done: cancels its dispute when nothing is left to take.
 * The caller saves p and writes the events. */
MUST_USE result dispute_follow_refund(struct tx *tx, struct payment *p, struct arena *arena);

/* ---- use cases ------------------------------------------------------------------------------- */

/* POST /chargeback_requests/{id}/accept. Saying it again does nothing.
 *   answer  204 without a body; dry: 200 and the object
 *   errors  E_NOT_FOUND, dispute_answer's */
struct dispute_accept {
    struct payment_command p; /* first */
    id dispute;
};
void dispute_accept_init(struct dispute_accept *in);

/* Ends a dispute that nobody has answered in time. Asynchronous: done is called once, on any
 * thread, when it has expired or turned out not to be due. */
void dispute_expire_start(struct app *app, int64_t tenant, int64_t dispute,
                          void (*done)(void *context), void *context);

#endif
