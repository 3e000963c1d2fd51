/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.h: a merchant's own keys and values, and other small objects of texts.
 * Used by  api
 * Source   komoju-core 6.2: keys of at most 30 characters, values of at most 2000 */
#ifndef KESSAI_API_METADATA_H
#define KESSAI_API_METADATA_H

#include <jansson.h>

#include "base/arena.h"
#include "base/result.h"

enum {
    METADATA_KEYS_MAX = 50,
    METADATA_KEY_CHARACTERS_MAX = 30,
    METADATA_VALUE_CHARACTERS_MAX = 2000,
    STATEMENT_TEXT_BYTES_MAX = 255
};
extern const char *const STATEMENT_KEYS[]; /* of statement_descriptor; NULL at the end */

/* Checks the value of the key metadata (NULL: absent, ret absent) and gives it as JSON. Numbers and
 * booleans become their text; null values are left out.
 *   errors  E_INVALID_PARAMETER (metadata) */
MUST_USE result metadata_read(const json_t *metadata, struct arena *arena, str *ret);

/* statement_descriptor: its five optional texts, unknown keys left out.
 *   errors  E_INVALID_PARAMETER (statement_descriptor) */
MUST_USE result statement_descriptor_read(const json_t *object, struct arena *arena, str *ret);

#endif
