/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h: the address that a request comes from.
 *
 * It is the other end of the connection, unless that is a proxy that the operator has named: then
 * it is the last address of X-Forwarded-For that is not one of those. What stands before it in the
 * header is what the client itself has sent, and says nothing.
 *
 * Used by  http
 * Source   RFC 7239 (the idea); X-Forwarded-For has no standard */
#ifndef KESSAI_HTTP_PEER_H
#define KESSAI_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/str.h"

/* IPv6, an IPv4 address as ::ffff:1.2.3.4; all zeros: not known. */
enum { PEER_BYTES = 16, PEER_TEXT_BYTES = 46 };
struct peer {
    uint8_t bytes[PEER_BYTES];
};

enum { PROXIES_MAX = 16 };
struct proxies {
    struct peer of[PROXIES_MAX];
    size_t count;
};

/* A numeric address.  returns  false if it is none */
bool peer_read(str text, struct peer *ret);
/* Comma-separated addresses; absent: none.  returns  false if one is none, or they are too many */
bool proxies_read(str text, struct proxies *ret);

/*   forwarded_for   the header, absent if there is none */
struct peer peer_find(const struct sockaddr *other, str forwarded_for,
                      const struct proxies *proxies);

bool peer_is_known(const struct peer *client);
/* The part of it that belongs to one customer of a network: IPv4 whole, IPv6 the first 64 bits. */
str peer_network(const struct peer *client);
void peer_text(const struct peer *client, char ret[PEER_TEXT_BYTES]);

#endif
