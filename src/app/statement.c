/* SPDX-License-Identifier: Apache-2.0 */
#include "app/statement.h"

#include "app/time_range.h"

enum { POS_LINES = 512, GROUP_MAX = TRANSFERS_MAX };

result account_view_read(struct db *db, int64_t tenant, int64_t merchant, enum currency currency,
                         struct account_view *ret)
{
    *ret = (struct account_view){0};
    struct rows rows;
    TRY(db_query(db, SQL_ACCOUNT_GET, &rows, VI(tenant), VI(merchant), VI(currency)));
    if (rows_next(&rows)) {
        ret->held_minor = row_i64(&rows, 0);
        ret->records = row_i64(&rows, 1);
        ret->last_pos = row_i64(&rows, 2);
        for (int type = 1; type < RECORDS; type++)
            ret->by_type[type] = row_i64(&rows, 2 + type);
    }
    return rows_done(&rows);
}

/* An account's chain, as a query walks it. */
struct walk {
    struct db *db;
    int64_t tenant, merchant;
    enum currency currency;
    int64_t records, last_pos; /* of the account */
};

static result previous(const struct walk *w, int64_t pos, int64_t *ret_pos,
                       int64_t *ret_happened_us)
{
    struct rows rows;
    TRY(db_query(w->db, SQL_LEDGER_PREVIOUS, &rows, VI(w->tenant), VI(pos / POS_LINES),
                 VI(pos % POS_LINES), VI(w->merchant)));
    *ret_pos = *ret_happened_us = 0;
    if (rows_next(&rows)) {
        *ret_pos = row_i64(&rows, 0);
        *ret_happened_us = row_i64(&rows, 1);
    }
    return rows_done(&rows);
}

/* Where record number n stands (1 is the oldest): from the next mark, or from the end, at most 63
 * steps back. */
static result find_record(const struct walk *w, int64_t n, int64_t *ret_pos)
{
    int64_t at = w->records, pos = w->last_pos;
    struct rows rows;
    TRY(db_query(w->db, SQL_LEDGER_MARK_AFTER, &rows, VI(w->tenant), VI(w->merchant),
                 VI(w->currency), VI(n)));
    if (rows_next(&rows) && row_i64(&rows, 0) <= w->records) {
        at = row_i64(&rows, 0);
        pos = row_i64(&rows, 1);
    }
    TRY(rows_done(&rows));
    for (int64_t happened_us; at > n; at--)
        TRY(previous(w, pos, &pos, &happened_us));
    *ret_pos = pos;
    return OK;
}

static result happened_at(void *context, int64_t n, int64_t *ret_us)
{
    const struct walk *w = context;
    int64_t pos, before;
    TRY(find_record(w, n, &pos));
    return previous(w, pos, &before, ret_us);
}

/* One transaction's records on the account. */
struct group {
    struct record records[GROUP_MAX];
    int64_t lines[GROUP_MAX];
    size_t count;
    int64_t before; /* position of the record before the first */
};

static result read_group(const struct walk *w, int64_t seq, struct group *ret)
{
    ret->count = 0;
    ret->before = 0;
    struct rows rows;
    TRY(db_query(w->db, SQL_LEDGER_TRANSACTION_RECORDS, &rows, VI(w->tenant), VI(seq),
                 VI(w->merchant), VI(w->currency)));
    while (rows_next(&rows) && ret->count < GROUP_MAX) {
        if (record_slug((enum record_type)row_i64(&rows, 2)) == NULL)
            continue; /* no merchant sees it, and no chain leads over it */
        if (ret->count == 0)
            ret->before = row_i64(&rows, 5);
        ret->lines[ret->count] = row_i64(&rows, 0);
        ret->records[ret->count++] = (struct record){
            .transaction = {.key = seq, .salt = row_i64(&rows, 1)},
            .type = (enum record_type)row_i64(&rows, 2),
            .amount_minor = row_i64(&rows, 3),
            .happened_us = row_i64(&rows, 4),
        };
    }
    return rows_done(&rows);
}

static size_t index_of_line(const struct group *group, int64_t line)
{
    size_t i = 0;
    while (i + 1 < group->count && group->lines[i] != line)
        i++;
    return i;
}

/* Records first .. last of the account, of which the page shows skip .. skip + count - 1, newest
 * transaction first. A transaction that only partly is on the page is read whole, to keep its own
 * order. */
static result read_page(const struct walk *w, int64_t last, int64_t first,
                        const struct statement_query *q, struct record *ret, size_t *ret_count)
{
    struct group group;
    int64_t number = last - q->skip, pos;
    if (number < first)
        return OK;
    TRY(find_record(w, number, &pos));
    while (number >= first) {
        TRY(read_group(w, pos / POS_LINES, &group));
        const int64_t index = (int64_t)index_of_line(&group, pos % POS_LINES);
        const int64_t top = number + (int64_t)group.count - 1 - index;
        for (int64_t i = 0; i < (int64_t)group.count; i++) {
            const int64_t place = last - top + i;
            if (place >= q->skip && place < q->skip + q->count)
                ret[(*ret_count)++] = group.records[i];
        }
        number -= index + 1;
        pos = group.before;
        if (last - number >= q->skip + q->count)
            break;
    }
    return OK;
}

static result read_of_type(struct db *db, const struct statement_query *q, struct record *ret,
                           size_t *ret_count, int64_t *ret_total)
{
    TRY(db_number(db, SQL_LEDGER_COUNT_OF_TYPE, ret_total, VI(q->tenant), VI(q->merchant),
                  VI(q->currency), VI(q->type), VI(q->start_us), VI(q->end_us)));
    struct rows rows;
    TRY(db_query(db, SQL_LEDGER_RECORDS_OF_TYPE, &rows, VI(q->tenant), VI(q->merchant),
                 VI(q->currency), VI(q->type), VI(q->start_us), VI(q->end_us), VI(q->count),
                 VI(q->skip)));
    while (rows_next(&rows))
        ret[(*ret_count)++] = (struct record){
            .transaction = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .type = q->type,
            .amount_minor = row_i64(&rows, 2),
            .happened_us = row_i64(&rows, 3),
        };
    return rows_done(&rows);
}

result statement_read(struct db *db, const struct statement_query *q, struct record *ret,
                      size_t *ret_count, int64_t *ret_total)
{
    *ret_count = 0;
    if (q->type != RECORD_NONE)
        return read_of_type(db, q, ret, ret_count, ret_total);
    struct account_view account;
    TRY(account_view_read(db, q->tenant, q->merchant, q->currency, &account));
    struct walk w = {.db = db,
                     .tenant = q->tenant,
                     .merchant = q->merchant,
                     .currency = q->currency,
                     .records = account.records,
                     .last_pos = account.last_pos};
    const struct time_range range = {.count = account.records,
                                     .start_us = q->start_us,
                                     .end_us = q->end_us,
                                     .time_of = happened_at,
                                     .context = &w};
    int64_t first, last;
    TRY(time_range_find(&range, &first, &last));
    *ret_total = last >= first ? last - first + 1 : 0;
    return read_page(&w, last, first, q, ret, ret_count);
}

result statement_transaction(struct db *db, int64_t tenant, int64_t merchant,
                             enum currency currency, id transaction, struct record *ret, size_t max,
                             size_t *ret_count)
{
    const struct walk w = {.db = db, .tenant = tenant, .merchant = merchant, .currency = currency};
    struct group group;
    TRY(read_group(&w, transaction.key, &group));
    *ret_count = 0;
    for (size_t i = 0; i < group.count && i < max; i++)
        if (group.records[i].transaction.salt == transaction.salt)
            ret[(*ret_count)++] = group.records[i];
    return OK;
}
