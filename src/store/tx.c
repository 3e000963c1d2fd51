/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tx.h"

#include <assert.h>
#include <string.h>

#include "store/tx_state.h"

void tx_begin(struct tx *tx)
{
    arena_clear(tx->arena);
    tx->changes = 0;
    tx->posts = 0;
    tx->has_outbox = false;
    tx->trace = NULL;
    remember_begin(tx);
}

void tx_end(struct tx *tx, bool is_kept)
{
    if (is_kept)
        remember_kept(tx);
    else
        remember_forget(tx);
}

struct db *tx_db(struct tx *tx)
{
    return tx->db;
}

struct arena *tx_arena(struct tx *tx)
{
    return tx->arena;
}

bool tx_has_outbox(const struct tx *tx)
{
    return tx->has_outbox;
}

int64_t tx_real_now(struct tx *tx)
{
    return clock_now_us(tx->clock);
}

/* A tenant whose time is far ahead of the date, because that was wrong once, goes on from there:
 * if it stood still, nothing it wrote since would come due for as long. */
#define GAP_US (INT64_C(60) * US_PER_S)

result tx_now(struct tx *tx, int64_t tenant, int64_t *ret_us)
{
    struct head *head;
    TRY(remember_head(tx, tenant, &head));
    const int64_t now_us = tx_real_now(tx) + head->clock_offset_us;
    if (now_us > head->latest_us)
        head->latest_us = now_us; /* written with whatever else makes the head dirty */
    if (tx->is_alone && head->latest_us - now_us > GAP_US) {
        head->clock_offset_us += head->latest_us - now_us;
        remember_head_changed(tx, head);
    }
    *ret_us = head->latest_us;
    return OK;
}

result tx_clock_set(struct tx *tx, int64_t tenant, int64_t to_us)
{
    struct head *head;
    TRY(remember_head(tx, tenant, &head));
    const int64_t offset_us = to_us - tx_real_now(tx);
    if (offset_us > head->clock_offset_us)
        head->clock_offset_us = offset_us;
    if (to_us > head->latest_us)
        head->latest_us = to_us;
    remember_head_changed(tx, head);
    return OK;
}

struct merchant_entry {
    struct remembered row;
    struct merchant merchant;
};

static result merchant_load(struct tx *tx, struct remembered *row)
{
    struct merchant *ret = &((struct merchant_entry *)row)->merchant;
    struct rows rows;
    *ret = (struct merchant){.tenant = row->head->tenant, .id = {.key = row->merchant}};
    TRY(db_query(tx->db, SQL_MERCHANT_GET, &rows, VI(ret->tenant), VI(ret->id.key)));
    if (rows_next(&rows)) {
        ret->found = true;
        ret->id.salt = row_i64(&rows, 0);
        ret->kind = (enum platform_kind)row_i64(&rows, 1);
        ret->status = (enum application_status)row_i64(&rows, 2);
        ret->payments_enabled = row_i64(&rows, 3) != 0;
        ret->payouts_enabled = row_i64(&rows, 4) != 0;
        ret->is_live = row_i64(&rows, 5) != 0;
        ret->name = row_copy(&rows, 6, tx->kept);
        ret->screens = row_i64(&rows, 7);
        ret->konbini_days = row_i64(&rows, 8);
        ret->bank_transfer_days = row_i64(&rows, 9);
        ret->mails = row_i64(&rows, 10);
    }
    return rows_done(&rows);
}

const struct remembered_class MERCHANT_CLASS = {sizeof(struct merchant_entry), merchant_load, NULL};

result tx_merchant(struct tx *tx, int64_t tenant, int64_t key, const struct merchant **ret)
{
    struct head *head;
    struct remembered *row;
    TRY(remember_head(tx, tenant, &head));
    TRY(remember_row(tx, REMEMBERED_MERCHANT, head, key, 0, &row));
    *ret = &((struct merchant_entry *)row)->merchant;
    return OK;
}

result tx_merchant_by_id(struct tx *tx, int64_t tenant, id wire, const struct merchant **ret)
{
    static const struct merchant NOBODY = {.found = false};
    *ret = &NOBODY;
    if (wire.key == 0)
        return OK;
    const struct merchant *merchant;
    TRY(tx_merchant(tx, tenant, wire.key, &merchant));
    if (merchant->found && merchant->id.salt == wire.salt)
        *ret = merchant;
    return OK;
}

struct method_entry {
    struct remembered row;
    struct owned_method owned;
};

static result method_load(struct tx *tx, struct remembered *row)
{
    struct owned_method *ret = &((struct method_entry *)row)->owned;
    const struct method_row *method = method_row((enum method)row->part);
    const int64_t tenant = row->head->tenant;
    *ret = (struct owned_method){
        .is_owned = row->merchant == tenant,
        .rate = {.percent_e4 = method->percent_e4},
        .customer_fee_minor = method->customer_fee_minor,
    };
    struct rows rows;
    TRY(db_query(tx->db, SQL_MERCHANT_METHOD_GET, &rows, VI(tenant), VI(row->merchant),
                 VI(row->part)));
    if (rows_next(&rows))
        *ret = (struct owned_method){
            .is_owned = true,
            .brands = row_i64(&rows, 0),
            .rate = {.percent_e4 = row_i64(&rows, 1),
                     .fixed_minor = row_i64(&rows, 2),
                     .minimum_minor = row_i64(&rows, 3)},
            .customer_fee_minor = row_i64(&rows, 4),
        };
    return rows_done(&rows);
}

const struct remembered_class METHOD_CLASS = {sizeof(struct method_entry), method_load, NULL};

result tx_method(struct tx *tx, const struct merchant *merchant, enum method method,
                 struct owned_method *ret)
{
    struct head *head;
    struct remembered *row;
    TRY(remember_head(tx, merchant->tenant, &head));
    TRY(remember_row(tx, REMEMBERED_METHOD, head, merchant->id.key, (int)method, &row));
    *ret = ((struct method_entry *)row)->owned;
    return OK;
}

struct counter {
    struct remembered row;
    int64_t payments;
};

static result counter_load(struct tx *tx, struct remembered *row)
{
    struct counter *ret = (struct counter *)row;
    ret->payments = 0;
    return db_number(tx->db, SQL_MERCHANT_HEAD_GET, &ret->payments, VI(row->head->tenant),
                     VI(row->merchant));
}

static result counter_save(struct tx *tx, const struct remembered *row)
{
    return db_exec(tx->db, SQL_MERCHANT_HEAD_SAVE, VI(row->head->tenant), VI(row->merchant),
                   VI(((const struct counter *)row)->payments));
}

const struct remembered_class COUNTER_CLASS = {sizeof(struct counter), counter_load, counter_save};

result tx_payment_ordinal(struct tx *tx, int64_t tenant, int64_t merchant, int64_t *ret)
{
    struct head *head;
    struct remembered *row;
    TRY(remember_head(tx, tenant, &head));
    TRY(remember_row(tx, REMEMBERED_COUNTER, head, merchant, 0, &row));
    *ret = ++((struct counter *)row)->payments;
    remember_row_changed(tx, row);
    return OK;
}

enum email_way tx_email_way(const struct tx *tx, bool is_live)
{
    return is_live ? tx->ways.live : tx->ways.test;
}
