/* SPDX-License-Identifier: Apache-2.0 */
#include "api/list.h"

#include <assert.h>

enum { PAGE_VALUES = 5 }; /* tenant, both times, how many, how many to skip */

/* The keys of the page, read to the end first: a statement cannot be open twice. */
static result read_keys(struct exchange *x, struct db *db, const struct list *list,
                        const struct list_query *page, int64_t *ret_total, int64_t *keys,
                        size_t *ret_count)
{
    struct value values[LIST_FILTERS_MAX + PAGE_VALUES] = {VI(x->request.caller.tenant),
                                                           VI(page->start_us), VI(page->end_us)};
    size_t n = 3;
    for (size_t i = 0; i < list->filter_count; i++)
        values[n++] = list->filters[i];
    TRY(db_number_values(db, list->count, ret_total, values, n));
    values[n++] = VI(page->per_page);
    values[n++] = VI((page->page - 1) * page->per_page);
    struct rows rows;
    size_t count = 0;
    TRY(db_query_values(db, list->keys, &rows, values, n));
    while (count < (size_t)page->per_page && rows_next(&rows))
        keys[count++] = row_i64(&rows, 0);
    *ret_count = count;
    return rows_done(&rows);
}

static result write_items(struct exchange *x, const struct list *list, struct list_item item,
                          const int64_t *keys, size_t count, struct json *j)
{
    result r = OK;
    for (size_t i = 0; i < count && r.code == E_OK; i++) {
        item.key = keys[i];
        r = list->item(x, &item, j);
        if (r.code == E_OK && arena_is_broken(item.arena))
            r = E_NO_MEMORY;
        arena_clear(item.arena);
    }
    return r;
}

result list_write(struct exchange *x, struct db *db, const struct list *list,
                  const struct list_query *page)
{
    int64_t total = 0;
    size_t count = 0;
    struct json j;
    assert(list->filter_count <= LIST_FILTERS_MAX);
    int64_t *keys = ARENA_ARRAY(x->arena, int64_t, (size_t)page->per_page);
    if (keys == NULL)
        return E_NO_MEMORY;
    if (!list->is_empty)
        TRY(read_keys(x, db, list, page, &total, keys, &count));
    const struct list_item item = {
        .db = db, .arena = arena_new(list->arena_bytes_max), .context = list->context};
    if (item.arena == NULL)
        return E_NO_MEMORY;
    api_json(x, &j);
    api_list_begin(&j, "list", total, page);
    const result r = write_items(x, list, item, keys, count, &j);
    json_end(&j);
    json_end(&j);
    arena_free(item.arena);
    return r;
}

void list_reply(struct exchange *x, const struct list *list)
{
    struct list_query page = {0};
    result r = list_query_read(x->request.query, x->arena, &page);
    if (r.code == E_OK) {
        struct db *db = store_read_begin(api_app(x)->store);
        r = list_write(x, db, list, &page);
        store_read_end(api_app(x)->store, db);
    }
    api_reply(x, r);
}
