/* SPDX-License-Identifier: Apache-2.0 */
/* client.h: an HTTP client that can misbehave: it sends the bytes it is given and reads one reply.
 * Used by  test/http */
#ifndef KESSAI_TEST_HTTP_CLIENT_H
#define KESSAI_TEST_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLY_TEXT_MAX = 512 << 10 };

/* One reply as it came: head and body, each NUL-terminated; status 0: the connection ended. */
struct client_reply {
    int status;
    char head[8192];
    char body[REPLY_TEXT_MAX];
};

struct client {
    int fd;
    char pending[REPLY_TEXT_MAX]; /* read, but of a later reply */
    size_t pending_bytes;
};

void client_open(struct client *client, uint16_t port);
void client_close(struct client *client);
void client_send(struct client *client, const char *at, size_t bytes); /* a dead peer is fine */
void client_text(struct client *client, const char *text);
void client_read(struct client *client, struct client_reply *ret);
bool client_is_closed(struct client *client); /* waits for the end of the stream; false: bytes */
bool client_rest_has(struct client *client, const char *text); /* reads to the end of the stream */
bool client_shows(struct client *client, const char *text); /* reads until it has; false: the end */
bool client_is_closed_now(struct client *client);           /* does not wait */

/* A header's line in a reply, without regard to case. */
bool client_has_line(const struct client_reply *reply, const char *line);

#endif
