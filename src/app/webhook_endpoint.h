/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_endpoint.h: where a tenant wants its events to be sent. Endpoints belong to root
 * merchants (komoju-platform 15); an endpoint is known by its URL, which is there once at most.
 *
 * Used by  cli, app/webhook_change
 * Source   komoju-core 12, komoju-platform 15 */
#ifndef KESSAI_APP_WEBHOOK_ENDPOINT_H
#define KESSAI_APP_WEBHOOK_ENDPOINT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"
#include "store/store.h"
#include "store/tx.h"
#include "vault/vault.h"

enum { WEBHOOK_ENDPOINTS_MAX = 64 }; /* of one tenant: each costs a row for every event */
enum { WEBHOOK_URL_BYTES_MAX = 2048, WEBHOOK_SECRET_BYTES_MAX = 1024, WEBHOOK_RECENT = 5 };

/* http or https, a host, no user name, no blanks. Whether the address may be called is decided when
 * it is called.
 *   errors  E_INVALID_PARAMETER (--url) */
MUST_USE result webhook_url_check(str url);

/* Adds an endpoint, and sends it a `ping` as its first event: the one delivery of that event, to
 * this endpoint alone, even when its types leave pings out. The endpoint gets events from the ping
 * on: its since_seq is the ping's number less one.
 *   types   comma-separated wire types; empty: all
 *   id      filled
 *   errors  E_NOT_FOUND (--merchant), E_INVALID_PARAMETER (--merchant: a sub-merchant; --url;
 *           --event; --secret), E_CRYPTO */
struct webhook_endpoint {
    id merchant;
    str url, types, secret;
    id id;
};
MUST_USE result webhook_endpoint_add(struct store *store, struct vault *vault, struct arena *arena,
                                     struct webhook_endpoint *endpoint);

/* Ends the endpoint with this URL and its waiting deliveries; its row stays for the auditor.
 *   errors  E_NOT_FOUND (--merchant, --url), E_INVALID_PARAMETER (--merchant) */
MUST_USE result webhook_endpoint_remove(struct store *store, struct webhook_endpoint *endpoint);

/* Writes one JSON line per endpoint that is not removed: id, url, types, created_at, how many
 * deliveries wait, were delivered and were given up, and the newest WEBHOOK_RECENT of them.
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (--merchant) */
MUST_USE result webhook_endpoint_list(struct store *store, id merchant, struct buf *out);

/* "types", or another name, as a JSON array of texts; [] stands for all. */
struct json;
void webhook_types_view(struct json *j, const char *name, str types);

/* ---- parts of a transaction, for the API's commands as well -------------------------------- */

/* What must hold of an endpoint.  errors  E_INVALID_PARAMETER (--url, --event, --secret) */
MUST_USE result webhook_endpoint_check(const struct webhook_endpoint *e, struct arena *arena);
/* Adds a checked endpoint and its ping.  errors  E_INVALID_PARAMETER (--url) */
MUST_USE result webhook_endpoint_insert(struct tx *tx, int64_t tenant, struct vault *vault,
                                        struct arena *arena, struct webhook_endpoint *e);
/* Ends one that is there. */
MUST_USE result webhook_endpoint_end(struct tx *tx, int64_t tenant, int64_t endpoint);
/* The one with this URL that is not removed; key 0: none. */
MUST_USE result webhook_endpoint_of_url(struct db *db, int64_t tenant, str url, id *ret);
/* Sends a ping to it alone.
 *   ret_seq   the number of the event */
MUST_USE result webhook_ping(struct tx *tx, int64_t tenant, int64_t endpoint, int64_t *ret_seq);

#endif
