/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_resend.h: events once more, for receivers that lost them or were down for too long.
 *
 * A delivery that is sent again keeps its id, so a receiver that knows it can tell; it is due at
 * once and has a whole period of attempts before it. One that had never been meant for an endpoint
 * is made. An endpoint that is switched off gets nothing. A ping goes to nobody but those that had
 * it.
 *
 * Used by  api */
#ifndef KESSAI_APP_WEBHOOK_RESEND_H
#define KESSAI_APP_WEBHOOK_RESEND_H

#include "app/command.h"

/* Events of one call: each may cost a row, and payments wait meanwhile. */
enum { WEBHOOK_RESEND_MAX = 500 };

struct webhook_resend {
    struct command command; /* first */
    id webhook;             /* key 0: all that want the event */
    id delivery, event;
    bool has_after_seq;
    int64_t after_seq;
    bool only_missing; /* leaves out what was delivered */
};

/* command.begin of each:
 *   delivery   webhook, delivery; the delivery.  errors  E_NOT_FOUND, E_UNPROCESSABLE: switched off
 *   event      event, webhook; a list of the deliveries.
 *              errors  E_NOT_FOUND; E_INVALID_PARAMETER (webhook): no such endpoint;
 *              E_UNPROCESSABLE: switched off, or a ping that it never had
 *   since      webhook, after_seq, only_missing: what it wants of the events after that number, at
 *              most WEBHOOK_RESEND_MAX of them a call; how far it came (last_seq), and whether
 *              there are more.
 *              errors  E_NOT_FOUND, E_UNPROCESSABLE; E_MISSING_PARAMETER (after_seq);
 *              E_INVALID_PARAMETER (after_seq): beyond the newest */
MUST_USE result webhook_resend_delivery_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_resend_event_begin(struct tx *tx, struct command *c);
MUST_USE result webhook_resend_since_begin(struct tx *tx, struct command *c);

#endif
