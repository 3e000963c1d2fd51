/* SPDX-License-Identifier: Apache-2.0 */
/* settlement.h: how much of a merchant's balance is paid out when a period closes.
 *
 *     unsettled = settlement + carried                    what is kept goes on to the next period
 *     settlement = remittance + transfer fee              unless the platform bears the fee
 *
 * Kept is what may be needed for refunds under way (held), and what a policy retains: reserves,
 * and parts of splits that are released later. Money that came after the period closed counts for
 * nothing but this: what is taken may never be more than the merchant has now.
 *
 * Used by  app, audit
 * Source   komoju-platform 14.2, 14.3; bank-rails 14.2 */
#ifndef KESSAI_CORE_SETTLEMENT_H
#define KESSAI_CORE_SETTLEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "core/ledger.h"
#include "core/policy.h"

/* All amounts in yen. */
struct settlement_facts {
    int64_t unsettled_minor;       /* what the period and those before it have left */
    int64_t total_minor;           /* the whole balance, now */
    int64_t held_minor;            /* of it, for refunds under way; >= 0 */
    int64_t retained_before_minor; /* retained, and made until the period closed; >= 0 */
    int64_t retained_minor;        /* all that is retained now; >= 0 */
    int64_t minimum_minor;         /* no payout below it; 0: none */
    int64_t asked_minor;           /* a payout of just that much; 0: all */
    bool is_enabled, is_blocked;
    bool has_account; /* or needs none */
    bool is_sub;
    const struct policy *policy;
};

/* Why nothing is paid out, in the order in which they are asked. */
enum settlement_skip {
    SKIP_NONE = 0,
    SKIP_DISABLED,   /* payouts are switched off */
    SKIP_BLOCKED,    /* a payout came back */
    SKIP_NO_ACCOUNT, /* where to? */
    SKIP_NOTHING,    /* nothing is free */
    SKIP_MINIMUM,    /* less than the minimum is */
    SKIP_SHORT,      /* less than was asked for is */
    SKIP_FEE,        /* the fee would eat it up */
    SKIPS
};

struct settlement_plan {
    enum settlement_skip skip;        /* the rest is 0 unless this is SKIP_NONE */
    int64_t settlement_minor;         /* > 0 */
    int64_t carried_minor;            /* >= 0 */
    int64_t fee_minor, fee_tax_minor; /* of the transfer, >= 0; together the fee with its tax */
    bool is_fee_borne;                /* by the platform: the merchant gets the whole settlement */
};

/*   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result settlement_decide(const struct settlement_facts *in, struct settlement_plan *ret);

/* What goes to the bank. */
int64_t settlement_remittance(const struct settlement_plan *plan);

/* The fee of a transfer, its tax included: that of the highest band that begins at or below the
 * amount, which is > 0. */
int64_t payout_fee(const struct policy *policy, int64_t settlement_minor);

/* The three sums of a settlement (komoju-platform 14.3); fees are negative.
 *   by_type   sums of the records of a settlement, the carried amount among them */
struct settlement_amounts {
    int64_t transaction_minor, fee_minor, fee_tax_minor;
};
void settlement_amounts(const int64_t by_type[RECORDS], struct settlement_amounts *ret);

#endif
