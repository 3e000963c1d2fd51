/* SPDX-License-Identifier: Apache-2.0 */
/* test_merchant.c: the operator's use cases on a real store. */
#include <sodium.h>

#include "place.h"
#include "store/table.h"

static int64_t key_expiry(struct place *p, const struct merchant_root *root, str key)
{
    uint8_t hash[KEY_HASH_BYTES];
    key_hash(key, hash);
    struct db *db = store_read_begin(p->store);
    struct rows rows;
    int64_t expires_us = -1; /* unknown */
    CHECK_OK(db_query(db, SQL_API_KEY_GET, &rows, VI(root->id.key), VB(hash, KEY_HASH_BYTES)));
    if (rows_next(&rows))
        expires_us = row_i64(&rows, 3);
    CHECK_OK(rows_done(&rows));
    store_read_end(p->store, db);
    return expires_us;
}

/* Goal:   a rolled pair works beside the new one for a day;
 *         a second roll does not lengthen that. */
TEST(a_rolled_pair_ends_a_day_later)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_MARKETPLACE);
    CHECK_I64(key_expiry(&p, &root, root.keys.secret), 0);
    struct key_roll first = {.merchant = root.id}, second = first;
    const int64_t before_us = clock_now_us(&CLOCK_SYSTEM);
    CHECK_OK(key_roll(p.store, p.arena, &first));
    CHECK(first.overlap_until_us >= before_us + KEY_OVERLAP_S * US_PER_S);
    CHECK_I64(key_expiry(&p, &root, root.keys.secret), first.overlap_until_us);
    CHECK_I64(key_expiry(&p, &root, root.keys.publishable), first.overlap_until_us);
    CHECK_I64(key_expiry(&p, &root, first.keys.secret), 0);
    CHECK_OK(key_roll(p.store, p.arena, &second));
    CHECK_I64(key_expiry(&p, &root, root.keys.secret), first.overlap_until_us);
    CHECK_I64(key_expiry(&p, &root, first.keys.secret), second.overlap_until_us);
    place_close(&p);
}

static void check_absent(const void *bytes, size_t count, str secret)
{
    CHECK(memmem(bytes, count, secret.at, secret.bytes) == NULL);
    CHECK(memmem(bytes, count, secret.at + 8, 40) == NULL);
}

static void check_files(struct place *p, str secret)
{
    static const char *const SUFFIXES[] = {"", "-wal"};
    for (size_t i = 0; i < COUNT(SUFFIXES); i++) {
        static char bytes[1 << 22];
        FILE *file = fopen(arena_printf(p->arena, "%s%s", p->url, SUFFIXES[i]), "rb");
        CHECK(file != NULL);
        const size_t count = fread(bytes, 1, sizeof bytes, file);
        CHECK(fclose(file) == 0);
        check_absent(bytes, count, secret);
    }
}

/* Gives how many values were looked at. */
static size_t check_tables(struct place *p, str secret)
{
    struct tables *tables;
    size_t seen = 0;
    CHECK_OK(tables_open(p->url, TABLES_READ, p->arena, &tables));
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        struct columns columns;
        struct value values[COLUMNS_MAX];
        CHECK_OK(tables_columns(tables, &TABLES[i], &columns));
        CHECK_OK(tables_read(tables, &TABLES[i], &columns));
        for (; tables_next(tables, values); seen += columns.count)
            for (size_t c = 0; c < columns.count; c++)
                if (values[c].kind != VALUE_I64 && values[c].bytes.at != NULL)
                    check_absent(values[c].bytes.at, values[c].bytes.bytes, secret);
        CHECK_OK(tables_read_done(tables));
    }
    tables_close(tables);
    return seen;
}

/* Goal:   the secret key is nowhere in the database. Its log is part of it.
 * Method: every value of every table; and where the database is a file, every byte. */
TEST(the_secret_key_is_not_stored)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_ORDINARY);
    CHECK(check_tables(&p, root.keys.secret) > 30);
    if (!test_on_postgres())
        check_files(&p, root.keys.secret);
    place_close(&p);
}

/* Goal:   what is not given keeps its value; the merchant's methods show what was set. */
TEST(a_rate_changes_in_the_parts_that_are_given)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_PLATFORM);
    struct method_rate rate = {.merchant = root.id, .method = METHOD_CREDIT_CARD};
    CHECK_OK(method_rate_set(p.store, p.arena, &rate));
    CHECK_I64(rate.rate.percent_e4, method_row(METHOD_CREDIT_CARD)->percent_e4);
    rate = (struct method_rate){.merchant = root.id,
                                .method = METHOD_CREDIT_CARD,
                                .has_fixed = true,
                                .has_customer_fee = true,
                                .rate.fixed_minor = 5,
                                .customer_fee_minor = 190};
    CHECK_OK(method_rate_set(p.store, p.arena, &rate));
    rate = (struct method_rate){.merchant = root.id,
                                .method = METHOD_CREDIT_CARD,
                                .has_percent = true,
                                .has_minimum = true,
                                .rate = {.percent_e4 = 1, .minimum_minor = 30}};
    CHECK_OK(method_rate_set(p.store, p.arena, &rate));
    CHECK_I64(rate.rate.percent_e4, 1);
    CHECK_I64(rate.rate.fixed_minor, 5);
    CHECK_I64(rate.rate.minimum_minor, 30);
    CHECK_I64(rate.customer_fee_minor, 190);
    place_close(&p);
}

/* Goal:   an id that is nobody's, or whose salt is wrong, is refused and changes nothing. */
TEST(an_unknown_merchant_is_refused)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_PLATFORM);
    const id strangers[] = {{root.id.key, root.id.salt ^ 1}, {root.id.key + 1, root.id.salt}};
    for (size_t i = 0; i < COUNT(strangers); i++) {
        struct key_roll roll = {.merchant = strangers[i]};
        struct method_rate rate = {.merchant = strangers[i], .method = METHOD_CREDIT_CARD};
        CHECK_RESULT(key_roll(p.store, p.arena, &roll), E_NOT_FOUND, "--merchant");
        CHECK_RESULT(method_rate_set(p.store, p.arena, &rate), E_NOT_FOUND, "--merchant");
    }
    CHECK_I64(key_expiry(&p, &root, root.keys.secret), 0);
    place_close(&p);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    const struct CMUnitTest all[] = {
        CLAIM(a_rolled_pair_ends_a_day_later),
        CLAIM(the_secret_key_is_not_stored),
        CLAIM(a_rate_changes_in_the_parts_that_are_given),
        CLAIM(an_unknown_merchant_is_refused),
    };
    return RUN_ALL(all);
}
