/* SPDX-License-Identifier: Apache-2.0 */
/* progress_text.h: what the writer and the reader of the file share; private to audit. */
#ifndef KESSAI_AUDIT_PROGRESS_TEXT_H
#define KESSAI_AUDIT_PROGRESS_TEXT_H

#include "audit/progress.h"
#include "base/buf.h"

/* The number goes up whenever a line changes its words. */
#define PROGRESS_NAME       "kessai audit progress "
#define PROGRESS_FIRST_LINE PROGRESS_NAME "2"

/* Writes the line, seals it in, and clears it. */
void progress_put(struct progress *p, struct buf *line);

#endif
