/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fee.h"
#include "core/ledger.h"
#include "store/store.h"
#include "store/tx.h"

#define NOW_US INT64_C(1800000000000000)

/* ---- what the store writes ----------------------------------------------------------------- */

/* A payment and what becomes of it. Amounts 0: none. */
struct story {
    int64_t tenant, payment, processor;
    enum model model;
    enum pay { PAYS_NONE = 0, PAYS, HOLDS, GIVES_BACK, CHARGES_BACK, MOVES, NUMBERS, TELLS } step;
    int64_t base_minor, customer_fee_minor;
    int64_t refund, refund_minor;
    split_line lines[2];
    size_t line_count;
    enum event_type event;
    int64_t only_endpoint;
    int64_t later_us;        /* than the others */
    struct refund_fees fees; /* not zeros: a refund request */
    bool is_back;            /* MOVES: from the root to the merchant, not to the root */
};

static const struct story STORIES[] = {
    /* the marketplace */
    {.tenant = 1001, .step = TELLS, .event = EVT_PING, .only_endpoint = 9001},
    {.tenant = 1001, .step = TELLS, .event = EVT_PING, .only_endpoint = 9002},
    {.tenant = 1001,
     .payment = 5001,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = PAYS,
     .base_minor = 1000,
     .lines = {{1002, 700, 70}, {1003, 300, 30}},
     .line_count = 2,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 1001,
     .payment = 5002,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = PAYS,
     .base_minor = 2200,
     .lines = {{1002, 2200, 220}},
     .line_count = 1,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 1001,
     .payment = 5003,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = PAYS,
     .base_minor = 1000,
     .lines = {{1003, 1000, 100}},
     .line_count = 1,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 1001,
     .payment = 5004,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = PAYS,
     .base_minor = 1000,
     .lines = {{1002, 1000, 0}},
     .line_count = 1,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 1001,
     .payment = 5005,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = NUMBERS,
     .event = EVT_PAYMENT_AUTHORIZED},
    {.tenant = 1001,
     .payment = 5006,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = NUMBERS,
     .event = EVT_PAYMENT_FAILED},
    {.tenant = 1001,
     .payment = 5007,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = PAYS,
     .base_minor = 100,
     .customer_fee_minor = 190,
     .lines = {{1002, 100, 10}},
     .line_count = 1,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 1001,
     .payment = 5001,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = GIVES_BACK,
     .refund = 6001,
     .refund_minor = 500,
     .lines = {{1002, 300, 30}, {1003, 150, 20}},
     .line_count = 2,
     .event = EVT_PAYMENT_REFUND_CREATED},
    {.tenant = 1001,
     .payment = 5002,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = GIVES_BACK,
     .refund = 6002,
     .refund_minor = 2200,
     .lines = {{1002, 1980, 220}},
     .line_count = 1,
     .event = EVT_PAYMENT_REFUNDED},
    {.tenant = 1001,
     .payment = 5003,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = HOLDS,
     .refund = 6003,
     .refund_minor = 1000,
     .lines = {{1003, 900, 100}},
     .line_count = 1,
     .event = EVT_PAYMENT_UPDATED},
    {.tenant = 1001,
     .payment = 5004,
     .processor = 1001,
     .model = MODEL_PLATFORM,
     .step = CHARGES_BACK,
     .refund = 6004,
     .refund_minor = 1000,
     .event = EVT_PAYMENT_REFUNDED},
    {.tenant = 1001,
     .processor = 1001,
     .model = MODEL_ALONE,
     .step = MOVES,
     .base_minor = 1300,
     .lines = {{1002, 0, 0}},
     .line_count = 1},
    /* the platform */
    {.tenant = 2001,
     .payment = 5101,
     .processor = 2002,
     .model = MODEL_SELLER,
     .step = PAYS,
     .base_minor = 1000,
     .lines = {{2002, 1000, 100}},
     .line_count = 1,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 2001,
     .payment = 5101,
     .processor = 2002,
     .model = MODEL_SELLER,
     .step = GIVES_BACK,
     .refund = 6101,
     .refund_minor = 900,
     .lines = {{2002, 850, 50}},
     .line_count = 1,
     .event = EVT_PAYMENT_REFUND_CREATED},
    {.tenant = 2001,
     .payment = 5101,
     .processor = 2002,
     .model = MODEL_SELLER,
     .step = HOLDS,
     .refund = 6102,
     .refund_minor = 50,
     .lines = {{2002, 45, 5}},
     .line_count = 1,
     .event = EVT_PAYMENT_UPDATED},
    /* the ordinary merchant */
    {.tenant = 3001,
     .payment = 5201,
     .processor = 3001,
     .model = MODEL_ALONE,
     .step = PAYS,
     .base_minor = 1100,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 3001,
     .payment = 5201,
     .processor = 3001,
     .model = MODEL_ALONE,
     .step = GIVES_BACK,
     .refund = 6201,
     .refund_minor = 300,
     .event = EVT_PAYMENT_REFUND_CREATED},
    /* the shop whose customers pay in cash */
    {.tenant = 4001,
     .payment = 5401,
     .processor = 4001,
     .model = MODEL_ALONE,
     .step = PAYS,
     .base_minor = 1000,
     .customer_fee_minor = 190,
     .event = EVT_PAYMENT_CAPTURED},
    {.tenant = 4001,
     .payment = 5401,
     .processor = 4001,
     .model = MODEL_ALONE,
     .step = GIVES_BACK,
     .refund = 6401,
     .refund_minor = 400,
     .fees = {173, 17, 300, 30},
     .event = EVT_PAYMENT_REFUND_CREATED},
    {.tenant = 4001,
     .payment = 5401,
     .processor = 4001,
     .model = MODEL_ALONE,
     .step = HOLDS,
     .refund = 6402,
     .refund_minor = 300,
     .fees = {0, 0, 300, 30}},
};

static enum money_event money_event_of(const struct story *f)
{
    return f->fees.fee_minor > 0     ? EVENT_REFUND_REQUEST
           : f->step == PAYS         ? EVENT_CAPTURE
           : f->step == CHARGES_BACK ? EVENT_CHARGEBACK
           : f->step == MOVES        ? EVENT_BALANCE_TRANSFER
                                     : EVENT_REFUND;
}

static result transfers_of(const struct story *f, transfer *ret, size_t *ret_count)
{
    struct posting posting = {
        .event = money_event_of(f),
        .model = f->model,
        .acquirer = HOUSE_ACQUIRER(1),
        .processor = f->processor,
        .platform = f->tenant,
        .base_minor = f->base_minor,
        .customer_fee_minor = f->customer_fee_minor,
        .refund_minor = f->refund_minor,
        .fees = f->fees,
        .sender = f->is_back ? f->tenant : f->lines[0].merchant,
        .receiver = f->is_back ? f->lines[0].merchant : f->tenant,
        .transfer_minor = f->base_minor,
        .lines = f->lines,
        .line_count = f->step == CHARGES_BACK ? 0 : f->line_count,
    };
    const struct rate rate = {.percent_e4 = 32500};
    TRY(fee_processing(f->base_minor, &rate, &posting.fee_minor, &posting.fee_tax_minor));
    return posting_transfers(&posting, ret, ret_count);
}

static result hold(struct tx *tx, const struct story *f, const transfer *transfers, size_t count)
{
    const int64_t parties[] = {f->processor, f->lines[0].merchant, f->tenant};
    for (size_t i = 0; i < COUNT(parties); i++) {
        bool is_first = true;
        for (size_t n = 0; n < i; n++)
            is_first = is_first && parties[n] != parties[i];
        const int64_t need_minor = -transfers_net(transfers, count, parties[i]);
        if (is_first && need_minor > 0)
            TRY(tx_hold(tx, f->tenant, parties[i], CUR_JPY, need_minor));
    }
    return OK;
}

static result tell(struct tx *tx, const struct story *f)
{
    char wire[ID_TEXT_BYTES];
    id_text((id){f->payment, SALT}, wire);
    const char *data =
        arena_printf(tx_arena(tx), "{\"id\":\"%s\",\"amount\":%" PRId64 "}", wire, f->base_minor);
    const struct event_entry event = {
        .tenant = f->tenant,
        .merchant = f->processor == 0 ? f->tenant : f->processor,
        .type = f->event,
        .created_us = NOW_US,
        .data = str_of(data),
        .only_endpoint = f->only_endpoint,
    };
    return tx_event(tx, &event, NULL);
}

struct story_work {
    struct work work;
    const struct story *story;
};

static result story_run(struct tx *tx, struct work *work)
{
    const struct story *f = ((const struct story_work *)work)->story;
    transfer transfers[TRANSFERS_MAX];
    size_t count = 0;
    int64_t ordinal;
    if (f->step == PAYS || f->step == NUMBERS)
        TRY(tx_payment_ordinal(tx, f->tenant, f->processor, &ordinal));
    if (f->step != NUMBERS && f->step != TELLS)
        TRY(transfers_of(f, transfers, &count));
    const struct ledger_entry entry = {.tenant = f->tenant,
                                       .event = money_event_of(f),
                                       .currency = CUR_JPY,
                                       .happened_us = NOW_US + f->later_us,
                                       .payment = f->payment,
                                       .refund = f->refund,
                                       .transfers = transfers,
                                       .count = count};
    if (f->step == HOLDS)
        TRY(hold(tx, f, transfers, count));
    else if (count > 0)
        TRY(tx_post(tx, &entry, NULL));
    return f->event == EVENT_TYPE_NONE ? OK : tell(tx, f);
}

static void tell_story(struct store *store, const struct story *f)
{
    struct story_work w = {.work = {.tenant = f->tenant}, .story = f};
    const result r = store_transact_wait(store, story_run, &w.work);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
}

/* ---- what SQL writes ----------------------------------------------------------------------- */

static const char TREE[] =
    "INSERT INTO tenant (tenant, live, event_hash, ledger_hash) VALUES"
    " (1001, 0, zeroblob(32), zeroblob(32)), (2001, 0, zeroblob(32), zeroblob(32)),"
    " (3001, 0, zeroblob(32), zeroblob(32)), (4001, 0, zeroblob(32), zeroblob(32));"
    "INSERT INTO merchant (tenant, id, salt, account_key, account_salt, kind, name, status,"
    " payments_enabled, payouts_enabled, mails, publishable_key, created_us, updated_us)"
    " SELECT column1, column2, 7, column2, 7, column3, 'm', 4, 1, 1, 0, 'pk', 1, 1 FROM (VALUES"
    " (1001, 1001, 3), (1001, 1002, 5), (1001, 1003, 5), (2001, 2001, 2), (2001, 2002, 4),"
    " (3001, 3001, 1), (4001, 4001, 1)) AS v;"
    "INSERT INTO webhook_endpoint (tenant, id, salt, url, types, secret, created_us, since_seq)"
    " VALUES (1001, 9001, 7, 'http://a', '', x'00', 1, 0),"
    " (1001, 9002, 7, 'http://b', 'ping,payment.refunded', x'00', 1, 1);";

/* id, tenant, merchant, ordinal, status, model, two-step, amount, tax, customer fee, refunded,
 * refunding, refunds, operation, reference, dispute, captured */
static const char PAYMENTS[] =
    "INSERT INTO payment (id, tenant, merchant, ordinal, status, model, is_two_step, amount_minor,"
    " tax_minor, customer_fee_minor, refunded_minor, refunding_minor, refund_count, operation,"
    " reference, dispute, captured_us, fee_percent_e4, salt, method, rail, currency, created_us,"
    " deadline_us, details, locale) SELECT v.*, column17 / 1800000000000000 * 32500, 7, 1, 1, 1, 1,"
    " 1, '{}', 1 FROM (VALUES"
    " (5001, 1001, 1001, 1, 3, 2, 0, 1000, 0, 0, 500, 0, 1, 0, 7001, 0, 1800000000000000),"
    " (5002, 1001, 1001, 2, 4, 2, 0, 2000, 200, 0, 2200, 0, 1, 0, 7002, 0, 1800000000000000),"
    " (5003, 1001, 1001, 3, 3, 2, 1, 1000, 0, 0, 0, 1000, 1, 7004, 7003, 0, 1800000000000000),"
    " (5004, 1001, 1001, 4, 4, 2, 0, 1000, 0, 0, 1000, 0, 1, 0, 7005, 2, 1800000000000000),"
    " (5005, 1001, 1001, 5, 2, 2, 1, 500, 0, 0, 0, 0, 0, 0, 7006, 0, 0),"
    " (5006, 1001, 1001, 6, 7, 2, 0, 500, 0, 0, 0, 0, 0, 0, 7007, 0, 0),"
    " (5007, 1001, 1001, 7, 3, 2, 0, 100, 0, 190, 0, 0, 0, 0, 7008, 1, 1800000000000000),"
    " (5101, 2001, 2002, 1, 3, 3, 0, 1000, 0, 0, 900, 50, 2, 7102, 7101, 0, 1800000000000000),"
    " (5201, 3001, 3001, 1, 3, 1, 0, 1000, 100, 0, 300, 0, 1, 0, 7201, 0, 1800000000000000),"
    " (5401, 4001, 4001, 1, 3, 1, 0, 1000, 0, 190, 400, 300, 2, 0, 7401, 0, 1800000000000000)) AS "
    "v;";

static const char REFUNDS[] =
    "INSERT INTO refund (tenant, payment, id, state, amount_minor, is_reverse, chargeback,"
    " has_split, salt, created_us) SELECT v.*, 7, 1800000000000000 FROM (VALUES"
    " (1001, 5001, 6001, 2, 500, 0, 0, 1), (1001, 5002, 6002, 2, 2200, 1, 0, 0),"
    " (1001, 5003, 6003, 1, 1000, 1, 0, 0), (1001, 5004, 6004, 2, 1000, 0, 1, 0),"
    " (1001, 5007, 6005, 3, 50, 0, 0, 1), (2001, 5101, 6101, 2, 900, 0, 0, 1),"
    " (2001, 5101, 6102, 1, 50, 0, 0, 1), (3001, 5201, 6201, 2, 300, 0, 0, 0),"
    " (4001, 5401, 6401, 2, 400, 0, 0, 0), (4001, 5401, 6402, 1, 300, 0, 0, 0),"
    " (4001, 5401, 6403, 3, 100, 0, 0, 0)) AS v;"
    "INSERT INTO refund_request (tenant, payment, id, is_pending, customer_fee_minor,"
    " customer_fee_tax_minor, salt, fee_minor, fee_tax_minor, bank_name, branch_number,"
    " account_type, sealed, created_us) SELECT v.*, 8, 300, 30, 'b', '001', 1, zeroblob(64), 1"
    " FROM (VALUES (4001, 5401, 6401, 0, 173, 17), (4001, 5401, 6402, 1, 0, 0),"
    " (4001, 5401, 6403, 0, 173, 17)) AS v;"
    "INSERT INTO split_line VALUES"
    " (1001, 5001, 0, 1, 1002, 700, 70), (1001, 5001, 0, 2, 1003, 300, 30),"
    " (1001, 5001, 6001, 1, 1002, 300, 30), (1001, 5001, 6001, 2, 1003, 150, 20),"
    " (1001, 5002, 0, 1, 1002, 2200, 220), (1001, 5002, 6002, 1, 1002, 1980, 220),"
    " (1001, 5003, 0, 1, 1003, 1000, 100), (1001, 5003, 6003, 1, 1003, 900, 100),"
    " (1001, 5004, 0, 1, 1002, 1000, 0), (1001, 5007, 0, 1, 1002, 100, 10),"
    " (1001, 5007, 6005, 1, 1002, 45, 5), (2001, 5101, 0, 1, 2002, 1000, 100),"
    " (2001, 5101, 6101, 1, 2002, 850, 50), (2001, 5101, 6102, 1, 2002, 45, 5);";

/* One that was lost after a defence of two parts, at a fee of 0; one that is open. */
static const char DISPUTES[] =
    "INSERT INTO dispute (tenant, id, salt, payment, merchant, state, is_pending, reason_code,"
    " reason, created_us, due_us, defended_us, ended_us, refund, defense, defense_hash,"
    " document_kind, document_bytes) VALUES"
    " (1001, 6501, 7, 5004, 1001, 6, 0, 'CB_Fraud', 'r', 1, 9, 5, 1800000000000000, 6004,"
    " zeroblob(64), zeroblob(16), 1, 65546),"
    " (1001, 6502, 7, 5007, 1001, 1, 1, '10.4', 'r', 1, 9000000000000000, 0, 0, 0, NULL, NULL, 0,"
    " 0);"
    "INSERT INTO dispute_document VALUES (1001, 6501, 0, zeroblob(65577)),"
    " (1001, 6501, 1, zeroblob(51));";

/* One that was sent, one that waits, one in the mailbox. */
static const char EMAILS[] =
    "INSERT INTO email VALUES (1001, 6701, 7, 5003, 2, 2, 1, 1, 0, 9, 5, NULL),"
    " (1001, 6702, 7, 5005, 3, 1, 0, 1, 9000000000000000, 9000000000000001, 0, NULL),"
    " (1001, 6703, 7, 5002, 4, 4, 0, 1, 0, 9, 1, NULL);";

/* tenant, id, rail_op, state, payment, refund, due, key-bound, status, event, body */
static const char OPERATIONS[] =
    "INSERT INTO operation (tenant, id, rail_op, state, payment, refund, due_us, is_key_bound,"
    " http_status, event_seq, body, salt, sent_us) SELECT v.*, 7, 1 FROM (VALUES"
    " (1001, 7001, 2, 3, 5001, 0, 0, 1, 200, 3, NULL),"
    " (1001, 7002, 2, 3, 5002, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7003, 1, 3, 5003, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7004, 5, 1, 5003, 6003, 9, 1, 0, 0, NULL),"
    " (1001, 7005, 2, 3, 5004, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7006, 1, 3, 5005, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7007, 2, 3, 5006, 0, 0, 1, 402, 0, '{}'),"
    " (1001, 7008, 2, 3, 5007, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7009, 5, 4, 5007, 6005, 0, 0, 504, 0, '{}'),"
    " (2001, 7101, 2, 3, 5101, 0, 0, 0, 200, 0, NULL),"
    " (2001, 7102, 5, 2, 5101, 6102, 9, 0, 0, 0, NULL),"
    " (2001, 7103, 5, 3, 5101, 6101, 0, 0, 200, 0, NULL),"
    " (3001, 7201, 2, 3, 5201, 0, 0, 0, 200, 0, NULL),"
    " (4001, 7401, 2, 3, 5401, 0, 0, 0, 200, 0, NULL)) AS v;"
    "UPDATE operation SET amount_minor = (SELECT p.amount_minor FROM payment p"
    " WHERE p.id = operation.payment), tax_minor = (SELECT p.tax_minor FROM payment p"
    " WHERE p.id = operation.payment) WHERE rail_op IN (1, 2);"
    "UPDATE operation SET amount_minor = (SELECT r.amount_minor FROM refund r"
    " WHERE r.id = operation.refund) WHERE rail_op = 5;"
    "INSERT INTO idempotency VALUES (1001, x'0011', 1, 7001), (1001, x'0012', 1, 7004),"
    " (1001, x'0013', 1, 7007);"
    "INSERT INTO token (tenant, id, salt, merchant, method, sealed, details, created_us,"
    " expires_us, used_by) VALUES (1001, 8001, 7, 1001, 1, NULL, '{}', 1, 2, 5001),"
    " (1001, 8002, 7, 1001, 1, x'00', '{}', 1, 2, 0);"
    "UPDATE webhook_delivery SET state = 2, tries = 1, due_us = 0, last_us = 1, last_status = 204"
    " WHERE event_seq = 3;";

/* One that has ended well and may be used, one that a payment waits for, one that has ended badly,
 * one that a session waits for. */
static const char SECURE_TOKENS[] =
    "INSERT INTO token (tenant, id, salt, merchant, method, currency, sealed, details, created_us,"
    " expires_us) VALUES"
    " (1001, 8003, 7, 1001, 1, 1, x'00', '{}', 1, 9000000000000000),"
    " (1001, 8004, 7, 1001, 1, 1, x'00', '{}', 1, 9000000000000000),"
    " (1001, 8005, 7, 1001, 1, 1, NULL, '{}', 1, 9000000000000000),"
    " (1001, 8006, 7, 1001, 1, 1, x'00', '{}', 1, 9000000000000000);"
    "INSERT INTO secure_token (tenant, id, payment, step, verification, brand, last_four,"
    " amount_minor, tax_minor, method_page, until_us, due_us, result, session) VALUES"
    " (1001, 8003, 0, 3, 1, 1, '1111', 1000, 100, 0, 2, 9000000000000000, '{}', 0),"
    " (1001, 8004, 5001, 2, 2, 1, '1018', 1000, 100, 1, 9000000000000000, 9000000000000000, '{}', "
    "0),"
    " (1001, 8005, 0, 3, 4, 1, '1059', 1000, 100, 0, 2, 0, '{}', 0),"
    " (1001, 8006, 0, 2, 2, 1, '1018', 0, 0, 0, 9000000000000000, 9000000000000000, '{}', 4005);";

/* One that a payment has completed, one whose attempt has failed, one in another currency; one that
 * has stored a wallet, one that asks for one and for a card. */
static const char SESSIONS[] =
    "INSERT INTO session (tenant, id, salt, merchant, mode, status, is_two_step, currency,"
    " amount_minor, locale, created_us, expires_us, completed_us, payment) VALUES"
    " (1001, 4001, 7, 1001, 1, 2, 0, 1, 1000, 1, 10, 20, 15, 5001),"
    " (1001, 4002, 7, 1001, 1, 1, 0, 1, 500, 1, 10, 20, 0, 0),"
    " (1001, 4003, 7, 1001, 1, 2, 0, 2, 74, 1, 10, 20, 15, 5007),"
    " (1001, 4004, 7, 1001, 2, 2, 0, 1, 0, 1, 10, 20, 15, 0),"
    " (1001, 4005, 7, 1001, 2, 1, 0, 1, 0, 1, 10, 20, 0, 0);"
    "UPDATE session SET customer = 2504, customer_salt = 7 WHERE id = 4004;"
    "INSERT INTO wallet_consent VALUES (1001, 4204, 7, 4004, 14, 2, 10, 15),"
    " (1001, 4205, 7, 4005, 15, 1, 10, 0);"
    "INSERT INTO exchange_rate VALUES (1001, 2, 1, 10, 13565000000), (1001, 2, 1, 11, 1);"
    "UPDATE payment SET session = 4001, session_salt = 7 WHERE id = 5001;"
    "UPDATE payment SET session = 4002, session_salt = 7 WHERE id = 5006;"
    "UPDATE payment SET session = 4003, session_salt = 7 WHERE id = 5007;";

/* One that has been charged for two periods, the second at the second try; one that splits and is
 * due for the first time; one that ended with its customer. And a wallet. */
static const char CUSTOMERS[] =
    "INSERT INTO customer (tenant, id, salt, method, sealed, brand, last_four, month, year, email,"
    " created_us, updated_us, deleted_us) VALUES"
    " (3001, 2501, 7, 1, x'00', 1, '1111', 12, 2035, 'a@b.example', 1, 1, 0),"
    " (1001, 2502, 7, 1, x'00', 1, '1111', 12, 2035, NULL, 1, 1, 0),"
    " (1001, 2503, 7, 0, NULL, 0, NULL, 0, 0, NULL, 1, 5, 5),"
    " (1001, 2504, 7, 14, x'00', 0, NULL, 0, 0, NULL, 1, 1, 0);"
    "INSERT INTO subscription (tenant, id, salt, customer, status, period, currency, amount_minor,"
    " paid, due_us, has_split, processor, created_us, ended_us) VALUES"
    " (3001, 2601, 7, 2501, 2, 2, 1, 1000, 2, 9, 0, 0, 1, 0),"
    " (1001, 2602, 7, 2502, 1, 1, 1, 1000, 0, 9, 1, 1001, 1, 0),"
    " (1001, 2603, 7, 2503, 5, 3, 1, 1000, 0, 0, 0, 0, 1, 5);"
    "INSERT INTO subscription_line VALUES (1001, 2602, 1, 1002, 700, 70),"
    " (1001, 2602, 2, 1003, 300, 30);"
    "INSERT INTO subscription_charge VALUES (3001, 2601, 0, 1, 5301, 1), (3001, 2601, 1, 1, 0, 2),"
    " (3001, 2601, 1, 2, 5302, 2);"
    "UPDATE payment SET customer = 2501, customer_salt = 7, subscription = 2601"
    " WHERE id IN (5301, 5302);";

/* One that is paid once and has been opened, one that is reusable and whose amount is entered; a
 * secret key that signs for the legacy page, and a session that it has made. */
static const char LINKS[] =
    "INSERT INTO session (tenant, id, salt, merchant, mode, status, is_two_step, currency,"
    " amount_minor, locale, created_us, expires_us) VALUES"
    " (1001, 4006, 7, 1001, 1, 1, 0, 1, 800, 1, 10, 20);"
    "INSERT INTO payment_link (tenant, id, salt, merchant, is_reusable, currency, amount_minor,"
    " min_minor, max_minor, locale, created_us, session, session_salt) VALUES"
    " (1001, 4501, 7, 1001, 0, 1, 800, 0, 0, 1, 10, 4006, 7),"
    " (1001, 4502, 7, 1001, 1, 1, 0, 5, 9, 0, 10, 0, 0);"
    "INSERT INTO api_key VALUES (1001,"
    " x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 1001, 1, 0, 1, 0);"
    "INSERT INTO legacy_key VALUES (1001,"
    " x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', x'00', 1);"
    "INSERT INTO operator VALUES (1001, 2701, 7, 'o',"
    " x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 3, 1, 0);"
    "INSERT INTO legacy_session VALUES (1001, 4006,"
    " x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',"
    " 'https://a.example/', 'https://a.example/');";

void world_move(struct store *store)
{
    static _Atomic int moves; /* there and back, so that nobody runs out of money */
    const struct story f = {.tenant = 1001,
                            .processor = 1002,
                            .is_back = atomic_fetch_add(&moves, 1) % 2 == 1,
                            .step = MOVES,
                            .model = MODEL_ALONE,
                            .base_minor = 1,
                            .lines = {{1002, 0, 0}},
                            .event = EVT_APPLICATION_ACCEPTED};
    tell_story(store, &f);
}

/* More captures of the ordinary merchant, one after the other, so that its statement has marks. */
static void post_many(struct store *store, int64_t from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const struct story f = {.tenant = 3001,
                                .payment = from + i,
                                .processor = 3001,
                                .model = MODEL_ALONE,
                                .step = PAYS,
                                .base_minor = 1000,
                                .later_us = i + 1,
                                .event = EVT_PAYMENT_CAPTURED};
        tell_story(store, &f);
    }
}

static struct store *open_store(const char *url)
{
    struct store *store;
    const struct store_config config = {
        .url = url, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    const result r = store_open(&config, &store);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
    return store;
}

void world_build(const char *url)
{
    struct store *store = open_store(url);
    store_close(store);
    sql_run(url, TREE);
    store = open_store(url);
    for (size_t i = 0; i < COUNT(STORIES); i++)
        tell_story(store, &STORIES[i]);
    post_many(store, 5301, 60);
    store_close(store);
    sql_run(url, PAYMENTS);
    sql_run(url, "UPDATE payment SET due_us = deadline_us WHERE status = 2");
    sql_run(url, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
                 "INSERT INTO payment (tenant, id, salt, merchant, ordinal, status, model, method,"
                 " rail, is_two_step, currency, amount_minor, tax_minor, customer_fee_minor,"
                 " created_us, deadline_us, captured_us, fee_percent_e4, details, locale) "
                 "SELECT 3001, 5300 + i, 7, 3001, 1 + i, 3, 1, 1, 1, 0, 1, 1000, 0, 0, 1, 1,"
                 " 1800000000000000 + i, 32500, '{}', 1 FROM n");
    sql_run(url, REFUNDS);
    sql_run(url, DISPUTES);
    sql_run(url, EMAILS);
    sql_run(url, OPERATIONS);
    sql_run(url, SESSIONS);
    sql_run(url, SECURE_TOKENS);
    sql_run(url, CUSTOMERS);
    sql_run(url, LINKS);
}
