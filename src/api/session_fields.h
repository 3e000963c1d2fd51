/* SPDX-License-Identifier: Apache-2.0 */
/* session_fields.h: the parts of a session's body that are kept as JSON: line items, addresses, a
 * split.
 *
 * Used by  api/sessions
 * Source   komoju-core 7.2; komoju-platform 7 */
#ifndef KESSAI_API_SESSION_FIELDS_H
#define KESSAI_API_SESSION_FIELDS_H

#include <jansson.h>

#include "app/platform_details.h"
#include "base/arena.h"
#include "base/result.h"

/* line_items (NULL or null: absent, ret absent): at most SESSION_LINE_ITEMS_MAX objects, of which
 * the known keys are kept. Sums are not compared with the amount (komoju-core 7.2).
 *   errors  E_INVALID_PARAMETER (line_items, line_items[i].<field>) */
MUST_USE result line_items_read(const json_t *items, struct arena *arena, str *ret);

/* An address: its seven optional texts. A country is a code or a name.
 *   param   "payment_data.billing_address": stands before the fields
 *   errors  E_INVALID_PARAMETER (param, param.<field>) */
MUST_USE result address_read(const json_t *address, const char *param, struct arena *arena,
                             str *ret);

/* payment_types, an array of slugs (NULL, null or empty: absent), as comma-separated text.
 *   errors  E_INVALID_PARAMETER, E_INVALID_PAYMENT_TYPE (payment_types) */
MUST_USE result payment_types_read(const json_t *types, struct arena *arena, str *ret);

/* A split as it is kept and shown: what was given of it. Absent when none was. */
MUST_USE result split_text(const struct platform_details *split, struct arena *arena, str *ret);

#endif
