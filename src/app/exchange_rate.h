/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_rate.h: what a merchant's customers pay in a currency of their own, by rates that the
 * operator sets.
 *
 * A rate counts for sessions that are made from then on; what an older one offers stays as it is.
 *
 * Used by  cli
 * Source   komoju-core 3 (dynamic currency conversion) */
#ifndef KESSAI_APP_EXCHANGE_RATE_H
#define KESSAI_APP_EXCHANGE_RATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "core/money.h"
#include "store/store.h"

/* One major unit of `from` is rate_e8 / 100000000 major units of `to`; 0: it is not converted any
 * more.
 *   merchant  any of the tenant
 *   since_us  filled
 *   errors  E_NOT_FOUND (--merchant), E_INVALID_PARAMETER (--to: the same as --from) */
struct exchange_rate {
    id merchant;
    enum currency from, to;
    int64_t rate_e8, since_us;
};
MUST_USE result exchange_rate_set(struct store *store, struct exchange_rate *rate);

/* Writes one JSON line per pair whose rate is not 0.  errors  E_NOT_FOUND (--merchant) */
MUST_USE result exchange_rate_list(struct store *store, id merchant, struct buf *out);

/* {"from","to","rate","since"} */
struct json;
void exchange_rate_view(struct json *j, const struct exchange_rate *rate);

#endif
