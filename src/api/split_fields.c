/* SPDX-License-Identifier: Apache-2.0 */
#include "api/split_fields.h"
#include "api/request.h"

#include "core/ledger.h"
#include "core/money.h"
#include "http/fields.h"

struct details_in {
    bool has_processing_merchant, has_lines;
    id processing_merchant;
    json_t *lines;
};
static const struct field DETAILS[] = {
    {"processing_merchant_id", F_ID, offsetof(struct details_in, processing_merchant),
     offsetof(struct details_in, has_processing_merchant), FIELD_SOFT_ID, 0, 0, NULL},
    {"submerchants", F_ARRAY, offsetof(struct details_in, lines),
     offsetof(struct details_in, has_lines), 0, 0, 10000, NULL},
};
const struct field_list request_platform_details = FIELD_LIST(DETAILS);

#define AT(member) offsetof(struct platform_line, member)
static const struct field LINE[] = {
    {"submerchant_id", F_ID, AT(merchant), AT(has_id), FIELD_SOFT_ID, 0, 0, NULL},
    {"amount", F_I64, AT(amount_minor), AT(has_amount), 0, -MONEY_MAX, MONEY_MAX, NULL},
    {"platform_fee", F_I64, AT(platform_fee_minor), AT(has_platform_fee), 0, -MONEY_MAX, MONEY_MAX,
     NULL},
};
const struct field_list request_split_line = FIELD_LIST(LINE);
#undef AT

static result read_lines(const json_t *array, struct arena *arena, struct platform_details *ret)
{
    ret->line_count = json_array_size(array);
    if (ret->line_count == 0 ||
        ret->line_count > SPLIT_LINES_MAX) /* refused by core's rule V14 or V8 */
        return OK;
    struct platform_line *lines = ARENA_ARRAY(arena, struct platform_line, ret->line_count);
    if (lines == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < ret->line_count; i++) {
        const char *prefix = arena_printf(arena, "platform_details.submerchants[%zu]", i);
        const json_t *line = json_array_get(array, i);
        if (prefix == NULL)
            return E_NO_MEMORY;
        if (!json_is_object(line))
            return FAIL(E_INVALID_PARAMETER, prefix, "each of submerchants is an object");
        TRY(fields_read(line, prefix, LINE, COUNT(LINE), arena, &lines[i]));
    }
    ret->lines = lines;
    return OK;
}

result split_fields_read(const json_t *details, bool with_lines, struct arena *arena,
                         struct platform_details *ret)
{
    *ret = (struct platform_details){0};
    if (details == NULL || json_is_null(details))
        return OK;
    if (!json_is_object(details))
        return FAIL(E_INVALID_PARAMETER, "platform_details", "platform_details is an object");
    struct details_in in = {0};
    TRY(fields_read(details, "platform_details", DETAILS, with_lines ? COUNT(DETAILS) : 1, arena,
                    &in));
    *ret = (struct platform_details){
        .is_present = true,
        .has_processing_merchant = in.has_processing_merchant,
        .processing_merchant = in.processing_merchant,
        .has_lines = in.has_lines,
    };
    return in.has_lines ? read_lines(in.lines, arena, ret) : OK;
}
