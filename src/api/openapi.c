/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c: the API as an OpenAPI 3.1 document, written from the tables that route, parse, limit
 * and answer: routes.def, operation.def, request.def and what schema.h reads, errors.def,
 * rate_limit.def.
 *
 * The document is the same for every caller, and it is written once, when the server starts.
 *
 * Source   OpenAPI 3.1.1 */
#include "api/openapi.h"
#include "api/openapi_parts.h"
#include "api/schema.h"
#include "core/idem.h"

void openapi_ref(struct json *j, const char *ref)
{
    json_open_object(j, NULL);
    json_text(j, "$ref", ref);
    json_end(j);
}

static void put_info(struct json *j)
{
    json_open_object(j, "info");
    json_text(j, "title", "Kessai");
    json_text(j, "version", "v1");
    json_text(j, "summary", "the KOMOJU API, platform model included");
    json_text(
        j, "description",
        "Amounts are integers in the currency's smallest unit; times are RFC 3339. Bodies are "
        "JSON, or forms with Rails nesting. Integers may come as decimal text, booleans as "
        "text, null and an empty text are absent, unknown keys are ignored. Test keys: "
        "Komoju-Scenario with an error code refuses with it. Clients must ignore members "
        "that they do not know.");
    json_open_object(j, "license");
    json_text(j, "name", "Apache-2.0");
    json_text(j, "identifier", "Apache-2.0");
    json_end(j);
    json_end(j);
    json_open_array(j, "servers");
    json_open_object(j, NULL);
    json_text(j, "url", "/");
    json_end(j);
    json_end(j);
}

static void put_key_scheme(struct json *j, const char *name, const char *text)
{
    json_open_object(j, name);
    json_text(j, "type", "http");
    json_text(j, "scheme", "basic");
    json_text(j, "description", text);
    json_end(j);
}

static void put_header(struct json *j, const char *name, const char *type, const char *text)
{
    json_open_object(j, name);
    json_text(j, "description", text);
    json_open_object(j, "schema");
    schema_type(j, type);
    json_end(j);
    json_end(j);
}

static void put_shared_parameters(struct json *j)
{
    json_open_object(j, "parameters");
    json_open_object(j, "IdempotencyKey");
    json_text(j, "name", "X-KOMOJU-IDEMPOTENCY");
    json_text(j, "in", "header");
    json_text(j, "description",
              "printable ASCII; the same key with the same request gives the stored answer for 24 "
              "hours. Idempotency-Key is the same header");
    json_open_object(j, "schema");
    json_text(j, "type", "string");
    json_i64(j, "minLength", 1);
    json_i64(j, "maxLength", IDEM_KEY_BYTES_MAX);
    json_end(j);
    json_end(j);
    json_open_object(j, "ApiVersion");
    json_text(j, "name", "X-KOMOJU-API-VERSION");
    json_text(j, "in", "header");
    json_text(j, "description", "2024-07-15 or 2025-01-28; all versions are the same");
    json_open_object(j, "schema");
    schema_type(j, "text");
    json_end(j);
    json_end(j);
    json_end(j);
}

static void put_components(struct json *j)
{
    json_open_object(j, "components");
    json_open_object(j, "securitySchemes");
    put_key_scheme(j, "secret_key", "the secret key as user name, no password");
    put_key_scheme(j, "operator_key",
                   "the key of a person of the operator as user name, no password");
    put_key_scheme(j, "publishable_key", "the publishable key as user name, no password");
    json_end(j);
    put_shared_parameters(j);
    json_open_object(j, "headers");
    put_header(j, "X-Request-Id", "text", "names the request");
    put_header(j, "RateLimit-Limit", "integer", "where a limit holds: requests at once");
    put_header(j, "RateLimit-Remaining", "integer", "how many are left");
    put_header(j, "RateLimit-Reset", "integer", "seconds until all are");
    json_end(j);
    json_open_object(j, "responses");
    openapi_error_responses(j);
    json_end(j);
    json_open_object(j, "schemas");
    schema_components(j);
    json_end(j);
    json_end(j);
}

static void put_rates(struct json *j)
{
    json_open_object(j, "x-rate-defaults");
    for (int i = 1; i < RATE_CLASSES; i++) {
        const struct rate_class_row *row = rate_class_row((enum rate_class)i);
        json_open_object(j, row->slug);
        json_i64(j, "requests", row->limit.requests);
        json_i64(j, "window_s", row->limit.window_s);
        json_i64(j, "burst", row->limit.burst);
        json_text(j, "text", row->text);
        json_end(j);
    }
    json_end(j);
}

void openapi_write(struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_text(&j, "openapi", "3.1.1");
    put_info(&j);
    openapi_tags(&j);
    put_rates(&j);
    openapi_paths(&j);
    put_components(&j);
    json_end(&j);
}

result openapi_start(struct app *app)
{
    buf_init(&app->openapi, OPENAPI_BYTES_MAX);
    openapi_write(&app->openapi);
    if (!app->openapi.is_broken)
        return OK;
    buf_done(&app->openapi);
    return E_NO_MEMORY;
}

void openapi_stop(struct app *app)
{
    buf_done(&app->openapi);
}

/* GET /api/v1/openapi.json.   out 200 this document */
void api_openapi(struct exchange *x)
{
    const struct buf *kept = &api_app(x)->openapi;
    buf_clear(&x->reply.body);
    if (kept->bytes > 0)
        buf_str(&x->reply.body, buf_view(kept));
    else
        openapi_write(&x->reply.body);
    x->reply.cache_control = "public, max-age=3600";
    if (x->reply.body.is_broken)
        reply_error(x, E_NO_MEMORY);
}
