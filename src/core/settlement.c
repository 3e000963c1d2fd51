/* SPDX-License-Identifier: Apache-2.0 */
#include "core/settlement.h"

#include <assert.h>

#include "core/invoice.h"

int64_t payout_fee(const struct policy *policy, int64_t settlement_minor)
{
    assert(policy->band_count > 0 && policy->band_count <= FEE_BANDS_MAX);
    assert(policy->bands[0].from_minor == 0 && settlement_minor > 0);
    size_t band = 0;
    while (band + 1 < policy->band_count && policy->bands[band + 1].from_minor <= settlement_minor)
        band++;
    return policy->bands[band].fee_minor;
}

/* What is left of the period, and what is left now: the smaller one. */
static result free_amount(const struct settlement_facts *in, int64_t *ret)
{
    int64_t of_period = 0, now = 0;
    TRY(minor_sub(in->unsettled_minor, in->retained_before_minor, &of_period));
    TRY(minor_sub(in->total_minor, in->held_minor, &now));
    TRY(minor_sub(now, in->retained_minor, &now));
    *ret = of_period < now ? of_period : now;
    return OK;
}

static enum settlement_skip skip_of(const struct settlement_facts *in, int64_t free_minor)
{
    if (!in->is_enabled)
        return SKIP_DISABLED;
    if (in->is_blocked)
        return SKIP_BLOCKED;
    if (!in->has_account)
        return SKIP_NO_ACCOUNT;
    if (free_minor <= 0)
        return SKIP_NOTHING;
    if (free_minor < in->minimum_minor)
        return SKIP_MINIMUM;
    return free_minor < in->asked_minor ? SKIP_SHORT : SKIP_NONE;
}

result settlement_decide(const struct settlement_facts *in, struct settlement_plan *ret)
{
    assert(in->held_minor >= 0 && in->retained_before_minor >= 0 && in->retained_minor >= 0);
    assert(in->minimum_minor >= 0 && in->asked_minor >= 0);
    int64_t free_minor = 0;
    TRY(free_amount(in, &free_minor));
    *ret = (struct settlement_plan){.skip = skip_of(in, free_minor)};
    if (ret->skip != SKIP_NONE)
        return OK;

    const int64_t settlement_minor = in->asked_minor > 0 ? in->asked_minor : free_minor;
    const int64_t fee_minor = payout_fee(in->policy, settlement_minor);
    const bool is_fee_borne = in->is_sub && in->policy->platform_pays_payout_fee;
    if (!is_fee_borne && settlement_minor <= fee_minor) {
        ret->skip = SKIP_FEE;
        return OK;
    }
    const int64_t fee_tax_minor = tax_of_inclusive(fee_minor, TAX_RATE_10);
    *ret = (struct settlement_plan){
        .settlement_minor = settlement_minor,
        .carried_minor = in->unsettled_minor - settlement_minor,
        .fee_minor = fee_minor - fee_tax_minor,
        .fee_tax_minor = fee_tax_minor,
        .is_fee_borne = is_fee_borne,
    };
    return OK;
}

int64_t settlement_remittance(const struct settlement_plan *plan)
{
    const int64_t fee_minor = plan->fee_minor + plan->fee_tax_minor;
    return plan->settlement_minor - (plan->is_fee_borne ? 0 : fee_minor);
}

void settlement_amounts(const int64_t by_type[RECORDS], struct settlement_amounts *ret)
{
    int64_t sums[RECORD_GROUPS] = {0};
    for (int type = RECORD_NONE + 1; type < RECORDS; type++)
        sums[record_group((enum record_type)type)] += by_type[type];
    *ret = (struct settlement_amounts){.transaction_minor = sums[GROUP_TRANSACTION],
                                       .fee_minor = sums[GROUP_FEE],
                                       .fee_tax_minor = sums[GROUP_TAX]};
}
