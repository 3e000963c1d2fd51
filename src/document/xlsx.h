/* SPDX-License-Identifier: Apache-2.0 */
/* xlsx.h: a workbook of Office Open XML, written row by row into a buffer: nothing of a row is kept
 * once it is written, so a sheet of 100,000 rows needs no more memory than its compressed bytes.
 *
 * A text stands in its cell as text and never as a formula. Numbers are whole. The same cells give
 * the same bytes.
 *
 * Used by  app
 * Source   ECMA-376-1 (18.3, 18.8) */
#ifndef KESSAI_DOCUMENT_XLSX_H
#define KESSAI_DOCUMENT_XLSX_H

#include <stdint.h>

#include "base/buf.h"
#include "base/result.h"

enum {
    XLSX_SHEETS_MAX = 8,
    XLSX_COLUMNS_MAX = 26,
    XLSX_ROWS_MAX = 1048576, /* in a sheet */
    XLSX_TEXT_CHARACTERS_MAX = 32767,
};

struct xlsx;

/* A workbook with so many sheets of these names.
 *   names   1 to 31 characters each, none of []:*?/\
 *   out     empty; it stays the caller's
 *   errors  E_MEMORY */
MUST_USE result xlsx_new(struct buf *out, const char *const *names, size_t count,
                         struct xlsx **ret);

/* Goes on to the next sheet; the first one has to be gone to as well.
 *   widths  of its columns, in characters */
void xlsx_sheet(struct xlsx *xlsx, const int *widths, size_t columns);

/* The cells of a row, from left to right, then its end. */
void xlsx_head(struct xlsx *xlsx, str text);        /* bold */
void xlsx_text(struct xlsx *xlsx, str text);        /* UTF-8; STR_NONE is an empty cell */
void xlsx_number(struct xlsx *xlsx, int64_t value); /* 1,234; at most 15 digits are shown exactly */
void xlsx_total(struct xlsx *xlsx, int64_t value);  /* the same, bold */
void xlsx_date(struct xlsx *xlsx, int32_t days);    /* since 1970-01-01: 2026-01-31 */
void xlsx_row_end(struct xlsx *xlsx);

/* Ends the workbook, which is gone then, whatever the result is. Every sheet must have been gone
 * to. errors  E_MEMORY: the buffer's maximum, the system's, or more rows than a sheet has */
MUST_USE result xlsx_end(struct xlsx *xlsx);

#endif
