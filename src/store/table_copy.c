/* SPDX-License-Identifier: Apache-2.0 */
#include "store/table_copy.h"

#include <string.h>

/* Says which side an error is about. */
static result about(result r, const char *param)
{
    if (r.code != E_OK)
        r.param = param;
    return r;
}

static result check_empty(struct tables *to, const struct table_copy *copy)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        struct table_digest digest;
        if (!TABLES[i].is_copied)
            continue;
        TRY(table_hash_of(to, &TABLES[i], &digest));
        if (digest.rows > 0)
            return FAIL(
                E_USAGE, NULL,
                arena_printf(copy->arena, "is not empty: there are rows in %s", TABLES[i].name));
    }
    return OK;
}

static result check_columns(const struct table *table, const struct columns *a,
                            const struct columns *b, struct arena *arena)
{
    bool is_equal = a->count == b->count;
    for (size_t i = 0; is_equal && i < a->count; i++)
        is_equal = strcmp(a->names[i], b->names[i]) == 0 && a->kinds[i] == b->kinds[i];
    return is_equal ? OK
                    : FAIL(E_USAGE, "--to",
                           arena_printf(arena, "its table %s has other columns", table->name));
}

static result copy_rows(struct tables *from, struct tables *to, const struct columns *columns,
                        struct table_hash *hash)
{
    struct value values[COLUMNS_MAX];
    while (tables_next(from, values)) {
        table_hash_row(hash, values, columns->count);
        TRY(about(tables_put(to, values), "--to"));
    }
    return OK;
}

static result copy_table(const struct table_copy *copy, const struct table *table,
                         struct tables *from, struct tables *to, struct table_digest *ret)
{
    struct columns columns, others;
    struct table_hash hash;
    struct table_digest copied;
    TRY(about(tables_columns(from, table, &columns), "--from"));
    TRY(about(tables_columns(to, table, &others), "--to"));
    TRY(check_columns(table, &columns, &others, copy->arena));
    TRY(about(tables_read(from, table, &columns), "--from"));
    TRY(about(tables_write(to, table, &columns), "--to"));
    table_hash_init(&hash, table, &columns);
    TRY(copy_rows(from, to, &columns, &hash));
    TRY(about(tables_read_done(from), "--from"));
    TRY(about(tables_write_done(to), "--to"));
    *ret = table_hash_final(&hash);
    TRY(about(table_hash_of(to, table, &copied), "--to"));
    return table_digest_equal(ret, &copied)
               ? OK
               : FAIL(E_STORE, "--to",
                      arena_printf(copy->arena, "the copy of %s is not equal", table->name));
}

static result copy_all(const struct table_copy *copy, struct tables *from, struct tables *to,
                       int64_t *ret_rows)
{
    int64_t rows = 0;
    TRY(about(check_empty(to, copy), "--to"));
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        struct table_digest digest;
        if (!TABLES[i].is_copied)
            continue;
        TRY(copy_table(copy, &TABLES[i], from, to, &digest));
        copy->copied(copy->context, &TABLES[i], &digest);
        rows += digest.rows;
    }
    TRY(about(tables_commit(to), "--to"));
    *ret_rows = rows;
    return OK;
}

result table_copy_run(const struct table_copy *copy, int64_t *ret_rows)
{
    struct tables *from = NULL, *to = NULL;
    TRY(about(tables_open(copy->from, TABLES_SOURCE, copy->arena, &from), "--from"));
    result r = about(tables_open(copy->to, TABLES_TARGET, copy->arena, &to), "--to");
    if (r.code == E_OK)
        r = copy_all(copy, from, to, ret_rows);
    tables_close(to);
    tables_close(from);
    return r;
}
