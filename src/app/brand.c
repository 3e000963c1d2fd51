/* SPDX-License-Identifier: Apache-2.0 */
#include "app/brand.h"

/* ---- read ----------------------------------------------------------------------------------- */

static int64_t color_of(const struct rows *rows, int column)
{
    return row_is_null(rows, column) ? BRAND_COLOR_NONE : row_i64(rows, column);
}

result brand_read(struct db *db, int64_t tenant, int64_t merchant, struct arena *arena,
                  struct brand *ret)
{
    struct merchant_row m;
    struct rows rows;
    TRY(merchant_read(db, tenant, merchant, arena, &m));
    if (m.id.key == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    *ret = (struct brand){.name = m.name, .color = BRAND_COLOR_NONE};
    TRY(db_query(db, SQL_MERCHANT_BRAND_GET, &rows, VI(tenant), VI(merchant)));
    if (rows_next(&rows)) {
        ret->color = color_of(&rows, 0);
        ret->contact = row_copy(&rows, 1, arena);
        ret->has_logo = row_i64(&rows, 2) != 0;
        ret->updated_us = row_i64(&rows, 3);
    }
    return rows_done(&rows);
}

result brand_logo(struct db *db, int64_t tenant, int64_t merchant, struct arena *arena, str *ret)
{
    struct rows rows;
    bool is_there = false;
    TRY(db_query(db, SQL_MERCHANT_BRAND_LOGO, &rows, VI(tenant), VI(merchant)));
    if (rows_next(&rows)) {
        is_there = !row_is_null(&rows, 0);
        *ret = row_copy(&rows, 0, arena);
    }
    TRY(rows_done(&rows));
    if (!is_there)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

/* ---- change --------------------------------------------------------------------------------- */

struct brand_work {
    struct work work; /* first */
    struct arena *arena;
    const struct brand_change *asked;
    struct brand_change *now;
};

/* What is not asked for stays as it is. */
static result keep_rest(struct db *db, int64_t tenant, struct arena *arena,
                        struct brand_change *now)
{
    struct rows rows;
    TRY(db_query(db, SQL_MERCHANT_BRAND_OWN, &rows, VI(tenant), VI(now->merchant.key)));
    if (rows_next(&rows)) {
        if (now->color == BRAND_COLOR_NONE)
            now->color = color_of(&rows, 0);
        if (now->contact.at == NULL)
            now->contact = row_copy(&rows, 1, arena);
        if (now->logo.at == NULL)
            now->logo = row_copy(&rows, 2, arena);
    }
    return rows_done(&rows);
}

static result brand_run(struct tx *tx, struct work *work)
{
    const struct brand_work *w = (const struct brand_work *)work;
    const struct brand_change *asked = w->asked;
    struct brand_change *now = w->now;
    const bool is_asked =
        asked->color != BRAND_COLOR_NONE || asked->contact.at != NULL || asked->logo.at != NULL;
    int64_t now_us;
    *now = *asked;
    if (!asked->is_default)
        TRY(keep_rest(tx_db(tx), work->tenant, w->arena, now));
    if (!is_asked)
        return asked->is_default ? db_exec(tx_db(tx), SQL_MERCHANT_BRAND_DELETE, VI(work->tenant),
                                           VI(now->merchant.key))
                                 : OK;
    TRY(tx_now(tx, work->tenant, &now_us));
    return db_exec(tx_db(tx), SQL_MERCHANT_BRAND_PUT, VI(work->tenant), VI(now->merchant.key),
                   now->color == BRAND_COLOR_NONE ? VNULL : VI(now->color), VT(now->contact),
                   VB(now->logo.at, now->logo.bytes), VI(now_us));
}

result brand_set(struct store *store, struct arena *arena, struct brand_change *change)
{
    struct logo logo;
    const struct brand_change asked = *change;
    struct brand_work w = {.arena = arena, .asked = &asked, .now = change};
    if (asked.logo.at != NULL)
        TRY(logo_read(asked.logo, &logo));
    TRY(brand_contact_check(asked.contact));
    TRY(merchant_tenant(store, asked.merchant, &w.work.tenant));
    return store_transact_wait(store, brand_run, &w.work);
}
