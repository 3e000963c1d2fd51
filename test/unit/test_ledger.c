/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger.c: the worked ledgers of komoju-platform 11 and 12, record by record.
 *
 * A transfer gives two signed records, the debited side first; house accounts show none. */
#include "unit.h"

#include "core/ledger.h"

enum { P = 100, S1 = 101, S2 = 102, RECORDS_MAX = 2 * TRANSFERS_MAX };
#define RAIL HOUSE_ACQUIRER(1)

struct record {
    enum record_type type;
    int64_t account, amount;
};
struct example {
    const char *name;
    struct posting posting;
    struct record records[12]; /* up to one of RECORD_NONE */
    int64_t net_p, net_s1, net_s2;
};

#define LINES(...)                                                                                 \
    .lines = (const split_line[]){__VA_ARGS__},                                                    \
    .line_count = sizeof((split_line[]){__VA_ARGS__}) / sizeof(split_line)
#define BY_PLATFORM .model = MODEL_PLATFORM, .acquirer = RAIL, .processor = P, .platform = P
#define BY_SELLER   .model = MODEL_SELLER, .acquirer = RAIL, .processor = S1, .platform = P

static const struct example EXAMPLES[] = {
    {"11.1 single sub-merchant",
     {.event = EVENT_CAPTURE,
      BY_PLATFORM,
      .base_minor = 1000,
      .fee_minor = 33,
      .fee_tax_minor = 3,
      LINES({S1, 1000, 100})},
     {{RECORD_PAYMENT, P, 1000},
      {RECORD_PAYMENT_SHARE, P, -1000},
      {RECORD_PAYMENT_SHARE, S1, 1000},
      {RECORD_PLATFORM_FEE, S1, -100},
      {RECORD_PLATFORM_FEE, P, 100},
      {RECORD_FEE, P, -33},
      {RECORD_FEE_TAX, P, -3}},
     64,
     900,
     0},
    {"11.2 two sub-merchants",
     {.event = EVENT_CAPTURE,
      BY_PLATFORM,
      .base_minor = 1000,
      .fee_minor = 33,
      .fee_tax_minor = 3,
      LINES({S1, 700, 70}, {S2, 300, 30})},
     {{RECORD_PAYMENT, P, 1000},
      {RECORD_PAYMENT_SHARE, P, -700},
      {RECORD_PAYMENT_SHARE, S1, 700},
      {RECORD_PLATFORM_FEE, S1, -70},
      {RECORD_PLATFORM_FEE, P, 70},
      {RECORD_PAYMENT_SHARE, P, -300},
      {RECORD_PAYMENT_SHARE, S2, 300},
      {RECORD_PLATFORM_FEE, S2, -30},
      {RECORD_PLATFORM_FEE, P, 30},
      {RECORD_FEE, P, -33},
      {RECORD_FEE_TAX, P, -3}},
     64,
     630,
     270},
    {"11.4 partial capture",
     {.event = EVENT_CAPTURE,
      BY_PLATFORM,
      .base_minor = 500,
      .fee_minor = 16,
      .fee_tax_minor = 2,
      LINES({S1, 500, 100})},
     {{RECORD_PAYMENT, P, 500},
      {RECORD_PAYMENT_SHARE, P, -500},
      {RECORD_PAYMENT_SHARE, S1, 500},
      {RECORD_PLATFORM_FEE, S1, -100},
      {RECORD_PLATFORM_FEE, P, 100},
      {RECORD_FEE, P, -16},
      {RECORD_FEE_TAX, P, -2}},
     82,
     400,
     0},
    {"11.4 partial capture, two sub-merchants",
     {.event = EVENT_CAPTURE,
      BY_PLATFORM,
      .base_minor = 500,
      .fee_minor = 16,
      .fee_tax_minor = 2,
      LINES({S1, 350, 70}, {S2, 150, 30})},
     {{RECORD_PAYMENT, P, 500},
      {RECORD_PAYMENT_SHARE, P, -350},
      {RECORD_PAYMENT_SHARE, S1, 350},
      {RECORD_PLATFORM_FEE, S1, -70},
      {RECORD_PLATFORM_FEE, P, 70},
      {RECORD_PAYMENT_SHARE, P, -150},
      {RECORD_PAYMENT_SHARE, S2, 150},
      {RECORD_PLATFORM_FEE, S2, -30},
      {RECORD_PLATFORM_FEE, P, 30},
      {RECORD_FEE, P, -16},
      {RECORD_FEE_TAX, P, -2}},
     82,
     280,
     120},
    {"11.5 reverse refund, single",
     {.event = EVENT_REFUND, BY_PLATFORM, .refund_minor = 1000, LINES({S1, 900, 100})},
     {{RECORD_REFUND, P, -1000},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -900},
      {RECORD_PAYMENT_SHARE_REFUND, P, 900}},
     -100,
     -900,
     0},
    {"11.5 reverse refund, two sub-merchants",
     {.event = EVENT_REFUND,
      BY_PLATFORM,
      .refund_minor = 1000,
      LINES({S1, 630, 70}, {S2, 270, 30})},
     {{RECORD_REFUND, P, -1000},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -630},
      {RECORD_PAYMENT_SHARE_REFUND, P, 630},
      {RECORD_PAYMENT_SHARE_REFUND, S2, -270},
      {RECORD_PAYMENT_SHARE_REFUND, P, 270}},
     -100,
     -630,
     -270},
    {"11.6 capture with a customer fee, which merchants do not see",
     {.event = EVENT_CAPTURE,
      BY_PLATFORM,
      .base_minor = 1000,
      .customer_fee_minor = 190,
      .fee_minor = 28,
      .fee_tax_minor = 3,
      LINES({S1, 1000, 100})},
     {{RECORD_PAYMENT, P, 1000},
      {RECORD_PAYMENT_SHARE, P, -1000},
      {RECORD_PAYMENT_SHARE, S1, 1000},
      {RECORD_PLATFORM_FEE, S1, -100},
      {RECORD_PLATFORM_FEE, P, 100},
      {RECORD_FEE, P, -28},
      {RECORD_FEE_TAX, P, -3}},
     69,
     900,
     0},
    {"11.7 non-reverse refund, single",
     {.event = EVENT_REFUND, BY_PLATFORM, .refund_minor = 900, LINES({S1, 850, 50})},
     {{RECORD_REFUND, P, -900},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -850},
      {RECORD_PAYMENT_SHARE_REFUND, P, 850}},
     -50,
     -850,
     0},
    {"11.7 non-reverse refund, two sub-merchants",
     {.event = EVENT_REFUND, BY_PLATFORM, .refund_minor = 500, LINES({S1, 300, 30}, {S2, 150, 20})},
     {{RECORD_REFUND, P, -500},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -300},
      {RECORD_PAYMENT_SHARE_REFUND, P, 300},
      {RECORD_PAYMENT_SHARE_REFUND, S2, -150},
      {RECORD_PAYMENT_SHARE_REFUND, P, 150}},
     -50,
     -300,
     -150},
    {"11.9 chargeback",
     {.event = EVENT_CHARGEBACK, BY_PLATFORM, .refund_minor = 1000},
     {{RECORD_CHARGEBACK, P, -1000}},
     -1000,
     0,
     0},
    {"8, 11.9 chargeback with a fixed fee",
     {.event = EVENT_CHARGEBACK,
      BY_PLATFORM,
      .refund_minor = 1000,
      .fee_minor = 1500,
      .fee_tax_minor = 150},
     {{RECORD_CHARGEBACK, P, -1000},
      {RECORD_CHARGEBACK_FIXED_FEE, P, -1500},
      {RECORD_CHARGEBACK_FIXED_FEE_TAX, P, -150}},
     -2650,
     0,
     0},
    {"12 seller payment",
     {.event = EVENT_CAPTURE,
      BY_SELLER,
      .base_minor = 1000,
      .fee_minor = 33,
      .fee_tax_minor = 3,
      LINES({S1, 1000, 100})},
     {{RECORD_PAYMENT, S1, 1000},
      {RECORD_PLATFORM_FEE, S1, -100},
      {RECORD_PLATFORM_FEE, P, 100},
      {RECORD_FEE, S1, -33},
      {RECORD_FEE_TAX, S1, -3}},
     100,
     864,
     0},
    {"12 seller partial capture",
     {.event = EVENT_CAPTURE,
      BY_SELLER,
      .base_minor = 500,
      .fee_minor = 16,
      .fee_tax_minor = 2,
      LINES({S1, 500, 100})},
     {{RECORD_PAYMENT, S1, 500},
      {RECORD_PLATFORM_FEE, S1, -100},
      {RECORD_PLATFORM_FEE, P, 100},
      {RECORD_FEE, S1, -16},
      {RECORD_FEE_TAX, S1, -2}},
     100,
     382,
     0},
    {"12 seller reverse refund",
     {.event = EVENT_REFUND, BY_SELLER, .refund_minor = 1000, LINES({S1, 900, 100})},
     {{RECORD_REFUND, S1, -1000},
      {RECORD_PLATFORM_FEE_REFUND, P, -100},
      {RECORD_PLATFORM_FEE_REFUND, S1, 100}},
     -100,
     -900,
     0},
    {"12 seller non-reverse refund",
     {.event = EVENT_REFUND, BY_SELLER, .refund_minor = 900, LINES({S1, 850, 50})},
     {{RECORD_REFUND, S1, -900},
      {RECORD_PLATFORM_FEE_REFUND, P, -50},
      {RECORD_PLATFORM_FEE_REFUND, S1, 50}},
     -50,
     -850,
     0},
    {"12 seller chargeback",
     {.event = EVENT_CHARGEBACK, BY_SELLER, .refund_minor = 1000},
     {{RECORD_CHARGEBACK, S1, -1000}},
     0,
     -1000,
     0},
    {"ordinary payment",
     {.event = EVENT_CAPTURE,
      .model = MODEL_ALONE,
      .acquirer = RAIL,
      .processor = S1,
      .base_minor = 1000,
      .fee_minor = 33,
      .fee_tax_minor = 3},
     {{RECORD_PAYMENT, S1, 1000}, {RECORD_FEE, S1, -33}, {RECORD_FEE_TAX, S1, -3}},
     0,
     964,
     0},
    {"ordinary refund",
     {.event = EVENT_REFUND,
      .model = MODEL_ALONE,
      .acquirer = RAIL,
      .processor = S1,
      .refund_minor = 400},
     {{RECORD_REFUND, S1, -400}},
     0,
     -400,
     0},
    {"13.3 balance transfer",
     {.event = EVENT_BALANCE_TRANSFER,
      .model = MODEL_ALONE,
      .sender = P,
      .receiver = S1,
      .transfer_minor = 300},
     {{RECORD_BALANCE_TRANSFER, P, -300}, {RECORD_BALANCE_TRANSFER, S1, 300}},
     -300,
     300,
     0},
    {"11.6 refund request with the customer fee, single",
     {.event = EVENT_REFUND_REQUEST,
      BY_PLATFORM,
      .refund_minor = 1000,
      .fees = {173, 17, 300, 30},
      LINES({S1, 900, 100})},
     {{RECORD_REFUND, P, -1000},
      {RECORD_REFUNDED_CUSTOMER_FEE, P, -173},
      {RECORD_REFUNDED_CUSTOMER_FEE_TAX, P, -17},
      {RECORD_REFUND_FEE, P, -300},
      {RECORD_REFUND_FEE_TAX, P, -30},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -900},
      {RECORD_PAYMENT_SHARE_REFUND, P, 900}},
     -620,
     -900,
     0},
    {"11.8 refund request, two sub-merchants",
     {.event = EVENT_REFUND_REQUEST,
      BY_PLATFORM,
      .refund_minor = 500,
      .fees = {0, 0, 300, 30},
      LINES({S1, 300, 30}, {S2, 150, 20})},
     {{RECORD_REFUND, P, -500},
      {RECORD_REFUND_FEE, P, -300},
      {RECORD_REFUND_FEE_TAX, P, -30},
      {RECORD_PAYMENT_SHARE_REFUND, S1, -300},
      {RECORD_PAYMENT_SHARE_REFUND, P, 300},
      {RECORD_PAYMENT_SHARE_REFUND, S2, -150},
      {RECORD_PAYMENT_SHARE_REFUND, P, 150}},
     -380,
     -300,
     -150},
    {"12 seller refund request",
     {.event = EVENT_REFUND_REQUEST,
      BY_SELLER,
      .refund_minor = 1000,
      .fees = {173, 17, 300, 30},
      LINES({S1, 900, 100})},
     {{RECORD_REFUND, S1, -1000},
      {RECORD_REFUNDED_CUSTOMER_FEE, S1, -173},
      {RECORD_REFUNDED_CUSTOMER_FEE_TAX, S1, -17},
      {RECORD_REFUND_FEE, S1, -300},
      {RECORD_REFUND_FEE_TAX, S1, -30},
      {RECORD_PLATFORM_FEE_REFUND, P, -100},
      {RECORD_PLATFORM_FEE_REFUND, S1, 100}},
     -100,
     -1420,
     0},
};

/* Events that the worked ledgers do not have, transfer by transfer: debited, credited, amount. */
#define OF_P .model = MODEL_ALONE, .processor = S1, .platform = P
static const struct {
    const char *name;
    struct posting posting;
    transfer transfers[8]; /* up to one of RECORD_NONE */
} BOOKED[] = {
    {"14.3 settlement, the receiver bears the transfer fee",
     {.event = EVENT_SETTLEMENT,
      OF_P,
      .carried_minor = 500,
      .payout_minor = 35640,
      .payout_fee_minor = 373,
      .payout_fee_tax_minor = 37},
     {{RECORD_CLEARING, S1, HOUSE_CLEARING, 500},
      {RECORD_PAYOUT, S1, HOUSE_PAYOUT_CLEARING, 35640},
      {RECORD_PAYOUT_FEE, S1, HOUSE_FEE, 373},
      {RECORD_PAYOUT_FEE_TAX, S1, HOUSE_TAX, 37},
      {RECORD_CLEARING, HOUSE_CLEARING, S1, 500}}},
    {"settlement, the platform bears it",
     {.event = EVENT_SETTLEMENT, OF_P, .payout_minor = 1000, .fee_minor = 200, .fee_tax_minor = 20},
     {{RECORD_PAYOUT, S1, HOUSE_PAYOUT_CLEARING, 1000},
      {RECORD_OTHER_FEE_ADJUSTMENT, P, HOUSE_FEE, 200},
      {RECORD_OTHER_FEE_ADJUSTMENT_TAX, P, HOUSE_TAX, 20}}},
    {"14.4 payout that came back",
     {.event = EVENT_PAYOUT_RETURN,
      OF_P,
      .payout_minor = 17780,
      .payout_fee_minor = 200,
      .payout_fee_tax_minor = 20},
     {{RECORD_PAYOUT, HOUSE_PAYOUT_CLEARING, S1, 17780},
      {RECORD_PAYOUT_FEE, HOUSE_FEE, S1, 200},
      {RECORD_PAYOUT_FEE_TAX, HOUSE_TAX, S1, 20}}},
    {"payout that came back, the platform bore the fee",
     {.event = EVENT_PAYOUT_RETURN,
      OF_P,
      .payout_minor = 1000,
      .fee_minor = 200,
      .fee_tax_minor = 20},
     {{RECORD_PAYOUT, HOUSE_PAYOUT_CLEARING, S1, 1000},
      {RECORD_OTHER_FEE_ADJUSTMENT, HOUSE_FEE, P, 200},
      {RECORD_OTHER_FEE_ADJUSTMENT_TAX, HOUSE_TAX, P, 20}}},
    {"payouts sent",
     {.event = EVENT_PAYOUT_SENT, .model = MODEL_ALONE, .transfer_minor = 38004},
     {{RECORD_BANK_MOVEMENT, HOUSE_PAYOUT_CLEARING, HOUSE_BANK, 38004}}},
    {"refunds sent",
     {.event = EVENT_REFUND_SENT, .model = MODEL_ALONE, .transfer_minor = 1190},
     {{RECORD_BANK_MOVEMENT, HOUSE_REFUND_CLEARING, HOUSE_BANK, 1190}}},
    {"credit for a rail",
     {.event = EVENT_BANK_CREDIT, .model = MODEL_ALONE, .target = RAIL, .transfer_minor = 5},
     {{RECORD_BANK_MOVEMENT, HOUSE_BANK, RAIL, 5}}},
    {"credit of nobody known",
     {.event = EVENT_BANK_CREDIT,
      .model = MODEL_ALONE,
      .target = HOUSE_SUSPENSE,
      .transfer_minor = 5},
     {{RECORD_BANK_MOVEMENT, HOUSE_BANK, HOUSE_SUSPENSE, 5}}},
    {"suspense cleared",
     {.event = EVENT_SUSPENSE_CLEARED,
      .model = MODEL_ALONE,
      .target = HOUSE_CORRECTION,
      .transfer_minor = 5},
     {{RECORD_BANK_MOVEMENT, HOUSE_SUSPENSE, HOUSE_CORRECTION, 5}}},
    {"debit of nobody known",
     {.event = EVENT_BANK_DEBIT, .model = MODEL_ALONE, .transfer_minor = 110},
     {{RECORD_BANK_MOVEMENT, HOUSE_SUSPENSE, HOUSE_BANK, 110}}},
    {"suspense covered",
     {.event = EVENT_SUSPENSE_COVERED,
      .model = MODEL_ALONE,
      .target = HOUSE_CORRECTION,
      .transfer_minor = 110},
     {{RECORD_BANK_MOVEMENT, HOUSE_CORRECTION, HOUSE_SUSPENSE, 110}}},
    {"management fee",
     {.event = EVENT_MANAGEMENT_FEE,
      .model = MODEL_ALONE,
      .platform = P,
      .fee_minor = 3000,
      .fee_tax_minor = 300},
     {{RECORD_SUBMERCHANT_MANAGEMENT_FEE, P, HOUSE_FEE, 3000},
      {RECORD_SUBMERCHANT_MANAGEMENT_FEE_TAX, P, HOUSE_TAX, 300}}},
    {"correction",
     {.event = EVENT_CORRECTION,
      .model = MODEL_ALONE,
      .sender = HOUSE_CORRECTION,
      .receiver = S1,
      .transfer_minor = 70},
     {{RECORD_CORRECTION, HOUSE_CORRECTION, S1, 70}}},
    {"negative balance covered",
     {.event = EVENT_NEGATIVE_COVERED, OF_P, .transfer_minor = 70},
     {{RECORD_BALANCE_TRANSFER, P, S1, 70}}},
    {"refund that gives the fee back",
     {.event = EVENT_REFUND,
      .model = MODEL_ALONE,
      .acquirer = RAIL,
      .processor = S1,
      .refund_minor = 1000,
      .fee_minor = 33,
      .fee_tax_minor = 3},
     {{RECORD_REFUND, S1, RAIL, 1000},
      {RECORD_FEE, HOUSE_FEE, S1, 33},
      {RECORD_FEE_TAX, HOUSE_TAX, S1, 3}}},
    {"refund request that gives the fee back",
     {.event = EVENT_REFUND_REQUEST,
      .model = MODEL_ALONE,
      .processor = S1,
      .refund_minor = 1000,
      .fees = {0, 0, 300, 30},
      .fee_minor = 28,
      .fee_tax_minor = 3},
     {{RECORD_REFUND, S1, HOUSE_REFUND_CLEARING, 1000},
      {RECORD_REFUND_FEE, S1, HOUSE_FEE, 300},
      {RECORD_REFUND_FEE_TAX, S1, HOUSE_TAX, 30},
      {RECORD_FEE, HOUSE_FEE, S1, 28},
      {RECORD_FEE_TAX, HOUSE_TAX, S1, 3}}},
    {"chargeback that sub-merchants bear",
     {.event = EVENT_CHARGEBACK,
      BY_PLATFORM,
      .refund_minor = 1000,
      LINES({S1, 630, 0}, {S2, 270, 0})},
     {{RECORD_CHARGEBACK, P, RAIL, 1000},
      {RECORD_BALANCE_TRANSFER, S1, P, 630},
      {RECORD_BALANCE_TRANSFER, S2, P, 270}}},
    {"chargeback of a seller that the platform bears in part",
     {.event = EVENT_CHARGEBACK, BY_SELLER, .refund_minor = 1000, LINES({S1, 0, 100})},
     {{RECORD_CHARGEBACK, S1, RAIL, 1000}, {RECORD_BALANCE_TRANSFER, P, S1, 100}}},
};

TEST(events_without_a_worked_ledger_are_booked_transfer_by_transfer)
{
    for (size_t i = 0; i < COUNT(BOOKED); i++) {
        transfer got[TRANSFERS_MAX] = {{RECORD_NONE, 0, 0, 0}};
        size_t count = 0;
        CHECK_OK(posting_transfers(&BOOKED[i].posting, got, &count));
        for (size_t n = 0; n < count || BOOKED[i].transfers[n].type != RECORD_NONE; n++) {
            const transfer *want = &BOOKED[i].transfers[n];
            if (got[n].type != want->type || got[n].debit != want->debit ||
                got[n].credit != want->credit || got[n].amount_minor != want->amount_minor)
                UNIT_FAIL("%s: transfer %zu is %d from %" PRId64 " to %" PRId64 ", %" PRId64,
                          BOOKED[i].name, n + 1, (int)got[n].type, got[n].debit, got[n].credit,
                          got[n].amount_minor);
        }
    }
}

/* Every row is written once, in order, with the amount that it names; and no other row.
 * Method: each event in each model, every amount another number, against the rows themselves. */
TEST(every_row_of_the_table_is_written_and_no_other)
{
    size_t row_count = 0, written = 0;
    const struct posting_row *rows = posting_rows(&row_count);
    bool is_written[64] = {false};
    CHECK(row_count <= COUNT(is_written));
    for (int event = EVENT_NONE + 1; event < MONEY_EVENTS; event++)
        for (int model = MODEL_NONE + 1; model < MODELS; model++) {
            const struct posting in = {.event = (enum money_event)event,
                                       .model = (enum model)model,
                                       .acquirer = RAIL,
                                       .processor = 11,
                                       .platform = 12,
                                       .sender = 13,
                                       .receiver = 14,
                                       .target = HOUSE_ACQUIRER(2),
                                       .base_minor = 1,
                                       .customer_fee_minor = 2,
                                       .fee_minor = 3,
                                       .fee_tax_minor = 4,
                                       .refund_minor = 5,
                                       .transfer_minor = 6,
                                       .fees = {7, 8, 9, 10},
                                       .carried_minor = 11,
                                       .payout_minor = 12,
                                       .payout_fee_minor = 13,
                                       .payout_fee_tax_minor = 14,
                                       LINES({S1, 15, 16})};
            static const int64_t AMOUNT[POSTING_AMOUNTS] = {
                [AMOUNT_BASE] = 1,
                [AMOUNT_CUSTOMER_FEE] = 2,
                [AMOUNT_FEE] = 3,
                [AMOUNT_FEE_TAX] = 4,
                [AMOUNT_REFUND] = 5,
                [AMOUNT_TRANSFER] = 6,
                [AMOUNT_REFUNDED_CUSTOMER_FEE] = 7,
                [AMOUNT_REFUNDED_CUSTOMER_FEE_TAX] = 8,
                [AMOUNT_REFUND_FEE] = 9,
                [AMOUNT_REFUND_FEE_TAX] = 10,
                [AMOUNT_CARRIED] = 11,
                [AMOUNT_PAYOUT] = 12,
                [AMOUNT_PAYOUT_FEE] = 13,
                [AMOUNT_PAYOUT_FEE_TAX] = 14,
                [AMOUNT_SPLIT_AMOUNT] = 15,
                [AMOUNT_SPLIT_PLATFORM_FEE] = 16,
            };
            static const int64_t ACCOUNT[POSTING_ROLES] = {
                [ROLE_ACQUIRER] = RAIL,
                [ROLE_PROCESSOR] = 11,
                [ROLE_PLATFORM] = 12,
                [ROLE_SUB] = S1,
                [ROLE_SENDER] = 13,
                [ROLE_RECEIVER] = 14,
                [ROLE_FEE] = -1,
                [ROLE_TAX] = -2,
                [ROLE_CUSTOMER_FEE] = -3,
                [ROLE_PAYOUT_CLEARING] = -4,
                [ROLE_REFUND_CLEARING] = -5,
                [ROLE_BANK] = -6,
                [ROLE_SUSPENSE] = -7,
                [ROLE_CLEARING_HOUSE] = -8,
                [ROLE_TARGET] = HOUSE_ACQUIRER(2),
            };
            transfer got[TRANSFERS_MAX];
            size_t count = 0, n = 0;
            CHECK_OK(posting_transfers(&in, got, &count));
            for (size_t row = 0; row < row_count; row++) {
                const struct posting_row *r = &rows[row];
                if (r->event != in.event || (r->model != MODEL_NONE && r->model != in.model))
                    continue;
                CHECK(n < count);
                CHECK_I64(got[n].type, r->type);
                CHECK_I64(got[n].debit, ACCOUNT[r->debit]);
                CHECK_I64(got[n].credit, ACCOUNT[r->credit]);
                CHECK_I64(got[n].amount_minor, AMOUNT[r->amount]);
                written += !is_written[row];
                is_written[row] = true;
                n++;
            }
            CHECK_I64(n, count);
        }
    CHECK_I64(written, row_count);
}

static size_t records_of(const transfer *transfers, size_t count, struct record *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const transfer *t = &transfers[i];
        if (t->debit > 0)
            ret[n++] = (struct record){t->type, t->debit, -t->amount_minor};
        if (t->credit > 0)
            ret[n++] = (struct record){t->type, t->credit, t->amount_minor};
    }
    return n;
}

TEST(worked_ledgers_are_reproduced_record_by_record)
{
    for (size_t i = 0; i < COUNT(EXAMPLES); i++) {
        const struct example *e = &EXAMPLES[i];
        transfer transfers[TRANSFERS_MAX];
        struct record got[RECORDS_MAX];
        size_t count = 0;
        CHECK_OK(posting_transfers(&e->posting, transfers, &count));
        const size_t n = records_of(transfers, count, got);
        for (size_t r = 0; r < n; r++)
            if (got[r].type != e->records[r].type || got[r].account != e->records[r].account ||
                got[r].amount != e->records[r].amount)
                UNIT_FAIL("%s: record %zu is %s %" PRId64 " %" PRId64, e->name, r + 1,
                          record_slug(got[r].type), got[r].account, got[r].amount);
        if (e->records[n].type != RECORD_NONE)
            UNIT_FAIL("%s: record %zu is missing", e->name, n + 1);
        if (transfers_net(transfers, count, P) != e->net_p ||
            transfers_net(transfers, count, S1) != e->net_s1 ||
            transfers_net(transfers, count, S2) != e->net_s2)
            UNIT_FAIL("%s: the net sums differ", e->name);
    }
}

/* After 11.1 and 11.9 the platform is at -936; after 11.1 and 11.5 at -36, the unreturned fee. */
TEST(worked_ledgers_add_up_over_the_life_of_a_payment)
{
    transfer transfers[3 * TRANSFERS_MAX];
    size_t captured, reversed, charged;
    CHECK_OK(posting_transfers(&EXAMPLES[0].posting, transfers, &captured));
    CHECK_OK(posting_transfers(&EXAMPLES[4].posting, transfers + captured, &reversed));
    CHECK_I64(transfers_net(transfers, captured + reversed, P), -36);
    CHECK_I64(transfers_net(transfers, captured + reversed, S1), 0);
    CHECK_OK(posting_transfers(&EXAMPLES[9].posting, transfers + captured, &charged));
    CHECK_I64(transfers_net(transfers, captured + charged, P), -936);
    CHECK_I64(transfers_net(transfers, captured + charged, S1), 900);
}

/* What the rail owes covers what the customer paid: base and customer fee. */
TEST(house_accounts_say_who_owes_whom)
{
    transfer t[TRANSFERS_MAX];
    size_t n;
    CHECK_OK(posting_transfers(&EXAMPLES[6].posting, t, &n));
    CHECK_I64(transfers_net(t, n, RAIL), -1190);
    CHECK_I64(transfers_net(t, n, HOUSE_CUSTOMER_FEE), 190);
    CHECK_I64(transfers_net(t, n, HOUSE_FEE), 28);
    CHECK_I64(transfers_net(t, n, HOUSE_TAX), 3);
}

/* What was taken for the customer of a refund request is what the customer gets: refund and
 * customer fee; the rail has no part in it. */
TEST(refund_clearing_is_what_the_customer_gets)
{
    const struct posting in = {.event = EVENT_REFUND_REQUEST,
                               BY_PLATFORM,
                               .refund_minor = 1000,
                               .fees = {173, 17, 300, 30},
                               LINES({S1, 900, 100})};
    transfer t[TRANSFERS_MAX];
    size_t n;
    CHECK_OK(posting_transfers(&in, t, &n));
    CHECK_I64(transfers_net(t, n, HOUSE_REFUND_CLEARING), 1190);
    CHECK_I64(transfers_net(t, n, HOUSE_FEE), 300);
    CHECK_I64(transfers_net(t, n, HOUSE_TAX), 30);
    CHECK_I64(transfers_net(t, n, RAIL), 0);
    CHECK_I64(transfers_net(t, n, HOUSE_CUSTOMER_FEE), 0);
}

TEST(legs_of_zero_are_left_out)
{
    const struct posting nothing = {.event = EVENT_CAPTURE, BY_PLATFORM, LINES({S1, 0, 0})};
    const struct posting no_fee = {
        .event = EVENT_CAPTURE, BY_PLATFORM, .base_minor = 5, LINES({S1, 5, 0})};
    transfer t[TRANSFERS_MAX];
    size_t n = 42;
    CHECK_OK(posting_transfers(&nothing, t, &n));
    CHECK_I64(n, 0);
    CHECK_OK(posting_transfers(&no_fee, t, &n));
    CHECK_I64(n, 2);
}

TEST(posting_with_an_amount_out_of_range_is_refused)
{
    static const int64_t BAD[] = {-1, INT64_MIN, MONEY_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        const struct posting postings[] = {
            {.event = EVENT_CAPTURE, BY_PLATFORM, .base_minor = BAD[i]},
            {.event = EVENT_CAPTURE, BY_PLATFORM, .customer_fee_minor = BAD[i]},
            {.event = EVENT_CAPTURE, BY_PLATFORM, .fee_minor = BAD[i]},
            {.event = EVENT_CAPTURE, BY_PLATFORM, .fee_tax_minor = BAD[i]},
            {.event = EVENT_REFUND, BY_PLATFORM, .refund_minor = BAD[i]},
            {.event = EVENT_BALANCE_TRANSFER, BY_PLATFORM, .transfer_minor = BAD[i]},
            {.event = EVENT_REFUND_REQUEST, BY_PLATFORM, .fees = {BAD[i], 0, 0, 0}},
            {.event = EVENT_REFUND_REQUEST, BY_PLATFORM, .fees = {0, BAD[i], 0, 0}},
            {.event = EVENT_REFUND_REQUEST, BY_PLATFORM, .fees = {0, 0, BAD[i], 0}},
            {.event = EVENT_REFUND_REQUEST, BY_PLATFORM, .fees = {0, 0, 0, BAD[i]}},
            {.event = EVENT_SETTLEMENT, BY_PLATFORM, .carried_minor = BAD[i]},
            {.event = EVENT_SETTLEMENT, BY_PLATFORM, .payout_minor = BAD[i]},
            {.event = EVENT_SETTLEMENT, BY_PLATFORM, .payout_fee_minor = BAD[i]},
            {.event = EVENT_SETTLEMENT, BY_PLATFORM, .payout_fee_tax_minor = BAD[i]},
            {.event = EVENT_CAPTURE, BY_PLATFORM, LINES({S1, BAD[i], 0}, {S2, 1, 0})},
            {.event = EVENT_CAPTURE, BY_PLATFORM, LINES({S1, 1, 0}, {S2, BAD[i], 0})},
            {.event = EVENT_CAPTURE, BY_PLATFORM, LINES({S1, 1, 0}, {S2, 0, BAD[i]})},
        };
        for (size_t p = 0; p < COUNT(postings); p++) {
            transfer t[TRANSFERS_MAX];
            size_t n = 42;
            CHECK_RESULT(posting_transfers(&postings[p], t, &n), E_AMOUNT_RANGE, "amount");
            CHECK_I64(n, 42);
        }
    }
}

TEST(largest_split_fits_the_room_for_transfers)
{
    split_line lines[SPLIT_LINES_MAX];
    for (int i = 0; i < SPLIT_LINES_MAX; i++)
        lines[i] = (split_line){1000 + i, MONEY_MAX / SPLIT_LINES_MAX, 1};
    const struct posting in = {.event = EVENT_CAPTURE,
                               BY_PLATFORM,
                               .base_minor = MONEY_MAX,
                               .customer_fee_minor = 1,
                               .fee_minor = 1,
                               .fee_tax_minor = 1,
                               .lines = lines,
                               .line_count = SPLIT_LINES_MAX};
    transfer t[TRANSFERS_MAX];
    size_t n = 0;
    CHECK_OK(posting_transfers(&in, t, &n));
    CHECK_I64(n, 2 * SPLIT_LINES_MAX + 4);
    CHECK(n <= TRANSFERS_MAX);
}

/* Rows are readable, complete, and end where posting.def ends. */
TEST(posting_rows_can_be_printed)
{
    size_t count = 0;
    const struct posting_row *rows = posting_rows(&count);
    CHECK_I64(count, 49);
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i].event != EVENT_NONE && rows[i].type != RECORD_NONE);
        CHECK(rows[i].debit != ROLE_NONE && rows[i].credit != ROLE_NONE);
        CHECK(rows[i].debit != rows[i].credit && rows[i].amount != AMOUNT_NONE);
        CHECK(rows[i].event_name != NULL && rows[i].model_name != NULL);
        CHECK(rows[i].is_each == (rows[i].amount >= AMOUNT_SPLIT_AMOUNT));
    }
    CHECK_TEXT(rows[2].event_name, "CAPTURE");
    CHECK_TEXT(rows[2].model_name, "PLATFORM");
    CHECK_TEXT(rows[2].debit_name, "PROCESSOR");
    CHECK_TEXT(rows[2].credit_name, "SUB");
    CHECK_TEXT(rows[2].amount_name, "SPLIT_AMOUNT");
}

TEST(record_types_are_found_by_slug_unless_no_merchant_sees_them)
{
    for (int type = RECORD_NONE + 1; type < RECORDS; type++) {
        const char *slug = record_slug((enum record_type)type);
        enum record_type found = RECORD_NONE;
        CHECK((slug == NULL) == (type == RECORD_CUSTOMER_FEE || type == RECORD_PAYOUT ||
                                 type == RECORD_PAYOUT_FEE || type == RECORD_PAYOUT_FEE_TAX ||
                                 type == RECORD_BANK_MOVEMENT));
        CHECK((slug == NULL) == (record_group((enum record_type)type) == GROUP_NONE));
        CHECK((record_section((enum record_type)type) == NULL) == (slug == NULL));
        CHECK((record_key((enum record_type)type) == NULL) == (slug == NULL));
        if (slug == NULL)
            continue;
        CHECK(record_read(str_of(slug), &found));
        CHECK_I64(found, type);
    }
    enum record_type untouched = RECORD_FEE;
    CHECK(!record_read(S(""), &untouched));
    CHECK(!record_read(STR_NONE, &untouched));
    CHECK(!record_read(S("customer_fee"), &untouched));
    CHECK(!record_read(S("Payment"), &untouched));
    CHECK_I64(untouched, RECORD_FEE);
    CHECK_TEXT(record_section(RECORD_PAYMENT), "payments");
    CHECK_TEXT(record_key(RECORD_FEE), "processing_fees_cents");
}

/* komoju-platform 14.3: what is ours, what is tax, and the rest. */
TEST(every_record_type_is_in_a_group_of_a_settlement)
{
    static const enum record_type FEES[] = {
        RECORD_FEE, RECORD_REFUND_FEE, RECORD_SUBMERCHANT_MANAGEMENT_FEE,
        RECORD_CHARGEBACK_FIXED_FEE, RECORD_OTHER_FEE_ADJUSTMENT};
    size_t fees = 0, taxes = 0;
    for (size_t i = 0; i < COUNT(FEES); i++)
        CHECK_I64(record_group(FEES[i]), GROUP_FEE);
    for (int type = RECORD_NONE + 1; type < RECORDS; type++) {
        const char *slug = record_slug((enum record_type)type);
        const str word = slug == NULL ? S("") : str_of(slug);
        const bool is_tax = word.bytes > 4 && memcmp(word.at + word.bytes - 4, "_tax", 4) == 0;
        CHECK(is_tax == (record_group((enum record_type)type) == GROUP_TAX));
        fees += record_group((enum record_type)type) == GROUP_FEE;
        taxes += is_tax;
    }
    CHECK_I64(fees, COUNT(FEES));
    CHECK_I64(taxes, 6);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(worked_ledgers_are_reproduced_record_by_record),
        CLAIM(events_without_a_worked_ledger_are_booked_transfer_by_transfer),
        CLAIM(every_row_of_the_table_is_written_and_no_other),
        CLAIM(every_record_type_is_in_a_group_of_a_settlement),
        CLAIM(worked_ledgers_add_up_over_the_life_of_a_payment),
        CLAIM(house_accounts_say_who_owes_whom),
        CLAIM(refund_clearing_is_what_the_customer_gets),
        CLAIM(legs_of_zero_are_left_out),
        CLAIM(posting_with_an_amount_out_of_range_is_refused),
        CLAIM(largest_split_fits_the_room_for_transfers),
        CLAIM(posting_rows_can_be_printed),
        CLAIM(record_types_are_found_by_slug_unless_no_merchant_sees_them),
    };
    return RUN_ALL(all);
}
