/* SPDX-License-Identifier: Apache-2.0 */
#include "web/public_files.h"

#include <string.h>

#include "core/card.h"
#include "web/pages.h"

/* Files that belong to one version of the script are asked for soon again. */
#define CACHE_CONTROL "public, max-age=300"

static void send_public(struct exchange *x, const char *name)
{
    const struct web_file *file = name == NULL ? NULL : web_file_find(str_of(name));
    if (file == NULL) {
        reply_error(x, name == NULL ? E_NO_MEMORY : FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    x->reply.cache_control = CACHE_CONTROL;
    x->reply.is_for_any_page = true;
    web_file_send(x, file);
}

void web_fields_script(struct exchange *x)
{
    send_public(x, "fields.js");
}

/* The bit of the brand whose slug this is; 0: of none. */
static unsigned brand_bit(str slug)
{
    for (unsigned brand = BRAND_NONE + 1; brand < BRAND_UNKNOWN; brand++) {
        const char *known = card_brand_slug((enum card_brand)brand);
        if (known != NULL && str_is(slug, known))
            return 1u << brand;
    }
    return 0;
}

static result read_brands(str text, unsigned *ret)
{
    unsigned set = 0;
    for (const char *at = text.at, *end = text.at + text.bytes; at <= end;) {
        const char *comma = at == end ? NULL : memchr(at, ',', (size_t)(end - at));
        const char *stop = comma == NULL ? end : comma;
        const unsigned bit = brand_bit((str){at, (size_t)(stop - at)});
        if (bit == 0)
            return FAIL(E_INVALID_PARAMETER, "brands", "a brand is not known");
        set |= bit;
        at = stop + 1;
    }
    *ret = set;
    return OK;
}

/* As icons.mjs names it; in the order of the brands, whatever was asked. */
static const char *brands_file(unsigned set, struct arena *arena)
{
    const char *name = "payment_methods/credit_card";
    for (unsigned brand = BRAND_NONE + 1; brand < BRAND_UNKNOWN && name != NULL; brand++)
        if ((set >> brand & 1) != 0)
            name = arena_printf(arena, "%s-%s", name, card_brand_slug((enum card_brand)brand));
    return name == NULL ? NULL : arena_printf(arena, "%s.svg", name);
}

static void send_brands(struct exchange *x, const json_t *brands)
{
    unsigned set;
    const result r =
        json_is_string(brands)
            ? read_brands((str){json_string_value(brands), json_string_length(brands)}, &set)
            : FAIL(E_INVALID_PARAMETER, "brands", "brands are slugs with commas");
    if (r.code != E_OK)
        reply_error(x, r);
    else
        send_public(x, brands_file(set, x->arena));
}

/* Names of files have no "-" where a slug ends, so brands are reached by the query only. */
void web_method_icon(struct exchange *x)
{
    const str file = x->request.args[0];
    const json_t *brands = json_object_get(x->request.query, "brands");
    if (str_is(file, "credit_card.svg") && brands != NULL)
        send_brands(x, brands);
    else if (memchr(file.at, '-', file.bytes) != NULL)
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
    else
        send_public(x, arena_printf(x->arena, "payment_methods/%.*s", (int)file.bytes, file.at));
}

void web_store_icon(struct exchange *x)
{
    const str file = x->request.args[0];
    send_public(x, arena_printf(x->arena, "assets/konbini/%.*s", (int)file.bytes, file.at));
}
