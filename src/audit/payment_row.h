/* SPDX-License-Identifier: Apache-2.0 */
/* payment_row.h: a payment with everything that hangs on it; private to audit. */
#ifndef KESSAI_AUDIT_PAYMENT_ROW_H
#define KESSAI_AUDIT_PAYMENT_ROW_H

#include "audit/audit_state.h"

struct line_row {
    struct line_row *next;
    int64_t line, merchant, amount_minor, platform_fee_minor;
};

/* A ledger transaction that names the payment. */
struct posted_row {
    struct posted_row *next;
    id number;
    int64_t event;
};

struct refund_row {
    struct refund_row *next;
    id id;
    int64_t state, amount_minor;
    bool is_reverse, is_chargeback;
    struct line_row *lines;
    struct posted_row *posted;
};

struct payment_row {
    id id;
    int64_t merchant, status, model, rail, currency, amount_minor, tax_minor, customer_fee_minor;
    int64_t refunded_minor, refunding_minor, refund_count, dispute, captured_us;
    int64_t base_minor;        /* amount and tax */
    struct line_row *lines;    /* of the capture */
    struct posted_row *posted; /* without a refund: its capture */
    struct refund_row *refunds;
};

static inline bool payment_is_captured(const struct payment_row *p)
{
    return p->status == PAYMENT_CAPTURED || p->status == PAYMENT_REFUNDED;
}

/* split.c: the rules of splits (komoju-platform 7.1, 7.2, 10.4), on what was kept. */
void check_model(struct audit *a, const struct payment_row *p);
void check_capture_split(struct audit *a, const struct payment_row *p);
void check_refund_split(struct audit *a, const struct payment_row *p, const struct refund_row *r);

#endif
