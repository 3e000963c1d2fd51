/* SPDX-License-Identifier: Apache-2.0 */
/* vault.h: the only place that turns card numbers into something that may be kept (design D13).
 *
 * A card is sealed with XChaCha20-Poly1305 under a key that lives in a file of its own, never in
 * the database: a stolen database holds no card. What is sealed is bound to its purpose and to the
 * id it belongs to (associated data), so a sealed text cannot be moved to another row. The
 * verification value is never sealed and never written: it waits in locked memory, under the
 * token's id, until it is taken once or has aged out (at most VAULT_WAIT_MAX of them).
 *
 * Everything is in this process for now; the interface is what a vault in a process of its own
 * would offer.
 *
 * Used by  app, cli */
#ifndef KESSAI_VAULT_VAULT_H
#define KESSAI_VAULT_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"
#include "core/card.h"
#include "core/secret.h"

struct vault;
enum { VAULT_WAIT_MAX = 4096 };

enum vault_purpose {
    VAULT_NONE = 0,
    VAULT_CARD = 1,
    VAULT_WEBHOOK_SECRET = 2,
    VAULT_BANK_ACCOUNT = 3,
    VAULT_DETAILS = 4,
    VAULT_DEFENSE = 5,    /* what a merchant says to a dispute */
    VAULT_DOCUMENT = 6,   /* a part of its document: the salt is the number of the part */
    VAULT_LEGACY_KEY = 9, /* what signs for the legacy page */
    VAULT_PURPOSES
};

/* Opens the key file; makes it (mode 0600, 32 random bytes) if it is not there.
 *   errors  E_CRYPTO (key file): wrong size, readable by others, or not to be read */
MUST_USE result vault_open(const char *key_path, struct vault **ret);
void vault_close(struct vault *vault); /* wipes; NULL is fine */

/* Tells one key from another without telling anything about it: a hash with a purpose of its own.
 */
enum { VAULT_CHECK_BYTES = 16 };
void vault_check_value(const struct vault *vault, uint8_t ret[VAULT_CHECK_BYTES]);

/* Tells one value from another of the same owner and kind, without telling it: a keyed hash that
 * nobody can make, or try numbers against, who has the database but not the key.
 *   what    the kind, a literal; the same value of another kind or owner has another hash */
enum { VAULT_FINGERPRINT_BYTES = 16 };
void vault_fingerprint(const struct vault *vault, const char *what, int64_t owner, str value,
                       uint8_t ret[VAULT_FINGERPRINT_BYTES]);

/* Seals and opens a secret text (at most VAULT_TEXT_BYTES_MAX) for the row with this id.
 *   ret     in the arena; vault_open_text's is NUL-terminated
 *   errors  E_CRYPTO: not sealed by this key for this purpose and id; E_MEMORY */
enum { VAULT_TEXT_BYTES_MAX = 65536 };
MUST_USE result vault_seal_text(struct vault *vault, enum vault_purpose purpose, id owner,
                                str secret, struct arena *arena, str *ret_sealed);
MUST_USE result vault_open_text(struct vault *vault, enum vault_purpose purpose, id owner,
                                str sealed, struct arena *arena, str *ret_secret);
/* vault_open_text() for a caller that wipes. */
MUST_USE result vault_open_secret(const struct vault *vault, enum vault_purpose purpose, id owner,
                                  str sealed, struct arena *arena, struct secret_details *ret);

enum { VAULT_SEALED_CARD_BYTES = 77 }; /* every sealed card is that long */
/* Token in: seals number, month and year for the token `owner`; keeps the verification value in
 * memory until expires_us (0 bytes if there was none). Token out: opens it again and takes the
 * verification value, if it still is there. The caller wipes `ret` with explicit_bzero.
 *   errors  E_CRYPTO, E_MEMORY */
MUST_USE result vault_seal_card(struct vault *vault, id owner, const struct card_secret *card,
                                int64_t now_us, int64_t expires_us, struct arena *arena,
                                str *ret_sealed);
/* The same, and leaves the verification value where it is: ret's is empty. */
MUST_USE result vault_look_at_card(struct vault *vault, id owner, str sealed,
                                   struct card_secret *ret);
/* Wipes a verification value that nobody will ask for: its token was not made, or has been used
 * without it. */
void vault_forget_value(struct vault *vault, id owner);
uint32_t vault_value_count(struct vault *vault); /* values that wait now */
MUST_USE result vault_open_card(struct vault *vault, id owner, str sealed, int64_t now_us,
                                struct card_secret *ret);

#endif
