/* SPDX-License-Identifier: Apache-2.0 */
/* docs.c: the reference as a page: three files of src/api/docs, embedded as they are. The page
 * reads openapi.json of the same server; nothing else may be loaded or run by it. */
#include "api/api.h"
#include "docs.gen.h"

#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static void send_file(struct exchange *x, const char *content_type, const unsigned char *at,
                      size_t bytes)
{
    buf_clear(&x->reply.body);
    buf_put(&x->reply.body, at, bytes);
    x->reply.content_type = content_type;
    x->reply.cache_control = "public, max-age=3600";
    x->reply.security_policy = POLICY;
    if (x->reply.body.is_broken)
        reply_error(x, E_NO_MEMORY);
}

/* GET /api/v1/docs.   out 200 text/html */
void api_docs(struct exchange *x)
{
    send_file(x, "text/html; charset=utf-8", FILE_INDEX_HTML, sizeof FILE_INDEX_HTML);
}

/* GET /api/v1/docs/docs.js.   out 200 text/javascript */
void api_docs_script(struct exchange *x)
{
    send_file(x, "text/javascript; charset=utf-8", FILE_DOCS_JS, sizeof FILE_DOCS_JS);
}

/* GET /api/v1/docs/docs.css.   out 200 text/css */
void api_docs_style(struct exchange *x)
{
    send_file(x, "text/css; charset=utf-8", FILE_DOCS_CSS, sizeof FILE_DOCS_CSS);
}
