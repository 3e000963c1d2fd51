/* SPDX-License-Identifier: Apache-2.0 */
#include "app/transfer.h"

#include "base/json.h"
#include "core/refund.h"

static result check(struct tx *tx, const struct transfer_create *in, const struct merchant *sender,
                    const struct merchant *receiver)
{
    struct balance balance;
    TRY(tx_balance(tx, in->c.tenant, sender->id.key, in->currency, &balance));
    const struct balance_transfer facts = {
        .root = in->c.tenant,
        .sender = sender->id.key,
        .receiver = receiver->found ? receiver->id.key : 0,
        .currency = in->currency,
        .amount_minor = in->amount_minor,
        .sender_balance_minor = balance.total_minor,
        .sender_held_minor = balance.held_minor,
    };
    return balance_transfer_check(&facts);
}

static result post(struct tx *tx, const struct transfer_create *in, int64_t receiver,
                   int64_t now_us)
{
    const struct posting posting = {
        .event = EVENT_BALANCE_TRANSFER,
        .model = MODEL_ALONE,
        .sender = in->sender.key,
        .receiver = receiver,
        .transfer_minor = in->amount_minor,
    };
    transfer *transfers = ARENA_ARRAY(tx_arena(tx), transfer, TRANSFERS_MAX);
    if (transfers == NULL)
        return E_NO_MEMORY;
    size_t count;
    TRY(posting_transfers(&posting, transfers, &count));
    const struct ledger_entry entry = {.tenant = in->c.tenant,
                                       .event = EVENT_BALANCE_TRANSFER,
                                       .currency = in->currency,
                                       .happened_us = now_us,
                                       .transfers = transfers,
                                       .count = count};
    return tx_post(tx, &entry, NULL);
}

static result begin(struct tx *tx, struct command *c)
{
    struct transfer_create *in = (struct transfer_create *)c;
    const struct merchant *sender, *receiver;
    TRY(tx_merchant_by_id(tx, c->tenant, in->sender, &sender));
    TRY(tx_merchant_by_id(tx, c->tenant, in->receiver, &receiver));
    if (!sender->found)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(check(tx, in, sender, receiver));
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(post(tx, in, receiver->id.key, now_us));
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_text(&j, "type", record_slug(RECORD_BALANCE_TRANSFER));
    json_id(&j, "recipient", receiver->id);
    json_id(&j, "remitter", sender->id);
    json_i64(&j, "amount", in->amount_minor);
    json_text(&j, "currency", currency_code(in->currency));
    json_time(&j, "happened_at", now_us);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

void transfer_create_init(struct transfer_create *in)
{
    in->c.begin = begin;
}
