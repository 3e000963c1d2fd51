/* SPDX-License-Identifier: Apache-2.0 */
/* application_simulate.c: the review of sub-merchants and of their methods, decided by the platform
 * itself in the test environment (komoju-platform 5.3, 5.6). */
#include <assert.h>

#include "app/merchant.h"

enum { DATA_BYTES_MAX = 1024 };

/* What the event carries, and with it what the caller is told. */
struct review {
    enum event_type type;
    id merchant;
    str slug; /* absent: of the application itself */
    enum application_status status;
};

static result emit(struct tx *tx, int64_t tenant, const struct review *review)
{
    struct event_entry entry = {
        .tenant = tenant, .merchant = review->merchant.key, .type = review->type};
    TRY(tx_now(tx, tenant, &entry.created_us));
    struct buf data;
    buf_init(&data, DATA_BYTES_MAX);
    struct json j;
    json_init(&j, &data);
    json_open_object(&j, NULL);
    json_id(&j, "merchant_id", review->merchant);
    if (review->slug.at != NULL)
        json_str(&j, "payment_method", review->slug);
    json_text(&j, "status", application_status_name(review->status));
    json_end(&j);
    entry.data = buf_view(&data);
    const result r = data.is_broken ? E_NO_MEMORY : tx_event(tx, &entry, NULL);
    buf_done(&data);
    return r;
}

/* ---- the application ----------------------------------------------------------------------- */

static result check_acceptable(struct db *db, const struct merchant_row *m)
{
    struct merchant_method methods[METHODS];
    size_t count = 0;
    if (m->kind == KIND_PAYOUT)
        return OK;
    TRY(merchant_methods(db, m, methods, &count));
    return count > 0 ? OK
                     : FAIL(E_UNPROCESSABLE, "status",
                            "A seller needs an accepted payment method before it is accepted.");
}

result application_simulate_begin(struct tx *tx, struct command *c)
{
    const struct application_simulate *in = (const struct application_simulate *)c;
    const bool is_accepted = in->status == APPLICATION_ACCEPTED;
    assert(is_accepted || in->status == APPLICATION_DECLINED);
    struct merchant_row m;
    TRY(merchant_read_sub(tx_db(tx), c->tenant, in->merchant, tx_arena(tx), &m));
    if (is_accepted)
        TRY(check_acceptable(tx_db(tx), &m));

    m.status = in->status;
    m.payments_enabled = is_accepted && m.kind == KIND_SELLER;
    m.payouts_enabled = is_accepted;
    TRY(merchant_save(tx, &m));
    const struct review review = {
        .type = is_accepted ? EVT_APPLICATION_ACCEPTED : EVT_APPLICATION_DECLINED,
        .merchant = m.id,
        .status = in->status,
    };
    TRY(emit(tx, c->tenant, &review));

    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_id(&j, "merchant_id", m.id);
    json_text(&j, "status", application_status_name(m.status));
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

/* ---- one method ---------------------------------------------------------------------------- */

/* Slugs that stand for some brands of the card method; every other slug is the method's own. */
static const struct {
    const char *slug;
    int64_t brands;
} CARD_SLUGS[] = {
    {"visa_mastercard_credit_card", BRAND_BIT(BRAND_VISA) | BRAND_BIT(BRAND_MASTER)},
    {"jcb_amex_diners_credit_card",
     BRAND_BIT(BRAND_JCB) | BRAND_BIT(BRAND_AMERICAN_EXPRESS) | BRAND_BIT(BRAND_DINERS_CLUB)},
};

static result slug_read(str slug, enum method *ret_method, int64_t *ret_brands)
{
    *ret_method = METHOD_CREDIT_CARD;
    for (size_t i = 0; i < COUNT(CARD_SLUGS); i++)
        if (str_is(slug, CARD_SLUGS[i].slug)) {
            *ret_brands = CARD_SLUGS[i].brands;
            return OK;
        }
    *ret_brands = 0;
    return method_read(slug, ret_method) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* Adds a method at the root's rate; one that is there keeps its rate and gains the brands. */
static result own(struct tx *tx, const struct merchant_row *m, enum method method, int64_t brands)
{
    const struct merchant *root, *seller;
    struct owned_method of_root, of_seller;
    TRY(tx_merchant(tx, m->tenant, m->tenant, &root));
    TRY(tx_merchant(tx, m->tenant, m->id.key, &seller));
    TRY(tx_method(tx, root, method, &of_root));
    TRY(tx_method(tx, seller, method, &of_seller));
    const struct owned_method *from = of_seller.is_owned ? &of_seller : &of_root;
    if (of_seller.is_owned)
        brands = brands == 0 || of_seller.brands == 0 ? 0 : brands | of_seller.brands;
    return db_exec(tx_db(tx), SQL_MERCHANT_METHOD_PUT, VI(m->tenant), VI(m->id.key), VI(method),
                   VI(brands), VI(from->rate.percent_e4), VI(from->rate.fixed_minor),
                   VI(from->rate.minimum_minor), VI(from->customer_fee_minor));
}

result application_method_simulate_begin(struct tx *tx, struct command *c)
{
    const struct application_method_simulate *in = (const struct application_method_simulate *)c;
    const bool is_accepted = in->status == APPLICATION_ACCEPTED;
    assert(is_accepted || in->status == APPLICATION_DECLINED);
    struct merchant_row m;
    enum method method;
    int64_t brands;
    TRY(merchant_read_sub(tx_db(tx), c->tenant, in->merchant, tx_arena(tx), &m));
    TRY(slug_read(in->slug, &method, &brands));
    if (m.kind != KIND_SELLER)
        return FAIL(E_NOT_FOUND, NULL, "A payout merchant has no payment methods.");

    if (is_accepted)
        TRY(own(tx, &m, method, brands));
    const struct review review = {
        .type = is_accepted ? EVT_METHOD_APPLICATION_ACCEPTED : EVT_METHOD_APPLICATION_DECLINED,
        .merchant = m.id,
        .slug = in->slug,
        .status = in->status,
    };
    TRY(emit(tx, c->tenant, &review));

    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_text(&j, "status", application_status_name(in->status));
    json_str(&j, "payment_method", in->slug);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}
