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
    [NAME_PAYMENT] = "payment",
    [NAME_MERCHANT] = "merchant",
    [NAME_TOKEN] = "token",
    [NAME_UUID] = "uuid",
    [NAME_EVENT] = "event",
    [NAME_SECRET] = "secret",
    [NAME_PUBLISHABLE] = "publishable",
    [NAME_SHOP] = "shop",
    [NAME_MALL] = "mall",
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
    if (call->is_afresh)
        world_disconnect(w);
    connect_client(w);
    client_send(&w->client, text, used);
    client_read(&w->client, &w->reply);
    if (w->reply.status == 0 || strcasestr(w->reply.head, "\r\nConnection: close") != NULL)
        world_disconnect(w);
}

void world_take(struct world *w, const struct call *call, enum name name)
{
    world_call(w, call);
    if (w->reply.status != 200)
        fail_msg("%s %s gives %d %s", call->verb, call->target, w->reply.status, w->reply.body);
    json_t *root = json_loads(w->reply.body, 0, NULL);
    const json_t *data = json_object_get(root, "data");
    const json_t *object = json_is_array(data) ? json_array_get(data, 0) : root;
    const char *found = json_string_value(json_object_get(object, "id"));
    assert_non_null(found);
    assert_true(strlen(found) < NAME_BYTES);
    memcpy(w->names[name], found, strlen(found) + 1);
    json_decref(root);
}
