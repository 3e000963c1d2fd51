/* SPDX-License-Identifier: Apache-2.0 */
#include "api/session_fields.h"
#include "api/request.h"

#include "app/session.h"
#include "base/json.h"
#include "http/fields.h"

enum { TEXT_BYTES_MAX = 256 << 10, ITEM_COUNT_MAX = 1000000000 };

/* The text of a finished buffer; the buffer is done with. */
static result take_text(struct buf *text, struct arena *arena, result r, const char *param,
                        str *ret)
{
    const bool is_full = text->is_broken && !text->is_starved;
    if (r.code == E_OK && is_full)
        r = FAIL(E_INVALID_PARAMETER, param, "this is more than 256 KiB as JSON");
    if (r.code == E_OK)
        *ret = arena_str(arena, buf_view(text));
    if (r.code == E_OK && (text->is_broken || ret->at == NULL))
        r = E_NO_MEMORY;
    buf_done(text);
    return r;
}

static void given(struct json *j, const char *name, str value)
{
    if (value.at != NULL)
        json_str(j, name, value);
}

/* ---- line items ---------------------------------------------------------------------------- */

struct item {
    str description, external_product_num, image;
    bool has_amount, has_quantity;
    int64_t amount, quantity;
};
#define AT(member) offsetof(struct item, member)
static const struct field ITEM[] = {
    {"description", F_TEXT, AT(description), FIELD_NO_FLAG, 0, 1, 1024, NULL},
    {"amount", F_I64, AT(amount), AT(has_amount), 0, -MONEY_MAX, MONEY_MAX, NULL},
    {"quantity", F_I64, AT(quantity), AT(has_quantity), 0, 0, ITEM_COUNT_MAX, NULL},
    {"external_product_num", F_TEXT, AT(external_product_num), FIELD_NO_FLAG, 0, 1, 255, NULL},
};
const struct field_list request_line_item = FIELD_LIST(ITEM);
/* A shop without a picture sends false. */
static const struct field IMAGE[] = {{"image", F_URL, AT(image), FIELD_NO_FLAG, 0, 1, 2048, NULL}};
const struct field_list request_line_item_image = FIELD_LIST(IMAGE);
#undef AT

static result write_item(const json_t *value, const char *prefix, struct arena *arena,
                         struct json *j)
{
    struct item item = {0};
    if (prefix == NULL)
        return E_NO_MEMORY;
    if (!json_is_object(value))
        return FAIL(E_INVALID_PARAMETER, prefix, "each of line_items is an object");
    TRY(fields_read(value, prefix, ITEM, COUNT(ITEM), arena, &item));
    if (!json_is_false(json_object_get(value, "image")))
        TRY(fields_read(value, prefix, IMAGE, COUNT(IMAGE), arena, &item));
    json_open_object(j, NULL);
    given(j, "description", item.description);
    if (item.has_amount)
        json_i64(j, "amount", item.amount);
    json_i64(j, "quantity", item.has_quantity ? item.quantity : 1);
    given(j, "image", item.image);
    given(j, "external_product_num", item.external_product_num);
    json_end(j);
    return OK;
}

result line_items_read(const json_t *items, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (items == NULL || json_is_null(items))
        return OK;
    if (!json_is_array(items))
        return FAIL(E_INVALID_PARAMETER, "line_items", "line_items is an array");
    if (json_array_size(items) > SESSION_LINE_ITEMS_MAX)
        return FAIL(E_INVALID_PARAMETER, "line_items", "line_items has at most 100 elements");
    struct buf text;
    struct json j;
    buf_init(&text, TEXT_BYTES_MAX);
    json_init(&j, &text);
    json_open_array(&j, NULL);
    result r = OK;
    for (size_t i = 0; r.code == E_OK && i < json_array_size(items); i++)
        r = write_item(json_array_get(items, i), arena_printf(arena, "line_items[%zu]", i), arena,
                       &j);
    json_end(&j);
    return take_text(&text, arena, r, "line_items", ret);
}

/* ---- addresses ----------------------------------------------------------------------------- */

struct address {
    str name, street_address1, street_address2, city, state, zipcode, country;
};
#define PART(name)                                                                                 \
    {                                                                                              \
#name, F_TEXT, offsetof(struct address, name), FIELD_NO_FLAG, 0, 1, 255, NULL              \
    }
static const struct field ADDRESS[] = {
    PART(name),  PART(street_address1), PART(street_address2), PART(city),
    PART(state), PART(zipcode),         PART(country),
};
const struct field_list request_address = FIELD_LIST(ADDRESS);
#undef PART

result address_read(const json_t *address, const char *param, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (address == NULL || json_is_null(address) ||
        (json_is_array(address) && json_array_size(address) == 0))
        return OK;
    if (!json_is_object(address))
        return FAIL(E_INVALID_PARAMETER, param, "an address is an object");
    struct address in = {0};
    TRY(fields_read(address, param, ADDRESS, COUNT(ADDRESS), arena, &in));
    struct buf text;
    struct json j;
    buf_init(&text, TEXT_BYTES_MAX);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    given(&j, "name", in.name);
    given(&j, "street_address1", in.street_address1);
    given(&j, "street_address2", in.street_address2);
    given(&j, "city", in.city);
    given(&j, "state", in.state);
    given(&j, "zipcode", in.zipcode);
    given(&j, "country", in.country);
    json_end(&j);
    return take_text(&text, arena, OK, param, ret);
}

/* ---- payment types, split ------------------------------------------------------------------ */

result payment_types_read(const json_t *types, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (types == NULL || json_is_null(types))
        return OK;
    if (!json_is_array(types))
        return FAIL(E_INVALID_PARAMETER, "payment_types", "payment_types is an array");
    if (json_array_size(types) > METHODS)
        return FAIL(E_INVALID_PARAMETER, "payment_types", "payment_types has too many elements");
    struct buf text;
    buf_init(&text, TEXT_BYTES_MAX);
    result r = OK;
    for (size_t i = 0; r.code == E_OK && i < json_array_size(types); i++) {
        const json_t *type = json_array_get(types, i);
        enum method method;
        if (!json_is_string(type) ||
            !method_read((str){json_string_value(type), json_string_length(type)}, &method))
            r = FAIL(E_INVALID_PAYMENT_TYPE, "payment_types",
                     "payment_types has a payment type that does not exist");
        else
            buf_printf(&text, "%s%s", i == 0 ? "" : ",", json_string_value(type));
    }
    if (r.code != E_OK || json_array_size(types) == 0) {
        buf_done(&text);
        return r;
    }
    return take_text(&text, arena, OK, "payment_types", ret);
}

result split_text(const struct platform_details *split, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (!split->is_present)
        return OK;
    struct buf text;
    struct json j;
    buf_init(&text, TEXT_BYTES_MAX);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    if (split->has_processing_merchant)
        json_id(&j, "processing_merchant_id", split->processing_merchant);
    if (split->has_lines)
        json_open_array(&j, "submerchants");
    for (size_t i = 0; split->lines != NULL && i < split->line_count; i++) {
        const struct platform_line *line = &split->lines[i];
        json_open_object(&j, NULL);
        json_id(&j, "submerchant_id", line->merchant);
        if (line->has_amount)
            json_i64(&j, "amount", line->amount_minor);
        if (line->has_platform_fee)
            json_i64(&j, "platform_fee", line->platform_fee_minor);
        json_end(&j);
    }
    if (split->has_lines)
        json_end(&j);
    json_end(&j);
    return take_text(&text, arena, OK, "platform_details", ret);
}
