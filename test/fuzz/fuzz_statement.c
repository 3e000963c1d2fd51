/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_statement.c: statements and transfers in records of 120 and 200 bytes.
 * Properties: nothing is told of what is refused; what is told adds up to what the account says;
 * texts are UTF-8; line ends say nothing. */
#include "fuzz.h"

#include "bank/statement.h"
#include "bank/zengin.h"

enum { ARRIVED = 20500 }; /* 2026-02-16 */

struct sums {
    int64_t count, credit_minor, debit_minor;
};

static result add(void *context, const struct statement_account *account,
                  const struct statement_line *line)
{
    struct sums *s = context;
    const str texts[] = {line->reference,   line->name,          line->memo,       line->edi,
                         line->sender_bank, line->sender_branch, line->client_code};
    MUST(strlen(account->account.number) == BANK_NUMBER_DIGITS);
    MUST(line->amount_minor >= 0 && line->booked >= 0 && line->valued >= 0);
    for (size_t i = 0; i < COUNT(texts); i++)
        MUST(texts[i].at == NULL || (texts[i].bytes > 0 && str_is_utf8(texts[i])));
    s->count++;
    if (!line->is_cancelled)
        *(line->is_credit ? &s->credit_minor : &s->debit_minor) += line->amount_minor;
    return OK;
}

static void check_totals(const struct statement *statement, const struct sums *told)
{
    struct sums said = {0};
    for (size_t i = 0; i < statement->account_count; i++) {
        const struct statement_account *a = &statement->accounts[i];
        said.count += (int64_t)a->line_count;
        said.credit_minor += a->credit_minor;
        said.debit_minor += a->debit_minor;
        MUST(!a->has_balances ||
             a->opening_minor + a->credit_minor - a->debit_minor == a->closing_minor);
    }
    MUST(said.count == told->count && said.credit_minor == told->credit_minor);
    MUST(said.debit_minor == told->debit_minor);
}

static void check_statement(str file, const struct statement_profile *profile)
{
    struct statement statement;
    struct sums told = {0};
    const result r = statement_parse(file, ARRIVED, profile, fuzz_arena(), &statement, add, &told);
    if (r.code == E_OK)
        check_totals(&statement, &told);
    else
        MUST(r.code == E_BANK_FILE && r.param != NULL && r.message != NULL && told.count == 0);
}

static result count_line(void *context, const struct zengin_sender *sender,
                         const struct zengin_line *line)
{
    struct zengin_sums *sums = context;
    MUST(sender->date >= ARRIVED && line->amount_minor > 0);
    MUST(line->amount_minor <= ZENGIN_AMOUNT_MAX && str_is_utf8(str_of(line->to.holder)));
    sums->count++;
    sums->total_minor += line->amount_minor;
    return OK;
}

static void check_transfers(str file)
{
    struct zengin_sums told = {0}, sums;
    const result r = zengin_read(file, ARRIVED, fuzz_arena(), count_line, &told, &sums);
    if (r.code != E_OK)
        MUST(r.code == E_BANK_FILE && r.param != NULL && r.message != NULL && told.count == 0);
    else
        MUST(sums.count == told.count && sums.total_minor == told.total_minor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str file = fuzz_text(data, size);
    check_statement(file, NULL);
    check_statement(file, &(struct statement_profile){true, true, true});
    check_transfers(file);
    return 0;
}
