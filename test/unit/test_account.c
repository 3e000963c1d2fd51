/* SPDX-License-Identifier: Apache-2.0 */
/* test_account.c: accounts in Japan and beyond: checks, ゆうちょ, IBAN, BIC (bank-rails 6, 7.4). */
#include "unit.h"

#include "bank/account.h"
#include "bank/iban.h"

static const struct bank_account_details GOOD = {.bank_code = "0005",
                                                 .branch_code = "001",
                                                 .number = "7654321",
                                                 .type = ACCOUNT_ORDINARY,
                                                 .bank_name = "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ",
                                                 .branch_name = "ﾎﾝﾃﾝ",
                                                 .holder = "ﾔﾏﾀﾞ ﾀﾛｳ"};

static struct arena *arena;

static void check_refused(const struct bank_codes *codes, const struct bank_account_details *in,
                          const char *param)
{
    char name[80] = "account.";
    memcpy(name + strlen(name), param, strlen(param) + 1);
    CHECK_RESULT(bank_account_check(codes, 20000, in, "account", arena), E_INVALID_PARAMETER, name);
    CHECK_RESULT(bank_account_check(codes, 20000, in, NULL, arena), E_INVALID_PARAMETER, param);
}

/* Goal:   an account that a file can name passes, and each field that it cannot is named.
 * Method: one spoiled field at a time, with and without a list of banks. */
TEST(an_account_is_checked_field_by_field)
{
    struct bank_codes *codes = NULL;
    arena = arena_new(1 << 16);
    CHECK_OK(codes_builtin(&codes));
    CHECK_OK(bank_account_check(codes, 20000, &GOOD, "account", arena));
    CHECK_OK(bank_account_check(NULL, 20000, &GOOD, NULL, arena));

    struct bank_account_details in = GOOD;
    in.bank_name[0] = in.branch_name[0] = '\0';
    CHECK_OK(bank_account_check(codes, 20000, &in, "account", arena));
    for (int type = -1; type < 10; type++) {
        in.type = (enum bank_account_type)type;
        if (type == 1 || type == 2 || type == 4)
            CHECK_OK(bank_account_check(NULL, 20000, &in, NULL, arena));
        else
            check_refused(NULL, &in, "zengin_account_type");
    }
    static const struct {
        size_t at;
        const char *text, *param;
    } ROWS[] = {
#define AT(field) offsetof(struct bank_account_details, field)
        {AT(bank_code), "005", "zengin_bank_code"},
        {AT(bank_code), "00x5", "zengin_bank_code"},
        {AT(bank_code), "", "zengin_bank_code"},
        {AT(branch_code), "01", "zengin_branch_code"},
        {AT(branch_code), "0-1", "zengin_branch_code"},
        {AT(number), "765432", "zengin_account_number"},
        {AT(number), "76543 1", "zengin_account_number"},
        {AT(holder), "", "zengin_account_holder_kana"},
        {AT(holder), "山田 太郎", "zengin_account_holder_kana"},
        {AT(holder), "ヤマダ タロウ", "zengin_account_holder_kana"},
        {AT(holder), "ﾔﾏﾀﾞ  ﾀﾛｳ", "zengin_account_holder_kana"},
        {AT(bank_name), "みずほ", "zengin_bank_name"},
        {AT(bank_name), "1234567890123456", "zengin_bank_name"},
        {AT(branch_name), "ﾎﾝﾃﾝ ", "zengin_branch_name"},
#undef AT
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        in = GOOD;
        memcpy((char *)&in + ROWS[i].at, ROWS[i].text, strlen(ROWS[i].text) + 1);
        check_refused(NULL, &in, ROWS[i].param);
        check_refused(codes, &in, ROWS[i].param);
    }
    in = GOOD;
    memcpy(in.bank_code, "0002", 5);
    CHECK_OK(bank_account_check(NULL, 20000, &in, NULL, arena));
    check_refused(codes, &in, "zengin_bank_code");
    in = GOOD;
    memcpy(in.branch_code, "000", 4);
    CHECK_OK(bank_account_check(NULL, 20000, &in, NULL, arena));
    check_refused(codes, &in, "zengin_branch_code");
    codes_free(codes);
    arena_free(arena);
}

TEST(a_number_gets_its_zeros_back)
{
    char number[BANK_NUMBER_DIGITS + 1] = "x";
    CHECK(!bank_number_read(S(""), number));
    CHECK(!bank_number_read(S("12345678"), number));
    CHECK(!bank_number_read(S("12a"), number));
    CHECK_TEXT(number, "x");
    CHECK(bank_number_read(S("1"), number));
    CHECK_TEXT(number, "0000001");
    CHECK(bank_number_read(S("1234567"), number));
    CHECK_TEXT(number, "1234567");
}

/* The vectors of bank-rails 6. */
TEST(an_account_of_the_post_bank_is_converted)
{
    static const struct {
        const char *symbol, *number, *branch, *converted, *name;
        enum bank_account_type type;
    } ROWS[] = {
        {"10530", "12345671", "058", "1234567", "ｾﾞﾛｺﾞﾊﾁ", ACCOUNT_ORDINARY},
        {"14560", "00123451", "458", "0012345", "ﾖﾝｺﾞﾊﾁ", ACCOUNT_ORDINARY},
        {"14560", "123451", "458", "0012345", "ﾖﾝｺﾞﾊﾁ", ACCOUNT_ORDINARY},
        {"00530", "234567", "059", "0234567", "ｾﾞﾛｺﾞｷﾕｳ", ACCOUNT_CHECKING},
        {"11200", "11", "128", "0000001", "ｲﾁﾆﾊﾁ", ACCOUNT_ORDINARY},
    };
    static const char *const BAD[][2] = {
        {"1053", "12345671"},  {"105300", "12345671"}, {"20530", "12345671"},
        {"1053a", "12345671"}, {"10530", "123456711"}, {"10530", "12345672"},
        {"10530", "1"},        {"10530", ""},          {"10530", "1234567a"},
        {"00530", "1234567"},  {"00530", ""},          {"", "1"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct bank_account_details out = GOOD;
        CHECK(yucho_convert(str_of(ROWS[i].symbol), str_of(ROWS[i].number), &out));
        CHECK_TEXT(out.bank_code, "9900");
        CHECK_TEXT(out.bank_name, "ﾕｳﾁﾖ");
        CHECK_TEXT(out.branch_code, ROWS[i].branch);
        CHECK_TEXT(out.branch_name, ROWS[i].name);
        CHECK_TEXT(out.number, ROWS[i].converted);
        CHECK_I64(out.type, ROWS[i].type);
        CHECK_TEXT(out.holder, GOOD.holder);
    }
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct bank_account_details out = GOOD;
        CHECK(!yucho_convert(str_of(BAD[i][0]), str_of(BAD[i][1]), &out));
        CHECK_TEXT(out.bank_code, GOOD.bank_code);
        CHECK_TEXT(out.branch_code, GOOD.branch_code);
        CHECK_TEXT(out.number, GOOD.number);
        CHECK_TEXT(out.bank_name, GOOD.bank_name);
        CHECK_TEXT(out.branch_name, GOOD.branch_name);
        CHECK_I64(out.type, GOOD.type);
    }
}

/* Goal:   the branches of the post bank have the names of the list of banks.
 * Method: every symbol, where the list has its branch. */
TEST(branches_of_the_post_bank_are_called_by_their_digits)
{
    struct bank_codes *codes = NULL;
    int found = 0;
    CHECK_OK(codes_builtin(&codes));
    for (int i = 0; i < 200; i++) {
        const char symbol[] = {(char)(i < 100 ? '0' : '1'),
                               (char)('0' + i / 10 % 10),
                               (char)('0' + i % 10),
                               '0',
                               '0',
                               '\0'};
        struct bank_account_details out = GOOD, listed;
        CHECK(yucho_convert(str_of(symbol), S("11"), &out));
        listed = out;
        codes_name_account(codes, 20000, &listed);
        CHECK_TEXT(listed.bank_name, out.bank_name);
        if (listed.branch_name[0] == '\0')
            continue;
        CHECK_TEXT(out.branch_name, listed.branch_name);
        found++;
    }
    CHECK(found > 50);
    codes_free(codes);
}

/* The vectors of bank-rails 7.4; then every digit spoiled in turn. */
TEST(an_iban_has_its_length_and_check_digits)
{
    static const char *const ROWS[][2] = {
        {"GB82WEST12345698765432", "GB82WEST12345698765432"},
        {"gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"},
        {"DE89370400440532013000", "DE89370400440532013000"},
        {"FR1420041010050500013M02606", "FR1420041010050500013M02606"},
        {"NL91ABNA0417164300", "NL91ABNA0417164300"},
        {" NO9386011117947 ", "NO9386011117947"},
    };
    static const char *const BAD[] = {
        "",
        "GB83WEST12345698765432",
        "GB82WEST1234569876543",
        "GB82WEST123456987654321",
        "JP82WEST12345698765432",
        "GBA2WEST12345698765432",
        "GB8AWEST12345698765432",
        "GB82WEST1234569876543-",
        "GB82",
        "GB82WEST12345698765432GB82WEST12345698765432",
        "\xef\xbc\xa7\xef\xbc\xa2",
    };
    char iban[IBAN_CHARACTERS_MAX + 1] = "x";
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!iban_read(str_of(BAD[i]), iban));
    CHECK_TEXT(iban, "x");
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        CHECK(iban_read(str_of(ROWS[i][0]), iban));
        CHECK_TEXT(iban, ROWS[i][1]);
        char spoiled[IBAN_CHARACTERS_MAX + 1], other[IBAN_CHARACTERS_MAX + 1];
        for (size_t at = 4; iban[at] != '\0'; at++) {
            memcpy(spoiled, iban, sizeof spoiled);
            spoiled[at] = spoiled[at] == '3' ? '4' : '3';
            CHECK(!iban_read(str_of(spoiled), other));
        }
    }
}

TEST(a_bic_has_its_form_and_country)
{
    static const char *const GOOD_BICS[] = {"BOTKJPJT", "BOTKJPJTXXX", "DEUTDEFF500", "NCBVXKPR"};
    static const char *const BAD[] = {"",         "BOTKJPJ",  "BOTKJPJTX",    "BOTKZZJT",
                                      "BOTKJP-T", "botkjpjt", "BOTKJPJTXXXX", "BOTKPJJT"};
    for (size_t i = 0; i < COUNT(GOOD_BICS); i++)
        CHECK(bic_is_valid(str_of(GOOD_BICS[i])));
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!bic_is_valid(str_of(BAD[i])));
    CHECK(bic_is_same(S("BOTKJPJT"), S("BOTKJPJTXXX")));
    CHECK(bic_is_same(S("BOTKJPJTXXX"), S("BOTKJPJT")));
    CHECK(!bic_is_same(S("DEUTDEFF500"), S("DEUTDEFF")));
    CHECK(!bic_is_same(S("DEUTDEFF500"), S("BOTKJPJT")));
    CHECK(!bic_is_same(S("BOTKJPJ"), S("BOTKJPJT")));
    CHECK(!bic_is_same(S("BOTKJPJT"), S("BOTKJPJ")));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(an_account_is_checked_field_by_field),
        CLAIM(a_number_gets_its_zeros_back),
        CLAIM(an_account_of_the_post_bank_is_converted),
        CLAIM(branches_of_the_post_bank_are_called_by_their_digits),
        CLAIM(an_iban_has_its_length_and_check_digits),
        CLAIM(a_bic_has_its_form_and_country),
    };
    return RUN_ALL(all);
}
