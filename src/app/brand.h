/* SPDX-License-Identifier: Apache-2.0 */
/* brand.h: how a merchant looks on the pages of its buyers.
 *
 * A merchant below the root without a brand of its own has the root's; its name is always its own.
 *
 * Used by  api, cli */
#ifndef KESSAI_APP_BRAND_H
#define KESSAI_APP_BRAND_H

#include "app/merchant.h"
#include "core/brand.h"

struct brand {
    str name;
    int64_t color; /* 0xrrggbb; BRAND_COLOR_NONE */
    str contact;   /* absent: none */
    bool has_logo;
    int64_t updated_us; /* 0: nothing was ever set */
};

/* Texts in the arena.  errors  E_NOT_FOUND: no such merchant */
MUST_USE result brand_read(struct db *db, int64_t tenant, int64_t merchant, struct arena *arena,
                           struct brand *ret);
/* The bytes of the logo, in the arena.  errors  E_NOT_FOUND: there is none */
MUST_USE result brand_logo(struct db *db, int64_t tenant, int64_t merchant, struct arena *arena,
                           str *ret);

/* Changes a merchant's own brand. What is not given keeps its value; with nothing given it is only
 * read.
 *   merchant, is_default    in; is_default: nothing is kept
 *   color, contact, logo    in and out; BRAND_COLOR_NONE and absent: not given, and then what it is
 *   errors  E_NOT_FOUND (--merchant), those of logo_read() and brand_contact_check() */
struct brand_change {
    id merchant;
    bool is_default;
    int64_t color;
    str contact, logo;
};
MUST_USE result brand_set(struct store *store, struct arena *arena, struct brand_change *change);

#endif
