/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h: JSON Schema (2020-12, as OpenAPI 3.1 has it) of what the API takes and gives, written
 * from the tables: request.def and the handlers' fields, object.def, details.def, and the lists of
 * words (currencies, payment types, states, error codes, ...).
 *
 * Every function writes into an object that is open, unless it says that it opens one.
 *
 * Used by  openapi.c */
#ifndef KESSAI_API_SCHEMA_H
#define KESSAI_API_SCHEMA_H

#include "base/json.h"
#include "http/fields.h"

/* The schema of a type in the words of object.def. */
void schema_type(struct json *j, const char *type);

/* The schema of one field.
 *   list   the name of its list, for PART rows of that list alone */
void schema_field(struct json *j, const char *list, const struct field *field);

/* Whether a PART row says what the field holds: then it is an object or an array in a form. */
bool schema_field_has_parts(const struct field *field);

/* "properties" and "required" of some lists of fields, with an end of NULL names. */
struct named_fields {
    const char *name;
    const struct field_list *list;
};
void schema_fields(struct json *j, const struct named_fields *lists, size_t count);

/* All components, each as a member. */
void schema_components(struct json *j);

#endif
