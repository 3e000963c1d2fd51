/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/vault.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "vault/keyfile.h"
#include "vault/waiting.h"

/* What is sealed, and what it is bound to:
 *
 *     sealed      version (1) | nonce (24) | ciphertext (as long as the plain text) | tag (16)
 *     bound to    version (1) | purpose (1) | id key (8) | id salt (8)      little endian
 *     plain card  number (20, filled with zeros) | month (8) | year (8)     little endian     */
enum {
    SEAL_VERSION = 1,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    EXTRA_BYTES = 1 + NONCE_BYTES + TAG_BYTES,
    BOUND_BYTES = 1 + 1 + 8 + 8,
    NUMBER_BYTES = CARD_NUMBER_MAX + 1,
    PLAIN_CARD_BYTES = NUMBER_BYTES + 8 + 8,
};
static_assert(VAULT_SEALED_CARD_BYTES == PLAIN_CARD_BYTES + EXTRA_BYTES, "as vault.h says");
static_assert(KEY_FILE_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the key fits");
static_assert(sizeof((struct card_secret *)0)->verification_value == WAITING_VALUE_BYTES,
              "a verification value is kept whole");

/* In memory from sodium_malloc: locked, out of core dumps, wiped when freed. */
struct vault {
    uint8_t key[KEY_FILE_BYTES];
    struct waiting *waiting;
};

result vault_open(const char *key_path, struct vault **ret)
{
    assert(key_path != NULL && ret != NULL);
    if (sodium_init() < 0)
        return FAIL(E_CRYPTO, NULL, "libsodium cannot be initialized");
    struct vault *vault = sodium_malloc(sizeof *vault);
    if (vault == NULL)
        return E_NO_MEMORY;
    *vault = (struct vault){.waiting = waiting_new()};
    const result done = vault->waiting == NULL ? E_NO_MEMORY : keyfile_read(key_path, vault->key);
    if (done.code == E_OK)
        *ret = vault;
    else
        vault_close(vault);
    return done;
}

void vault_close(struct vault *vault)
{
    if (vault == NULL)
        return;
    waiting_free(vault->waiting);
    sodium_free(vault);
}

void vault_check_value(const struct vault *vault, uint8_t ret[VAULT_CHECK_BYTES])
{
    static const uint8_t PURPOSE[] = "kessai: which vault key is this";
    (void)crypto_generichash(ret, VAULT_CHECK_BYTES, PURPOSE, sizeof PURPOSE, vault->key,
                             sizeof vault->key);
}

static void put_i64(uint8_t *at, int64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

/* hash(key made for this, kind with its NUL | owner | value) */
void vault_fingerprint(const struct vault *vault, const char *what, int64_t owner, str value,
                       uint8_t ret[VAULT_FINGERPRINT_BYTES])
{
    static const uint8_t PURPOSE[] = "kessai: key of fingerprints";
    uint8_t key[crypto_generichash_KEYBYTES], owner_bytes[8];
    crypto_generichash_state state;
    put_i64(owner_bytes, owner);
    (void)crypto_generichash(key, sizeof key, PURPOSE, sizeof PURPOSE, vault->key,
                             sizeof vault->key);
    (void)crypto_generichash_init(&state, key, sizeof key, VAULT_FINGERPRINT_BYTES);
    (void)crypto_generichash_update(&state, (const uint8_t *)what, strlen(what) + 1);
    (void)crypto_generichash_update(&state, owner_bytes, sizeof owner_bytes);
    (void)crypto_generichash_update(&state, (const uint8_t *)value.at, value.bytes);
    (void)crypto_generichash_final(&state, ret, VAULT_FINGERPRINT_BYTES);
    explicit_bzero(key, sizeof key);
    explicit_bzero(&state, sizeof state);
}

static int64_t get_i64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | at[i];
    return (int64_t)value;
}

static void bind(uint8_t ret[BOUND_BYTES], enum vault_purpose purpose, id owner)
{
    ret[0] = SEAL_VERSION;
    ret[1] = (uint8_t)purpose;
    put_i64(ret + 2, owner.key);
    put_i64(ret + 10, owner.salt);
}

struct place {
    enum vault_purpose purpose;
    id owner;
};

static result seal(const struct vault *vault, struct place place, str plain, struct arena *arena,
                   str *ret_sealed)
{
    assert(VAULT_NONE < place.purpose && place.purpose < VAULT_PURPOSES);
    uint8_t bound[BOUND_BYTES];
    bind(bound, place.purpose, place.owner);
    uint8_t *sealed = arena_alloc(arena, plain.bytes + EXTRA_BYTES);
    if (sealed == NULL)
        return E_NO_MEMORY;
    sealed[0] = SEAL_VERSION;
    uint8_t *nonce = sealed + 1;
    randombytes_buf(nonce, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL,
                                                     (const uint8_t *)plain.at, plain.bytes, bound,
                                                     sizeof bound, NULL, nonce, vault->key);
    *ret_sealed = (str){(const char *)sealed, plain.bytes + EXTRA_BYTES};
    return OK;
}

/* ret   sealed.bytes - EXTRA_BYTES bytes; the caller has checked that sealed is that long */
static result unseal(const struct vault *vault, struct place place, str sealed, uint8_t *ret)
{
    assert(VAULT_NONE < place.purpose && place.purpose < VAULT_PURPOSES);
    assert(sealed.bytes >= EXTRA_BYTES);
    uint8_t bound[BOUND_BYTES];
    bind(bound, place.purpose, place.owner);
    const uint8_t *at = (const uint8_t *)sealed.at;
    const uint8_t *nonce = at + 1, *text = nonce + NONCE_BYTES;
    if (at[0] != SEAL_VERSION || crypto_aead_xchacha20poly1305_ietf_decrypt(
                                     ret, NULL, NULL, text, sealed.bytes - 1 - NONCE_BYTES, bound,
                                     sizeof bound, nonce, vault->key) != 0)
        return FAIL(E_CRYPTO, NULL, "the sealed text is not of this key, purpose and id");
    return OK;
}

result vault_seal_text(struct vault *vault, enum vault_purpose purpose, id owner, str secret,
                       struct arena *arena, str *ret_sealed)
{
    if (secret.bytes > VAULT_TEXT_BYTES_MAX)
        return FAIL(E_CRYPTO, NULL, "the secret is too long");
    return seal(vault, (struct place){purpose, owner}, secret, arena, ret_sealed);
}

result vault_open_secret(const struct vault *vault, enum vault_purpose purpose, id owner,
                         str sealed, struct arena *arena, struct secret_details *ret)
{
    if (sealed.at == NULL || sealed.bytes < EXTRA_BYTES ||
        sealed.bytes > VAULT_TEXT_BYTES_MAX + EXTRA_BYTES)
        return FAIL(E_CRYPTO, NULL, "the sealed text has an impossible length");
    const size_t bytes = sealed.bytes - EXTRA_BYTES;
    char *secret = arena_alloc(arena, bytes + 1);
    if (secret == NULL)
        return E_NO_MEMORY;
    TRY(unseal(vault, (struct place){purpose, owner}, sealed, (uint8_t *)secret));
    *ret = (struct secret_details){secret, bytes};
    return OK;
}

result vault_open_text(struct vault *vault, enum vault_purpose purpose, id owner, str sealed,
                       struct arena *arena, str *ret_secret)
{
    struct secret_details secret;
    TRY(vault_open_secret(vault, purpose, owner, sealed, arena, &secret));
    *ret_secret = secret_details_view(&secret);
    return OK;
}

/* Keeps the verification value, if there is one and it has not expired already. Its real lifetime
 * is measured on the monotonic clock. */
static void keep_verification_value(struct vault *vault, id owner, const struct card_secret *card,
                                    int64_t now_us, int64_t expires_us)
{
    if (card->verification_value[0] == '\0' || expires_us <= now_us)
        return;
    const int64_t ticks_us = clock_ticks_us();
    struct waiting_value kept = {.owner = owner, .expires_us = expires_us};
    int64_t life_us;
    if (__builtin_sub_overflow(expires_us, now_us, &life_us) ||
        __builtin_add_overflow(ticks_us, life_us, &kept.wipe_ticks_us))
        kept.wipe_ticks_us = INT64_MAX;
    memcpy(kept.value, card->verification_value, sizeof kept.value);
    waiting_put(vault->waiting, &kept, ticks_us);
    explicit_bzero(&kept, sizeof kept);
}

result vault_seal_card(struct vault *vault, id owner, const struct card_secret *card,
                       int64_t now_us, int64_t expires_us, struct arena *arena, str *ret_sealed)
{
    const size_t digits = strnlen(card->number, NUMBER_BYTES);
    assert(digits < NUMBER_BYTES);
    uint8_t plain[PLAIN_CARD_BYTES] = {0};
    memcpy(plain, card->number, digits);
    put_i64(plain + NUMBER_BYTES, card->month);
    put_i64(plain + NUMBER_BYTES + 8, card->year);
    const result done = seal(vault, (struct place){VAULT_CARD, owner},
                             (str){(const char *)plain, sizeof plain}, arena, ret_sealed);
    explicit_bzero(plain, sizeof plain);
    if (done.code == E_OK)
        keep_verification_value(vault, owner, card, now_us, expires_us);
    return done;
}

result vault_look_at_card(struct vault *vault, id owner, str sealed, struct card_secret *ret)
{
    if (sealed.at == NULL || sealed.bytes != PLAIN_CARD_BYTES + EXTRA_BYTES)
        return FAIL(E_CRYPTO, NULL, "the sealed card has an impossible length");
    uint8_t plain[PLAIN_CARD_BYTES];
    const result done = unseal(vault, (struct place){VAULT_CARD, owner}, sealed, plain);
    if (done.code == E_OK) {
        memcpy(ret->number, plain, NUMBER_BYTES);
        ret->month = get_i64(plain + NUMBER_BYTES);
        ret->year = get_i64(plain + NUMBER_BYTES + 8);
    }
    explicit_bzero(plain, sizeof plain);
    return done;
}

void vault_forget_value(struct vault *vault, id owner)
{
    char value[WAITING_VALUE_BYTES];
    (void)waiting_take(vault->waiting, owner, 0, clock_ticks_us(), value);
    explicit_bzero(value, sizeof value);
}

uint32_t vault_value_count(struct vault *vault)
{
    return waiting_count(vault->waiting);
}

result vault_open_card(struct vault *vault, id owner, str sealed, int64_t now_us,
                       struct card_secret *ret)
{
    TRY(vault_look_at_card(vault, owner, sealed, ret));
    (void)waiting_take(vault->waiting, owner, now_us, clock_ticks_us(), ret->verification_value);
    return OK;
}
