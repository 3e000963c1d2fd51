/* SPDX-License-Identifier: Apache-2.0 */
/* payment_actions.c: PATCH /payments/{id}, and its capture, cancel and refund (komoju-core 6.5
 * to 6.9). */
#include "app/payment_actions.h"

#include "api/api.h"
#include "api/metadata.h"
#include "api/payment_number.h"
#include "api/payment_source.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "api/tax.h"

/* A command for the payment in the path; NULL when the exchange has been answered. */
static void *start(struct exchange *x, size_t bytes)
{
    struct payment_command *p = api_command(x, bytes);
    if (p != NULL && !id_read(x->request.args[0], &p->id)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return NULL;
    }
    return p;
}

static void run_or_refuse(struct exchange *x, result r, struct command *c)
{
    if (r.code == E_OK) {
        api_run(x, c);
        return;
    }
    command_done(c);
    reply_error(x, r);
}

struct capture_in {
    bool has_amount;
    int64_t amount;
    json_t *tax, *platform_details;
};
static const struct field CAPTURE[] = {
    {"amount", F_I64, offsetof(struct capture_in, amount), offsetof(struct capture_in, has_amount),
     0, 1, AMOUNT_MINOR_MAX, NULL},
    {"tax", F_ANY, offsetof(struct capture_in, tax), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"platform_details", F_ANY, offsetof(struct capture_in, platform_details), FIELD_NO_FLAG, 0, 0,
     0, NULL},
};
const struct field_list request_capture = FIELD_LIST(CAPTURE);

static result parse_capture(struct exchange *x, struct payment_capture *ret)
{
    struct capture_in in = {0};
    TRY(fields_read(x->request.body, NULL, CAPTURE, COUNT(CAPTURE), x->arena, &in));
    ret->request.has_amount = in.has_amount;
    ret->request.amount_minor = in.amount;
    TRY(api_tax_read(in.tax, x->arena, &ret->request.has_tax, &ret->request.tax_is_auto,
                     &ret->request.tax_minor));
    ret->scenario = x->request.scenario;
    return split_fields_read(in.platform_details, true, x->arena, &ret->platform);
}

void api_payment_capture(struct exchange *x)
{
    struct payment_capture *in = start(x, sizeof *in);
    if (in == NULL)
        return;
    payment_capture_init(in);
    run_or_refuse(x, parse_capture(x, in), &in->p.c);
}

void api_payment_cancel(struct exchange *x)
{
    struct payment_cancel *in = start(x, sizeof *in);
    if (in == NULL)
        return;
    payment_cancel_init(in);
    in->scenario = x->request.scenario;
    api_run(x, &in->p.c);
}

struct refund_in {
    bool has_amount;
    int64_t amount;
    str description;
    json_t *platform_details;
};
static const struct field REFUND[] = {
    {"amount", F_I64, offsetof(struct refund_in, amount), offsetof(struct refund_in, has_amount), 0,
     1, MONEY_MAX, NULL},
    {"description", F_TEXT, offsetof(struct refund_in, description), FIELD_NO_FLAG, 0, 1, 4096,
     NULL},
    {"platform_details", F_ANY, offsetof(struct refund_in, platform_details), FIELD_NO_FLAG, 0, 0,
     0, NULL},
};
const struct field_list request_refund = FIELD_LIST(REFUND);

static result parse_refund(struct exchange *x, struct payment_refund *ret)
{
    struct refund_in in = {0};
    TRY(fields_read(x->request.body, NULL, REFUND, COUNT(REFUND), x->arena, &in));
    ret->has_amount = in.has_amount;
    ret->amount_minor = in.amount;
    ret->description = in.description;
    ret->scenario = x->request.scenario;
    return split_fields_read(in.platform_details, true, x->arena, &ret->platform);
}

void api_payment_refund(struct exchange *x)
{
    struct payment_refund *in = start(x, sizeof *in);
    if (in == NULL)
        return;
    payment_refund_init(in);
    run_or_refuse(x, parse_refund(x, in), &in->p.c);
}

struct update_in {
    str description;
    json_t *metadata, *payment_details;
};
static const struct field UPDATE[] = {
    {"description", F_TEXT, offsetof(struct update_in, description), FIELD_NO_FLAG, 0, 1, 4096,
     NULL},
    {"metadata", F_ANY, offsetof(struct update_in, metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"payment_details", F_ANY, offsetof(struct update_in, payment_details), FIELD_NO_FLAG, 0, 0, 0,
     NULL},
};
const struct field_list request_payment_update = FIELD_LIST(UPDATE);

result payment_number_read(struct exchange *x, const json_t *details, struct payment_update *ret)
{
    struct payment_source source;
    TRY(payment_source_read(details, NULL, x->arena, &source));
    if (source.is_token || method_row(source.method)->flow != FLOW_PREPAID) {
        payment_source_wipe(&source);
        return FAIL(E_INVALID_PARAMETER, "payment_details",
                    "only a prepaid number can be added to a payment");
    }
    ret->has_details = true;
    ret->method = source.method;
    ret->details = source.details;
    ret->secret = source.secret;
    ret->scenario = x->request.scenario;
    return OK;
}

static result parse_update(struct exchange *x, struct payment_update *ret)
{
    struct update_in in = {0};
    TRY(fields_read(x->request.body, NULL, UPDATE, COUNT(UPDATE), x->arena, &in));
    ret->has_description = in.description.at != NULL;
    ret->description = in.description;
    ret->has_metadata = in.metadata != NULL && !json_is_null(in.metadata);
    if (in.payment_details != NULL && !json_is_null(in.payment_details))
        TRY(payment_number_read(x, in.payment_details, ret));
    return metadata_read(in.metadata, x->arena, &ret->metadata);
}

void api_payment_update(struct exchange *x)
{
    struct payment_update *in = start(x, sizeof *in);
    if (in == NULL)
        return;
    payment_update_init(in);
    run_or_refuse(x, parse_update(x, in), &in->p.c);
}
