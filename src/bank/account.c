/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/account.h"

#include <string.h>

#include "base/compiler.h"
#include "core/kana.h"

static bool is_digits(str s, size_t digits)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (s.at[i] < '0' || '9' < s.at[i])
            return false;
    return s.bytes == digits;
}

/* ---- checks -------------------------------------------------------------------------------- */

static result refused(struct arena *arena, const char *prefix, const char *name,
                      const char *message)
{
    if (prefix == NULL)
        return FAIL(E_INVALID_PARAMETER, name, message);
    const char *param = arena_printf(arena, "%s.%s", prefix, name);
    return param == NULL ? E_NO_MEMORY : FAIL(E_INVALID_PARAMETER, param, message);
}

/* Whether a text has the bank's form already, and is no longer than that. */
static bool is_written_so(const char *text, size_t characters_max)
{
    struct kana kana;
    size_t at;
    return kana_of_name(str_of(text), &kana, &at).code == E_OK &&
           kana.characters <= characters_max && str_is(str_of(text), kana.text);
}

static bool is_name_or_empty(const char *text)
{
    return text[0] == '\0' || is_written_so(text, BANK_NAME_CHARACTERS);
}

static bool is_type(enum bank_account_type type)
{
    return type == ACCOUNT_ORDINARY || type == ACCOUNT_CHECKING || type == ACCOUNT_SAVINGS;
}

static bool has_bank(const struct bank_codes *codes, day on, str bank)
{
    struct bank_name name;
    return codes == NULL || codes_bank(codes, bank, on, &name);
}

static bool has_branch(const struct bank_codes *codes, day on, str bank, str branch)
{
    struct bank_name name;
    return codes == NULL || codes_branch(codes, bank, branch, on, &name);
}

result bank_account_check(const struct bank_codes *codes, day on,
                          const struct bank_account_details *in, const char *prefix,
                          struct arena *arena)
{
    const str bank = str_of(in->bank_code), branch = str_of(in->branch_code);
    const bool is_bank = is_digits(bank, BANK_CODE_DIGITS);
    const struct {
        bool is_good;
        const char *name, *message;
    } CLAIMS[] = {
        {is_bank, "zengin_bank_code", "a bank code has 4 digits"},
        {has_bank(codes, on, bank), "zengin_bank_code", "there is no bank of this code"},
        {is_digits(branch, BANK_BRANCH_DIGITS), "zengin_branch_code", "a branch code has 3 digits"},
        {has_branch(codes, on, bank, branch), "zengin_branch_code",
         "the bank has no branch of this code"},
        {is_type(in->type), "zengin_account_type", "there is no such kind of account"},
        {is_digits(str_of(in->number), BANK_NUMBER_DIGITS), "zengin_account_number",
         "an account number has 7 digits"},
        {is_written_so(in->holder, BANK_HOLDER_CHARACTERS), "zengin_account_holder_kana",
         "the holder's name is not as banks write it"},
        {is_name_or_empty(in->bank_name), "zengin_bank_name",
         "the bank's name is not as banks write it"},
        {is_name_or_empty(in->branch_name), "zengin_branch_name",
         "the branch's name is not as banks write it"},
    };
    for (size_t i = 0; i < COUNT(CLAIMS); i++)
        if (!CLAIMS[i].is_good)
            return refused(arena, prefix, CLAIMS[i].name, CLAIMS[i].message);
    return OK;
}

bool bank_number_read(str text, char ret[BANK_NUMBER_DIGITS + 1])
{
    if (text.bytes == 0 || text.bytes > BANK_NUMBER_DIGITS || !is_digits(text, text.bytes))
        return false;
    memset(ret, '0', BANK_NUMBER_DIGITS);
    memcpy(ret + BANK_NUMBER_DIGITS - text.bytes, text.at, text.bytes);
    ret[BANK_NUMBER_DIGITS] = '\0';
    return true;
}

/* ---- ゆうちょ ------------------------------------------------------------------------------ */

enum { SYMBOL_DIGITS = 5, YUCHO_NUMBER_DIGITS = 8, YUCHO_CHECKING_DIGITS = 6 };

/* The branches are called by their digits, read aloud. */
static const char *const DIGITS[] = {"ｾﾞﾛ", "ｲﾁ", "ﾆ", "ｻﾝ", "ﾖﾝ", "ｺﾞ", "ﾛｸ", "ﾅﾅ", "ﾊﾁ", "ｷﾕｳ"};

static void branch_write(str symbol, char last, struct bank_account_details *io)
{
    const char code[] = {symbol.at[1], symbol.at[2], last, '\0'};
    memcpy(io->branch_code, code, sizeof code);
    char *end = io->branch_name;
    for (size_t i = 0; i < BANK_BRANCH_DIGITS; i++) {
        const str digit = str_of(DIGITS[code[i] - '0']);
        memcpy(end, digit.at, digit.bytes);
        end += digit.bytes;
    }
    *end = '\0';
}

bool yucho_convert(str symbol, str number, struct bank_account_details *ret)
{
    static const char BANK[] = "9900", NAME[] = "ﾕｳﾁﾖ";
    if (!is_digits(symbol, SYMBOL_DIGITS) || !is_digits(number, number.bytes))
        return false;
    const bool is_checking = symbol.at[0] == '0';
    if (!is_checking && (symbol.at[0] != '1' || number.bytes < 2 ||
                         number.bytes > YUCHO_NUMBER_DIGITS || number.at[number.bytes - 1] != '1'))
        return false;
    if (is_checking && number.bytes > YUCHO_CHECKING_DIGITS)
        return false;
    struct bank_account_details out = *ret;
    if (!bank_number_read((str){number.at, number.bytes - (is_checking ? 0 : 1)}, out.number))
        return false;
    memcpy(out.bank_code, BANK, sizeof BANK);
    memcpy(out.bank_name, NAME, sizeof NAME);
    out.type = is_checking ? ACCOUNT_CHECKING : ACCOUNT_ORDINARY;
    branch_write(symbol, is_checking ? '9' : '8', &out);
    *ret = out;
    return true;
}
