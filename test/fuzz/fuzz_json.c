/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json.c: JSON bodies: from bytes to a tree, from the tree into tables of fields.
 * Property: what was read, written by jansson or by base/json.h, reads again to the same tree. */
#include "every_field.h"
#include "fuzz.h"
#include "http/body.h"

static void write_texts(struct json *j, json_t *object)
{
    const char *key;
    json_t *member;
    json_open_object(j, NULL);
    json_object_foreach(object, key, member)
    {
        if (json_is_string(member))
            json_pair(j, str_of(key), (str){json_string_value(member), json_string_length(member)});
    }
    json_end(j);
}

/* By the writer that the server uses: the texts of the outermost object. */
static void check_writer(json_t *root)
{
    struct buf out;
    struct json j;
    buf_init(&out, 1 << 20);
    json_init(&j, &out);
    write_texts(&j, root);
    MUST(!out.is_broken);
    const str text = buf_view(&out);
    json_t *read = json_loadb(text.at, text.bytes, JSON_REJECT_DUPLICATES, NULL);
    MUST(read != NULL);
    const char *key;
    json_t *member;
    json_object_foreach(read, key, member)
    {
        MUST(json_equal(member, json_object_get(root, key)));
    }
    json_decref(read);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    json_t *root = NULL, *again = NULL;
    const result r = body_read(S("application/json"), fuzz_text(data, size), arena, &root);
    if (r.code != E_OK) {
        MUST(r.code == E_BAD_REQUEST && r.message != NULL && root == NULL);
        return 0;
    }
    MUST(json_is_object(root));
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    MUST(text != NULL);
    MUST(body_read(S("text/json; charset=utf-8"), str_of(text), arena, &again).code == E_OK);
    MUST(json_equal(root, again));
    check_writer(root);
    every_field_check(root, arena);
    free(text);
    json_decref(again);
    json_decref(root);
    return 0;
}
