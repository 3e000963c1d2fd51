/* SPDX-License-Identifier: Apache-2.0 */
/* zengin_read.c: a file of transfers, read back. Nothing of a file that is refused is told. */
#include <string.h>

#include "bank/record.h"
#include "bank/zengin.h"

struct transfers {
    day today;
    struct zengin_sender sender;
    struct zengin_sums group, file;
    zengin_each each; /* NULL while the file is checked */
    void *context;
};

/* The next day with that month and day, from today on: at most four years ahead (29 February). */
static bool next_date(day today, int month, int dom, day *ret)
{
    enum { YEARS = 8 }; /* 2100 is no leap year */
    const int year = civil_of_day(today).year;
    for (int i = 0; i <= YEARS; i++)
        if (civil_is_date(year + i, month, dom) && day_of_civil(year + i, month, dom) >= today) {
            *ret = day_of_civil(year + i, month, dom);
            return true;
        }
    return false;
}

/* The digit of an account's kind; others than ours become ACCOUNT_NONE (9 その他). */
static enum bank_account_type type_of(char digit)
{
    switch (digit) {
    case '1':
        return ACCOUNT_ORDINARY;
    case '2':
        return ACCOUNT_CHECKING;
    case '4':
        return ACCOUNT_SAVINGS;
    default:
        return ACCOUNT_NONE;
    }
}

static result read_header(void *context, struct record_file *f)
{
    struct transfers *t = context;
    struct zengin_sender *sender = &t->sender;
    struct bank_account_details *from = &sender->account;
    int64_t date;
    memset(sender, 0, sizeof *sender);
    t->group = (struct zengin_sums){0};
    TRY(record_copy(f, AT(TH_CLIENT_CODE), "client_code", sender->client_code,
                    sizeof sender->client_code));
    TRY(record_copy(f, AT(TH_CLIENT_NAME), "name", sender->name, sizeof sender->name));
    TRY(record_number(f, AT(TH_DATE), "date", &date));
    if (!next_date(t->today, (int)(date / 100), (int)(date % 100), &sender->date))
        return record_fail(f, AT(TH_DATE), "date", "there is no such date");
    TRY(record_digits(f, AT(TH_BANK), "bank_code", from->bank_code));
    TRY(record_copy(f, AT(TH_BANK_NAME), "bank_name", from->bank_name, sizeof from->bank_name));
    TRY(record_digits(f, AT(TH_BRANCH), "branch_code", from->branch_code));
    TRY(record_copy(f, AT(TH_BRANCH_NAME), "branch_name", from->branch_name,
                    sizeof from->branch_name));
    from->type = type_of(record_byte(f, AT(TH_TYPE)));
    return record_digits(f, AT(TH_NUMBER), "number", from->number);
}

static result read_account(struct record_file *f, struct bank_account_details *to)
{
    TRY(record_digits(f, AT(TD_BANK), "bank_code", to->bank_code));
    TRY(record_copy(f, AT(TD_BANK_NAME), "bank_name", to->bank_name, sizeof to->bank_name));
    TRY(record_digits(f, AT(TD_BRANCH), "branch_code", to->branch_code));
    TRY(record_copy(f, AT(TD_BRANCH_NAME), "branch_name", to->branch_name, sizeof to->branch_name));
    to->type = type_of(record_byte(f, AT(TD_TYPE)));
    TRY(record_digits(f, AT(TD_NUMBER), "number", to->number));
    return record_copy(f, AT(TD_HOLDER), "holder", to->holder, sizeof to->holder);
}

static result read_line(void *context, struct record_file *f)
{
    struct transfers *t = context;
    struct zengin_line line = {.has_edi = record_byte(f, AT(TD_MARK)) == 'Y'};
    int64_t new_code;
    TRY(read_account(f, &line.to));
    TRY(record_number(f, AT(TD_AMOUNT), "amount", &line.amount_minor));
    if (line.amount_minor == 0)
        return record_fail(f, AT(TD_AMOUNT), "amount", "it must be more than 0");
    TRY(record_number(f, AT(TD_NEW_CODE), "new_code", &new_code));
    if (new_code > NEW_CODE_CHANGED)
        return record_fail(f, AT(TD_NEW_CODE), "new_code", "it must be 0, 1 or 2");
    line.new_code = (enum zengin_new_code)new_code;
    if (line.has_edi)
        TRY(record_copy(f, TRANSFER_EDI, "edi", line.edi, sizeof line.edi));
    else
        TRY(record_number(f, AT(TD_CUSTOMER_1), "customer", &line.customer));
    t->group.count++;
    t->group.total_minor += line.amount_minor; /* as many records as memory has of ten digits */
    return t->each == NULL ? OK : t->each(t->context, &t->sender, &line);
}

static result read_trailer(void *context, struct record_file *f)
{
    struct transfers *t = context;
    TRY(record_total(f, AT(TT_COUNT), "count", t->group.count));
    TRY(record_total(f, AT(TT_TOTAL), "total", t->group.total_minor));
    t->file.count += t->group.count;
    t->file.total_minor += t->group.total_minor;
    return OK;
}

static result read_end(void *context, struct record_file *f)
{
    (void)context;
    (void)f;
    return OK;
}

result zengin_read(str file, day today, struct arena *arena, zengin_each each, void *context,
                   struct zengin_sums *ret)
{
    static const struct record_handlers HANDLERS = {read_header, read_line, read_trailer, read_end};
    struct record_file f = {.file = file, .arena = arena, .arrived = today};
    struct transfers t = {.today = today, .each = NULL, .context = context};
    TRY(record_open(&f));
    if (strcmp(f.kind, "21") != 0)
        return FAIL(E_BANK_FILE, "record", "record 1: this is no file of bulk transfers (21)");
    TRY(record_each(&f, &HANDLERS, &t));
    const struct zengin_sums sums = t.file;
    t.each = each;
    TRY(record_each(&f, &HANDLERS, &t));
    *ret = sums;
    return OK;
}
