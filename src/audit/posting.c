/* SPDX-License-Identifier: Apache-2.0 */
/* posting.c: what a capture and a refund should have written, derived from the payment's rows by
 * code of the auditor's own (komoju-platform 8, 10, 11), and the comparison with the ledger. */
#include <inttypes.h>

#include "audit/payment_row.h"

static void put(struct expected *e, enum record_type type, int64_t debit, int64_t credit,
                int64_t amount_minor)
{
    if (amount_minor == 0 || e->count == LEGS_MAX)
        return; /* a leg of zero is not written */
    e->legs[e->count++] =
        (struct leg){.type = type, .debit = debit, .credit = credit, .amount_minor = amount_minor};
}

/* Rounds half up: numerator × amount / denominator. An amount out of range gives 0; that it is out
 * of range is a finding of its own. */
static int64_t share(int64_t amount_minor, int64_t numerator, int64_t denominator)
{
    if (amount_minor < 0 || amount_minor > 2 * MONEY_MAX || numerator < 0 ||
        numerator > denominator)
        return 0;
    return (int64_t)(((i128)amount_minor * numerator * 2 + denominator) / (2 * denominator));
}

/* Processing fee: the per cent of the base, rounded, and the fixed part, but at least the minimum
 * (komoju-platform 8). The rate is the one that the payment was captured at. */
static int64_t fee_of(const struct payment_row *p)
{
    const int64_t fee = sum(share(p->base_minor, p->fee_percent_e4, 1000000), p->fee_fixed_minor);
    return fee < p->fee_minimum_minor ? p->fee_minimum_minor : fee;
}

void expect_capture(struct audit *a, const struct payment_row *p, struct expected *ret)
{
    ret->count = 0;
    put(ret, RECORD_PAYMENT, HOUSE_ACQUIRER(p->rail), p->merchant, p->base_minor);
    put(ret, RECORD_CUSTOMER_FEE, HOUSE_ACQUIRER(p->rail), HOUSE_CUSTOMER_FEE,
        p->customer_fee_minor);
    for (const struct line_row *line = p->lines; line != NULL; line = line->next) {
        if (p->model == MODEL_PLATFORM)
            put(ret, RECORD_PAYMENT_SHARE, p->merchant, line->merchant, line->amount_minor);
        if (p->model == MODEL_PLATFORM || p->model == MODEL_SELLER)
            put(ret, RECORD_PLATFORM_FEE, line->merchant, a->tenant, line->platform_fee_minor);
    }
    const int64_t fee_minor = fee_of(p);
    put(ret, RECORD_FEE, p->merchant, HOUSE_FEE, fee_minor);
    put(ret, RECORD_FEE_TAX, p->merchant, HOUSE_TAX, share(fee_minor, 10, 100));
}

/* What a completed refund request costs, in yen; 10 % of it is tax (komoju-platform 8). */
enum { REQUEST_FEE_MINOR = 300 };

/* The customer fee has its tax in it: 10 parts of 11 are the fee, the rest is the tax. */
struct request_fees expect_fees(const struct payment_row *p, const struct refund_row *r)
{
    struct request_fees fees = {.fee_minor = REQUEST_FEE_MINOR,
                                .fee_tax_minor = share(REQUEST_FEE_MINOR, 10, 100)};
    if (r->fees.customer_fee_minor == 0 && r->fees.customer_fee_tax_minor == 0)
        return fees;
    fees.customer_fee_minor = share(p->customer_fee_minor, 10, 11);
    fees.customer_fee_tax_minor = sum(p->customer_fee_minor, negated(fees.customer_fee_minor));
    return fees;
}

static void expect_request(const struct payment_row *p, const struct refund_row *r,
                           struct expected *ret)
{
    const struct request_fees fees = expect_fees(p, r);
    put(ret, RECORD_REFUND, p->merchant, HOUSE_REFUND_CLEARING, r->amount_minor);
    put(ret, RECORD_REFUNDED_CUSTOMER_FEE, p->merchant, HOUSE_REFUND_CLEARING,
        fees.customer_fee_minor);
    put(ret, RECORD_REFUNDED_CUSTOMER_FEE_TAX, p->merchant, HOUSE_REFUND_CLEARING,
        fees.customer_fee_tax_minor);
    put(ret, RECORD_REFUND_FEE, p->merchant, HOUSE_FEE, fees.fee_minor);
    put(ret, RECORD_REFUND_FEE_TAX, p->merchant, HOUSE_TAX, fees.fee_tax_minor);
}

void expect_refund(const struct audit *a, const struct payment_row *p, const struct refund_row *r,
                   struct expected *ret)
{
    ret->count = 0;
    if (r->is_request)
        expect_request(p, r, ret);
    else
        put(ret, r->is_chargeback ? RECORD_CHARGEBACK : RECORD_REFUND, p->merchant,
            HOUSE_ACQUIRER(p->rail), r->amount_minor);
    if (r->is_chargeback) {
        put(ret, RECORD_CHARGEBACK_FIXED_FEE, p->merchant, HOUSE_FEE, r->dispute_fee_minor);
        put(ret, RECORD_CHARGEBACK_FIXED_FEE_TAX, p->merchant, HOUSE_TAX,
            share(r->dispute_fee_minor, 10, 100));
    }
    for (const struct line_row *line = r->lines; line != NULL && !r->is_chargeback;
         line = line->next) {
        if (p->model == MODEL_PLATFORM)
            put(ret, RECORD_PAYMENT_SHARE_REFUND, line->merchant, p->merchant, line->amount_minor);
        if (p->model == MODEL_SELLER)
            put(ret, RECORD_PLATFORM_FEE_REFUND, a->tenant, line->merchant,
                line->platform_fee_minor);
    }
}

static bool is_same(const struct leg *a, const struct leg *b)
{
    return a->type == b->type && a->debit == b->debit && a->credit == b->credit &&
           a->amount_minor == b->amount_minor;
}

static const char *leg_text(struct audit *a, const struct leg *leg)
{
    const char *text =
        arena_printf(a->names, "%s of %" PRId64 " from %s to %s", type_name(a, leg->type),
                     leg->amount_minor, party_name(a, leg->debit), party_name(a, leg->credit));
    return text == NULL ? "?" : text;
}

static void report(struct audit *a, const struct expected *want, const struct posted_row *entry,
                   size_t i)
{
    const char *name = row_name(a, "ledger transaction", entry->number);
    if (i >= want->count)
        finding(a, name, "line %zu is %s, the payment calls for no such transfer", i + 1,
                leg_text(a, &entry->legs[i]));
    else if (i >= entry->count)
        finding(a, name, "the payment calls for line %zu: %s", i + 1, leg_text(a, &want->legs[i]));
    else
        finding(a, name, "line %zu is %s, the payment calls for %s", i + 1,
                leg_text(a, &entry->legs[i]), leg_text(a, &want->legs[i]));
}

void expected_compare(struct audit *a, const struct expected *want, const struct posted_row *entry)
{
    size_t i = 0;
    while (i < want->count && i < entry->count && is_same(&want->legs[i], &entry->legs[i]))
        i++;
    if (i < want->count || i < entry->count)
        report(a, want, entry, i);
}
