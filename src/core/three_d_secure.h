/* SPDX-License-Identifier: Apache-2.0 */
/* three_d_secure.h: what the result of an EMV 3-D Secure 2 authentication allows.
 *
 * An authentication goes one way: it starts, may be challenged, and ends with a transStatus. What
 * that is worth depends on the proof that came with it: an ECI that says more than "none" counts
 * only with an authenticationValue.
 *
 * Used by  app, rails
 * Source   bank-rails 11.3 (transStatus, ECI), 11.2 (authenticationValue), komoju-core 9 */
#ifndef KESSAI_CORE_THREE_D_SECURE_H
#define KESSAI_CORE_THREE_D_SECURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"
#include "core/card.h"

/* The numbers are kept in the store. */
enum trans_status {
    TRANS_NONE = 0,
    TRANS_AUTHENTICATED = 1, /* Y */
    TRANS_ATTEMPTED = 2,     /* A */
    TRANS_CHALLENGE = 3,     /* C */
    TRANS_DECOUPLED = 4,     /* D */
    TRANS_DENIED = 5,        /* N */
    TRANS_REJECTED = 6,      /* R */
    TRANS_UNAVAILABLE = 7,   /* U */
    TRANS_INFORMATIONAL = 8, /* I */
    TRANS_STATUSES
};
const char *trans_status_text(enum trans_status status); /* "Y"; "" for TRANS_NONE */
bool trans_status_read(str text, enum trans_status *ret);

/* verification_status of a secure token. The numbers are kept in the store. */
enum verification {
    VERIFICATION_NONE = 0,
    VERIFICATION_OK = 1,           /* authenticated, or tried */
    VERIFICATION_NEEDS_VERIFY = 2, /* the customer's browser has something to do */
    VERIFICATION_SKIPPED = 3,      /* could not be authenticated; may be charged all the same */
    VERIFICATION_ERRORED = 4,      /* never to be charged */
    VERIFICATIONS
};
const char *verification_text(enum verification verification); /* "NEEDS_VERIFY" */
/* Whether a card may be authorized now. */
bool verification_authorizes(enum verification verification);

/* How far the browser is. The numbers are kept in the store. */
enum three_d_step {
    STEP_3D_NONE = 0,
    STEP_3D_METHOD = 1,    /* the issuer's method page runs, then the AReq is sent */
    STEP_3D_CHALLENGE = 2, /* the issuer asks the customer */
    STEP_3D_ENDED = 3,
    STEPS_3D
};
const char *three_d_step_text(enum three_d_step step); /* "challenge" */

/* What the merchant wants done with transStatus U: authorize without the shift of liability. */
#define THREE_D_AUTHORIZES_UNAVAILABLE true

enum { ECI_BYTES = 3, AUTHENTICATION_VALUE_DIGITS = 28 };

/* The ECI of a brand for a transStatus: full for Y, attempt for A, none otherwise. */
const char *three_d_eci(enum card_brand brand, enum trans_status status);

/* 28 characters of base64 with its padding: 20 bytes. */
bool three_d_is_value(str value);

/* What an answer of the directory server (ARes, RReq) is worth.
 *   eci, value  as they came; may be empty
 *   authorizes_unavailable  the merchant's policy for U */
struct three_d_verdict {
    enum three_d_step step; /* CHALLENGE or ENDED */
    enum verification verification;
    bool has_shift;  /* the issuer bears the risk of fraud */
    const char *eci; /* what may be sent on; "" while it is open and where it must not be sent */
};
struct three_d_verdict three_d_decide(enum card_brand brand, enum trans_status status, str eci,
                                      str value, bool authorizes_unavailable);

/* What was authenticated covers what is to be charged: the amount may not grow, with tax or
 * without.
 *   errors  E_INVALID_TOKEN (payment_details) */
struct three_d_amount {
    int64_t amount_minor, tax_minor;
};
MUST_USE result three_d_covers(struct three_d_amount authenticated, struct three_d_amount charged);

#endif
