/* SPDX-License-Identifier: Apache-2.0 */
/* key.c: the text of API keys and their hashes.
 *
 *     sk_test_ 0000abcdefghi xxxxxxxxxxxxxxxxxxxxxxxxxxx
 *     prefix   tenant (13)   random (27 base-36 digits) */
#include <sodium.h>
#include <string.h>

#include "app/merchant.h"

enum { PREFIX_BYTES = 8, TENANT_DIGITS = 13, RANDOM_DIGITS = 27 };
enum { KEY_BYTES = PREFIX_BYTES + TENANT_DIGITS + RANDOM_DIGITS };

static const char DIGITS[] = "0123456789abcdefghijklmnopqrstuvwxyz";
enum { BASE = 36 };

static result key_new(struct arena *arena, const char *prefix, int64_t tenant, str *ret)
{
    char *text = arena_alloc(arena, KEY_BYTES + 1);
    if (text == NULL)
        return E_NO_MEMORY;
    memcpy(text, prefix, PREFIX_BYTES);
    uint64_t rest = (uint64_t)tenant;
    for (size_t i = TENANT_DIGITS; i-- > 0; rest /= BASE)
        text[PREFIX_BYTES + i] = DIGITS[rest % BASE];
    for (size_t i = 0; i < RANDOM_DIGITS; i++)
        text[PREFIX_BYTES + TENANT_DIGITS + i] = DIGITS[randombytes_uniform(BASE)];
    *ret = (str){text, KEY_BYTES};
    return OK;
}

result key_pair_new(struct arena *arena, int64_t tenant, bool is_live, struct key_pair *ret)
{
    TRY(key_new(arena, is_live ? "sk_live_" : "sk_test_", tenant, &ret->secret));
    return key_new(arena, is_live ? "pk_live_" : "pk_test_", tenant, &ret->publishable);
}

static result key_store(struct tx *tx, int64_t tenant, int64_t merchant, bool is_live,
                        bool is_secret, str key)
{
    uint8_t hash[KEY_HASH_BYTES];
    if (key.at == NULL)
        return OK;
    key_hash(key, hash);
    return db_exec(tx_db(tx), SQL_API_KEY_INSERT, VI(tenant), VB(hash, KEY_HASH_BYTES),
                   VI(merchant), VI(is_secret), VI(is_live), VI(tx_real_now(tx)));
}

result key_operator_new(struct arena *arena, int64_t tenant, bool is_live, str *ret)
{
    return key_new(arena, is_live ? "ok_live_" : "ok_test_", tenant, ret);
}

bool key_is_operator(str key)
{
    return str_starts(key, "ok_test_") || str_starts(key, "ok_live_");
}

result key_pair_store(struct tx *tx, int64_t tenant, int64_t merchant, bool is_live,
                      const struct key_pair *keys)
{
    TRY(key_store(tx, tenant, merchant, is_live, true, keys->secret));
    return key_store(tx, tenant, merchant, is_live, false, keys->publishable);
}

void key_hash(str key, uint8_t ret[KEY_HASH_BYTES])
{
    (void)crypto_generichash(ret, KEY_HASH_BYTES, (const uint8_t *)key.at, key.bytes, NULL, 0);
}

static int digit_of(char c)
{
    if ('0' <= c && c <= '9')
        return c - '0';
    return 'a' <= c && c <= 'z' ? c - 'a' + 10 : -1;
}

int64_t key_tenant(str key)
{
    static const char *const PREFIXES[] = {"sk_test_", "sk_live_", "pk_test_",
                                           "pk_live_", "ok_test_", "ok_live_"};
    bool is_ours = false;
    for (size_t i = 0; i < COUNT(PREFIXES); i++)
        is_ours = is_ours || str_starts(key, PREFIXES[i]);
    if (!is_ours || key.bytes != KEY_BYTES)
        return 0;
    int64_t tenant = 0;
    for (size_t i = PREFIX_BYTES; i < KEY_BYTES; i++) {
        const int digit = digit_of(key.at[i]);
        if (digit < 0)
            return 0;
        if (i < PREFIX_BYTES + TENANT_DIGITS && (__builtin_mul_overflow(tenant, BASE, &tenant) ||
                                                 __builtin_add_overflow(tenant, digit, &tenant)))
            return 0;
    }
    return tenant;
}
