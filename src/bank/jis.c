/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/jis.h"

#include "base/compiler.h"

enum {
    KANA_FIRST = 0xa1,
    KANA_LAST = 0xdf,
    KANA_TO_UNICODE = 0xff61 - KANA_FIRST,
    YEN = 0x5c, /* U+00a5 or a backslash */
};

#define IN(set)  (1U << (set))
#define NAMES    (IN(JIS_BANK_NAME) | IN(JIS_HOLDER) | IN(JIS_HOLDER_BARE) | IN(JIS_EDI))
#define HOLDERS  (IN(JIS_HOLDER) | IN(JIS_HOLDER_BARE) | IN(JIS_EDI))
#define PERIODS  (IN(JIS_BANK_NAME) | IN(JIS_HOLDER) | IN(JIS_EDI))
#define ANYWHERE (IN(JIS_CODE) | NAMES)

/* The table of bank-rails 2.2: from, to, and the sets that have these bytes. */
static const struct {
    unsigned char first, last;
    unsigned sets;
} SETS[] = {
    {'0', '9', ANYWHERE},      {'A', 'Z', ANYWHERE},      {0xb1, 0xdd, NAMES}, /* ｱ to ﾝ */
    {0xde, 0xdf, NAMES},                                                       /* ﾞ ﾟ */
    {' ', ' ', NAMES},         {'-', '-', NAMES},         {'.', '.', PERIODS},
    {'(', ')', HOLDERS},       {'/', '/', IN(JIS_EDI)},   {',', ',', IN(JIS_EDI)},
    {YEN, YEN, IN(JIS_EDI)},   {0xa2, 0xa3, IN(JIS_EDI)}, /* ｢ ｣ */
    {0xa6, 0xa6, IN(JIS_EDI)},                            /* ｦ */
};

static bool is_in(unsigned char byte, enum jis_set set)
{
    for (size_t i = 0; i < COUNT(SETS); i++)
        if (SETS[i].first <= byte && byte <= SETS[i].last)
            return (SETS[i].sets & IN(set)) != 0;
    return false;
}

/* The byte of the character at a place, which is moved behind it; 0: it has none. */
static unsigned char next_byte(str text, size_t *at)
{
    const unsigned char *p = (const unsigned char *)text.at + *at;
    const size_t left = text.bytes - *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (left >= 2 && p[0] == 0xc2 && p[1] == 0xa5) {
        *at += 2;
        return YEN;
    }
    if (left < 3 || p[0] != 0xef || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
        return 0;
    const int c = 0xf000 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    *at += 3;
    const int byte = c - KANA_TO_UNICODE;
    return KANA_FIRST <= byte && byte <= KANA_LAST ? (unsigned char)byte : 0;
}

bool jis_write(str text, enum jis_set set, char *to, size_t bytes_max, size_t *ret)
{
    size_t count = 0;
    for (size_t at = 0; at < text.bytes; count++) {
        const unsigned char byte = next_byte(text, &at);
        if (count == bytes_max || !is_in(byte, set)) {
            *ret = count;
            return false;
        }
        to[count] = (char)byte;
    }
    *ret = count;
    return true;
}

static size_t put_character(unsigned char byte, char *to)
{
    if (byte < 0x80) {
        to[0] = (char)byte;
        return 1;
    }
    const int c = byte + KANA_TO_UNICODE;
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (char)(0x80 | (c & 0x3f));
    return JIS_UTF8_BYTES;
}

bool jis_read(str bytes, char *to, size_t *ret)
{
    while (bytes.bytes > 0 && bytes.at[bytes.bytes - 1] == ' ')
        bytes.bytes--;
    size_t written = 0;
    for (size_t i = 0; i < bytes.bytes; i++) {
        const unsigned char byte = (unsigned char)bytes.at[i];
        if ((byte < ' ' || byte > '~') && (byte < KANA_FIRST || byte > KANA_LAST)) {
            *ret = i;
            return false;
        }
        written += put_character(byte, to + written);
    }
    *ret = written;
    return true;
}
