/* SPDX-License-Identifier: Apache-2.0 */
/* session_page.h: a session as the page needs it on which a buyer pays it.
 *
 * Used by  api/session_number */
#ifndef KESSAI_API_SESSION_PAGE_H
#define KESSAI_API_SESSION_PAGE_H

#include "api/api.h"

/* Answers with the SessionPage of the session in the path.  errors  E_NOT_FOUND */
void session_page_reply(struct exchange *x);

#endif
