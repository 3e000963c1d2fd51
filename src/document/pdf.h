/* SPDX-License-Identifier: Apache-2.0 */
/* pdf.h: a printed document: A4 pages with headings, paragraphs and tables, in Japanese or any
 * other text that its one font has.
 *
 * What is written is put below what was written before; a page that is full is followed by another,
 * on which the head of the table is repeated. A cell's text that is too long for its column ends in
 * "…". Every page has its number and the count of pages at its foot. The same calls give the same
 * bytes.
 *
 * A document is made by one thread from its first call to its last, and its library may hold
 * PDF_MEMORY_MAX. The first error stays: later calls do nothing, and pdf_end tells it.
 *
 * Used by  app
 * Source   ISO 32000-1, by libhpdf (doc/decisions/0016) */
#ifndef KESSAI_DOCUMENT_PDF_H
#define KESSAI_DOCUMENT_PDF_H

#include <stddef.h>

#include "base/buf.h"
#include "base/result.h"
#include "base/str.h"

enum {
    PDF_PAGES_MAX = 1000, /* 50,000 rows */
    PDF_COLUMNS_MAX = 12,
    PDF_TEXT_BYTES_MAX = 2048, /* of a paragraph or a cell; the rest is left out */
};
#define PDF_MEMORY_MAX ((size_t)96 << 20)

/* Where the text stands in its column. */
enum pdf_align { PDF_ALIGN_NONE = 0, PDF_LEFT, PDF_RIGHT };

struct pdf_column {
    const char *head;
    enum pdf_align align;
    int width; /* in thousandths of the line; all of a table are at most 1000 */
};

struct pdf;

/* A new document without a page.
 *   font_file  TrueType (.ttf); its used characters become part of the document
 *   errors     E_NO_FONT: it cannot be read, or is no such font; E_MEMORY */
MUST_USE result pdf_new(const char *font_file, struct pdf **ret);

void pdf_heading(struct pdf *pdf, str text); /* one line, larger */
void pdf_text(struct pdf *pdf, str text);    /* a paragraph; "\n" ends a line */
void pdf_space(struct pdf *pdf);             /* half a line */

/* Begins a table with its head; the columns and their heads must live until the next table or text
 * that is no part of it. */
void pdf_table(struct pdf *pdf, const struct pdf_column *columns, size_t count);
void pdf_row(struct pdf *pdf, const str *cells);   /* one for each column */
void pdf_total(struct pdf *pdf, const str *cells); /* bold, below a rule */

/* Writes the document and ends it, whatever the result is.
 *   out     what has no room breaks it
 *   errors  E_MEMORY: more pages, memory or bytes than there may be; E_INTERNAL: the library */
MUST_USE result pdf_end(struct pdf *pdf, struct buf *out);

#endif
