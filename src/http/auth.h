/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h: the API key of a request, and whether it may call a route.
 *
 * Basic authentication with the key as user name; the password is ignored. All three encodings of
 * komoju-core 2 work: "KEY:", "KEY" without a colon, and white space inside the base64.
 * Used by  http */
#ifndef KESSAI_HTTP_AUTH_H
#define KESSAI_HTTP_AUTH_H

#include "http/http.h"

/* Decodes an Authorization header into key (bytes_max); the caller wipes it.
 *   ret     the key, inside `key`
 *   errors  E_UNAUTHORIZED */
MUST_USE result auth_key_read(str authorization, char *key, size_t bytes_max, str *ret);

/*   errors  E_FORBIDDEN (a publishable key, no platform, a key of the operator where a merchant's
 * is asked for or the other way round, a right that is missing), E_NOT_FOUND (live key on a test
 * route) */
MUST_USE result auth_check_route(const struct route *route, const struct caller *caller);

#endif
