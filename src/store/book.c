/* SPDX-License-Identifier: Apache-2.0 */
/* book.c: writes the two chains of a tenant, its ledger and its events. The forms of both hashes
 * are in doc/ledger.md; the auditor has its own code for them. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "store/tx_state.h"

enum { MARK_EVERY = 64, POS_LINES = 512 };
static_assert((int)TRANSFERS_MAX < (int)POS_LINES, "a position is seq * 512 + line");
#define DELIVERY_DAYS INT64_C(3)

static result account_load(struct tx *tx, struct remembered *row)
{
    struct account *ret = (struct account *)row;
    struct rows rows;
    ret->held_minor = ret->records = ret->last_pos = 0;
    memset(ret->by_type, 0, sizeof ret->by_type);
    TRY(db_query(tx->db, SQL_ACCOUNT_GET, &rows, VI(row->head->tenant), VI(row->merchant),
                 VI(row->part)));
    if (rows_next(&rows)) {
        ret->held_minor = row_i64(&rows, 0);
        ret->records = row_i64(&rows, 1);
        ret->last_pos = row_i64(&rows, 2);
        for (int type = 1; type < RECORDS; type++)
            ret->by_type[type] = row_i64(&rows, 2 + type);
    }
    return rows_done(&rows);
}

static result account_save(struct tx *tx, const struct remembered *row)
{
    static_assert(RECORDS == 28, "account_save and account_get name every record type");
    const struct account *account = (const struct account *)row;
    struct value values[5 + RECORDS] = {VI(row->head->tenant), VI(row->merchant),
                                        VI(row->part),         VI(account->held_minor),
                                        VI(account->records),  VI(account->last_pos)};
    for (int type = 1; type < RECORDS; type++)
        values[5 + type] = VI(account->by_type[type]);
    db_ledger_open(tx->db);
    const result r = db_exec_values(tx->db, SQL_ACCOUNT_SAVE, NULL, values, COUNT(values));
    db_ledger_close(tx->db);
    return r;
}

const struct remembered_class ACCOUNT_CLASS = {sizeof(struct account), account_load, account_save};

result book_account(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
                    struct account **ret)
{
    struct head *head;
    struct remembered *row;
    TRY(remember_head(tx, tenant, &head));
    TRY(remember_row(tx, REMEMBERED_ACCOUNT, head, merchant, (int)currency, &row));
    *ret = (struct account *)row;
    return OK;
}

result tx_balance(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
                  struct balance *ret)
{
    struct account *account;
    TRY(book_account(tx, tenant, merchant, currency, &account));
    int64_t total_minor = 0;
    for (int type = 1; type < RECORDS; type++)
        TRY(minor_add(total_minor, account->by_type[type], &total_minor));
    *ret = (struct balance){.total_minor = total_minor, .held_minor = account->held_minor};
    return OK;
}

result tx_account_sums(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
                       struct account_sums *ret)
{
    struct account *account;
    TRY(book_account(tx, tenant, merchant, currency, &account));
    *ret = (struct account_sums){.last_pos = account->last_pos,
                                 .records = account->records,
                                 .held_minor = account->held_minor};
    memcpy(ret->by_type, account->by_type, sizeof ret->by_type);
    return OK;
}

result tx_hold(struct tx *tx, int64_t tenant, int64_t merchant, enum currency currency,
               int64_t delta_minor)
{
    struct account *account;
    TRY(book_account(tx, tenant, merchant, currency, &account));
    TRY(minor_add(account->held_minor, delta_minor, &account->held_minor));
    assert(account->held_minor >= 0);
    remember_row_changed(tx, &account->row);
    return OK;
}

static void hash_i64(crypto_generichash_state *state, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    (void)crypto_generichash_update(state, bytes, sizeof bytes);
}

static void hash_str(crypto_generichash_state *state, str s)
{
    hash_i64(state, s.at == NULL ? -1 : (int64_t)s.bytes);
    (void)crypto_generichash_update(state, (const uint8_t *)s.at, s.bytes);
}

/* Adds one side of a transfer to its account; *ret_prev is the account's record before this one. A
 * type that no merchant sees moves a merchant's balance and is none of its records. */
static result record(struct tx *tx, const struct ledger_entry *entry, int64_t merchant,
                     enum record_type type, int64_t signed_minor, int64_t pos, int64_t *ret_prev)
{
    struct account *account;
    TRY(book_account(tx, entry->tenant, merchant, entry->currency, &account));
    TRY(minor_add(account->by_type[type], signed_minor, &account->by_type[type]));
    remember_row_changed(tx, &account->row);
    *ret_prev = 0;
    if (merchant > 0 && record_slug(type) == NULL)
        return OK;
    account->records++;
    if (merchant < 0)
        return OK; /* nobody pages through a house account */
    *ret_prev = account->last_pos;
    account->last_pos = pos;
    if (account->records % MARK_EVERY != 0)
        return OK;
    return db_exec(tx->db, SQL_LEDGER_MARK_INSERT, VI(entry->tenant), VI(merchant),
                   VI(entry->currency), VI(account->records), VI(pos));
}

/* Transfers on their way into the store: tenant and sequence number, then the rows' own values. */
enum { ROWS_TOGETHER = 4, ROW_VALUES = 7 };
struct transfer_rows {
    struct value values[2 + ROWS_TOGETHER * ROW_VALUES];
    size_t count;
};

/* The largest first. */
static const struct {
    size_t rows;
    enum sql sql;
} INSERTS[] = {
    {4, SQL_LEDGER_TRANSFER_INSERT_4},
    {2, SQL_LEDGER_TRANSFER_INSERT_2},
    {1, SQL_LEDGER_TRANSFER_INSERT},
};

static result flush_rows(struct tx *tx, struct transfer_rows *rows)
{
    size_t done = 0;
    for (size_t i = 0; i < COUNT(INSERTS); i++) {
        const size_t count = INSERTS[i].rows;
        if (rows->count - done < count)
            continue;
        struct value values[COUNT(rows->values)] = {rows->values[0], rows->values[1]};
        memcpy(&values[2], &rows->values[2 + done * ROW_VALUES],
               count * ROW_VALUES * sizeof *values);
        TRY(db_exec_values(tx->db, INSERTS[i].sql, NULL, values, 2 + count * ROW_VALUES));
        done += count;
    }
    assert(done == rows->count);
    rows->count = 0;
    return OK;
}

static result write_transfer(struct tx *tx, const struct ledger_entry *entry, int64_t seq,
                             int64_t line, struct transfer_rows *rows)
{
    const transfer *t = &entry->transfers[line - 1];
    const int64_t pos = seq * POS_LINES + line;
    int64_t debit_prev, credit_prev;
    TRY(record(tx, entry, t->debit, t->type, -t->amount_minor, pos, &debit_prev));
    TRY(record(tx, entry, t->credit, t->type, t->amount_minor, pos, &credit_prev));
    const struct value values[ROW_VALUES] = {VI(line),       VI(t->type),         VI(t->debit),
                                             VI(t->credit),  VI(t->amount_minor), VI(debit_prev),
                                             VI(credit_prev)};
    memcpy(&rows->values[2 + rows->count * ROW_VALUES], values, sizeof values);
    rows->count++;
    return rows->count == ROWS_TOGETHER ? flush_rows(tx, rows) : OK;
}

static void chain_entry(struct head *head, const struct ledger_entry *entry, id number)
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, head->ledger_hash, HASH_BYTES);
    const int64_t fields[] = {number.key,      number.salt,          entry->event,
                              entry->currency, entry->happened_us,   entry->payment,
                              entry->refund,   (int64_t)entry->count};
    for (size_t i = 0; i < COUNT(fields); i++)
        hash_i64(&state, fields[i]);
    for (size_t i = 0; i < entry->count; i++) {
        const transfer *t = &entry->transfers[i];
        const int64_t of_transfer[] = {(int64_t)i + 1, t->type, t->debit, t->credit,
                                       t->amount_minor};
        for (size_t n = 0; n < COUNT(of_transfer); n++)
            hash_i64(&state, of_transfer[n]);
    }
    (void)crypto_generichash_final(&state, head->ledger_hash, HASH_BYTES);
}

static result write_entry(struct tx *tx, struct head *head, const struct ledger_entry *entry,
                          id number)
{
    struct transfer_rows rows = {.values = {VI(entry->tenant), VI(number.key)}};
    for (size_t i = 0; i < entry->count; i++)
        TRY(write_transfer(tx, entry, number.key, (int64_t)i + 1, &rows));
    TRY(flush_rows(tx, &rows));
    chain_entry(head, entry, number);
    return db_exec(tx->db, SQL_LEDGER_TRANSACTION_INSERT, VI(entry->tenant), VI(number.key),
                   VI(number.salt), VI(entry->event), VI(entry->currency), VI(entry->happened_us),
                   VI(entry->payment), VI(entry->refund), VB(head->ledger_hash, HASH_BYTES));
}

enum { TRACE_ENTRIES_MAX = 64 };

result tx_trace_begin(struct tx *tx, const struct tx_trace **ret)
{
    struct tx_trace *trace = ARENA_NEW(tx->arena, struct tx_trace);
    if (trace == NULL)
        return E_NO_MEMORY;
    trace->entries = ARENA_ARRAY(tx->arena, struct ledger_entry, TRACE_ENTRIES_MAX);
    trace->max = trace->entries == NULL ? 0 : TRACE_ENTRIES_MAX;
    tx->trace = trace;
    *ret = trace;
    return trace->entries == NULL ? E_NO_MEMORY : OK;
}

static result note(struct tx *tx, const struct ledger_entry *entry)
{
    struct tx_trace *trace = tx->trace;
    transfer *transfers = ARENA_ARRAY(tx->arena, transfer, entry->count);
    if (transfers == NULL || trace->count == trace->max)
        return E_NO_MEMORY;
    memcpy(transfers, entry->transfers, entry->count * sizeof *transfers);
    trace->entries[trace->count] = *entry;
    trace->entries[trace->count++].transfers = transfers;
    return OK;
}

result tx_post(struct tx *tx, const struct ledger_entry *entry, id *ret)
{
    assert(entry->count > 0);
    if (tx->trace != NULL)
        TRY(note(tx, entry));
    struct head *head;
    TRY(remember_head(tx, entry->tenant, &head));
    const id number = {.key = head->ledger_seq + 1, .salt = id_salt()};
    remember_head_changed(tx, head);
    tx->posts++;
    db_ledger_open(tx->db);
    const result r = write_entry(tx, head, entry, number);
    db_ledger_close(tx->db);
    if (r.code != E_OK)
        return r;
    head->ledger_seq = number.key;
    if (ret != NULL)
        *ret = number;
    return OK;
}

int64_t tx_post_count(const struct tx *tx)
{
    return tx->posts;
}

static void chain_event(struct head *head, const struct event_entry *entry, id number)
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, head->event_hash, HASH_BYTES);
    const int64_t fields[] = {number.key, number.salt, entry->merchant, entry->type,
                              entry->created_us};
    for (size_t i = 0; i < COUNT(fields); i++)
        hash_i64(&state, fields[i]);
    hash_str(&state, entry->data);
    hash_str(&state, entry->reason);
    (void)crypto_generichash_final(&state, head->event_hash, HASH_BYTES);
}

static result endpoints_load(struct tx *tx, struct head *head)
{
    struct rows rows;
    TRY(db_query(tx->db, SQL_WEBHOOK_ENDPOINT_ACTIVE, &rows, VI(head->tenant)));
    while (rows_next(&rows)) {
        struct endpoint *endpoint = ARENA_NEW(tx->kept, struct endpoint);
        if (endpoint == NULL) {
            rows.error = E_NO_MEMORY;
            break;
        }
        tx->remembered++;
        endpoint->id = row_i64(&rows, 0);
        endpoint->types = row_copy(&rows, 1, tx->kept);
        endpoint->next = head->endpoints;
        head->endpoints = endpoint;
    }
    head->has_endpoints = true;
    return rows_done(&rows);
}

/* One event for one endpoint. */
static result put_delivery(struct tx *tx, const struct event_entry *entry, int64_t seq,
                           int64_t endpoint)
{
    const id delivery = id_new(tx_real_now(tx));
    TRY(db_exec(tx->db, SQL_WEBHOOK_DELIVERY_INSERT, VI(entry->tenant), VI(seq), VI(endpoint),
                VI(delivery.key), VI(delivery.salt), VI(entry->created_us),
                VI(entry->created_us + DELIVERY_DAYS * US_PER_DAY)));
    tx->has_outbox = true;
    return OK;
}

result tx_delivery_again(struct tx *tx, int64_t tenant, int64_t event_seq, int64_t endpoint,
                         int64_t now_us)
{
    const id fresh = id_new(tx_real_now(tx));
    TRY(db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_AGAIN, VI(tenant), VI(event_seq), VI(endpoint),
                VI(fresh.key), VI(fresh.salt), VI(now_us),
                VI(now_us + DELIVERY_DAYS * US_PER_DAY)));
    tx->has_outbox = true;
    return OK;
}

static result fill_outbox(struct tx *tx, struct head *head, const struct event_entry *entry,
                          int64_t seq)
{
    if (entry->only_endpoint != 0)
        return put_delivery(tx, entry, seq, entry->only_endpoint);
    if (!head->has_endpoints)
        TRY(endpoints_load(tx, head));
    const char *type = event_type_text(entry->type, entry->merchant != entry->tenant);
    for (const struct endpoint *endpoint = head->endpoints; endpoint != NULL;
         endpoint = endpoint->next)
        if (event_types_name(endpoint->types, type))
            TRY(put_delivery(tx, entry, seq, endpoint->id));
    return OK;
}

result tx_event_seq(struct tx *tx, int64_t tenant, int64_t *ret)
{
    struct head *head;
    TRY(remember_head(tx, tenant, &head));
    *ret = head->event_seq;
    return OK;
}

result tx_event(struct tx *tx, const struct event_entry *entry, int64_t *ret_seq)
{
    assert(event_type_text(entry->type, entry->merchant != entry->tenant) != NULL);
    struct head *head;
    TRY(remember_head(tx, entry->tenant, &head));
    const id number = {.key = head->event_seq + 1, .salt = id_salt()};
    remember_head_changed(tx, head);
    chain_event(head, entry, number);
    TRY(db_exec(tx->db, SQL_EVENT_INSERT, VI(entry->tenant), VI(number.key), VI(number.salt),
                VI(entry->merchant), VI(entry->type), VI(entry->created_us), VT(entry->data),
                VT(entry->reason), VB(head->event_hash, HASH_BYTES)));
    head->event_seq = number.key;
    if (ret_seq != NULL)
        *ret_seq = number.key;
    return fill_outbox(tx, head, entry, number.key);
}
