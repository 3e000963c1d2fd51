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
 * A rail may block; the caller decides on which thread it runs. `is_instant` tells before the call
 * that it will not.
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
    RAIL_VOID = 4,      /* release an authorization, or undo a charge whose answer was lost */
    RAIL_REFUND = 5,
    RAIL_OPS
};

enum rail_outcome {
    RAIL_OUTCOME_NONE = 0,
    RAIL_APPROVED,  /* it happened */
    RAIL_REFUSED,   /* it did not, and will not: `refusal` says why */
    RAIL_UNKNOWN,   /* nobody can tell yet: inquire */
    RAIL_NOT_FOUND, /* answer to an inquiry: the rail never heard of the reference */
    RAIL_OUTCOMES
};

struct rail_call {
    enum rail_op op;
    id reference; /* of this operation: the rail's idempotency key */
    id original;  /* CAPTURE, VOID, REFUND: the reference of the authorization or charge */
    money amount;
    const struct card_secret *card; /* AUTHORIZE and CHARGE; NULL otherwise */
    str scenario; /* test environment: the Komoju-Scenario header, may be absent */
};

struct rail_answer {
    enum rail_outcome outcome;
    enum err refusal; /* RAIL_REFUSED: for the client, a row of errors.def with class RAIL */
    char text[64];    /* the rail's own code or remark, for the operator; no card data */
};

struct rail;
struct rail_functions {
    bool (*is_instant)(const struct rail *self, const struct rail_call *call);
    void (*call)(struct rail *self, const struct rail_call *call, struct rail_answer *ret);
    void (*inquire)(struct rail *self, id reference, struct rail_answer *ret);
    void (*close)(struct rail *self);
};
struct rail {
    const struct rail_functions *functions;
    enum rail_number number;
};

const char *rail_slug(enum rail_number number); /* "unknown" for a number without a row */

/* The rail that takes payments of a flow for test or live merchants; RAIL_NONE while none is
 * connected. */
enum rail_number rail_for(enum flow flow, bool is_live);

#endif
