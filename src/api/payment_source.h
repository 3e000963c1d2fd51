/* SPDX-License-Identifier: Apache-2.0 */
/* payment_source.h: payment_details of a request: an object by type, or a token.
 *
 * Used by  api
 * Source   komoju-core 15.2, 15.3 (credit_card), 8 */
#ifndef KESSAI_API_PAYMENT_SOURCE_H
#define KESSAI_API_PAYMENT_SOURCE_H

#include "api/api.h"
#include "core/card.h"
#include "core/method.h"

struct payment_source {
    bool is_token;
    id token;
    enum method method;
    struct card_secret card; /* the caller wipes it; wiped on error */
    str details;             /* payment_details of a payment's answer, JSON */
    str scrubbed;            /* of a token's answer, JSON */
    bool has_expiry_days;
    int64_t expiry_days;
};

/* Reads the value of the key payment_details (NULL: absent).
 *   errors  E_MISSING_PARAMETER, E_INVALID_PARAMETER (payment_details or payment_details.<field>),
 *           E_INVALID_PAYMENT_TYPE (payment_details.type), E_INVALID_TOKEN (payment_details),
 *           E_INVALID_NUMBER (payment_details.number) */
MUST_USE result payment_source_read(const json_t *details, struct arena *arena,
                                    struct payment_source *ret);

#endif
