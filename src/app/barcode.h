/* SPDX-License-Identifier: Apache-2.0 */
/* barcode.h: the barcode under which a convenience store takes a payment, as a picture.
 *
 * It is the GS1-128 symbol of a payment slip (core/slip.h), which every chain reads; the payment
 * stands in its free part. The number follows from the payment, so the picture is always the same.
 *
 * Used by  api
 * Source   komoju-core 6.9; bank-rails 8.1 */
#ifndef KESSAI_APP_BARCODE_H
#define KESSAI_APP_BARCODE_H

#include "app/payment.h"
#include "core/slip.h"

enum { BARCODE_WIDTH = 750, BARCODE_HEIGHT = 150 }; /* pixels */

/* The number of a payment's slip.
 *   errors  E_UNPROCESSABLE: not a payment at a convenience store, or it is not waiting for one */
MUST_USE result barcode_number(const struct payment *p, char ret[SLIP_DIGITS + 1]);

/* Draws a slip's number as a PNG file, and gives it as a data URI that an image can show.
 *   ret     in the arena
 *   errors  E_MEMORY */
MUST_USE result barcode_picture(const char number[SLIP_DIGITS + 1], struct arena *arena, str *ret);

#endif
