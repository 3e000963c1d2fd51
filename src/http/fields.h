/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h: reads a JSON object (or a form, or a query, which have become one) into a struct by a
 * table.
 *
 * Coercions of komoju-core 1: numbers may come as decimal text and as integral decimals
 * ("1500.0000", 1500.0), booleans as "true"/"false"/"1"/"0"; null is absent; unknown keys are
 * ignored. A fractional minor unit is E_INVALID_PARAMETER. An empty text is absent for every kind
 * but F_TEXT with FIELD_KEEP_EMPTY.
 *
 * Used by  api, gateway */
#ifndef KESSAI_HTTP_FIELDS_H
#define KESSAI_HTTP_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"

enum field_kind {
    F_NONE = 0,
    F_TEXT, /* lands in a str; min and max are characters, max 0: no limit; valid UTF-8; numbers are
               accepted as their text */
    F_I64,  /* int64_t between min and max; both 0: any */
    F_BOOL, /* bool */
    F_ID, /* id: exactly 25 characters; with FIELD_SOFT_ID a malformed one lands as key 0 instead of
             an error */
    F_TIME,   /* int64_t time_us, RFC 3339 */
    F_ENUM,   /* int: index of the name in `names` (NULL-terminated; index 0 is a placeholder and
                 never matches) */
    F_URL,    /* str: absolute URI with a scheme, at most max bytes (0: no
                limit); not javascript:, data: or vbscript: */
    F_OBJECT, /* json_t *, borrowed: an object */
    F_ARRAY, /* json_t *, borrowed: an array of at most max elements (0: no limit); a form's indexed
                object becomes one */
    F_ANY,   /* json_t *, borrowed: as it is */
    FIELD_KINDS
};
enum { FIELD_REQUIRED = 1, FIELD_KEEP_EMPTY = 2, FIELD_SOFT_ID = 4 };

struct field {
    const char *name;
    enum field_kind kind;
    size_t at;        /* offsetof the value */
    ptrdiff_t has_at; /* offsetof a bool that tells presence, or FIELD_NO_FLAG */
    unsigned flags;
    int64_t min, max;
    const char *const *names;
};
#define FIELD_NO_FLAG ((ptrdiff_t)-1)

/* Fills ret (zeroed by the caller) from object.
 *   prefix  stands before the names in an error's param: "payment_details" gives
 *           "payment_details.number"; NULL: none
 *   arena   holds texts that had to be made, and params with a prefix
 *   errors  E_MISSING_PARAMETER, E_INVALID_PARAMETER (the field) */
MUST_USE result fields_read(const json_t *object, const char *prefix, const struct field *fields,
                            size_t count, struct arena *arena, void *ret);

/* page, per_page (default 10, at most 100), start_time, end_time of komoju-core 4. 0 is "none" for
 * the times. */
struct list_query {
    int64_t page, per_page, start_us, end_us;
};
MUST_USE result list_query_read(const json_t *query, struct arena *arena, struct list_query *ret);

/* A table with its length, for whoever describes it (api/request.h). */
struct field_list {
    const struct field *fields;
    size_t count;
};
#define FIELD_LIST(fields_)                                                                        \
    {                                                                                              \
        .fields = (fields_), .count = COUNT(fields_)                                               \
    }
extern const struct field_list LIST_QUERY_FIELDS; /* what list_query_read() reads */

#endif
