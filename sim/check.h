/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: after every step: the answers, the rows and the auditor agree with the model. */
#ifndef KESSAI_SIM_CHECK_H
#define KESSAI_SIM_CHECK_H

#include "world.h"

/* Compares the answers of calls, and forgets those that are settled. */
void check_answers(struct world *w);
/* Compares balances, payments, events and ledgers row by row, and asks the auditor. */
void check_rows(struct world *w);
void check_audit(struct world *w);
/* At the end, when no operation is open: the acquirer's books say the same as ours. */
void check_rail(struct world *w);

#endif
