/* SPDX-License-Identifier: Apache-2.0 */
#include "store/remember.h"

#include <assert.h>
#include <string.h>

#include "store/tx_state.h"

/* So many rows are read, once or again; then all are forgotten. Some 300 bytes each. */
enum { REMEMBERED_MAX = 16384 };

static const struct remembered_class *const CLASSES[REMEMBERED_KINDS] = {
    [REMEMBERED_ACCOUNT] = &ACCOUNT_CLASS,
    [REMEMBERED_COUNTER] = &COUNTER_CLASS,
    [REMEMBERED_MERCHANT] = &MERCHANT_CLASS,
    [REMEMBERED_METHOD] = &METHOD_CLASS,
};

static unsigned bucket_of(int64_t a, int64_t b)
{
    const uint64_t mixed =
        ((uint64_t)a * UINT64_C(0x9e3779b97f4a7c15)) ^ ((uint64_t)b * UINT64_C(0xc2b2ae3d27d4eb4f));
    return (unsigned)(mixed >> 32) % REMEMBERED_BUCKETS;
}

/* ---- heads --------------------------------------------------------------------------------- */

static void copy_hash(uint8_t ret[HASH_BYTES], str from)
{
    assert(from.bytes == HASH_BYTES);
    memcpy(ret, from.at, HASH_BYTES);
}

/* Somebody else has written the tenant since, or we see it for the first time. */
static void fill_head(struct tx *tx, struct head *head, const struct rows *rows)
{
    head->is_live = row_i64(rows, 0) != 0;
    head->clock_offset_us = row_i64(rows, 1);
    head->latest_us = row_i64(rows, 2);
    head->event_seq = row_i64(rows, 3);
    copy_hash(head->event_hash, row_str(rows, 4));
    head->ledger_seq = row_i64(rows, 5);
    copy_hash(head->ledger_hash, row_str(rows, 6));
    head->generation = row_i64(rows, 7);
    head->has_endpoints = false;
    head->endpoints = NULL;
    head->epoch = ++tx->epochs;
}

/* A head that was never compared has no batch, so its generation says nothing. */
static result compare_head(struct tx *tx, struct head *head)
{
    struct rows rows;
    TRY(db_query(tx->db, SQL_TENANT_GET, &rows, VI(head->tenant)));
    const bool found = rows_next(&rows);
    if (found && (head->batch == 0 || row_i64(&rows, 7) != head->generation))
        fill_head(tx, head, &rows);
    TRY(rows_done(&rows));
    if (!found)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    head->batch = tx->batch;
    return OK;
}

result remember_head(struct tx *tx, int64_t tenant, struct head **ret)
{
    struct head **bucket = &tx->heads[bucket_of(tenant, 0)];
    struct head *head = *bucket;
    while (head != NULL && head->tenant != tenant)
        head = head->next;
    if (head != NULL && head->batch == tx->batch) {
        *ret = head;
        return OK;
    }
    struct head *found = head != NULL ? head : ARENA_NEW(tx->kept, struct head);
    if (found == NULL)
        return E_NO_MEMORY;
    found->tenant = tenant;
    TRY(compare_head(tx, found));
    if (head == NULL) {
        found->next = *bucket;
        *bucket = found;
        tx->remembered++;
    }
    *ret = found;
    return OK;
}

void remember_head_changed(struct tx *tx, struct head *head)
{
    tx->changes++;
    if (head->is_dirty)
        return;
    head->is_dirty = true;
    head->next_dirty = tx->dirty_heads;
    tx->dirty_heads = head;
}

result remember_changed(struct tx *tx, int64_t tenant)
{
    struct head *head;
    const result r = remember_head(tx, tenant, &head);
    if (r.code != E_OK)
        return r.code == E_NOT_FOUND ? OK : r;
    head->epoch = ++tx->epochs;
    head->has_endpoints = false;
    head->endpoints = NULL;
    remember_head_changed(tx, head);
    return OK;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static struct remembered *find_row(struct tx *tx, enum remembered_kind kind,
                                   const struct head *head, int64_t merchant, int part)
{
    struct remembered *row = tx->rows[bucket_of(head->tenant, merchant)];
    while (row != NULL && (row->kind != kind || row->head != head || row->merchant != merchant ||
                           row->part != part))
        row = row->next;
    return row;
}

static struct remembered *add_row(struct tx *tx, enum remembered_kind kind, struct head *head,
                                  int64_t merchant, int part)
{
    struct remembered *row = (struct remembered *)arena_alloc(tx->kept, CLASSES[kind]->bytes);
    if (row == NULL)
        return NULL;
    struct remembered **bucket = &tx->rows[bucket_of(head->tenant, merchant)];
    row->next = *bucket;
    row->head = head;
    row->kind = kind;
    row->merchant = merchant;
    row->part = part;
    *bucket = row;
    return row;
}

result remember_row(struct tx *tx, enum remembered_kind kind, struct head *head, int64_t merchant,
                    int part, struct remembered **ret)
{
    assert(head->batch == tx->batch);
    struct remembered *row = find_row(tx, kind, head, merchant, part);
    if (row == NULL)
        row = add_row(tx, kind, head, merchant, part);
    if (row == NULL)
        return E_NO_MEMORY;
    if (row->epoch != head->epoch && !row->is_dirty) { /* what we changed ourselves is newer */
        tx->remembered++;
        TRY(CLASSES[kind]->load(tx, row));
    }
    row->epoch = head->epoch;
    *ret = row;
    return OK;
}

void remember_row_changed(struct tx *tx, struct remembered *row)
{
    remember_head_changed(tx, row->head);
    if (row->is_dirty)
        return;
    row->is_dirty = true;
    row->next_dirty = tx->dirty_rows;
    tx->dirty_rows = row;
}

/* ---- a batch ------------------------------------------------------------------------------- */

void remember_forget(struct tx *tx)
{
    arena_clear(tx->kept);
    memset(tx->heads, 0, sizeof tx->heads);
    memset(tx->rows, 0, sizeof tx->rows);
    tx->dirty_heads = NULL;
    tx->dirty_rows = NULL;
    tx->remembered = 0;
}

void remember_begin(struct tx *tx)
{
    assert(tx->dirty_heads == NULL && tx->dirty_rows == NULL);
    if (tx->remembered > REMEMBERED_MAX)
        remember_forget(tx);
    tx->batch++;
}

static result save_head(struct tx *tx, const struct head *head)
{
    return db_exec(tx->db, SQL_TENANT_SAVE, VI(head->tenant), VI(head->clock_offset_us),
                   VI(head->latest_us), VI(head->event_seq), VB(head->event_hash, HASH_BYTES),
                   VI(head->ledger_seq), VB(head->ledger_hash, HASH_BYTES), VI(head->generation));
}

result remember_flush(struct tx *tx)
{
    for (struct head *head = tx->dirty_heads; head != NULL; head = head->next_dirty) {
        head->generation++;
        TRY(save_head(tx, head));
    }
    for (const struct remembered *row = tx->dirty_rows; row != NULL; row = row->next_dirty)
        TRY(CLASSES[row->kind]->save(tx, row));
    return OK;
}

void remember_kept(struct tx *tx)
{
    for (struct head *head = tx->dirty_heads; head != NULL; head = head->next_dirty)
        head->is_dirty = false;
    for (struct remembered *row = tx->dirty_rows; row != NULL; row = row->next_dirty)
        row->is_dirty = false;
    tx->dirty_heads = NULL;
    tx->dirty_rows = NULL;
}
