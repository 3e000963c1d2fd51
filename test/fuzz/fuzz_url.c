/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_url.c: addresses of webhooks.
 * Properties: what webhook_url_check() takes, libcurl takes as well, and both see the same host; a
 * host that is a number is public only if a naive second opinion says so too. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <strings.h>

#include "app/webhook_endpoint.h"
#include "fuzz.h"
#include "net/address.h"

/* The ranges that must never be reached, once more and in other words. */
static bool v4_is_inside(uint32_t a)
{
    return a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 || a >> 16 == 0xa9fe ||
           (a >= 0xac100000 && a <= 0xac1fffff) || a >> 16 == 0xc0a8 ||
           (a >= 0x64400000 && a <= 0x647fffff) || a >= 0xe0000000;
}

static bool v6_is_inside(const uint8_t *b)
{
    static const uint8_t ZERO[16];
    const uint32_t tail =
        (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15];
    if (memcmp(b, ZERO, 10) == 0 && b[10] == 0xff && b[11] == 0xff)
        return v4_is_inside(tail);
    if (memcmp(b, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12) == 0)
        return v4_is_inside(tail);
    return memcmp(b, ZERO, 12) == 0 || (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && b[1] >= 0x80) ||
           b[0] == 0xff;
}

static void check_number(const char *host)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    char plain[256];
    const size_t bytes = strlen(host);
    const bool is_bracketed = bytes > 2 && host[0] == '[';
    if (bytes >= sizeof plain)
        return;
    memcpy(plain, host + is_bracketed, bytes + 1 - is_bracketed);
    if (is_bracketed)
        plain[bytes - 2] = '\0';
    if (getaddrinfo(plain, NULL, &hints, &found) != 0)
        return;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        bool is_inside = true;
        if (at->ai_family == AF_INET) {
            struct sockaddr_in v4;
            memcpy(&v4, at->ai_addr, sizeof v4);
            is_inside = v4_is_inside(ntohl(v4.sin_addr.s_addr));
        } else if (at->ai_family == AF_INET6) {
            struct sockaddr_in6 v6;
            memcpy(&v6, at->ai_addr, sizeof v6);
            is_inside = v6_is_inside(v6.sin6_addr.s6_addr);
        }
        MUST(!is_inside || !address_is_public(at->ai_addr));
    }
    freeaddrinfo(found);
}

/* The authority as a reader sees it: between the scheme and what may follow. */
static str authority_of(str url)
{
    const size_t scheme_bytes = str_starts(url, "https://") ? 8 : 7;
    const str rest = {url.at + scheme_bytes, url.bytes - scheme_bytes};
    size_t bytes = 0;
    while (bytes < rest.bytes && memchr("/?#", rest.at[bytes], 3) == NULL)
        bytes++;
    return (str){rest.at, bytes};
}

static void check_host(str url, CURLU *parsed)
{
    const str authority = authority_of(url);
    char *host = NULL, *user = NULL, *scheme = NULL;
    MUST(curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK);
    MUST(curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK);
    MUST(curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_NO_USER);
    MUST(strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    MUST(host[0] != '\0');
    /* libcurl decodes escapes and turns short numbers into whole ones; apart from that it is the
     * front of the authority. */
    const bool is_plain =
        memchr(authority.at, '%', authority.bytes) == NULL && strspn(host, "0123456789.") == 0;
    if (is_plain && host[0] != '[')
        MUST(authority.bytes >= strlen(host) && strncasecmp(host, authority.at, strlen(host)) == 0);
    check_number(host);
    curl_free(host);
    curl_free(scheme);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const str url = fuzz_text(data, size);
    const char *text = arena_cstr(arena, url);
    if (text == NULL || webhook_url_check(url).code != E_OK)
        return 0;
    MUST(size <= WEBHOOK_URL_BYTES_MAX && strlen(text) == size);
    CURLU *parsed = curl_url();
    MUST(parsed != NULL);
    if (curl_url_set(parsed, CURLUPART_URL, text, 0) == CURLUE_OK)
        check_host(url, parsed);
    curl_url_cleanup(parsed);
    return 0;
}
