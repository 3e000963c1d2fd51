/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h: the policy of a tenant that holds now (core/policy.h says what one is).
 *
 * Used by  app */
#ifndef KESSAI_APP_POLICY_H
#define KESSAI_APP_POLICY_H

#include "core/policy.h"
#include "store/tx.h"

/* The default where nothing was agreed.  errors  those of the store */
MUST_USE result policy_now(struct tx *tx, int64_t tenant, struct policy *ret);

#endif
