/* SPDX-License-Identifier: Apache-2.0 */
/* test_legacy.c: signatures of the legacy hosted page. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#include "app/legacy_sign.h"
#include "unit.h"

static const char PATH[] = "/ja/api/demo-merchant/transactions/konbini/new";
static const char QUERY[] =
    "timestamp=1767225600&transaction%5Bamount%5D=1500"
    "&transaction%5Bcancel_url%5D=https%3A%2F%2Fshop.example%2Fcancel"
    "&transaction%5Bcurrency%5D=JPY&transaction%5Bexternal_order_num%5D=A-1001"
    "&transaction%5Breturn_url%5D=https%3A%2F%2Fshop.example%2Fdone&transaction%5Btax%5D=0";
static const char HMAC_HEX[] = "425e8f407b96055be95d67c7dd3c95b40b364453b25d3e26829d2a6314267145";

static void check_str(str got, const char *want)
{
    CHECK(want != NULL && str_is(got, want));
}

static void sign_with(str key, str text, uint8_t ret[LEGACY_MAC_BYTES])
{
    uint8_t signer[LEGACY_SIGNER_BYTES];
    legacy_signer_make(key, signer);
    legacy_sign(signer, text, ret);
}

/* Goal:   the vector of komoju-core 17.3, whatever the order of the pairs on the wire.
 * Method: as it is, and with its pairs turned round, the signature first, last and in the middle.
 */
TEST(the_vector_of_the_reference_is_signed)
{
    static const char TURNED[] =
        "transaction%5Btax%5D=0&transaction%5Bexternal_order_num%5D=A-1001&timestamp=1767225600"
        "&hmac=425e8f407b96055be95d67c7dd3c95b40b364453b25d3e26829d2a6314267145"
        "&transaction%5Breturn_url%5D=https%3A%2F%2Fshop.example%2Fdone"
        "&transaction%5Bcancel_url%5D=https%3A%2F%2Fshop.example%2Fcancel"
        "&transaction%5Bcurrency%5D=JPY&transaction%5Bamount%5D=1500";
    struct arena *arena = arena_new(1 << 20);
    uint8_t mac[LEGACY_MAC_BYTES];
    char hex[2 * LEGACY_MAC_BYTES + 1];
    str text, hmac;
    CHECK_OK(legacy_text(str_of(PATH), str_of(QUERY), arena, &text, &hmac));
    CHECK(hmac.at == NULL);
    check_str(text, arena_printf(arena, "%s?%s", PATH, QUERY));
    sign_with(S("sk_test_demo"), text, mac);
    CHECK(strcmp(sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), HMAC_HEX) == 0);

    CHECK_OK(legacy_text(str_of(PATH), str_of(TURNED), arena, &text, &hmac));
    check_str(hmac, HMAC_HEX);
    check_str(text, arena_printf(arena, "%s?%s", PATH, QUERY));
    arena_free(arena);
}

/* Goal:   what is kept of a key signs as HMAC-SHA256 does with the key.
 * Method: OpenSSL's HMAC as the oracle; keys and texts around the edges of SHA-256's block. */
TEST(what_is_kept_of_a_key_signs_as_the_key_does)
{
    static const size_t EDGES[] = {0, 1, 48, 55, 56, 63, 64, 65, 127, 128, 129, 300};
    char bytes[300];
    const uint64_t seed = random_seed();
    random_round(seed);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)random_between(0, 255);
    for (size_t k = 0; k < COUNT(EDGES); k++)
        for (size_t t = 0; t < COUNT(EDGES); t++) {
            uint8_t mac[LEGACY_MAC_BYTES], want[LEGACY_MAC_BYTES];
            unsigned bytes_out = 0;
            sign_with((str){bytes, EDGES[k]}, (str){bytes, EDGES[t]}, mac);
            (void)HMAC(EVP_sha256(), bytes, (int)EDGES[k], (const unsigned char *)bytes, EDGES[t],
                       want, &bytes_out);
            CHECK_I64(bytes_out, LEGACY_MAC_BYTES);
            CHECK(memcmp(mac, want, sizeof mac) == 0);
        }
}

/* Goal:   what is kept holds nothing of the key itself, nor the same for two keys. */
TEST(what_is_kept_does_not_show_the_key)
{
    uint8_t one[LEGACY_SIGNER_BYTES], two[LEGACY_SIGNER_BYTES];
    const str key = S("sk_test_0000abcdefghi0123456789abcdefghijklmnopq");
    legacy_signer_make(key, one);
    legacy_signer_make(S("sk_test_0000abcdefghi0123456789abcdefghijklmnopr"), two);
    CHECK(memcmp(one, two, sizeof one) != 0);
    for (size_t i = 0; i + 4 <= key.bytes; i++)
        for (size_t at = 0; at + 4 <= sizeof one; at++)
            CHECK(memcmp(one + at, key.at + i, 4) != 0);
}

/* Goal:   limits: two signatures, too many pairs; pairs are kept as they are, empty ones too. */
TEST(a_query_is_taken_apart_as_it_is)
{
    struct arena *arena = arena_new(1 << 20);
    str text, hmac;
    CHECK_RESULT(legacy_text(S("/"), S("hmac=1&a=2&hmac=3"), arena, &text, &hmac),
                 E_INVALID_PARAMETER, "hmac");
    CHECK_OK(legacy_text(S("/x"), S("b=2&&a=%2f&a=%2F&hmac="), arena, &text, &hmac));
    check_str(text, "/x?&a=%2F&a=%2f&b=2");
    CHECK(hmac.at != NULL && hmac.bytes == 0);
    CHECK_OK(legacy_text(S("/x"), S(""), arena, &text, &hmac));
    check_str(text, "/x?");
    char many[2 * (LEGACY_PAIRS_MAX + 1)];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 == 0 ? 'a' : '&';
    CHECK_OK(legacy_text(S("/"), (str){many, 2 * LEGACY_PAIRS_MAX}, arena, &text, &hmac));
    CHECK_RESULT(legacy_text(S("/"), (str){many, sizeof many}, arena, &text, &hmac), E_BAD_REQUEST,
                 NULL);
    arena_free(arena);
}

/* Goal:   names and values are form-encoded. */
TEST(pairs_are_form_encoded)
{
    struct buf text;
    buf_init(&text, 1024);
    legacy_pair(&text, "transaction[uuid]", S("a b*-._~+&="));
    legacy_pair(&text, "k", S("\xe5\x86\x86"));
    check_str(buf_view(&text), "transaction%5Buuid%5D=a+b*-._%7E%2B%26%3D&k=%E5%86%86");
    buf_done(&text);
}

/* Goal:   an address is taken apart where its parts end, or is none. */
TEST(an_address_is_taken_apart)
{
    struct legacy_url url;
    CHECK(legacy_url_read(S("https://a.b:8/c/d?e=f?g#h?i"), &url));
    check_str(url.origin, "https://a.b:8");
    check_str(url.path, "/c/d");
    check_str(url.query, "e=f?g");
    check_str(url.fragment, "#h?i");
    CHECK(legacy_url_read(S("http://a"), &url));
    check_str(url.origin, "http://a");
    CHECK(url.path.bytes == 0 && url.query.bytes == 0 && url.fragment.bytes == 0);
    CHECK(legacy_url_read(S("http://a?x"), &url));
    check_str(url.query, "x");
    const char *const none[] = {"",
                                "shop://a",
                                "https://",
                                "https:///c",
                                "https://u@a/",
                                "https://a b",
                                "https://a/\r\nX: y",
                                "https://a/\xe5",
                                "//a/b"};
    for (size_t i = 0; i < COUNT(none); i++)
        CHECK(!legacy_url_read(str_of(none[i]), &url));
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    const struct CMUnitTest all[] = {
        CLAIM(the_vector_of_the_reference_is_signed),
        CLAIM(what_is_kept_of_a_key_signs_as_the_key_does),
        CLAIM(what_is_kept_does_not_show_the_key),
        CLAIM(a_query_is_taken_apart_as_it_is),
        CLAIM(pairs_are_form_encoded),
        CLAIM(an_address_is_taken_apart),
    };
    return RUN_ALL(all);
}
