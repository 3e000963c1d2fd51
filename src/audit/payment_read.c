/* SPDX-License-Identifier: Apache-2.0 */
/* payment_read.c: reads payments with everything that hangs on them, one by one. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/payment_row.h"

enum { RAILS_MAX = 1000000 }; /* beyond, it is no rail's number */

/* Steps over rows whose payment does not exist, one finding each; true at a row of this one. */
static bool at_payment(struct pass *pass, struct cursor *c, const char *what, int64_t payment)
{
    struct audit *a = pass->audit;
    for (; c->is_at_row && cursor_i64(c, 0) < payment; (void)cursor_next(c)) {
        const id row = {.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)};
        if (c == &pass->posted && row.key == pass->orphan_seq)
            continue; /* said at its first line */
        if (c == &pass->posted)
            pass->orphan_seq = row.key;
        finding(a,
                what == NULL ? number_name(a, "a split line of payment", cursor_i64(c, 0))
                             : row_name(a, what, row),
                "its payment does not exist");
    }
    return c->is_at_row && cursor_i64(c, 0) == payment;
}

static struct refund_row *refund_of(struct refund_row *refunds, int64_t key)
{
    while (refunds != NULL && refunds->id.key != key)
        refunds = refunds->next;
    return refunds;
}

static void read_refunds(struct pass *pass, struct payment_row *p)
{
    struct audit *a = pass->audit;
    struct refund_row **end = &p->refunds;
    const struct cursor *c = &pass->refunds;
    for (; at_payment(pass, &pass->refunds, "refund", p->id.key);
         (void)cursor_next(&pass->refunds)) {
        struct refund_row *r = AUDIT_NEW(a, a->scratch, struct refund_row);
        if (r == NULL)
            return;
        r->id = (id){.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)};
        r->state = cursor_i64(c, 4);
        r->amount_minor = cursor_i64(c, 5);
        r->is_reverse = cursor_i64(c, 6) != 0;
        r->is_chargeback = cursor_i64(c, 7) != 0;
        r->created_us = cursor_i64(c, 8);
        r->is_request = !cursor_is_null(c, 9);
        r->fees = (struct request_fees){.customer_fee_minor = cursor_i64(c, 9),
                                        .customer_fee_tax_minor = cursor_i64(c, 10),
                                        .fee_minor = cursor_i64(c, 11),
                                        .fee_tax_minor = cursor_i64(c, 12)};
        r->dispute_fee_minor = cursor_i64(c, 13);
        *end = r;
        end = &r->next;
    }
}

/* Rows come by refund and line, so those of one owner follow each other; `end` is kept while the
 * owner stays the same. */
static void read_lines(struct pass *pass, struct payment_row *p)
{
    struct audit *a = pass->audit;
    struct line_row **end = &p->lines;
    int64_t owner = 0;
    const struct cursor *c = &pass->lines;
    for (; at_payment(pass, &pass->lines, NULL, p->id.key); (void)cursor_next(&pass->lines)) {
        const int64_t refund = cursor_i64(c, 1);
        if (refund != owner) {
            struct refund_row *r = refund_of(p->refunds, refund);
            if (r == NULL) {
                finding(a, row_name(a, "payment", p->id),
                        "has a split line of refund %" PRId64 ", which does not exist", refund);
                continue;
            }
            owner = refund;
            end = &r->lines;
        }
        struct line_row *line = AUDIT_NEW(a, a->scratch, struct line_row);
        if (line == NULL)
            return;
        line->line = cursor_i64(c, 2);
        line->merchant = cursor_i64(c, 3);
        line->amount_minor = cursor_i64(c, 4);
        line->platform_fee_minor = cursor_i64(c, 5);
        *end = line;
        end = &line->next;
    }
}

/* Hangs a transaction with these transfers on the payment or its refund. */
static void add_posted(struct audit *a, struct payment_row *p, int64_t refund,
                       const struct posted_row *row, const struct leg *legs)
{
    struct refund_row *r = refund == 0 ? NULL : refund_of(p->refunds, refund);
    if (refund != 0 && r == NULL) {
        finding(a, row_name(a, "ledger transaction", row->number), "its refund does not exist");
        return;
    }
    struct posted_row *kept = AUDIT_NEW(a, a->scratch, struct posted_row);
    struct leg *copy = audit_alloc(a, a->scratch, (row->count + 1) * sizeof *copy);
    if (kept == NULL || copy == NULL)
        return;
    memcpy(copy, legs, row->count * sizeof *copy);
    *kept = *row;
    kept->legs = copy;
    struct posted_row **end = r == NULL ? &p->posted : &r->posted;
    while (*end != NULL)
        end = &(*end)->next;
    *end = kept;
    if (row->currency != p->currency)
        finding(a, row_name(a, "ledger transaction", row->number),
                "its currency is not the payment's");
}

/* One transaction: the rows of its transfers follow each other; without any, the line is NULL. */
static void read_transaction(struct pass *pass, struct payment_row *p)
{
    struct cursor *c = &pass->posted;
    const int64_t refund = cursor_i64(c, 1);
    struct posted_row row = {
        .number = {.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)},
        .event = cursor_i64(c, 4),
        .currency = cursor_i64(c, 5),
        .happened_us = cursor_i64(c, 6),
    };
    do {
        if (!cursor_is_null(c, 7) && row.count < LEGS_MAX)
            pass->legs[row.count++] = (struct leg){.line = cursor_i64(c, 7),
                                                   .type = cursor_i64(c, 8),
                                                   .debit = cursor_i64(c, 9),
                                                   .credit = cursor_i64(c, 10),
                                                   .amount_minor = cursor_i64(c, 11)};
    } while (cursor_next(c) && cursor_i64(c, 2) == row.number.key);
    add_posted(pass->audit, p, refund, &row, pass->legs);
}

static struct payment_row read_payment(const struct cursor *c)
{
    const int64_t rail = cursor_i64(c, 5);
    return (struct payment_row){
        .id = {.key = cursor_i64(c, 0), .salt = cursor_i64(c, 1)},
        .merchant = cursor_i64(c, 2),
        .status = cursor_i64(c, 3),
        .model = cursor_i64(c, 4),
        .rail = rail > 0 && rail < RAILS_MAX ? rail : 0,
        .currency = cursor_i64(c, 6),
        .amount_minor = cursor_i64(c, 7),
        .tax_minor = cursor_i64(c, 8),
        .customer_fee_minor = cursor_i64(c, 9),
        .refunded_minor = cursor_i64(c, 10),
        .refunding_minor = cursor_i64(c, 11),
        .refund_count = cursor_i64(c, 12),
        .dispute = cursor_i64(c, 13),
        .captured_us = cursor_i64(c, 14),
        .ordinal = cursor_i64(c, 15),
        .fee_percent_e4 = cursor_i64(c, 16),
        .fee_fixed_minor = cursor_i64(c, 17),
        .fee_minimum_minor = cursor_i64(c, 18),
        .operation = cursor_i64(c, 19),
        .base_minor = sum(cursor_i64(c, 7), cursor_i64(c, 8)),
    };
}

/* ---- transactions from before the point ---------------------------------------------------- */

static bool is_before(struct pass *pass, int64_t seq, int64_t happened_us)
{
    return book_seek(&pass->book, seq) && pass->book.entry.happened_us < happened_us;
}

/* The smallest number whose time is not before that one: a tenant's time never goes back. Payments
 * come in the order of time, so it is looked for from where the last one was, in growing steps. */
static int64_t first_at(struct pass *pass, int64_t happened_us)
{
    const int64_t end = pass->audit->point->ledger_seq + 1;
    int64_t low = 1, high = end, near = pass->near_seq;
    for (int64_t step = 1; near > low && near < high; step *= 2)
        if (is_before(pass, near, happened_us)) {
            low = near + 1;
            near = step < end - near ? near + step : end;
        } else {
            high = near;
            near = step < near ? near - step : 0;
        }
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (is_before(pass, middle, happened_us))
            low = middle + 1;
        else
            high = middle;
    }
    pass->near_seq = low;
    return low;
}

/* The transaction of the payment, or of a refund, that happened at that time. */
static void find_old(struct pass *pass, struct payment_row *p, int64_t refund, int64_t happened_us)
{
    const struct entry *e = &pass->book.entry;
    if (happened_us <= 0)
        return;
    for (int64_t seq = first_at(pass, happened_us);
         seq <= pass->audit->point->ledger_seq && book_seek(&pass->book, seq) &&
         e->happened_us == happened_us;
         seq++)
        if (e->payment == p->id.key && e->refund == refund) {
            const struct posted_row row = {.number = e->number,
                                           .event = e->event,
                                           .currency = e->currency,
                                           .happened_us = e->happened_us,
                                           .count = e->count};
            add_posted(pass->audit, p, refund, &row, e->legs);
        }
}

static void find_all_old(struct pass *pass, struct payment_row *p)
{
    if (p->posted == NULL)
        find_old(pass, p, 0, p->captured_us);
    for (struct refund_row *r = p->refunds; r != NULL; r = r->next)
        if (r->posted == NULL && r->state == REFUND_DONE)
            find_old(pass, p, r->id.key, r->created_us);
}

/* ---- the pass ------------------------------------------------------------------------------ */

#define PAYMENT_COLUMNS                                                                            \
    "SELECT id, salt, merchant, status, model, rail, currency, amount_minor, tax_minor,"           \
    " customer_fee_minor, refunded_minor, refunding_minor, refund_count, dispute, captured_us,"    \
    " ordinal, fee_percent_e4, fee_fixed_minor, fee_minimum_minor, operation FROM payment"
#define REFUND_COLUMNS                                                                             \
    "SELECT r.payment, 0, r.id, r.salt, r.state, r.amount_minor, r.is_reverse, r.chargeback,"      \
    " r.created_us, q.customer_fee_minor, q.customer_fee_tax_minor, q.fee_minor, q.fee_tax_minor," \
    " d.fee_minor FROM refund r"                                                                   \
    " LEFT JOIN refund_request q ON q.tenant = r.tenant AND q.id = r.id AND q.payment = r.payment" \
    " LEFT JOIN dispute d ON r.chargeback = 1 AND d.tenant = r.tenant AND d.payment = r.payment"   \
    " AND d.refund = r.id"
#define LINE_COLUMNS                                                                               \
    "SELECT payment, refund, line, merchant, amount_minor, platform_fee_minor FROM split_line"

static int by_key(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void sort_again(struct audit *a, struct pass *pass)
{
    int64_t *keys = audit_alloc(a, a->arena, (a->again.count + 1) * sizeof *keys);
    pass->again = keys;
    for (size_t i = 0; keys != NULL && i < a->again.room; i++)
        if (a->again.slots[i].value != NULL)
            keys[pass->again_count++] = a->again.slots[i].a;
    if (keys != NULL)
        qsort(keys, pass->again_count, sizeof *keys, by_key);
}

static void open_again(struct audit *a, struct pass *pass)
{
    sort_again(a, pass);
    cursor_prepare(a, &pass->payments, PAYMENT_COLUMNS " WHERE tenant = $1 AND id = $2");
    cursor_prepare(a, &pass->refunds,
                   REFUND_COLUMNS " WHERE r.tenant = $1 AND r.payment = $2 ORDER BY r.id");
    cursor_prepare(a, &pass->lines,
                   LINE_COLUMNS " WHERE tenant = $1 AND payment = $2 ORDER BY refund, line");
    book_prepare(a, &pass->book);
}

static void open_all(struct audit *a, struct pass *pass)
{
    cursor_open(a, &pass->payments, PAYMENT_COLUMNS " WHERE tenant = $1 ORDER BY id");
    cursor_open(a, &pass->refunds, REFUND_COLUMNS " WHERE r.tenant = $1 ORDER BY r.payment, r.id");
    cursor_open(a, &pass->lines, LINE_COLUMNS " WHERE tenant = $1 ORDER BY payment, refund, line");
    (void)cursor_next(&pass->refunds);
    (void)cursor_next(&pass->lines);
}

void pass_open(struct audit *a, struct pass *ret)
{
    ret->audit = a;
    if (a->is_again)
        open_again(a, ret);
    else
        open_all(a, ret);
    cursor_open_from(a, &ret->posted,
                     "SELECT x.payment, x.refund, x.seq, x.salt, x.event, x.currency,"
                     " x.happened_us, t.line, t.type, t.debit, t.credit, t.amount_minor "
                     "FROM ledger_transaction x LEFT JOIN ledger_transfer t"
                     " ON t.tenant = x.tenant AND t.seq = x.seq "
                     "WHERE x.tenant = $1 AND x.payment <> 0 AND x.seq > $2 "
                     "ORDER BY x.payment, x.refund, x.seq, t.line",
                     after(a, a->point->ledger_seq));
    (void)cursor_next(&ret->posted);
}

/* The next payment of a->again that exists; its transactions find out when it does not. */
static bool seek_again(struct pass *pass)
{
    while (pass->again_next < pass->again_count) {
        const int64_t key = pass->again[pass->again_next++];
        if (cursor_seek(&pass->payments, key)) {
            (void)cursor_seek(&pass->refunds, key);
            (void)cursor_seek(&pass->lines, key);
            return true;
        }
    }
    return false;
}

bool pass_next(struct pass *pass, struct payment_row *ret)
{
    struct audit *a = pass->audit;
    if (!(a->is_again ? seek_again(pass) : cursor_next(&pass->payments)))
        return false;
    *ret = read_payment(&pass->payments);
    arena_clear(a->scratch);
    read_refunds(pass, ret);
    read_lines(pass, ret);
    while (at_payment(pass, &pass->posted, "ledger transaction", ret->id.key))
        read_transaction(pass, ret);
    if (a->is_again)
        find_all_old(pass, ret);
    a->seen->payments++;
    return true;
}

void pass_close(struct pass *pass)
{
    (void)at_payment(pass, &pass->refunds, "refund", INT64_MAX);
    (void)at_payment(pass, &pass->lines, NULL, INT64_MAX);
    (void)at_payment(pass, &pass->posted, "ledger transaction", INT64_MAX);
    cursor_close(&pass->payments);
    cursor_close(&pass->refunds);
    cursor_close(&pass->lines);
    cursor_close(&pass->posted);
    if (pass->audit->is_again)
        book_close(&pass->book);
}
