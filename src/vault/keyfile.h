/* SPDX-License-Identifier: Apache-2.0 */
/* keyfile.h: the file that holds the vault's key: KEY_FILE_BYTES random bytes, mode 0600.
 *
 * Whoever has this file and the database has the cards; keep them on different backups.
 *
 * Used by  vault.c */
#ifndef KESSAI_VAULT_KEYFILE_H
#define KESSAI_VAULT_KEYFILE_H

#include <stdint.h>

#include "base/result.h"

enum { KEY_FILE_BYTES = 32 };

/* Reads the key; makes the file first if it is not there. Processes that make it at the same time
 * all end up with the same key, and a crash leaves either no file or a whole one.
 *   ret     wiped on error
 *   errors  E_CRYPTO (key file): not a regular file, wrong size, open to group or others, or the
 *           system refuses; E_MEMORY */
MUST_USE result keyfile_read(const char *path, uint8_t ret[KEY_FILE_BYTES]);

#endif
