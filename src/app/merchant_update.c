/* SPDX-License-Identifier: Apache-2.0 */
/* merchant_update.c: changes the settings of a sub-merchant (komoju-platform 6). */
#include "app/merchant.h"

static result check(const struct merchant_update *in, const struct merchant_row *m)
{
    if (in->has_payments && m->kind == KIND_PAYOUT)
        return FAIL(E_INVALID_PARAMETER, "payments_enabled",
                    "A payout merchant does not take payments.");
    const bool is_accepted = m->status == APPLICATION_ACCEPTED;
    if (in->has_payments && in->payments_enabled && !is_accepted)
        return FAIL(E_INVALID_PARAMETER, "payments_enabled",
                    "The merchant's application has not been accepted.");
    if (in->has_payouts && in->payouts_enabled && !is_accepted)
        return FAIL(E_INVALID_PARAMETER, "payouts_enabled",
                    "The merchant's application has not been accepted.");
    return OK;
}

static void apply(const struct merchant_update *in, struct merchant_row *m)
{
    if (in->has_payments)
        m->payments_enabled = in->payments_enabled;
    if (in->has_payouts)
        m->payouts_enabled = in->payouts_enabled;
    m->mails = (m->mails & ~in->mails_mask) | (in->mails & in->mails_mask);
    if (in->konbini_days != 0)
        m->konbini_days = in->konbini_days;
    if (in->bank_transfer_days != 0)
        m->bank_transfer_days = in->bank_transfer_days;
}

result merchant_update_begin(struct tx *tx, struct command *c)
{
    const struct merchant_update *in = (const struct merchant_update *)c;
    struct merchant_row m;
    TRY(merchant_read_sub(tx_db(tx), c->tenant, in->merchant, tx_arena(tx), &m));
    TRY(check(in, &m));
    apply(in, &m);
    TRY(merchant_save(tx, &m));

    struct json j;
    json_init(&j, &c->body);
    c->step = STEP_ANSWER;
    return merchant_view(tx_db(tx), &m, &j, NULL);
}
