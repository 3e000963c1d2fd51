/* SPDX-License-Identifier: Apache-2.0 */
#include "app/dispute_operator.h"

#include "app/dispute_defense.h"
#include "app/merchant.h"

/* The next tenant after one; 0: that was the last. */
static result next_tenant(struct db *db, int64_t *tenant)
{
    int64_t next = 0;
    TRY(db_number(db, SQL_TENANT_LIST, &next, VI(*tenant), VI(1)));
    *tenant = next;
    return OK;
}

/* ---- list ---------------------------------------------------------------------------------- */

static result line(struct db *db, const struct dispute *d, struct arena *arena, struct buf *out)
{
    struct payment p;
    int64_t live = 0;
    TRY(payment_read_key(db, d->tenant, d->payment, arena, &p));
    TRY(db_number(db, SQL_TENANT_GET, &live, VI(d->tenant)));
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "id", d->id);
    json_text(&j, "status", dispute_state_name(d->state));
    json_id(&j, "payment", p.id);
    json_id(&j, "merchant", p.merchant);
    json_bool(&j, "live", live != 0);
    json_i64(&j, "amount", payment_base(&p) - p.refunded_minor);
    json_text(&j, "currency", currency_code(p.currency));
    json_str(&j, "reason_code", d->reason_code);
    json_str(&j, "reason", d->reason);
    json_time(&j, "created_at", d->created_us);
    json_time(&j, "due_date", d->due_us);
    json_time(&j, "defended_at", d->defended_us);
    json_end(&j);
    buf_char(out, '\n');
    return out->is_broken || arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

/* The open dispute after *last of a tenant, which becomes it; 0: there is none. */
static result next_open(struct db *db, int64_t tenant, int64_t *last, struct arena *arena,
                        struct buf *out)
{
    struct dispute d;
    int64_t key = 0;
    TRY(db_number(db, SQL_DISPUTE_AFTER, &key, VI(tenant), VI(*last)));
    *last = key;
    if (key == 0)
        return OK;
    arena_clear(arena);
    TRY(dispute_read_key(db, tenant, key, arena, &d));
    return line(db, &d, arena, out);
}

static result list(struct db *db, struct arena *arena, struct buf *out)
{
    int64_t tenant = 0;
    do {
        int64_t last = 0;
        TRY(next_tenant(db, &tenant));
        do {
            if (tenant != 0)
                TRY(next_open(db, tenant, &last, arena, out));
        } while (last != 0);
    } while (tenant != 0);
    return OK;
}

result dispute_list(struct store *store, struct buf *out)
{
    struct arena *arena = arena_new(DISPUTE_ARENA_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    struct db *db = store_read_begin(store);
    const result r = list(db, arena, out);
    store_read_end(store, db);
    arena_free(arena);
    return r;
}

/* ---- open, end ----------------------------------------------------------------------------- */

struct order_work {
    struct work work;
    const struct dispute_order *order;
    struct arena *arena;
    struct dispute dispute;
};

static result open_one(struct tx *tx, struct order_work *w)
{
    struct payment p;
    TRY(payment_read(tx_db(tx), w->work.tenant, w->order->payment, w->arena, &p));
    if (p.operation != 0)
        return FAIL(E_LOCKED, "--payment", NULL);
    TRY(dispute_open(tx, &p, &w->order->claim, &w->dispute));
    return payment_event(tx, &p, EVT_PAYMENT_UPDATED, NULL);
}

static result end_one(struct tx *tx, struct order_work *w)
{
    struct dispute *d = &w->dispute;
    const enum dispute_event event = w->order->is_won ? DE_CANCEL : DE_LOSE;
    struct payment p;
    TRY(dispute_read(tx_db(tx), w->work.tenant, w->order->dispute, w->arena, d));
    if (dispute_next(d->state, event) == DS_NONE)
        return FAIL(E_UNPROCESSABLE, "--id", "the dispute has ended already");
    TRY(payment_read_key(tx_db(tx), d->tenant, d->payment, w->arena, &p));
    if (p.operation != 0)
        return FAIL(E_LOCKED, "--id", NULL);
    return dispute_step(tx, &p, d, event, w->arena, NULL);
}

static result order_run(struct tx *tx, struct work *work)
{
    struct order_work *w = (struct order_work *)work;
    arena_clear(w->arena);
    TRY(w->order->opens ? open_one(tx, w) : end_one(tx, w));
    return arena_is_broken(w->arena) ? E_NO_MEMORY : OK;
}

/* Whose payment or dispute it is.  errors  E_NOT_FOUND */
static result find_tenant(struct db *db, const struct dispute_order *order, struct arena *arena,
                          int64_t *ret)
{
    int64_t tenant = 0;
    struct payment p;
    struct dispute d;
    for (;;) {
        TRY(next_tenant(db, &tenant));
        if (tenant == 0)
            break;
        const result r = order->opens ? payment_read(db, tenant, order->payment, arena, &p)
                                      : dispute_read(db, tenant, order->dispute, arena, &d);
        if (r.code != E_NOT_FOUND) {
            *ret = tenant;
            return r;
        }
    }
    return order->opens ? FAIL(E_NOT_FOUND, "--payment", "there is no such payment")
                        : FAIL(E_NOT_FOUND, "--id", "there is no such dispute");
}

static result find(struct store *store, const struct dispute_order *order, struct arena *arena,
                   int64_t *ret_tenant)
{
    struct db *db = store_read_begin(store);
    const result r = find_tenant(db, order, arena, ret_tenant);
    store_read_end(store, db);
    return r;
}

result dispute_order_run(struct store *store, const struct dispute_order *order,
                         struct arena *arena, struct dispute *ret)
{
    struct order_work w = {.order = order, .arena = arena_new(DISPUTE_ARENA_BYTES)};
    if (w.arena == NULL)
        return E_NO_MEMORY;
    result r = find(store, order, w.arena, &w.work.tenant);
    if (r.code == E_OK)
        r = store_transact_wait(store, order_run, &w.work);
    r.message = arena_cstr(arena, str_of(r.message));
    if (r.code == E_OK) {
        *ret = w.dispute;
        ret->reason_code = ret->reason = ret->defense = ret->defense_hash = STR_NONE;
    }
    arena_free(w.arena);
    return r;
}

/* ---- show ---------------------------------------------------------------------------------- */

static result show(struct db *db, struct vault *vault, const struct dispute *d, bool is_document,
                   struct arena *arena, struct buf *out)
{
    if (is_document) {
        result r = dispute_document_open(db, vault, d, out);
        if (r.code == E_NOT_FOUND)
            r = FAIL(E_NOT_FOUND, "--id", "the dispute was not defended");
        return r;
    }
    struct json j;
    json_init(&j, out);
    TRY(dispute_view(db, vault, d, arena, &j));
    buf_char(out, '\n');
    return out->is_broken || arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

result dispute_show(struct store *store, struct vault *vault, id wire, bool is_document,
                    struct buf *out)
{
    const struct dispute_order order = {.dispute = wire};
    struct arena *arena = arena_new(DISPUTE_ARENA_BYTES);
    struct dispute d;
    int64_t tenant = 0;
    if (arena == NULL)
        return E_NO_MEMORY;
    struct db *db = store_read_begin(store);
    result r = find_tenant(db, &order, arena, &tenant);
    if (r.code == E_OK)
        r = dispute_read(db, tenant, wire, arena, &d);
    if (r.code == E_OK)
        r = show(db, vault, &d, is_document, arena, out);
    store_read_end(store, db);
    arena_free(arena);
    return r;
}

/* ---- the fixed fee ------------------------------------------------------------------------- */

struct fee_work {
    struct work work;
    struct chargeback_fee *change;
};

static result fee_run(struct tx *tx, struct work *work)
{
    struct chargeback_fee *change = ((struct fee_work *)work)->change;
    if (change->is_set)
        return db_exec(tx_db(tx), SQL_MERCHANT_CHARGEBACK_FEE_SET, VI(work->tenant),
                       VI(change->merchant.key), VI(change->fee_minor));
    return db_number(tx_db(tx), SQL_MERCHANT_CHARGEBACK_FEE, &change->fee_minor, VI(work->tenant),
                     VI(change->merchant.key));
}

result chargeback_fee(struct store *store, struct chargeback_fee *change)
{
    struct fee_work w = {.change = change};
    TRY(merchant_tenant(store, change->merchant, &w.work.tenant));
    return store_transact_wait(store, fee_run, &w.work);
}
