/* SPDX-License-Identifier: Apache-2.0 */
/* tax.h: the value of the key tax: an integer, "auto", or nothing.
 * Used by  api
 * Source   komoju-core 3, 6.2, 6.5 */
#ifndef KESSAI_API_TAX_H
#define KESSAI_API_TAX_H

#include <jansson.h>

#include "base/arena.h"
#include "base/result.h"

/* errors  E_INVALID_PARAMETER (tax) */
MUST_USE result api_tax_read(const json_t *tax, struct arena *arena, bool *ret_has,
                             bool *ret_is_auto, int64_t *ret_minor);

#endif
