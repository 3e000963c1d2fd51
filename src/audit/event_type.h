/* SPDX-License-Identifier: Apache-2.0 */
/* event_type.h: names of event types, straight from the table; private to audit. */
#ifndef KESSAI_AUDIT_EVENT_TYPE_H
#define KESSAI_AUDIT_EVENT_TYPE_H

#include <stdbool.h>
#include <stdint.h>

enum { TYPE_PING = 1, TYPE_PAYMENT_FIRST = 2, TYPE_PAYMENT_LAST = 9 };

/* The type on the wire; NULL for a number without a row, or none on such an account. */
const char *wire_type(int64_t type, bool is_sub);

#endif
