/* SPDX-License-Identifier: Apache-2.0 */
/* json.h: writes JSON front to back into a buf.
 *
 * Reading is jansson's; writing is ours because every payment builds its object inside the one
 * writer, where a tree of allocations would cost more than the rest (doc/decisions). A pair of
 * calls opens and closes a level; commas come by themselves. Text must be UTF-8; control
 * characters, quotes and backslashes are escaped (RFC 8259).
 *
 *     json_open_object(&j, NULL);  json_i64(&j, "amount", 1000);  json_end(&j);
 *
 * The name is NULL for elements of an array and for the outermost value. No function may have the
 * name of one of jansson's (json_object, json_array, json_null, ...): one program has both.
 * Used by  app/views, http, jobs, log */
#ifndef KESSAI_BASE_JSON_H
#define KESSAI_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"

enum { JSON_DEPTH_MAX = 16 };

struct json {
    struct buf *out;
    unsigned depth;
    bool has_member[JSON_DEPTH_MAX + 1];
    char closer[JSON_DEPTH_MAX + 1];
};

void json_init(struct json *j, struct buf *out);
void json_open_object(struct json *j, const char *name);
void json_open_array(struct json *j, const char *name);
void json_end(struct json *j); /* closes what was opened last */

void json_str(struct json *j, const char *name, str value);          /* an absent str is null */
void json_text(struct json *j, const char *name, const char *value); /* NULL is null */
void json_i64(struct json *j, const char *name, int64_t value);
void json_bool(struct json *j, const char *name, bool value);
void json_put_null(struct json *j, const char *name);
/* A text under a name that is data: it is escaped as well. */
void json_pair(struct json *j, str name, str value);
void json_raw(struct json *j, const char *name, str value); /* JSON already; absent is null */
void json_id(struct json *j, const char *name, id value);   /* key 0 is null */
void json_time(struct json *j, const char *name, int64_t time_us); /* 0 is null; seconds, Z */
/* The same in Japan, with milliseconds: the other format of komoju-core 1. */
void json_time_jst(struct json *j, const char *name, int64_t time_us);

/* The error envelope of komoju-core 5: {"error":{"code","message","param","details":{}}}. What is
 * wrong on our side is not told: the row's public text stands for the message. */
void error_json(struct buf *out, result r);

#endif
