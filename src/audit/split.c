/* SPDX-License-Identifier: Apache-2.0 */
/* split.c: the split that was kept for a capture or a refund obeys the rules. */
#include <inttypes.h>

#include "audit/payment_row.h"

enum { LINES_MAX = 100 };

/* Who processes follows from the kind of the root (komoju-platform 1, 7.2). */
void check_model(struct audit *a, const struct payment_row *p)
{
    static const struct {
        int64_t model, sub_kind;
    } OF_KIND[] = {
        [MERCHANT_ORDINARY] = {MODEL_ALONE, 0},
        [MERCHANT_PLATFORM] = {MODEL_SELLER, MERCHANT_SELLER},
        [MERCHANT_MARKETPLACE] = {MODEL_PLATFORM, 0},
    };
    const struct merchant_fact *merchant = merchant_of(a, p->merchant);
    if (merchant == NULL) {
        finding(a, row_name(a, "payment", p->id), "its merchant %" PRId64 " does not exist",
                p->merchant);
        return;
    }
    if (a->kind < MERCHANT_ORDINARY || a->kind > MERCHANT_MARKETPLACE)
        return; /* check_merchants says so */
    if (p->model != OF_KIND[a->kind].model)
        finding(a, row_name(a, "payment", p->id),
                "its model is %" PRId64 ", the root merchant's is %" PRId64, p->model,
                OF_KIND[a->kind].model);
    else if (p->model == MODEL_SELLER ? merchant->kind != MERCHANT_SELLER
                                      : p->merchant != a->tenant)
        finding(a, row_name(a, "payment", p->id), "%s cannot have processed it",
                party_name(a, p->merchant));
}

static const struct line_row *line_of(const struct line_row *lines, int64_t merchant)
{
    while (lines != NULL && lines->merchant != merchant)
        lines = lines->next;
    return lines;
}

/* What the lines of captures and refunds have in common: numbers, number, merchants, no repeats. */
static bool check_lines(struct audit *a, const struct payment_row *p, const char *of,
                        const struct line_row *lines)
{
    const int64_t kind = p->model == MODEL_SELLER ? MERCHANT_SELLER : MERCHANT_PAYOUT;
    int64_t count = 0;
    for (const struct line_row *line = lines; line != NULL; line = line->next, count++) {
        const struct merchant_fact *merchant = merchant_of(a, line->merchant);
        const char *fault = NULL;
        if (count == LINES_MAX)
            fault = "is one too many";
        else if (line->line != lines->line + count || lines->line < 0 || lines->line > 1)
            fault = "is not the next one";
        else if (merchant == NULL)
            fault = "its merchant does not exist";
        else if (merchant->kind != kind)
            fault = "its merchant cannot take part";
        else if (line_of(line->next, line->merchant) != NULL)
            fault = "its merchant stands in another line";
        else if (line->amount_minor < 0 || line->amount_minor > MONEY_MAX ||
                 line->platform_fee_minor < 0 || line->platform_fee_minor > MONEY_MAX)
            fault = "its amounts are none";
        if (fault == NULL)
            continue;
        finding(a, row_name(a, "payment", p->id), "split line %" PRId64 " of its %s: %s",
                line->line, of, fault);
        return false;
    }
    return true;
}

static int64_t add_up(const struct line_row *lines, bool with_fees)
{
    int64_t total = 0;
    for (; lines != NULL; lines = lines->next)
        total = sum(total, sum(lines->amount_minor, with_fees ? lines->platform_fee_minor : 0));
    return total;
}

void check_capture_split(struct audit *a, const struct payment_row *p)
{
    if (p->model == MODEL_ALONE) {
        if (p->lines != NULL)
            finding(a, row_name(a, "payment", p->id), "has a split though nobody shares it");
        return;
    }
    if (!check_lines(a, p, "capture", p->lines))
        return;
    for (const struct line_row *line = p->lines; line != NULL; line = line->next)
        if (line->platform_fee_minor > line->amount_minor)
            finding(a, row_name(a, "payment", p->id),
                    "split line %" PRId64 " of its capture: the platform fee %" PRId64
                    " is more than the amount %" PRId64,
                    line->line, line->platform_fee_minor, line->amount_minor);
    const int64_t total = add_up(p->lines, false);
    if (total != p->base_minor)
        finding(a, row_name(a, "payment", p->id),
                "its split adds up to %" PRId64 ", amount and tax to %" PRId64, total,
                p->base_minor);
    if (p->model == MODEL_SELLER &&
        (p->lines == NULL || p->lines->next != NULL || p->lines->merchant != p->merchant))
        finding(a, row_name(a, "payment", p->id), "its split is not one line of its seller");
}

/* Each sub-merchant gives back its net share (komoju-platform 10.4). */
static void check_reverse(struct audit *a, const struct payment_row *p, const struct refund_row *r)
{
    const struct line_row *of_capture = p->lines, *line = r->lines;
    while (of_capture != NULL && line != NULL && line->merchant == of_capture->merchant &&
           line->amount_minor ==
               sum(of_capture->amount_minor, negated(of_capture->platform_fee_minor)) &&
           line->platform_fee_minor == of_capture->platform_fee_minor) {
        of_capture = of_capture->next;
        line = line->next;
    }
    if (of_capture != NULL || line != NULL)
        finding(a, row_name(a, "refund", r->id), "its split does not go back along the capture's");
    if (r->amount_minor != p->base_minor)
        finding(a, row_name(a, "refund", r->id),
                "gives back %" PRId64 " along the split, the payment took %" PRId64,
                r->amount_minor, p->base_minor);
}

void check_refund_split(struct audit *a, const struct payment_row *p, const struct refund_row *r)
{
    if (p->model == MODEL_ALONE || r->is_chargeback) {
        if (r->lines != NULL || r->is_reverse)
            finding(a, row_name(a, "refund", r->id), "has a split though nobody shares it");
        return;
    }
    if (!check_lines(a, p, "refund", r->lines))
        return;
    for (const struct line_row *line = r->lines; line != NULL; line = line->next)
        if (line_of(p->lines, line->merchant) == NULL)
            finding(a, row_name(a, "refund", r->id),
                    "split line %" PRId64 ": %s had no part in the capture", line->line,
                    party_name(a, line->merchant));
    if (r->is_reverse) {
        check_reverse(a, p, r);
        return;
    }
    const int64_t total = add_up(r->lines, true);
    if (total != r->amount_minor)
        finding(a, row_name(a, "refund", r->id),
                "its split adds up to %" PRId64 ", it gives back %" PRId64, total, r->amount_minor);
}
