/* SPDX-License-Identifier: Apache-2.0 */
/* record.h: reads the files of the Zengin formats record by record, whatever stands between them.
 *
 * A file says its kind (種別コード) in its first record, and the kind says how wide records are.
 * Line ends may be there or not; 0x1a may end the file. Records come as header, data ..., trailer,
 * once or more, then the end. Every error is E_BANK_FILE: its param names the field, its message
 * the record and the bytes, counted from 1.
 *
 * Used by  bank
 * Source   bank-rails 3.1, 4.5 */
#ifndef KESSAI_BANK_RECORD_H
#define KESSAI_BANK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank/layout.h"
#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "core/calendar.h"

enum { RECORD_TEXT_BYTES = 3 * STATEMENT_BYTES };

struct record_file {
    str file;
    struct arena *arena; /* for messages */
    day arrived;         /* no date is more than a year after it */
    bool western_years, has_longer_lines;
    /* the rest is the reader's */
    char kind[3]; /* 種別コード */
    size_t width, next;
    bool has_line_ends;
    str record;
    int64_t number; /* of that record, from 1 */
    char text[RECORD_TEXT_BYTES];
    size_t text_bytes;
};

/* What to do with each record of a kind. `data` may be NULL: not expected. */
struct record_handlers {
    result (*header)(void *context, struct record_file *f);
    result (*data)(void *context, struct record_file *f);
    result (*trailer)(void *context, struct record_file *f);
    result (*end)(void *context, struct record_file *f);
};

/* The kind and the width; file, arena and what else is known have been set.
 *   errors  E_BANK_FILE (record): no file of this family, in EBCDIC, in UTF-8 */
MUST_USE result record_open(struct record_file *f);

/* All records of the file, from the first. */
MUST_USE result record_each(struct record_file *f, const struct record_handlers *handlers,
                            void *context);

/* Fields of the record at hand. A blank number is 0, and a blank date DAY_NONE; a text lasts until
 * the next record and is absent where it is blank. */
MUST_USE result record_number(struct record_file *f, struct record_field field, const char *param,
                              int64_t *ret);
MUST_USE result record_text(struct record_file *f, struct record_field field, const char *param,
                            str *ret);
MUST_USE result record_day(struct record_file *f, struct record_field field, const char *param,
                           day *ret);
/* Exactly as many digits as the field has; ret has room for them and a NUL. */
MUST_USE result record_digits(struct record_file *f, struct record_field field, const char *param,
                              char *ret);
/* A text into an array, with a NUL; what it has no room for is left out by whole characters. */
MUST_USE result record_copy(struct record_file *f, struct record_field field, const char *param,
                            char *ret, size_t bytes);
char record_byte(const struct record_file *f, struct record_field field); /* its first */
bool record_is_blank(const struct record_file *f, struct record_field field);

/* The failure of a field of the record at hand. */
result record_fail(const struct record_file *f, struct record_field field, const char *param,
                   const char *why);

/* Fails unless a total of the file is the one that was counted. */
MUST_USE result record_total(struct record_file *f, struct record_field field, const char *param,
                             int64_t want);

#endif
