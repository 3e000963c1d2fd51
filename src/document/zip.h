/* SPDX-License-Identifier: Apache-2.0 */
/* zip.h: an archive of a few compressed files, written front to back into a buffer.
 *
 * The same files give the same bytes: every file is of 1 January 1980. At most 4 GiB in all, as the
 * buffer's maximum is far below that.
 *
 * Used by  document/xlsx
 * Source   PKWARE APPNOTE 6.3 (sections 4.3.7, 4.3.12, 4.3.16); RFC 1951 */
#ifndef KESSAI_DOCUMENT_ZIP_H
#define KESSAI_DOCUMENT_ZIP_H

#include "base/buf.h"
#include "base/result.h"

enum { ZIP_FILES_MAX = 16, ZIP_NAME_BYTES_MAX = 60 };

struct zip;

/*   out     stays the caller's, and must outlive the archive
 *   errors  E_MEMORY */
MUST_USE result zip_new(struct buf *out, struct zip **ret);

/* A file is opened, written in any number of pieces, and closed before the next one is opened.
 *   name    ASCII */
void zip_open(struct zip *zip, const char *name);
void zip_put(struct zip *zip, str bytes);
void zip_close(struct zip *zip);

/* Ends the archive, which is gone then, whatever the result is.
 *   errors  E_MEMORY: the buffer's maximum, or the system's; what is in it is of no use */
MUST_USE result zip_end(struct zip *zip);

#endif
