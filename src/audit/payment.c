/* SPDX-License-Identifier: Apache-2.0 */
/* payment.c: payments and refunds against the ledger. */
#include <inttypes.h>

#include "audit/again.h"
#include "audit/payment_row.h"

/* ---- one payment --------------------------------------------------------------------------- */

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
    if (count == 0 || want == 0)
        return;
    if (p->posted->event != EVENT_CAPTURE)
        finding(a, row_name(a, "ledger transaction", p->posted->number), "is not a capture");
    if (p->posted->happened_us != p->captured_us && p->captured_us > 0)
        finding(a, row_name(a, "payment", p->id),
                "captured_us is %" PRId64 ", its capture happened at %" PRId64, p->captured_us,
                p->posted->happened_us);
    expect_capture(a, p, &pass->expected);
    expected_compare(a, &pass->expected, p->posted);
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
    if (count == 0 || want == 0)
        return;
    if (r->posted->happened_us != r->created_us)
        finding(a, row_name(a, "refund", r->id),
                "is done at %" PRId64 ", its transaction happened at %" PRId64, r->created_us,
                r->posted->happened_us);
    if (r->posted->event != (r->is_request      ? EVENT_REFUND_REQUEST
                             : r->is_chargeback ? EVENT_CHARGEBACK
                                                : EVENT_REFUND))
        finding(a, row_name(a, "ledger transaction", r->posted->number), "is not a %s",
                r->is_request      ? "refund request"
                : r->is_chargeback ? "chargeback"
                                   : "refund");
    expect_refund(a, p, r, &pass->expected);
    expected_compare(a, &pass->expected, r->posted);
}

/* A lost dispute takes all that had not been given back before it (komoju-platform 9). */
static void check_chargeback(struct audit *a, const struct payment_row *p,
                             const struct refund_row *chargeback)
{
    int64_t left_minor = p->base_minor;
    if (chargeback->posted == NULL)
        return;
    for (const struct refund_row *r = p->refunds; r != NULL; r = r->next)
        if (r->posted != NULL && r->state == REFUND_DONE &&
            r->posted->number.key < chargeback->posted->number.key)
            left_minor = sum(left_minor, negated(r->amount_minor));
    if (chargeback->amount_minor != left_minor)
        finding(a, row_name(a, "refund", chargeback->id),
                "is a chargeback of %" PRId64 ", %" PRId64 " was left", chargeback->amount_minor,
                left_minor);
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
        if (r->is_chargeback)
            check_chargeback(pass->audit, p, r);
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

static void note_ordinal(struct audit *a, const struct payment_row *p)
{
    struct merchant_fact *merchant = merchant_of(a, p->merchant);
    if (merchant == NULL)
        return; /* check_model says so */
    merchant->payments++;
    merchant->ordinal_sum += (uint64_t)p->ordinal;
    if (p->ordinal > merchant->ordinal_most)
        merchant->ordinal_most = p->ordinal;
}

/* One that an audit which goes on from here has to look at, even if nothing else names it. */
static void note_open(struct audit *a, const struct payment_row *p)
{
    static char mark;
    const bool is_open = p->status == PAYMENT_PENDING || p->status == PAYMENT_AUTHORIZED ||
                         p->operation != 0 ||
                         p->refunding_minor != 0; /* a refund request waits for the operator */
    if (is_open && !map_put(&a->open, p->id.key, 0, &mark))
        audit_fail(a, E_NO_MEMORY);
}

void check_payments(struct audit *a)
{
    struct pass pass = {0};
    struct payment_row p;
    again_gather(a);
    pass_open(a, &pass);
    while (pass_next(&pass, &p)) {
        note_ordinal(a, &p);
        if (a->progress != NULL)
            note_open(a, &p);
        check_model(a, &p);
        check_capture(&pass, &p);
        check_refunds(&pass, &p);
        check_requests(a, &p);
    }
    pass_close(&pass);
}
