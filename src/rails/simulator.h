/* SPDX-License-Identifier: Apache-2.0 */
/* simulator.h: the card acquirer of the test environment, with the test cards of komoju-core 16.
 *
 * It keeps books of its own, as a real acquirer would: which references it has approved, refused or
 * voided, and for what amount. They live in a file of fixed size (a table in which old entries are
 * overwritten by new ones), or in a PostgreSQL database, for several servers. Either survives a
 * kill of the process, so that a payment whose answer was lost can be resolved by inquiry after a
 * restart. A file serves one process at a time. No card data is in the books.
 *
 * A capture or refund is refused when its original is known to be refused or voided; an original
 * that is no longer remembered is taken at the caller's word. A void is always approved; after it,
 * the original reads as refused (E_GATEWAY_TIMEOUT, text "voided"), even if it arrives later.
 *
 * The owner of a wallet takes a consent back with a void of it; charges that rely on it are refused
 * from then on (E_INVALID_USER_KEY). A consent that is not in the books stands.
 *
 * What a customer does at the page of a wallet, bank or shop has an entry of its own, under a
 * reference that follows from the registration's: paid, refused, given up, too late. The first one
 * stands. A void of the registration closes it, and gives back what was paid.
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
 *   - wrong_amount, wrong_currency: do it, but for another amount or in another currency, and say
 * so
 *
 * Used by  cli/serve, tests */
#ifndef KESSAI_RAILS_SIMULATOR_H
#define KESSAI_RAILS_SIMULATOR_H

#include "rails/rail.h"

/* The collecting company of its slips at convenience stores (core/slip.h). */
#define SIMULATOR_SLIP_BILLER "912345"

/* Opens the simulator; path NULL keeps its books in memory only. Thread-safe afterwards.
 *   errors  E_STORE (path): the file cannot be opened, has another size, is in use,
 *           or is not ours */
MUST_USE result simulator_open(const char *path, struct rail **ret);

/* The same with books in the schema `simulator` of a PostgreSQL database, which any number of
 * processes may share. It may block, so it is never instant. While the database cannot be reached
 * every answer is RAIL_UNKNOWN; the connection comes back by itself.
 *   url     postgres://…, as libpq takes it
 *   errors  E_STORE (url): cannot be reached now, or the schema cannot be made */
MUST_USE result simulator_open_shared(const char *url, struct rail **ret);

/* What the customer of a REGISTER does at the page of this simulator: entered into its books unless
 * they have done something before, or the payment was voided. Another rail's customer: nothing.
 *   call      as for rail_visit()
 *   refusal   E_OK: pays; otherwise a RAIL class row, as rail_visit() tells it
 *   ret       what rail_visit() says now */
void simulator_visit(struct rail *rail, const struct rail_call *call, enum err refusal,
                     struct rail_answer *ret);

#endif
