/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_amount.c: amounts and percentages as text: "1500", "1500.0000", "+7", "3.25%".
 * Properties: what is accepted is in range and is the number that 128-bit arithmetic finds in the
 * text; a percentage prints back. */
#include <jansson.h>

#include "api/tax.h"
#include "core/fee.h"
#include "core/money.h"
#include "core/payment.h"
#include "fuzz.h"
#include "http/fields.h"

struct amount_in {
    bool has_amount;
    int64_t amount;
};
static const struct field FIELDS[] = {
    {"amount", F_I64, offsetof(struct amount_in, amount), offsetof(struct amount_in, has_amount),
     FIELD_REQUIRED, 1, AMOUNT_MINOR_MAX, NULL},
};

/* Far from every limit, and ten times it still fits. */
#define TOO_LARGE ((i128)INT64_MAX * 1000)

/* The number in units of 10^-scale; false unless the text is one decimal number with at most so
 * many digits after the point that are not zero, and small enough to compare. */
static bool number_of(str s, unsigned scale, i128 *ret)
{
    i128 value = 0;
    size_t i = 0;
    const bool is_negative = s.bytes > 0 && s.at[0] == '-';
    i += s.bytes > 0 && (s.at[0] == '-' || s.at[0] == '+');
    unsigned after = 0;
    bool has_point = false, has_digit = false;
    for (; i < s.bytes; i++) {
        if (s.at[i] == '.' && !has_point && has_digit) {
            has_point = true;
            has_digit = false;
        } else if (s.at[i] >= '0' && s.at[i] <= '9') {
            has_digit = true;
            if (has_point && after == scale) {
                if (s.at[i] != '0')
                    return false;
                continue;
            }
            after += has_point;
            value = value > TOO_LARGE ? value : value * 10 + (s.at[i] - '0');
        } else {
            return false;
        }
    }
    for (; after < scale; after++)
        value = value > TOO_LARGE ? value : value * 10;
    *ret = is_negative ? -value : value;
    return has_digit;
}

static void check_amount(str text, struct arena *arena)
{
    if (!str_is_utf8(text))
        return;
    json_t *object = json_object();
    json_object_set_new(object, "amount", json_stringn(text.at, text.bytes));
    struct amount_in in = {0};
    const result r = fields_read(object, NULL, FIELDS, COUNT(FIELDS), arena, &in);
    i128 value = 0;
    const bool is_good = number_of(text, 0, &value) && value >= 1 && value <= AMOUNT_MINOR_MAX;
    MUST((r.code == E_OK) == is_good);
    MUST(in.has_amount == is_good && in.amount == (is_good ? (int64_t)value : 0));

    bool has = false, is_auto = false;
    int64_t minor = 0;
    if (api_tax_read(json_object_get(object, "amount"), arena, &has, &is_auto, &minor).code ==
            E_OK &&
        has && !is_auto)
        MUST(0 <= minor && minor <= MONEY_MAX && (minor == 0 || value == minor));
    json_decref(object);
}

static void check_percent(str text)
{
    int64_t percent_e4 = -1, again;
    if (!percent_read(text, &percent_e4)) {
        MUST(percent_e4 == -1);
        return;
    }
    i128 value;
    if (text.at[text.bytes - 1] == '%')
        text.bytes--;
    MUST(0 <= percent_e4 && percent_e4 <= 1000000);
    MUST(number_of(text, 4, &value) && value == percent_e4);
    char printed[PERCENT_TEXT_BYTES];
    percent_text(percent_e4, printed);
    MUST(percent_read(str_of(printed), &again) && again == percent_e4);
}

static void check_integer(str text)
{
    int64_t got = 42;
    i128 value;
    const bool is_good = memchr(text.at, '.', text.bytes) == NULL && number_of(text, 0, &value) &&
                         value <= INT64_MAX && value >= INT64_MIN;
    MUST(str_i64(text, &got) == is_good);
    MUST(got == (is_good ? (int64_t)value : 42));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str text = fuzz_text(data, size);
    check_amount(text, fuzz_arena());
    check_percent(text);
    check_integer(text);
    return 0;
}
