/* SPDX-License-Identifier: Apache-2.0 */
/* idem.h: what makes two requests under one idempotency key the same request.
 *
 * Same key, same method, same path, same body bytes (komoju-core 2). The key itself is kept only as
 * a hash.
 *
 * Used by  app, http */
#ifndef KESSAI_CORE_IDEM_H
#define KESSAI_CORE_IDEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

enum { IDEM_HASH_BYTES = 16, IDEM_KEY_BYTES_MAX = 100 };

/* Checks a key: 1 to 100 printable ASCII characters.
 *   errors  E_INVALID_PARAMETER (X-KOMOJU-IDEMPOTENCY) */
MUST_USE result idem_check_key(str key);

/* 128-bit BLAKE2b of the key, and of the request (parts are length-prefixed, so they cannot run
 * together). A request may hold a card number, so its hash is not kept: command_set_fingerprint()
 * makes of it, with the vault's key, what is. */
void idem_hash_key(str key, uint8_t ret[IDEM_HASH_BYTES]);
void idem_hash_request(str method, str path, str body, uint8_t ret[IDEM_HASH_BYTES]);

/* Whether a failed command leaves its answer under the key (rulings "definite refusals"): declines
 * and refusals of state or balance are kept; errors of validation, and everything that may be tried
 * again, are not. */
bool idem_keeps(enum err code);

#endif
