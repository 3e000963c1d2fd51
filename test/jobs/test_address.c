/* SPDX-License-Identifier: Apache-2.0 */
/* test_address.c: both sides of every range that is not the public internet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "base/compiler.h"
#include "net/address.h"

static size_t bytes_of(int family)
{
    return family == AF_INET ? 4 : 16;
}

/* Adds or subtracts one; false when it wraps around. */
static bool step(uint8_t *bytes, size_t count, bool is_up)
{
    for (size_t i = count; i-- > 0;) {
        bytes[i] = (uint8_t)(is_up ? bytes[i] + 1 : bytes[i] - 1);
        if (bytes[i] != (is_up ? 0 : 255))
            return true;
    }
    return false;
}

static void last_of(const struct address_range *range, uint8_t ret[ADDRESS_BYTES_MAX])
{
    memcpy(ret, range->prefix, ADDRESS_BYTES_MAX);
    for (unsigned bit = range->prefix_bits; bit < bytes_of(range->family) * 8; bit++)
        ret[bit / 8] = (uint8_t)(ret[bit / 8] | 128 >> bit % 8);
}

/* Goal:   the first and the last address of every range are refused by it or by one inside it that
 *         comes first; the ones next to it are not refused by it.
 * Method: arithmetic on the rows themselves. */
static void every_range_ends_where_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ADDRESS_RANGE_COUNT; i++) {
        const struct address_range *range = &ADDRESS_RANGES[i];
        const size_t count = bytes_of(range->family);
        uint8_t first[ADDRESS_BYTES_MAX], last[ADDRESS_BYTES_MAX];
        memcpy(first, range->prefix, sizeof first);
        last_of(range, last);
        assert_true(range->prefix_bits > 0 && range->prefix_bits <= count * 8);
        assert_non_null(address_range_of(range->family, first));
        assert_non_null(address_range_of(range->family, last));
        assert_true(address_range_of(range->family, first) <= range || range->carried_at > 0);
        if (step(first, count, false))
            assert_ptr_not_equal(address_range_of(range->family, first), range);
        if (step(last, count, true))
            assert_ptr_not_equal(address_range_of(range->family, last), range);
        assert_true(strncmp(range->source, "RFC ", 4) == 0);
    }
}

static bool is_public(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&v6);
}

/* Goal: what the registries say, written down by hand, is what the table says. */
static void known_addresses_are_judged_right(void **state)
{
    static const char *const PUBLIC[] = {
        "1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",   "100.128.0.0",     "126.255.255.255", "128.0.0.0",
        "169.253.255.255",  "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
        "191.255.255.255",  "192.0.1.0",       "192.0.3.0",       "192.88.98.255",
        "192.88.100.0",     "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",       "198.51.99.255",   "198.51.101.0",    "203.0.112.255",
        "203.0.114.0",      "223.255.255.255", "1.0.0.0",         "2001:4860:4860::8888",
        "2000::",           "2001:200::",      "2001:db7:ffff::", "2001:db9::",
        "2003::",           "3ffe:ffff::",     "3fff:1000::",     "2606:4700::1111",
        "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"};
    static const char *const REFUSED[] = {"0.0.0.0",
                                          "0.255.255.255",
                                          "10.0.0.1",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.255",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.1.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.1",
                                          "203.0.113.1",
                                          "224.0.0.1",
                                          "239.255.255.255",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::7f00:1",
                                          "::ffff:127.0.0.1",
                                          "::ffff:10.1.2.3",
                                          "::ffff:169.254.169.254",
                                          "64:ff9b::127.0.0.1",
                                          "64:ff9b::192.168.0.1",
                                          "64:ff9b:1::8.8.8.8",
                                          "100::1",
                                          "2001::1",
                                          "2001:20::1",
                                          "2001:db8::1",
                                          "2002:7f00:1::",
                                          "2002:808:808::",
                                          "3fff::1",
                                          "5f00::1",
                                          "fc00::1",
                                          "fd12:3456::1",
                                          "fdff:ffff::",
                                          "fe80::1",
                                          "febf::1",
                                          "fec0::1",
                                          "ff02::1",
                                          "4000::1",
                                          "8000::1",
                                          "fe00::1",
                                          "1fff::1"};
    (void)state;
    for (size_t i = 0; i < COUNT(PUBLIC); i++)
        if (!is_public(PUBLIC[i]))
            fail_msg("%s is public", PUBLIC[i]);
    for (size_t i = 0; i < COUNT(REFUSED); i++)
        if (is_public(REFUSED[i]))
            fail_msg("%s is not public", REFUSED[i]);
    assert_false(address_is_public(&(struct sockaddr){.sa_family = AF_UNIX}));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(every_range_ends_where_it_says),
        cmocka_unit_test(known_addresses_are_judged_right),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
