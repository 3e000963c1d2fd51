/* SPDX-License-Identifier: Apache-2.0 */
/* operator.h: people of the operator, and what each may do.
 *
 * A person has an API key of one tenant, "ok_test_" or "ok_live_", that opens routes of scope
 * OPERATOR only, and of these those whose right it has. Four eyes are two rows. A key is shown
 * once and kept as a hash; a disabled one is of no use within a second, on every server.
 *
 * Used by  api, cli, and whoever keeps who has decided something
 * Source   design D15 */
#ifndef KESSAI_APP_OPERATOR_H
#define KESSAI_APP_OPERATOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "base/str.h"
#include "store/store.h"

/* Kept in the store, as a set of bits. */
enum operator_right {
    RIGHT_REVIEW = 1,   /* applications */
    RIGHT_PAYOUT = 2,   /* makes payout runs, brings bank statements in */
    RIGHT_APPROVE = 4,  /* approves runs that somebody else has made */
    RIGHT_RESOLVE = 8,  /* exceptions */
    RIGHT_CORRECT = 16, /* balances and policies */
    RIGHT_ALL = 31
};
/* "review"; NULL for what is not one right. */
const char *operator_right_name(enum operator_right right);
/* An array of the names of the set's rights. */
void operator_rights_view(struct json *j, const char *name, int64_t rights);

enum { OPERATORS_MAX = 100 }; /* of a tenant, with keys that can be used */

struct operator_row {
    id id;
    int64_t tenant, rights, created_us, disabled_us; /* disabled_us 0: the key can be used */
    bool is_live;
    str name;
};

/* A new one.
 *   merchant   in: a root; name, rights in
 *   errors     E_NOT_FOUND, E_INVALID_PARAMETER (--merchant): not a root, or it has OPERATORS_MAX
 */
struct operator_create {
    id merchant;
    str name;
    int64_t rights;
    id id;
    str key; /* shown once; in the arena */
    bool is_live;
};
MUST_USE result operator_create(struct store *store, struct arena *arena,
                                struct operator_create *in);

/* Its key opens nothing any more. Once more changes nothing.  errors  E_NOT_FOUND (--id) */
MUST_USE result operator_disable(struct store *store, id operator_id, struct arena *arena);

/* One JSON line each: merchant, id, name, rights, created_at, disabled_at. */
MUST_USE result operator_list(struct store *store, struct buf *out);

/* One of a tenant by its key in the store.  errors  E_NOT_FOUND */
MUST_USE result operator_read(struct db *db, int64_t tenant, int64_t operator_id,
                              struct arena *arena, struct operator_row *ret);

/* Whose key it is, while it can be used.  errors  E_UNAUTHORIZED */
MUST_USE result operator_by_key(struct db *db, str key, struct arena *arena,
                                struct operator_row *ret);

/* For commands of the command line that need a person: whose key it is.
 *   errors  E_UNAUTHORIZED, E_FORBIDDEN (the right is missing) */
MUST_USE result operator_of_key(struct store *store, str key, enum operator_right right,
                                struct arena *arena, struct operator_row *ret);

#endif
