/* SPDX-License-Identifier: Apache-2.0 */
#include "api/payment_source.h"

#include <string.h>

#include "app/token.h"

/* Texts that are kept and shown as they came, where they were given (komoju-core 15.1
 * "addr", 15.3). A token's answer shows only the first group (komoju-core 8). ECHOED(name) */
#define ECHOED_BY_TOKEN                                                                            \
    ECHOED(given_name)                                                                             \
    ECHOED(family_name)                                                                            \
    ECHOED(given_name_kana)                                                                        \
    ECHOED(family_name_kana)                                                                       \
    ECHOED(phone)
#define ECHOED_BY_PAYMENT                                                                          \
    ECHOED(name)                                                                                   \
    ECHOED(intent)                                                                                 \
    ECHOED(initiator)                                                                              \
    ECHOED(usage)                                                                                  \
    ECHOED(scheme_reference)                                                                       \
    ECHOED(installments)                                                                           \
    ECHOED(shipping_address_name)                                                                  \
    ECHOED(shipping_address_line1)                                                                 \
    ECHOED(shipping_address_line2)                                                                 \
    ECHOED(shipping_address_city)                                                                  \
    ECHOED(shipping_address_state)                                                                 \
    ECHOED(shipping_address_zip)                                                                   \
    ECHOED(shipping_address_country)                                                               \
    ECHOED(billing_address_name)                                                                   \
    ECHOED(billing_address_line1)                                                                  \
    ECHOED(billing_address_line2)                                                                  \
    ECHOED(billing_address_city)                                                                   \
    ECHOED(billing_address_state)                                                                  \
    ECHOED(billing_address_zip)                                                                    \
    ECHOED(billing_address_country)

enum { DETAILS_BYTES_MAX = 65536 }; /* each text has at most 255 characters */

/* The fields of credit_card (komoju-core 15.3). */
struct card_in {
    str number, verification_value, email;
    bool has_expiry_days;
    int64_t month, year, expiry_days;
#define ECHOED(name) str name;
    ECHOED_BY_TOKEN ECHOED_BY_PAYMENT
#undef ECHOED
};

#define AT(member) offsetof(struct card_in, member)
static const struct field CARD_FIELDS[] = {
    {"number", F_TEXT, AT(number), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 40, NULL},
    {"month", F_I64, AT(month), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 12, NULL},
    {"year", F_I64, AT(year), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2100, NULL},
    {"verification_value", F_TEXT, AT(verification_value), FIELD_NO_FLAG, 0, 3, 4, NULL},
    {"email", F_TEXT, AT(email), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"expiry_days", F_I64, AT(expiry_days), AT(has_expiry_days), 0, 0, 59, NULL},
#define ECHOED(name) {#name, F_TEXT, AT(name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    ECHOED_BY_TOKEN ECHOED_BY_PAYMENT
#undef ECHOED
};
#undef AT

/* Something before an @, something with a dot after it; delivery proves the rest. */
static bool is_address(str s)
{
    const char *at = memchr(s.at, '@', s.bytes);
    if (at == NULL || at == s.at)
        return false;
    const str domain = {at + 1, s.bytes - (size_t)(at + 1 - s.at)};
    return domain.bytes >= 3 && memchr(domain.at, '.', domain.bytes) != NULL &&
           memchr(domain.at, '@', domain.bytes) == NULL && memchr(s.at, ' ', s.bytes) == NULL;
}

static void echo_given(struct json *j, const char *name, str value)
{
    if (value.at != NULL)
        json_str(j, name, value);
}

#define ECHOED(name) echo_given(j, #name, in->name);
static void echo_of_token(struct json *j, const struct card_in *in)
{
    ECHOED_BY_TOKEN
}

static void echo_of_payment(struct json *j, const struct card_in *in)
{
    ECHOED_BY_TOKEN
    ECHOED_BY_PAYMENT
}
#undef ECHOED

static result write_details(const struct card_in *in, struct arena *arena,
                            struct payment_source *ret)
{
    struct buf text;
    buf_init(&text, DETAILS_BYTES_MAX);
    struct json j;
    json_init(&j, &text);
    const size_t digits = strlen(ret->card.number);
    json_open_object(&j, NULL);
    json_text(&j, "type", method_row(ret->method)->slug);
    json_str(&j, "email", in->email);
    json_text(&j, "brand", card_brand_slug(card_brand_of((str){ret->card.number, digits})));
    json_str(&j, "last_four_digits", (str){ret->card.number + digits - 4, 4});
    json_i64(&j, "month", ret->card.month);
    json_i64(&j, "year", ret->card.year);
    echo_of_payment(&j, in);
    json_end(&j);
    bool is_broken = text.is_broken;
    ret->details = arena_str(arena, buf_view(&text));
    buf_clear(&text);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    json_text(&j, "type", method_row(ret->method)->slug);
    if (in->email.at != NULL)
        json_str(&j, "email", in->email);
    echo_of_token(&j, in);
    json_end(&j);
    ret->scrubbed = arena_str(arena, buf_view(&text));
    is_broken |= text.is_broken;
    buf_done(&text);
    return is_broken || ret->details.at == NULL || ret->scrubbed.at == NULL ? E_NO_MEMORY : OK;
}

static result read_card(const json_t *details, struct arena *arena, struct payment_source *ret)
{
    struct card_in in = {0};
    TRY(fields_read(details, "payment_details", CARD_FIELDS, COUNT(CARD_FIELDS), arena, &in));
    TRY(card_number_read(in.number, ret->card.number));
    TRY(card_expiry_check(in.month, in.year, &ret->card.year));
    ret->card.month = in.month;
    if (in.verification_value.at != NULL) {
        TRY(card_verification_check(in.verification_value));
        memcpy(ret->card.verification_value, in.verification_value.at, in.verification_value.bytes);
    }
    if (in.email.at != NULL && !is_address(in.email))
        return FAIL(E_INVALID_PARAMETER, "payment_details.email", "this is not an e-mail address");
    ret->has_expiry_days = in.has_expiry_days;
    ret->expiry_days = in.expiry_days;
    return write_details(&in, arena, ret);
}

static result read_token(str text, struct payment_source *ret)
{
    const size_t prefix = sizeof TOKEN_PREFIX - 1;
    if (!str_starts(text, TOKEN_PREFIX) ||
        !id_read((str){text.at + prefix, text.bytes - prefix}, &ret->token))
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    ret->is_token = true;
    return OK;
}

result payment_source_read(const json_t *details, struct arena *arena, struct payment_source *ret)
{
    *ret = (struct payment_source){0};
    if (details == NULL || json_is_null(details))
        return FAIL(E_MISSING_PARAMETER, "payment_details",
                    "A required parameter (payment_details) is missing.");
    if (json_is_string(details))
        return read_token((str){json_string_value(details), json_string_length(details)}, ret);
    if (!json_is_object(details))
        return FAIL(E_INVALID_PARAMETER, "payment_details",
                    "payment_details is an object or a token");
    struct type_in {
        str type;
    } in = {0};
    static const struct field TYPE[] = {{"type", F_TEXT, offsetof(struct type_in, type),
                                         FIELD_NO_FLAG, FIELD_REQUIRED, 1, 64, NULL}};
    TRY(fields_read(details, "payment_details", TYPE, COUNT(TYPE), arena, &in));
    if (!method_read(in.type, &ret->method))
        return FAIL(
            E_INVALID_PAYMENT_TYPE, "payment_details.type",
            arena_printf(arena,
                         "The payment type given (%.*s) is not one of those allowed (credit_card).",
                         (int)in.type.bytes, in.type.at));
    if (method_row(ret->method)->flow != FLOW_CARD) {
        const char *text = arena_printf(arena, "{\"type\":\"%s\"}", method_row(ret->method)->slug);
        ret->details = ret->scrubbed = str_of(text);
        return text == NULL ? E_NO_MEMORY : OK;
    }
    const result r = read_card(details, arena, ret);
    if (r.code != E_OK)
        explicit_bzero(&ret->card, sizeof ret->card);
    return r;
}
