/* SPDX-License-Identifier: Apache-2.0 */
/* test_brand.c: logos and colours of merchants. */
#include "unit.h"

#include <string.h>

#include "core/brand.h"

#define FILE_OF(literal)                                                                           \
    {                                                                                              \
        literal, sizeof literal - 1                                                                \
    }
#define PNG_HEAD  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define WEBP_HEAD "RIFF\0\0\0\0WEBP"

/* Heads of files as their standards lay them out: each is read, and each one without its last byte
 * is not. */
TEST(a_logo_has_the_size_that_its_head_says)
{
    static const struct {
        str bytes;
        struct logo logo;
    } FILES[] = {
        {FILE_OF(PNG_HEAD "\0\0\1\2\0\0\4\0"), {LOGO_PNG, 258, 1024}},
        {FILE_OF("\xff\xd8\xff\xc0\0\x11\x08\0\x40\1\0"), {LOGO_JPEG, 256, 64}},
        {FILE_OF("\xff\xd8\xff\xe0\0\4JF\xff\xff\xc2\0\x11\x08\0\x40\4\0"), {LOGO_JPEG, 1024, 64}},
        {FILE_OF("\xff\xd8\xff\xc4\0\2\xff\xc8\0\2\xff\xcc\0\2\xff\xcf\0\x11\x08\0\1\0\2"),
         {LOGO_JPEG, 2, 1}},
        {FILE_OF(WEBP_HEAD "VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x02\x41\x03\x80"), {LOGO_WEBP, 258, 3}},
        {FILE_OF(WEBP_HEAD "VP8L\0\0\0\0\x2f\xff\xc0\x01\0\0\0\0\0\0"), {LOGO_WEBP, 256, 8}},
        {FILE_OF(WEBP_HEAD "VP8X\0\0\0\0\0\0\0\0\xff\3\0\x1f\0\0"), {LOGO_WEBP, 1024, 32}},
    };
    for (size_t i = 0; i < COUNT(FILES); i++) {
        struct logo got = {0};
        const str cut = {FILES[i].bytes.at, FILES[i].bytes.bytes - 1};
        CHECK_OK(logo_read(FILES[i].bytes, &got));
        CHECK_I64(got.kind, FILES[i].logo.kind);
        CHECK_I64(got.width, FILES[i].logo.width);
        CHECK_I64(got.height, FILES[i].logo.height);
        got = (struct logo){LOGO_PNG, 7, 7};
        CHECK_RESULT(logo_read(cut, &got), E_INVALID_PARAMETER, "--logo");
        CHECK_I64(got.width, 7); /* untouched */
    }
    CHECK_TEXT(logo_type(LOGO_PNG), "image/png");
    CHECK_TEXT(logo_type(LOGO_JPEG), "image/jpeg");
    CHECK_TEXT(logo_type(LOGO_WEBP), "image/webp");
}

TEST(what_is_no_picture_or_too_large_is_no_logo)
{
    static char large[LOGO_BYTES_MAX + 1] = PNG_HEAD "\0\0\0\1\0\0\0\1";
    static const str FILES[] = {
        FILE_OF(""),
        FILE_OF("\x89PNG\r\n\x1a"),
        FILE_OF("GIF89a\1\0\1\0"),
        FILE_OF("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        FILE_OF("RIFF\0\0\0\0WAVEfmt "),
        FILE_OF("RIFF"),
        FILE_OF("RIFX\0\0\0\0WEBPVP8 "),
        FILE_OF("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\0\1\0\0\0\1"),
        FILE_OF(PNG_HEAD "\0\0\0\0\0\0\0\1"),
        FILE_OF(PNG_HEAD "\0\0\0\1\0\0\0\0"),
        FILE_OF(PNG_HEAD "\0\0\4\1\0\0\0\1"),
        FILE_OF(PNG_HEAD "\0\0\0\1\0\0\4\1"),
        FILE_OF(PNG_HEAD "\xff\xff\xff\xff\0\0\0\1"),
        FILE_OF("\xff\xd8\xff\xe0\0\1\xff\xc0\0\x11\x08\0\1\0\2"), /* a segment shorter than its
                                                                      length */
        FILE_OF("\xff\xd8\xff\xe0\0\2\1\2\3\4\5\6\7\x08\x09"),     /* no marker behind it */
        FILE_OF("\xff\xd8\xff\xe0\xff\xff\1\2\3\4\5\6\7\x08"),     /* beyond the end */
        FILE_OF(WEBP_HEAD "VP8 \0\0\0\0\0\0\0\x9d\x01\x2b\1\0\1\0"),
        FILE_OF(WEBP_HEAD "VP8L\0\0\0\0\x2e\0\0\0\0\0\0\0\0\0"),
        FILE_OF(WEBP_HEAD "ANIM\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    };
    struct logo got = {LOGO_PNG, 7, 7};
    for (size_t i = 0; i < COUNT(FILES); i++)
        CHECK_RESULT(logo_read(FILES[i], &got), E_INVALID_PARAMETER, "--logo");
    CHECK_RESULT(logo_read((str){large, sizeof large}, &got), E_INVALID_PARAMETER, "--logo");
    CHECK_I64(got.width, 7);
    CHECK_OK(logo_read((str){large, sizeof large - 1}, &got));
    CHECK_I64(got.width, 1);
}

TEST(a_colour_is_six_hexadecimal_digits)
{
    static const struct {
        const char *text, *small;
        int64_t color;
    } GOOD[] = {
        {"#000000", "#000000", 0},
        {"#ffffff", "#ffffff", 0xffffff},
        {"#1A4fD0", "#1a4fd0", 0x1a4fd0},
    };
    static const char *const BAD[] = {"",         "#",       "1a4fd0",     "01a4fd0", "#1a4fd",
                                      "#1a4fd00", "#1a4fdg", "#1a4fd\x80", "#1a4f/0", "#1a4f:0",
                                      "#1a4f@0",  "#1a4f`0", "red"};
    int64_t color = 42;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_RESULT(brand_color_read(str_of(BAD[i]), &color), E_INVALID_PARAMETER, "--color");
    CHECK_I64(color, 42);
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        char text[BRAND_COLOR_TEXT_BYTES];
        CHECK_OK(brand_color_read(str_of(GOOD[i].text), &color));
        CHECK_I64(color, GOOD[i].color);
        brand_color_text(color, text);
        CHECK_TEXT(text, GOOD[i].small);
    }
}

TEST(a_contact_is_one_line)
{
    char text[3 * (BRAND_CONTACT_CHARACTERS_MAX + 1)];
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "\xe5\xba\x97", 3);
    CHECK_OK(brand_contact_check(S("help@shop.example, 03-1234-5678 (9:00 - 18:00)")));
    CHECK_OK(brand_contact_check((str){text, sizeof text - 3}));
    CHECK_RESULT(brand_contact_check((str){text, sizeof text}), E_INVALID_PARAMETER, "--contact");
    CHECK_RESULT(brand_contact_check(S("a\nb")), E_INVALID_PARAMETER, "--contact");
    CHECK_RESULT(brand_contact_check(S("a\x7f")), E_INVALID_PARAMETER, "--contact");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_logo_has_the_size_that_its_head_says),
        CLAIM(what_is_no_picture_or_too_large_is_no_logo),
        CLAIM(a_colour_is_six_hexadecimal_digits),
        CLAIM(a_contact_is_one_line),
    };
    return RUN_ALL(all);
}
