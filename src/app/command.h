/* SPDX-License-Identifier: Apache-2.0 */
/* command.h: one call of a client that changes something, from its idempotency key to its answer.
 *
 *     begin ── answer                                              one transaction
 *       └───── rail (outside any transaction) ── finish ── answer  two: intent, then outcome
 * (design D6)
 *
 * A use case embeds a struct command as its first member, fills begin, and command_run()s it. The
 * command looks the idempotency key up, runs begin, writes the operation and the key's row in the
 * same transaction, calls the rail, runs finish, and calls `answered` exactly once, on the writer's
 * or a rail's thread.
 *
 * begin checks first and writes last: a refusal it returns has changed nothing. Refusals of state,
 * balance or the rail are kept under the key (rulings), errors of validation are not.
 *
 * Used by  app, api, jobs */
#ifndef KESSAI_APP_COMMAND_H
#define KESSAI_APP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "app/operation.h"
#include "base/arena.h"
#include "base/buf.h"
#include "core/idem.h"
#include "store/tx.h"

enum command_step {
    STEP_NONE = 0,
    STEP_ANSWER, /* done: reply holds the answer */
    STEP_RAIL,   /* payment_command_ask() has filled operation and call: the rail, then finish */
    STEP_WAIT,   /* wait_payment is busy with another operation: try again when that has ended */
};

/* How long a key gives its answer again (komoju-core 2). */
#define KEY_LIFETIME_US US_PER_DAY

enum { REPLY_BYTES_MAX = 1 << 20, WAIT_MS_MAX = 10000 };

struct command {
    struct work work; /* first: the store's */
    struct app *app;
    struct arena *arena; /* the caller's; lives until answered */
    int64_t tenant;
    int64_t operator_id; /* the person of the operator who asks; 0: nobody */

    /* Only tells what would happen (app/dry_run.h): no key, no rail, no effect. */
    bool is_dry;
    /* It moves no money, asks no rail to, and so cannot be tried without effect: a promise of the
     * route, which is held against what it does. */
    bool moves_nothing;
    bool has_key;
    uint8_t key_hash[IDEM_HASH_BYTES];
    int64_t fingerprint;

    /* Runs before the first transaction, once, on a rail's thread: for questions that move no
     * money. What it refuses with is the answer, and is not kept under a key. A dry command asks
     * nothing. May be NULL. */
    result (*prepare)(struct command *c);
    result (*begin)(struct tx *tx, struct command *c);
    result (*finish)(struct tx *tx, struct command *c); /* with STEP_RAIL: rail_outcome_finish() */
    /* Runs before the rail is called, outside any transaction; false: the rail is not called, and
     * `answer` says what counts instead. May be NULL. */
    bool (*ask_first)(struct command *c);
    void (*answered)(struct command *c);
    /* Wipes what must not stay in memory; called by command_done(). May be NULL. */
    void (*wipe)(struct command *c);
    void *context; /* the caller's, for answered */

    /* filled by begin */
    enum command_step step;
    int64_t wait_payment;
    /* STEP_RAIL: rail_op, payment, refund, amounts; the rest by the command */
    struct operation operation;
    enum rail_number rail;
    struct rail_call call;
    struct rail_answer answer; /* in finish: what the rail said */

    /* the answer: status and body; event_seq when the body is that event's data */
    result outcome; /* E_OK, or what the client is told */
    int http_status;
    struct buf body;
    int64_t event_seq;

    size_t dry_at; /* of a dry command: where in the body ",\"dry_run\":" stands; 0: nowhere */

    /* the command's own */
    int64_t started_ticks_us;
    bool has_outbox;
    int64_t woken_for; /* has waited for this payment, and was let go on */
    struct command *next_waiting;
};

/* Prepares a zeroed command. */
void command_init(struct command *c, struct app *app, struct arena *arena, int64_t tenant);
/* Says what request it is. What is kept of it is a keyed hash, made with the vault's key: the
 * request may hold a card number, which must not be found by trying all of them against the store.
 * Never 0, which says of a kept request that it is not compared.
 *   request   as idem_hash_request() says */
void command_set_fingerprint(struct command *c, const uint8_t request[IDEM_HASH_BYTES]);
/* Runs it. Afterwards the command belongs to the machinery until `answered` is called. */
void command_run(struct command *c);
/* Frees what the command holds beside its arena; for the caller, after it has used the answer. */
void command_done(struct command *c);

/* ---- for the machinery in app ---------------------------------------------------------------- */

/* A refusal becomes the answer; the transaction itself is fine. */
void command_refuse(struct command *c, result r);
/* Everything that begin sets is set anew: a batch may be run again. */
void command_reset(struct command *c);
/* A text that there was no memory for must not become an effect.  errors  E_MEMORY */
MUST_USE result command_whole(const struct command *c);

/* Forgets the answer of an earlier run: a batch may be run again. */
void command_clear_answer(struct command *c);
/* Ends c->operation with the rail's outcome, as c->answer has it, and the client's answer. c is a
 * payment_command whose payment is loaded; the outcome is not RAIL_UNKNOWN.
 *   errors  of the store only; E_MEMORY */
MUST_USE result command_settle(struct tx *tx, struct command *c);

/* Lets the command go on that has waited longest for a payment whose operation has ended (the next
 * one follows when that has ended in turn). Payment 0: refuses those that have waited too long,
 * and, where servers share the store, lets all others look again. Outside a transaction. */
void command_wake(struct app *app, int64_t payment);

#endif
