/* SPDX-License-Identifier: Apache-2.0 */
/* legacy.h: the legacy hosted page: a query that a shop has signed with its secret key becomes a
 * session; back at the shop, the redirect is signed the same way.
 *
 * The operator switches it on for a merchant whose shop is too old for sessions. Then what signs is
 * kept, sealed, for each secret key that is given or rolled (doc/decisions/0015). A key that has
 * been rolled signs as long as it is valid.
 *
 * The session's return_url is an address of ours, from which the buyer is sent on: only then is it
 * known what has become of the payment, and the signature is fresh.
 *
 * Used by  api, cli, app/key_roll
 * Source   komoju-core 17.3 */
#ifndef KESSAI_APP_LEGACY_H
#define KESSAI_APP_LEGACY_H

#include "app/legacy_sign.h"
#include "app/session.h"

enum { LEGACY_AGE_S_MAX = 300 }; /* a timestamp is at most so far from our time */

/* ---- the operator's switch, one transaction each --------------------------------------------- */

/* Switches the page on with a secret key of an ordinary merchant, as well for the keys that it is
 * rolled to.
 *   errors  E_NOT_FOUND (--merchant); E_INVALID_PARAMETER (--merchant: its payments are split;
 *           --on: not a secret key of this merchant); E_CRYPTO */
MUST_USE result legacy_switch_on(struct store *store, struct vault *vault, struct arena *arena,
                                 id merchant, str key);
/* Switches it off, and forgets what signs.  errors  E_NOT_FOUND (--merchant) */
MUST_USE result legacy_switch_off(struct store *store, id merchant);
/* Whether it is on.  errors  E_NOT_FOUND (--merchant) */
MUST_USE result legacy_is_on(struct store *store, id merchant, bool *ret);
/* The same in a transaction. */
MUST_USE result legacy_is_on_for(struct db *db, int64_t tenant, bool *ret);
/* Keeps what signs with a new secret key.  errors  E_CRYPTO, E_MEMORY */
MUST_USE result legacy_keep(struct tx *tx, struct vault *vault, struct arena *arena, int64_t tenant,
                            str key);

/* ---- signatures ------------------------------------------------------------------------------ */

/* That a query was signed, and with which key. */
enum { LEGACY_KEY_NAME_BYTES = 17 };
struct legacy_proof {
    uint8_t mac[LEGACY_MAC_BYTES];
    char key_name[LEGACY_KEY_NAME_BYTES]; /* "0123456789abcdef" */
};

/* Checks a signed query with the keys of a tenant that are valid now.
 *   errors   E_MISSING_PARAMETER, E_INVALID_PARAMETER (hmac); E_NOT_FOUND: the page is off */
MUST_USE result legacy_verify(struct db *db, const struct app *app, int64_t tenant, str path,
                              str query, struct arena *arena, struct legacy_proof *ret);

/* Where the buyer of a session goes: the shop's return_url once it is completed, else its
 * cancel_url; signed by the key with which the shop has signed the visit, or the newest one when
 * that is not valid any more (not at all when the page has been switched off). errors  E_NOT_FOUND:
 * not a session of the legacy page */
MUST_USE result legacy_return(struct db *db, const struct app *app, int64_t tenant, id session,
                              struct arena *arena, str *ret_url);

/* ---- the command: fill, then command_run() --------------------------------------------------- */

/* The session of a signed query: the same query gives the same one. An open session of this page
 * under the same order number is cancelled first: an order is paid once. The answer has no body.
 *   session   in: all but id, merchant, times and return_url
 *   errors    those of session_check (external_order_num, payment_types, currency) */
struct legacy_visit {
    struct command c; /* first */
    struct session session;
    struct legacy_proof proof;
    str return_url, cancel_url; /* of the shop */
    const char *url;            /* filled by begin: the session's page */
};
void legacy_visit_init(struct legacy_visit *in);

#endif
