/* SPDX-License-Identifier: Apache-2.0 */
/* email_message.h: the bytes of an e-mail: text and HTML as two forms of the same.
 *
 * What comes from others stands in base64, in the header as encoded words, so that no text of
 * theirs can end a line; no line is longer than 76 characters.
 *
 * Used by  jobs/email
 * Source   RFC 5322, RFC 2045 to 2047, RFC 3834 (Auto-Submitted) */
#ifndef KESSAI_JOBS_EMAIL_MESSAGE_H
#define KESSAI_JOBS_EMAIL_MESSAGE_H

#include "base/buf.h"
#include "base/id.h"

enum { EMAIL_MESSAGE_BYTES_MAX = 256 << 10 };

struct email_message {
    id id;            /* of the row: tells one that is sent twice */
    int64_t now_us;   /* real time */
    const char *from; /* both: smtp_is_address() */
    const char *to;
    const char *language; /* "ja" */
    str name;             /* of the sender */
    str subject, text, html;
};

/* Appends it; it is whole unless out->is_broken. */
void email_message_put(struct buf *out, const struct email_message *m);

#endif
