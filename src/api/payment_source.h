/* SPDX-License-Identifier: Apache-2.0 */
/* payment_source.h: payment_details of a request: an object by type, or a token.
 *
 * Used by  api
 * Source   komoju-core 15, 8; the fields are rows of details.def */
#ifndef KESSAI_API_PAYMENT_SOURCE_H
#define KESSAI_API_PAYMENT_SOURCE_H

#include "api/api.h"
#include "api/details.h"
#include "app/payment_create.h"
#include "core/card.h"
#include "core/method.h"
#include "core/secret.h"

struct payment_source {
    bool is_token;
    id token;
    enum method method;
    struct card_secret card;                  /* the caller wipes it; wiped on error */
    struct secret_details secret;             /* the same */
    str details;                              /* payment_details of a payment's answer, JSON */
    str scrubbed;                             /* of a token's answer, JSON */
    bool has_expiry_days, is_authorized_only; /* the latter: "capture": false */
    const char *code, *installments;          /* see struct payment_create */
    int64_t expiry_days;
    str family_name, given_name; /* of the customer, where they were given */
};

/* Reads the value of the key payment_details (NULL: absent).
 *   defaults  what stands in for fields that are not given; NULL: nothing
 *   errors    E_MISSING_PARAMETER, E_INVALID_PARAMETER (payment_details or
 * payment_details.<field>), E_INVALID_PAYMENT_TYPE (payment_details.type), E_INVALID_TOKEN
 * (payment_details), E_INVALID_NUMBER (payment_details.number) */
MUST_USE result payment_source_read(const json_t *details, const struct detail_defaults *defaults,
                                    struct arena *arena, struct payment_source *ret);

/* Moves it into a payment that is to be made, whose is_captured is set already; what is secret is
 * wiped here. */
void payment_source_give(struct payment_source *source, struct payment_create *ret);
void payment_source_wipe(struct payment_source *source);

#endif
