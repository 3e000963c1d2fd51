/* SPDX-License-Identifier: Apache-2.0 */
#include "http/auth.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

static bool decode(str text, char *key, size_t bytes_max, size_t *ret_bytes)
{
    static const int VARIANTS[] = {sodium_base64_VARIANT_ORIGINAL,
                                   sodium_base64_VARIANT_ORIGINAL_NO_PADDING};
    for (size_t i = 0; i < COUNT(VARIANTS); i++)
        if (sodium_base642bin((unsigned char *)key, bytes_max, text.at, text.bytes, BLANKS,
                              ret_bytes, NULL, VARIANTS[i]) == 0)
            return true;
    return false;
}

result auth_key_read(str authorization, char *key, size_t bytes_max, str *ret)
{
    static const char SCHEME[] = "Basic";
    const size_t scheme_bytes = sizeof SCHEME - 1;
    const str s = str_trim(authorization);
    if (s.bytes <= scheme_bytes || strncasecmp(s.at, SCHEME, scheme_bytes) != 0 ||
        strchr(BLANKS, s.at[scheme_bytes]) == NULL)
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    size_t bytes = 0;
    if (!decode((str){s.at + scheme_bytes, s.bytes - scheme_bytes}, key, bytes_max, &bytes))
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    const char *colon = memchr(key, ':', bytes);
    const str found = str_trim((str){key, colon == NULL ? bytes : (size_t)(colon - key)});
    if (found.bytes == 0 || memchr(found.at, '\0', found.bytes) != NULL)
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    *ret = found;
    return OK;
}

static result check_right(int64_t right, const struct caller *caller)
{
    const bool is_open = right == ROUTE_ANY_RIGHT || (caller->rights & right) != 0;
    return caller->operator_id != 0 && is_open ? OK : FAIL(E_FORBIDDEN, NULL, NULL);
}

result auth_check_route(const struct route *route, const struct caller *caller)
{
    const enum scope scope = route->scope;
    if (!route_has_key(route))
        return OK;
    if (scope == SCOPE_OPERATOR)
        return check_right(route->right, caller);
    if (caller->operator_id != 0)
        return FAIL(E_FORBIDDEN, NULL, NULL);
    if (scope == SCOPE_CLIENT)
        return OK;
    if (!caller->is_secret)
        return FAIL(E_FORBIDDEN, NULL, NULL);
    if (scope == SCOPE_PLATFORM && !caller->is_platform)
        return FAIL(E_FORBIDDEN, NULL, NULL);
    if (scope == SCOPE_TEST && caller->is_live)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return OK;
}
