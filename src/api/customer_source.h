/* SPDX-License-Identifier: Apache-2.0 */
/* customer_source.h: what a request says of a customer's source.
 *
 * Used by  api/customers, api/session_pay */
#ifndef KESSAI_API_CUSTOMER_SOURCE_H
#define KESSAI_API_CUSTOMER_SOURCE_H

#include "api/payment_source.h"
#include "app/customer_change.h"

/* Makes what was read the customer's new source; the caller wipes `source`.
 *   errors  E_INVALID_PAYMENT_TYPE (payment_details.type): it cannot be stored */
MUST_USE result customer_source_take(struct payment_source *source, struct customer_change *ret);

#endif
