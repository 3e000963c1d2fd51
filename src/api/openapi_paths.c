/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_paths.c: the routes: their parameters and bodies by the tables that their handlers parse
 * with, who may call them, and how often. */
#include <string.h>

#include "api/api.h"
#include "api/openapi_parts.h"
#include "api/request.h"
#include "api/schema.h"

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

static void put_parameters(struct json *j, const struct place *place)
{
    const struct named_fields page = {"list_query", &LIST_QUERY_FIELDS};
    json_open_array(j, "parameters");
    put_path_parameters(j, place->route->pattern);
    put_query_parameters(j, &place->operation->query);
    if (place->operation->answer == ANSWER_LIST)
        put_query_parameters(j, &page);
    if ((place->route->flags & ROUTE_IDEMPOTENT) != 0)
        openapi_ref(j, "#/components/parameters/IdempotencyKey");
    if (route_has_key(place->route))
        openapi_ref(j, "#/components/parameters/ApiVersion");
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

/* ---- operations ----------------------------------------------------------------------------- */

static void put_security(struct json *j, const struct route *route)
{
    json_open_array(j, "security");
    if (route_has_key(route)) {
        json_open_object(j, NULL);
        json_open_array(j, route->scope == SCOPE_OPERATOR ? "operator_key" : "secret_key");
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
        [SCOPE_OPEN] = "open",         [SCOPE_HOLDER] = "holder",     [SCOPE_CLIENT] = "client",
        [SCOPE_SECRET] = "secret",     [SCOPE_PLATFORM] = "platform", [SCOPE_TEST] = "test",
        [SCOPE_OPERATOR] = "operator",
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
    openapi_answers(j, place->route, place->operation->answer, place->operation->type);
    json_end(j);
}

/* A path stands once, with all its verbs. */
void openapi_paths(struct json *j)
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

void openapi_tags(struct json *j)
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
