/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_log.h: deliveries as clients see them, each with its attempts.
 *
 * A list looks back over at most WEBHOOK_LOG_EVENTS events, so that a question about a rare state
 * reads no more than that; end_time reaches further back. Attempts are kept for a while
 * (jobs/prune.c), deliveries for good.
 *
 * Used by  api, app/webhook_resend */
#ifndef KESSAI_APP_WEBHOOK_LOG_H
#define KESSAI_APP_WEBHOOK_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "app/webhook_row.h"
#include "store/event.h"

enum { WEBHOOK_LOG_EVENTS = 100000, WEBHOOK_ATTEMPTS_SHOWN = 50 };

/* Which deliveries of an endpoint; zeros and false: any. */
struct webhook_log_filter {
    int64_t tenant;
    id webhook;
    int64_t first_seq, last_seq; /* of the events */
    int64_t state;               /* 1 waiting, 2 delivered, 3 given_up */
    enum event_type type;
    bool is_sub; /* the type is a submerchant.* one */
};

/* "waiting", "delivered", "given_up", "removed"; NULL for other numbers. Their texts in the order
 * of the numbers, with a placeholder in front, as fields.h wants them. */
extern const char *const WEBHOOK_STATES[];

MUST_USE result webhook_log_count(struct db *db, const struct webhook_log_filter *filter,
                                  int64_t *ret);
/* Writes those of a page into the open array, newest event first. */
MUST_USE result webhook_log_view(struct db *db, const struct webhook_log_filter *filter,
                                 int64_t limit, int64_t offset, struct json *j);

/* Writes the delivery of an event to an endpoint.  errors  E_NOT_FOUND */
MUST_USE result webhook_delivery_view(struct db *db, int64_t tenant, id webhook, int64_t event_seq,
                                      struct json *j);
/* The event of an endpoint's delivery.  errors  E_NOT_FOUND */
MUST_USE result webhook_delivery_find(struct db *db, int64_t tenant, id webhook, id delivery,
                                      int64_t *ret_event_seq);

#endif
