/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tx.h"

#include <assert.h>
#include <string.h>

#include "store/tx_state.h"

void tx_reset(struct tx *tx)
{
    struct db *db = tx->db;
    struct arena *arena = tx->arena;
    const struct clock *clock = tx->clock;
    const bool is_alone = tx->is_alone;
    arena_clear(arena);
    memset(tx, 0, sizeof *tx);
    tx->db = db;
    tx->arena = arena;
    tx->clock = clock;
    tx->is_alone = is_alone;
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

static void copy_hash(uint8_t ret[HASH_BYTES], str from)
{
    assert(from.bytes == HASH_BYTES);
    memcpy(ret, from.at, HASH_BYTES);
}

static result head_load(struct tx *tx, int64_t tenant, struct head *ret)
{
    struct rows rows;
    TRY(db_query(tx->db, SQL_TENANT_GET, &rows, VI(tenant)));
    const bool found = rows_next(&rows);
    if (found) {
        ret->tenant = tenant;
        ret->is_live = row_i64(&rows, 0) != 0;
        ret->clock_offset_us = row_i64(&rows, 1);
        ret->latest_us = row_i64(&rows, 2);
        ret->event_seq = row_i64(&rows, 3);
        copy_hash(ret->event_hash, row_str(&rows, 4));
        ret->ledger_seq = row_i64(&rows, 5);
        copy_hash(ret->ledger_hash, row_str(&rows, 6));
    }
    TRY(rows_done(&rows));
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result book_head(struct tx *tx, int64_t tenant, struct head **ret)
{
    struct head **bucket = &tx->heads[bucket_of(tenant, 0)];
    for (struct head *head = *bucket; head != NULL; head = head->next)
        if (head->tenant == tenant) {
            *ret = head;
            return OK;
        }
    struct head *head = ARENA_NEW(tx->arena, struct head);
    if (head == NULL)
        return E_NO_MEMORY;
    TRY(head_load(tx, tenant, head));
    head->next = *bucket;
    *bucket = head;
    *ret = head;
    return OK;
}

/* A tenant whose time is far ahead of the date, because that was wrong once, goes on from there:
 * if it stood still, nothing it wrote since would come due for as long. */
#define GAP_US (INT64_C(60) * US_PER_S)

result tx_now(struct tx *tx, int64_t tenant, int64_t *ret_us)
{
    struct head *head;
    TRY(book_head(tx, tenant, &head));
    const int64_t now_us = tx_real_now(tx) + head->clock_offset_us;
    if (now_us > head->latest_us)
        head->latest_us = now_us; /* written with whatever else makes the head dirty */
    if (tx->is_alone && head->latest_us - now_us > GAP_US) {
        head->clock_offset_us += head->latest_us - now_us;
        head->is_dirty = true;
        tx->changes++;
    }
    *ret_us = head->latest_us;
    return OK;
}

result tx_clock_set(struct tx *tx, int64_t tenant, int64_t to_us)
{
    struct head *head;
    TRY(book_head(tx, tenant, &head));
    const int64_t offset_us = to_us - tx_real_now(tx);
    if (offset_us > head->clock_offset_us)
        head->clock_offset_us = offset_us;
    if (to_us > head->latest_us)
        head->latest_us = to_us;
    head->is_dirty = true;
    tx->changes++;
    return OK;
}

static result merchant_load(struct tx *tx, int64_t tenant, int64_t key, struct merchant *ret)
{
    struct rows rows;
    *ret = (struct merchant){.tenant = tenant, .id = {.key = key}};
    TRY(db_query(tx->db, SQL_MERCHANT_GET, &rows, VI(tenant), VI(key)));
    if (rows_next(&rows)) {
        ret->found = true;
        ret->id.salt = row_i64(&rows, 0);
        ret->kind = (enum platform_kind)row_i64(&rows, 1);
        ret->status = (enum application_status)row_i64(&rows, 2);
        ret->payments_enabled = row_i64(&rows, 3) != 0;
        ret->payouts_enabled = row_i64(&rows, 4) != 0;
        ret->is_live = row_i64(&rows, 5) != 0;
        ret->name = row_copy(&rows, 6, tx->arena);
        ret->screens = row_i64(&rows, 7);
        ret->konbini_days = row_i64(&rows, 8);
        ret->bank_transfer_days = row_i64(&rows, 9);
    }
    return rows_done(&rows);
}

result tx_merchant(struct tx *tx, int64_t tenant, int64_t key, const struct merchant **ret)
{
    struct merchant_entry **bucket = &tx->merchants[bucket_of(tenant, key)];
    for (struct merchant_entry *entry = *bucket; entry != NULL; entry = entry->next)
        if (entry->merchant.tenant == tenant && entry->merchant.id.key == key) {
            *ret = &entry->merchant;
            return OK;
        }
    struct merchant_entry *entry = ARENA_NEW(tx->arena, struct merchant_entry);
    if (entry == NULL)
        return E_NO_MEMORY;
    TRY(merchant_load(tx, tenant, key, &entry->merchant));
    entry->next = *bucket;
    *bucket = entry;
    *ret = &entry->merchant;
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

void tx_merchant_forget(struct tx *tx)
{
    memset(tx->merchants, 0, sizeof tx->merchants);
    memset(tx->methods, 0, sizeof tx->methods);
}

static result method_load(struct tx *tx, const struct merchant *merchant, enum method method,
                          struct owned_method *ret)
{
    const struct method_row *row = method_row(method);
    *ret = (struct owned_method){
        .is_owned = merchant->id.key == merchant->tenant,
        .rate = {.percent_e4 = row->percent_e4},
        .customer_fee_minor = row->customer_fee_minor,
    };
    struct rows rows;
    TRY(db_query(tx->db, SQL_MERCHANT_METHOD_GET, &rows, VI(merchant->tenant), VI(merchant->id.key),
                 VI(method)));
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

result tx_method(struct tx *tx, const struct merchant *merchant, enum method method,
                 struct owned_method *ret)
{
    const int64_t key = merchant->id.key;
    struct method_entry **bucket = &tx->methods[bucket_of(merchant->tenant, key)];
    for (struct method_entry *entry = *bucket; entry != NULL; entry = entry->next)
        if (entry->tenant == merchant->tenant && entry->merchant == key &&
            entry->method == method) {
            *ret = entry->owned;
            return OK;
        }
    struct method_entry *entry = ARENA_NEW(tx->arena, struct method_entry);
    if (entry == NULL)
        return E_NO_MEMORY;
    entry->tenant = merchant->tenant;
    entry->merchant = key;
    entry->method = method;
    TRY(method_load(tx, merchant, method, &entry->owned));
    entry->next = *bucket;
    *bucket = entry;
    *ret = entry->owned;
    return OK;
}

result tx_payment_ordinal(struct tx *tx, int64_t tenant, int64_t merchant, int64_t *ret)
{
    struct counter **bucket = &tx->counters[bucket_of(tenant, merchant)];
    struct counter *counter = *bucket;
    while (counter != NULL && (counter->tenant != tenant || counter->merchant != merchant))
        counter = counter->next;
    if (counter == NULL) {
        counter = ARENA_NEW(tx->arena, struct counter);
        if (counter == NULL)
            return E_NO_MEMORY;
        counter->tenant = tenant;
        counter->merchant = merchant;
        TRY(db_number(tx->db, SQL_MERCHANT_HEAD_GET, &counter->payments, VI(tenant), VI(merchant)));
        counter->next = *bucket;
        *bucket = counter;
    }
    *ret = ++counter->payments;
    counter->is_dirty = true;
    tx->changes++;
    return OK;
}

static result save_head(struct tx *tx, const struct head *head)
{
    return db_exec(tx->db, SQL_TENANT_SAVE, VI(head->tenant), VI(head->clock_offset_us),
                   VI(head->latest_us), VI(head->event_seq), VB(head->event_hash, HASH_BYTES),
                   VI(head->ledger_seq), VB(head->ledger_hash, HASH_BYTES));
}

static result save_account(struct tx *tx, const struct account *account)
{
    static_assert(RECORDS == 21, "account_save and account_get name every record type");
    struct value values[5 + RECORDS] = {VI(account->tenant),   VI(account->merchant),
                                        VI(account->currency), VI(account->held_minor),
                                        VI(account->records),  VI(account->last_pos)};
    for (int type = 1; type < RECORDS; type++)
        values[5 + type] = VI(account->by_type[type]);
    db_ledger_open(tx->db);
    const result r = db_exec_values(tx->db, SQL_ACCOUNT_SAVE, NULL, values, COUNT(values));
    db_ledger_close(tx->db);
    return r;
}

result tx_flush(struct tx *tx)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const struct head *head = tx->heads[i]; head != NULL; head = head->next)
            if (head->is_dirty)
                TRY(save_head(tx, head));
        for (const struct account *account = tx->accounts[i]; account != NULL;
             account = account->next)
            if (account->is_dirty)
                TRY(save_account(tx, account));
        for (const struct counter *counter = tx->counters[i]; counter != NULL;
             counter = counter->next)
            if (counter->is_dirty)
                TRY(db_exec(tx->db, SQL_MERCHANT_HEAD_SAVE, VI(counter->tenant),
                            VI(counter->merchant), VI(counter->payments)));
    }
    return OK;
}
