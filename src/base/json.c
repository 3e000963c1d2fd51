/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <assert.h>

#include "base/clock.h"

void json_init(struct json *j, struct buf *out)
{
    *j = (struct json){.out = out};
}

static void write_string(struct buf *out, str s)
{
    buf_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        const unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(out, s.at + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            buf_char(out, '\\');
            buf_char(out, (char)c);
        } else {
            buf_put(out, "\\u00", 4);
            buf_char(out, (char)('0' + (c >> 4)));
            buf_char(out, "0123456789abcdef"[c & 15]);
        }
    }
    buf_put(out, s.at + from, s.bytes - from);
    buf_char(out, '"');
}

static void begin_value(struct json *j, const char *name)
{
    if (j->has_member[j->depth])
        buf_char(j->out, ',');
    j->has_member[j->depth] = true;
    if (name != NULL) {
        buf_char(j->out, '"');
        buf_text(j->out, name);
        buf_put(j->out, "\":", 2);
    }
}

static void open_level(struct json *j, const char *name, char opener, char closer)
{
    begin_value(j, name);
    assert(j->depth < JSON_DEPTH_MAX);
    j->depth++;
    j->has_member[j->depth] = false;
    j->closer[j->depth] = closer;
    buf_char(j->out, opener);
}

void json_open_object(struct json *j, const char *name)
{
    open_level(j, name, '{', '}');
}

void json_open_array(struct json *j, const char *name)
{
    open_level(j, name, '[', ']');
}

void json_end(struct json *j)
{
    assert(j->depth > 0);
    buf_char(j->out, j->closer[j->depth]);
    j->depth--;
}

void json_str(struct json *j, const char *name, str value)
{
    if (value.at == NULL) {
        json_put_null(j, name);
        return;
    }
    begin_value(j, name);
    write_string(j->out, value);
}

void json_text(struct json *j, const char *name, const char *value)
{
    json_str(j, name, str_of(value));
}

void json_i64(struct json *j, const char *name, int64_t value)
{
    begin_value(j, name);
    buf_i64(j->out, value);
}

void json_bool(struct json *j, const char *name, bool value)
{
    begin_value(j, name);
    buf_text(j->out, value ? "true" : "false");
}

void json_put_null(struct json *j, const char *name)
{
    begin_value(j, name);
    buf_put(j->out, "null", 4);
}

void json_pair(struct json *j, str name, str value)
{
    begin_value(j, NULL);
    write_string(j->out, name);
    buf_char(j->out, ':');
    write_string(j->out, value);
}

void json_raw(struct json *j, const char *name, str value)
{
    begin_value(j, name);
    buf_str(j->out, value.at == NULL ? S("null") : value);
}

void json_id(struct json *j, const char *name, id value)
{
    if (value.key == 0) {
        json_put_null(j, name);
        return;
    }
    char text[ID_TEXT_BYTES];
    id_text(value, text);
    begin_value(j, name);
    buf_char(j->out, '"');
    buf_put(j->out, text, ID_TEXT_BYTES - 1);
    buf_char(j->out, '"');
}

void json_time(struct json *j, const char *name, int64_t time_us)
{
    if (time_us == 0) {
        json_put_null(j, name);
        return;
    }
    char text[TIME_TEXT_BYTES];
    time_text(time_us, text);
    json_text(j, name, text);
}

void json_time_jst(struct json *j, const char *name, int64_t time_us)
{
    if (time_us == 0) {
        json_put_null(j, name);
        return;
    }
    char text[TIME_TEXT_JST_BYTES];
    time_text_jst(time_us, text);
    json_text(j, name, text);
}

void error_json(struct buf *out, result r)
{
    const bool is_ours = err_class_of(r.code) == ERR_OURS;
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_open_object(&j, "error");
    json_text(&j, "code", err_wire(r.code));
    json_text(&j, "message", is_ours || r.message == NULL ? err_text(r.code) : r.message);
    json_text(&j, "param", is_ours ? NULL : r.param);
    json_open_object(&j, "details");
    json_end(&j);
    json_end(&j);
    json_end(&j);
}
