/* SPDX-License-Identifier: Apache-2.0 */
/* address.h: which IP addresses are the public internet, and which are somebody's inside.
 *
 * A webhook's URL comes from outside; without this, it could reach whatever the server can reach:
 * its own loopback, the cloud's metadata service, the neighbours on the LAN. The ranges are rows,
 * the first that holds an address judges it. An IPv6 address that only carries an IPv4 address
 * (mapped, or through NAT64) is judged by the one it carries.
 *
 * Used by  net/outgoing, tests
 * Source   IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890 */
#ifndef KESSAI_NET_ADDRESS_H
#define KESSAI_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { ADDRESS_BYTES_MAX = 16 };

struct address_range {
    int family;                        /* AF_INET or AF_INET6 */
    uint8_t prefix[ADDRESS_BYTES_MAX]; /* network byte order; 4 bytes of it for IPv4 */
    unsigned prefix_bits;
    unsigned carried_at; /* > 0: where the IPv4 address starts that judges instead */
    const char *name, *source;
};

/* All rows, in the order in which they are asked. */
extern const struct address_range ADDRESS_RANGES[];
extern const size_t ADDRESS_RANGE_COUNT;

/* The range that makes an address not public; NULL for a public one.
 *   family   AF_INET with 4 bytes or AF_INET6 with 16, in network byte order */
const struct address_range *address_range_of(int family, const uint8_t *bytes);

/* True for a public IPv4 or IPv6 address; false for all else, other families included. */
bool address_is_public(const struct sockaddr *address);

#endif
