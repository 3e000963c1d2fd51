/* SPDX-License-Identifier: Apache-2.0 */
/* test_kana.c: the bank's form of a name, bank-rails 2.2 and 2.3. */
#include "unit.h"

#include "core/kana.h"

static void check_form(const char *from, const char *to)
{
    struct kana k = {.bytes = 0};
    size_t at = 0;
    CHECK_OK(kana_of_name(str_of(from), &k, &at));
    CHECK_TEXT(k.text, to);
    CHECK_I64((int64_t)k.bytes, (int64_t)strlen(to));
    CHECK_I64((int64_t)k.characters, (int64_t)str_characters(str_of(to)));
}

static void check_refused(const char *from, size_t want_at)
{
    struct kana k;
    size_t at = 0;
    const result r = kana_of_name(str_of(from), &k, &at);
    CHECK_RESULT(r, E_INVALID_PARAMETER, NULL);
    CHECK(r.message != NULL);
    CHECK_I64((int64_t)at, (int64_t)want_at);
}

/* The vectors of the reference. */
TEST(names_take_the_form_of_the_reference)
{
    check_form("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ");
    check_form("シャチョウ", "ｼﾔﾁﾖｳ");
    check_form("ミュージック", "ﾐﾕ-ｼﾞﾂｸ");
    check_form("ジョン・スミス", "ｼﾞﾖﾝ ｽﾐｽ");
    check_form("ヴァイオリン", "ｳﾞｱｲｵﾘﾝ");
    check_form("ヲグラ", "ｵｸﾞﾗ");
    check_form("ＡＢＣ－１２３", "ABC-123");
    check_refused("株式会社", 0);
}

/* Every full-width katakana against the half-width one that Unicode folds it to. */
TEST(every_kana_of_the_syllabary_has_its_half_width_form)
{
    check_form("アイウエオカキクケコサシスセソタチツテト", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄ");
    check_form("ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン", "ﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ");
    check_form("ガギグゲゴザジズゼゾダヂヅデド", "ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ");
    check_form("バビブベボパピプペポヴ", "ﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟｳﾞ");
    check_form("ァィゥェォャュョッヮヵヶヰヱヲ", "ｱｲｳｴｵﾔﾕﾖﾂﾜｶｹｲｴｵ");
    check_form("やまだ　たろう", "ﾔﾏﾀﾞ ﾀﾛｳ");
    check_form("ぁゔゖ", "ｱｳﾞｹ");
}

TEST(half_width_text_keeps_what_a_bank_takes)
{
    check_form("ﾔﾏﾀﾞ ﾊﾟﾝ", "ﾔﾏﾀﾞ ﾊﾟﾝ");
    check_form("ｦｧｨｩｪｫｬｭｮｯｰ", "ｵｱｲｳｴｵﾔﾕﾖﾂ-");
    check_form("Tanaka (Co.) 7-11", "TANAKA (CO.) 7-11");
    check_form("か\xe3\x82\x99は\xe3\x82\x9aか゛は゜", "ｶﾞﾊﾟｶﾞﾊﾟ"); /* marks by themselves */
    check_form("~〜～-－—−ー", "--------");
    check_form("  ヤマダ 　・･\xc2\xa0 ハナ  ", "ﾔﾏﾀﾞ ﾊﾅ");
}

TEST(what_a_bank_cannot_write_is_refused_where_it_stands)
{
    check_refused("ヤマダ太郎", 3);
    check_refused("ヤマダ&ハナ", 3);
    check_refused("ヤ/マ", 1);
    check_refused("ヤ、マ", 1);
    check_refused("ｱ｡", 1);
    check_refused("ヤ\xf0\x9f\x98\x80", 1);
    check_refused("é", 0);
    check_refused("ヷ", 0);
    check_refused("", 0);
    check_refused(" 　", 2);
    check_refused("\xe3\x82", 0);
    check_refused("[", 0);
    check_refused("{", 0);
    check_refused("｠", 0);
    check_refused("ﾠ", 0);
}

TEST(thirty_characters_fit_and_no_more)
{
    check_form("ガガガガガガガガガガガガガガガ", "ｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞ");
    check_form("123456789012345678901234567890 ", "123456789012345678901234567890");
    check_refused("1234567890123456789012345678901", 30);
    check_refused("12345678901234567890123456789ガ", 29);
    check_refused("12345678901234567890123456789 12", 30);
    check_refused("123456789012345678901234567890 1", 31);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(names_take_the_form_of_the_reference),
        CLAIM(every_kana_of_the_syllabary_has_its_half_width_form),
        CLAIM(half_width_text_keeps_what_a_bank_takes),
        CLAIM(what_a_bank_cannot_write_is_refused_where_it_stands),
        CLAIM(thirty_characters_fit_and_no_more),
    };
    return RUN_ALL(all);
}
