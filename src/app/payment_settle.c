/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_settle.h"

#include "app/payment_actions.h"
#include "app/session.h"
#include "base/log.h"

/* ---- list ---------------------------------------------------------------------------------- */

static void write_line(const struct payment *p, bool is_live, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "id", p->id);
    json_id(&j, "merchant", p->merchant);
    json_bool(&j, "live", is_live);
    json_text(&j, "status", pay_state_name(p->status));
    json_i64(&j, "amount", payment_total(p));
    json_text(&j, "currency", currency_code(p->currency));
    json_bool(&j, "late_money", p->late_money == LATE_OWED);
    json_i64(&j, "refusals", p->refusals);
    json_time(&j, "next_at", p->due_us);
    json_end(&j);
    buf_char(out, '\n');
}

static result list_tenant(struct db *db, int64_t tenant, struct arena *arena, struct buf *out)
{
    int64_t key = 0, live = 0;
    TRY(db_number(db, SQL_TENANT_GET, &live, VI(tenant)));
    do {
        TRY(db_number(db, SQL_PAYMENT_REFUSED, &key, VI(tenant), VI(key)));
        struct payment p;
        arena_clear(arena);
        if (key == 0)
            return OK;
        TRY(payment_read_key(db, tenant, key, arena, &p));
        write_line(&p, live != 0, out);
    } while (!arena_is_broken(arena) && !out->is_broken);
    return E_NO_MEMORY;
}

static result list(struct db *db, struct arena *arena, struct buf *out)
{
    int64_t tenant = 0;
    do {
        TRY(db_number(db, SQL_TENANT_LIST, &tenant, VI(tenant), VI(1)));
        if (tenant != 0)
            TRY(list_tenant(db, tenant, arena, out));
    } while (tenant != 0);
    return OK;
}

result payment_refused_list(struct store *store, struct buf *out)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    struct db *db = store_read_begin(store);
    const result r = list(db, arena, out);
    store_read_end(store, db);
    arena_free(arena);
    return r;
}

/* ---- settle -------------------------------------------------------------------------------- */

struct settle_work {
    struct work work;
    id payment;
    struct arena *arena;
};

static result settle_run(struct tx *tx, struct work *work)
{
    struct settle_work *w = (struct settle_work *)work;
    struct payment p;
    int64_t now_us;
    bool is_over;
    arena_clear(w->arena);
    TRY(payment_read(tx_db(tx), work->tenant, w->payment, w->arena, &p));
    TRY(tx_now(tx, work->tenant, &now_us));
    TRY(session_is_over(tx, &p, &is_over));
    if (p.operation != 0)
        return FAIL(E_LOCKED, "--payment", NULL);
    const bool is_owed = p.late_money == LATE_OWED, is_late = p.deadline_us < now_us;
    if (p.refusals == 0 || !(is_owed || is_over || is_late))
        return FAIL(E_UNPROCESSABLE, "--payment", "its rail has not refused to void it");
    p.refusals = 0;
    if (is_owed)
        p.late_money = LATE_GIVEN_BACK;
    log_event(LOG_VOID_SETTLED, LI("payment", p.id.key), LI("late_money", p.late_money));
    if (!pay_is_open(p.status))
        return payment_save(tx, &p);
    TRY(payment_close(tx, &p, is_late ? PE_EXPIRE : PE_CANCEL, NULL));
    return arena_is_broken(w->arena) ? E_NO_MEMORY : OK;
}

/* Looks for the payment in one tenant after the other. */
static result find_tenant(struct db *db, id payment, struct arena *arena, int64_t *ret)
{
    int64_t tenant = 0;
    do {
        TRY(db_number(db, SQL_TENANT_LIST, &tenant, VI(tenant), VI(1)));
        struct payment p;
        const result r = tenant == 0 ? FAIL(E_NOT_FOUND, "--payment", "there is no such payment")
                                     : payment_read(db, tenant, payment, arena, &p);
        if (tenant == 0 || r.code != E_NOT_FOUND) {
            *ret = tenant;
            return r;
        }
    } while (true);
}

static result run_settle(struct store *store, struct settle_work *w)
{
    struct db *db = store_read_begin(store);
    const result r = find_tenant(db, w->payment, w->arena, &w->work.tenant);
    store_read_end(store, db);
    TRY(r);
    return store_transact_wait(store, settle_run, &w->work);
}

result payment_settle(struct store *store, id payment, struct arena *arena)
{
    struct settle_work w = {.payment = payment, .arena = arena_new(PAYMENT_ARENA_BYTES)};
    if (w.arena == NULL)
        return E_NO_MEMORY;
    result r = run_settle(store, &w);
    if (r.message != NULL)
        r.message = arena_cstr(arena, str_of(r.message));
    arena_free(w.arena);
    return r;
}
