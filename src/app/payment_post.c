/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_post.h"

#include "base/plant.h"
#include "core/fee.h"
#include "core/refund.h"

/* Writes what posting.def says; nothing when every leg is zero. */
static result post(struct tx *tx, const struct payment *p, const struct posting *posting,
                   int64_t refund, int64_t now_us, struct arena *arena)
{
    transfer *transfers = ARENA_ARRAY(arena, transfer, TRANSFERS_MAX);
    if (transfers == NULL)
        return E_NO_MEMORY;
    size_t count;
    TRY(posting_transfers(posting, transfers, &count));
    if (count == 0)
        return OK;
    const struct ledger_entry entry = {
        .tenant = p->tenant,
        .event = posting->event,
        .currency = p->currency,
        .happened_us = now_us,
        .payment = p->id.key,
        .refund = refund,
        .transfers = transfers,
        .count = count,
    };
    TRY(tx_post(tx, &entry, NULL));
    return PLANT("double_post", tx_post(tx, &entry, NULL), OK);
}

result payment_post_capture(struct tx *tx, struct payment *p, int64_t now_us, struct arena *arena)
{
    const struct merchant *processor;
    TRY(tx_merchant(tx, p->tenant, p->merchant.key, &processor));
    struct owned_method owned;
    TRY(tx_method(tx, processor, p->method, &owned));
    p->rate = owned.rate;
    split_line lines[SPLIT_LINES_MAX];
    struct posting posting = {
        .event = EVENT_CAPTURE,
        .model = p->model,
        .acquirer = HOUSE_ACQUIRER(p->rail),
        .processor = p->merchant.key,
        .platform = p->tenant,
        .base_minor = payment_base(p),
        .customer_fee_minor = p->customer_fee_minor,
        .lines = lines,
        .line_count = payment_lines(p, 0, lines),
    };
    TRY(fee_processing(posting.base_minor, &p->rate, &posting.fee_minor, &posting.fee_tax_minor));
    return post(tx, p, &posting, 0, now_us, arena);
}

static struct posting refund_posting(const struct payment *p, int64_t amount_minor,
                                     const split_line *lines, size_t count)
{
    return (struct posting){
        .event = EVENT_REFUND,
        .model = p->model,
        .acquirer = HOUSE_ACQUIRER(p->rail),
        .processor = p->merchant.key,
        .platform = p->tenant,
        .refund_minor = amount_minor,
        .lines = lines,
        .line_count = count,
    };
}

result payment_post_refund(struct tx *tx, const struct payment *p, const struct refund *refund,
                           int64_t now_us, struct arena *arena)
{
    split_line lines[SPLIT_LINES_MAX];
    const size_t count = payment_lines(p, refund->id.key, lines);
    const struct posting posting = refund_posting(p, refund->amount_minor, lines, count);
    return post(tx, p, &posting, refund->id.key, now_us, arena);
}

static struct posting request_posting(const struct payment *p, const struct bank_refund *request,
                                      const split_line *lines, size_t count)
{
    struct posting posting = refund_posting(p, request->amount_minor, lines, count);
    posting.event = EVENT_REFUND_REQUEST;
    posting.fees = request->fees;
    return posting;
}

result payment_post_request(struct tx *tx, const struct payment *p,
                            const struct bank_refund *request, int64_t now_us, struct arena *arena)
{
    split_line lines[SPLIT_LINES_MAX];
    const size_t count = payment_lines(p, request->id.key, lines);
    const struct posting posting = request_posting(p, request, lines, count);
    return post(tx, p, &posting, request->id.key, now_us, arena);
}

result payment_post_chargeback(struct tx *tx, const struct payment *p, const struct refund *refund,
                               const struct dispute_fee *fee, int64_t now_us, struct arena *arena)
{
    struct posting posting = refund_posting(p, refund->amount_minor, NULL, 0);
    posting.event = EVENT_CHARGEBACK;
    posting.fee_minor = fee->fee_minor;
    posting.fee_tax_minor = fee->tax_minor;
    return post(tx, p, &posting, refund->id.key, now_us, arena);
}

/* Who gives something for a refund: the processing merchant, the platform, the sub-merchants of the
 * lines. */
static size_t refund_parties(const struct payment *p, const split_line *lines, size_t line_count,
                             int64_t ret[SPLIT_LINES_MAX + 2])
{
    size_t count = 0;
    ret[count++] = p->merchant.key;
    if (p->tenant != p->merchant.key)
        ret[count++] = p->tenant;
    for (size_t i = 0; i < line_count; i++)
        if (lines[i].merchant != p->merchant.key)
            ret[count++] = lines[i].merchant;
    return count;
}

static result hold_posting(struct tx *tx, const struct payment *p, const struct posting *posting,
                           enum hold hold, struct arena *arena)
{
    transfer *transfers = ARENA_ARRAY(arena, transfer, TRANSFERS_MAX);
    if (transfers == NULL)
        return E_NO_MEMORY;
    size_t transfer_count;
    TRY(posting_transfers(posting, transfers, &transfer_count));
    int64_t parties[SPLIT_LINES_MAX + 2];
    const size_t count = refund_parties(p, posting->lines, posting->line_count, parties);
    for (size_t i = 0; i < count; i++) {
        const int64_t need_minor = -transfers_net(transfers, transfer_count, parties[i]);
        if (need_minor <= 0)
            continue;
        if (hold == HOLD_CHECK) {
            const struct merchant *merchant;
            TRY(tx_merchant(tx, p->tenant, parties[i], &merchant));
            struct balance balance;
            TRY(tx_balance(tx, p->tenant, parties[i], p->currency, &balance));
            char text[ID_TEXT_BYTES];
            id_text(merchant->id, text);
            TRY(refund_check_balance(need_minor, balance.total_minor, balance.held_minor, text,
                                     arena));
        } else {
            TRY(tx_hold(tx, p->tenant, parties[i], p->currency,
                        hold == HOLD_TAKE ? need_minor : -need_minor));
        }
    }
    return OK;
}

result payment_hold_refund(struct tx *tx, const struct payment *p, int64_t amount_minor,
                           const split_line *lines, size_t line_count, enum hold hold,
                           struct arena *arena)
{
    const struct posting posting = refund_posting(p, amount_minor, lines, line_count);
    return hold_posting(tx, p, &posting, hold, arena);
}

result payment_hold_request(struct tx *tx, const struct payment *p,
                            const struct bank_refund *request, const split_line *lines,
                            size_t line_count, enum hold hold, struct arena *arena)
{
    const struct posting posting = request_posting(p, request, lines, line_count);
    return hold_posting(tx, p, &posting, hold, arena);
}
