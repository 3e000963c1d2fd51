/* SPDX-License-Identifier: Apache-2.0 */
/* simulator_details.h: what the simulated shops, banks and wallets tell the customer: numbers to
 * pay with, and pages to pay at. All of it follows from the call, so that an inquiry gives the
 * same.
 *
 * Used by  rails/simulator
 * Source   komoju-core 15.3, 15.4; bank-rails 8.2, 9 */
#ifndef KESSAI_RAILS_SIMULATOR_DETAILS_H
#define KESSAI_RAILS_SIMULATOR_DETAILS_H

#include "rails/rail.h"

/* Fills ret->details of an approved first operation of a type that has rows in
 * simulator_details.def; leaves every other answer as it is. Without memory the answer becomes
 * RAIL_UNKNOWN. */
void simulator_details(const struct rail_call *call, struct rail_answer *ret);

#endif
