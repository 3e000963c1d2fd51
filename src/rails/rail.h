/* SPDX-License-Identifier: Apache-2.0 */
/* rail.h: the one table of functions behind which every acquirer, bank and wallet stands (design
 * D6, D12).
 *
 * The caller has committed its intent before a call and commits the outcome after it; a rail is
 * never called inside a transaction. Every call carries a reference of ours (the operation's id)
 * that the rail treats as its idempotency key: the same reference again gives the same outcome and
 * never charges twice. A rail that cannot say what happened answers RAIL_UNKNOWN; the caller then
 * inquires with the same reference, and never sends again under a new one.
 *
 * A rail says back what it did, for which reference and of what amount; rail_send() and
 * rail_inquire() hold that against what was asked, so that an approval of something else is never
 * taken for ours. doc/rails.md tells what becomes of an operation then.
 *
 * A rail may block, for RAIL_CALL_MS_MAX at most; the caller decides on which thread it runs.
 * `is_instant` tells before the call that it will not.
 *
 * Used by  app, jobs */
#ifndef KESSAI_RAILS_RAIL_H
#define KESSAI_RAILS_RAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/result.h"
#include "base/str.h"
#include "core/card.h"
#include "core/method.h"
#include "core/money.h"

enum rail_number {
    RAIL_NONE = 0,
#define RAIL(name, number, slug, flow, world, text) RAIL_##name = (number),
#include "rails/rail.def"
#undef RAIL
    RAILS
};

/* The numbers are kept in the store. */
enum rail_op {
    RAIL_OP_NONE = 0,
    RAIL_AUTHORIZE = 1, /* reserve */
    RAIL_CHARGE = 2,    /* reserve and capture at once */
    RAIL_CAPTURE = 3,   /* of an earlier authorization, whole or part */
    RAIL_VOID = 4,      /* release an authorization, or undo a charge whose answer was lost; close
                           what was REGISTERed: nobody can pay it afterwards, and what has been paid
                           of it all the same goes back to who paid it, or the void is refused */
    RAIL_REFUND = 5,
    RAIL_REGISTER = 6, /* announce a payment that its customer is to make elsewhere: a slip's
                          numbers, a page; nothing is taken */
    RAIL_REDEEM = 7,   /* take what a prepaid number is worth, up to the amount; `original` is the
                          first one of the payment */
    RAIL_OPS
};

/* A call has been sent, and has returned, that long after it was made: a rail keeps to it. */
enum { RAIL_CALL_MS_MAX = 30000 };

enum rail_outcome {
    RAIL_OUTCOME_NONE = 0,
    RAIL_APPROVED,  /* it happened */
    RAIL_REFUSED,   /* it did not, and will not: `refusal` says why */
    RAIL_UNKNOWN,   /* nobody can tell yet: inquire */
    RAIL_NOT_FOUND, /* answer to an inquiry: the rail never heard of the reference */
    RAIL_OUTCOMES
};

/* The ones that a payment begins with. */
static inline bool rail_op_is_first(enum rail_op op)
{
    return op == RAIL_AUTHORIZE || op == RAIL_CHARGE || op == RAIL_REGISTER || op == RAIL_REDEEM;
}

/* One redemption of a payment that prepaid numbers have paid, and what of it goes back. */
struct rail_part {
    id reference; /* of its REDEEM */
    money amount;
};

struct rail_call {
    enum rail_op op;
    id reference; /* of this operation: the rail's idempotency key */
    id original;  /* CAPTURE, VOID, REFUND: the reference of the authorization or charge; also the
                     capture that a VOID or REFUND takes back whole */
    id consent; /* of a wallet's owner to be charged without being asked: REGISTER asks for it under
                   this id, with a payment or without; AUTHORIZE and CHARGE rely on it; VOID with it
                   as `original` takes it back. key 0: none */
    money amount;
    /* VOID and REFUND of a payment that REDEEMs have made: each of them, oldest first; those of a
     * REFUND add up to the amount, and one may be 0. It is one operation under one reference: the
     * rail approves when all are done, refuses when none is and none will be, and otherwise does
     * not know, until an inquiry, or the same void again, has finished it. None: `original` alone.
     * Inquiries have them too. */
    const struct rail_part *parts;
    size_t part_count;
    const struct card_secret *card; /* AUTHORIZE and CHARGE of a card; NULL otherwise */
    str secret;          /* of a first operation and REDEEM, and of a card terminal's CAPTURE and
                            VOID: core/secret.h; absent: nothing. Inquiries have neither */
    enum method method;  /* of the payment */
    id payment;          /* what the customer's pages are about; or a consent without a payment */
    str details;         /* payment_details as they stand, a JSON object */
    int64_t deadline_us; /* when the payment expires */
    const char *origin;  /* "https://pay.example": where this server is reached */
    str scenario;        /* test environment: the Komoju-Scenario header, may be absent */
};

/* What a rail has said of an operation so far, one bit for each kind of answer that it gave; the
 * set is kept in the store while the operation is open. */
enum rail_heard {
    HEARD_NOTHING = 0,
    HEARD_APPROVED = 1,
    HEARD_REFUSED = 2,
    HEARD_NOT_FOUND = 4,
    HEARD_OTHER = 8, /* an approval of another amount or currency than was asked */
};

enum { RAIL_DETAILS_BYTES = 2048 };

struct rail_answer {
    enum rail_outcome outcome;
    enum err refusal; /* RAIL_REFUSED: for the client, a row of errors.def with class RAIL;
                         E_GATEWAY_TIMEOUT: it has been voided */
    id reference;     /* of the operation that this is about, as the rail says it */
    money amount;     /* RAIL_APPROVED: what was approved, as the rail says it */
    char details[RAIL_DETAILS_BYTES]; /* RAIL_APPROVED: what the customer must know, a JSON object
                                         whose members payment_details gains; or empty */
    char text[64]; /* the rail's own code or remark, for the operator; no card data */

    enum rail_heard heard; /* set by rail_send() and rail_inquire(): the one bit of this answer */
};

struct rail;
struct rail_functions {
    bool (*is_instant)(const struct rail *self, const struct rail_call *call);
    void (*call)(struct rail *self, const struct rail_call *call, struct rail_answer *ret);
    void (*inquire)(struct rail *self, const struct rail_call *call, struct rail_answer *ret);
    /* See rail_visit(). NULL: the rail cannot be asked, it tells. */
    void (*visit)(struct rail *self, const struct rail_call *call, bool is_last,
                  struct rail_answer *ret);
    void (*close)(struct rail *self);
};
struct rail {
    const struct rail_functions *functions;
    enum rail_number number;
    /* A request without an answer may still arrive that long after its call has returned. 0: never,
     * so that RAIL_NOT_FOUND is final at once. */
    int64_t late_us;
};

/* Calls the rail and holds the answer against the call. An approval of another amount or currency
 * becomes RAIL_UNKNOWN with HEARD_OTHER; so does a REDEEM of more than was asked, or of nothing,
 * while less is what was approved. What makes no sense (no outcome, no such refusal), and
 * what is about another reference, says nothing: RAIL_UNKNOWN. The amount of a void is not
 * compared: it releases all there is. */
void rail_send(struct rail *rail, const struct rail_call *call, struct rail_answer *ret);
/* The same for an inquiry about the operation that was called that way: op, reference and amount
 * are read, and what details are made of. */
void rail_inquire(struct rail *rail, const struct rail_call *call, struct rail_answer *ret);

/* Whether what its customers do can be asked of the rail. */
static inline bool rail_has_visits(const struct rail *rail)
{
    return rail != NULL && rail->functions->visit != NULL;
}

/* What the customer of a REGISTER has done at the place that the rail sent them to; call is as for
 * an inquiry about that REGISTER.
 *   is_last  whoever has done nothing by now is not let in any more: then the answer stands
 *   ret      RAIL_APPROVED: has paid; RAIL_NOT_FOUND: nothing yet; RAIL_UNKNOWN: nobody can tell;
 *            RAIL_REFUSED with E_REQUEST_FAILED: does not want to, with E_GATEWAY_TIMEOUT: was too
 *            late, or it was voided; with another: may not */
void rail_visit(struct rail *rail, const struct rail_call *call, bool is_last,
                struct rail_answer *ret);

/* The operation was taken back, or stopped before it could happen, by a void. */
static inline bool rail_says_voided(const struct rail_answer *answer)
{
    return answer->outcome == RAIL_REFUSED && answer->refusal == E_GATEWAY_TIMEOUT;
}

/* Whether a rail's answers to one operation cannot all be true: something else was approved, or it
 * was approved and also refused or unheard of. NOT_FOUND before APPROVED is no contradiction while
 * the request may be under way, so a caller drops HEARD_NOT_FOUND until it is final. */
static inline bool rail_contradicts(enum rail_heard heard)
{
    return (heard & HEARD_OTHER) != 0 ||
           ((heard & HEARD_APPROVED) != 0 && (heard & (HEARD_REFUSED | HEARD_NOT_FOUND)) != 0);
}

const char *rail_slug(enum rail_number number); /* "unknown" for a number without a row */

/* The RAIL class error with this wire code; `other` if there is none. */
enum err rail_refusal_read(str wire, enum err other);

/* The rail that takes payments of a method for test or live merchants; RAIL_NONE while none is
 * connected. */
enum rail_number rail_for(enum method method, bool is_live);

#endif
