/* SPDX-License-Identifier: Apache-2.0 */
/* slip.h: the number in the barcode of a payment slip that convenience stores take (GS1-128 with
 * application identifier 91): 44 digits, the same at every chain.
 *
 *     91 912345 000000000000000000777 0 260131 0 001000 5
 *     AI biller free                  | due    | amount check digit
 *                                     reissue  revenue stamp
 *
 * Used by  app/barcode, rails/simulator_details
 * Source   bank-rails 8.1 */
#ifndef KESSAI_CORE_SLIP_H
#define KESSAI_CORE_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

enum { SLIP_DIGITS = 44, SLIP_BILLER_DIGITS = 6, SLIP_FREE_DIGITS = 21 };
#define SLIP_MINOR_MAX INT64_C(300000) /* yen; what a chain takes for one slip */

struct slip {
    str biller;      /* SLIP_BILLER_DIGITS: the collecting company */
    str free;        /* at most SLIP_FREE_DIGITS, filled with zeros before: whose payment it is */
    int64_t reissue; /* 0 to 9 */
    int64_t due_us;  /* the last day in Japan; 0: none */
    bool has_stamp;  /* a revenue stamp is due, see slip_needs_stamp() */
    int64_t amount_minor; /* yen, all included */
};

/* The digit that makes the weighted sum a multiple of ten: 3 for the last digit, then 1, 3, ... */
char slip_check_digit(str digits);

/* A revenue stamp is due from 50,000 yen before tax on: 55,000 with it. */
#define SLIP_STAMP_MINOR INT64_C(55000)
static inline bool slip_needs_stamp(int64_t amount_minor)
{
    return amount_minor >= SLIP_STAMP_MINOR;
}

/*   ret     NUL-terminated
 *   errors  E_INVALID_PARAMETER (biller, free, reissue), E_AMOUNT_RANGE (amount): below 1 or above
 *           SLIP_MINOR_MAX; ret is of no use then */
MUST_USE result slip_number(const struct slip *slip, char ret[SLIP_DIGITS + 1]);

#endif
