/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include <netinet/in.h>
#include <string.h>

#include "base/compiler.h"

#define V4(a, b, c, d, bits, name, source)                                                         \
    {                                                                                              \
        AF_INET, {(a), (b), (c), (d)}, (bits), 0, (name), (source)                                 \
    }
/* The first four of an IPv6 address's eight groups; the others are zero. */
#define V6(a, b, c, d, bits, carried_at, name, source)                                             \
    {                                                                                              \
        AF_INET6, {(a) >> 8, (a)&255, (b) >> 8, (b)&255, (c) >> 8, (c)&255, (d) >> 8, (d)&255},    \
            (bits), (carried_at), (name), (source)                                                 \
    }

/* clang-format off */
const struct address_range ADDRESS_RANGES[] = {
    V4(0, 0, 0, 0, 8,        "this network",          "RFC 791"),
    V4(10, 0, 0, 0, 8,       "private",               "RFC 1918"),
    V4(100, 64, 0, 0, 10,    "shared, carrier NAT",   "RFC 6598"),
    V4(127, 0, 0, 0, 8,      "loopback",              "RFC 1122"),
    V4(169, 254, 0, 0, 16,   "link-local",            "RFC 3927"),
    V4(172, 16, 0, 0, 12,    "private",               "RFC 1918"),
    V4(192, 0, 0, 0, 24,     "protocol assignments",  "RFC 6890"),
    V4(192, 0, 2, 0, 24,     "documentation",         "RFC 5737"),
    V4(192, 88, 99, 0, 24,   "6to4 relays, retired",  "RFC 7526"),
    V4(192, 168, 0, 0, 16,   "private",               "RFC 1918"),
    V4(198, 18, 0, 0, 15,    "benchmarking",          "RFC 2544"),
    V4(198, 51, 100, 0, 24,  "documentation",         "RFC 5737"),
    V4(203, 0, 113, 0, 24,   "documentation",         "RFC 5737"),
    V4(224, 0, 0, 0, 4,      "multicast",             "RFC 5771"),
    V4(240, 0, 0, 0, 4,      "reserved, broadcast",   "RFC 1112"),

    {AF_INET6, {0}, 128, 0, "unspecified", "RFC 4291"},
    {AF_INET6, {[15] = 1}, 128, 0, "loopback", "RFC 4291"},
    {AF_INET6, {[10] = 0xff, [11] = 0xff}, 96, 12, "IPv4-mapped", "RFC 4291"},
    {AF_INET6, {0}, 96, 0, "IPv4-compatible, retired", "RFC 4291"},
    V6(0x0064, 0xff9b, 0, 0, 96, 12,    "NAT64",                    "RFC 6052"),
    V6(0x0064, 0xff9b, 1, 0, 48, 0,     "NAT64, local use",         "RFC 8215"),
    V6(0x0100, 0, 0, 0, 64, 0,          "discard only",             "RFC 6666"),
    V6(0x2001, 0, 0, 0, 23, 0,          "protocol assignments",     "RFC 2928"),
    V6(0x2001, 0x0db8, 0, 0, 32, 0,     "documentation",            "RFC 3849"),
    V6(0x2002, 0, 0, 0, 16, 0,          "6to4, retired",            "RFC 7526"),
    V6(0x3fff, 0, 0, 0, 20, 0,          "documentation",            "RFC 9637"),
    V6(0x5f00, 0, 0, 0, 16, 0,          "segment routing",          "RFC 9602"),
    V6(0xfc00, 0, 0, 0, 7, 0,           "unique local",             "RFC 4193"),
    V6(0xfe80, 0, 0, 0, 10, 0,          "link-local",               "RFC 4291"),
    V6(0xfec0, 0, 0, 0, 10, 0,          "site-local, retired",      "RFC 3879"),
    V6(0xff00, 0, 0, 0, 8, 0,           "multicast",                "RFC 4291"),
    /* Only 2000::/3 is given out; the rest around it is reserved. */
    V6(0x0000, 0, 0, 0, 3, 0,           "reserved",                 "RFC 4291"),
    V6(0x4000, 0, 0, 0, 2, 0,           "reserved",                 "RFC 4291"),
    V6(0x8000, 0, 0, 0, 1, 0,           "reserved",                 "RFC 4291"),
};
/* clang-format on */
const size_t ADDRESS_RANGE_COUNT = COUNT(ADDRESS_RANGES);

static bool holds(const struct address_range *range, const uint8_t *bytes)
{
    const unsigned whole = range->prefix_bits / 8, rest = range->prefix_bits % 8;
    if (memcmp(range->prefix, bytes, whole) != 0)
        return false;
    return rest == 0 || ((range->prefix[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

const struct address_range *address_range_of(int family, const uint8_t *bytes)
{
    for (size_t i = 0; i < COUNT(ADDRESS_RANGES); i++) {
        const struct address_range *range = &ADDRESS_RANGES[i];
        if (range->family != family || !holds(range, bytes))
            continue;
        if (range->carried_at == 0)
            return range;
        family = AF_INET; /* an IPv4 address carries nothing: this happens once */
        bytes += range->carried_at;
        i = (size_t)-1;
    }
    return NULL;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, (const void *)address, sizeof v4);
        return address_range_of(AF_INET, (const uint8_t *)&v4.sin_addr) == NULL;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, (const void *)address, sizeof v6);
        return address_range_of(AF_INET6, v6.sin6_addr.s6_addr) == NULL;
    }
    return false;
}
