/* SPDX-License-Identifier: Apache-2.0 */
/* db.h: one connection to the store and its prepared statements.
 *
 * The statements are those of store/sql, known by their enum; values are bound, never formatted.
 * Parameters are $1, $2, … in the statement's text. A connection belongs to one thread at a time.
 *
 *     struct rows r;
 *     TRY(db_query(db, SQL_MERCHANT_GET, &r, VI(tenant), VI(id)));
 *     if (rows_next(&r)) ... row_i64(&r, 0) ...
 *     TRY(rows_done(&r));
 *
 * Used by  store, app, jobs, audit */
#ifndef KESSAI_STORE_DB_H
#define KESSAI_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "sql.gen.h"

struct db;

enum value_kind { VALUE_NONE = 0, VALUE_I64, VALUE_TEXT, VALUE_BLOB };
struct value {
    enum value_kind kind;
    int64_t number;
    str bytes;
};
#define VI(number_)     ((struct value){VALUE_I64, (number_), STR_NONE})
#define VT(str_)        ((struct value){VALUE_TEXT, 0, (str_)}) /* an absent str is NULL */
#define VB(at_, bytes_) ((struct value){VALUE_BLOB, 0, {(const char *)(at_), (bytes_)}})
#define VNULL           ((struct value){VALUE_TEXT, 0, STR_NONE})

struct rows {
    struct db *db;
    enum sql sql;
    void *handle; /* the driver's */
    int64_t at;   /* the driver's */
    result error;
    bool is_open;
};

/* Starts a statement. Bound text must live until rows_done(). One statement cannot be open twice on
 * a connection. Inside a write, the first value of a statement that is not shared is the tenant of
 * the transaction. */
MUST_USE result db_query_values(struct db *db, enum sql sql, struct rows *ret,
                                const struct value *values, size_t count);
#define db_query(db, sql, ret, ...)                                                                \
    db_query_values((db), (sql), (ret), (const struct value[]){__VA_ARGS__},                       \
                    COUNT(((const struct value[]){__VA_ARGS__})))

/* The next row; false at the end and on an error, which rows_done() then gives. */
bool rows_next(struct rows *rows);
MUST_USE result rows_done(struct rows *rows);

int64_t row_i64(const struct rows *rows, int column); /* NULL is 0 */
bool row_is_null(const struct rows *rows, int column);
str row_str(const struct rows *rows, int column); /* until the next row */
str row_copy(const struct rows *rows, int column,
             struct arena *arena); /* absent for NULL and without memory */

/* Says that a statement of two values, the tenant and a key, will be asked in this write: on
 * PostgreSQL all that are said before the first question travel together. Only for statements that
 * postgres.c knows the changes of. The key's text must live until the end of the write. Nothing on
 * SQLite. */
void db_expect(struct db *db, enum sql sql, int64_t tenant, struct value key);

/* Runs a statement to its end, ignoring rows. In a write on PostgreSQL the answer is not waited for
 * unless somebody asks for the number of rows: an error is then that of a later statement, or of
 * the commit. Bound text is not needed afterwards.
 *   ret_changes   rows changed; NULL if nobody asks */
MUST_USE result db_exec_values(struct db *db, enum sql sql, int64_t *ret_changes,
                               const struct value *values, size_t count);
#define db_exec(db, sql, ...)                                                                      \
    db_exec_values((db), (sql), NULL, (const struct value[]){__VA_ARGS__},                         \
                   COUNT(((const struct value[]){__VA_ARGS__})))
#define db_exec_count(db, sql, ret_changes, ...)                                                   \
    db_exec_values((db), (sql), (ret_changes), (const struct value[]){__VA_ARGS__},                \
                   COUNT(((const struct value[]){__VA_ARGS__})))

/* One number from one row, 0 when there is none. */
MUST_USE result db_number_values(struct db *db, enum sql sql, int64_t *ret,
                                 const struct value *values, size_t count);
#define db_number(db, sql, ret, ...)                                                               \
    db_number_values((db), (sql), (ret), (const struct value[]){__VA_ARGS__},                      \
                     COUNT(((const struct value[]){__VA_ARGS__})))

#endif
