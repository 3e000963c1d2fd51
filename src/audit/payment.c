/* SPDX-License-Identifier: Apache-2.0 */
/* payment.c: payments and refunds against the ledger.
 *
 * Payments, refunds, split lines and ledger transactions are read side by side in the order of the
 * payment, so only one payment is in memory at a time. */
#include <inttypes.h>

#include "audit/book.h"
#include "audit/payment_row.h"

enum { RAILS_MAX = 1000000 }; /* beyond, it is no rail's number */

struct pass {
    struct audit *audit;
    struct cursor payments, refunds, lines, posted;
    struct book book; /* single entries */
    struct expected expected;
};

/* ---- reading ------------------------------------------------------------------------------- */

/* Steps over rows whose payment does not exist, one finding each; true at a row of this one. */
static bool at_payment(struct pass *pass, struct cursor *c, const char *what, int64_t payment)
{
    struct audit *a = pass->audit;
    for (; c->is_at_row && cursor_i64(c, 0) < payment; (void)cursor_next(c)) {
        const id row = {.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)};
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

static void read_posted(struct pass *pass, struct payment_row *p)
{
    struct audit *a = pass->audit;
    const struct cursor *c = &pass->posted;
    for (; at_payment(pass, &pass->posted, "ledger transaction", p->id.key);
         (void)cursor_next(&pass->posted)) {
        const int64_t refund = cursor_i64(c, 1);
        const id number = {.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)};
        struct refund_row *r = refund == 0 ? NULL : refund_of(p->refunds, refund);
        if (refund != 0 && r == NULL) {
            finding(a, row_name(a, "ledger transaction", number), "its refund does not exist");
            continue;
        }
        struct posted_row *row = AUDIT_NEW(a, a->scratch, struct posted_row);
        if (row == NULL)
            return;
        row->number = number;
        row->event = cursor_i64(c, 4);
        struct posted_row **end = r == NULL ? &p->posted : &r->posted;
        while (*end != NULL)
            end = &(*end)->next;
        *end = row;
        if (cursor_i64(c, 5) != p->currency)
            finding(a, row_name(a, "ledger transaction", number),
                    "its currency is not the payment's");
    }
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
        .base_minor = sum(cursor_i64(c, 7), cursor_i64(c, 8)),
    };
}

/* ---- one payment --------------------------------------------------------------------------- */

static const char *status_name(int64_t status)
{
    static const char *const NAMES[PAYMENT_STATUSES] = {
        "of no status", "pending",   "authorized", "captured",
        "refunded",     "cancelled", "expired",    "failed",
    };
    return NAMES[status < 0 || status >= PAYMENT_STATUSES ? 0 : status];
}

static int64_t count_posted(const struct posted_row *row)
{
    int64_t count = 0;
    for (; row != NULL; row = row->next)
        count++;
    return count;
}

static void check_capture(struct pass *pass, const struct payment_row *p)
{
    struct audit *a = pass->audit;
    const int64_t count = count_posted(p->posted), want = payment_is_captured(p) ? 1 : 0;
    if (count != want)
        finding(a, row_name(a, "payment", p->id),
                "is %s, but the ledger has %" PRId64 " captures of it", status_name(p->status),
                count);
    if ((p->captured_us > 0) != payment_is_captured(p))
        finding(a, row_name(a, "payment", p->id), "is %s and captured_us is %" PRId64,
                status_name(p->status), p->captured_us);
    if (count == 0 || want == 0 || !book_seek(&pass->book, p->posted->number.key))
        return;
    if (p->posted->event != EVENT_CAPTURE)
        finding(a, row_name(a, "ledger transaction", p->posted->number), "is not a capture");
    expect_capture(a, p, &pass->book.entry, &pass->expected);
    expected_compare(a, &pass->expected, &pass->book.entry);
    check_capture_split(a, p);
}

/* What the refund will take from each account, net, is held there (design: a promise). */
static void add_holds(struct pass *pass, const struct payment_row *p, const struct refund_row *r)
{
    struct expected *e = &pass->expected;
    expect_refund(pass->audit, p, r, e);
    for (size_t i = 0; i < e->count; i++) {
        const int64_t account = e->legs[i].debit;
        int64_t net = 0;
        bool is_first = true;
        for (size_t n = 0; n < e->count; n++) {
            is_first = is_first && (n >= i || e->legs[n].debit != account);
            net = sum(net, e->legs[n].debit == account ? e->legs[n].amount_minor : 0);
            net = sum(net, e->legs[n].credit == account ? negated(e->legs[n].amount_minor) : 0);
        }
        struct account_fact *fact =
            is_first && net > 0 ? account_of(pass->audit, account, p->currency) : NULL;
        if (fact != NULL)
            fact->held_minor = sum(fact->held_minor, net);
    }
}

static void check_refund(struct pass *pass, const struct payment_row *p, const struct refund_row *r)
{
    struct audit *a = pass->audit;
    const int64_t count = count_posted(r->posted), want = r->state == REFUND_DONE ? 1 : 0;
    check_refund_split(a, p, r);
    if (count != want)
        finding(a, row_name(a, "refund", r->id),
                "is %s, but the ledger has %" PRId64 " transactions of it",
                want == 1                      ? "done"
                : r->state == REFUND_UNDER_WAY ? "under way"
                                               : "failed",
                count);
    if (r->is_chargeback && r->state != REFUND_DONE)
        finding(a, row_name(a, "refund", r->id), "is a chargeback and not done");
    if (r->state == REFUND_UNDER_WAY && r->amount_minor > 0 && r->amount_minor <= MONEY_MAX)
        add_holds(pass, p, r);
    if (count == 0 || want == 0 || !book_seek(&pass->book, r->posted->number.key))
        return;
    if (r->posted->event != (r->is_chargeback ? EVENT_CHARGEBACK : EVENT_REFUND))
        finding(a, row_name(a, "ledger transaction", r->posted->number), "is not a %s",
                r->is_chargeback ? "chargeback" : "refund");
    expect_refund(a, p, r, &pass->expected);
    expected_compare(a, &pass->expected, &pass->book.entry);
}

struct refund_sums {
    int64_t done_minor, under_way_minor, count, chargebacks;
};

static void compare(struct audit *a, const struct payment_row *p, const char *name, int64_t stored,
                    int64_t want)
{
    if (stored != want)
        finding(a, row_name(a, "payment", p->id), "%s is %" PRId64 ", its refunds say %" PRId64,
                name, stored, want);
}

static void check_sums(struct audit *a, const struct payment_row *p, const struct refund_sums *s)
{
    compare(a, p, "refunded_minor", p->refunded_minor, s->done_minor);
    compare(a, p, "refunding_minor", p->refunding_minor, s->under_way_minor);
    compare(a, p, "refund_count", p->refund_count, s->count);
    const int64_t all_minor = sum(s->done_minor, s->under_way_minor);
    if (all_minor > p->base_minor)
        finding(a, row_name(a, "payment", p->id), "gives back %" PRId64 " and took %" PRId64,
                all_minor, p->base_minor);
    if (payment_is_captured(p) &&
        (p->status == PAYMENT_REFUNDED) != (s->done_minor == p->base_minor))
        finding(a, row_name(a, "payment", p->id),
                "is %s, but %" PRId64 " of %" PRId64 " has been given back", status_name(p->status),
                s->done_minor, p->base_minor);
    if (s->chargebacks > 1 || (s->chargebacks == 1) != (p->dispute == 2))
        finding(a, row_name(a, "payment", p->id),
                "has %" PRId64 " chargebacks and dispute %" PRId64, s->chargebacks, p->dispute);
}

static void check_refunds(struct pass *pass, const struct payment_row *p)
{
    struct refund_sums sums = {0};
    if (p->refunds != NULL && !payment_is_captured(p))
        finding(pass->audit, row_name(pass->audit, "payment", p->id), "is %s and has refunds",
                status_name(p->status));
    for (const struct refund_row *r = p->refunds; r != NULL; r = r->next) {
        check_refund(pass, p, r);
        if (r->state == REFUND_DONE)
            sums.done_minor = sum(sums.done_minor, r->amount_minor);
        if (r->state == REFUND_UNDER_WAY)
            sums.under_way_minor = sum(sums.under_way_minor, r->amount_minor);
        sums.count += r->state != REFUND_FAILED;
        sums.chargebacks += r->is_chargeback;
    }
    check_sums(pass->audit, p, &sums);
}

/* ---- all of them --------------------------------------------------------------------------- */

static void pass_open(struct audit *a, struct pass *ret)
{
    ret->audit = a;
    cursor_open(a, &ret->payments,
                "SELECT id, salt, merchant, status, model, rail, currency, amount_minor,"
                " tax_minor, customer_fee_minor, refunded_minor, refunding_minor, refund_count,"
                " dispute, captured_us FROM payment WHERE tenant = ?1 ORDER BY id");
    cursor_open(a, &ret->refunds,
                "SELECT payment, 0, id, salt, state, amount_minor, is_reverse, chargeback "
                "FROM refund WHERE tenant = ?1 ORDER BY payment, id");
    cursor_open(a, &ret->lines,
                "SELECT payment, refund, line, merchant, amount_minor, platform_fee_minor "
                "FROM split_line WHERE tenant = ?1 ORDER BY payment, refund, line");
    cursor_open(a, &ret->posted,
                "SELECT payment, refund, seq, salt, event, currency FROM ledger_transaction "
                "WHERE tenant = ?1 AND payment <> 0 ORDER BY payment, refund, seq");
    book_open_single(a, &ret->book);
    (void)cursor_next(&ret->refunds);
    (void)cursor_next(&ret->lines);
    (void)cursor_next(&ret->posted);
}

static void pass_close(struct pass *pass)
{
    cursor_close(&pass->payments);
    cursor_close(&pass->refunds);
    cursor_close(&pass->lines);
    cursor_close(&pass->posted);
    book_close(&pass->book);
}

void check_payments(struct audit *a)
{
    struct pass pass;
    pass_open(a, &pass);
    while (cursor_next(&pass.payments)) {
        struct payment_row p = read_payment(&pass.payments);
        arena_clear(a->scratch);
        read_refunds(&pass, &p);
        read_lines(&pass, &p);
        read_posted(&pass, &p);
        check_model(a, &p);
        check_capture(&pass, &p);
        check_refunds(&pass, &p);
    }
    (void)at_payment(&pass, &pass.refunds, "refund", INT64_MAX);
    (void)at_payment(&pass, &pass.lines, NULL, INT64_MAX);
    (void)at_payment(&pass, &pass.posted, "ledger transaction", INT64_MAX);
    pass_close(&pass);
}
