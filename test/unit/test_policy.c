/* SPDX-License-Identifier: Apache-2.0 */
/* test_policy.c: what holds where a platform has agreed on nothing. */
#include "unit.h"

#include "core/policy.h"

/* Nothing of the default changes what komoju-platform says of a plain platform. */
TEST(the_default_is_komojus_ways)
{
    struct policy p;
    memset(&p, 0x5a, sizeof p);
    policy_default(&p);
    CHECK_I64(p.version, 0);
    CHECK_I64(p.chargeback, BEARER_PROCESSOR);
    CHECK_I64(p.negative, NEGATIVE_LATER_SALES);
    CHECK(!p.returns_fees && !p.platform_pays_payout_fee && !p.has_on_demand);
    CHECK_I64(p.reserve_percent_e4, 0);
    CHECK_I64(p.reserve_days, 0);
    CHECK_I64(p.release_days, 0);
    CHECK_I64(p.on_demand_min_minor, 0);
    CHECK_I64(p.on_demand_day_max, 0);
    CHECK_I64(p.management_fee_minor, 0);
}

/* The bands begin at 0 and ascend; their figures are published (14.1). */
TEST(the_default_transfer_fees_are_published_figures)
{
    struct policy p;
    policy_default(&p);
    CHECK_I64(p.band_count, 2);
    CHECK_I64(p.bands[0].from_minor, 0);
    CHECK_I64(p.bands[0].fee_minor, 220);
    CHECK_I64(p.bands[1].from_minor, 30000);
    CHECK_I64(p.bands[1].fee_minor, 410);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(the_default_is_komojus_ways),
        CLAIM(the_default_transfer_fees_are_published_figures),
    };
    return RUN_ALL(all);
}
