/* SPDX-License-Identifier: Apache-2.0 */
/* card.h: what can be told from a card number without asking anybody.
 *
 * Used by  app, api
 * Source   komoju-core 7.4 (brand slugs), 15.2 (limits), ISO/IEC 7812-1 (Luhn) */
#ifndef KESSAI_CORE_CARD_H
#define KESSAI_CORE_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* The numbers are kept in the store. */
enum card_brand {
    BRAND_NONE = 0,
    BRAND_VISA = 1,
    BRAND_MASTER = 2,
    BRAND_JCB = 3,
    BRAND_AMERICAN_EXPRESS = 4,
    BRAND_DINERS_CLUB = 5,
    BRAND_DISCOVER = 6,
    BRAND_UNKNOWN = 7,
    CARD_BRANDS
};
enum { CARD_NUMBER_MIN = 12, CARD_NUMBER_MAX = 19 };

/* Card data on its way to the rail. It lives in memory only, is wiped by its owner after the call,
 * and is never logged (design D13). An absent verification value is empty. */
struct card_secret {
    char number[CARD_NUMBER_MAX + 1];
    char verification_value[5];
    int64_t month, year;
};

/* "master", not "mastercard"; "unknown" for BRAND_UNKNOWN. */
const char *card_brand_slug(enum card_brand brand);
enum card_brand card_brand_of(str digits);
bool card_passes_luhn(str digits);

/* Copies the digits of a number, leaving out blanks and hyphens.
 *   ret     CARD_NUMBER_MAX + 1 bytes, NUL-terminated; wiped on error
 *   errors  E_INVALID_NUMBER (payment_details.number): not 12 to 19 digits, other characters, or
 *           Luhn fails */
MUST_USE result card_number_read(str raw, char ret[CARD_NUMBER_MAX + 1]);

/* month 1 to 12; year 1 to 2100, below 100 it is this century; not checked against a clock.
 *   errors  E_INVALID_PARAMETER (payment_details.month / payment_details.year) */
MUST_USE result card_expiry_check(int64_t month, int64_t year, int64_t *ret_year);

/* 3 or 4 digits.  errors  E_INVALID_PARAMETER (payment_details.verification_value) */
MUST_USE result card_verification_check(str value);

#endif
