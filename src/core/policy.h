/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h: what a platform's operator has agreed with it: who bears what, and when money leaves.
 *
 * Where nothing was agreed, policy_default() holds: the ways of komoju-platform.
 *
 * Used by  app
 * Source   komoju-platform 8, 11.9, 13.3, 14.1, 14.3 */
#ifndef KESSAI_CORE_POLICY_H
#define KESSAI_CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who bears a lost dispute. The numbers are kept in the store, as those below. */
enum chargeback_bearer {
    BEARER_NONE = 0,
    BEARER_PROCESSOR = 1, /* the merchant that processed the payment */
    BEARER_PLATFORM = 2,
    BEARER_SUBS = 3, /* sub-merchants by their shares, the platform by its fees */
    CHARGEBACK_BEARERS
};

/* What becomes of a sub-merchant's balance below zero. */
enum negative_way {
    NEGATIVE_NONE = 0,
    NEGATIVE_LATER_SALES = 1, /* what it sells later fills it up */
    NEGATIVE_PLATFORM = 2,    /* the platform does, at closing, with what it has */
    NEGATIVE_WAYS
};

/* The fee of a transfer of at least from_minor, tax included. */
struct fee_band {
    int64_t from_minor, fee_minor;
};
enum { FEE_BANDS_MAX = 4 };

struct policy {
    int64_t version; /* 0: the default, nothing was agreed */
    enum chargeback_bearer chargeback;
    bool returns_fees;             /* the processing fee of what is refunded comes back */
    bool platform_pays_payout_fee; /* else who receives the payout does */
    /* Of what is captured, so much (in 1/10,000 per cent) is held back for so many days. */
    int64_t reserve_percent_e4, reserve_days;
    int64_t release_days; /* a split can be paid out so many days after the capture */
    enum negative_way negative;
    bool has_on_demand;
    int64_t on_demand_min_minor, on_demand_day_max; /* least amount; payouts a day */
    int64_t management_fee_minor; /* a month and active sub-merchant, without tax; 0: none */
    struct fee_band bands[FEE_BANDS_MAX]; /* ascending, the first from 0 */
    size_t band_count;
};

void policy_default(struct policy *ret);

#endif
