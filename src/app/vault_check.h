/* SPDX-License-Identifier: Apache-2.0 */
/* vault_check.h: a database goes with one vault key: what is sealed with another can never be
 * opened, so the mistake is refused before it is made.
 *
 * Used by  cli */
#ifndef KESSAI_APP_VAULT_CHECK_H
#define KESSAI_APP_VAULT_CHECK_H

#include <stdbool.h>

#include "base/result.h"
#include "store/store.h"
#include "vault/vault.h"

/* Whether a key has been used with this database. */
MUST_USE result vault_key_is_bound(struct store *store, bool *ret);

/* Binds the database to this key, or checks that it is the one.
 *   errors  E_USAGE (--key-file): it is another one */
MUST_USE result vault_key_bind(struct store *store, const struct vault *vault);

#endif
