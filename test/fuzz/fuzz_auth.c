/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_auth.c: the Authorization header and idempotency keys.
 * Properties: a key that was read, encoded anew in each of the three ways, reads to itself; an
 * idempotency key that is taken is 1 to 100 printable characters. */
#include <sodium.h>

#include "core/idem.h"
#include "fuzz.h"
#include "http/auth.h"

enum { KEY_BYTES = 128, CODED_BYTES = 256 };

static void check_again(str key, const char *tail, int variant)
{
    char plain[KEY_BYTES + 8], coded[CODED_BYTES], header[CODED_BYTES + 8], again[KEY_BYTES];
    const size_t tail_bytes = strlen(tail);
    if (key.bytes + tail_bytes > KEY_BYTES)
        return;
    memcpy(plain, key.at, key.bytes);
    memcpy(plain + key.bytes, tail, tail_bytes);
    sodium_bin2base64(coded, sizeof coded, (const unsigned char *)plain, key.bytes + tail_bytes,
                      variant);
    memcpy(header, "basic ", 6);
    memcpy(header + 6, coded, strlen(coded) + 1);
    str found;
    MUST(auth_key_read(str_of(header), again, sizeof again, &found).code == E_OK);
    MUST(str_equal(found, key));
}

static void check_key(str header)
{
    char key[KEY_BYTES];
    str found = STR_NONE;
    const result r = auth_key_read(header, key, sizeof key, &found);
    if (r.code != E_OK) {
        MUST(r.code == E_UNAUTHORIZED && found.at == NULL);
        return;
    }
    MUST(1 <= found.bytes && found.bytes <= KEY_BYTES);
    MUST(memchr(found.at, ':', found.bytes) == NULL && memchr(found.at, 0, found.bytes) == NULL);
    check_again(found, ":", sodium_base64_VARIANT_ORIGINAL);
    check_again(found, "", sodium_base64_VARIANT_ORIGINAL);
    check_again(found, ":pw", sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

static void check_idempotency_key(str key)
{
    bool is_good = 1 <= key.bytes && key.bytes <= 100;
    for (size_t i = 0; i < key.bytes; i++)
        is_good &= key.at[i] >= 0x20 && key.at[i] <= 0x7e;
    MUST((idem_check_key(key).code == E_OK) == is_good);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_key(fuzz_text(data, size));
    check_idempotency_key(fuzz_text(data, size));
    return 0;
}
