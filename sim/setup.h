/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h: who is in the world when it begins: an ordinary shop, a marketplace with payout
 * merchants, a platform with sellers; their rates; where their events go. */
#ifndef KESSAI_SIM_SETUP_H
#define KESSAI_SIM_SETUP_H

#include "world.h"

void world_set_up(struct world *w);

/* The operator gives a merchant that owns the card method another rate.   merchant  of the model */
void operator_sets_rate(struct world *w, int merchant);

#endif
