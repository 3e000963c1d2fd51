/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_explain.h"

#include <inttypes.h>
#include <string.h>

#include "app/ledger_view.h"
#include "app/merchant.h"

enum { PERCENT_E4_UNIT = 1000000 };

/* One transfer of a payment with the transaction that it belongs to. */
struct moved {
    id transaction;
    enum money_event event;
    int64_t happened_us, refund, line;
    transfer transfer;
};

struct explain {
    struct db *db;
    struct arena *arena;
    const struct payment *payment;
    struct json *j;
    int64_t seq;       /* of the transaction that is open; 0: none */
    int64_t fee_minor; /* of that transaction, which its tax is taken of */
};

/* The row of posting.def that a transfer was made by. */
static const struct posting_row *rule_of(const struct explain *e, const struct moved *m)
{
    size_t count;
    const struct posting_row *rows = posting_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].event == m->event && rows[i].type == m->transfer.type &&
            (rows[i].model == MODEL_NONE || rows[i].model == e->payment->model))
            return &rows[i];
    return NULL;
}

/* How a share was rounded: "32.5 rounded half up to 33", or the exact number. */
static const char *share_text(struct arena *arena, int64_t whole, int64_t part, int64_t of)
{
    int64_t rounded;
    const i128 exact = (i128)whole * part;
    if (minor_share(whole, part, of, &rounded).code != E_OK)
        return "beyond what can be counted";
    if (exact % of == 0)
        return arena_printf(arena, "%" PRId64, rounded);
    return arena_printf(arena, "%" PRId64 ".%03" PRId64 "… rounded half up to %" PRId64,
                        (int64_t)(exact / of), (int64_t)(exact % of * 1000 / of), rounded);
}

static const char *fee_text(const struct explain *e)
{
    const struct payment *p = e->payment;
    char percent[PERCENT_TEXT_BYTES];
    percent_text(p->rate.percent_e4, percent);
    return arena_printf(
        e->arena, "%s %% of %" PRId64 " is %s; fixed part %" PRId64 "; at least %" PRId64, percent,
        payment_base(p), share_text(e->arena, payment_base(p), p->rate.percent_e4, PERCENT_E4_UNIT),
        p->rate.fixed_minor, p->rate.minimum_minor);
}

/* What the amount was made of. */
static const char *because(const struct explain *e, const struct moved *m,
                           const struct posting_row *rule)
{
    const struct payment *p = e->payment;
    if (rule->amount == AMOUNT_BASE)
        return arena_printf(e->arena, "amount %" PRId64 " and tax %" PRId64, p->amount_minor,
                            p->tax_minor);
    if (rule->amount == AMOUNT_FEE)
        return rule->event == EVENT_CAPTURE
                   ? fee_text(e)
                   : arena_printf(e->arena, "a lost dispute cost this merchant %" PRId64,
                                  m->transfer.amount_minor);
    if (rule->type == RECORD_CHARGEBACK)
        return arena_printf(e->arena, "all of it that had not been given back: %" PRId64,
                            m->transfer.amount_minor);
    if (rule->amount == AMOUNT_REFUNDED_CUSTOMER_FEE)
        return arena_printf(e->arena, "customer fee %" PRId64 " without its tax",
                            p->customer_fee_minor);
    if (rule->amount == AMOUNT_REFUNDED_CUSTOMER_FEE_TAX)
        return arena_printf(e->arena, "tax in the customer fee %" PRId64, p->customer_fee_minor);
    if (rule->amount == AMOUNT_REFUND_FEE)
        return arena_printf(e->arena, "a completed refund request costs %" PRId64,
                            m->transfer.amount_minor);
    if (rule->amount == AMOUNT_FEE_TAX || rule->amount == AMOUNT_REFUND_FEE_TAX)
        return arena_printf(e->arena, "10 %% of the fee %" PRId64 " is %s", e->fee_minor,
                            share_text(e->arena, e->fee_minor, 10, 100));
    if (rule->is_each)
        return m->refund == 0 ? "the split of the capture" : "the split of the refund";
    return arena_printf(e->arena, "as asked: %" PRId64, m->transfer.amount_minor);
}

static void open_transaction(struct explain *e, const struct moved *m)
{
    if (e->seq != 0) {
        json_end(e->j);
        json_end(e->j);
    }
    e->seq = m->transaction.key;
    e->fee_minor = 0;
    json_open_object(e->j, NULL);
    json_id(e->j, "uuid", m->transaction);
    json_time(e->j, "created_at", m->happened_us);
    const struct posting_row *rule = rule_of(e, m);
    json_text(e->j, "event", rule == NULL ? NULL : rule->event_name);
    for (size_t i = 0; i < e->payment->refund_row_count; i++)
        if (e->payment->refunds[i].id.key == m->refund)
            json_id(e->j, "refund", e->payment->refunds[i].id);
    json_open_array(e->j, "transfers");
}

static void rule_view(struct explain *e, const struct moved *m)
{
    const struct posting_row *rule = rule_of(e, m);
    if (rule == NULL) {
        json_put_null(e->j, "rule");
        return;
    }
    json_open_object(e->j, "rule");
    json_text(e->j, "event", rule->event_name);
    json_text(e->j, "model", rule->model_name);
    json_text(e->j, "debit", rule->debit_name);
    json_text(e->j, "credit", rule->credit_name);
    json_text(e->j, "amount", rule->amount_name);
    json_text(e->j, "times", rule->is_each ? "EACH" : "ONCE");
    json_end(e->j);
    json_text(e->j, "because", because(e, m, rule));
}

static result transfer_view(struct explain *e, const struct moved *m)
{
    if (m->transaction.key != e->seq)
        open_transaction(e, m);
    if (m->transfer.type == RECORD_FEE || m->transfer.type == RECORD_REFUND_FEE ||
        m->transfer.type == RECORD_CHARGEBACK_FIXED_FEE)
        e->fee_minor = m->transfer.amount_minor;
    json_open_object(e->j, NULL);
    json_i64(e->j, "line", m->line);
    TRY(ledger_transfer_view(e->j, e->db, e->payment->tenant, &m->transfer, e->arena));
    rule_view(e, m);
    json_end(e->j);
    return OK;
}

/* All transfers of the payment, in the arena. */
static result read_moved(struct explain *e, struct moved **ret, size_t *ret_count)
{
    struct rows rows;
    size_t room = 64;
    *ret = ARENA_ARRAY(e->arena, struct moved, room);
    *ret_count = 0;
    TRY(db_query(e->db, SQL_LEDGER_OF_PAYMENT, &rows, VI(e->payment->tenant),
                 VI(e->payment->id.key)));
    while (*ret != NULL && rows_next(&rows)) {
        if (*ret_count == room) {
            struct moved *bigger = ARENA_ARRAY(e->arena, struct moved, room * 2);
            if (bigger != NULL)
                memcpy(bigger, *ret, room * sizeof **ret);
            *ret = bigger;
            room *= 2;
            if (bigger == NULL)
                break;
        }
        (*ret)[(*ret_count)++] = (struct moved){
            .transaction = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .event = (enum money_event)row_i64(&rows, 2),
            .happened_us = row_i64(&rows, 3),
            .refund = row_i64(&rows, 4),
            .line = row_i64(&rows, 5),
            .transfer = {.type = (enum record_type)row_i64(&rows, 6),
                         .debit = row_i64(&rows, 7),
                         .credit = row_i64(&rows, 8),
                         .amount_minor = row_i64(&rows, 9)},
        };
    }
    TRY(rows_done(&rows));
    return *ret == NULL ? E_NO_MEMORY : OK;
}

static void inputs_view(const struct payment *p, struct json *j)
{
    json_open_object(j, "inputs");
    json_i64(j, "amount", p->amount_minor);
    json_i64(j, "tax", p->tax_minor);
    json_i64(j, "customer_fee", p->customer_fee_minor);
    percent_view(j, "fee_percentage", p->rate.percent_e4);
    json_i64(j, "fee_fixed", p->rate.fixed_minor);
    json_i64(j, "fee_minimum", p->rate.minimum_minor);
    json_end(j);
}

result payment_explain(struct db *db, int64_t tenant, id wire, struct arena *arena, struct json *j)
{
    static const char *const MODEL_NAMES[MODELS] = {
        [MODEL_ALONE] = "ALONE", [MODEL_PLATFORM] = "PLATFORM", [MODEL_SELLER] = "SELLER"};
    struct payment payment;
    struct moved *moved;
    size_t count;
    TRY(payment_read(db, tenant, wire, arena, &payment));
    struct explain e = {.db = db, .arena = arena, .payment = &payment, .j = j};
    TRY(read_moved(&e, &moved, &count));
    json_open_object(j, NULL);
    json_text(j, "resource", "explanation");
    json_id(j, "payment", payment.id);
    json_text(j, "status", pay_state_name(payment.status));
    json_text(j, "currency", currency_code(payment.currency));
    json_text(j, "model", MODEL_NAMES[payment.model]);
    inputs_view(&payment, j);
    json_open_array(j, "transactions");
    for (size_t i = 0; i < count; i++)
        TRY(transfer_view(&e, &moved[i]));
    if (e.seq != 0) {
        json_end(j);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return OK;
}
