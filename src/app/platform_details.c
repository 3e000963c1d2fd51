/* SPDX-License-Identifier: Apache-2.0 */
#include "app/platform_details.h"

static result resolve_line(struct tx *tx, int64_t tenant, const struct platform_line *in,
                           struct split_request_line *ret)
{
    const struct merchant *merchant;
    TRY(tx_merchant_by_id(tx, tenant, in->merchant, &merchant));
    *ret = (struct split_request_line){
        .has_id = in->has_id,
        .has_amount = in->has_amount,
        .has_platform_fee = in->has_platform_fee,
        .amount_minor = in->amount_minor,
        .platform_fee_minor = in->platform_fee_minor,
        .merchant = merchant->found ? merchant->id.key : 0,
        .kind = merchant->kind,
        .status = merchant->status,
    };
    return OK;
}

result platform_details_resolve(struct tx *tx, int64_t tenant, const struct platform_details *in,
                                struct arena *arena, struct split_request *ret)
{
    const struct merchant *processing;
    TRY(tx_merchant_by_id(tx, tenant, in->processing_merchant, &processing));
    struct split_request_line *lines = NULL;
    /* beyond the limit core refuses before it looks at a line */
    const size_t wanted = in->line_count <= SPLIT_LINES_MAX ? in->line_count : 0;
    if (wanted > 0 && (lines = ARENA_ARRAY(arena, struct split_request_line, wanted)) == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < wanted; i++)
        TRY(resolve_line(tx, tenant, &in->lines[i], &lines[i]));
    *ret = (struct split_request){
        .is_present = in->is_present,
        .has_processing_merchant = in->has_processing_merchant,
        .processing_merchant = processing->found ? processing->id.key : 0,
        .processing_kind = processing->kind,
        .has_lines = in->has_lines,
        .lines = lines,
        .line_count = in->line_count,
    };
    return OK;
}

result platform_details_split(struct tx *tx, int64_t tenant, const struct platform_details *in,
                              struct split_context context, struct arena *arena, struct split *ret)
{
    const struct merchant *root;
    TRY(tx_merchant(tx, tenant, tenant, &root));
    struct split_request request;
    TRY(platform_details_resolve(tx, tenant, in, arena, &request));
    context.caller = tenant;
    context.caller_kind = root->kind;
    context.is_live = root->is_live;
    return split_decide(&context, &request, arena, ret);
}
