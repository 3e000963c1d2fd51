/* SPDX-License-Identifier: Apache-2.0 */
/* brand.h: what a merchant looks like to its buyers: a colour and a logo, as far as both can be
 * told from their bytes.
 *
 * A logo is a picture of pixels: PNG, JPEG or WebP. A drawing (SVG) is a document that can hold
 * scripts and names of other places, and is none. The size is what the file's head says; its pixels
 * are for the browser alone.
 *
 * Used by  app/brand
 * Source   PNG (ISO 15948) 5.2 and 11.2.2; JPEG (ISO 10918-1) B.1 and B.2.2; RFC 9649 (WebP) 2.5
 *          to 2.7 */
#ifndef KESSAI_CORE_BRAND_H
#define KESSAI_CORE_BRAND_H

#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

enum { LOGO_BYTES_MAX = 64 << 10, LOGO_SIDE_MAX = 1024 };
enum { BRAND_CONTACT_CHARACTERS_MAX = 255 };
enum { BRAND_COLOR_NONE = -1, BRAND_COLOR_TEXT_BYTES = 8 };

enum logo_kind { LOGO_NONE = 0, LOGO_PNG, LOGO_JPEG, LOGO_WEBP, LOGO_KINDS };
struct logo {
    enum logo_kind kind;
    uint32_t width, height; /* pixels */
};

/* What its first bytes say; NONE: it is none of these. */
enum logo_kind logo_kind_of(str bytes);
const char *logo_type(enum logo_kind kind); /* "image/png" */

/* Kind and size of a logo that can be shown.
 *   errors  E_INVALID_PARAMETER (--logo): no such picture, without a size, or too large; ret is
 *           untouched then */
MUST_USE result logo_read(str bytes, struct logo *ret);

/* "#1a4fd0" is 0x1a4fd0.
 *   errors  E_INVALID_PARAMETER (--color) */
MUST_USE result brand_color_read(str text, int64_t *ret);
void brand_color_text(int64_t color, char ret[BRAND_COLOR_TEXT_BYTES]); /* of 0 to 0xffffff */

/* Whom a buyer may ask: an address, a number or a sentence, on one line.
 *   errors  E_INVALID_PARAMETER (--contact) */
MUST_USE result brand_contact_check(str text);

#endif
