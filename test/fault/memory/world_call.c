/* SPDX-License-Identifier: Apache-2.0 */
/* world_call.c: what is asked of the world: templates, calls, and the names their answers give. */
#include "fault/memory/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

/* ---- templates ------------------------------------------------------------------------------- */

static const char *const NAME_TEXTS[NAMES] = {
    [NAME_N] = "n",
    [NAME_PLATFORM] = "platform",
    [NAME_PAYEE] = "payee",
    [NAME_NUMBER] = "number",
    [NAME_PAYMENT] = "payment",
    [NAME_MERCHANT] = "merchant",
    [NAME_TOKEN] = "token",
    [NAME_SESSION] = "session",
    [NAME_CONSENT] = "consent",
    [NAME_CUSTOMER] = "customer",
    [NAME_SUBSCRIPTION] = "subscription",
    [NAME_SECURE] = "secure",
    [NAME_CRES] = "cres",
    [NAME_REQUEST] = "request",
    [NAME_DISPUTE] = "dispute",
    [NAME_EMAIL] = "email",
    [NAME_LINK] = "link",
    [NAME_WEBHOOK] = "webhook",
    [NAME_DELIVERY] = "delivery",
    [NAME_PING] = "ping",
    [NAME_UUID] = "uuid",
    [NAME_EVENT] = "event",
    [NAME_SECRET] = "secret",
    [NAME_PUBLISHABLE] = "publishable",
    [NAME_SHOP] = "shop",
    [NAME_MALL] = "mall",
    [NAME_PERSON] = "person",
};

/* The name that a text starts with; the longest, where one starts with another. */
static enum name name_at(const char *text)
{
    enum name found = NAME_NONE;
    size_t best = 0;
    for (int i = 1; i < NAMES; i++) {
        const size_t bytes = strlen(NAME_TEXTS[i]);
        if (bytes > best && strncmp(text, NAME_TEXTS[i], bytes) == 0) {
            found = (enum name)i;
            best = bytes;
        }
    }
    return found;
}

const char *world_expand(const struct world *w, const char *template)
{
    static char texts[4][TEXT_BYTES_MAX];
    static unsigned turn;
    char *to = texts[turn++ % COUNT(texts)];
    size_t n = 0;
    for (const char *at = template; *at != '\0'; at++) {
        const enum name name = *at == '$' ? name_at(at + 1) : NAME_NONE;
        const char *piece = name == NAME_NONE ? at : w->names[name];
        const size_t bytes = name == NAME_NONE ? 1 : strlen(piece);
        assert_true(n + bytes < TEXT_BYTES_MAX);
        memcpy(to + n, piece, bytes);
        n += bytes;
        at += name == NAME_NONE ? 0 : strlen(NAME_TEXTS[name]);
    }
    to[n] = '\0';
    return to;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void base64(const char *text, char *ret)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes; i += 3) {
        const size_t left = bytes - i;
        const unsigned char *at = (const unsigned char *)text + i;
        const unsigned three = (unsigned)at[0] << 16 | (left > 1 ? (unsigned)at[1] << 8 : 0) |
                               (left > 2 ? (unsigned)at[2] : 0);
        *ret++ = DIGITS[three >> 18];
        *ret++ = DIGITS[three >> 12 & 63];
        *ret++ = left > 1 ? DIGITS[three >> 6 & 63] : '=';
        *ret++ = left > 2 ? DIGITS[three & 63] : '=';
    }
    *ret = '\0';
}

static void connect_client(struct world *w)
{
    if (w->is_connected)
        return;
    client_open(&w->client, http_port(w->http));
    w->is_connected = true;
}

void world_disconnect(struct world *w)
{
    if (w->is_connected)
        client_close(&w->client);
    w->is_connected = false;
}

/* Of an answer without an end, the text alone is kept: the rest of what came is by chance. */
static void read_until(struct world *w, const char *text)
{
    const bool came = client_shows(&w->client, text);
    if (!came)
        w->reply.status = 0;
    (void)snprintf(w->reply.body, sizeof w->reply.body, "%s", came ? text : "");
}

void world_call(struct world *w, const struct call *call)
{
    static char text[TEXT_BYTES_MAX + 4096];
    char key[2 * NAME_BYTES], credentials[3 * NAME_BYTES];
    const char *body = call->body == NULL ? "" : world_expand(w, call->body);
    (void)snprintf(key, sizeof key, "%s:", w->names[call->key]);
    base64(key, credentials);
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", call->verb,
                     world_expand(w, call->target));
    size_t used = (size_t)n;
#define ADD(is_wanted, ...)                                                                        \
    do {                                                                                           \
        if (is_wanted)                                                                             \
            used += (size_t)snprintf(text + used, sizeof text - used, __VA_ARGS__);                \
    } while (0)
    ADD(call->key != NAME_NONE, "Authorization: Basic %s\r\n", credentials);
    ADD(call->scenario != NULL, "Komoju-Scenario: %s\r\n", call->scenario);
    ADD(call->has_idempotency_key, "Idempotency-Key: key-%s\r\n", w->names[NAME_N]);
    ADD(call->body != NULL, "Content-Type: application/%s\r\nContent-Length: %zu\r\n",
        body[0] == '{' ? "json" : "x-www-form-urlencoded", strlen(body));
    ADD(true, "\r\n%s", body);
#undef ADD
    assert_true(used < sizeof text);
    if (call->until != NULL)
        world_disconnect(w);
    connect_client(w);
    client_send(&w->client, text, used);
    client_read(&w->client, &w->reply);
    if (call->until != NULL && w->reply.status == 200)
        read_until(w, world_expand(w, call->until));
    if (call->until != NULL || w->reply.status == 0 ||
        strcasestr(w->reply.head, "\r\nConnection: close") != NULL)
        world_disconnect(w);
}

/* The value at a path's first name, and where the rest of the path begins. */
static const json_t *step_into(const json_t *value, const char **path)
{
    const size_t bytes = strcspn(*path, ".?/");
    const char *name = *path;
    *path += bytes + ((*path)[bytes] == '.');
    return json_is_array(value) ? json_array_get(value, (size_t)(name[0] - '0'))
                                : json_object_getn(value, name, bytes);
}

/* What follows "?name=" or "/name/" in a URL, to its end. */
static const char *parameter(const char *url, const char *name)
{
    const char *found = url == NULL ? NULL : strstr(url, name);
    return found == NULL ? NULL : found + strlen(name) + 1;
}

bool world_find(struct world *w, const struct call *call, const char *path, enum name name)
{
    world_call(w, call);
    if (w->reply.status != 200)
        fail_msg("%s %s gives %d %s", call->verb, call->target, w->reply.status, w->reply.body);
    json_t *root = json_loads(w->reply.body, 0, NULL);
    const json_t *value = root, *data = json_object_get(root, "data");
    if (json_is_array(data))
        value = json_array_get(data, 0);
    const char *rest = path == NULL ? "id" : path;
    while (*rest != '\0' && *rest != '?' && *rest != '/')
        value = step_into(value, &rest);
    const char *found = json_string_value(value);
    if (*rest != '\0')
        found = parameter(found, rest);
    if (found != NULL)
        (void)snprintf(w->names[name], NAME_BYTES, "%s", found);
    assert_true(found == NULL || strlen(found) < NAME_BYTES);
    json_decref(root);
    return found != NULL;
}

void world_take(struct world *w, const struct call *call, const char *path, enum name name)
{
    if (!world_find(w, call, path, name))
        fail_msg("%s %s: nothing is at %s in %s", call->verb, call->target, path, w->reply.body);
}
