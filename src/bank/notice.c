/* SPDX-License-Identifier: Apache-2.0 */
/* notice.c: 振込入金通知 (01): transfers that came in. It has no balances. */
#include <string.h>

#include "bank/record.h"
#include "bank/statement_reading.h"

struct notice {
    struct statement_reading *reading;
    int64_t count, cancelled_count, cancelled_minor;
};

static result read_account(struct record_file *f, struct bank_account_details *d)
{
    const char type = record_byte(f, AT(NH_TYPE));
    TRY(record_digits(f, AT(NH_BANK), "bank_code", d->bank_code));
    TRY(record_copy(f, AT(NH_BANK_NAME), "bank_name", d->bank_name, sizeof d->bank_name));
    TRY(record_digits(f, AT(NH_BRANCH), "branch_code", d->branch_code));
    TRY(record_copy(f, AT(NH_BRANCH_NAME), "branch_name", d->branch_name, sizeof d->branch_name));
    if (type != '1' && type != '2' && type != '4')
        return record_fail(f, AT(NH_TYPE), "account",
                           "only ordinary, checking and savings accounts are read");
    d->type = (enum bank_account_type)(type - '0');
    TRY(record_digits(f, AT(NH_NUMBER), "account", d->number));
    return record_copy(f, AT(NH_HOLDER), "holder", d->holder, sizeof d->holder);
}

static result read_header(void *context, struct record_file *f)
{
    struct notice *n = context;
    day made;
    TRY(reading_account(n->reading));
    struct statement_account *a = n->reading->account;
    n->count = n->cancelled_count = n->cancelled_minor = 0;
    if (n->reading->is_telling)
        return OK;
    TRY(record_day(f, AT(NH_MADE), "made", &made));
    TRY(record_day(f, AT(NH_FROM), "from", &a->from));
    TRY(record_day(f, AT(NH_TO), "to", &a->to));
    memcpy(a->currency, "JPY", sizeof a->currency);
    return read_account(f, &a->account);
}

static result read_texts(struct record_file *f, struct statement_line *line)
{
    TRY(record_text(f, AT(ND_REFERENCE), "reference", &line->reference));
    TRY(record_text(f, AT(ND_CLIENT_CODE), "client_code", &line->client_code));
    TRY(record_text(f, AT(ND_NAME), "name", &line->name));
    TRY(record_text(f, AT(ND_SENDER_BANK), "sender_bank", &line->sender_bank));
    TRY(record_text(f, AT(ND_SENDER_BRANCH), "sender_branch", &line->sender_branch));
    return record_text(f, AT(ND_EDI), "edi", &line->edi);
}

static result read_line(void *context, struct record_file *f)
{
    struct notice *n = context;
    struct statement_line line = {.currency = "JPY", .is_credit = true};
    int64_t cancelled;
    TRY(record_day(f, AT(ND_BOOKED), "booked", &line.booked));
    TRY(record_day(f, AT(ND_VALUED), "valued", &line.valued));
    TRY(record_number(f, AT(ND_AMOUNT), "amount", &line.amount_minor));
    TRY(record_number(f, AT(ND_CANCELLED), "cancelled", &cancelled));
    if (cancelled > 1)
        return record_fail(f, AT(ND_CANCELLED), "cancelled", "it must be 0, 1 or blank");
    line.is_cancelled = cancelled == 1;
    TRY(read_texts(f, &line));
    n->count += !line.is_cancelled;
    n->cancelled_count += line.is_cancelled;
    n->cancelled_minor += line.is_cancelled ? line.amount_minor : 0;
    return reading_line(n->reading, &line);
}

static result read_trailer(void *context, struct record_file *f)
{
    struct notice *n = context;
    const bool is_all = n->reading->profile->counts_cancelled;
    TRY(record_total(f, AT(NT_COUNT), "count", n->count + (is_all ? n->cancelled_count : 0)));
    TRY(record_total(f, AT(NT_TOTAL), "total",
                     n->reading->account->credit_minor + (is_all ? n->cancelled_minor : 0)));
    TRY(record_total(f, AT(NT_CANCELLED_COUNT), "cancelled_count", n->cancelled_count));
    return record_total(f, AT(NT_CANCELLED), "cancelled_total", n->cancelled_minor);
}

static result read_end(void *context, struct record_file *f)
{
    (void)context;
    (void)f;
    return OK;
}

result notice_read(struct statement_reading *r)
{
    static const struct record_handlers HANDLERS = {read_header, read_line, read_trailer, read_end};
    struct notice n = {.reading = r};
    struct record_file f = {.file = r->file,
                            .arena = r->arena,
                            .arrived = r->arrived,
                            .western_years = r->profile->western_years,
                            .has_longer_lines = r->profile->has_longer_lines};
    TRY(record_open(&f));
    return record_each(&f, &HANDLERS, &n);
}
