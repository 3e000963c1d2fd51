/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"

void policy_default(struct policy *ret)
{
    *ret = (struct policy){
        .chargeback = BEARER_PROCESSOR,
        .negative = NEGATIVE_LATER_SALES,
        .bands = {{0, 220}, {30000, 410}}, /* komoju-platform 14.1 */
        .band_count = 2,
    };
}
