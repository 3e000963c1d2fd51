/* SPDX-License-Identifier: Apache-2.0 */
/* customer.h: somebody whose source a merchant keeps, to charge it again: a card, or the consent of
 * a wallet's owner.
 *
 * Either is sealed by the vault under the customer's id; a verification value is never kept.
 * A deleted customer stays as a row that tells nothing of it: whoever reads one by its wire id is
 * told that there is none.
 *
 * Used by  app, api
 * Source   komoju-core 10, 16 (Komoju-Scenario on a customer); design D13 */
#ifndef KESSAI_APP_CUSTOMER_H
#define KESSAI_APP_CUSTOMER_H

#include "app/command.h"
#include "app/payment.h"
#include "base/json.h"
#include "core/card.h"
#include "core/method.h"

enum { CUSTOMER_ARENA_BYTES = 1 << 20 }; /* holds one of them */

struct customer {
    id id;
    int64_t tenant;
    enum method method;    /* of its source; METHOD_NONE: it has none */
    str sealed;            /* the card, or the id of the consent */
    enum card_brand brand; /* of a card, as the rest; BRAND_NONE: it is no card */
    str last_four;
    int64_t month, year; /* of the card's expiry */
    str three_d_secure;  /* what its issuer said when it was stored, JSON */
    str scenario;        /* what every charge of the source fails with */
    str email, name, phone, external_id, metadata;
    enum currency currency; /* CUR_NONE: none was given */
    enum locale locale;
    int64_t created_us, updated_us, deleted_us;
};

/* A customer of this tenant that has not been deleted. Texts are in the arena.
 *   errors  E_NOT_FOUND: unknown, deleted, or the salt is another */
MUST_USE result customer_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                              struct customer *ret);
/* The same by key alone, deleted or not, for rows that we found ourselves. */
MUST_USE result customer_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                                  struct customer *ret);
/* By the merchant's own name for a shopper.  errors  E_NOT_FOUND */
MUST_USE result customer_read_external(struct db *db, int64_t tenant, str external_id,
                                       struct arena *arena, struct customer *ret);
MUST_USE result customer_insert(struct tx *tx, const struct customer *c);
/* Writes back everything that can change. */
MUST_USE result customer_save(struct tx *tx, const struct customer *c);

/* Makes a card the customer's source, in memory: the caller inserts or saves. The customer has its
 * id already. */
MUST_USE result customer_set_card(struct vault *vault, const struct card_secret *card,
                                  struct arena *arena, struct customer *c);
/* The same with the consent of a wallet's owner to charge it. */
MUST_USE result customer_set_wallet(struct vault *vault, enum method method, id consent,
                                    struct arena *arena, struct customer *c);
/* The consent that a wallet was stored with; key 0 for another source.  errors  E_CRYPTO, E_MEMORY
 */
MUST_USE result customer_consent(struct vault *vault, const struct customer *c, struct arena *arena,
                                 id *ret);
/* Forgets the source, in memory. */
void customer_forget_source(struct customer *c);
/* Opens the stored card for a charge; the caller wipes it.
 *   errors  E_UNPROCESSABLE (customer): it has no card */
MUST_USE result customer_open_card(struct vault *vault, const struct customer *c,
                                   struct card_secret *ret);
/* payment_details of a charge of the source, JSON.  errors  E_MEMORY */
MUST_USE result customer_details(const struct customer *c, struct arena *arena, str *ret);

/* Takes note of a deletion: the row keeps nothing of who it was. Saves it. */
MUST_USE result customer_erase(struct tx *tx, struct customer *c, int64_t now_us);

/* The Customer object of komoju-core 10. */
void customer_view(struct json *j, const struct customer *c);
/* Writes the object as an event, and as the answer of c (which is that event's data), where c is
 * not NULL. */
MUST_USE result customer_event(struct tx *tx, const struct customer *customer, enum event_type type,
                               struct command *c);

#endif
