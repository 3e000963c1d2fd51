/* SPDX-License-Identifier: Apache-2.0 */
/* public_files.h: what pages of others load from us: the script of the fields, and icons of payment
 * types. Their names do not change when they do, so they are kept for minutes only.
 *
 * Used by  web/pages.c
 * Source   komoju-core 7.4 (icon), 17.1 */
#ifndef KESSAI_WEB_PUBLIC_FILES_H
#define KESSAI_WEB_PUBLIC_FILES_H

#include "http/http.h"

/* GET /fields.js */
void web_fields_script(struct exchange *x);

/* GET /payment_methods/{slug}.svg, and credit_card.svg?brands=visa,master with the icons of brands
 * side by side.
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (brands) */
void web_method_icon(struct exchange *x);

/* GET /assets/konbini/{store}.svg.  errors  E_NOT_FOUND */
void web_store_icon(struct exchange *x);

#endif
