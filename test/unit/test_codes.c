/* SPDX-License-Identifier: Apache-2.0 */
/* test_codes.c: the list of banks and branches, the one that is built in and others. */
#include <stdio.h>

#include "unit.h"

#include "bank/codes.h"
#include "core/kana.h"

/* All that the npm package zengin-code holds (test/lib/bank_codes.mjs), in order; a branch has no
 * bank of its own here: it is that of the last row that has one. */
static const struct {
    const char *bank, *branch, *name, *kana;
} HELD[] = {
#define BANK(code, name, kana)   {(code), NULL, (name), (kana)},
#define BRANCH(code, name, kana) {NULL, (code), (name), (kana)},
#include "bank_codes_held.gen.h"
#undef BANK
#undef BRANCH
};

static struct bank_codes *builtin(void)
{
    struct bank_codes *codes = NULL;
    CHECK_OK(codes_builtin(&codes));
    return codes;
}

static void check_names(const struct bank_name *got, const char *name, const char *kana)
{
    struct kana want;
    size_t at;
    CHECK_OK(kana_of_name(str_of(kana), &want, &at));
    CHECK(str_is(got->name, name));
    CHECK(str_is(got->kana, want.text));
}

/* Goal:   the list that is built in has every code of the package under its names, and no other.
 * Method: every code that can be written, in the order of the package. */
TEST(the_list_that_is_built_in_is_the_package)
{
    struct bank_codes *codes = builtin();
    struct bank_name name;
    size_t at = 0, banks = 0;
    char bank[24], branch[24];
    for (int b = 0; b < 10000; b++) {
        (void)snprintf(bank, sizeof bank, "%04d", b);
        const bool is_held =
            at < COUNT(HELD) && HELD[at].bank != NULL && strcmp(HELD[at].bank, bank) == 0;
        CHECK(codes_bank(codes, str_of(bank), 0, &name) == is_held);
        if (!is_held)
            continue;
        check_names(&name, HELD[at].name, HELD[at].kana);
        at++;
        banks++;
        for (int r = 0; r < 1000; r++) {
            (void)snprintf(branch, sizeof branch, "%03d", r);
            const bool has =
                at < COUNT(HELD) && HELD[at].branch != NULL && strcmp(HELD[at].branch, branch) == 0;
            CHECK(codes_branch(codes, str_of(bank), str_of(branch), DAY_LAST, &name) == has);
            if (has) {
                check_names(&name, HELD[at].name, HELD[at].kana);
                at++;
            }
        }
    }
    CHECK_I64((int64_t)at, (int64_t)COUNT(HELD));
    CHECK_I64((int64_t)codes_bank_count(codes), (int64_t)banks);
    CHECK_I64((int64_t)codes_branch_count(codes), (int64_t)(COUNT(HELD) - banks));
    CHECK(banks > 1000 && COUNT(HELD) > 20000);
    codes_free(codes);
}

/* The codes of bank-rails 6. */
TEST(banks_of_the_reference_are_there)
{
    static const char *const ROWS[][2] = {
        {"0001", "ﾐｽﾞﾎ"},    {"0005", "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ"}, {"0009", "ﾐﾂｲｽﾐﾄﾓ"}, {"0010", "ﾘｿﾅ"},
        {"0017", "ｻｲﾀﾏﾘｿﾅ"}, {"0033", "ﾍﾟｲﾍﾟｲ"},        {"0034", "ｾﾌﾞﾝ"},    {"0035", "ｿﾆ-"},
        {"0036", "ﾗｸﾃﾝ"},    {"9900", "ﾕｳﾁﾖ"},
    };
    struct bank_codes *codes = builtin();
    struct bank_name name;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        CHECK(codes_bank(codes, str_of(ROWS[i][0]), 20000, &name));
        CHECK(str_is(name.kana, ROWS[i][1]));
    }
    struct bank_account_details account = {.bank_code = "0001", .branch_code = "001"};
    codes_name_account(codes, 20000, &account);
    CHECK_TEXT(account.bank_name, "ﾐｽﾞﾎ");
    CHECK_TEXT(account.branch_name, "ﾄｳｷﾖｳ");
    memcpy(account.branch_code, "000", 4);
    codes_name_account(codes, 20000, &account);
    CHECK_TEXT(account.bank_name, "ﾐｽﾞﾎ");
    CHECK_TEXT(account.branch_name, "");
    codes_free(codes);
}

TEST(what_is_no_code_is_found_nowhere)
{
    static const char *const BAD[] = {"", "1", "001", "00001", "000a", "000/", "000:", " 001"};
    struct bank_codes *codes = builtin();
    struct bank_name name = {.kana = S("x")};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        CHECK(!codes_bank(codes, str_of(BAD[i]), 0, &name));
        CHECK(!codes_branch(codes, str_of(BAD[i]), S("001"), 0, &name));
        if (strlen(BAD[i]) != 3)
            CHECK(!codes_branch(codes, S("0001"), str_of(BAD[i]), 0, &name));
    }
    CHECK(str_is(name.kana, "x"));
    codes_free(codes);
}

/* A code has other names on other days; nothing is there before the first and after the last. */
TEST(a_code_is_there_on_its_days)
{
    static const char LIST[] = "# a comment\n\n"
                               "0002\t001\tｶﾝﾀﾞ\t神田\r\n"
                               "0001\t\tｱﾀﾗｼｲ\t新しい\t2026-04-01\t\n"
                               "0001\t\tﾌﾙｲ\t古い\t2001-01-01\t2026-03-31\n"
                               "0001\t003\tﾏﾙﾉｳﾁ\t丸の内\t\t2026-12-31\n"
                               "0002\t\tﾅﾗﾋﾞ\tならび";
    static const struct {
        int year, month, dom;
        const char *bank, *branch, *other;
    } ROWS[] = {
        {2000, 12, 31, NULL, NULL, "神田"},         {2001, 1, 1, "古い", "丸の内", "神田"},
        {2026, 3, 31, "古い", "丸の内", "神田"},    {2026, 4, 1, "新しい", "丸の内", "神田"},
        {2026, 12, 31, "新しい", "丸の内", "神田"}, {2027, 1, 1, "新しい", NULL, "神田"},
    };
    struct bank_codes *codes = NULL;
    size_t line = 9;
    CHECK_OK(codes_read(str_of(LIST), &codes, &line));
    CHECK_I64((int64_t)line, 0);
    CHECK_I64((int64_t)codes_bank_count(codes), 3);
    CHECK_I64((int64_t)codes_branch_count(codes), 2);
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const day on = day_of_civil(ROWS[i].year, ROWS[i].month, ROWS[i].dom);
        struct bank_name name;
        CHECK(codes_bank(codes, S("0001"), on, &name) == (ROWS[i].bank != NULL));
        CHECK(ROWS[i].bank == NULL || str_is(name.name, ROWS[i].bank));
        CHECK(codes_branch(codes, S("0001"), S("003"), on, &name) == (ROWS[i].branch != NULL));
        CHECK(ROWS[i].branch == NULL || str_is(name.name, ROWS[i].branch));
        CHECK(codes_branch(codes, S("0002"), S("001"), on, &name));
        CHECK(str_is(name.name, ROWS[i].other) && str_is(name.kana, "ｶﾝﾀﾞ"));
    }
    codes_free(codes);
    codes_free(NULL);
}

TEST(a_list_with_an_error_is_refused_with_its_line)
{
    static const struct {
        const char *list;
        size_t line;
    } ROWS[] = {
        {"", 0},
        {"# nothing\n", 0},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t\t\tx\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\n001\t\tﾐｽﾞﾎ\tみずほ\n", 2},
        {"000a\t\tﾐｽﾞﾎ\tみずほ\n", 1},
        {"0001\t01\tﾐｽﾞﾎ\tみずほ\n", 1},
        {"0001\t\tミズホ\tみずほ\n", 1},
        {"0001\t\t\tみずほ\n", 1},
        {"0001\t\tﾐｽﾞﾎ\n", 1},
        {"0001\t\tﾐｽﾞﾎ\t\xe3\x81\n", 1},
        {"0001\t\t1234567890123456\tみずほ\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026-02-30\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t20260201\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026/02/01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026-02/01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026-0a-01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026-01-0a\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t202x-01-01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t\t2026-1-01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t2026-02-02\t2026-02-01\n", 1},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\n\n0001\t\tﾐｽﾞﾎ\tみずほ\n", 3},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\t\t2026-02-02\n0001\t\tﾐｽﾞﾎ\tみずほ\t2026-02-02\n", 2},
        {"0001\t\tﾐｽﾞﾎ\tみずほ\n0002\t001\tﾎﾝﾃﾝ\t本店\n", 2},
    };
    struct bank_codes *codes = NULL;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        size_t line = 99;
        const result r = codes_read(str_of(ROWS[i].list), &codes, &line);
        if (!unit_is(r, E_INVALID_PARAMETER, NULL) || line != ROWS[i].line || r.message == NULL)
            UNIT_FAIL("row %zu: %s at %zu", i, err_name(r.code), line);
    }
    CHECK(codes == NULL); /* untouched */
}

/* Goal:   a list is bounded.
 * Method: both sides of the number of banks and of branches, and of the bytes. */
TEST(a_list_has_its_limits)
{
    enum { LINE = 24 };
    const size_t room = (CODES_BANKS_MAX + CODES_BRANCHES_MAX + 2) * LINE;
    char *text = calloc(1, room);
    struct bank_codes *codes = NULL;
    size_t line;
    CHECK(text != NULL);
    for (int over = 0; over < 2; over++) {
        size_t bytes = 0;
        for (int i = 0; i < CODES_BANKS_MAX + over; i++)
            bytes += (size_t)snprintf(text + bytes, room - bytes, "%04d\t\tA\tB\n", i);
        const result r = codes_read((str){text, bytes}, &codes, &line);
        CHECK_I64(r.code, over == 0 ? E_OK : E_INVALID_PARAMETER);
        CHECK_I64((int64_t)line, over == 0 ? 0 : CODES_BANKS_MAX + 1);
    }
    codes_free(codes);
    for (int over = 0; over < 2; over++) {
        size_t bytes = 0;
        for (int i = 0; i < 100; i++)
            bytes += (size_t)snprintf(text + bytes, room - bytes, "%04d\t\tA\tB\n", i);
        for (int i = 0; i < CODES_BRANCHES_MAX + over; i++)
            bytes += (size_t)snprintf(text + bytes, room - bytes, "%04d\t%03d\tA\tB\n", i / 1000,
                                      i % 1000);
        const result r = codes_read((str){text, bytes}, &codes, &line);
        CHECK_I64(r.code, over == 0 ? E_OK : E_INVALID_PARAMETER);
    }
    codes_free(codes);
    free(text);
    text = calloc(1, CODES_BYTES_MAX + 1);
    CHECK(text != NULL);
    memset(text, '#', CODES_BYTES_MAX + 1);
    memcpy(text, "0001\t\tA\tB\n", 10);
    CHECK_OK(codes_read((str){text, CODES_BYTES_MAX}, &codes, &line));
    codes_free(codes);
    CHECK_RESULT(codes_read((str){text, CODES_BYTES_MAX + 1}, &codes, &line), E_INVALID_PARAMETER,
                 NULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(the_list_that_is_built_in_is_the_package),
        CLAIM(banks_of_the_reference_are_there),
        CLAIM(what_is_no_code_is_found_nowhere),
        CLAIM(a_code_is_there_on_its_days),
        CLAIM(a_list_with_an_error_is_refused_with_its_line),
        CLAIM(a_list_has_its_limits),
    };
    return RUN_ALL(all);
}
