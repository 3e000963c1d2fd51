/* SPDX-License-Identifier: Apache-2.0 */
/* legacy_sign.h: signatures of the legacy hosted page: HMAC-SHA256 over a path and its query.
 *
 *     /ja/api/M/transactions/konbini/new?timestamp=1&transaction%5Btax%5D=0      what is signed:
 *     path, "?", the pairs as they are on the wire, in the order of their bytes, without "hmac"
 *
 * The key is a merchant's secret key. What is kept of it is what HMAC makes of it first: SHA-256's
 * state after the block of the key with ipad, and after the one with opad. That signs as the key
 * does, and does not lead back to it, so it opens nothing else (doc/decisions/0015).
 *
 * Used by  app/legacy
 * Source   komoju-core 17.3; RFC 2104 4 */
#ifndef KESSAI_APP_LEGACY_SIGN_H
#define KESSAI_APP_LEGACY_SIGN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/result.h"
#include "base/str.h"

enum { LEGACY_SIGNER_BYTES = 64, LEGACY_MAC_BYTES = 32, LEGACY_PAIRS_MAX = 256 };

/* What signs with a key; secret: the caller wipes it. */
void legacy_signer_make(str key, uint8_t ret[LEGACY_SIGNER_BYTES]);
/* The signature of a text. */
void legacy_sign(const uint8_t signer[LEGACY_SIGNER_BYTES], str text,
                 uint8_t ret[LEGACY_MAC_BYTES]);

/* What is signed of a path and a query.
 *   ret_text  in the arena
 *   ret_hmac  the value of the pair "hmac", as it stands there; absent: there is none
 *   errors    E_INVALID_PARAMETER (hmac: there are two), E_BAD_REQUEST: too many pairs; E_MEMORY */
MUST_USE result legacy_text(str path, str query, struct arena *arena, str *ret_text, str *ret_hmac);

/* Appends "name=value", both form-encoded, with a "&" before it unless the text is empty. */
void legacy_pair(struct buf *text, const char *name, str value);

/* An http or https URL in its parts; each is part of it.
 *   returns   false: it is none, or has a character that does not belong into one */
struct legacy_url {
    str origin, path, query, fragment; /* "https://a.b", "/c", "d=e", "#f"; may be empty */
};
bool legacy_url_read(str url, struct legacy_url *ret);

#endif
