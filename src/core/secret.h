/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h: what a customer has entrusted to a payment for its rail alone: a prepaid number, a
 * password, a telephone number. It is a JSON object with the names of payment_details.
 *
 * It lives in memory, is wiped by its owner after the call, and is never logged; a token keeps it
 * sealed (vault.h). A card's number has a place of its own: struct card_secret.
 *
 * Used by  api, app, rails */
#ifndef KESSAI_CORE_SECRET_H
#define KESSAI_CORE_SECRET_H

#include <stddef.h>
#include <string.h>

#include "base/str.h"

struct secret_details {
    char *at; /* NULL: nothing; in an arena of the owner's */
    size_t bytes;
};

static inline str secret_details_view(const struct secret_details *secret)
{
    return (str){secret->at, secret->bytes};
}

static inline void secret_details_wipe(struct secret_details *secret)
{
    if (secret->at != NULL)
        explicit_bzero(secret->at, secret->bytes);
    *secret = (struct secret_details){0};
}

#endif
