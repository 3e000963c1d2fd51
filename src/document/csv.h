/* SPDX-License-Identifier: Apache-2.0 */
/* csv.h: a table as text, as spreadsheet programs read it: UTF-8 with its mark at the start, lines
 * that end in CR LF, cells between commas.
 *
 * A text with a comma, a quotation mark, a line end or a blank at its border is quoted. A text that
 * a program would take for a formula (it begins with = + - @, a tab or a CR) gets an apostrophe in
 * front.
 *
 * Used by  app, api
 * Source   RFC 4180; OWASP, CSV injection */
#ifndef KESSAI_DOCUMENT_CSV_H
#define KESSAI_DOCUMENT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Written piece by piece: between rows the caller may send what is in the buffer and clear it. What
 * has no room breaks the buffer. */
struct csv {
    struct buf *out;
    bool has_cell;
};

void csv_start(struct csv *csv, struct buf *out);
void csv_text(struct csv *csv, str text); /* UTF-8; STR_NONE is an empty cell */
void csv_number(struct csv *csv, int64_t number);
void csv_row_end(struct csv *csv);

#endif
