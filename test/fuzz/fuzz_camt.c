/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_camt.c: camt.053 and camt.054.
 * Properties: nothing is told of what is refused; lines add up to what the account says, also where
 * an entry is told in parts; balances fit; texts are UTF-8. */
#include "fuzz.h"

#include "bank/statement.h"

struct sums {
    int64_t count, credit_minor, debit_minor;
};

static result add(void *context, const struct statement_account *account,
                  const struct statement_line *line)
{
    struct sums *s = context;
    const str texts[] = {line->reference,   line->name,           line->memo,  line->edi,
                         line->sender_bank, line->end_to_end,     line->batch, line->return_reason,
                         line->transaction, line->instruction_id, line->uetr};
    MUST(str_is_utf8(str_of(account->iban)) && strlen(line->currency) == 3);
    MUST(strcmp(account->currency, line->currency) == 0);
    MUST(line->amount_minor >= 0 && line->part <= line->parts && line->ordinal >= 0);
    for (size_t i = 0; i < COUNT(texts); i++)
        MUST(texts[i].at == NULL || (texts[i].bytes > 0 && str_is_utf8(texts[i])));
    s->count++;
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
             a->opening_minor + (a->credit_minor - a->debit_minor) == a->closing_minor);
    }
    MUST(said.count == told->count && said.credit_minor == told->credit_minor);
    MUST(said.debit_minor == told->debit_minor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct statement statement;
    struct sums told = {0};
    const result r =
        statement_parse(fuzz_text(data, size), 20500, NULL, fuzz_arena(), &statement, add, &told);
    if (r.code == E_OK)
        check_totals(&statement, &told);
    else
        MUST(r.code == E_BANK_FILE && r.param != NULL && r.message != NULL && told.count == 0);
    return 0;
}
