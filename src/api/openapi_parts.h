/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_parts.h: the parts of the document, each in its file; private to openapi*.c.
 *
 * Every function writes members of an object that is open. */
#ifndef KESSAI_API_OPENAPI_PARTS_H
#define KESSAI_API_OPENAPI_PARTS_H

#include "base/json.h"
#include "http/http.h"

enum answer_kind {
    ANSWER_NONE = 0,
    ANSWER_JSON,
    ANSWER_LIST,
    ANSWER_TEXT,
    ANSWER_FILE,    /* of a kind that a defence can have (core/dispute.h) */
    ANSWER_PICTURE, /* of a kind that a logo can have (core/brand.h) */
    ANSWER_EMPTY,   /* 204; of a dry run 200 */
    ANSWER_REDIRECT /* 303, no body */
};

/* "tags" and "paths": every route, with what operation.def says of it. */
void openapi_tags(struct json *j);
void openapi_paths(struct json *j);

/* "responses" of a route.
 *   type   of the answer, in the words of object.def; of ANSWER_TEXT, the media type; of
 *          ANSWER_EMPTY, what a dry run answers, "" without one */
void openapi_answers(struct json *j, const struct route *route, enum answer_kind kind,
                     const char *type);
/* The answers that are errors, by status, each as a member: E422. */
void openapi_error_responses(struct json *j);

/* An object with nothing but a reference, as an element. */
void openapi_ref(struct json *j, const char *ref);

#endif
