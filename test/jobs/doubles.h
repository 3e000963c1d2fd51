/* SPDX-License-Identifier: Apache-2.0 */
/* doubles.h: stands in for the use cases that the jobs start.
 * Used by  test/jobs */
#ifndef KESSAI_TEST_JOBS_DOUBLES_H
#define KESSAI_TEST_JOBS_DOUBLES_H

#include <stdatomic.h>
#include <stdint.h>

extern _Atomic int expire_calls, resolve_calls, renew_calls, wake_calls;

#endif
