/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/message.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { DIGEST_BYTES = 32, HEADER_BYTES_MAX = 1024 };

result message_sign(str secret, str bytes, char ret[SIGNATURE_BYTES])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;
    if (secret.bytes > INT_MAX ||
        HMAC(EVP_sha256(), secret.at == NULL ? "" : secret.at, (int)secret.bytes,
             (const unsigned char *)bytes.at, bytes.bytes, digest, &digest_bytes) == NULL ||
        digest_bytes != DIGEST_BYTES)
        return FAIL(E_CRYPTO, NULL, "the signature could not be made");
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        ret[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    ret[SIGNATURE_BYTES - 1] = '\0';
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

result message_seal(struct message *message, id delivery, const char *type, str secret)
{
    char id_digits[ID_TEXT_BYTES], signature[SIGNATURE_BYTES];
    id_text(delivery, id_digits);
    TRY(message_sign(secret, buf_view(&message->body), signature));
    const char *const rows[MESSAGE_HEADERS][2] = {
        {"Content-Type: ", "application/json"}, {"User-Agent: ", "Komoju-Webhook"},
        {"X-Komoju-ID: ", id_digits},           {"X-Komoju-Event: ", type},
        {"X-Komoju-Signature: ", signature},
    };
    size_t starts[MESSAGE_HEADERS];
    buf_clear(&message->headers);
    for (size_t i = 0; i < MESSAGE_HEADERS; i++) {
        starts[i] = message->headers.bytes;
        buf_text(&message->headers, rows[i][0]);
        buf_text(&message->headers, rows[i][1]);
        buf_char(&message->headers, '\0');
    }
    if (message->body.is_broken || message->headers.is_broken)
        return FAIL(E_MEMORY, NULL, NULL);
    for (size_t i = 0; i < MESSAGE_HEADERS; i++)
        message->header[i] = message->headers.at + starts[i];
    return OK;
}
