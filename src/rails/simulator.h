/* SPDX-License-Identifier: Apache-2.0 */
/* simulator.h: the card acquirer of the test environment, with the test cards of komoju-core 16.
 *
 * It keeps books of its own, as a real acquirer would: which references it has approved, refused or
 * voided. They live in a file of fixed size (a table in which old entries are overwritten by new
 * ones) that survives a kill of the process, so that a payment whose answer was lost can be
 * resolved by inquiry after a restart. A file serves one process at a time. No card data is in it.
 *
 * A capture or refund is refused when its original is known to be refused or voided; an original
 * that is no longer remembered is taken at the caller's word. A void is always approved; after it,
 * the original reads as refused (E_GATEWAY_TIMEOUT, text "voided"), even if it arrives later.
 *
 * Scenarios, in the Komoju-Scenario header; anything else is ignored, and so is the scenario of a
 * reference that already has its outcome:
 *
 *   - <error code>: refuse with that code of errors.def (any RAIL class row)
 *   - delay:<ms>: answer after that many milliseconds (at most 30,000), then as usual
 *   - timeout: do it, lose the answer: RAIL_UNKNOWN; an inquiry then tells the truth
 *   - timeout_before: do not do it, give no answer; an inquiry says RAIL_NOT_FOUND
 *   - timeout_long: as timeout, and the first three inquiries are answered RAIL_UNKNOWN as well
 *   - garbage: do not do it, give an answer that cannot be understood: refused with E_BAD_GATEWAY
 *
 * Used by  cli/serve, tests */
#ifndef KESSAI_RAILS_SIMULATOR_H
#define KESSAI_RAILS_SIMULATOR_H

#include "rails/rail.h"

/* Opens the simulator; path NULL keeps its books in memory only. Thread-safe afterwards.
 *   errors  E_STORE (path): the file cannot be opened, has another size, is in use,
 *           or is not ours */
MUST_USE result simulator_open(const char *path, struct rail **ret);

#endif
