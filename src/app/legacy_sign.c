/* SPDX-License-Identifier: Apache-2.0 */
#include "app/legacy_sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- signing -------------------------------------------------------------------------------- */

enum { WORDS = 8, BLOCK_BITS = 512 };

static void put_words(uint8_t *at, const uint32_t words[WORDS])
{
    for (size_t i = 0; i < WORDS; i++)
        for (size_t n = 0; n < 4; n++)
            at[4 * i + n] = (uint8_t)(words[i] >> (24 - 8 * n));
}

/* A state that has taken one whole block. */
static void get_words(const uint8_t *at, crypto_hash_sha256_state *ret)
{
    *ret = (crypto_hash_sha256_state){.count = BLOCK_BITS};
    for (size_t i = 0; i < WORDS; i++)
        for (size_t n = 0; n < 4; n++)
            ret->state[i] = ret->state[i] << 8 | at[4 * i + n];
}

void legacy_signer_make(str key, uint8_t ret[LEGACY_SIGNER_BYTES])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.at, key.bytes);
    put_words(ret, state.ictx.state);
    put_words(ret + LEGACY_SIGNER_BYTES / 2, state.octx.state);
    sodium_memzero(&state, sizeof state);
}

void legacy_sign(const uint8_t signer[LEGACY_SIGNER_BYTES], str text, uint8_t ret[LEGACY_MAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    get_words(signer, &state.ictx);
    get_words(signer + LEGACY_SIGNER_BYTES / 2, &state.octx);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.at, text.bytes);
    (void)crypto_auth_hmacsha256_final(&state, ret);
    sodium_memzero(&state, sizeof state);
}

/* ---- what is signed ------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const str *x = a, *y = b;
    const int order = memcmp(x->at, y->at, x->bytes < y->bytes ? x->bytes : y->bytes);
    return order != 0 ? order : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static result split(str query, str pairs[LEGACY_PAIRS_MAX], size_t *ret_count, str *ret_hmac)
{
    size_t count = 0;
    *ret_hmac = STR_NONE;
    while (query.bytes > 0) {
        const char *end = memchr(query.at, '&', query.bytes);
        const str pair = {query.at, end == NULL ? query.bytes : (size_t)(end - query.at)};
        const size_t skip = pair.bytes + (end != NULL);
        query = (str){query.at + skip, query.bytes - skip};
        if (str_starts(pair, "hmac=")) {
            if (ret_hmac->at != NULL)
                return FAIL(E_INVALID_PARAMETER, "hmac", "there are two signatures");
            *ret_hmac = (str){pair.at + 5, pair.bytes - 5};
        } else if (count == LEGACY_PAIRS_MAX) {
            return FAIL(E_BAD_REQUEST, NULL, "the query has too many parameters");
        } else {
            pairs[count++] = pair;
        }
    }
    *ret_count = count;
    return OK;
}

result legacy_text(str path, str query, struct arena *arena, str *ret_text, str *ret_hmac)
{
    str *pairs = ARENA_ARRAY(arena, str, LEGACY_PAIRS_MAX);
    char *text = arena_alloc(arena, path.bytes + query.bytes + 2);
    size_t count = 0, at = path.bytes;
    if (pairs == NULL || text == NULL)
        return E_NO_MEMORY;
    TRY(split(query, pairs, &count, ret_hmac));
    qsort(pairs, count, sizeof *pairs, compare);
    memcpy(text, path.at, path.bytes);
    text[at++] = '?';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text[at++] = '&';
        memcpy(text + at, pairs[i].at, pairs[i].bytes);
        at += pairs[i].bytes;
    }
    *ret_text = (str){text, at};
    return OK;
}

static void encode(struct buf *text, str value)
{
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.bytes; i++) {
        const unsigned char c = (unsigned char)value.at[i];
        const bool is_plain = ('0' <= c && c <= '9') || ('A' <= c && c <= 'Z') ||
                              ('a' <= c && c <= 'z') || (c != '\0' && strchr("*-._", c) != NULL);
        if (is_plain) {
            buf_char(text, (char)c);
        } else if (c == ' ') {
            buf_char(text, '+');
        } else {
            buf_char(text, '%');
            buf_char(text, HEX[c >> 4]);
            buf_char(text, HEX[c & 15]);
        }
    }
}

void legacy_pair(struct buf *text, const char *name, str value)
{
    if (text->bytes > 0)
        buf_char(text, '&');
    encode(text, str_of(name));
    buf_char(text, '=');
    encode(text, value);
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* Takes what stands before the first of some characters off. */
static str take_until(str *rest, const char *stops)
{
    size_t bytes = 0;
    while (bytes < rest->bytes && strchr(stops, rest->at[bytes]) == NULL)
        bytes++;
    const str taken = {rest->at, bytes};
    *rest = (str){rest->at + bytes, rest->bytes - bytes};
    return taken;
}

bool legacy_url_read(str url, struct legacy_url *ret)
{
    for (size_t i = 0; i < url.bytes; i++)
        if (url.at[i] <= ' ' || url.at[i] > '~')
            return false;
    const size_t scheme = str_starts(url, "https://") ? 8 : str_starts(url, "http://") ? 7 : 0;
    if (scheme == 0)
        return false;
    str rest = {url.at + scheme, url.bytes - scheme};
    const str host = take_until(&rest, "/?#");
    ret->origin = (str){url.at, scheme + host.bytes};
    ret->path = take_until(&rest, "?#");
    if (rest.bytes > 0 && rest.at[0] == '?')
        rest = (str){rest.at + 1, rest.bytes - 1};
    ret->query = take_until(&rest, "#");
    ret->fragment = rest;
    return host.bytes > 0 && memchr(host.at, '@', host.bytes) == NULL;
}
