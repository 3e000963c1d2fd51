/* SPDX-License-Identifier: Apache-2.0 */
/* simulator_secret.h: what the simulated issuers think of prepaid numbers and accounts.
 *
 * Prepaid numbers of komoju-core 16, for every type that takes one: 1111111111111111 is worth 2000,
 * e111111111111112 is no number, e111111111111113 was used before, e111111111111114 is an error.
 * Ours, for accounts: the password "wrong" is wrong, the account "nobody" does not exist, the
 * account "poor" has no money; a scanned code that is "wrong", "used", "expired" or "poor", and a
 * user's authorization that is "unknown", "expired" or "poor". Everything else is worth as much as
 * is asked.
 *
 * Used by  rails/simulator
 * Source   komoju-core 16 */
#ifndef KESSAI_RAILS_SIMULATOR_SECRET_H
#define KESSAI_RAILS_SIMULATOR_SECRET_H

#include "rails/rail.h"

/* A RAIL_REDEEM: lowers the amount to what the number is worth, or refuses.
 *   ret     E_OK: approved
 *   errors  E_MEMORY */
MUST_USE result simulator_redeem(const struct rail_call *call, int64_t *amount_minor,
                                 enum err *ret);
/* A RAIL_AUTHORIZE or RAIL_CHARGE without a card: all or nothing. */
MUST_USE result simulator_login(const struct rail_call *call, enum err *ret);

#endif
