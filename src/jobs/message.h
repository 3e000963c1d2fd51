/* SPDX-License-Identifier: Apache-2.0 */
/* message.h: the bytes of a delivery, and their signature.
 *
 * Used by  jobs/webhook, tests
 * Source   komoju-core 12.2 */
#ifndef KESSAI_JOBS_MESSAGE_H
#define KESSAI_JOBS_MESSAGE_H

#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"

enum { SIGNATURE_BYTES = 65 }; /* 64 hexadecimal digits and a NUL */
enum { MESSAGE_BYTES_MAX = 4 << 20, MESSAGE_HEADERS = 5 };

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

/* Fills in the headers for the body that has been written.  errors  E_MEMORY, E_CRYPTO */
MUST_USE result message_seal(struct message *message, id delivery, const char *type, str secret);

#endif
