/* SPDX-License-Identifier: Apache-2.0 */
/* payment_row.h: a payment with everything that hangs on it, and the pass that reads all of them;
 * private to audit. */
#ifndef KESSAI_AUDIT_PAYMENT_ROW_H
#define KESSAI_AUDIT_PAYMENT_ROW_H

#include "audit/book.h"

struct line_row {
    struct line_row *next;
    int64_t line, merchant, amount_minor, platform_fee_minor;
};

/* A ledger transaction that names the payment. */
struct posted_row {
    struct posted_row *next;
    id number;
    int64_t event, currency, happened_us;
    const struct leg *legs;
    size_t count;
};

/* What a refund request costs beside the refund. */
struct request_fees {
    int64_t customer_fee_minor, customer_fee_tax_minor, fee_minor, fee_tax_minor;
};

struct refund_row {
    struct refund_row *next;
    id id;
    int64_t state, amount_minor, created_us;
    bool is_reverse, is_chargeback;
    bool is_request;           /* it goes by bank transfer */
    struct request_fees fees;  /* of that, as its row says */
    int64_t dispute_fee_minor; /* of a chargeback, as its chargeback request says */
    struct line_row *lines;
    struct posted_row *posted;
};

struct payment_row {
    id id;
    int64_t merchant, ordinal, operation, status, model, rail, currency, amount_minor, tax_minor;
    int64_t customer_fee_minor, refunded_minor, refunding_minor, refund_count, dispute, captured_us;
    int64_t fee_percent_e4, fee_fixed_minor, fee_minimum_minor; /* the rate at capture */
    int64_t base_minor;                                         /* amount and tax */
    struct line_row *lines;                                     /* of the capture */
    struct posted_row *posted;                                  /* without a refund: its capture */
    struct refund_row *refunds;
};

static inline bool payment_is_captured(const struct payment_row *p)
{
    return p->status == PAYMENT_CAPTURED || p->status == PAYMENT_REFUNDED;
}

/* What an entry should hold, as payments and splits say; see posting.c. */
struct expected {
    struct leg legs[LEGS_MAX];
    size_t count;
};

/* Payments, refunds, split lines and ledger transactions, side by side in the order of the payment,
 * so only one payment is in memory at a time. In an audit that goes on from a point the first three
 * are looked up for each payment of a->again, and transactions from before the point are found by
 * their time. */
struct pass {
    struct audit *audit;
    struct cursor payments, refunds, lines, posted;
    struct book book;     /* single entries from before the point */
    const int64_t *again; /* sorted; NULL: all payments */
    size_t again_count, again_next;
    int64_t near_seq;   /* where a transaction from before the point was found last */
    int64_t orphan_seq; /* the newest transaction whose payment does not exist */
    struct expected expected;
    struct leg legs[LEGS_MAX];
};

void pass_open(struct audit *a, struct pass *ret);
bool pass_next(struct pass *pass, struct payment_row *ret); /* its texts live until the next one */
void pass_close(struct pass *pass);                         /* names rows whose payment is gone */

/* posting.c */
void expect_capture(struct audit *a, const struct payment_row *p, struct expected *ret);
void expect_refund(const struct audit *a, const struct payment_row *p, const struct refund_row *r,
                   struct expected *ret);
/* What a refund request costs by the rules; the whole customer fee goes back, or nothing of it. */
struct request_fees expect_fees(const struct payment_row *p, const struct refund_row *r);
/* One finding, at the first transfer that differs. */
void expected_compare(struct audit *a, const struct expected *want, const struct posted_row *row);

/* split.c: the rules of splits (komoju-platform 7.1, 7.2, 10.4), on what was kept. */
void check_model(struct audit *a, const struct payment_row *p);
void check_capture_split(struct audit *a, const struct payment_row *p);
void check_refund_split(struct audit *a, const struct payment_row *p, const struct refund_row *r);

/* request.c: refund requests of a payment (komoju-core 6.8, komoju-platform 8 and 9). */
void check_requests(struct audit *a, const struct payment_row *p);

#endif
