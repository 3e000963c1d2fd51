/* SPDX-License-Identifier: Apache-2.0 */
#include "store/table_hash.h"

#include <string.h>

enum { TAG_NULL = 0, TAG_NUMBER, TAG_TEXT, TAG_BLOB };

static void add(struct table_hash *hash, const void *at, size_t bytes)
{
    (void)crypto_generichash_update(&hash->state, at, bytes);
}

static void add_tag(struct table_hash *hash, uint8_t tag)
{
    add(hash, &tag, 1);
}

static void add_i64(struct table_hash *hash, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    add(hash, bytes, sizeof bytes);
}

static void add_name(struct table_hash *hash, const char *name)
{
    add(hash, name, strlen(name) + 1);
}

void table_hash_init(struct table_hash *hash, const struct table *table,
                     const struct columns *columns)
{
    hash->rows = 0;
    (void)crypto_generichash_init(&hash->state, NULL, 0, TABLE_HASH_BYTES);
    add_name(hash, "kessai table 1");
    add_name(hash, table->name);
    for (size_t i = 0; i < columns->count; i++)
        add_name(hash, columns->names[i]);
}

static void add_value(struct table_hash *hash, const struct value *value)
{
    if (value->kind == VALUE_I64) {
        add_tag(hash, TAG_NUMBER);
        add_i64(hash, value->number);
    } else if (value->bytes.at == NULL) {
        add_tag(hash, TAG_NULL);
    } else {
        add_tag(hash, value->kind == VALUE_TEXT ? TAG_TEXT : TAG_BLOB);
        add_i64(hash, (int64_t)value->bytes.bytes);
        add(hash, value->bytes.at, value->bytes.bytes);
    }
}

void table_hash_row(struct table_hash *hash, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_value(hash, &values[i]);
    hash->rows++;
}

struct table_digest table_hash_final(struct table_hash *hash)
{
    struct table_digest digest = {.rows = hash->rows};
    (void)crypto_generichash_final(&hash->state, digest.bytes, sizeof digest.bytes);
    return digest;
}

bool table_digest_equal(const struct table_digest *a, const struct table_digest *b)
{
    return a->rows == b->rows && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

const char *table_digest_text(const struct table_digest *digest, struct arena *arena)
{
    char text[2 * TABLE_HASH_BYTES + 1];
    (void)sodium_bin2hex(text, sizeof text, digest->bytes, sizeof digest->bytes);
    return arena_cstr(arena, str_of(text));
}

result table_hash_of(struct tables *tables, const struct table *table, struct table_digest *ret)
{
    struct columns columns;
    struct value values[COLUMNS_MAX];
    struct table_hash hash;
    TRY(tables_columns(tables, table, &columns));
    TRY(tables_read(tables, table, &columns));
    table_hash_init(&hash, table, &columns);
    while (tables_next(tables, values))
        table_hash_row(&hash, values, columns.count);
    TRY(tables_read_done(tables));
    *ret = table_hash_final(&hash);
    return OK;
}
