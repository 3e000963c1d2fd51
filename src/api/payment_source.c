/* SPDX-License-Identifier: Apache-2.0 */
#include "api/payment_source.h"

#include <string.h>

#include "app/token.h"

/* The fields of credit_card (komoju-core 15.3). */
struct card_in {
    str number, verification_value, name, given_name, family_name, given_name_kana,
        family_name_kana;
    str email, phone;
    int64_t month, year, expiry_days;
};

#define AT(member) offsetof(struct card_in, member)
static const struct field CARD_FIELDS[] = {
    {"number", F_TEXT, AT(number), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 40, NULL},
    {"month", F_I64, AT(month), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 12, NULL},
    {"year", F_I64, AT(year), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2100, NULL},
    {"verification_value", F_TEXT, AT(verification_value), FIELD_NO_FLAG, 0, 3, 4, NULL},
    {"name", F_TEXT, AT(name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"given_name", F_TEXT, AT(given_name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"family_name", F_TEXT, AT(family_name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"given_name_kana", F_TEXT, AT(given_name_kana), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"family_name_kana", F_TEXT, AT(family_name_kana), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"email", F_TEXT, AT(email), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"phone", F_TEXT, AT(phone), FIELD_NO_FLAG, 0, 1, 64, NULL},
    {"expiry_days", F_I64, AT(expiry_days), FIELD_NO_FLAG, 0, 0, 59, NULL},
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

/* Texts that are echoed, where they were given. */
static void echo(struct json *j, const struct card_in *in)
{
    const struct {
        const char *name;
        str value;
    } names[] = {
        {"name", in->name},
        {"given_name", in->given_name},
        {"family_name", in->family_name},
        {"given_name_kana", in->given_name_kana},
        {"family_name_kana", in->family_name_kana},
        {"phone", in->phone},
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].value.at != NULL)
            json_str(j, names[i].name, names[i].value);
}

static result write_details(const struct card_in *in, struct arena *arena,
                            struct payment_source *ret)
{
    struct buf text;
    buf_init(&text, 16384);
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
    echo(&j, in);
    json_end(&j);
    ret->details = arena_str(arena, buf_view(&text));
    buf_clear(&text);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    json_text(&j, "type", method_row(ret->method)->slug);
    if (in->email.at != NULL)
        json_str(&j, "email", in->email);
    echo(&j, in);
    json_end(&j);
    ret->scrubbed = arena_str(arena, buf_view(&text));
    const bool is_broken = text.is_broken;
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
    const result r = read_card(details, arena, ret);
    if (r.code != E_OK)
        explicit_bzero(&ret->card, sizeof ret->card);
    return r;
}
