/* SPDX-License-Identifier: Apache-2.0 */
/* payment_number.h: another prepaid number for a payment that was paid in part.
 *
 * Used by  api/payment_actions, api/session_number
 * Source   komoju-core 6.9, 15.3 */
#ifndef KESSAI_API_PAYMENT_NUMBER_H
#define KESSAI_API_PAYMENT_NUMBER_H

#include "api/api.h"
#include "app/payment_actions.h"

/* Reads payment_details into the command.
 *   errors  those of payment_source_read; E_INVALID_PARAMETER (payment_details): no prepaid number
 */
MUST_USE result payment_number_read(struct exchange *x, const json_t *details,
                                    struct payment_update *ret);

#endif
