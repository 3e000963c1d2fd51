/* SPDX-License-Identifier: Apache-2.0 */
/* request.c: refund requests: what they cost, and that each belongs to a refund. */
#include <inttypes.h>

#include "audit/payment_row.h"

static void compare(struct audit *a, const struct refund_row *r, const char *name, int64_t stored,
                    int64_t want)
{
    if (stored != want)
        finding(a, row_name(a, "refund", r->id),
                "goes by bank transfer: %s is %" PRId64 ", the rules say %" PRId64, name, stored,
                want);
}

static void check_request(struct audit *a, const struct payment_row *p, const struct refund_row *r)
{
    const struct request_fees want = expect_fees(p, r);
    compare(a, r, "customer_fee_minor", r->fees.customer_fee_minor, want.customer_fee_minor);
    compare(a, r, "customer_fee_tax_minor", r->fees.customer_fee_tax_minor,
            want.customer_fee_tax_minor);
    compare(a, r, "fee_minor", r->fees.fee_minor, want.fee_minor);
    compare(a, r, "fee_tax_minor", r->fees.fee_tax_minor, want.fee_tax_minor);
    if (r->is_chargeback)
        finding(a, row_name(a, "refund", r->id), "goes by bank transfer and is a chargeback");
}

/* The customer fee of a payment goes back at most once (rulings). */
void check_requests(struct audit *a, const struct payment_row *p)
{
    int64_t given_back = 0;
    for (const struct refund_row *r = p->refunds; r != NULL; r = r->next) {
        if (!r->is_request)
            continue;
        check_request(a, p, r);
        given_back += r->state != REFUND_FAILED && r->fees.customer_fee_minor != 0;
    }
    if (given_back > 1)
        finding(a, row_name(a, "payment", p->id), "gives its customer fee back %" PRId64 " times",
                given_back);
}

static const struct rule RULES[] = {
    {"refund request",
     "SELECT q.id, q.salt, 'its refund does not exist' FROM refund_request q "
     "WHERE q.tenant = $1 AND (q.id >= $2 OR q.is_pending = 1) AND NOT EXISTS"
     " (SELECT 1 FROM refund r WHERE r.tenant = $1 AND r.payment = q.payment AND r.id = q.id)"},
    {"refund request",
     "SELECT q.id, q.salt, CASE WHEN q.is_pending = 1 THEN 'is pending, its refund has ended'"
     " ELSE 'has ended, its refund is under way' END "
     "FROM refund_request q JOIN refund r ON r.tenant = $1 AND r.payment = q.payment"
     " AND r.id = q.id "
     "WHERE q.tenant = $1 AND (q.id >= $2 OR q.is_pending = 1)"
     " AND (q.is_pending = 1) <> (r.state = 1)"},
    {"refund request",
     "SELECT q.id, q.salt, 'has a value that cannot be' FROM refund_request q "
     "WHERE q.tenant = $1 AND (q.id >= $2 OR q.is_pending = 1) AND"
     " (q.is_pending IN (0, 1) AND q.account_type BETWEEN 1 AND 3 AND length(q.sealed) > 41"
     " AND length(q.branch_number) = 3 AND length(coalesce(q.bank_code, '0000')) = 4"
     " AND q.id > 0 AND q.created_us > 0) IS NOT TRUE"},
};

void check_refund_requests(struct audit *a)
{
    rules_check(a, RULES, COUNT(RULES), a->point->key_from);
}
