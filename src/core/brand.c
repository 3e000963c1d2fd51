/* SPDX-License-Identifier: Apache-2.0 */
#include "core/brand.h"

#include <assert.h>
#include <stddef.h>

#include "base/compiler.h"

#define PARAM_LOGO  "--logo"
#define PARAM_COLOR "--color"

/* ---- numbers in files ----------------------------------------------------------------------- */

static uint32_t byte_at(str bytes, size_t i)
{
    return (uint8_t)bytes.at[i];
}

static uint32_t big16(str bytes, size_t i)
{
    return byte_at(bytes, i) << 8 | byte_at(bytes, i + 1);
}

static uint32_t little16(str bytes, size_t i)
{
    return byte_at(bytes, i) | byte_at(bytes, i + 1) << 8;
}

static bool has_at(str bytes, size_t i, str what)
{
    return i <= bytes.bytes && what.bytes <= bytes.bytes - i &&
           str_equal((str){bytes.at + i, what.bytes}, what);
}

/* ---- sizes ---------------------------------------------------------------------------------- */

/* signature (8), bytes (4), "IHDR", width (4), height (4) */
static bool png_size(str bytes, struct logo *ret)
{
    if (bytes.bytes < 24 || !has_at(bytes, 12, S("IHDR")))
        return false;
    ret->width = big16(bytes, 16) << 16 | big16(bytes, 18);
    ret->height = big16(bytes, 20) << 16 | big16(bytes, 22);
    return true;
}

/* C0 to CF begin a frame, but for DHT, JPG and DAC. */
static bool is_frame(uint32_t marker)
{
    return (marker & 0xf0) == 0xc0 && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments: FF, marker, bytes (2, itself included), ...; of a frame: precision (1), height (2),
 * width (2). */
static bool jpeg_size(str bytes, struct logo *ret)
{
    for (size_t i = 2; i + 9 <= bytes.bytes;) {
        if (byte_at(bytes, i) != 0xff)
            return false;
        const uint32_t marker = byte_at(bytes, i + 1), length = big16(bytes, i + 2);
        if (marker == 0xff) { /* fills */
            i++;
            continue;
        }
        if (is_frame(marker)) {
            ret->height = big16(bytes, i + 5);
            ret->width = big16(bytes, i + 7);
            return true;
        }
        if (length < 2)
            return false;
        i += 2 + length;
    }
    return false;
}

/* "RIFF", bytes (4), "WEBP", the first chunk's name (4) and bytes (4), and then
 *   "VP8 ": tag (3), 9d 01 2a, width and height (2 each, 14 bits)
 *   "VP8L": 2f, 14 bits of width - 1, 14 bits of height - 1
 *   "VP8X": flags (4), width - 1 (3), height - 1 (3) */
static bool webp_size(str bytes, struct logo *ret)
{
    if (bytes.bytes < 30)
        return false;
    if (has_at(bytes, 12, S("VP8 ")) && has_at(bytes, 23, S("\x9d\x01\x2a"))) {
        ret->width = little16(bytes, 26) & 0x3fff;
        ret->height = little16(bytes, 28) & 0x3fff;
        return true;
    }
    if (has_at(bytes, 12, S("VP8L")) && byte_at(bytes, 20) == 0x2f) {
        const uint32_t bits = little16(bytes, 21) | little16(bytes, 23) << 16;
        ret->width = (bits & 0x3fff) + 1;
        ret->height = (bits >> 14 & 0x3fff) + 1;
        return true;
    }
    if (has_at(bytes, 12, S("VP8X"))) {
        ret->width = (little16(bytes, 24) | byte_at(bytes, 26) << 16) + 1;
        ret->height = (little16(bytes, 27) | byte_at(bytes, 29) << 16) + 1;
        return true;
    }
    return false;
}

/* ---- kinds ---------------------------------------------------------------------------------- */

static const struct {
    const char *type;
    bool (*size)(str bytes, struct logo *ret);
} KINDS[LOGO_KINDS] = {
    [LOGO_PNG] = {"image/png", png_size},
    [LOGO_JPEG] = {"image/jpeg", jpeg_size},
    [LOGO_WEBP] = {"image/webp", webp_size},
};

enum logo_kind logo_kind_of(str bytes)
{
    if (has_at(bytes, 0, S("\x89PNG\r\n\x1a\n")))
        return LOGO_PNG;
    if (has_at(bytes, 0, S("\xff\xd8\xff")))
        return LOGO_JPEG;
    if (has_at(bytes, 0, S("RIFF")) && has_at(bytes, 8, S("WEBP")))
        return LOGO_WEBP;
    return LOGO_NONE;
}

const char *logo_type(enum logo_kind kind)
{
    assert(LOGO_NONE < kind && kind < LOGO_KINDS);
    return KINDS[kind].type;
}

result logo_read(str bytes, struct logo *ret)
{
    struct logo logo = {.kind = logo_kind_of(bytes)};
    if (bytes.bytes > LOGO_BYTES_MAX)
        return FAIL(E_INVALID_PARAMETER, PARAM_LOGO, "a logo has at most 64 KiB");
    if (logo.kind == LOGO_NONE)
        return FAIL(E_INVALID_PARAMETER, PARAM_LOGO, "a logo is a PNG, JPEG or WebP file");
    if (!KINDS[logo.kind].size(bytes, &logo) || logo.width == 0 || logo.height == 0)
        return FAIL(E_INVALID_PARAMETER, PARAM_LOGO, "this file does not say how large it is");
    if (logo.width > LOGO_SIDE_MAX || logo.height > LOGO_SIDE_MAX)
        return FAIL(E_INVALID_PARAMETER, PARAM_LOGO, "a logo is at most 1024 pixels wide and high");
    *ret = logo;
    return OK;
}

/* ---- colour, contact ------------------------------------------------------------------------ */

static int hex_value(char digit)
{
    if ('0' <= digit && digit <= '9')
        return digit - '0';
    const char small = (char)(digit | 0x20);
    return 'a' <= small && small <= 'f' ? small - 'a' + 10 : -1;
}

result brand_color_read(str text, int64_t *ret)
{
    static const char WHAT[] = "a colour is written as #1a4fd0";
    int64_t color = 0;
    if (text.bytes != BRAND_COLOR_TEXT_BYTES - 1 || text.at[0] != '#')
        return FAIL(E_INVALID_PARAMETER, PARAM_COLOR, WHAT);
    for (size_t i = 1; i < text.bytes; i++) {
        const int value = hex_value(text.at[i]);
        if (value < 0)
            return FAIL(E_INVALID_PARAMETER, PARAM_COLOR, WHAT);
        color = color * 16 + value;
    }
    *ret = color;
    return OK;
}

void brand_color_text(int64_t color, char ret[BRAND_COLOR_TEXT_BYTES])
{
    assert(0 <= color && color <= 0xffffff);
    ret[0] = '#';
    for (int i = BRAND_COLOR_TEXT_BYTES - 2; i > 0; i--, color /= 16)
        ret[i] = "0123456789abcdef"[color % 16];
    ret[BRAND_COLOR_TEXT_BYTES - 1] = '\0';
}

result brand_contact_check(str text)
{
    for (size_t i = 0; i < text.bytes; i++)
        if ((uint8_t)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return FAIL(E_INVALID_PARAMETER, "--contact", "a contact is one line of text");
    if (str_characters(text) > BRAND_CONTACT_CHARACTERS_MAX)
        return FAIL(E_INVALID_PARAMETER, "--contact", "a contact has at most 255 characters");
    return OK;
}
