/* SPDX-License-Identifier: Apache-2.0 */
#include "core/idem.h"

#include <assert.h>
#include <sodium.h>
#include <stddef.h>

#include "base/compiler.h"

static_assert(IDEM_HASH_BYTES == crypto_generichash_BYTES_MIN, "the hash is the shortest BLAKE2b");

result idem_check_key(str key)
{
    const result bad = FAIL(E_INVALID_PARAMETER, "X-KOMOJU-IDEMPOTENCY",
                            "the idempotency key must be 1 to 100 printable ASCII characters");
    if (key.bytes == 0 || key.bytes > IDEM_KEY_BYTES_MAX)
        return bad;
    for (size_t i = 0; i < key.bytes; i++)
        if (key.at[i] < ' ' || key.at[i] > '~')
            return bad;
    return OK;
}

/* BLAKE2b of the parts, each after its length in eight bytes, lowest first. */
static void hash_parts(const str *parts, size_t count, uint8_t ret[IDEM_HASH_BYTES])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, IDEM_HASH_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint8_t length[8];
        for (size_t n = 0; n < sizeof length; n++)
            length[n] = (uint8_t)((uint64_t)parts[i].bytes >> (8 * n));
        (void)crypto_generichash_update(&state, length, sizeof length);
        (void)crypto_generichash_update(&state, (const uint8_t *)parts[i].at, parts[i].bytes);
    }
    (void)crypto_generichash_final(&state, ret, IDEM_HASH_BYTES);
}

void idem_hash_key(str key, uint8_t ret[IDEM_HASH_BYTES])
{
    hash_parts(&key, 1, ret);
}

void idem_hash_request(str method, str path, str body, uint8_t ret[IDEM_HASH_BYTES])
{
    const str parts[] = {method, path, body};
    hash_parts(parts, COUNT(parts), ret);
}

/* Success is kept as well; CALLER is validation, BUSY may be tried again, OURS is not an answer. */
bool idem_keeps(enum err code)
{
    static const bool KEEPS[ERR_CLASSES] = {
        [ERR_NONE] = true, [ERR_CONFLICT] = true, [ERR_RAIL] = true};
    return KEEPS[err_class_of(code)];
}
