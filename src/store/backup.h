/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h: a copy of an SQLite store that is in use.
 *
 * The copy is one state of the database: what was committed when copying began. The writer goes on
 * meanwhile; only its log cannot be emptied before the copy is whole. The copy gets its name once
 * it is whole, on the disk, and has been read again.
 *
 * Used by  cli/backup.c
 * Source   sqlite.org/c3ref/backup_finish.html */
#ifndef KESSAI_STORE_BACKUP_H
#define KESSAI_STORE_BACKUP_H

#include "base/arena.h"
#include "base/result.h"

/*   path       of the database
 *   to         of the copy, which must not exist
 *   ret_bytes  of the copy
 *   errors     E_USAGE: param is --db or --to; E_STORE, E_STORE_FULL (--to) */
MUST_USE result backup_run(const char *path, const char *to, struct arena *arena,
                           int64_t *ret_bytes);

#endif
