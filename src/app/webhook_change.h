/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_change.h: what clients do to their endpoints: make, change, end, test one, and give one a
 * new secret.
 *
 * Secrets are sealed by the vault. One that was made here is in the answer to the call that made
 * it, and nowhere else; so these calls take no idempotency key, whose stored answer would hold it.
 * The rules are those of webhook_endpoint.h; its names of options ("--url") are the parameters of
 * errors here too, and api turns them into those of a body.
 *
 * A change of types or of `active` holds for the events that follow it; what was wanted before
 * stays in webhook_past, for the auditor.
 *
 * Used by  api */
#ifndef KESSAI_APP_WEBHOOK_CHANGE_H
#define KESSAI_APP_WEBHOOK_CHANGE_H

#include "app/command.h"
#include "app/webhook_endpoint.h"

enum { WEBHOOK_OVERLAP_S_MAX = 30 * 24 * 3600, WEBHOOK_OVERLAP_S = 24 * 3600 };

struct webhook_change {
    struct command command; /* first */
    id webhook;             /* which one; not for a new one */
    bool has_url, has_types, has_secret, has_active;
    str url, types, secret;
    bool is_active;
    bool shows_secret;  /* it was made here */
    int64_t overlap_us; /* of a rotation */
};

/* A new secret in the form of the Standard Webhooks: "whsec_" and 24 random bytes in base64.
 *   ret     in the arena
 *   errors  E_MEMORY */
MUST_USE result webhook_secret_make(struct arena *arena, str *ret);

/* command.begin of each:
 *   create   url, types, secret; the endpoint, with its secret if shows_secret
 *            errors  E_INVALID_PARAMETER (--url, --event, --secret)
 *   update   what is given; the endpoint. Switched off, it gives up what waits for it
 *            errors  E_NOT_FOUND; E_INVALID_PARAMETER (as create)
 *   rotate   secret; the one before stays valid for the overlap. errors as update
 *   remove   the id, and "deleted": true.  errors  E_NOT_FOUND
 *   ping     the event.  errors  E_NOT_FOUND, E_UNPROCESSABLE: it is switched off */
MUST_USE result webhook_create_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_update_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_rotate_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_remove_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_ping_begin(struct tx *tx, struct command *c);

#endif
