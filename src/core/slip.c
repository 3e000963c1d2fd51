/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slip.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

enum { AMOUNT_DIGITS = 6, BEFORE_CHECK = SLIP_DIGITS - 1 };

static bool are_digits(str text)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return true;
}

char slip_check_digit(str digits)
{
    assert(are_digits(digits));
    unsigned sum = 0;
    for (size_t i = 0; i < digits.bytes; i++)
        sum += (unsigned)(digits.at[i] - '0') * ((digits.bytes - i) % 2 == 1 ? 3 : 1);
    return (char)('0' + (10 - sum % 10) % 10);
}

static result check(const struct slip *slip)
{
    if (slip->biller.bytes != SLIP_BILLER_DIGITS || !are_digits(slip->biller))
        return FAIL(E_INVALID_PARAMETER, "biller", "a biller code has six digits");
    if (slip->free.bytes > SLIP_FREE_DIGITS || !are_digits(slip->free))
        return FAIL(E_INVALID_PARAMETER, "free", "the free part has at most 21 digits");
    if (slip->reissue < 0 || slip->reissue > 9)
        return FAIL(E_INVALID_PARAMETER, "reissue", "a slip is issued again at most nine times");
    if (slip->amount_minor < 1 || slip->amount_minor > SLIP_MINOR_MAX)
        return FAIL(E_AMOUNT_RANGE, "amount", "a slip is of at most 300,000 yen");
    return OK;
}

static char *put(char *at, const char *digits, size_t count)
{
    memcpy(at, digits, count);
    return at + count;
}

/* "260131": the western year's last two digits, month, day. */
static char *put_due(char *at, int64_t due_us)
{
    static const size_t PLACES[] = {2, 5, 8}; /* in "2026-01-31T..." */
    char text[TIME_TEXT_JST_BYTES];
    if (due_us == 0)
        return put(at, "999999", 6);
    time_text_jst(due_us, text);
    for (size_t i = 0; i < COUNT(PLACES); i++)
        at = put(at, text + PLACES[i], 2);
    return at;
}

static char *put_amount(char *at, int64_t amount_minor)
{
    for (size_t i = AMOUNT_DIGITS; i-- > 0; amount_minor /= 10)
        at[i] = (char)('0' + amount_minor % 10);
    return at + AMOUNT_DIGITS;
}

result slip_number(const struct slip *slip, char ret[SLIP_DIGITS + 1])
{
    static const char ZEROS[] = "000000000000000000000";
    static_assert(sizeof ZEROS == SLIP_FREE_DIGITS + 1, "zeros for a whole free part");
    TRY(check(slip));
    char *at = put(ret, "91", 2);
    at = put(at, slip->biller.at, SLIP_BILLER_DIGITS);
    at = put(at, ZEROS, SLIP_FREE_DIGITS - slip->free.bytes);
    at = put(at, slip->free.at, slip->free.bytes);
    *at++ = (char)('0' + slip->reissue);
    at = put_due(at, slip->due_us);
    *at++ = slip->has_stamp ? '1' : '0';
    at = put_amount(at, slip->amount_minor);
    *at = slip_check_digit((str){ret, BEFORE_CHECK});
    ret[SLIP_DIGITS] = '\0';
    return OK;
}
