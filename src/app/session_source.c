/* SPDX-License-Identifier: Apache-2.0 */
/* session_source.c: the card or wallet that a payment of mode customer_payment leaves to its
 * customer: it waits, sealed, until the payment has succeeded, whichever way that becomes known. */
#include "app/session.h"

result session_customer(struct db *db, const struct session *s, struct arena *arena, id *ret)
{
    struct customer customer;
    *ret = s->customer;
    if (s->customer.key != 0 || s->external_customer_id.at == NULL)
        return OK;
    const result r =
        customer_read_external(db, s->tenant, s->external_customer_id, arena, &customer);
    if (r.code == E_OK)
        *ret = customer.id;
    return r.code == E_NOT_FOUND ? OK : r;
}

result session_stored(struct db *db, const struct session *s, struct arena *arena,
                      struct customer *ret)
{
    *ret = (struct customer){0};
    if (s->mode != SESSION_PAYMENT || s->external_customer_id.at == NULL)
        return OK;
    const result r = customer_read_external(db, s->tenant, s->external_customer_id, arena, ret);
    if (r.code == E_NOT_FOUND || (r.code == E_OK && ret->sealed.at == NULL)) {
        *ret = (struct customer){0};
        return OK;
    }
    return r;
}

result session_keep_source(struct tx *tx, struct command *c, const struct session *s,
                           const struct payment *p, const struct card_secret *card, id *ret_consent)
{
    const bool is_card = method_row(p->method)->flow == FLOW_CARD;
    if (s->mode != SESSION_CUSTOMER_PAYMENT)
        return OK;
    struct customer of = {.tenant = c->tenant};
    TRY(session_customer(tx_db(tx), s, c->arena, &of.id));
    if (of.id.key == 0)
        of.id = id_new(tx_real_now(tx));
    if (!is_card)
        *ret_consent = id_new(tx_real_now(tx));
    TRY(is_card ? customer_set_card(c->app->vault, card, c->arena, &of)
                : customer_set_wallet(c->app->vault, p->method, *ret_consent, c->arena, &of));
    return db_exec(tx_db(tx), SQL_SESSION_SOURCE_PUT, VI(c->tenant), VI(p->id.key), VI(of.id.key),
                   VI(of.id.salt), VB(of.sealed.at, of.sealed.bytes), VI(of.brand),
                   VT(is_card ? of.last_four : S("")), VI(of.month), VI(of.year));
}

result session_drop_source(struct tx *tx, const struct payment *p)
{
    return db_exec(tx_db(tx), SQL_SESSION_SOURCE_DROP, VI(p->tenant), VI(p->id.key));
}

/* The source as it was kept; the customer's id is 0 when none was. */
static result read_kept(struct tx *tx, const struct payment *p, struct customer *ret)
{
    struct rows rows;
    *ret = (struct customer){.tenant = p->tenant};
    TRY(db_query(tx_db(tx), SQL_SESSION_SOURCE_GET, &rows, VI(p->tenant), VI(p->id.key)));
    if (rows_next(&rows)) {
        ret->id = (id){row_i64(&rows, 0), row_i64(&rows, 1)};
        ret->method = p->method;
        ret->sealed = row_copy(&rows, 2, tx_arena(tx));
        ret->brand = (enum card_brand)row_i64(&rows, 3);
        ret->last_four = ret->brand == BRAND_NONE ? STR_NONE : row_copy(&rows, 4, tx_arena(tx));
        ret->month = row_i64(&rows, 5);
        ret->year = row_i64(&rows, 6);
        ret->three_d_secure = row_copy(&rows, 7, tx_arena(tx));
    }
    return rows_done(&rows);
}

static void put_source(const struct customer *kept, struct customer *ret)
{
    ret->method = kept->method;
    ret->sealed = kept->sealed;
    ret->brand = kept->brand;
    ret->last_four = kept->last_four;
    ret->month = kept->month;
    ret->year = kept->year;
    ret->three_d_secure = kept->three_d_secure;
    ret->scenario = STR_NONE;
}

/* Somebody new, unless the merchant's name for a shopper has been given away meanwhile. */
static result make_customer(struct tx *tx, const struct session *s, int64_t now_us,
                            struct customer *ret)
{
    int64_t holder = 0;
    if (s->external_customer_id.at != NULL)
        TRY(db_number(tx_db(tx), SQL_CUSTOMER_BY_EXTERNAL, &holder, VI(s->tenant),
                      VT(s->external_customer_id)));
    ret->external_id = holder == 0 ? s->external_customer_id : STR_NONE;
    ret->email = s->email;
    ret->name = s->name;
    ret->locale = s->locale;
    ret->created_us = ret->updated_us = now_us;
    TRY(customer_insert(tx, ret));
    return customer_event(tx, ret, EVT_CUSTOMER_CREATED, NULL);
}

static result change_customer(struct tx *tx, const struct customer *kept, int64_t now_us,
                              struct customer *ret)
{
    put_source(kept, ret);
    ret->updated_us = now_us;
    TRY(customer_save(tx, ret));
    return customer_event(tx, ret, EVT_CUSTOMER_UPDATED, NULL);
}

result session_give_source(struct tx *tx, struct payment *p)
{
    struct session s;
    struct customer kept, customer;
    int64_t now_us;
    TRY(read_kept(tx, p, &kept));
    if (kept.id.key == 0)
        return OK; /* it has been given already */
    TRY(tx_now(tx, p->tenant, &now_us));
    TRY(session_read(tx_db(tx), p->tenant, p->session, tx_arena(tx), &s));
    TRY(session_drop_source(tx, p));
    const result r = customer_read_key(tx_db(tx), p->tenant, kept.id.key, tx_arena(tx), &customer);
    if (r.code != E_OK && r.code != E_NOT_FOUND)
        return r;
    if (r.code == E_OK && customer.deleted_us != 0)
        return OK; /* who wants to be forgotten is */
    TRY(r.code == E_OK ? change_customer(tx, &kept, now_us, &customer)
                       : make_customer(tx, &s, now_us, &kept));
    p->customer = kept.id;
    TRY(db_exec(tx_db(tx), SQL_PAYMENT_GIVE_CUSTOMER, VI(p->tenant), VI(p->id.key), VI(kept.id.key),
                VI(kept.id.salt)));
    return db_exec(tx_db(tx), SQL_SESSION_STORE, VI(p->tenant), VI(s.id.key), VI(kept.id.key),
                   VI(kept.id.salt));
}
