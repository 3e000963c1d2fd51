/* SPDX-License-Identifier: Apache-2.0 */
/* test_key.c: the text of API keys. */
#include <sodium.h>

#include "app/merchant.h"
#include "unit.h"

static struct key_pair pair(struct arena *arena, int64_t tenant, bool is_live)
{
    struct key_pair keys = {0};
    CHECK_OK(key_pair_new(arena, tenant, is_live, &keys));
    return keys;
}

/* Goal:   a key names its tenant, whatever number that has, and its world.
 * Method: the edges of the number, and random ones. */
TEST(a_key_names_its_tenant_and_its_world)
{
    struct arena *arena = arena_new(1 << 22);
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 1000; round++) {
        random_round(seed + round);
        const int64_t edges[] = {1, 35, 36, INT64_MAX, random_between(1, INT64_MAX - 1)};
        const int64_t tenant = edges[round % COUNT(edges)];
        const bool is_live = round % 2 == 0;
        const struct key_pair keys = pair(arena, tenant, is_live);
        CHECK_I64(key_tenant(keys.secret), tenant);
        CHECK_I64(key_tenant(keys.publishable), tenant);
        CHECK(str_starts(keys.secret, is_live ? "sk_live_" : "sk_test_"));
        CHECK(str_starts(keys.publishable, is_live ? "pk_live_" : "pk_test_"));
        CHECK_I64(keys.secret.bytes, 48);
    }
    arena_free(arena);
}

/* Goal:   what cannot be a key of ours has no tenant, so no query is made for it.
 * Method: a good key, spoiled in one place after the other. */
TEST(a_spoiled_key_has_no_tenant)
{
    struct arena *arena = arena_new(1 << 16);
    const str good = pair(arena, 12345, false).secret;
    char text[64];
    CHECK_I64(key_tenant(STR_NONE), 0);
    CHECK_I64(key_tenant(S("sk_test_")), 0);
    CHECK_I64(key_tenant((str){good.at, good.bytes - 1}), 0);
    memcpy(text, good.at, good.bytes);
    text[good.bytes] = '0';
    CHECK_I64(key_tenant((str){text, good.bytes + 1}), 0);
    for (size_t i = 0; i < good.bytes; i++) {
        static const char BAD[] = "A_ -\n\x80";
        for (size_t n = 0; n < sizeof BAD - 1; n++) {
            memcpy(text, good.at, good.bytes);
            if (text[i] == BAD[n])
                continue;
            text[i] = BAD[n];
            CHECK_I64(key_tenant((str){text, good.bytes}), 0);
        }
    }
    memcpy(text, good.at, good.bytes); /* beyond 63 bits */
    memset(text + 8, 'z', 13);
    CHECK_I64(key_tenant((str){text, good.bytes}), 0);
    arena_free(arena);
}

/* Goal:   two keys of one tenant differ, and so do their hashes. */
TEST(keys_of_one_tenant_differ)
{
    struct arena *arena = arena_new(1 << 16);
    const struct key_pair a = pair(arena, 7, false), b = pair(arena, 7, false);
    uint8_t hash_a[KEY_HASH_BYTES], hash_b[KEY_HASH_BYTES];
    CHECK(!str_equal(a.secret, b.secret));
    CHECK(!str_equal(a.publishable, b.publishable));
    key_hash(a.secret, hash_a);
    key_hash(b.secret, hash_b);
    CHECK(memcmp(hash_a, hash_b, KEY_HASH_BYTES) != 0);
    key_hash(a.secret, hash_b);
    CHECK(memcmp(hash_a, hash_b, KEY_HASH_BYTES) == 0);
    arena_free(arena);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    const struct CMUnitTest all[] = {
        CLAIM(a_key_names_its_tenant_and_its_world),
        CLAIM(a_spoiled_key_has_no_tenant),
        CLAIM(keys_of_one_tenant_differ),
    };
    return RUN_ALL(all);
}
