/* SPDX-License-Identifier: Apache-2.0 */
/* look.h: the auditor's view of a database, for tests. */
#ifndef KESSAI_TEST_AUDIT_LOOK_H
#define KESSAI_TEST_AUDIT_LOOK_H

#include "audit/audit.h"

/* What the auditor prints; the text is the caller's to free. Fails the test on any error.
 *   progress  as for audit_run_on() */
char *look(const char *url, const char *progress, struct audit_report *ret);

/* Nothing is found. */
void expect_clean(const char *url);

#endif
