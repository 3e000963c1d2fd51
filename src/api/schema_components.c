/* SPDX-License-Identifier: Apache-2.0 */
/* schema_components.c: the components of the document: lists of words, objects of answers, bodies
 * of requests, and payment_details by payment type. */
#include <string.h>

#include "api/details.h"
#include "api/metadata.h"
#include "api/request.h"
#include "api/schema.h"
#include "app/merchant.h"
#include "app/webhook_log.h"
#include "core/card.h"
#include "core/details.h"
#include "core/dispute.h"
#include "core/ledger.h"
#include "core/payment.h"
#include "store/event.h"

/* ---- lists of words ------------------------------------------------------------------------- */

static void put_currencies(struct json *j)
{
#define CURRENCY(code, ...) json_text(j, NULL, #code);
#include "core/currency.def"
#undef CURRENCY
}

static void put_payment_types(struct json *j)
{
    for (size_t i = 0; method_at(i) != METHOD_NONE; i++)
        json_text(j, NULL, method_row(method_at(i))->slug);
}

static void put_payment_states(struct json *j)
{
    for (int i = 1; i < PAY_STATES; i++)
        json_text(j, NULL, pay_state_name((enum pay_state)i));
}

static void put_event_types(struct json *j)
{
    for (int i = 0; i < 2; i++)
        for (int type = 1; type < EVENT_TYPES; type++) {
            const char *text = event_type_text((enum event_type)type, i == 1);
            if (text != NULL)
                json_text(j, NULL, text);
        }
}

static void put_record_types(struct json *j)
{
    for (int i = 1; i < RECORDS; i++)
        if (record_slug((enum record_type)i) != NULL)
            json_text(j, NULL, record_slug((enum record_type)i));
}

static void put_card_brands(struct json *j)
{
    for (int i = 1; i < CARD_BRANDS; i++)
        json_text(j, NULL, card_brand_slug((enum card_brand)i));
}

static void put_error_codes(struct json *j)
{
    for (int i = 1; i < E_COUNT; i++)
        if (i != E_USAGE && err_from_wire(err_wire((enum err)i)) == (enum err)i)
            json_text(j, NULL, err_wire((enum err)i));
}

static void put_delivery_states(struct json *j)
{
    for (size_t i = 1; WEBHOOK_STATES[i] != NULL; i++)
        json_text(j, NULL, WEBHOOK_STATES[i]);
}

static void put_locales(struct json *j)
{
    json_text(j, NULL, "ja");
    json_text(j, NULL, "en");
    json_text(j, NULL, "ko");
}

static void put_merchant_states(struct json *j)
{
    for (int i = 1; i < APPLICATION_STATUSES; i++)
        json_text(j, NULL, application_status_name((enum application_status)i));
}

static void put_platform_roles(struct json *j)
{
    for (int i = 1; i < PLATFORM_KINDS; i++)
        json_text(j, NULL, platform_kind_name((enum platform_kind)i));
}

static void put_chargeback_states(struct json *j)
{
    for (int i = 1; i < DISPUTE_STATES; i++)
        json_text(j, NULL, dispute_state_name((enum dispute_state)i));
}

/* Whether a payment type before the one at `end` asks for that. */
static bool is_asked_before(size_t end, str name)
{
    str asked;
    for (size_t m = 0; m < end; m++)
        for (size_t i = 0; (asked = details_asked(method_at(m), i)).at != NULL; i++)
            if (str_equal(asked, name))
                return true;
    return false;
}

static void put_additional_fields(struct json *j)
{
    str name;
    for (size_t m = 0; method_at(m) != METHOD_NONE; m++)
        for (size_t i = 0; (name = details_asked(method_at(m), i)).at != NULL; i++)
            if (!is_asked_before(m, name))
                json_str(j, NULL, name);
}

static const struct word_list {
    const char *name, *text;
    void (*put)(struct json *j);
} WORD_LISTS[] = {
    {"Currency", "of which all amounts are counted in the smallest unit", put_currencies},
    {"PaymentType", "", put_payment_types},
    {"PaymentStatus", "", put_payment_states},
    {"EventType", "those of sub-merchants begin with submerchant", put_event_types},
    {"RecordType", "", put_record_types},
    {"CardBrand", "", put_card_brands},
    {"ErrorCode", "", put_error_codes},
    {"MerchantStatus", "of its application", put_merchant_states},
    {"PlatformRole", "", put_platform_roles},
    {"DeliveryState", "", put_delivery_states},
    {"Locale", "", put_locales},
    {"ChargebackStatus", "", put_chargeback_states},
    {"AdditionalField", "what the customer must be asked", put_additional_fields},
};

static void describe(struct json *j, const char *text)
{
    if (text[0] != '\0')
        json_text(j, "description", text);
}

static void put_word_lists(struct json *j)
{
    for (size_t i = 0; i < COUNT(WORD_LISTS); i++) {
        json_open_object(j, WORD_LISTS[i].name);
        json_text(j, "type", "string");
        describe(j, WORD_LISTS[i].text);
        json_open_array(j, "enum");
        WORD_LISTS[i].put(j);
        json_end(j);
        json_end(j);
    }
}

/* ---- objects of answers --------------------------------------------------------------------- */

struct member {
    const char *name, *type, *text;
    bool is_always;
};

#define HAS(name, type, text)     {name, type, text, true},
#define MAY(name, type, text)     {name, type, text, false},
#define OBJECT(object, text, ...) static const struct member MEMBERS_##object[] = {__VA_ARGS__};
#include "api/object.def"
#undef OBJECT

static const struct object {
    const char *name, *text;
    const struct member *members;
    size_t count;
} OBJECTS[] = {
#define OBJECT(object, text, ...) {#object, text, MEMBERS_##object, COUNT(MEMBERS_##object)},
#include "api/object.def"
#undef OBJECT
};

static bool has_member(const struct object *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++)
        if (strcmp(object->members[i].name, name) == 0)
            return true;
    return false;
}

/* What payments show of payment_details beside what object.def says: each name once. */
static void put_shown(struct json *j, const struct object *object)
{
    const char *seen[DETAILS];
    size_t count = 0;
    for (size_t m = 0; method_at(m) != METHOD_NONE; m++) {
        size_t at = 0;
        for (struct detail_use use; detail_use_next(method_at(m), &at, &use);) {
            bool is_new = use.is_shown && !has_member(object, use.shown);
            for (size_t i = 0; i < count; i++)
                is_new = is_new && strcmp(seen[i], use.shown) != 0;
            if (!is_new)
                continue;
            seen[count++] = use.shown;
            json_open_object(j, use.shown);
            schema_type(j, use.kind == F_TEXT ? "text" : use.kind == F_I64 ? "integer" : "boolean");
            json_end(j);
        }
    }
}

static void put_members(struct json *j, const struct object *object)
{
    json_open_object(j, "properties");
    for (size_t i = 0; i < object->count; i++) {
        json_open_object(j, object->members[i].name);
        schema_type(j, object->members[i].type);
        describe(j, object->members[i].text);
        json_end(j);
    }
    if (strcmp(object->name, "PaymentDetails") == 0)
        put_shown(j, object);
    json_end(j);
    json_open_array(j, "required");
    for (size_t i = 0; i < object->count; i++)
        if (object->members[i].is_always)
            json_text(j, NULL, object->members[i].name);
    json_end(j);
}

static void put_objects(struct json *j)
{
    for (size_t i = 0; i < COUNT(OBJECTS); i++) {
        json_open_object(j, OBJECTS[i].name);
        json_text(j, "type", "object");
        describe(j, OBJECTS[i].text);
        put_members(j, &OBJECTS[i]);
        json_end(j);
    }
}

/* ---- bodies of requests --------------------------------------------------------------------- */

static const struct request_row {
    const char *list, *schema, *text;
    const struct field_list *fields;
} REQUESTS[] = {
#define REQUEST(list, schema, text) {#list, schema, text, &request_##list},
#include "api/request.def"
#undef REQUEST
};

/* A schema's rows stand one after the other; their fields are of one body. */
static void put_requests(struct json *j)
{
    enum { LISTS_MAX = 4 };
    for (size_t i = 0, next; i < COUNT(REQUESTS); i = next) {
        struct named_fields lists[LISTS_MAX];
        size_t count = 0;
        for (next = i; next < COUNT(REQUESTS) && count < LISTS_MAX &&
                       strcmp(REQUESTS[next].schema, REQUESTS[i].schema) == 0;
             next++)
            lists[count++] = (struct named_fields){REQUESTS[next].list, REQUESTS[next].fields};
        if (REQUESTS[i].schema[0] == '\0')
            continue;
        json_open_object(j, REQUESTS[i].schema);
        json_text(j, "type", "object");
        describe(j, REQUESTS[i].text);
        schema_fields(j, lists, count);
        json_end(j);
    }
}

/* ---- payment_details ------------------------------------------------------------------------ */

#define TYPE_PREFIX "PaymentDetailsIn_"
enum { NAME_BYTES = 128 };

/* The name of a type's component behind a prefix; slugs are short. */
static str type_name(const char *prefix, enum method method, char text[NAME_BYTES])
{
    const char *slug = method_row(method)->slug;
    size_t bytes = 0;
    for (const char *c = prefix; *c != '\0' && bytes < NAME_BYTES - 1; c++)
        text[bytes++] = *c;
    for (const char *c = slug; *c != '\0' && bytes < NAME_BYTES - 1; c++)
        text[bytes++] = *c;
    text[bytes] = '\0';
    return (str){text, bytes};
}

static void put_words(struct json *j, const char *words)
{
    json_open_array(j, "enum");
    for (const char *from = words; *from != '\0';) {
        const char *to = strchr(from, ' ');
        const size_t bytes = to == NULL ? strlen(from) : (size_t)(to - from);
        json_str(j, NULL, (str){from, bytes});
        from += bytes + (to != NULL);
    }
    json_end(j);
}

static void put_use(struct json *j, const struct detail_use *use)
{
    const struct field field = {.name = use->wire,
                                .kind = use->kind,
                                .min = use->min,
                                .max = use->max,
                                .flags = use->is_needed ? FIELD_REQUIRED : 0};
    json_open_object(j, use->wire);
    schema_field(j, NULL, &field);
    if (use->format != NULL)
        json_text(j, "format", use->format);
    if (use->values[0] != '\0')
        put_words(j, use->values);
    json_end(j);
}

/* What a type takes; METHOD_NONE: what every type takes. */
static void put_uses(struct json *j, enum method method)
{
    size_t at = 0;
    struct detail_use use;
    json_open_object(j, "properties");
    if (method != METHOD_NONE) {
        json_open_object(j, "type");
        json_text(j, "const", method_row(method)->slug);
        json_end(j);
    }
    while (detail_use_next(method, &at, &use))
        if (use.is_common == (method == METHOD_NONE))
            put_use(j, &use);
    json_end(j);
    if (method == METHOD_NONE)
        return;
    json_open_array(j, "required");
    json_text(j, NULL, "type");
    for (at = 0; detail_use_next(method, &at, &use);)
        if (use.is_needed)
            json_text(j, NULL, use.wire);
    json_end(j);
}

static void put_details(struct json *j)
{
    char text[NAME_BYTES];
    json_open_object(j, TYPE_PREFIX "every_type");
    json_text(j, "type", "object");
    json_text(j, "description", "what every payment type takes");
    put_uses(j, METHOD_NONE);
    json_end(j);
    for (size_t i = 0; method_at(i) != METHOD_NONE; i++) {
        json_open_object(j, type_name(TYPE_PREFIX, method_at(i), text).at);
        json_text(j, "description", method_row(method_at(i))->name_en);
        json_open_array(j, "allOf");
        json_open_object(j, NULL);
        json_text(j, "$ref", "#/components/schemas/" TYPE_PREFIX "every_type");
        json_end(j);
        json_open_object(j, NULL);
        json_text(j, "type", "object");
        put_uses(j, method_at(i));
        json_end(j);
        json_end(j);
        json_end(j);
    }
}

/* A token, or an object of the type that it names. */
static void put_any_details(struct json *j)
{
    char text[NAME_BYTES];
    json_open_object(j, "PaymentDetailsIn");
    json_text(
        j, "description",
        "a token; \"stored\", of a session: what its customer has stored; or what the payment "
        "type takes; an e-mail address or a name that a session has may be left out");
    json_open_array(j, "anyOf");
    json_open_object(j, NULL);
    json_text(j, "type", "string");
    json_text(j, "pattern", "^(tok_|stored$)");
    json_end(j);
    for (size_t i = 0; method_at(i) != METHOD_NONE; i++) {
        json_open_object(j, NULL);
        json_str(j, "$ref", type_name("#/components/schemas/" TYPE_PREFIX, method_at(i), text));
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

/* ---- what has a shape of its own ------------------------------------------------------------ */

static void put_metadata(struct json *j)
{
    json_open_object(j, "Metadata");
    json_text(j, "description", "your own texts by name; given back as they are");
    json_text(j, "type", "object");
    json_i64(j, "maxProperties", METADATA_KEYS_MAX);
    json_open_object(j, "propertyNames");
    json_i64(j, "minLength", 1);
    json_i64(j, "maxLength", METADATA_KEY_CHARACTERS_MAX);
    json_end(j);
    json_open_object(j, "additionalProperties");
    json_text(j, "type", "string");
    json_i64(j, "maxLength", METADATA_VALUE_CHARACTERS_MAX);
    json_end(j);
    json_end(j);
}

static void put_tax(struct json *j)
{
    json_open_object(j, "TaxIn");
    json_text(j, "description", "auto: 10 % of the amount on top of it, rounded half up");
    json_open_array(j, "anyOf");
    json_open_object(j, NULL);
    json_text(j, "type", "integer");
    json_i64(j, "minimum", 0);
    json_i64(j, "maximum", MONEY_MAX);
    json_end(j);
    json_open_object(j, NULL);
    json_text(j, "const", "auto");
    json_end(j);
    json_end(j);
    json_end(j);
}

static void put_statement_descriptor(struct json *j)
{
    json_open_object(j, "StatementDescriptor");
    json_text(j, "type", "object");
    json_open_object(j, "properties");
    for (size_t i = 0; STATEMENT_KEYS[i] != NULL; i++) {
        json_open_object(j, STATEMENT_KEYS[i]);
        json_text(j, "type", "string");
        json_i64(j, "maxLength", STATEMENT_TEXT_BYTES_MAX);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void put_document(struct json *j)
{
    json_open_object(j, "Document");
    json_text(j, "type", "object");
    json_text(j, "description", "this document");
    json_end(j);
}

void schema_components(struct json *j)
{
    put_word_lists(j);
    put_metadata(j);
    put_tax(j);
    put_statement_descriptor(j);
    put_document(j);
    put_requests(j);
    put_any_details(j);
    put_details(j);
    put_objects(j);
}
