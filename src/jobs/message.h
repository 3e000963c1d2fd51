/* SPDX-License-Identifier: Apache-2.0 */
/* message.h: the bytes of a delivery, and their signature.
 *
 * Two signatures go with the same bytes: KOMOJU's, and that of the Standard Webhooks, which also
 * covers the id and the time of the attempt. While a secret is being replaced, the second has one
 * signature of each, and the first, which can hold one only, says which it was made with.
 *
 * Used by  jobs/webhook, cli/listen, tests
 * Source   komoju-core 12.2; the Standard Webhooks specification 1.0.0,
 * github.com/standard-webhooks
 */
#ifndef KESSAI_JOBS_MESSAGE_H
#define KESSAI_JOBS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"

enum { SIGNATURE_BYTES = 65 }; /* 64 hexadecimal digits and a NUL */
enum { MESSAGE_BYTES_MAX = 4 << 20, MESSAGE_HEADERS = 8 };
enum { STANDARD_BYTES_MAX = 48 }; /* "v1,", 44 characters of base64 and a NUL */

struct message {
    struct buf body;
    struct buf headers; /* "Name: value", each with a NUL */
    const char *header[MESSAGE_HEADERS];
};

/* Lower-case hexadecimal HMAC-SHA256 of the bytes; the key is the secret's text.
 *   errors  E_CRYPTO */
MUST_USE result message_sign(str secret, str bytes, char ret[SIGNATURE_BYTES]);

void message_init(struct message *message);
void message_done(struct message *message);

/* The signature of the Standard Webhooks: "v1," and the base64 of the HMAC-SHA256 of
 * "ID.SECONDS.BYTES". The key of a secret that begins with "whsec_" is what the rest of it is the
 * base64 of; where that is none, and for all other secrets, it is the secret's text.
 *   errors  E_CRYPTO, E_MEMORY */
MUST_USE result message_sign_standard(str secret, const char *id_digits, int64_t now_us, str bytes,
                                      char ret[STANDARD_BYTES_MAX]);

/* What a message is sealed with. */
struct message_seal {
    id delivery;
    const char *type;
    int64_t now_us; /* of the attempt, real time: receivers compare it with their own */
    str secret;     /* absent: no signature at all */
    str old_secret; /* valid as well; absent: there is none */
    bool is_by_old; /* KOMOJU's signature is made with the old one */
};
/* Fills in the headers for the body that has been written.  errors  E_MEMORY, E_CRYPTO */
MUST_USE result message_seal(struct message *message, const struct message_seal *seal);

#endif
