/* SPDX-License-Identifier: Apache-2.0 */
/* entries.c: 入出金取引明細 (03): what went into an account and out of it, with its balances. */
#include <string.h>

#include "bank/record.h"
#include "bank/statement_reading.h"

struct entries {
    struct statement_reading *reading;
    int64_t in_count, out_count, accounts;
};

enum { IN = '1', OUT = '2', OVERDRAWN = '2', CATEGORY_CORRECTION = 19, NUMBER_ZEROS = 3 };

/* 貸越区分 turns the sign of the balance behind it. */
static result read_balance(struct record_file *f, struct record_field sign,
                           struct record_field field, const char *param, int64_t *ret)
{
    const char c = record_byte(f, sign);
    if (c != '1' && c != OVERDRAWN && c != '0' && c != ' ')
        return record_fail(f, sign, param, "the sign of a balance must be 1 or 2");
    TRY(record_number(f, field, param, ret));
    if (c == OVERDRAWN)
        *ret = -*ret;
    return OK;
}

/* Ten digits, of which the first three are zero: ours have seven. */
static result read_number(struct record_file *f, char *ret)
{
    char number[11];
    TRY(record_digits(f, AT(EH_NUMBER), "account", number));
    if (memcmp(number, "000", NUMBER_ZEROS) != 0)
        return record_fail(f, AT(EH_NUMBER), "account", "the number has more than seven digits");
    memcpy(ret, number + NUMBER_ZEROS, BANK_NUMBER_DIGITS + 1);
    return OK;
}

/* Only these kinds of account have records of this layout. */
static result read_type(struct record_file *f, enum bank_account_type *ret)
{
    const char c = record_byte(f, AT(EH_TYPE));
    if (c != '1' && c != '2' && c != '4')
        return record_fail(f, AT(EH_TYPE), "account",
                           "only ordinary, checking and savings accounts are read");
    *ret = (enum bank_account_type)(c - '0');
    return OK;
}

static result read_account(struct record_file *f, struct statement_account *a)
{
    struct bank_account_details *d = &a->account;
    TRY(record_digits(f, AT(EH_BANK), "bank_code", d->bank_code));
    TRY(record_copy(f, AT(EH_BANK_NAME), "bank_name", d->bank_name, sizeof d->bank_name));
    TRY(record_digits(f, AT(EH_BRANCH), "branch_code", d->branch_code));
    TRY(record_copy(f, AT(EH_BRANCH_NAME), "branch_name", d->branch_name, sizeof d->branch_name));
    TRY(read_type(f, &d->type));
    TRY(read_number(f, d->number));
    return record_copy(f, AT(EH_HOLDER), "holder", d->holder, sizeof d->holder);
}

static result read_header(void *context, struct record_file *f)
{
    struct entries *e = context;
    day made;
    TRY(reading_account(e->reading));
    struct statement_account *a = e->reading->account;
    e->in_count = e->out_count = 0;
    if (e->reading->is_telling)
        return OK;
    TRY(record_day(f, AT(EH_MADE), "made", &made));
    TRY(record_day(f, AT(EH_FROM), "from", &a->from));
    TRY(record_day(f, AT(EH_TO), "to", &a->to));
    TRY(read_account(f, a));
    memcpy(a->currency, "JPY", sizeof a->currency);
    a->has_balances = !record_is_blank(f, AT(EH_OPENING));
    return read_balance(f, AT(EH_SIGN), AT(EH_OPENING), "opening_balance", &a->opening_minor);
}

static result read_direction(struct record_file *f, bool *ret_is_credit)
{
    const char c = record_byte(f, AT(ED_DIRECTION));
    if (c != IN && c != OUT)
        return record_fail(f, AT(ED_DIRECTION), "direction", "it must be 1 or 2");
    *ret_is_credit = c == IN;
    return OK;
}

static result read_texts(struct record_file *f, struct statement_line *line)
{
    TRY(record_text(f, AT(ED_REFERENCE), "reference", &line->reference));
    TRY(record_text(f, AT(ED_CLIENT_CODE), "client_code", &line->client_code));
    TRY(record_text(f, AT(ED_NAME), "name", &line->name));
    TRY(record_text(f, AT(ED_SENDER_BANK), "sender_bank", &line->sender_bank));
    TRY(record_text(f, AT(ED_SENDER_BRANCH), "sender_branch", &line->sender_branch));
    TRY(record_text(f, AT(ED_MEMO), "memo", &line->memo));
    return record_text(f, AT(ED_EDI), "edi", &line->edi);
}

static result read_line(void *context, struct record_file *f)
{
    struct entries *e = context;
    struct statement_line line = {.currency = "JPY"};
    int64_t category;
    TRY(record_day(f, AT(ED_BOOKED), "booked", &line.booked));
    TRY(record_day(f, AT(ED_VALUED), "valued", &line.valued));
    TRY(read_direction(f, &line.is_credit));
    TRY(record_number(f, AT(ED_CATEGORY), "category", &category));
    line.category = (int)category;
    line.is_correction = category == CATEGORY_CORRECTION;
    TRY(record_number(f, AT(ED_AMOUNT), "amount", &line.amount_minor));
    TRY(read_texts(f, &line));
    e->in_count += line.is_credit;
    e->out_count += !line.is_credit;
    return reading_line(e->reading, &line);
}

static result read_trailer(void *context, struct record_file *f)
{
    struct entries *e = context;
    struct statement_account *a = e->reading->account;
    e->accounts++;
    TRY(record_total(f, AT(ET_IN_COUNT), "credit_count", e->in_count));
    TRY(record_total(f, AT(ET_IN), "credit_total", a->credit_minor));
    TRY(record_total(f, AT(ET_OUT_COUNT), "debit_count", e->out_count));
    TRY(record_total(f, AT(ET_OUT), "debit_total", a->debit_minor));
    TRY(record_total(f, AT(ET_LINES), "line_count", e->in_count + e->out_count));
    a->has_balances = a->has_balances && !record_is_blank(f, AT(ET_CLOSING));
    TRY(read_balance(f, AT(ET_SIGN), AT(ET_CLOSING), "closing_balance", &a->closing_minor));
    if (!reading_fits(e->reading))
        return record_fail(f, AT(ET_CLOSING), "closing_balance",
                           "it is not the balance before with what came in and went out");
    return OK;
}

/* Its totals may be blank. */
static result read_end(void *context, struct record_file *f)
{
    const struct entries *e = context;
    if (!record_is_blank(f, AT(EE_RECORDS)))
        TRY(record_total(f, AT(EE_RECORDS), "record_count", f->number));
    if (!record_is_blank(f, AT(EE_ACCOUNTS)))
        TRY(record_total(f, AT(EE_ACCOUNTS), "account_count", e->accounts));
    return OK;
}

result entries_read(struct statement_reading *r)
{
    static const struct record_handlers HANDLERS = {read_header, read_line, read_trailer, read_end};
    struct entries e = {.reading = r};
    struct record_file f = {.file = r->file,
                            .arena = r->arena,
                            .arrived = r->arrived,
                            .western_years = r->profile->western_years,
                            .has_longer_lines = r->profile->has_longer_lines};
    TRY(record_open(&f));
    return record_each(&f, &HANDLERS, &e);
}
