/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h: what browsers load: pages, their scripts and styles, compiled into the program.
 *
 * A page is the same for everybody: it asks the routes of src/api for what it shows. Files are kept
 * compressed, and as they are for who cannot read that.
 *
 * Used by  cli/serve
 * Source   design D14; PCI DSS 4 6.4.3 (which scripts a payment page runs) */
#ifndef KESSAI_WEB_PAGES_H
#define KESSAI_WEB_PAGES_H

#include "http/http.h"

/* A file that build.mjs has made; the array ends with a row without a name. */
struct web_file {
    const char *name; /* "checkout/index.html", "assets/checkout-1a2b3c.js" */
    const char *content_type;
    const char *integrity; /* "sha384-…", for a script's element */
    const unsigned char *at, *brotli;
    size_t bytes, brotli_bytes;
};
extern const struct web_file WEB_FILES[];

/* By its name; NULL: none. */
const struct web_file *web_file_find(str name);
/* Fills the reply; the policy is that of a page that nobody may frame. */
void web_file_send(struct exchange *x, const struct web_file *file);

/* pages.def, and the files that the pages load. */
const struct route *web_routes(size_t *ret_count);

#endif
