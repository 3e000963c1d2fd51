/* SPDX-License-Identifier: Apache-2.0 */
/* brand.c: `kessai merchant brand`. */
#include "app/brand.h"

#include "cli/cli.h"

/* One byte more than a logo may have tells that it has too many. */
static result read_logo(const char *path, struct arena *arena, str *ret)
{
    struct buf text;
    buf_init(&text, (size_t)LOGO_BYTES_MAX + 1);
    const result r = file_read(path, "--logo", &text);
    if (r.code == E_OK)
        *ret = arena_str(arena, buf_view(&text));
    buf_done(&text);
    return r.code == E_OK && arena_is_broken(arena) ? E_NO_MEMORY : r;
}

static result read_change(const struct args *args, struct brand_change *ret)
{
    const struct option_value *v = args->values;
    *ret = (struct brand_change){.merchant = v[OPT_MERCHANT].id,
                                 .is_default = v[OPT_BRAND_DEFAULT].is_given,
                                 .color = BRAND_COLOR_NONE};
    if (v[OPT_COLOR].is_given)
        TRY(brand_color_read(v[OPT_COLOR].text, &ret->color));
    if (v[OPT_CONTACT].is_given)
        ret->contact = v[OPT_CONTACT].text;
    return v[OPT_LOGO].is_given ? read_logo(v[OPT_LOGO].text.at, args->arena, &ret->logo) : OK;
}

static result logo_view(struct json *j, str bytes)
{
    struct logo logo;
    if (bytes.at == NULL) {
        json_put_null(j, "logo");
        return OK;
    }
    TRY(logo_read(bytes, &logo));
    json_open_object(j, "logo");
    json_text(j, "content_type", logo_type(logo.kind));
    json_i64(j, "width", logo.width);
    json_i64(j, "height", logo.height);
    json_i64(j, "bytes", (int64_t)bytes.bytes);
    json_end(j);
    return OK;
}

static result brand(const struct args *args, struct store *store, struct buf *out)
{
    struct brand_change change;
    TRY(read_change(args, &change));
    TRY(brand_set(store, args->arena, &change));
    struct json j;
    char color[BRAND_COLOR_TEXT_BYTES];
    if (change.color != BRAND_COLOR_NONE)
        brand_color_text(change.color, color);
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", change.merchant);
    json_text(&j, "color", change.color == BRAND_COLOR_NONE ? NULL : color);
    json_str(&j, "contact", change.contact);
    TRY(logo_view(&j, change.logo));
    json_end(&j);
    buf_char(out, '\n');
    return OK;
}

int run_merchant_brand(const struct args *args)
{
    return print_of_store(args, brand);
}
