/* SPDX-License-Identifier: Apache-2.0 */
/* details.h: payment_details of a request by the tables of details.def: what was given, what of it
 * the payment and the token show, and what goes to the rail alone.
 *
 * Used by  api/payment_source
 * Source   komoju-core 15 */
#ifndef KESSAI_API_DETAILS_H
#define KESSAI_API_DETAILS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/json.h"
#include "core/method.h"
#include "http/fields.h"

enum detail {
    DETAIL_NONE = 0,
#define DETAIL(ours, ...) DETAIL_##ours,
#include "core/details.def"
#undef DETAIL
    DETAILS
};

struct detail_value {
    bool is_given;
    str text;       /* TEXT */
    int64_t number; /* I64 */
    bool flag;      /* BOOL */
};
struct details {
    enum method method;
    struct detail_value values[DETAILS];
};

/* What stands in for what is not given: a session's e-mail address and name, and the address that a
 * customer's request came from. Each may be absent. */
struct detail_defaults {
    str email, name, address;
};

/* Reads what the method takes from an object.
 *   defaults  NULL: none
 *   errors    E_MISSING_PARAMETER, E_INVALID_PARAMETER (payment_details.<name>) */
MUST_USE result details_read(const json_t *object, enum method method,
                             const struct detail_defaults *defaults, struct arena *arena,
                             struct details *ret);

/* Adds members to an object: what the payment shows beside type and e-mail; what a token's answer
 * shows, e-mail included; what goes to the rail alone, and how much that is. */
void details_show(struct json *j, const struct details *in);
void details_show_token(struct json *j, const struct details *in);
size_t details_hide(struct json *j, const struct details *in);

/* What a method takes of payment_details, for whoever describes it: its own row's, then what every
 * type takes; begins with *at = 0. METHOD_NONE: only what every type takes. False at the end. */
struct detail_use {
    const char *wire, *shown; /* shown: as the payment shows it */
    enum field_kind kind;     /* F_TEXT, F_I64, F_BOOL */
    int64_t min, max;
    const char *values; /* "": any; else what blanks part */
    const char *format; /* of JSON Schema, or NULL */
    bool is_needed, is_shown, is_common;
    bool is_card; /* goes to the rail as a card */
};
bool detail_use_next(enum method method, size_t *at, struct detail_use *ret);

#endif
