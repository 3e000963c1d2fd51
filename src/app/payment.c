/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment.h"

#include <assert.h>

#include "app/refund_request.h"
#include "app/session.h"
#include "base/plant.h"

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena, struct payment *ret)
{
    int n = 0;
    *ret = (struct payment){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->merchant.key = row_i64(rows, n++);
    ret->ordinal = row_i64(rows, n++);
    ret->status = (enum pay_state)row_i64(rows, n++);
    ret->model = (enum model)row_i64(rows, n++);
    ret->method = (enum method)row_i64(rows, n++);
    ret->rail = (enum rail_number)row_i64(rows, n++);
    ret->is_two_step = row_i64(rows, n++) != 0;
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->amount_minor = row_i64(rows, n++);
    ret->tax_minor = row_i64(rows, n++);
    ret->customer_fee_minor = row_i64(rows, n++);
    ret->refunded_minor = row_i64(rows, n++);
    ret->refunding_minor = row_i64(rows, n++);
    ret->refund_count = row_i64(rows, n++);
    ret->operation = row_i64(rows, n++);
    ret->reference = row_i64(rows, n++);
    ret->dispute = (enum dispute_mark)row_i64(rows, n++);
    ret->created_us = row_i64(rows, n++);
    ret->deadline_us = row_i64(rows, n++);
    ret->captured_us = row_i64(rows, n++);
    ret->rate.percent_e4 = row_i64(rows, n++);
    ret->rate.fixed_minor = row_i64(rows, n++);
    ret->rate.minimum_minor = row_i64(rows, n++);
    ret->details = row_copy(rows, n++, arena);
    ret->external_order_num = row_copy(rows, n++, arena);
    ret->description = row_copy(rows, n++, arena);
    ret->metadata = row_copy(rows, n++, arena);
    ret->locale = (enum locale)row_i64(rows, n++);
    ret->mcc = row_copy(rows, n++, arena);
    ret->statement_descriptor = row_copy(rows, n++, arena);
    ret->merchant.salt = row_i64(rows, n++);
    ret->session.key = row_i64(rows, n++);
    ret->session.salt = row_i64(rows, n++);
    ret->customer.key = row_i64(rows, n++);
    ret->customer.salt = row_i64(rows, n++);
    ret->subscription = row_i64(rows, n++);
    ret->short_minor = row_i64(rows, n++);
    ret->return_url = row_copy(rows, n++, arena);
    ret->cancel_url = row_copy(rows, n++, arena);
    ret->three_d_secure = row_copy(rows, n++, arena);
    ret->family_name = row_copy(rows, n++, arena);
    ret->given_name = row_copy(rows, n++, arena);
    ret->late_money = (enum late_money)row_i64(rows, n++);
    ret->refusals = row_i64(rows, n++);
    ret->due_us = row_i64(rows, n++);
}

/* Appends to an array in the arena, doubling it. NULL without memory. */
static void *append(struct arena *arena, void **array, size_t *count, size_t bytes)
{
    const size_t n = *count;
    if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
        char *bigger = arena_alloc_array(arena, bytes, n == 0 ? 4 : 2 * n);
        if (bigger == NULL)
            return NULL;
        const char *old = *array;
        for (size_t i = 0; i < n * bytes; i++)
            bigger[i] = old[i];
        *array = bigger;
    }
    (*count)++;
    return (char *)*array + n * bytes;
}

static result read_splits(struct db *db, struct arena *arena, struct payment *p)
{
    struct rows rows;
    TRY(db_query(db, SQL_SPLIT_LINE_LIST, &rows, VI(p->tenant), VI(p->id.key)));
    void *array = NULL;
    while (rows.error.code == E_OK && rows_next(&rows)) {
        struct split_view *line = append(arena, &array, &p->split_count, sizeof *line);
        if (line == NULL) {
            rows.error = E_NO_MEMORY;
            break;
        }
        *line = (struct split_view){
            .refund = row_i64(&rows, 0),
            .merchant = {.key = row_i64(&rows, 1), .salt = row_i64(&rows, 2)},
            .amount_minor = row_i64(&rows, 3),
            .platform_fee_minor = row_i64(&rows, 4),
        };
    }
    p->splits = array;
    return rows_done(&rows);
}

static result read_refunds(struct db *db, struct arena *arena, struct payment *p)
{
    struct rows rows;
    TRY(db_query(db, SQL_REFUND_LIST, &rows, VI(p->tenant), VI(p->id.key)));
    void *array = NULL;
    while (rows.error.code == E_OK && rows_next(&rows)) {
        struct refund *refund = append(arena, &array, &p->refund_row_count, sizeof *refund);
        if (refund == NULL) {
            rows.error = E_NO_MEMORY;
            break;
        }
        *refund = (struct refund){
            .id = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .state = (enum refund_state)row_i64(&rows, 2),
            .amount_minor = row_i64(&rows, 3),
            .is_reverse = row_i64(&rows, 4) != 0,
            .is_chargeback = row_i64(&rows, 5) != 0,
            .has_split = row_i64(&rows, 6) != 0,
            .description = row_copy(&rows, 7, arena),
            .created_us = row_i64(&rows, 8),
        };
    }
    p->refunds = array;
    return rows_done(&rows);
}

result payment_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                        struct payment *ret)
{
    struct rows rows;
    const enum sql get =
        PLANT("missing_tenant_filter", SQL_PAYMENT_GET_UNFILTERED, SQL_PAYMENT_GET);
    TRY(db_query(db, get, &rows, VI(tenant), VI(key)));
    const bool found = rows_next(&rows);
    if (found)
        fill(&rows, tenant, arena, ret);
    TRY(rows_done(&rows));
    if (!found)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    if (ret->model != MODEL_ALONE)
        TRY(read_splits(db, arena, ret));
    if (ret->refund_count > 0)
        TRY(read_refunds(db, arena, ret));
    return ret->captured_us > 0 && method_row(ret->method)->refund_request
               ? refund_requests_read(db, arena, ret)
               : OK;
}

result payment_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                    struct payment *ret)
{
    TRY(payment_read_key(db, tenant, wire.key, arena, ret));
    return ret->id.salt == wire.salt ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* Each redemption asked for what was missing, so it gave what the next one did not ask for. */
static result read_parts(struct db *db, const struct payment *p, struct arena *arena,
                         struct payment_original *ret)
{
    struct rows rows;
    void *array = NULL;
    struct rail_part *part = NULL;
    TRY(db_query(db, SQL_OPERATION_REDEEMED, &rows, VI(p->tenant), VI(p->id.key)));
    while (rows.error.code == E_OK && rows_next(&rows)) {
        const int64_t asked_minor = row_i64(&rows, 2);
        if (part != NULL)
            part->amount.minor -= asked_minor;
        part = append(arena, &array, &ret->part_count, sizeof *part);
        if (part == NULL) {
            rows.error = E_NO_MEMORY;
            break;
        }
        *part = (struct rail_part){.reference = {row_i64(&rows, 0), row_i64(&rows, 1)},
                                   .amount = {.minor = asked_minor, .cur = p->currency}};
    }
    if (part != NULL)
        part->amount.minor -= p->short_minor;
    ret->parts = array;
    return rows_done(&rows);
}

result payment_original(struct db *db, const struct payment *p, struct arena *arena,
                        struct payment_original *ret)
{
    struct operation original;
    *ret = (struct payment_original){0};
    TRY(operation_get(db, p->tenant, p->reference, arena, &original));
    ret->reference = original.id;
    return original.rail_op == RAIL_REDEEM ? read_parts(db, p, arena, ret) : OK;
}

static struct value hash_value(str hash)
{
    return hash.at == NULL ? VNULL : VB(hash.at, hash.bytes);
}

result payment_insert(struct tx *tx, const struct payment *p)
{
    return db_exec(tx_db(tx), SQL_PAYMENT_INSERT, VI(p->tenant), VI(p->id.key), VI(p->id.salt),
                   VI(p->merchant.key), VI(p->ordinal), VI(p->status), VI(p->model), VI(p->method),
                   VI(p->rail), VI(p->is_two_step), VI(p->currency), VI(p->amount_minor),
                   VI(p->tax_minor), VI(p->customer_fee_minor), VI(p->operation), VI(p->reference),
                   VI(p->created_us), VI(p->deadline_us), VT(p->details), VT(p->external_order_num),
                   VT(p->description), VT(p->metadata), VI(p->locale), VT(p->mcc),
                   VT(p->statement_descriptor), VI(p->session.key), VI(p->session.salt),
                   VI(p->customer.key), VI(p->customer.salt), VI(p->subscription),
                   VT(p->return_url), VT(p->cancel_url), VT(p->three_d_secure), VT(p->family_name),
                   VT(p->given_name), hash_value(p->card_hash), hash_value(p->ip_hash),
                   hash_value(p->bin_hash));
}

/* When the job is to look at it again; 0: never. */
static result next_due(struct tx *tx, const struct payment *p, int64_t *ret)
{
    int64_t now_us;
    bool is_over = false;
    *ret = 0;
    if (!pay_is_open(p->status) && p->late_money != LATE_OWED)
        return OK;
    TRY(tx_now(tx, p->tenant, &now_us));
    TRY(session_is_over(tx, p, &is_over));
    const int64_t first_us = pay_is_open(p->status) && !is_over ? p->deadline_us : now_us;
    const bool is_again = p->refusals > 0 && first_us <= now_us;
    *ret = is_again ? now_us + operation_pause_us(p->refusals) : first_us;
    return OK;
}

result payment_save(struct tx *tx, struct payment *p)
{
    int64_t due_us;
    TRY(session_follow(tx, p));
    TRY(next_due(tx, p, &due_us));
    return db_exec(tx_db(tx), SQL_PAYMENT_SAVE, VI(p->tenant), VI(p->id.key), VI(p->status),
                   VI(p->amount_minor), VI(p->tax_minor), VI(p->refunded_minor),
                   VI(p->refunding_minor), VI(p->refund_count), VI(p->operation), VI(p->reference),
                   VI(p->dispute), VI(p->captured_us), VI(p->rate.percent_e4),
                   VI(p->rate.fixed_minor), VI(p->rate.minimum_minor), VI(due_us),
                   VI(p->short_minor), VI(p->late_money), VI(due_us == 0 ? 0 : p->refusals));
}

result payment_look_at(struct tx *tx, const struct payment *p, int64_t at_us)
{
    return db_exec(tx_db(tx), SQL_PAYMENT_LOOK_AT, VI(p->tenant), VI(p->id.key), VI(at_us));
}

result payment_add_details(struct tx *tx, struct payment *p, str members, struct arena *arena)
{
    const str old = p->details;
    if (members.bytes <= sizeof "{}" - 1)
        return OK;
    assert(old.bytes >= 2 && old.at[old.bytes - 1] == '}' && members.at[0] == '{');
    const char *comma = old.bytes > sizeof "{}" - 1 ? "," : "";
    const char *both = arena_printf(arena, "%.*s%s%.*s", (int)old.bytes - 1, old.at, comma,
                                    (int)members.bytes - 1, members.at + 1);
    if (both == NULL)
        return E_NO_MEMORY;
    p->details = str_of(both);
    return db_exec(tx_db(tx), SQL_PAYMENT_DETAIL, VI(p->tenant), VI(p->id.key), VT(p->details));
}

/* Two in a statement where there are two: what a statement costs beside its rows is paid once. */
static result insert_split(struct tx *tx, const struct payment *p, int64_t refund,
                           const split_line *lines, size_t count)
{
    size_t i = 0;
    for (; i + 2 <= count; i += 2)
        TRY(db_exec(tx_db(tx), SQL_SPLIT_LINE_INSERT_2, VI(p->tenant), VI(p->id.key), VI(refund),
                    VI((int64_t)i + 1), VI(lines[i].merchant), VI(lines[i].amount_minor),
                    VI(lines[i].platform_fee_minor), VI((int64_t)i + 2), VI(lines[i + 1].merchant),
                    VI(lines[i + 1].amount_minor), VI(lines[i + 1].platform_fee_minor)));
    if (i == count)
        return OK;
    return db_exec(tx_db(tx), SQL_SPLIT_LINE_INSERT, VI(p->tenant), VI(p->id.key), VI(refund),
                   VI((int64_t)i + 1), VI(lines[i].merchant), VI(lines[i].amount_minor),
                   VI(lines[i].platform_fee_minor));
}

result payment_add_split(struct tx *tx, struct payment *p, int64_t refund, const split_line *lines,
                         size_t count, struct arena *arena)
{
    struct split_view *all = ARENA_ARRAY(arena, struct split_view, p->split_count + count + 1);
    if (all == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < p->split_count; i++)
        all[i] = p->splits[i];
    for (size_t i = 0; i < count; i++) {
        const struct merchant *merchant;
        TRY(tx_merchant(tx, p->tenant, lines[i].merchant, &merchant));
        all[p->split_count + i] =
            (struct split_view){.refund = refund,
                                .merchant = merchant->id,
                                .amount_minor = lines[i].amount_minor,
                                .platform_fee_minor = lines[i].platform_fee_minor};
    }
    TRY(insert_split(tx, p, refund, lines, count));
    p->splits = all;
    p->split_count += count;
    return OK;
}

result payment_copy_refunds(struct payment *p, struct arena *arena)
{
    struct refund *refunds = ARENA_ARRAY(arena, struct refund, p->refund_row_count + 1);
    if (refunds == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < p->refund_row_count; i++)
        refunds[i] = p->refunds[i];
    p->refunds = refunds;
    return OK;
}

result payment_add_refund(struct tx *tx, struct payment *p, const struct refund *refund,
                          struct arena *arena)
{
    TRY(payment_copy_refunds(p, arena));
    p->refunds[p->refund_row_count++] = *refund;
    p->refund_count++;
    return db_exec(tx_db(tx), SQL_REFUND_INSERT, VI(p->tenant), VI(p->id.key), VI(refund->id.key),
                   VI(refund->id.salt), VI(refund->state), VI(refund->amount_minor),
                   VI(refund->is_reverse), VI(refund->is_chargeback), VI(refund->has_split),
                   VT(refund->description), VI(refund->created_us));
}

void payment_refunded(struct payment *p, int64_t amount_minor)
{
    p->refunded_minor += amount_minor;
    p->status =
        pay_next(p->status, p->refunded_minor == payment_base(p) ? PE_REFUND_ALL : PE_REFUND_PART);
    assert(p->status != PAY_NONE);
}

size_t payment_lines(const struct payment *p, int64_t refund, split_line *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < p->split_count; i++) {
        if (p->splits[i].refund != refund)
            continue;
        assert(count < SPLIT_LINES_MAX);
        ret[count++] = (split_line){.merchant = p->splits[i].merchant.key,
                                    .amount_minor = p->splits[i].amount_minor,
                                    .platform_fee_minor = p->splits[i].platform_fee_minor};
    }
    return count;
}
