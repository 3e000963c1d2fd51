/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* The decimal number at the start of a text, after blanks. */
static int64_t number_at(const char *text)
{
    int64_t value = 0;
    while (*text == ' ')
        text++;
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return value;
}

enum { PATIENCE_S = 30 }; /* a reply that has not come by then is a failure */

void client_open(struct client *client, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const int yes = 1;
    client->pending_bytes = 0;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(client->fd >= 0);
    (void)setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int failed =
        connect(client->fd, (const struct sockaddr *)(const void *)&address, sizeof address);
    assert(failed == 0);
}

void client_close(struct client *client)
{
    (void)close(client->fd);
    client->fd = -1;
}

void client_send(struct client *client, const char *at, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t sent = send(client->fd, at, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        bytes -= (size_t)sent;
    }
}

void client_text(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

/* Reads more; false at the end. */
static bool more(struct client *client)
{
    const size_t room = sizeof client->pending - 1 - client->pending_bytes;
    const ssize_t got = recv(client->fd, client->pending + client->pending_bytes, room, 0);
    assert(got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK));
    if (got <= 0)
        return false;
    client->pending_bytes += (size_t)got;
    client->pending[client->pending_bytes] = '\0';
    return true;
}

static void take(struct client *client, char *to, size_t bytes)
{
    memcpy(to, client->pending, bytes);
    to[bytes] = '\0';
    client->pending_bytes -= bytes;
    memmove(client->pending, client->pending + bytes, client->pending_bytes + 1);
}

void client_read(struct client *client, struct client_reply *ret)
{
    ret->status = 0;
    ret->head[0] = ret->body[0] = '\0';
    const char *end;
    client->pending[client->pending_bytes] = '\0';
    while ((end = strstr(client->pending, "\r\n\r\n")) == NULL)
        if (!more(client))
            return;
    const size_t head_bytes = (size_t)(end - client->pending) + 4;
    assert(head_bytes < sizeof ret->head);
    take(client, ret->head, head_bytes);
    const char *length = strcasestr(ret->head, "\r\ncontent-length:");
    const size_t body_bytes =
        length == NULL ? 0 : (size_t)number_at(length + strlen("\r\ncontent-length:"));
    assert(body_bytes < sizeof ret->body);
    while (client->pending_bytes < body_bytes)
        if (!more(client))
            return;
    take(client, ret->body, body_bytes);
    ret->status = (int)number_at(ret->head + strlen("HTTP/1.1 "));
}

bool client_is_closed(struct client *client)
{
    return client->pending_bytes == 0 && !more(client);
}

bool client_rest_has(struct client *client, const char *text)
{
    client->pending[client->pending_bytes] = '\0';
    while (client->pending_bytes + 1 < sizeof client->pending && more(client))
        ;
    return strstr(client->pending, text) != NULL;
}

bool client_shows(struct client *client, const char *text)
{
    client->pending[client->pending_bytes] = '\0';
    while (strstr(client->pending, text) == NULL)
        if (client->pending_bytes + 1 >= sizeof client->pending || !more(client))
            return false;
    return true;
}

bool client_is_closed_now(struct client *client)
{
    char byte;
    const ssize_t got = recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

bool client_has_line(const struct client_reply *reply, const char *line)
{
    const char *found = strcasestr(reply->head, line);
    return found != NULL && found[strlen(line)] == '\r' && found[-1] == '\n';
}
