/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h: the file that says where an audit came to, so that the next one goes on from there;
 * private to audit.
 *
 * Lines of words, one for each fact:
 *
 *     kessai audit progress 2
 *     tenant KEY EVENT_SEQ EVENT_HASH LEDGER_SEQ LEDGER_HASH KEY_FROM DELIVERY_FROM
 *     account KEY CURRENCY RECORDS LAST_POS SUM...        one sum for each record type
 *     merchant KEY PAYMENTS
 *     open PAYMENT                                        could still change by itself
 *     seal HASH                                           BLAKE2b-256 of all lines above
 *
 * Accounts, merchants and payments belong to the tenant above them, each kind in rising order; the
 * same database and the same audit give the same bytes. The seal finds what was changed by accident
 * or by hand, not by someone who can make a seal: keep the file where the database's users cannot
 * write. */
#ifndef KESSAI_AUDIT_PROGRESS_H
#define KESSAI_AUDIT_PROGRESS_H

#include <sodium.h>

#include "audit/audit_state.h"

struct progress {
    const char *path, *new_path; /* new_path: written first, renamed at the end */
    struct arena *arena;         /* the points read */
    struct map points;           /* (tenant, 0) -> struct point */
    FILE *out;
    crypto_generichash_state seal;
};

/* Reads the file, if there is one.  errors  E_USAGE (--progress), E_MEMORY */
MUST_USE result progress_read(struct progress *p, const char *path);
/* Where the last audit came to in a tenant; NULL: it has not seen it. */
struct point *progress_point(struct progress *p, int64_t tenant);
/* A tenant that the last audit saw and this one did not; NULL: there is none. */
const struct point *progress_unseen(const struct progress *p);

/* Begins the new file, adds the tenant that has just been audited, and puts it in place.
 *   errors  E_USAGE (--progress) */
MUST_USE result progress_begin(struct progress *p);
void progress_add(struct progress *p, struct audit *a);
MUST_USE result progress_end(struct progress *p);
void progress_done(struct progress *p); /* in every case; the old file stays unless progress_end */

#endif
