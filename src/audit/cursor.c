/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c: what both drivers share, and checks that are one statement. */
#include "audit/cursor.h"

#include <assert.h>
#include <string.h>

#include "audit/audit_state.h"

void audit_fail(struct audit *a, result error)
{
    if (a->error.code != E_OK)
        return;
    a->error = error;
    if (error.message == NULL)
        return;
    const size_t bytes = strnlen(error.message, sizeof a->message - 1);
    memcpy(a->message, error.message, bytes);
    a->message[bytes] = '\0';
    a->error.message = a->message;
}

void *audit_alloc(struct audit *a, struct arena *arena, size_t bytes)
{
    void *at = arena_alloc(arena, bytes);
    if (at == NULL)
        audit_fail(a, E_NO_MEMORY);
    return at;
}

int cursor_parameters(const char *sql)
{
    int most = 0;
    for (; *sql != '\0'; sql++)
        if (*sql == '$' && sql[1] - '0' > most)
            most = sql[1] - '0';
    return most;
}

void cursor_open_keys(struct audit *a, struct cursor *ret, const char *sql, const int64_t *keys,
                      size_t count)
{
    assert(count <= CURSOR_KEYS_MAX);
    *ret = (struct cursor){.audit = a};
    if (a->error.code == E_OK)
        a->driver->scan(ret, sql, keys, count);
}

void cursor_stream_keys(struct audit *a, struct cursor *ret, const char *sql, const int64_t *keys,
                        size_t count)
{
    assert(count <= CURSOR_KEYS_MAX);
    *ret = (struct cursor){.audit = a};
    if (a->error.code == E_OK)
        a->driver->stream(ret, sql, keys, count);
}

void cursor_prepare(struct audit *a, struct cursor *ret, const char *sql)
{
    *ret = (struct cursor){.audit = a};
    if (a->error.code == E_OK)
        a->driver->prepare(ret, sql);
}

bool cursor_seek_keys(struct cursor *c, const int64_t *keys, size_t count)
{
    assert(count <= CURSOR_KEYS_MAX);
    c->is_at_row =
        c->rows != NULL && c->audit->error.code == E_OK && c->audit->driver->seek(c, keys, count);
    return c->is_at_row;
}

bool cursor_next(struct cursor *c)
{
    c->is_at_row = c->rows != NULL && c->audit->error.code == E_OK && c->audit->driver->next(c);
    return c->is_at_row;
}

void cursor_close(struct cursor *c)
{
    if (c->rows != NULL)
        c->audit->driver->end(c);
    c->rows = NULL;
    c->is_at_row = false;
}

int64_t cursor_i64(const struct cursor *c, int column)
{
    return c->audit->driver->i64(c, column);
}

bool cursor_is_null(const struct cursor *c, int column)
{
    return c->audit->driver->is_null(c, column);
}

str cursor_str(const struct cursor *c, int column)
{
    return c->audit->driver->text(c, column);
}

/* A rule that takes a second parameter looks only at rows whose key is not below it. */
static void rule_check(struct audit *a, const struct rule *rule, int64_t from)
{
    struct cursor c;
    cursor_stream_keys(a, &c, rule->sql, &from, cursor_parameters(rule->sql) > 1 ? 1 : 0);
    while (cursor_next(&c)) {
        const id row = {.key = cursor_i64(&c, 0), .salt = cursor_i64(&c, 1)};
        const str text = cursor_str(&c, 2);
        finding(a,
                cursor_is_null(&c, 1) ? number_name(a, rule->what, row.key)
                                      : row_name(a, rule->what, row),
                "%.*s", (int)text.bytes, text.at);
    }
    cursor_close(&c);
}

void rules_check(struct audit *a, const struct rule *rules, size_t count, int64_t from)
{
    for (size_t i = 0; i < count; i++)
        rule_check(a, &rules[i], from);
}
