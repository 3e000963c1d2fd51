/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tax.h"

#include <string.h>

#include "core/money.h"
#include "http/fields.h"

result api_tax_read(const json_t *tax, struct arena *arena, bool *ret_has, bool *ret_is_auto,
                    int64_t *ret_minor)
{
    *ret_has = *ret_is_auto = false;
    if (tax == NULL || json_is_null(tax) || (json_is_string(tax) && json_string_length(tax) == 0))
        return OK;
    *ret_has = true;
    if (json_is_string(tax) && strcmp(json_string_value(tax), "auto") == 0) {
        *ret_is_auto = true;
        return OK;
    }
    static const struct field TAX[] = {{"tax", F_I64, 0, FIELD_NO_FLAG, 0, 0, MONEY_MAX, NULL}};
    json_t *object = json_pack("{s:O}", "tax", tax);
    if (object == NULL)
        return E_NO_MEMORY;
    const result r = fields_read(object, NULL, TAX, COUNT(TAX), arena, ret_minor);
    json_decref(object);
    return r;
}
