/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.c: every ledger transaction and transfer by itself: numbers, types, accounts,
 * amounts. */
#include <inttypes.h>

#include "audit/book.h"

static const char *leg_name(struct audit *a, const struct entry *e, int64_t line)
{
    const char *text = arena_printf(a->names, "%s line %" PRId64,
                                    row_name(a, "ledger transaction", e->number), line);
    return text == NULL ? "?" : text;
}

static bool exists(const struct audit *a, int64_t account)
{
    return is_house(account) || merchant_of(a, account) != NULL;
}

static void check_leg(struct audit *a, const struct entry *e, const struct leg *leg,
                      int64_t line_want)
{
    if (leg->line != line_want)
        finding(a, leg_name(a, e, leg->line), "line %" PRId64 " comes next", line_want);
    if (leg->type <= RECORD_NONE || leg->type >= RECORDS)
        finding(a, leg_name(a, e, leg->line), "there is no record type %" PRId64, leg->type);
    if (leg->amount_minor < 1 || leg->amount_minor > MONEY_MAX)
        finding(a, leg_name(a, e, leg->line), "%" PRId64 " is no amount", leg->amount_minor);
    if (leg->debit == leg->credit)
        finding(a, leg_name(a, e, leg->line), "debits and credits the same account");
    if (!exists(a, leg->debit))
        finding(a, leg_name(a, e, leg->line), "debits %" PRId64 ", which is no account",
                leg->debit);
    if (!exists(a, leg->credit))
        finding(a, leg_name(a, e, leg->line), "credits %" PRId64 ", which is no account",
                leg->credit);
}

/* What happens to a payment names it, and a capture no refund; other events name neither. */
static void check_entry(struct audit *a, const struct entry *e)
{
    const bool has_refund = e->event == EVENT_REFUND || e->event == EVENT_CHARGEBACK ||
                            e->event == EVENT_REFUND_REQUEST;
    const bool has_payment = has_refund || e->event == EVENT_CAPTURE;
    if (e->event < EVENT_CAPTURE || e->event >= MONEY_EVENTS)
        finding(a, row_name(a, "ledger transaction", e->number), "there is no money event %" PRId64,
                e->event);
    else if ((e->payment != 0) != has_payment)
        finding(a, row_name(a, "ledger transaction", e->number),
                e->payment == 0 ? "names no payment" : "names a payment and is of none");
    else if ((e->refund != 0) != has_refund)
        finding(a, row_name(a, "ledger transaction", e->number),
                e->refund == 0 ? "names no refund" : "names a refund and is none");
    if (e->currency <= CUR_NONE || e->currency >= CURRENCIES)
        finding(a, row_name(a, "ledger transaction", e->number), "there is no currency %" PRId64,
                e->currency);
    if (e->count == 0)
        finding(a, row_name(a, "ledger transaction", e->number), "has no transfers");
    if (e->count == LEGS_MAX)
        finding(a, row_name(a, "ledger transaction", e->number), "has more than %d transfers",
                LEGS_MAX - 1);
    for (size_t i = 0; i < e->count; i++)
        check_leg(a, e, &e->legs[i], (int64_t)i + 1);
}

/* One transfer of that type, between the root and a merchant below it (komoju-platform 13.3). */
static void check_balance_transfer(struct audit *a, const struct entry *e)
{
    const struct leg *leg = &e->legs[0];
    if (e->event != EVENT_BALANCE_TRANSFER || e->count == 0)
        return;
    if (e->count > 1 || leg->type != RECORD_BALANCE_TRANSFER)
        finding(a, row_name(a, "ledger transaction", e->number),
                "is not one balance transfer and nothing else");
    else if (is_house(leg->debit) || is_house(leg->credit) ||
             (leg->debit != a->tenant && leg->credit != a->tenant))
        finding(a, leg_name(a, e, leg->line),
                "is not between the platform and one of its merchants");
}

void transfer_check(struct audit *a, const struct entry *e)
{
    check_entry(a, e);
    check_balance_transfer(a, e);
}
