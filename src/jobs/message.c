/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/message.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"

enum { DIGEST_BYTES = 32, HEADER_BYTES_MAX = 2048, KEY_BYTES_MAX = 1024 };
static_assert(STANDARD_BYTES_MAX == 3 + (DIGEST_BYTES + 2) / 3 * 4 + 1, "a digest in base64");

#define WHSEC "whsec_"

static result digest(str key, str bytes, uint8_t ret[DIGEST_BYTES])
{
    unsigned char whole[EVP_MAX_MD_SIZE];
    unsigned whole_bytes = 0;
    if (key.bytes > INT_MAX ||
        HMAC(EVP_sha256(), key.at == NULL ? "" : key.at, (int)key.bytes,
             (const unsigned char *)bytes.at, bytes.bytes, whole, &whole_bytes) == NULL ||
        whole_bytes != DIGEST_BYTES)
        return FAIL(E_CRYPTO, NULL, "the signature could not be made");
    memcpy(ret, whole, DIGEST_BYTES);
    return OK;
}

result message_sign(str secret, str bytes, char ret[SIGNATURE_BYTES])
{
    uint8_t hash[DIGEST_BYTES];
    TRY(digest(secret, bytes, hash));
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        ret[2 * i] = "0123456789abcdef"[hash[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
    }
    ret[SIGNATURE_BYTES - 1] = '\0';
    return OK;
}

/* The bytes that a secret stands for; `room` holds those that had to be made. */
static str key_of(str secret, uint8_t room[KEY_BYTES_MAX])
{
    size_t bytes = 0;
    const size_t skip = sizeof WHSEC - 1;
    if (!str_starts(secret, WHSEC) || secret.bytes == skip ||
        sodium_base642bin(room, KEY_BYTES_MAX, secret.at + skip, secret.bytes - skip, NULL, &bytes,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        bytes == 0)
        return secret;
    return (str){(const char *)room, bytes};
}

result message_sign_standard(str secret, const char *id_digits, int64_t now_us, str bytes,
                             char ret[STANDARD_BYTES_MAX])
{
    uint8_t room[KEY_BYTES_MAX], hash[DIGEST_BYTES];
    struct buf signed_bytes;
    buf_init(&signed_bytes, MESSAGE_BYTES_MAX + HEADER_BYTES_MAX);
    buf_printf(&signed_bytes, "%s.%" PRId64 ".", id_digits, now_us / US_PER_S);
    buf_str(&signed_bytes, bytes);
    const result r = signed_bytes.is_broken
                         ? FAIL(E_MEMORY, NULL, NULL)
                         : digest(key_of(secret, room), buf_view(&signed_bytes), hash);
    buf_done(&signed_bytes);
    sodium_memzero(room, sizeof room);
    if (r.code != E_OK)
        return r;
    memcpy(ret, "v1,", 3);
    (void)sodium_bin2base64(ret + 3, STANDARD_BYTES_MAX - 3, hash, sizeof hash,
                            sodium_base64_VARIANT_ORIGINAL);
    return OK;
}

void message_init(struct message *message)
{
    *message = (struct message){0};
    buf_init(&message->body, MESSAGE_BYTES_MAX);
    buf_init(&message->headers, HEADER_BYTES_MAX);
}

void message_done(struct message *message)
{
    buf_done(&message->body);
    buf_done(&message->headers);
}

/* One more header; its value follows. */
static void begin_header(struct message *message, size_t starts[MESSAGE_HEADERS], size_t *count,
                         const char *name)
{
    if (*count > 0)
        buf_char(&message->headers, '\0');
    starts[(*count)++] = message->headers.bytes;
    buf_text(&message->headers, name);
}

static result sign_all(struct message *message, const struct message_seal *seal,
                       const char *id_digits, size_t starts[MESSAGE_HEADERS], size_t *count)
{
    const str body = buf_view(&message->body);
    char hex[SIGNATURE_BYTES], base64[STANDARD_BYTES_MAX];
    const bool has_old = seal->old_secret.at != NULL;
    TRY(message_sign(has_old && seal->is_by_old ? seal->old_secret : seal->secret, body, hex));
    begin_header(message, starts, count, "X-Komoju-Signature: ");
    buf_text(&message->headers, hex);
    TRY(message_sign_standard(seal->secret, id_digits, seal->now_us, body, base64));
    begin_header(message, starts, count, "webhook-signature: ");
    buf_text(&message->headers, base64);
    if (!has_old)
        return OK;
    TRY(message_sign_standard(seal->old_secret, id_digits, seal->now_us, body, base64));
    buf_char(&message->headers, ' ');
    buf_text(&message->headers, base64);
    return OK;
}

result message_seal(struct message *message, const struct message_seal *seal)
{
    char id_digits[ID_TEXT_BYTES];
    size_t starts[MESSAGE_HEADERS], count = 0;
    id_text(seal->delivery, id_digits);
    const char *const rows[][2] = {
        {"Content-Type: ", "application/json"},
        {"User-Agent: ", "Komoju-Webhook"},
        {"X-Komoju-ID: ", id_digits},
        {"X-Komoju-Event: ", seal->type},
        {"webhook-id: ", id_digits},
    };
    buf_clear(&message->headers);
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_header(message, starts, &count, rows[i][0]);
        buf_text(&message->headers, rows[i][1]);
    }
    begin_header(message, starts, &count, "webhook-timestamp: ");
    buf_i64(&message->headers, seal->now_us / US_PER_S);
    if (seal->secret.at != NULL)
        TRY(sign_all(message, seal, id_digits, starts, &count));
    buf_char(&message->headers, '\0');
    if (message->body.is_broken || message->headers.is_broken)
        return FAIL(E_MEMORY, NULL, NULL);
    for (size_t i = 0; i < MESSAGE_HEADERS; i++)
        message->header[i] = i < count ? message->headers.at + starts[i] : NULL;
    return OK;
}
