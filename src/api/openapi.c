/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c: the API as an OpenAPI 3.1 document, written from the tables that route, parse, limit
 * and answer: routes.def, operation.def, request.def and what schema.h reads, errors.def,
 * rate_limit.def.
 *
 * The document is the same for every caller, and it is written once, when the server starts.
 *
 * Source   OpenAPI 3.1.1 */
#include <string.h>

#include "api/openapi.h"
#include "api/request.h"
#include "api/schema.h"
#include "core/idem.h"

enum answer_kind { ANSWER_NONE = 0, ANSWER_JSON, ANSWER_LIST, ANSWER_TEXT };

static const struct field_list request_none = {.fields = NULL, .count = 0};

static const struct described {
    void (*handle)(struct exchange *x);
    const char *name, *group;
    struct named_fields query, body, more;
    enum answer_kind answer;
    const char *type;
} OPERATIONS[] = {
#define OPERATION(handler, group, query, body, more, answer, type)                                 \
    {handler,                                                                                      \
     #handler,                                                                                     \
     group,                                                                                        \
     {#query, &request_##query},                                                                   \
     {#body, &request_##body},                                                                     \
     {#more, &request_##more},                                                                     \
     ANSWER_##answer,                                                                              \
     type},
#include "api/operation.def"
#undef OPERATION
};

/* The schema that request.def gives a list. */
static const struct {
    const char *list, *schema;
} SCHEMAS[] = {
#define REQUEST(list, schema, ...) {#list, schema},
#include "api/request.def"
#undef REQUEST
};

static const char *schema_of(const struct named_fields *list)
{
    for (size_t i = 0; i < COUNT(SCHEMAS); i++)
        if (strcmp(SCHEMAS[i].list, list->name) == 0)
            return SCHEMAS[i].schema;
    return "";
}

/* What is known of a route; zeros where operation.def has no row. */
struct place {
    const struct route *route;
    const struct described *operation;
    size_t number; /* of the route among those with the same handler */
};

static struct place place_of(const struct route *routes, size_t index)
{
    static const struct described UNKNOWN = {
        .name = "api_unknown",
        .group = "Other",
        .query = {"none", &request_none},
        .body = {"none", &request_none},
        .more = {"none", &request_none},
        .answer = ANSWER_JSON,
        .type = "any",
    };
    struct place place = {.route = &routes[index], .operation = &UNKNOWN};
    for (size_t i = 0; i < COUNT(OPERATIONS); i++)
        if (OPERATIONS[i].handle == place.route->handle)
            place.operation = &OPERATIONS[i];
    for (size_t i = 0; i < index; i++)
        place.number += routes[i].handle == place.route->handle;
    return place;
}

/* ---- parameters ----------------------------------------------------------------------------- */

static void open_parameter(struct json *j, str name, const char *in, bool is_required)
{
    json_open_object(j, NULL);
    json_str(j, "name", name);
    json_text(j, "in", in);
    if (is_required)
        json_bool(j, "required", true);
}

/* The {names} of a pattern: ids and slugs are texts here, what is none is 404. */
static void put_path_parameters(struct json *j, const char *pattern)
{
    for (const char *open = strchr(pattern, '{'); open != NULL; open = strchr(open + 1, '{')) {
        const str name = {open + 1, strcspn(open + 1, "}")};
        open_parameter(j, name, "path", true);
        json_open_object(j, "schema");
        schema_type(j, str_is(name, "currency") ? "Currency" : "text");
        json_end(j);
        json_end(j);
    }
}

static void put_query_parameters(struct json *j, const struct named_fields *list)
{
    for (size_t i = 0; i < list->list->count; i++) {
        const struct field *field = &list->list->fields[i];
        open_parameter(j, str_of(field->name), "query", (field->flags & FIELD_REQUIRED) != 0);
        json_open_object(j, "schema");
        schema_field(j, list->name, field);
        json_end(j);
        json_end(j);
    }
}

static void put_shared_parameter(struct json *j, const char *ref)
{
    json_open_object(j, NULL);
    json_text(j, "$ref", ref);
    json_end(j);
}

static void put_parameters(struct json *j, const struct place *place)
{
    const struct named_fields page = {"list_query", &LIST_QUERY_FIELDS};
    json_open_array(j, "parameters");
    put_path_parameters(j, place->route->pattern);
    put_query_parameters(j, &place->operation->query);
    if (place->operation->answer == ANSWER_LIST)
        put_query_parameters(j, &page);
    if ((place->route->flags & ROUTE_IDEMPOTENT) != 0)
        put_shared_parameter(j, "#/components/parameters/IdempotencyKey");
    if (place->route->scope != SCOPE_OPEN)
        put_shared_parameter(j, "#/components/parameters/ApiVersion");
    json_end(j);
}

/* ---- bodies --------------------------------------------------------------------------------- */

static bool has_required(const struct field_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if ((list->fields[i].flags & FIELD_REQUIRED) != 0)
            return true;
    return false;
}

/* The body's own component, and what others add to it. */
static void put_body_schema(struct json *j, const struct place *place)
{
    const char *schema = schema_of(&place->operation->body);
    const bool is_dry = (place->route->flags & ROUTE_DRY) != 0;
    struct named_fields more[2];
    size_t count = 0;
    if (place->operation->more.list->count > 0)
        more[count++] = place->operation->more;
    if (is_dry)
        more[count++] = (struct named_fields){"dry_run", &request_dry_run};
    json_open_object(j, "schema");
    if (schema[0] != '\0' && count == 0) {
        schema_type(j, schema);
    } else if (schema[0] == '\0') {
        json_text(j, "type", "object");
        schema_fields(j, more, count);
    } else {
        json_open_array(j, "allOf");
        json_open_object(j, NULL);
        schema_type(j, schema);
        json_end(j);
        json_open_object(j, NULL);
        json_text(j, "type", "object");
        schema_fields(j, more, count);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

/* Forms nest as Rails does: metadata[key]=value. */
static void put_form_encoding(struct json *j, const struct place *place)
{
    const struct named_fields *const lists[] = {&place->operation->body, &place->operation->more};
    json_open_object(j, "encoding");
    for (size_t i = 0; i < COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->list->count; k++)
            if (schema_field_has_parts(&lists[i]->list->fields[k])) {
                json_open_object(j, lists[i]->list->fields[k].name);
                json_text(j, "style", "deepObject");
                json_bool(j, "explode", true);
                json_end(j);
            }
    json_end(j);
}

static void put_body(struct json *j, const struct place *place)
{
    if (place->route->body_bytes_max == 0)
        return;
    json_open_object(j, "requestBody");
    json_bool(j, "required", has_required(place->operation->body.list));
    json_i64(j, "x-bytes-max", (int64_t)place->route->body_bytes_max);
    json_open_object(j, "content");
    json_open_object(j, "application/json");
    put_body_schema(j, place);
    json_end(j);
    json_open_object(j, "application/x-www-form-urlencoded");
    put_body_schema(j, place);
    put_form_encoding(j, place);
    json_end(j);
    json_end(j);
    json_end(j);
}

/* ---- answers -------------------------------------------------------------------------------- */

static void put_headers(struct json *j)
{
    static const char *const NAMES[] = {"X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining",
                                        "RateLimit-Reset"};
    json_open_object(j, "headers");
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        json_open_object(j, NAMES[i]);
        char ref[64] = "#/components/headers/";
        const size_t head = strlen(ref);
        const size_t bytes = strlen(NAMES[i]);
        memcpy(ref + head, NAMES[i], bytes);
        json_str(j, "$ref", (str){ref, head + bytes});
        json_end(j);
    }
    json_end(j);
}

static void put_success(struct json *j, const struct described *operation)
{
    json_open_object(j, "200");
    json_text(j, "description", "it worked");
    put_headers(j);
    json_open_object(j, "content");
    json_open_object(j, operation->answer == ANSWER_TEXT ? operation->type : "application/json");
    json_open_object(j, "schema");
    schema_type(j, operation->answer == ANSWER_TEXT ? "text" : operation->type);
    json_end(j);
    json_end(j);
    json_end(j);
    json_end(j);
}

/* The statuses of errors.def, ascending, each once; 0 after the last. The command line's own error
 * has none. */
static int status_after(int status)
{
    int next = 0;
    for (int i = 1; i < E_COUNT; i++) {
        const int http = err_http((enum err)i);
        if (i != E_USAGE && http > status && (next == 0 || http < next))
            next = http;
    }
    return next;
}

/* Whether a route can answer with a status at all. */
static bool can_answer(const struct route *route, int status)
{
    const bool is_guarded = route->scope != SCOPE_OPEN;
    const bool changes = route->verb != VERB_GET;
    switch (status) {
    case 401:
    case 403:
        return is_guarded;
    case 404:
        return is_guarded || route->body_bytes_max > 0 || strstr(route->pattern, "offsite") != NULL;
    case 402:
    case 423:
    case 502:
    case 504:
        return changes;
    case 409:
        return (route->flags & ROUTE_IDEMPOTENT) != 0;
    default:
        return true;
    }
}

/* 422 as "422" and as "#/components/responses/E422". */
struct status_text {
    char digits[4];
    char ref[40];
};

static struct status_text status_text(int status)
{
    struct status_text text = {.ref = "#/components/responses/E"};
    const size_t head = strlen(text.ref);
    for (int i = 2; i >= 0; i--, status /= 10)
        text.digits[i] = (char)('0' + status % 10);
    memcpy(text.ref + head, text.digits, sizeof text.digits);
    return text;
}

static void put_answers(struct json *j, const struct place *place)
{
    json_open_object(j, "responses");
    put_success(j, place->operation);
    for (int status = 0; (status = status_after(status)) != 0;) {
        if (!can_answer(place->route, status))
            continue;
        const struct status_text text = status_text(status);
        json_open_object(j, text.digits);
        json_text(j, "$ref", text.ref);
        json_end(j);
    }
    json_end(j);
}

/* An answer with one of the codes of a status. */
static void put_error_schema(struct json *j, int status)
{
    json_open_object(j, "schema");
    json_open_array(j, "allOf");
    put_shared_parameter(j, "#/components/schemas/Error");
    json_open_object(j, NULL);
    json_open_object(j, "properties");
    json_open_object(j, "error");
    json_open_object(j, "properties");
    json_open_object(j, "code");
    json_open_array(j, "enum");
    for (int i = 1; i < E_COUNT; i++) {
        bool is_new = i != E_USAGE && err_http((enum err)i) == status;
        for (int k = 1; k < i; k++)
            is_new = is_new && !(err_http((enum err)k) == status &&
                                 strcmp(err_wire((enum err)k), err_wire((enum err)i)) == 0);
        if (is_new)
            json_text(j, NULL, err_wire((enum err)i));
    }
    for (int level = 0; level < 8; level++)
        json_end(j);
}

static void put_error_texts(struct json *j, int status)
{
    json_open_array(j, "x-texts");
    for (int i = 1; i < E_COUNT; i++)
        if (i != E_USAGE && err_http((enum err)i) == status) {
            json_open_object(j, NULL);
            json_text(j, "code", err_wire((enum err)i));
            json_text(j, "text", err_text((enum err)i));
            json_end(j);
        }
    json_end(j);
}

static void put_error_responses(struct json *j)
{
    static const struct {
        int status;
        const char *text;
    } TEXTS[] = {
        {400, "the request is malformed"},
        {401, "the key is missing or wrong"},
        {402, "it failed"},
        {403, "the key may not do this"},
        {404, "there is no such thing, for this key"},
        {408, "the request did not arrive in time"},
        {409, "a request with this idempotency key is under way"},
        {413, "the body is too large"},
        {422, "a parameter is missing or wrong, or the state does not allow it"},
        {423, "an operation is under way; try again"},
        {429, "too many requests; wait for Retry-After"},
        {500, "our fault"},
        {502, "the processor refused or failed, declines of cards included"},
        {503, "try again after Retry-After"},
        {504, "the processor did not answer in time; the payment was not made"},
    };
    for (int status = 0; (status = status_after(status)) != 0;) {
        json_open_object(j, status_text(status).ref + strlen("#/components/responses/"));
        const char *description = "an error";
        for (size_t i = 0; i < COUNT(TEXTS); i++)
            if (TEXTS[i].status == status)
                description = TEXTS[i].text;
        json_text(j, "description", description);
        put_headers(j);
        json_open_object(j, "content");
        json_open_object(j, "application/json");
        put_error_schema(j, status);
        json_end(j);
        json_end(j);
        put_error_texts(j, status);
        json_end(j);
    }
}

/* ---- operations ----------------------------------------------------------------------------- */

static void put_security(struct json *j, const struct route *route)
{
    json_open_array(j, "security");
    if (route->scope != SCOPE_OPEN) {
        json_open_object(j, NULL);
        json_open_array(j, "secret_key");
        json_end(j);
        json_end(j);
    }
    if (route->scope == SCOPE_CLIENT) {
        json_open_object(j, NULL);
        json_open_array(j, "publishable_key");
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void put_operation_id(struct json *j, const struct place *place)
{
    char text[96];
    const char *name = place->operation->name + strlen("api_");
    size_t bytes = strlen(name);
    bytes = bytes < sizeof text - 2 ? bytes : sizeof text - 2;
    memcpy(text, name, bytes);
    if (place->number > 0) { /* another spelling of the same */
        text[bytes++] = '_';
        text[bytes++] = (char)('1' + place->number % 9);
    }
    json_str(j, "operationId", (str){text, bytes});
}

static void put_operation(struct json *j, const struct place *place)
{
    static const char *const VERB_NAMES[VERBS] = {
        [VERB_GET] = "get", [VERB_POST] = "post",     [VERB_PATCH] = "patch",
        [VERB_PUT] = "put", [VERB_DELETE] = "delete", [VERB_OPTIONS] = "options",
    };
    static const char *const SCOPE_NAMES[SCOPES] = {
        [SCOPE_OPEN] = "open",         [SCOPE_CLIENT] = "client", [SCOPE_SECRET] = "secret",
        [SCOPE_PLATFORM] = "platform", [SCOPE_TEST] = "test",
    };
    json_open_object(j, VERB_NAMES[place->route->verb]);
    put_operation_id(j, place);
    json_text(j, "summary", place->route->text);
    json_open_array(j, "tags");
    json_text(j, NULL, place->operation->group);
    json_end(j);
    json_text(j, "x-scope", SCOPE_NAMES[place->route->scope]);
    json_text(j, "x-rate", rate_class_row(route_rate(place->route))->slug);
    put_security(j, place->route);
    put_parameters(j, place);
    put_body(j, place);
    put_answers(j, place);
    json_end(j);
}

/* A path stands once, with all its verbs. */
static void put_paths(struct json *j)
{
    size_t count;
    const struct route *routes = api_routes(&count);
    json_open_object(j, "paths");
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new = is_new && strcmp(routes[k].pattern, routes[i].pattern) != 0;
        if (!is_new)
            continue;
        json_open_object(j, routes[i].pattern);
        for (size_t k = i; k < count; k++)
            if (strcmp(routes[k].pattern, routes[i].pattern) == 0) {
                const struct place place = place_of(routes, k);
                put_operation(j, &place);
            }
        json_end(j);
    }
    json_end(j);
}

/* ---- the rest ------------------------------------------------------------------------------- */

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

static void put_tags(struct json *j)
{
    json_open_array(j, "tags");
    for (size_t i = 0; i < COUNT(OPERATIONS); i++) {
        if (i > 0 && strcmp(OPERATIONS[i].group, OPERATIONS[i - 1].group) == 0)
            continue;
        json_open_object(j, NULL);
        json_text(j, "name", OPERATIONS[i].group);
        json_end(j);
    }
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
    put_error_responses(j);
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
    put_tags(&j);
    put_rates(&j);
    put_paths(&j);
    put_components(&j);
    json_end(&j);
}

result openapi_start(struct app *app)
{
    buf_init(&app->openapi, OPENAPI_BYTES_MAX);
    openapi_write(&app->openapi);
    return app->openapi.is_broken ? E_NO_MEMORY : OK;
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
