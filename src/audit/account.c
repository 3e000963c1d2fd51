/* SPDX-License-Identifier: Apache-2.0 */
/* account.c: statements and balances: what the ledger's transfers add up to, account by account.
 *
 * The walk over the ledger derives for every account its sums by type, its number of records, the
 * chain of its records and its marks; check_accounts compares the table `account` with that and
 * with what refunds under way will take (check_payments). */
#include <assert.h>
#include <inttypes.h>

#include "audit/book.h"

enum { MARK_EVERY = 64, TOTALS = 64 };

struct account_fact *account_of(struct audit *a, int64_t account, int64_t currency)
{
    struct account_fact *fact = map_get(&a->accounts, account, currency);
    if (fact != NULL)
        return fact;
    fact = AUDIT_NEW(a, a->arena, struct account_fact);
    if (fact != NULL && !map_put(&a->accounts, account, currency, fact)) {
        audit_fail(a, E_NO_MEMORY);
        return NULL;
    }
    return fact;
}

/* ---- statements ---------------------------------------------------------------------------- */

struct side {
    const struct entry *entry;
    const struct leg *leg;
    const char *name; /* "debit" */
    int64_t account, signed_minor, prev;
};

static void check_prev(struct audit *a, const struct side *s, int64_t want)
{
    if (s->prev != want)
        finding(a, row_name(a, "ledger transaction", s->entry->number),
                "line %" PRId64 ": %s_prev is %" PRId64
                ", the account's record before it is %" PRId64,
                s->leg->line, s->name, s->prev, want);
}

static void check_mark(struct statements *statements, int64_t account, int64_t currency,
                       const struct account_fact *fact)
{
    struct audit *a = statements->audit;
    struct cursor *mark = &statements->mark;
    if (!cursor_seek(mark, account, currency, fact->records))
        finding(a, account_name(a, account, currency), "has no mark at record %" PRId64,
                fact->records);
    else if (cursor_i64(mark, 0) != fact->last_pos)
        finding(a, account_name(a, account, currency),
                "its mark at record %" PRId64 " is %" PRId64 ", the record is at %" PRId64,
                fact->records, cursor_i64(mark, 0), fact->last_pos);
}

static int64_t balance_of(const struct account_fact *fact)
{
    int64_t total = 0;
    for (int type = RECORD_NONE + 1; type < RECORDS; type++)
        total = sum(total, fact->by_type[type]);
    return total;
}

/* Nobody can send what it does not have (komoju-platform 13.3); what refunds under way had been
 * promised then is not known any more. */
static void check_sender(struct audit *a, const struct side *s, const struct account_fact *fact)
{
    const int64_t balance_minor = balance_of(fact);
    if (s->signed_minor < 0 && balance_minor < 0)
        finding(a, row_name(a, "ledger transaction", s->entry->number),
                "transfers %" PRId64 " and leaves the sender with %" PRId64, s->leg->amount_minor,
                balance_minor);
}

static void add_side(struct statements *statements, const struct side *s)
{
    struct audit *a = statements->audit;
    const struct entry *e = s->entry;
    struct account_fact *fact = account_of(a, s->account, e->currency);
    if (fact == NULL)
        return;
    if (RECORD_NONE < s->leg->type && s->leg->type < RECORDS)
        fact->by_type[s->leg->type] = sum(fact->by_type[s->leg->type], s->signed_minor);
    const bool is_chained = !is_house(s->account) && is_shown(s->leg->type);
    fact->records += is_chained || is_house(s->account);
    check_prev(a, s, is_chained ? fact->last_pos : 0);
    if (!is_chained)
        return;
    if (e->event == EVENT_BALANCE_TRANSFER)
        check_sender(a, s, fact);
    fact->last_pos = e->number.key * POS_LINES + s->leg->line;
    if (fact->records % MARK_EVERY == 0)
        check_mark(statements, s->account, e->currency, fact);
}

void statements_open(struct audit *a, struct statements *ret)
{
    ret->audit = a;
    cursor_prepare(a, &ret->mark,
                   "SELECT pos FROM ledger_mark "
                   "WHERE tenant = $1 AND merchant = $2 AND currency = $3 AND record = $4");
}

void statements_add(struct statements *statements, const struct entry *e)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct leg *leg = &e->legs[i];
        const struct side debit = {
            e, leg, "debit", leg->debit, negated(leg->amount_minor), leg->debit_prev};
        const struct side credit = {
            e, leg, "credit", leg->credit, leg->amount_minor, leg->credit_prev};
        add_side(statements, &debit);
        add_side(statements, &credit);
    }
}

void statements_close(struct statements *statements)
{
    struct audit *a = statements->audit;
    struct cursor marks;
    cursor_close(&statements->mark);
    cursor_stream(a, &marks,
                  "SELECT merchant, currency, record FROM ledger_mark WHERE tenant = $1 "
                  "ORDER BY merchant, currency, record");
    while (cursor_next(&marks)) {
        const int64_t account = cursor_i64(&marks, 0), currency = cursor_i64(&marks, 1);
        const int64_t record = cursor_i64(&marks, 2);
        const struct account_fact *fact = map_get(&a->accounts, account, currency);
        if (fact == NULL || is_house(account) || record % MARK_EVERY != 0 || record < MARK_EVERY ||
            record > fact->records)
            finding(a, account_name(a, account, currency),
                    "has a mark at record %" PRId64 ", where there should be none", record);
    }
    cursor_close(&marks);
}

/* ---- balances ------------------------------------------------------------------------------ */

enum { COLUMN_HELD = 2, COLUMN_RECORDS, COLUMN_LAST_POS, COLUMN_TYPES };

/* The columns of record types stand in the order of record.def. */
static const char ACCOUNTS[] =
    "SELECT merchant, currency, held_minor, records, last_pos,"
    " payment, payment_share, platform_fee, fee, fee_tax, refund, payment_share_refund,"
    " platform_fee_refund, refunded_customer_fee, refunded_customer_fee_tax, refund_fee,"
    " refund_fee_tax, chargeback, balance_transfer, submerchant_management_fee,"
    " submerchant_management_fee_tax, chargeback_fixed_fee, chargeback_fixed_fee_tax, correction,"
    " customer_fee, clearing, payout, payout_fee, payout_fee_tax, other_fee_adjustment,"
    " other_fee_adjustment_tax, bank_movement "
    "FROM account WHERE tenant = $1 ORDER BY merchant, currency";

static void compare(struct audit *a, const struct cursor *c, int column, const char *name,
                    const char *who, int64_t want)
{
    const int64_t account = cursor_i64(c, 0), currency = cursor_i64(c, 1);
    const int64_t stored = cursor_i64(c, column);
    if (stored != want)
        finding(a, account_name(a, account, currency), "%s is %" PRId64 ", %s %" PRId64, name,
                stored, who, want);
}

static void check_account(struct audit *a, const struct cursor *c, i128 total[TOTALS])
{
    static const struct account_fact NOTHING;
    const int64_t account = cursor_i64(c, 0), currency = cursor_i64(c, 1);
    struct account_fact *fact = map_get(&a->accounts, account, currency);
    const struct account_fact *want = fact == NULL ? &NOTHING : fact;
    if (fact != NULL)
        fact->has_row = true;
    if (!is_house(account) && merchant_of(a, account) == NULL)
        finding(a, account_name(a, account, currency), "its merchant does not exist");
    compare(a, c, COLUMN_HELD, "held_minor", "refunds under way will take", want->held_minor);
    compare(a, c, COLUMN_RECORDS, "records", "the ledger has", want->records);
    compare(a, c, COLUMN_LAST_POS, "last_pos", "the newest record is at", want->last_pos);
    for (int type = RECORD_NONE + 1; type < RECORDS; type++) {
        compare(a, c, COLUMN_TYPES + type - 1, type_name(a, type), "the ledger says",
                want->by_type[type]);
        if (CUR_NONE < currency && currency < TOTALS)
            total[currency] += cursor_i64(c, COLUMN_TYPES + type - 1);
    }
}

static void check_missing(struct audit *a)
{
    for (size_t i = 0; i < a->accounts.room; i++) {
        const struct map_slot *slot = &a->accounts.slots[i];
        const struct account_fact *fact = slot->value;
        if (fact != NULL && !fact->has_row)
            finding(a, account_name(a, slot->a, slot->b),
                    "has no row, the ledger has %" PRId64 " records of it", fact->records);
    }
}

void check_accounts(struct audit *a)
{
    static_assert((int)CURRENCIES <= (int)TOTALS, "a total for every currency");
    static_assert(RECORDS == 28, "ACCOUNTS names every record type");
    i128 total[TOTALS] = {0};
    struct cursor c;
    cursor_stream(a, &c, ACCOUNTS);
    while (cursor_next(&c))
        check_account(a, &c, total);
    cursor_close(&c);
    if (a->error.code == E_OK)
        check_missing(a);
    for (int currency = CUR_NONE + 1; currency < CURRENCIES; currency++)
        if (total[currency] != 0)
            finding(a, number_name(a, "all accounts in currency", currency),
                    "add up to %" PRId64 " instead of 0", (int64_t)total[currency]);
}
