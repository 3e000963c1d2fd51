/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "keep.h"

enum { AUDIT_BYTES = 4096, ARENA_MAX = 32 << 20 };

/* ---- answers --------------------------------------------------------------------------------- */

static void check_answer(struct world *w, const struct call *call)
{
    struct arena *arena = arena_new(1 << 16);
    const char *text = call_text(call, arena);
    if (call->is_answered != call->is_expected)
        world_failf(w, "%s: was %s, but should %s", text,
                    call->is_answered ? "answered" : "not answered",
                    call->is_expected ? "have been" : "wait");
    else if (call->code != call->expected_code)
        world_failf(w, "%s: the answer is %s, the model says %s", text, err_name(call->code),
                    err_name(call->expected_code));
    else if (call->status != call->expected_status)
        world_failf(w, "%s: the status is %d, the model says %d", text, call->status,
                    call->expected_status);
    if (w->options->is_verbose)
        (void)fprintf(stderr, "  %s -> %s %d\n", text,
                      call->is_answered ? err_name(call->code) : "(waits)", call->status);
    arena_free(arena);
}

void check_answers(struct world *w)
{
    for (struct call **at = &w->calls; *at != NULL;) {
        struct call *call = *at;
        if (call->fate == FATE_NONE)
            check_answer(w, call);
        trace_i64(w, call->number);
        trace_i64(w, call->is_answered ? (int64_t)call->code : -1);
        trace_i64(w, call->is_answered ? (int64_t)call->body_hash : -1);
        if (!call->is_answered && call->fate == FATE_NONE) {
            at = &call->next;
            continue;
        }
        *at = call->next;
        call_free(call);
    }
    if (w->model.confusion != NULL)
        world_fail(w, w->model.confusion);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* what  "the amount of payment", before its number */
static void expect_i64(struct world *w, const char *what, int number, int64_t got, int64_t want)
{
    if (got != want)
        world_failf(w, "%s %d is %" PRId64 ", the model says %" PRId64, what, number, got, want);
}

static result account_sum(struct db *db, int64_t tenant, int64_t merchant, int cur,
                          int64_t *ret_sum, int64_t *ret_held)
{
    struct rows rows;
    *ret_sum = *ret_held = 0;
    TRY(db_query(db, SQL_ACCOUNT_GET, &rows, VI(tenant), VI(merchant), VI(cur)));
    if (rows_next(&rows)) {
        *ret_held = row_i64(&rows, 0);
        for (int type = 1; type < RECORDS; type++)
            *ret_sum += row_i64(&rows, 2 + type);
    }
    return rows_done(&rows);
}

static result check_merchants(struct world *w, struct db *db)
{
    static const int USED[] = {CUR_JPY, CUR_USD};
    const struct oracle *m = &w->model;
    int64_t sum, held, payments;
    for (int i = 0; i < m->merchant_count; i++) {
        const struct model_merchant *merchant = &m->merchants[i];
        const int64_t tenant = m->merchants[m->tenants[merchant->tenant].root].id.key;
        for (size_t n = 0; n < COUNT(USED); n++) {
            TRY(account_sum(db, tenant, merchant->id.key, USED[n], &sum, &held));
            expect_i64(w, "the balance of merchant", i, sum, merchant->balance_minor[USED[n]]);
            expect_i64(w, "what is held of merchant", i, held, merchant->held_minor[USED[n]]);
        }
        TRY(db_number(db, SQL_PAYMENT_COUNT_OF, &payments, VI(tenant), VI(merchant->id.key)));
        expect_i64(w, "the number of payments of merchant", i, payments, merchant->payments);
    }
    return OK;
}

static result check_houses(struct world *w, struct db *db, int tenant)
{
    static const int64_t NUMBERS[HOUSES] = {[IN_RAIL] = HOUSE_ACQUIRER(RAIL_SIMULATOR),
                                            [IN_FEE] = HOUSE_FEE,
                                            [IN_TAX] = HOUSE_TAX,
                                            [IN_CUSTOMER_FEE] = HOUSE_CUSTOMER_FEE};
    const struct model_tenant *t = &w->model.tenants[tenant];
    const int64_t key = w->model.merchants[t->root].id.key;
    int64_t sum, held;
    for (int house = 1; house < HOUSES; house++)
        for (int cur = CUR_JPY; cur <= CUR_USD; cur++) {
            TRY(account_sum(db, key, NUMBERS[house], cur, &sum, &held));
            expect_i64(w, "the house account", -house, sum, t->house_minor[house][cur]);
        }
    return OK;
}

static result check_events(struct world *w, struct db *db, int tenant)
{
    const struct oracle *m = &w->model;
    const struct model_tenant *t = &m->tenants[tenant];
    const int64_t key = m->merchants[t->root].id.key;
    struct rows rows;
    TRY(db_query(db, SQL_TENANT_GET, &rows, VI(key)));
    if (rows_next(&rows)) {
        expect_i64(w, "the number of events of tenant", tenant, row_i64(&rows, 3), t->event_count);
        expect_i64(w, "the ledger's length of tenant", tenant, row_i64(&rows, 5), t->entries);
    } else {
        world_fail(w, "a tenant is gone");
    }
    TRY(rows_done(&rows));
    const int first = t->event_count > 40 ? t->event_count - 40 : 0; /* older ones do not change */
    for (int i = first; i < t->event_count; i++) {
        TRY(db_query(db, SQL_EVENT_GET, &rows, VI(key), VI(i + 1)));
        if (rows_next(&rows)) {
            const struct model_event *event = &t->events[i];
            expect_i64(w, "the type of event", i + 1, row_i64(&rows, 2 + 1), event->type);
            expect_i64(w, "the merchant of event", i + 1, row_i64(&rows, 2),
                       m->merchants[event->merchant].id.key);
            if (event->payment != NOBODY) {
                const id of = wire_after(row_str(&rows, 5), "\"id\":\"");
                expect_i64(w, "the payment of event", i + 1, of.key,
                           m->payments[event->payment].id.key);
            }
        } else {
            world_failf(w, "event %d of tenant %d is missing", i + 1, tenant);
        }
        TRY(rows_done(&rows));
    }
    return OK;
}

static void compare_payment(struct world *w, int number, const struct model_payment *want,
                            const struct payment *got)
{
    size_t lines = 0;
    expect_i64(w, "the state of payment", number, got->status, want->state);
    expect_i64(w, "the salt of payment", number, got->id.salt, want->id.salt);
    expect_i64(w, "the processing merchant of payment", number, got->merchant.key,
               w->model.merchants[want->merchant].id.key);
    expect_i64(w, "the amount of payment", number, got->amount_minor, want->amount_minor);
    expect_i64(w, "the tax of payment", number, got->tax_minor, want->tax_minor);
    expect_i64(w, "the customer fee of payment", number, got->customer_fee_minor,
               want->customer_fee_minor);
    expect_i64(w, "what was refunded of payment", number, got->refunded_minor,
               want->refunded_minor);
    expect_i64(w, "what is being refunded of payment", number, got->refunding_minor,
               want->refunding_minor);
    expect_i64(w, "the dispute of payment", number, got->dispute, want->dispute);
    expect_i64(w, "the deadline of payment", number, got->deadline_us, want->deadline_us);
    expect_i64(w, "the operation of payment", number, got->operation,
               want->op.is_open ? want->op.reference.key : 0);
    for (size_t i = 0; i < got->split_count; i++) {
        if (got->splits[i].refund != 0)
            continue;
        const struct intent_line *line = &want->lines[lines];
        if (lines < want->line_count) {
            expect_i64(w, "the merchant of a split of payment", number, got->splits[i].merchant.key,
                       w->model.merchants[line->merchant].id.key);
            expect_i64(w, "a split of payment", number, got->splits[i].amount_minor,
                       line->amount_minor);
            expect_i64(w, "a platform fee of payment", number, got->splits[i].platform_fee_minor,
                       line->fee_minor);
        }
        lines++;
    }
    expect_i64(w, "the lines of payment", number, (int64_t)lines, (int64_t)want->line_count);
}

static result check_payments(struct world *w, struct db *db, struct arena *arena)
{
    const struct oracle *m = &w->model;
    const int first =
        m->payment_count > 40 && w->figures.steps % 16 != 0 ? m->payment_count - 40 : 0;
    for (int i = first; i < m->payment_count; i++) {
        const struct model_payment *p = &m->payments[i];
        const int64_t tenant = m->merchants[m->tenants[p->tenant].root].id.key;
        struct payment got = {0};
        const result r = payment_read_key(db, tenant, p->id.key, arena, &got);
        if (r.code == E_NOT_FOUND)
            world_failf(w, "payment %d is missing", i);
        else if (r.code != E_OK)
            return r;
        else
            compare_payment(w, i, p, &got);
    }
    return OK;
}

static result check_all(struct world *w, struct db *db, struct arena *arena)
{
    TRY(check_merchants(w, db));
    for (int tenant = 0; tenant < TENANTS; tenant++) {
        TRY(check_houses(w, db, tenant));
        TRY(check_events(w, db, tenant));
    }
    return check_payments(w, db, arena);
}

void check_rows(struct world *w)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct db *db = store_read_begin(w->app.store);
    const result r = arena == NULL ? E_NO_MEMORY : check_all(w, db, arena);
    store_read_end(w->app.store, db);
    arena_free(arena);
    (void)world_expect(w, r, "the rows cannot be read");
}

void check_audit(struct world *w)
{
    char text[AUDIT_BYTES] = "";
    int64_t findings = 0;
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    if (out == NULL) {
        world_fail(w, "no room for the auditor's findings");
        return;
    }
    keep_begin();
    const result r = audit_run(w->url, out, &findings);
    keep_end();
    (void)fclose(out);
    w->figures.audits++;
    (void)world_expect(w, r, "the auditor cannot read the database");
    if (findings > 0)
        world_failf(w, "the auditor has %" PRId64 " findings: %s", findings, text);
}

/* ---- the acquirer's books -------------------------------------------------------------------- */

void check_rail(struct world *w)
{
    const struct oracle *m = &w->model;
    for (int i = 0; i < m->payment_count; i++) {
        const struct model_payment *p = &m->payments[i];
        const struct rail_entry *entry = sim_rail_find(&w->rail, p->reference);
        const bool is_charged = p->state == PAY_CAPTURED || p->state == PAY_REFUNDED;
        int64_t refunded = 0;
        for (int n = 0; n < p->refund_count; n++)
            if (p->refunds[n].state == REFUND_DONE && !p->refunds[n].is_chargeback)
                refunded += p->refunds[n].amount_minor;
        const int64_t captured =
            is_charged ? p->amount_minor + p->tax_minor + p->customer_fee_minor : 0;
        expect_i64(w, "what the rail took for payment", i,
                   entry == NULL ? 0 : entry->captured_minor, captured);
        expect_i64(w, "what the rail gave back for payment", i,
                   entry == NULL ? 0 : entry->refunded_minor, refunded);
        if (p->op.is_open)
            world_failf(w, "an operation on payment %d never ended", i);
    }
}
