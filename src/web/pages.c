/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "web/public_files.h"

/* Nothing but our own files is loaded or run, and no form is sent anywhere (but for NOBODY_SENDS).
 * A frame is the issuer's page of an authentication. */
#define POLICY(form, ancestors)                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action " form "; "                \
    "frame-ancestors " ancestors

enum framed_by { FRAMED_BY_NONE = 0, FRAMED_BY_NOBODY, FRAMED_BY_ANYBODY, FRAMED_BY_NOBODY_SENDS };

static const char *const POLICIES[] = {
    [FRAMED_BY_NOBODY] = POLICY("'none'", "'none'"),
    [FRAMED_BY_ANYBODY] = POLICY("'none'", "*"),
};

static const struct page {
    const char *pattern, *file;
    enum framed_by framed_by;
} PAGES[] = {
#define PAGE(pattern, folder, framed_by, text)                                                     \
    {pattern, folder "/index.html", FRAMED_BY_##framed_by},
#include "web/pages.def"
#undef PAGE
};

const struct web_file *web_file_find(str name)
{
    for (const struct web_file *file = WEB_FILES; file->name != NULL; file++)
        if (str_is(name, file->name))
            return file;
    return NULL;
}

/* Whether "br" is among the codings; a quality of 0 is nobody's wish. */
static bool reads_brotli(str accept)
{
    for (size_t i = 0; i + 2 <= accept.bytes; i++) {
        const bool is_start = i == 0 || strchr(" ,", accept.at[i - 1]) != NULL;
        const bool is_end = i + 2 == accept.bytes || strchr(" ,;", accept.at[i + 2]) != NULL;
        if (is_start && is_end && memcmp(accept.at + i, "br", 2) == 0)
            return true;
    }
    return false;
}

void web_file_send(struct exchange *x, const struct web_file *file)
{
    const bool is_brotli = file->brotli != NULL && reads_brotli(x->request.accept_encoding);
    buf_clear(&x->reply.body);
    buf_put(&x->reply.body, is_brotli ? file->brotli : file->at,
            is_brotli ? file->brotli_bytes : file->bytes);
    x->reply.content_type = file->content_type;
    x->reply.content_encoding = is_brotli ? "br" : NULL;
    x->reply.security_policy = POLICIES[FRAMED_BY_NOBODY];
    if (x->reply.body.is_broken)
        reply_error(x, E_NO_MEMORY);
}

/* The host and port of a URL, and nothing that could mean more than one origin in a policy. */
static size_t host_bytes(str rest)
{
    size_t bytes = 0;
    while (bytes < rest.bytes && strchr("/?#", rest.at[bytes]) == NULL) {
        const char c = rest.at[bytes];
        const bool is_plain = ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') ||
                              ('A' <= c && c <= 'Z') || c == '.' || c == '-' || c == ':' ||
                              c == '[' || c == ']';
        if (!is_plain)
            return 0;
        bytes++;
    }
    return bytes;
}

/* The origin that the form of the quick setup is sent to; "'none'" unless post_url has one. Plugins
 * write "local" for a machine of its own (komoju-core 17.4). */
static const char *origin_of(const struct exchange *x)
{
    const json_t *value = json_object_get(x->request.query, "post_url");
    const str url = {json_string_value(value), json_string_length(value)};
    const size_t scheme = str_starts(url, "https://") ? 8 : str_starts(url, "http://") ? 7 : 0;
    if (url.at == NULL || scheme == 0)
        return "'none'";
    const size_t bytes = host_bytes((str){url.at + scheme, url.bytes - scheme});
    if (bytes == 0)
        return "'none'";
    if (str_starts(url, "http://local:"))
        return arena_printf(x->arena, "http://localhost%.*s", (int)bytes - 5, url.at + scheme + 5);
    return arena_printf(x->arena, "%.*s", (int)(scheme + bytes), url.at);
}

static const char *policy_of(const struct exchange *x, enum framed_by framed_by)
{
    if (framed_by != FRAMED_BY_NOBODY_SENDS)
        return POLICIES[framed_by];
    const char *origin = origin_of(x);
    return origin == NULL ? NULL : arena_printf(x->arena, POLICY("%s", "'none'"), origin);
}

static void send_page(struct exchange *x)
{
    size_t i = 0;
    while (i < COUNT(PAGES) && strcmp(PAGES[i].pattern, x->request.route->pattern) != 0)
        i++;
    assert(i < COUNT(PAGES));
    const struct web_file *file = web_file_find(str_of(PAGES[i].file));
    assert(file != NULL);
    web_file_send(x, file);
    if (x->reply.security_policy != NULL)
        x->reply.security_policy = policy_of(x, PAGES[i].framed_by);
    if (x->reply.security_policy == NULL && x->reply.status < 400)
        reply_error(x, E_NO_MEMORY);
}

/* GET /assets/{name}: a name has a hash of the content in it, so it never changes. */
static void send_asset(struct exchange *x)
{
    const char *name =
        arena_printf(x->arena, "assets/%.*s", (int)x->request.args[0].bytes, x->request.args[0].at);
    const struct web_file *file = name == NULL ? NULL : web_file_find(str_of(name));
    if (file == NULL) {
        reply_error(x, name == NULL ? E_NO_MEMORY : FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    x->reply.cache_control = "public, max-age=31536000, immutable";
    web_file_send(x, file);
}

/* GET /checkout/scripts.json.  out  [{"file","integrity"}] of every script that a page may run */
static void send_scripts(struct exchange *x)
{
    struct json j;
    buf_clear(&x->reply.body);
    json_init(&j, &x->reply.body);
    json_open_array(&j, NULL);
    for (const struct web_file *file = WEB_FILES; file->name != NULL; file++) {
        if (strstr(file->content_type, "javascript") == NULL)
            continue;
        json_open_object(&j, NULL);
        json_text(&j, "file", file->name);
        json_text(&j, "integrity", file->integrity);
        json_end(&j);
    }
    json_end(&j);
    if (x->reply.body.is_broken)
        reply_error(x, E_NO_MEMORY);
}

static const struct route ROUTES[] = {
#define PAGE(pattern_, folder, framed_by, text_)                                                   \
    {.verb = VERB_GET,                                                                             \
     .pattern = (pattern_),                                                                        \
     .handle = send_page,                                                                          \
     .scope = SCOPE_OPEN,                                                                          \
     .text = (text_)},
#include "web/pages.def"
#undef PAGE
    {.verb = VERB_GET,
     .pattern = "/assets/{name}",
     .handle = send_asset,
     .scope = SCOPE_OPEN,
     .text = "what pages load"},
    {.verb = VERB_GET,
     .pattern = "/assets/konbini/{file}",
     .handle = web_store_icon,
     .scope = SCOPE_OPEN,
     .text = "the icon of a convenience store"},
    {.verb = VERB_GET,
     .pattern = "/payment_methods/{file}",
     .handle = web_method_icon,
     .scope = SCOPE_OPEN,
     .text = "the icon of a payment type, or of brands of cards"},
    {.verb = VERB_GET,
     .pattern = "/fields.js",
     .handle = web_fields_script,
     .scope = SCOPE_OPEN,
     .text = "fields for cards and the like in the shop's own page"},
    {.verb = VERB_GET,
     .pattern = "/checkout/scripts.json",
     .handle = send_scripts,
     .scope = SCOPE_OPEN,
     .text = "the scripts of the pages, with their hashes"},
};

const struct route *web_routes(size_t *ret_count)
{
    *ret_count = COUNT(ROUTES);
    return ROUTES;
}
