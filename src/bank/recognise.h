/* SPDX-License-Identifier: Apache-2.0 */
/* recognise.h: which format a file is in; statement.h has the question itself.
 *
 * Used by  bank/statement, bank/pain002 */
#ifndef KESSAI_BANK_RECOGNISE_H
#define KESSAI_BANK_RECOGNISE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Why a file that is no statement is none: E_BANK_FILE with what it seems to be. */
result statement_refuse(str file, struct arena *arena);

#endif
