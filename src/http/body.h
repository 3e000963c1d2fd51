/* SPDX-License-Identifier: Apache-2.0 */
/* body.h: the body of a request as a JSON object, whatever its dialect.
 *
 * application/json (and +json), application/x-www-form-urlencoded; without a Content-Type, JSON if
 * it starts like it. An empty body is {}, and so is [], which is how PHP writes it. Of a key that
 * comes twice, the last one counts. A number beyond 64 bits becomes a real, which fields.h refuses
 * where it matters.
 *
 * Used by  http */
#ifndef KESSAI_HTTP_BODY_H
#define KESSAI_HTTP_BODY_H

#include <jansson.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/*   ret     a new reference to an object
 *   errors  E_BAD_REQUEST (syntax, UTF-8, NUL, no object, type not known, limits), E_MEMORY */
MUST_USE result body_read(str content_type, str body, struct arena *arena, json_t **ret);

#endif
