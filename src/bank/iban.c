/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/iban.h"

#include <string.h>

#include "base/compiler.h"

/* The countries that have IBANs, and how long theirs are. */
static const struct {
    char country[3];
    unsigned char characters;
} LENGTHS[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20},
    {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27},
    {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NL", 18}, {"NO", 15},
    {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"ST", 25}, {"SV", 28},
    {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
};

/* ISO 3166-1, two letters each; XK is not in it, but banks of Kosovo have it. */
static const char COUNTRIES[] =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCM"
    "CNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY"
    "HKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMF"
    "MGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARE"
    "RORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZ"
    "VAVCVEVGVIVNVUWFWSYEYTZAZMZWXK";

static bool is_letter(char c)
{
    return 'A' <= c && c <= 'Z';
}

static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

static size_t length_of(const char *country)
{
    for (size_t i = 0; i < COUNT(LENGTHS); i++)
        if (memcmp(LENGTHS[i].country, country, 2) == 0)
            return LENGTHS[i].characters;
    return 0;
}

/* The number modulo 97 with its first four characters at the end, letters as 10 to 35. */
static unsigned rest_by_97(const char *iban, size_t characters)
{
    unsigned rest = 0;
    for (size_t i = 0; i < characters; i++) {
        const char c = iban[(i + 4) % characters];
        rest =
            is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A') + 10;
        rest %= 97;
    }
    return rest;
}

bool iban_read(str text, char ret[IBAN_CHARACTERS_MAX + 1])
{
    char iban[IBAN_CHARACTERS_MAX + 1] = {0};
    size_t characters = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        const char c =
            'a' <= text.at[i] && text.at[i] <= 'z' ? (char)(text.at[i] - 'a' + 'A') : text.at[i];
        if (c == ' ')
            continue;
        if ((!is_letter(c) && !is_digit(c)) || characters == IBAN_CHARACTERS_MAX)
            return false;
        iban[characters++] = c;
    }
    if (characters < 5 || characters != length_of(iban) || !is_digit(iban[2]) ||
        !is_digit(iban[3]) || rest_by_97(iban, characters) != 1)
        return false;
    memcpy(ret, iban, sizeof iban);
    return true;
}

bool bic_is_valid(str text)
{
    if (text.bytes != 8 && text.bytes != BIC_CHARACTERS_MAX)
        return false;
    for (size_t i = 0; i < text.bytes; i++)
        if (!is_letter(text.at[i]) && !is_digit(text.at[i]))
            return false;
    for (size_t i = 0; i + 2 < sizeof COUNTRIES; i += 2)
        if (memcmp(COUNTRIES + i, text.at + 4, 2) == 0)
            return true;
    return false;
}

bool bic_is_same(str a, str b)
{
    if (!bic_is_valid(a) || !bic_is_valid(b) || memcmp(a.at, b.at, 8) != 0)
        return false;
    const char *branch_a = a.bytes == 8 ? "XXX" : a.at + 8;
    const char *branch_b = b.bytes == 8 ? "XXX" : b.at + 8;
    return memcmp(branch_a, branch_b, 3) == 0;
}
