/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ledger.h"

#include <assert.h>

static const struct {
    const char *slug, *section, *key;
    enum record_group group;
} RECORD_ROWS[RECORDS] = {
#define RECORD(name, number, slug_, section_, key_, group_, text)                                  \
    [RECORD_##name] = {(slug_), (section_), (key_), GROUP_##group_},
#include "core/record.def"
#undef RECORD
};

/* The last row is empty, so that a group of EACH rows always has an end. */
static const struct posting_row ROWS[] = {
#define POST(event_, model_, type_, debit_, credit_, amount_, times_)                              \
    {.event = EVENT_##event_,                                                                      \
     .model = MODEL_##model_,                                                                      \
     .type = RECORD_##type_,                                                                       \
     .debit = ROLE_##debit_,                                                                       \
     .credit = ROLE_##credit_,                                                                     \
     .amount = AMOUNT_##amount_,                                                                   \
     .is_each = TIMES_##times_,                                                                    \
     .event_name = #event_,                                                                        \
     .model_name = #model_,                                                                        \
     .debit_name = #debit_,                                                                        \
     .credit_name = #credit_,                                                                      \
     .amount_name = #amount_},
#define MODEL_ANY  MODEL_NONE
#define TIMES_ONCE false
#define TIMES_EACH true
#include "core/posting.def"
#undef TIMES_EACH
#undef TIMES_ONCE
#undef MODEL_ANY
#undef POST
    {.event = EVENT_NONE},
};

const char *record_slug(enum record_type type)
{
    assert(type != RECORD_NONE && type < RECORDS);
    return RECORD_ROWS[type].slug;
}

const char *record_section(enum record_type type)
{
    assert(type != RECORD_NONE && type < RECORDS);
    return RECORD_ROWS[type].section;
}

const char *record_key(enum record_type type)
{
    assert(type != RECORD_NONE && type < RECORDS);
    return RECORD_ROWS[type].key;
}

enum record_group record_group(enum record_type type)
{
    assert(type != RECORD_NONE && type < RECORDS);
    return RECORD_ROWS[type].group;
}

bool record_read(str slug, enum record_type *ret)
{
    for (int type = RECORD_NONE + 1; type < RECORDS; type++)
        if (RECORD_ROWS[type].slug != NULL && str_is(slug, RECORD_ROWS[type].slug)) {
            *ret = (enum record_type)type;
            return true;
        }
    return false;
}

const struct posting_row *posting_rows(size_t *ret_count)
{
    *ret_count = COUNT(ROWS) - 1;
    return ROWS;
}

/* What the names in posting.def stand for in one event; the entries of SUB and SPLIT_ change from
 * line to line. */
struct legs {
    enum money_event event;
    enum model model;
    int64_t account[POSTING_ROLES];
    int64_t amount[POSTING_AMOUNTS];
    transfer *ret;
    size_t count;
};

static struct legs legs_of(const struct posting *in, transfer *ret)
{
    return (struct legs){
        .event = in->event,
        .model = in->model,
        .account =
            {
                [ROLE_ACQUIRER] = in->acquirer,
                [ROLE_PROCESSOR] = in->processor,
                [ROLE_PLATFORM] = in->platform,
                [ROLE_SENDER] = in->sender,
                [ROLE_RECEIVER] = in->receiver,
                [ROLE_FEE] = HOUSE_FEE,
                [ROLE_TAX] = HOUSE_TAX,
                [ROLE_CUSTOMER_FEE] = HOUSE_CUSTOMER_FEE,
                [ROLE_REFUND_CLEARING] = HOUSE_REFUND_CLEARING,
                [ROLE_PAYOUT_CLEARING] = HOUSE_PAYOUT_CLEARING,
                [ROLE_BANK] = HOUSE_BANK,
                [ROLE_SUSPENSE] = HOUSE_SUSPENSE,
                [ROLE_CLEARING_HOUSE] = HOUSE_CLEARING,
                [ROLE_TARGET] = in->target,
            },
        .amount =
            {
                [AMOUNT_BASE] = in->base_minor,
                [AMOUNT_CUSTOMER_FEE] = in->customer_fee_minor,
                [AMOUNT_FEE] = in->fee_minor,
                [AMOUNT_FEE_TAX] = in->fee_tax_minor,
                [AMOUNT_REFUND] = in->refund_minor,
                [AMOUNT_TRANSFER] = in->transfer_minor,
                [AMOUNT_REFUNDED_CUSTOMER_FEE] = in->fees.customer_fee_minor,
                [AMOUNT_REFUNDED_CUSTOMER_FEE_TAX] = in->fees.customer_fee_tax_minor,
                [AMOUNT_REFUND_FEE] = in->fees.fee_minor,
                [AMOUNT_REFUND_FEE_TAX] = in->fees.fee_tax_minor,
                [AMOUNT_CARRIED] = in->carried_minor,
                [AMOUNT_PAYOUT] = in->payout_minor,
                [AMOUNT_PAYOUT_FEE] = in->payout_fee_minor,
                [AMOUNT_PAYOUT_FEE_TAX] = in->payout_fee_tax_minor,
            },
        .ret = ret,
    };
}

static bool in_range(int64_t amount_minor)
{
    return 0 <= amount_minor && amount_minor <= MONEY_MAX;
}

static bool are_in_range(const struct legs *legs, const split_line *lines, size_t line_count)
{
    for (size_t i = 0; i < POSTING_AMOUNTS; i++)
        if (!in_range(legs->amount[i]))
            return false;
    for (size_t i = 0; i < line_count; i++)
        if (!in_range(lines[i].amount_minor) || !in_range(lines[i].platform_fee_minor))
            return false;
    return true;
}

static void write_leg(struct legs *legs, const struct posting_row *row)
{
    if (row->event != legs->event || (row->model != MODEL_NONE && row->model != legs->model))
        return;
    const transfer leg = {
        .type = row->type,
        .debit = legs->account[row->debit],
        .credit = legs->account[row->credit],
        .amount_minor = legs->amount[row->amount],
    };
    if (leg.amount_minor == 0)
        return;
    assert(leg.debit != 0 && leg.credit != 0);
    legs->ret[legs->count++] = leg;
}

static void write_line(struct legs *legs, const struct posting_row *rows, size_t count,
                       const split_line *line)
{
    legs->account[ROLE_SUB] = line->merchant;
    legs->amount[AMOUNT_SPLIT_AMOUNT] = line->amount_minor;
    legs->amount[AMOUNT_SPLIT_PLATFORM_FEE] = line->platform_fee_minor;
    for (size_t i = 0; i < count; i++)
        write_leg(legs, &rows[i]);
}

result posting_transfers(const struct posting *in, transfer *ret, size_t *ret_count)
{
    assert(in->event != EVENT_NONE && in->event < MONEY_EVENTS);
    assert(in->model != MODEL_NONE && in->model < MODELS);
    assert(in->line_count <= SPLIT_LINES_MAX);

    struct legs legs = legs_of(in, ret);
    if (!are_in_range(&legs, in->lines, in->line_count))
        return FAIL(E_AMOUNT_RANGE, "amount", "an amount is negative or beyond 15 digits");
    for (size_t row = 0; row < COUNT(ROWS); row++) {
        size_t each = 0;
        while (ROWS[row + each].is_each)
            each++;
        for (size_t line = 0; each > 0 && line < in->line_count; line++)
            write_line(&legs, &ROWS[row], each, &in->lines[line]);
        row += each;
        write_leg(&legs, &ROWS[row]); /* the row after a group is a ONCE row, or the empty one */
    }
    *ret_count = legs.count;
    return OK;
}

int64_t transfers_net(const transfer *transfers, size_t count, int64_t account)
{
    int64_t net_minor = 0;
    for (size_t i = 0; i < count; i++) {
        if (transfers[i].credit == account)
            net_minor += transfers[i].amount_minor;
        if (transfers[i].debit == account)
            net_minor -= transfers[i].amount_minor;
    }
    return net_minor;
}
