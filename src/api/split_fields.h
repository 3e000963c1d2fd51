/* SPDX-License-Identifier: Apache-2.0 */
/* split_fields.h: platform_details of a request.
 * Used by  api
 * Source   komoju-platform 7 */
#ifndef KESSAI_API_SPLIT_FIELDS_H
#define KESSAI_API_SPLIT_FIELDS_H

#include <jansson.h>

#include "app/platform_details.h"
#include "base/arena.h"
#include "base/result.h"

/* Reads the value of the key platform_details (NULL or null: absent, is_present false).
 *   with_lines   false: leaves submerchants out, whatever that is
 *   errors  E_INVALID_PARAMETER (platform_details, platform_details.submerchants[i].<field>),
 * E_MEMORY */
MUST_USE result split_fields_read(const json_t *details, bool with_lines, struct arena *arena,
                                  struct platform_details *ret);

#endif
