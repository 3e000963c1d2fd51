/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_form.c: form bodies and queries, with the nesting of Rails.
 * Property: the tree, written as a form again, reads to the same tree. */
#include "every_field.h"
#include "fuzz.h"
#include "http/body.h"
#include "http/params.h"

static void escape(struct buf *out, const char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_printf(out, "%%%02X", (unsigned)(unsigned char)at[i]);
}

static void write_form(struct buf *out, str name, json_t *value);

static void write_member(struct buf *out, str before, const char *key, json_t *value)
{
    struct buf name;
    buf_init(&name, 1 << 20);
    buf_str(&name, before);
    if (key == NULL) {
        buf_text(&name, "[]");
    } else {
        buf_text(&name, before.bytes == 0 ? "" : "[");
        escape(&name, key, strlen(key));
        buf_text(&name, before.bytes == 0 ? "" : "]");
    }
    MUST(!name.is_broken);
    write_form(out, buf_view(&name), value);
    buf_done(&name);
}

/* The depth is bounded by the reader's, JSON_DEPTH. */
static void write_form(struct buf *out, str name, json_t *value)
{
    const char *key;
    size_t i;
    json_t *member;
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
        {
            write_member(out, name, key, member);
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member)
        {
            write_member(out, name, NULL, member);
        }
    } else {
        buf_char(out, '&');
        buf_str(out, name);
        if (json_is_string(value)) {
            buf_char(out, '=');
            escape(out, json_string_value(value), json_string_length(value));
        }
    }
}

static void check_leaves(json_t *value)
{
    const char *key;
    size_t i;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        check_leaves(member);
    }
    json_array_foreach(value, i, member)
    {
        check_leaves(member);
    }
    MUST(json_is_object(value) || json_is_array(value) || json_is_string(value) ||
         json_is_null(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    json_t *root = NULL, *again = NULL;
    const result r = params_read(fuzz_text(data, size), arena, &root);
    if (r.code != E_OK) {
        MUST(r.code == E_BAD_REQUEST && r.message != NULL && root == NULL);
        return 0;
    }
    check_leaves(root);
    struct buf out;
    buf_init(&out, 4 << 20);
    write_form(&out, STR_NONE, root);
    MUST(!out.is_broken);
    MUST(params_read(buf_view(&out), arena, &again).code == E_OK);
    MUST(json_equal(root, again));
    every_field_check(root, arena);
    buf_done(&out);
    json_decref(again);
    json_decref(root);
    return 0;
}
