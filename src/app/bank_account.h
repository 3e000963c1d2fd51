/* SPDX-License-Identifier: Apache-2.0 */
/* bank_account.h: whose bank account a refund goes to, and its number: sealed wherever they are
 * kept.
 *
 * A payment's object is kept in events and in answers to idempotency keys. There, and whenever it
 * is written, the two are one member in which they are sealed:
 *
 *     "bank_account":{"sealed":"<id, 25 characters><hexadecimal>"}
 *
 * Whoever sends an object to the outside opens it last of all (bank_accounts_open), and the two
 * members stand in its place:
 *
 *     "customer_name":"ﾀﾅｶ ﾊﾅ","account_number":"0012345"
 *
 * Used by  app/refund_request, api, jobs, cli
 * Source   komoju-core 6.8; design D13 */
#ifndef KESSAI_APP_BANK_ACCOUNT_H
#define KESSAI_APP_BANK_ACCOUNT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "vault/vault.h"

struct bank_account {
    str holder; /* as a bank writes it: core/kana.h */
    str number; /* 7 digits */
};

/* errors  E_CRYPTO, E_MEMORY */
MUST_USE result bank_account_seal(struct vault *vault, id owner, const struct bank_account *account,
                                  struct arena *arena, str *ret_sealed);

/* Writes the sealed member. */
void bank_account_view(struct json *j, id owner, str sealed);

/* Opens every sealed member of a JSON text in place. What this vault has not sealed stays as it is.
 *   vault   NULL: whoever reads it may not know; both members are null then
 *   arena   holds what is opened
 *   errors  E_MEMORY; the text is of no use then */
MUST_USE result bank_accounts_open(struct vault *vault, struct arena *arena, struct buf *json);

#endif
