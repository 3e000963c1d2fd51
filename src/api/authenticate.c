/* SPDX-License-Identifier: Apache-2.0 */
/* authenticate.c: whose key a request carries.
 *
 * Keys are found by their hash (design D15). Each HTTP thread remembers the keys it has seen for a
 * second, so that a busy caller costs one query a second and no lock; a key that is rolled
 * meanwhile has an overlap far longer than that, and a person's key that is disabled opens nothing
 * after that second. */
#include <sodium.h>
#include <string.h>

#include "api/api.h"
#include "app/operator.h"

#define REMEMBER_US US_PER_S
enum { SLOTS = 128, OPERATOR_ARENA_BYTES = 1 << 14 };

struct known_key {
    const struct app *app;
    int64_t until_ticks_us; /* remembered so long */
    int64_t expires_us;     /* the key's end, real time; 0: never */
    uint8_t hash[KEY_HASH_BYTES];
    struct caller caller;
};

static struct known_key *slot_of(const uint8_t hash[KEY_HASH_BYTES])
{
    static _Thread_local struct known_key slots[SLOTS];
    return &slots[hash[0] % SLOTS];
}

static result query(struct db *db, int64_t tenant, const uint8_t hash[KEY_HASH_BYTES],
                    struct known_key *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_API_KEY_GET, &rows, VI(tenant), VB(hash, KEY_HASH_BYTES)));
    const bool found = rows_next(&rows);
    if (found) {
        const enum platform_kind kind = (enum platform_kind)row_i64(&rows, 4);
        ret->expires_us = row_i64(&rows, 3);
        ret->caller = (struct caller){
            .tenant = tenant,
            .merchant = row_i64(&rows, 0),
            .is_secret = row_i64(&rows, 1) != 0,
            .is_live = row_i64(&rows, 2) != 0,
            .is_platform = kind == KIND_PLATFORM || kind == KIND_MARKETPLACE,
        };
    }
    TRY(rows_done(&rows));
    return found ? OK : FAIL(E_UNAUTHORIZED, NULL, NULL);
}

/* A person of the operator has no merchant's rights, and no merchant has a person's. */
static result query_operator(struct db *db, str key, struct arena *arena, struct known_key *ret)
{
    struct operator_row row;
    TRY(operator_by_key(db, key, arena, &row));
    ret->caller = (struct caller){
        .tenant = row.tenant,
        .merchant = row.tenant,
        .is_live = row.is_live,
        .operator_id = row.id.key,
        .rights = row.rights,
    };
    return OK;
}

static result query_key(struct db *db, str key, int64_t tenant, struct known_key *ret)
{
    if (!key_is_operator(key))
        return query(db, tenant, ret->hash, ret);
    struct arena *arena = arena_new(OPERATOR_ARENA_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    const result r = query_operator(db, key, arena, ret);
    arena_free(arena);
    return r;
}

static result look_up(struct app *app, str key, int64_t tenant, const uint8_t hash[KEY_HASH_BYTES],
                      struct known_key *slot)
{
    struct known_key found = {.app = app, .until_ticks_us = clock_ticks_us() + REMEMBER_US};
    memcpy(found.hash, hash, KEY_HASH_BYTES);
    struct db *db = store_read_begin(app->store);
    const result r = query_key(db, key, tenant, &found);
    store_read_end(app->store, db);
    if (r.code == E_OK)
        *slot = found;
    return r;
}

result api_authenticate(void *app, str key, int64_t now_us, struct caller *ret)
{
    const int64_t tenant = key_tenant(key);
    if (tenant == 0)
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    uint8_t hash[KEY_HASH_BYTES];
    key_hash(key, hash);
    struct known_key *slot = slot_of(hash);
    if (slot->app != app || slot->until_ticks_us < clock_ticks_us() ||
        sodium_memcmp(slot->hash, hash, KEY_HASH_BYTES) != 0)
        TRY(look_up(app, key, tenant, hash, slot));
    if (slot->expires_us != 0 && slot->expires_us <= now_us)
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    *ret = slot->caller;
    return OK;
}
