/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_payment.c: the parts of the body of POST /payments that have readers of their own: where the
 * money comes from, how it is split, tax, metadata. JSON, or a form where it does not start like
 * JSON.
 * Properties: a card number that is taken passes Luhn; its text never stands in what is kept or
 * shown, nor does a prepaid number; amounts are in range; what is kept as JSON is JSON. */
#include "api/metadata.h"
#include "api/payment_source.h"
#include "api/split_fields.h"
#include "api/tax.h"
#include "core/money.h"
#include "fuzz.h"
#include "http/body.h"

static bool passes_luhn(const char *digits)
{
    int sum = 0;
    const size_t count = strlen(digits);
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        digit *= i % 2 == 0 ? 1 : 2;
        sum += digit / 10 + digit % 10;
    }
    return sum % 10 == 0;
}

static void check_json(str text)
{
    json_t *read = json_loadb(text.at, text.bytes, 0, NULL);
    MUST(json_is_object(read));
    json_decref(read);
}

/* Texts that were given on purpose in other fields may hold the number; those are the caller's. */
static void check_hidden(const struct payment_source *source)
{
    static const char *const OWN[] = {"brand", "last_four_digits"};
    static const char *const SECRETS[] = {
        "number",           "verification_value",   "prepaid_number",
        "culture_password", "happy_money_password", "user_password"};
    json_t *kept = json_loadb(source->details.at, source->details.bytes, 0, NULL);
    const bool is_card = method_row(source->method)->flow == FLOW_CARD;
    for (size_t i = 0; is_card && i < COUNT(OWN); i++) {
        const char *text = json_string_value(json_object_get(kept, OWN[i]));
        MUST(text != NULL && strstr(text, source->card.number) == NULL);
    }
    for (size_t i = 0; i < COUNT(SECRETS); i++)
        MUST(json_object_get(kept, SECRETS[i]) == NULL);
    json_decref(kept);
}

static void check_card(const struct card_secret *card)
{
    const size_t digits = strlen(card->number);
    MUST(CARD_NUMBER_MIN <= digits && digits <= CARD_NUMBER_MAX);
    MUST(strspn(card->number, "0123456789") == digits && passes_luhn(card->number));
    MUST(1 <= card->month && card->month <= 12);
}

static void check_source(const json_t *details, struct arena *arena)
{
    struct payment_source source = {0};
    const result r = payment_source_read(details, NULL, arena, &source);
    if (r.code != E_OK) {
        MUST(r.param != NULL && str_starts(str_of(r.param), "payment_details"));
        MUST(source.card.number[0] == '\0' && source.secret.at == NULL); /* wiped */
        return;
    }
    if (source.is_token) {
        MUST(source.token.key > 0);
        return;
    }
    if (method_row(source.method)->flow == FLOW_CARD)
        check_card(&source.card);
    MUST(0 <= source.expiry_days && source.expiry_days <= 59);
    check_json(source.details);
    check_json(source.scrubbed);
    if (source.secret.at != NULL)
        check_json(secret_details_view(&source.secret));
    check_hidden(&source);
    payment_source_wipe(&source);
}

static void check_split(const json_t *details, struct arena *arena)
{
    struct platform_details split;
    const result r = split_fields_read(details, true, arena, &split);
    if (r.code != E_OK) {
        MUST(r.param != NULL && str_starts(str_of(r.param), "platform_details"));
        return;
    }
    for (size_t i = 0; split.lines != NULL && i < split.line_count; i++) {
        const struct platform_line *line = &split.lines[i];
        MUST(-MONEY_MAX <= line->amount_minor && line->amount_minor <= MONEY_MAX);
        MUST(-MONEY_MAX <= line->platform_fee_minor && line->platform_fee_minor <= MONEY_MAX);
        MUST(line->has_amount || line->amount_minor == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    json_t *root = NULL;
    if (body_read(STR_NONE, fuzz_text(data, size), arena, &root).code != E_OK)
        return 0;
    check_source(json_object_get(root, "payment_details"), arena);
    check_split(json_object_get(root, "platform_details"), arena);
    str text = STR_NONE;
    if (metadata_read(json_object_get(root, "metadata"), arena, &text).code == E_OK &&
        text.at != NULL)
        check_json(text);
    text = STR_NONE;
    if (statement_descriptor_read(json_object_get(root, "statement_descriptor"), arena, &text)
                .code == E_OK &&
        text.at != NULL)
        check_json(text);
    bool has = false, is_auto = false;
    int64_t minor = 0;
    if (api_tax_read(json_object_get(root, "tax"), arena, &has, &is_auto, &minor).code == E_OK &&
        has && !is_auto)
        MUST(0 <= minor && minor <= MONEY_MAX);
    json_decref(root);
    return 0;
}
