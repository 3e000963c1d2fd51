/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h: rows of the snapshot, from either store; private to audit.
 *
 * A cursor is one statement. Its SQL is what SQLite and PostgreSQL both understand; $1 is the
 * tenant under audit, $2 and later are keys. Many may be open side by side. A scan is read in
 * portions, so a table of any size passes through bounded memory. A failure is kept in the audit
 * (audit_fail), and the cursor then has no more rows.
 *
 * The drivers are cursor_sqlite.c and cursor_postgres.c: each opens the database by itself,
 * read-only, and holds one snapshot until it is closed. */
#ifndef KESSAI_AUDIT_CURSOR_H
#define KESSAI_AUDIT_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/result.h"
#include "base/str.h"

struct audit;

struct cursor {
    struct audit *audit;
    void *rows; /* the driver's; NULL: no statement */
    bool is_at_row;
};

/* ---- for checks ---------------------------------------------------------------------------- */

enum { CURSOR_KEYS_MAX = 4 };

/* Begins a scan. Close it in every case. */
#define cursor_open(a, ret, sql) cursor_open_keys((a), (ret), (sql), NULL, 0)
#define cursor_open_from(a, ret, sql, ...)                                                         \
    cursor_open_keys((a), (ret), (sql), (const int64_t[]){__VA_ARGS__},                            \
                     COUNT(((const int64_t[]){__VA_ARGS__})))
void cursor_open_keys(struct audit *a, struct cursor *ret, const char *sql, const int64_t *keys,
                      size_t count);
/* The same, cheaper to begin: no other cursor is touched until it is closed. */
#define cursor_stream(a, ret, sql) cursor_stream_keys((a), (ret), (sql), NULL, 0)
void cursor_stream_keys(struct audit *a, struct cursor *ret, const char *sql, const int64_t *keys,
                        size_t count);

/* Prepares a look-up, which gives a few rows for each set of keys. Close it in every case. */
void cursor_prepare(struct audit *a, struct cursor *ret, const char *sql);
/* Starts it with $2, $3, … set, and steps to the first row. */
bool cursor_seek_keys(struct cursor *c, const int64_t *keys, size_t count);
#define cursor_seek(c, ...)                                                                        \
    cursor_seek_keys((c), (const int64_t[]){__VA_ARGS__}, COUNT(((const int64_t[]){__VA_ARGS__})))

bool cursor_next(struct cursor *c);
void cursor_close(struct cursor *c);

int64_t cursor_i64(const struct cursor *c, int column); /* 0 for NULL */
bool cursor_is_null(const struct cursor *c, int column);
str cursor_str(const struct cursor *c, int column); /* until the next row; absent for NULL */

/* ---- for drivers --------------------------------------------------------------------------- */

/* The functions below keep failures in the audit; open returns its own. A row that cannot be read
 * because the storage is damaged is a finding about the database, not a failure. */
struct cursor_driver {
    /* Connects and takes the snapshot.
     *   errors  E_USAGE (--db): nothing there, not a Kessai database, or one of another version */
    result (*open)(struct audit *a, const char *url);
    void (*close)(struct audit *a);
    void (*check)(struct audit *a); /* what the database itself can say about its storage */
    void (*scan)(struct cursor *c, const char *sql, const int64_t *keys, size_t count);
    void (*stream)(struct cursor *c, const char *sql, const int64_t *keys, size_t count);
    void (*prepare)(struct cursor *c, const char *sql);
    bool (*seek)(struct cursor *c, const int64_t *keys, size_t count);
    bool (*next)(struct cursor *c);
    void (*end)(struct cursor *c);
    int64_t (*i64)(const struct cursor *c, int column);
    bool (*is_null)(const struct cursor *c, int column);
    str (*text)(const struct cursor *c, int column);
};
extern const struct cursor_driver CURSOR_SQLITE, CURSOR_POSTGRES;

/* The highest N of $N in a statement. */
int cursor_parameters(const char *sql);

#endif
