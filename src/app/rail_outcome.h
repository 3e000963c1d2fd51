/* SPDX-License-Identifier: Apache-2.0 */
/* rail_outcome.h: what the outcome of a rail's operation does to a payment: state, ledger, events.
 *
 * One place for all of them, because an outcome can come twice over: from the call, or later from
 * an inquiry, after a timeout or a restart.
 *
 * Used by  app */
#ifndef KESSAI_APP_RAIL_OUTCOME_H
#define KESSAI_APP_RAIL_OUTCOME_H

#include "app/payment.h"

/* For command_settle(): c is a payment_command whose payment is loaded, c->operation and c->answer
 * say what happened. RAIL_NOT_FOUND means that it never did.
 *   answer  the Payment
 *   errors  the rail's refusal; E_GATEWAY_TIMEOUT for RAIL_NOT_FOUND */
MUST_USE result rail_outcome_finish(struct tx *tx, struct command *c);

/* For a call that was answered after an inquiry had taken its operation away (doc/rails.md): writes
 * down what the call has said. An open operation counts from now on as one whose client was told
 * that it was not made. One that was given up, and is approved after all, is opened again so that
 * it is taken back. now   the operation's row */
MUST_USE result rail_outcome_late(struct tx *tx, struct command *c, const struct operation *now);

/* What a rail is asked to do, and must say that it did, for an operation of this payment. */
money rail_outcome_amount(const struct operation *operation, const struct payment *payment);

/* Says in a call what the payment is that it is about. */
void rail_outcome_describe(const struct app *app, const struct payment *payment,
                           struct rail_call *ret);
/* Says in a call which op it is of and on what: for VOID and REFUND with what goes back of each
 * part. The call's amount is set. Without memory the arena is broken. */
void rail_outcome_aim(const struct payment_original *original, const struct payment *payment,
                      struct arena *arena, struct rail_call *ret);

/* Reads the payment of a command, and waits when another operation is under way on it: then step is
 * STEP_WAIT and the caller returns.
 *   errors  E_NOT_FOUND */
MUST_USE result payment_command_load(struct tx *tx, struct payment_command *in);

/* The rail is to do c.operation to the payment: STEP_RAIL.
 *   original   as payment_original() says; NULL for a new payment */
void payment_command_ask(struct payment_command *in, const struct payment_original *original,
                         str scenario);

#endif
