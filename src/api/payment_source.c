/* SPDX-License-Identifier: Apache-2.0 */
#include "api/payment_source.h"

#include <string.h>

#include "app/secure_token.h"

/* A text of a request's body, which is smaller, may be escaped to six times its size. */
enum { DETAILS_BYTES_MAX = 65536, SLUGS_BYTES_MAX = 2048, LAST_CHARACTERS = 4 };

static str text_of(const struct details *in, enum detail detail)
{
    return in->values[detail].text;
}

static int64_t number_of(const struct details *in, enum detail detail)
{
    return in->values[detail].number;
}

/* ---- cards ---------------------------------------------------------------------------------- */

static result read_card(const struct details *in, struct card_secret *ret)
{
    const str verification_value = text_of(in, DETAIL_verification_value);
    TRY(card_number_read(text_of(in, DETAIL_number), ret->number));
    TRY(card_expiry_check(number_of(in, DETAIL_month), number_of(in, DETAIL_year), &ret->year));
    ret->month = number_of(in, DETAIL_month);
    if (verification_value.at != NULL) {
        TRY(card_verification_check(verification_value));
        memcpy(ret->verification_value, verification_value.at, verification_value.bytes);
    }
    return OK;
}

static void show_card(struct json *j, const struct card_secret *card)
{
    const str number = str_of(card->number);
    json_text(j, "brand", card_brand_slug(card_brand_of(number)));
    json_str(j, "last_four_digits", (str){number.at + number.bytes - 4, 4});
    json_i64(j, "month", card->month);
    json_i64(j, "year", card->year);
}

/* ---- prepaid numbers ------------------------------------------------------------------------ */

/* The last characters of a text that has more. */
static str last_characters(str text)
{
    size_t at = text.bytes;
    for (int left = LAST_CHARACTERS; left > 0; left--)
        do
            at--;
        while (((unsigned char)text.at[at] & 0xc0) == 0x80);
    return (str){text.at + at, text.bytes - at};
}

/* What the number was worth is written by app/prepaid.h. */
static void show_prepaid(struct json *j, const struct details *in)
{
    const bool is_short = in->values[DETAIL_prepaid_number].is_given;
    const str number = text_of(in, is_short ? DETAIL_prepaid_number : DETAIL_long_prepaid_number);
    json_i64(j, "short_amount", 0);
    json_open_array(j, "prepaid_cards");
    json_open_object(j, NULL);
    json_str(j, "last_four_digits", last_characters(number));
    json_i64(j, "points", 0);
    json_end(j);
    json_end(j);
}

/* ---- what is kept --------------------------------------------------------------------------- */

static void begin_object(struct json *j, struct buf *text)
{
    buf_clear(text);
    json_init(j, text);
    json_open_object(j, NULL);
}

static result end_object(struct json *j, const struct buf *text, struct arena *arena, str *ret)
{
    json_end(j);
    if (text->is_broken && !text->is_starved)
        return FAIL(E_INVALID_PARAMETER, "payment_details", "payment_details are too long");
    *ret = arena_str(arena, buf_view(text));
    return text->is_broken || ret->at == NULL ? E_NO_MEMORY : OK;
}

static result write_secret(struct json *j, struct buf *text, const struct details *in,
                           struct arena *arena, struct secret_details *ret)
{
    begin_object(j, text);
    if (details_hide(j, in) == 0)
        return OK;
    json_end(j);
    if (text->is_broken && !text->is_starved)
        return FAIL(E_INVALID_PARAMETER, "payment_details", "payment_details are too long");
    ret->at = arena_alloc(arena, text->bytes);
    if (text->is_broken || ret->at == NULL)
        return E_NO_MEMORY;
    ret->bytes = text->bytes;
    memcpy(ret->at, text->at, text->bytes);
    explicit_bzero(text->at, text->bytes);
    return OK;
}

static result write_texts(struct buf *text, const struct details *in, struct arena *arena,
                          struct payment_source *ret)
{
    const struct method_row *row = method_row(ret->method);
    struct json j;
    begin_object(&j, text);
    json_text(&j, "type", row->slug);
    json_str(&j, "email", text_of(in, DETAIL_email));
    if (row->flow == FLOW_CARD)
        show_card(&j, &ret->card);
    details_show(&j, in);
    if (row->flow == FLOW_PREPAID)
        show_prepaid(&j, in);
    TRY(end_object(&j, text, arena, &ret->details));
    begin_object(&j, text);
    json_text(&j, "type", row->slug);
    details_show_token(&j, in);
    TRY(end_object(&j, text, arena, &ret->scrubbed));
    return write_secret(&j, text, in, arena, &ret->secret);
}

static result read_object(const json_t *object, const struct detail_defaults *defaults,
                          struct arena *arena, struct payment_source *ret)
{
    struct details in;
    TRY(details_read(object, ret->method, defaults, arena, &in));
    if (method_row(ret->method)->flow == FLOW_CARD)
        TRY(read_card(&in, &ret->card));
    ret->has_expiry_days = in.values[DETAIL_expiry_days].is_given;
    ret->expiry_days = number_of(&in, DETAIL_expiry_days);
    ret->is_authorized_only = in.values[DETAIL_capture].is_given && !in.values[DETAIL_capture].flag;
    ret->code = in.values[DETAIL_scanned_code].is_given ? "payment_details.scanned_code"
                : in.values[DETAIL_user_authorization_id].is_given
                    ? "payment_details.user_authorization_id"
                    : NULL;
    ret->installments =
        in.values[DETAIL_installments].is_given ? "payment_details.installments" : NULL;
    ret->family_name = text_of(&in, DETAIL_family_name);
    ret->given_name = text_of(&in, DETAIL_given_name);
    struct buf text;
    buf_init(&text, DETAILS_BYTES_MAX);
    const result r = write_texts(&text, &in, arena, ret);
    buf_done(&text);
    return r;
}

/* ---- types and tokens ----------------------------------------------------------------------- */

static result unknown_type(str given, struct arena *arena)
{
    struct buf slugs;
    buf_init(&slugs, SLUGS_BYTES_MAX);
    enum method method;
    for (size_t i = 0; (method = method_at(i)) != METHOD_NONE; i++)
        buf_printf(&slugs, "%s%s", i == 0 ? "" : ", ", method_row(method)->slug);
    const str all = buf_view(&slugs);
    const bool is_whole = !slugs.is_broken;
    const char *message =
        arena_printf(arena, "The payment type given (%.*s) is not one of those allowed (%.*s).",
                     (int)given.bytes, given.at, (int)all.bytes, all.at);
    buf_done(&slugs);
    return message == NULL || !is_whole
               ? E_NO_MEMORY
               : FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type", message);
}

static result read_type(const json_t *object, struct arena *arena, enum method *ret)
{
    struct type_in {
        str type;
    } in = {0};
    static const struct field TYPE[] = {{"type", F_TEXT, offsetof(struct type_in, type),
                                         FIELD_NO_FLAG, FIELD_REQUIRED, 1, 64, NULL}};
    TRY(fields_read(object, "payment_details", TYPE, COUNT(TYPE), arena, &in));
    return method_read(in.type, ret) ? OK : unknown_type(in.type, arena);
}

static result read_token(str text, struct payment_source *ret)
{
    const size_t prefix = sizeof TOKEN_PREFIX - 1;
    int64_t tenant; /* one of another tenant will not be found in the caller's */
    if (!secure_token_read_text(text, &tenant, &ret->token) &&
        (!str_starts(text, TOKEN_PREFIX) ||
         !id_read((str){text.at + prefix, text.bytes - prefix}, &ret->token)))
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    ret->is_token = true;
    return OK;
}

result payment_source_read(const json_t *details, const struct detail_defaults *defaults,
                           struct arena *arena, struct payment_source *ret)
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
    TRY(read_type(details, arena, &ret->method));
    const result r = read_object(details, defaults, arena, ret);
    if (r.code != E_OK)
        payment_source_wipe(ret);
    return r;
}

void payment_source_give(struct payment_source *source, struct payment_create *ret)
{
    ret->is_token = source->is_token;
    ret->token = source->token;
    ret->method = source->method;
    ret->card = source->card;
    ret->secret = source->secret;
    ret->details = source->details;
    ret->has_expiry_days = source->has_expiry_days;
    ret->expiry_days = source->expiry_days;
    ret->code = source->code;
    ret->installments = source->installments;
    ret->family_name = source->family_name;
    ret->given_name = source->given_name;
    ret->is_captured = ret->is_captured && !source->is_authorized_only;
    source->secret = (struct secret_details){0}; /* it is the payment's now */
    payment_source_wipe(source);
}

void payment_source_wipe(struct payment_source *source)
{
    explicit_bzero(&source->card, sizeof source->card);
    secret_details_wipe(&source->secret);
}
