/* SPDX-License-Identifier: Apache-2.0 */
/* again.h: which payments an audit that goes on from a point looks at; private to audit. */
#ifndef KESSAI_AUDIT_AGAIN_H
#define KESSAI_AUDIT_AGAIN_H

#include "audit/audit_state.h"

/* Puts the account sums of the point into the facts. */
void again_begin(struct audit *a);
/* Completes a->again: what the point had open, what is new, and what operations name. The walks
 * over ledger and events have added theirs. */
void again_gather(struct audit *a);

#endif
