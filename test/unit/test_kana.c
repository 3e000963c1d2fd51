/* SPDX-License-Identifier: Apache-2.0 */
/* test_kana.c: the bank's form of a name, bank-rails 2.2 and 2.3. */
#include <stdio.h>

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

static void check_company(const char *from, const char *to)
{
    struct kana k = {.bytes = 0};
    size_t at = 0;
    const result r = kana_of_company(str_of(from), KANA_DOTS, &k, &at);
    if (r.code != E_OK)
        UNIT_FAIL("%s: %s at %zu", from, r.message, at);
    CHECK_TEXT(k.text, to);
    CHECK_I64((int64_t)k.bytes, (int64_t)strlen(to));
    CHECK_I64((int64_t)k.characters, (int64_t)str_characters(str_of(to)));
    CHECK_OK(kana_of_company(str_of(to), KANA_DOTS, &k, &at)); /* it stays as it is */
    CHECK_TEXT(k.text, to);
}

static void check_company_refused(const char *from, size_t want_at)
{
    struct kana k;
    size_t at = 0;
    const result r = kana_of_company(str_of(from), KANA_DOTS, &k, &at);
    CHECK_RESULT(r, E_INVALID_PARAMETER, NULL);
    CHECK(r.message != NULL);
    CHECK_I64((int64_t)at, (int64_t)want_at);
}

/* The vectors of the reference, and the same names in other spellings. */
TEST(forms_of_companies_are_abbreviated)
{
    check_company("サンプルカブシキガイシャ", "ｻﾝﾌﾟﾙ(ｶ");
    check_company("カブシキカイシャサンプル", "ｶ)ｻﾝﾌﾟﾙ");
    check_company("サンプルカブシキガイシャチバシテン", "ｻﾝﾌﾟﾙ(ｶ)ﾁﾊﾞｼﾃﾝ");
    check_company("サンプル株式会社", "ｻﾝﾌﾟﾙ(ｶ");
    check_company("株式会社サンプル", "ｶ)ｻﾝﾌﾟﾙ");
    check_company("株式会社　サンプル", "ｶ)ｻﾝﾌﾟﾙ");
    check_company(" サンプル 株式会社 チバ シテン ", "ｻﾝﾌﾟﾙ(ｶ)ﾁﾊﾞ ｼﾃﾝ");
    check_company("ｻﾝﾌﾟﾙ ｶﾌﾞｼｷｶﾞｲｼｬ ", "ｻﾝﾌﾟﾙ(ｶ");
    check_company("さんぷるかぶしきがいしゃ", "ｻﾝﾌﾟﾙ(ｶ");
    check_company("㈱サンプル", "ｶ)ｻﾝﾌﾟﾙ");
    check_company("（有）サンプル", "ﾕ)ｻﾝﾌﾟﾙ");
    check_company("医療法人社団サンプル", "ｲ)ｻﾝﾌﾟﾙ");
    check_company("チホウドクリツギョウセイホウジンサンプル", "ﾁﾄﾞｸ)ｻﾝﾌﾟﾙ");
    check_company("サンプル・テスト株式会社", "ｻﾝﾌﾟﾙ.ﾃｽﾄ(ｶ");
    check_company("ｻﾝﾌﾟﾙ･ﾃｽﾄ", "ｻﾝﾌﾟﾙ.ﾃｽﾄ");
    check_company("ABC合同会社", "ABC(ﾄﾞ");
    check_company("ヤマダ", "ﾔﾏﾀﾞ");
}

/* One of each kind: a corporation, a business, an office. */
TEST(a_form_of_each_kind_is_abbreviated_once)
{
    check_company("サンプル生命保険相互会社", "ｻﾝﾌﾟﾙｾｲﾒｲ(ｿ");
    check_company("カブシキガイシャサンプル チバエイギョウショ", "ｶ)ｻﾝﾌﾟﾙ ﾁﾊﾞ(ｴｲ");
    check_company("サンプル営業所株式会社", "ｻﾝﾌﾟﾙ(ｴｲ)(ｶ");
    check_company("サンプルギョギョウキョウドウクミアイレンゴウカイ", "ｻﾝﾌﾟﾙｷﾞﾖﾚﾝ");
    check_company("サンプル労働組合", "ｻﾝﾌﾟﾙﾛｳｸﾐ");
    struct kana k = {.bytes = 0};
    size_t at = 0;
    CHECK_OK(kana_of_company(S("カブシキガイシャサンプルユウゲンガイシャ"), KANA_DOTS, &k, &at));
    CHECK_TEXT(k.text, "ｶ)ｻﾝﾌﾟﾙﾕｳｹﾞﾝｶﾞｲｼﾔ");
    check_company_refused("株式会社サンプル有限会社", 8);
    check_company_refused("株式会社見本", 4);
    check_company_refused("株式会社", 0);
    check_company_refused("株式会社 営業所 ", 8);
    check_company_refused("", 0);
    check_company("カブシキガ", "ｶﾌﾞｼｷｶﾞ");
}

/* Goal:   every spelling of the table gives its abbreviation, with the brackets of its place.
 * Method: all rows at the head, in the middle and at the tail. */
TEST(every_form_has_the_brackets_of_its_place)
{
    enum { FORM_CORPORATE, FORM_BUSINESS, FORM_OFFICE };
    static const struct {
        int class;
        const char *abbreviation, *spellings[5];
    } FORMS[] = {
#define FORM(class, abbreviation, ...) {FORM_##class, (abbreviation), {__VA_ARGS__}},
#include "core/company_form.def"
#undef FORM
    };
    char from[200], to[200];
    for (size_t i = 0; i < COUNT(FORMS); i++)
        for (size_t s = 0; s < 5 && FORMS[i].spellings[s] != NULL; s++) {
            const char *a = FORMS[i].abbreviation, *spelling = FORMS[i].spellings[s];
            const bool is_plain = FORMS[i].class == FORM_BUSINESS;
            (void)snprintf(from, sizeof from, "%sアイ", spelling);
            (void)snprintf(to, sizeof to, is_plain ? "%sｱｲ" : "%s)ｱｲ", a);
            check_company(from, to);
            (void)snprintf(from, sizeof from, "アイ%sウエ", spelling);
            (void)snprintf(to, sizeof to, is_plain ? "ｱｲ%sｳｴ" : "ｱｲ(%s)ｳｴ", a);
            check_company(from, to);
            (void)snprintf(from, sizeof from, "アイ%s", spelling);
            (void)snprintf(to, sizeof to, is_plain ? "ｱｲ%s" : "ｱｲ(%s", a);
            check_company(from, to);
        }
}

TEST(a_bank_has_its_own_ways)
{
    static const struct {
        const char *from, *to;
        struct kana_way way;
    } ROWS[] = {
        {"ジョン・スミス", "ｼﾞﾖﾝ ｽﾐｽ", {KANA_DOTS, false, false}},
        {"J.スミス", "J.ｽﾐｽ", {KANA_DOTS, false, false}},
        {"J.スミス", "J ｽﾐｽ", {KANA_NO_DOTS, false, false}},
        {"サンプル・テスト株式会社", "ｻﾝﾌﾟﾙ ﾃｽﾄ(ｶ", {KANA_NO_DOTS, true, false}},
        {"ｶ)ｻﾝﾌﾟﾙ.ﾃｽﾄ", "ｶ)ｻﾝﾌﾟﾙ ﾃｽﾄ", {KANA_NO_DOTS, true, false}},
        {"カブシキガイシャ", "ｶﾌﾞｼｷｶﾞｲｼﾔ", {KANA_DOTS, false, false}}, /* a person's name */
        {"1234567890123456789012345678901",
         "123456789012345678901234567890",
         {KANA_DOTS, true, true}},
        {"12345678901234567890123456789ガ",
         "12345678901234567890123456789ｶ",
         {KANA_DOTS, true, true}},
        {"12345678901234567890123456789 12",
         "12345678901234567890123456789",
         {KANA_DOTS, false, true}},
    };
    struct kana k = {.bytes = 0};
    size_t at = 0;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        CHECK_OK(kana_for_bank(str_of(ROWS[i].from), &ROWS[i].way, &k, &at));
        CHECK_TEXT(k.text, ROWS[i].to);
        CHECK_I64((int64_t)k.bytes, (int64_t)strlen(ROWS[i].to));
    }
    CHECK_RESULT(kana_for_bank(str_of("ヤマダ太郎"), &ROWS[0].way, &k, &at), E_INVALID_PARAMETER,
                 NULL);
    CHECK_I64((int64_t)at, 3);
    CHECK_RESULT(kana_for_bank(str_of("\xe3\x82"), &ROWS[0].way, &k, &at), E_INVALID_PARAMETER,
                 NULL);
}

/* Goal:   too long is too long, wherever the abbreviation stands.
 * Method: both sides of the limit of a name, and of what is read at all. */
TEST(a_company_has_thirty_characters_too)
{
    char text[4 * KANA_TEXT_MAX];
    check_company("1234567890123456789012345678株式会社", "1234567890123456789012345678(ｶ");
    check_company_refused("12345678901234567890123456789株式会社", 29);
    check_company_refused("1234567890123456789012345678901", 30);
    check_company_refused("123456789012345678901234567890 1", 31);
    check_company_refused("123456789012345678901234567890株式会社", 30);
    memset(text, ' ', KANA_TEXT_MAX);
    text[KANA_TEXT_MAX - 1] = 'A';
    text[KANA_TEXT_MAX] = '\0';
    check_company(text, "A");
    memcpy(text + KANA_TEXT_MAX, " ", 2);
    check_company_refused(text, KANA_TEXT_MAX);
}

/* Goal:   a person's name has one form, whichever function is asked.
 * Method: random texts of all kinds of characters, kana_of_name as the oracle. */
TEST(a_person_has_the_same_name_at_every_bank)
{
    static const char *const PIECES[] = {"ア", "ガ", "パ", "ッ", "ー", "・", " ",  "　", "a", "Z",
                                         "9",  ".",  "(",  "ｱ",  "ｶﾞ", "ヲ", "見", "&",  "-", "ゔ"};
    const uint64_t first = random_seed();
    for (uint64_t round = 0; round < 20000; round++) {
        random_round(first + round);
        char text[200] = "";
        size_t bytes = 0, at = 0, want_at = 0;
        for (int64_t n = random_between(0, 34); n > 0; n--) {
            const char *piece = PIECES[random_u64() % (COUNT(PIECES) - (round % 3 == 0 ? 0 : 4))];
            memcpy(text + bytes, piece, strlen(piece));
            bytes += strlen(piece);
        }
        struct kana k = {.bytes = 0}, want = {.bytes = 0};
        const struct kana_way way = {.profile = KANA_DOTS};
        const result w = kana_of_name((str){text, bytes}, &want, &want_at);
        const result r = kana_for_bank((str){text, bytes}, &way, &k, &at);
        CHECK_I64(r.code, w.code);
        if (r.code == E_OK)
            CHECK_TEXT(k.text, want.text);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(names_take_the_form_of_the_reference),
        CLAIM(every_kana_of_the_syllabary_has_its_half_width_form),
        CLAIM(half_width_text_keeps_what_a_bank_takes),
        CLAIM(what_a_bank_cannot_write_is_refused_where_it_stands),
        CLAIM(thirty_characters_fit_and_no_more),
        CLAIM(forms_of_companies_are_abbreviated),
        CLAIM(a_form_of_each_kind_is_abbreviated_once),
        CLAIM(every_form_has_the_brackets_of_its_place),
        CLAIM(a_bank_has_its_own_ways),
        CLAIM(a_company_has_thirty_characters_too),
        CLAIM(a_person_has_the_same_name_at_every_bank),
    };
    return RUN_ALL(all);
}
