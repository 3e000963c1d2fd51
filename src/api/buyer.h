/* SPDX-License-Identifier: Apache-2.0 */
/* buyer.h: who stands behind an attempt to pay, for screening.
 *
 * A server tells in fraud_details; what it does not tell is not known. A browser's word is worth
 * nothing: its address is that of the request.
 *
 * Used by  api
 * Source   komoju-core 6.2 (fraud_details) */
#ifndef KESSAI_API_BUYER_H
#define KESSAI_API_BUYER_H

#include "api/api.h"
#include "app/screen.h"

/* Reads fraud_details of the body, and the e-mail address of its payment_details where that names
 * none.
 *   errors  E_INVALID_PARAMETER (fraud_details, fraud_details.customer_ip,
 *           fraud_details.customer_email) */
MUST_USE result buyer_read(struct exchange *x, struct buyer *ret);

#endif
