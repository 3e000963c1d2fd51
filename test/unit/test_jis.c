/* SPDX-License-Identifier: Apache-2.0 */
/* test_jis.c: characters of banks' files, bank-rails 2.1 and 2.2. */
#include "unit.h"

#include "bank/jis.h"

/* Every kana of the table from U+ff61 on, in the order of the bytes from 0xa1. */
static const char KANA[] = "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ";

/* Goal:   each byte is the character that the table of Unicode says, and no other byte is read.
 * Method: all 256 bytes against the text of all kana and the C library's ASCII. */
TEST(each_byte_is_one_character)
{
    for (int byte = 0; byte < 256; byte++) {
        char to[JIS_UTF8_BYTES] = {0};
        const char from = (char)byte;
        size_t bytes = 99;
        const bool is_kana = 0xa1 <= byte && byte <= 0xdf;
        const bool is_read = jis_read((str){&from, 1}, to, &bytes);
        CHECK(is_read == (is_kana || (' ' <= byte && byte <= '~')));
        if (!is_read)
            CHECK_I64(bytes, 0);
        else if (byte == ' ')
            CHECK_I64(bytes, 0); /* blanks at the end are filling */
        else if (is_kana)
            CHECK(bytes == 3 && memcmp(to, KANA + 3 * (byte - 0xa1), 3) == 0);
        else
            CHECK(bytes == 1 && to[0] == from);
    }
}

/* The columns of bank-rails 2.2, written out. */
static const char *const ALLOWED[JIS_SETS] = {
    [JIS_CODE] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    [JIS_BANK_NAME] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -."
                      "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
    [JIS_HOLDER] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -.()"
                   "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
    [JIS_HOLDER_BARE] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -()"
                        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
    [JIS_EDI] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -.()/,\\｢｣ｦ"
                "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
};

static bool is_allowed(enum jis_set set, const char *character)
{
    const size_t bytes = strlen(character);
    for (const char *at = ALLOWED[set]; *at != '\0'; at += (*at & 0x80) != 0 ? 3 : 1)
        if (strncmp(at, character, bytes) == 0)
            return true;
    return false;
}

TEST(each_field_takes_the_characters_of_its_column_and_no_others)
{
    for (int set = JIS_CODE; set < JIS_SETS; set++)
        for (int byte = 1; byte < 256; byte++) {
            char utf8[4] = {0}, to[2] = {0};
            size_t count = 99;
            if (byte >= 0xa1 && byte <= 0xdf)
                memcpy(utf8, KANA + 3 * (byte - 0xa1), 3);
            else if (byte < 0x80)
                utf8[0] = (char)byte;
            else
                continue;
            const bool wanted = is_allowed((enum jis_set)set, utf8);
            CHECK(jis_write(str_of(utf8), (enum jis_set)set, to, 1, &count) == wanted);
            CHECK_I64(count, wanted ? 1 : 0);
            CHECK_I64((unsigned char)to[0], wanted ? byte : 0);
        }
}

TEST(the_yen_sign_stands_where_the_backslash_does)
{
    char to[2];
    size_t count;
    CHECK(jis_write(str_of("¥"), JIS_EDI, to, 1, &count));
    CHECK(count == 1 && to[0] == '\\');
    CHECK(!jis_write(str_of("¥"), JIS_HOLDER, to, 1, &count));
}

TEST(a_text_is_as_long_as_its_field_allows)
{
    char to[8] = "xxxxxxx";
    size_t count;
    CHECK(jis_write(str_of("ｶﾞ1"), JIS_HOLDER, to, 3, &count));
    CHECK(count == 3 && memcmp(to,
                               "\xb6\xde"
                               "1xxxx",
                               7) == 0);
    CHECK(!jis_write(str_of("ｶﾞ1A"), JIS_HOLDER, to, 3, &count));
    CHECK_I64(count, 3);
    CHECK(jis_write(S(""), JIS_HOLDER, to, 0, &count));
    CHECK_I64(count, 0);
    CHECK(!jis_write(str_of("A"), JIS_HOLDER, to, 0, &count));
}

/* What is no character of JIS: kanji, full-width kana, halves of characters. */
TEST(what_has_no_byte_is_refused_where_it_stands)
{
    static const char *const BAD[] = {"株",
                                      "ガ",
                                      "é",
                                      "\xef",
                                      "\xef\xbd",
                                      "\xef\x41\xb1",
                                      "\xef\xbd\x41",
                                      "\xef\xbd\xa0",
                                      "\xef\xbe\xa0",
                                      "\xc2\xa6",
                                      "\xc2",
                                      "\xff",
                                      "😀"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        char text[16] = "AB", to[16];
        size_t count = 99;
        memcpy(text + 2, BAD[i], strlen(BAD[i]) + 1);
        CHECK(!jis_write(str_of(text), JIS_EDI, to, sizeof to, &count));
        CHECK_I64(count, 2);
    }
    char to[16];
    size_t at;
    CHECK(!jis_read(S("AB\x80\x20"), to, &at));
    CHECK_I64(at, 2);
    CHECK(!jis_read(S("A\n"), to, &at));
    CHECK_I64(at, 1);
}

TEST(what_was_written_reads_back)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 2000; round++) {
        random_round(seed + round);
        char from[61] = {0}, bytes[20], back[61];
        size_t used = 0, count, length;
        const size_t wanted = (size_t)random_between(0, 20);
        for (size_t i = 0; i < wanted; i++) {
            const size_t at = (size_t)random_between(0, 54) * 3; /* ｱ to ﾟ and the signs' place */
            const bool is_kana = at / 3 < 47;
            memcpy(from + used, is_kana ? KANA + 3 * 16 + at : "7", is_kana ? 3 : 1);
            used += is_kana ? 3 : 1;
        }
        CHECK(jis_write((str){from, used}, JIS_EDI, bytes, sizeof bytes, &count));
        CHECK_I64(count, wanted);
        CHECK(jis_read((str){bytes, count}, back, &length));
        CHECK(length == used && memcmp(from, back, used) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(each_byte_is_one_character),
        CLAIM(each_field_takes_the_characters_of_its_column_and_no_others),
        CLAIM(the_yen_sign_stands_where_the_backslash_does),
        CLAIM(a_text_is_as_long_as_its_field_allows),
        CLAIM(what_has_no_byte_is_refused_where_it_stands),
        CLAIM(what_was_written_reads_back),
    };
    return RUN_ALL(all);
}
