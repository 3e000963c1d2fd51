/* SPDX-License-Identifier: Apache-2.0 */
#include "core/card.h"

#include <assert.h>
#include <string.h>

#include "base/compiler.h"

enum { PREFIX_DIGITS = 4, YEAR_MAX = 2100 };

/* Issuer identification numbers by their first four digits. */
static const struct {
    int from, to;
    enum card_brand brand;
} PREFIXES[] = {
    {2221, 2720, BRAND_MASTER},
    {3000, 3059, BRAND_DINERS_CLUB},
    {3095, 3095, BRAND_DINERS_CLUB},
    {3400, 3499, BRAND_AMERICAN_EXPRESS},
    {3528, 3589, BRAND_JCB},
    {3600, 3699, BRAND_DINERS_CLUB},
    {3700, 3799, BRAND_AMERICAN_EXPRESS},
    {3800, 3999, BRAND_DINERS_CLUB},
    {4000, 4999, BRAND_VISA},
    {5100, 5599, BRAND_MASTER},
    {6011, 6011, BRAND_DISCOVER},
    {6440, 6599, BRAND_DISCOVER},
};

const char *card_brand_slug(enum card_brand brand)
{
    static const char *const SLUGS[CARD_BRANDS] = {
        [BRAND_VISA] = "visa",
        [BRAND_MASTER] = "master",
        [BRAND_JCB] = "jcb",
        [BRAND_AMERICAN_EXPRESS] = "american_express",
        [BRAND_DINERS_CLUB] = "diners_club",
        [BRAND_DISCOVER] = "discover",
        [BRAND_UNKNOWN] = "unknown",
    };
    assert(brand != BRAND_NONE && brand < CARD_BRANDS);
    return SLUGS[brand];
}

static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

static bool are_digits(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (!is_digit(s.at[i]))
            return false;
    return true;
}

enum card_brand card_brand_of(str digits)
{
    if (digits.bytes < PREFIX_DIGITS || !are_digits(digits))
        return BRAND_UNKNOWN;
    int prefix = 0;
    for (size_t i = 0; i < PREFIX_DIGITS; i++)
        prefix = prefix * 10 + (digits.at[i] - '0');
    for (size_t i = 0; i < COUNT(PREFIXES); i++)
        if (PREFIXES[i].from <= prefix && prefix <= PREFIXES[i].to)
            return PREFIXES[i].brand;
    return BRAND_UNKNOWN;
}

bool card_passes_luhn(str digits)
{
    if (digits.bytes == 0 || !are_digits(digits))
        return false;
    int sum = 0;
    for (size_t i = 0; i < digits.bytes; i++) { /* i counts from the last digit */
        const int digit = digits.at[digits.bytes - 1 - i] - '0';
        sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
    }
    return sum % 10 == 0;
}

/* The digits of raw into ret; their count, or 0 if there is anything but digits, blanks and hyphens
 * or more than fit. */
static size_t take_digits(str raw, char ret[CARD_NUMBER_MAX + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < raw.bytes; i++) {
        const char c = raw.at[i];
        if (c == ' ' || c == '-')
            continue;
        if (!is_digit(c) || count == CARD_NUMBER_MAX)
            return 0;
        ret[count++] = c;
    }
    ret[count] = '\0';
    return count;
}

result card_number_read(str raw, char ret[CARD_NUMBER_MAX + 1])
{
    const size_t count = take_digits(raw, ret);
    if (count < CARD_NUMBER_MIN || !card_passes_luhn((str){ret, count})) {
        explicit_bzero(ret, CARD_NUMBER_MAX + 1);
        return FAIL(E_INVALID_NUMBER, "payment_details.number", "the card number is invalid");
    }
    return OK;
}

result card_expiry_check(int64_t month, int64_t year, int64_t *ret_year)
{
    if (month < 1 || month > 12)
        return FAIL(E_INVALID_PARAMETER, "payment_details.month", "month must be 1 to 12");
    if (year < 1 || year > YEAR_MAX)
        return FAIL(E_INVALID_PARAMETER, "payment_details.year", "year must be 1 to 2100");
    *ret_year = year < 100 ? 2000 + year : year;
    return OK;
}

result card_verification_check(str value)
{
    if (value.bytes < 3 || value.bytes > 4 || !are_digits(value))
        return FAIL(E_INVALID_PARAMETER, "payment_details.verification_value",
                    "the verification value must be 3 or 4 digits");
    return OK;
}
