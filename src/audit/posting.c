/* SPDX-License-Identifier: Apache-2.0 */
/* posting.c: what a capture and a refund should have written, derived from the payment's rows by
 * code of the auditor's own (doc/ledger.md "Posting rules"), and the comparison with the ledger. */
#include <inttypes.h>

#include "audit/book.h"
#include "audit/payment_row.h"
#include "core/fee.h"

static void put(struct expected *e, enum record_type type, int64_t debit, int64_t credit,
                int64_t amount_minor)
{
    if (amount_minor == 0 || e->count == LEGS_MAX)
        return; /* a leg of zero is not written */
    e->legs[e->count++] =
        (struct leg){.type = type, .debit = debit, .credit = credit, .amount_minor = amount_minor};
}

static int64_t fee_in(const struct entry *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        if (entry->legs[i].type == RECORD_FEE)
            return entry->legs[i].amount_minor;
    return 0;
}

/* The tax that goes with a fee: the rule for a payment whose fee is the minimum. */
static int64_t tax_on(int64_t fee_minor)
{
    if (fee_minor < 0 || fee_minor > MONEY_MAX)
        return 0; /* check_transfers says so */
    const struct rate rate = {.minimum_minor = fee_minor};
    int64_t fee, tax = 0;
    IGNORE(fee_processing(0, &rate, &fee, &tax), "a share of an amount always fits");
    return tax;
}

void expect_capture(struct audit *a, const struct payment_row *p, const struct entry *entry,
                    struct expected *ret)
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
    const int64_t fee_minor = fee_in(entry);
    put(ret, RECORD_FEE, p->merchant, HOUSE_FEE, fee_minor);
    put(ret, RECORD_FEE_TAX, p->merchant, HOUSE_TAX, tax_on(fee_minor));
}

void expect_refund(const struct audit *a, const struct payment_row *p, const struct refund_row *r,
                   struct expected *ret)
{
    ret->count = 0;
    put(ret, r->is_chargeback ? RECORD_CHARGEBACK : RECORD_REFUND, p->merchant,
        HOUSE_ACQUIRER(p->rail), r->amount_minor);
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

static void report(struct audit *a, const struct expected *want, const struct entry *entry,
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

void expected_compare(struct audit *a, const struct expected *want, const struct entry *entry)
{
    size_t i = 0;
    while (i < want->count && i < entry->count && is_same(&want->legs[i], &entry->legs[i]))
        i++;
    if (i < want->count || i < entry->count)
        report(a, want, entry, i);
}
