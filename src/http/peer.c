/* SPDX-License-Identifier: Apache-2.0 */
#include "http/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t MAPPED[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
enum { IPV4_BYTES = 4, IPV6_NETWORK_BYTES = 8 };

static struct peer of_v4(const void *bytes)
{
    struct peer client;
    memcpy(client.bytes, MAPPED, sizeof MAPPED);
    memcpy(client.bytes + sizeof MAPPED, bytes, IPV4_BYTES);
    return client;
}

static bool is_v4(const struct peer *client)
{
    return memcmp(client->bytes, MAPPED, sizeof MAPPED) == 0;
}

bool peer_read(str text, struct peer *ret)
{
    char copy[PEER_TEXT_BYTES];
    uint8_t v4[IPV4_BYTES];
    struct peer v6;
    text = str_trim(text);
    if (text.bytes == 0 || text.bytes >= sizeof copy || memchr(text.at, '\0', text.bytes) != NULL)
        return false;
    memcpy(copy, text.at, text.bytes);
    copy[text.bytes] = '\0';
    if (inet_pton(AF_INET, copy, v4) == 1) {
        *ret = of_v4(v4);
        return true;
    }
    if (inet_pton(AF_INET6, copy, v6.bytes) != 1)
        return false;
    *ret = v6;
    return true;
}

/* What stands behind the last comma; text ends before it. */
static str take_last(str *text)
{
    const char *comma = memrchr(text->at, ',', text->bytes);
    const size_t start = comma == NULL ? 0 : (size_t)(comma - text->at) + 1;
    const str last = {text->at + start, text->bytes - start};
    text->bytes = comma == NULL ? 0 : start - 1;
    return last;
}

bool proxies_read(str text, struct proxies *ret)
{
    *ret = (struct proxies){0};
    if (text.bytes > 0 && text.at[0] == ',')
        return false;
    while (text.bytes > 0) {
        if (ret->count == PROXIES_MAX || !peer_read(take_last(&text), &ret->of[ret->count]))
            return false;
        ret->count++;
    }
    return true;
}

static bool is_proxy(const struct peer *client, const struct proxies *proxies)
{
    for (size_t i = 0; i < proxies->count; i++)
        if (memcmp(client, &proxies->of[i], sizeof *client) == 0)
            return true;
    return false;
}

static struct peer of_other(const struct sockaddr *other)
{
    struct peer client = {{0}};
    if (other == NULL)
        return client;
    if (other->sa_family == AF_INET)
        return of_v4(&((const struct sockaddr_in *)(const void *)other)->sin_addr);
    if (other->sa_family == AF_INET6)
        memcpy(client.bytes, &((const struct sockaddr_in6 *)(const void *)other)->sin6_addr,
               sizeof client.bytes);
    return client;
}

struct peer peer_find(const struct sockaddr *other, str forwarded_for,
                      const struct proxies *proxies)
{
    struct peer client = of_other(other);
    while (forwarded_for.bytes > 0 && is_proxy(&client, proxies))
        if (!peer_read(take_last(&forwarded_for), &client))
            break;
    return client;
}

bool peer_is_known(const struct peer *client)
{
    static const struct peer NOBODY;
    return memcmp(client, &NOBODY, sizeof NOBODY) != 0;
}

str peer_network(const struct peer *client)
{
    return (str){(const char *)client->bytes,
                 is_v4(client) ? (size_t)PEER_BYTES : (size_t)IPV6_NETWORK_BYTES};
}

void peer_text(const struct peer *client, char ret[PEER_TEXT_BYTES])
{
    const char *text = is_v4(client)
                           ? inet_ntop(AF_INET, client->bytes + sizeof MAPPED, ret, PEER_TEXT_BYTES)
                           : inet_ntop(AF_INET6, client->bytes, ret, PEER_TEXT_BYTES);
    assert(text != NULL);
    (void)text;
}
