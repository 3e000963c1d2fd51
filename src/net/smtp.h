/* SPDX-License-Identifier: Apache-2.0 */
/* smtp.h: hands messages to a mail server, one after the other, on the caller's thread.
 *
 * smtps:// is TLS from the start, and its certificate must be good. smtp:// goes over to TLS where
 * the server offers it; with a user name it must, with a good certificate, or nothing is said. A
 * connection is kept for the next message. Ten seconds to connect, thirty in all.
 *
 * Used by  jobs, cli
 * Source   RFC 5321, RFC 8314 */
#ifndef KESSAI_NET_SMTP_H
#define KESSAI_NET_SMTP_H

#include <stdbool.h>

#include "base/result.h"
#include "base/str.h"

enum { SMTP_ADDRESS_BYTES_MAX = 254, SMTP_URL_BYTES_MAX = 1024, SMTP_PASSWORD_BYTES_MAX = 1024 };

struct smtp_config {
    const char *url;      /* smtp[s]://[user@]host[:port] */
    const char *from;     /* the address that it comes from */
    const char *password; /* of the user in the URL; NULL: there is none */
};

enum smtp_end {
    SMTP_NONE = 0,
    SMTP_TAKEN,       /* the server has it */
    SMTP_REFUSED,     /* it will never take one for this address */
    SMTP_LATER,       /* it does not take this one now */
    SMTP_UNREACHABLE, /* nothing can be handed to it now */
    SMTP_ENDS
};

struct smtp;

/* Copies what config points to. Connects to nobody yet.
 *   errors  E_USAGE (--smtp, --mail-from), E_MEMORY */
MUST_USE result smtp_open(const struct smtp_config *config, struct smtp **ret);
void smtp_close(struct smtp *smtp); /* wipes the password; NULL is fine */

/* Hands a whole message, its header included, over for one address.
 *   ret_error  a literal; NULL: it was taken */
enum smtp_end smtp_send(struct smtp *smtp, const char *to, str message, const char **ret_error);

/* Ends what is under way as unreachable, within a second, and all that comes later. Thread-safe. */
void smtp_stop(struct smtp *smtp);

const char *smtp_from(const struct smtp *smtp);

/* Whether an address can stand in a message as it is: letters, digits and the signs of RFC 5322's
 * atoms, one @, at most 254 bytes. */
bool smtp_is_address(str text);

#endif
