/* SPDX-License-Identifier: Apache-2.0 */
/* params.h: a query or a form as a JSON object, nested as Rails does it.
 *
 *     a=1              {"a":"1"}            a[b]=1           {"a":{"b":"1"}}
 *     a[]=1&a[]=2      {"a":["1","2"]}      a                {"a":null}
 *     a[][k]=1&a[][v]=2&a[][k]=3            {"a":[{"k":"1","v":"2"},{"k":"3"}]}
 *
 * A sub-key that the last element of an array already has starts the next element. Every value is a
 * text.
 *
 * Source   Rack::QueryParser (komoju-core 1); WHATWG URL 5.1 (decoding)
 * Used by  http */
#ifndef KESSAI_HTTP_PARAMS_H
#define KESSAI_HTTP_PARAMS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Undoes %XX, and "+" for a blank where has_plus. The result is in the arena.
 *   errors  E_BAD_REQUEST (an escape that is none), E_MEMORY */
MUST_USE result params_decode(str text, bool has_plus, struct arena *arena, str *ret);

/*   ret     a new object, to be released with json_decref()
 *   errors  E_BAD_REQUEST: escapes, UTF-8, NUL, a name that is text and object at once, limits
 *           JSON_DEPTH and FORM_PAIRS; E_MEMORY */
MUST_USE result params_read(str text, struct arena *arena, json_t **ret);

#endif
