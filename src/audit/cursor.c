/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c: rows of the snapshot, and checks that are one statement. */
#include "audit/audit_state.h"

/* A page that cannot be read is a finding about the file; anything else ends the audit. */
static void failed(struct audit *a, int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        finding(a, "file", "%s", sqlite3_errmsg(a->handle));
    else if (kind == SQLITE_NOMEM)
        audit_fail(a, E_NO_MEMORY);
    else if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        audit_fail(a, FAIL(E_STORE_BUSY, NULL, NULL));
    else
        audit_fail(a, FAIL(E_STORE, NULL, sqlite3_errmsg(a->handle)));
}

void audit_fail(struct audit *a, result error)
{
    if (a->error.code == E_OK)
        a->error = error;
}

void *audit_alloc(struct audit *a, struct arena *arena, size_t bytes)
{
    void *at = arena_alloc(arena, bytes);
    if (at == NULL)
        audit_fail(a, E_NO_MEMORY);
    return at;
}

void cursor_open(struct audit *a, struct cursor *ret, const char *sql)
{
    *ret = (struct cursor){.audit = a};
    if (a->error.code != E_OK)
        return;
    const int code = sqlite3_prepare_v2(a->handle, sql, -1, &ret->statement, NULL);
    if (code != SQLITE_OK)
        failed(a, code);
    else if (sqlite3_bind_parameter_count(ret->statement) > 0)
        (void)sqlite3_bind_int64(ret->statement, 1, a->tenant);
}

bool cursor_next(struct cursor *c)
{
    c->is_at_row = false;
    if (c->statement == NULL || c->audit->error.code != E_OK)
        return false;
    const int code = sqlite3_step(c->statement);
    c->is_at_row = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        failed(c->audit, code);
        cursor_close(c);
    }
    return c->is_at_row;
}

bool cursor_seek_keys(struct cursor *c, const int64_t *keys, size_t count)
{
    c->is_at_row = false;
    if (c->statement == NULL)
        return false;
    (void)sqlite3_reset(c->statement);
    for (size_t i = 0; i < count; i++)
        (void)sqlite3_bind_int64(c->statement, (int)i + 2, keys[i]);
    return cursor_next(c);
}

void cursor_close(struct cursor *c)
{
    (void)sqlite3_finalize(c->statement);
    c->statement = NULL;
    c->is_at_row = false;
}

int64_t cursor_i64(const struct cursor *c, int column)
{
    return sqlite3_column_int64(c->statement, column);
}

bool cursor_is_null(const struct cursor *c, int column)
{
    return sqlite3_column_type(c->statement, column) == SQLITE_NULL;
}

str cursor_str(const struct cursor *c, int column)
{
    if (cursor_is_null(c, column))
        return STR_NONE;
    const void *at = sqlite3_column_blob(c->statement, column);
    return (str){at == NULL ? "" : at, (size_t)sqlite3_column_bytes(c->statement, column)};
}

static void rule_check(struct audit *a, const struct rule *rule)
{
    struct cursor c;
    cursor_open(a, &c, rule->sql);
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

void rules_check(struct audit *a, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rule_check(a, &rules[i]);
}
