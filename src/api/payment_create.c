/* SPDX-License-Identifier: Apache-2.0 */
/* payment_create.c: POST /payments (komoju-core 6.2). */
#include "app/payment_create.h"

#include <string.h>

#include "api/api.h"
#include "api/buyer.h"
#include "api/metadata.h"
#include "api/payment_source.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "api/tax.h"

struct create_in {
    bool has_amount, has_capture, capture, has_tax;
    int64_t amount;
    str currency, description, external_order_num, mcc;
    json_t *webhooks, *tax, *payment_details, *metadata, *statement_descriptor, *platform_details;
    str return_url, cancel_url, customer;
    int locale;
};

static const char *const LOCALES_NAMES[] = {"", "ja", "en", "ko", NULL};

#define AT(member) offsetof(struct create_in, member)
static const struct field FIELDS[] = {
    {"amount", F_I64, AT(amount), AT(has_amount), FIELD_REQUIRED, 1, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 8, NULL},
    {"capture", F_BOOL, AT(capture), AT(has_capture), 0, 0, 0, NULL},
    {"tax", F_ANY, AT(tax), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"description", F_TEXT, AT(description), FIELD_NO_FLAG, 0, 1, 4096, NULL},
    {"external_order_num", F_TEXT, AT(external_order_num), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"return_url", F_URL, AT(return_url), FIELD_NO_FLAG, 0, 1, 2048, NULL},
    {"cancel_url", F_URL, AT(cancel_url), FIELD_NO_FLAG, 0, 1, 2048, NULL},
    {"locale", F_ENUM, AT(locale), FIELD_NO_FLAG, 0, 0, 0, LOCALES_NAMES},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"mcc", F_TEXT, AT(mcc), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"statement_descriptor", F_ANY, AT(statement_descriptor), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"webhooks", F_ANY, AT(webhooks), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"payment_details", F_ANY, AT(payment_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"customer", F_TEXT, AT(customer), FIELD_NO_FLAG, 0, 1, 64, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_payment = FIELD_LIST(FIELDS);
#undef AT

static result read_source(struct exchange *x, const json_t *details, struct payment_create *ret)
{
    struct payment_source source;
    TRY(payment_source_read(details, NULL, x->arena, &source));
    payment_source_give(&source, ret);
    return OK;
}

static result parse(struct exchange *x, struct payment_create *ret)
{
    struct create_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    ret->amount_minor = in.amount;
    if (!currency_read(in.currency, &ret->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    const bool has_details = in.payment_details != NULL && !json_is_null(in.payment_details);
    if (in.customer.at != NULL && has_details)
        return FAIL(E_MISSING_PARAMETER, "payment_details",
                    "exactly one of payment_details and customer is needed");
    if (in.customer.at != NULL && !id_read(in.customer, &ret->customer))
        return FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer");
    if (in.webhooks != NULL && !json_is_null(in.webhooks) &&
        !(json_is_array(in.webhooks) && json_array_size(in.webhooks) == 0))
        return FAIL(
            E_INVALID_PARAMETER, "webhooks",
            "webhooks of a single payment are not offered; add an endpoint for the account");
    ret->is_captured = !in.has_capture || in.capture;
    if (in.customer.at == NULL)
        TRY(read_source(x, in.payment_details, ret));
    TRY(api_tax_read(in.tax, x->arena, &ret->tax.has_tax, &ret->tax.tax_is_auto,
                     &ret->tax.tax_minor));
    TRY(split_fields_read(in.platform_details, split_counts_lines(ret->is_captured), x->arena,
                          &ret->platform));
    ret->tax.has_platform_details = ret->platform.is_present;
    TRY(metadata_read(in.metadata, x->arena, &ret->metadata));
    TRY(statement_descriptor_read(in.statement_descriptor, x->arena, &ret->statement_descriptor));
    ret->return_url = in.return_url;
    ret->cancel_url = in.cancel_url;
    ret->external_order_num = in.external_order_num;
    ret->description = in.description;
    ret->mcc = in.mcc;
    ret->locale = in.locale == 0 ? LOCALE_JA : (enum locale)in.locale;
    ret->scenario = x->request.scenario;
    return buyer_read(x, &ret->screening.buyer);
}

void api_payment_create(struct exchange *x)
{
    struct payment_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_create_init(in);
    api_run_if(x, &in->p.c, parse(x, in));
}
