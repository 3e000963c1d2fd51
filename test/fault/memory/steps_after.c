/* SPDX-License-Identifier: Apache-2.0 */
/* steps_after.c: the stories of what comes after a payment: refunds by bank transfer, webhooks, the
 * log of events, deadlines. */
#include "fault/memory/steps.h"

#define WEBHOOKS "/api/v1/webhooks"
#define EVENTS   "/api/v1/events"
#define REQUEST  P "/{id}/refund_request", "$payment"
#define OPERATOR H "/refund_requests/{id}/simulate", "$request"
#define CLOCK    H "/clock"

#define BANK                                                                                              \
    "\"customer_name\":\"やまだ たろう\",\"bank_name\":\"みなと銀行\",\"bank_code\":\"0562\"," \
    "\"branch_name\":\"本店\",\"branch_number\":\"100\",\"account_type\":\"normal\","                   \
    "\"account_number\":\"12345\""

/* clang-format off */
static const struct step REQUESTED[] = {
    {"POST", REQUEST, .status = 200, .text = "\"refund_requests\":[{", .need = NEED_PAID_IN, .body = "{" BANK "}"},
    {"POST", REQUEST, .status = 200, .text = "\"refund_requests\":[{", .need = NEED_PAID_IN,
     .body = "{" BANK ",\"amount\":300,\"include_payment_method_fee\":true,\"description\":\"late\","
     "\"platform_details\":{\"submerchants\":[{\"submerchant_id\":\"$payee\",\"amount\":300}]}}"},
    {"POST", REQUEST, .status = 422, .text = CODE("not_refundable"), .need = NEED_SLIP, .body = "{" BANK "}"},
    {"POST", REQUEST, .status = 422, .text = CODE("not_refundable"), .need = NEED_REFUND_REQUEST, .body = "{" BANK "}"},
    {"POST", REQUEST, .status = 422, .text = CODE("missing_parameter"), .need = NEED_PAID_IN, .body = "{}"},
    {"POST", REQUEST, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_PAID_IN,
     .body = "{\"customer_name\":\"山田\",\"bank_name\":\"x\",\"branch_number\":\"100\",\"account_type\":\"normal\","
     "\"account_number\":\"12345\"}"},
    {"GET", P "/{id}", "$payment", .status = 200, .text = "$request", .need = NEED_REFUND_REQUEST},
    {"POST", OPERATOR, .status = 200, .text = "completed", .need = NEED_REFUND_REQUEST,
     .body = "{\"outcome\":\"completed\"}"},
    {"POST", OPERATOR, .status = 200, .text = "rejected", .need = NEED_REFUND_REQUEST,
     .body = "{\"outcome\":\"rejected\"}"},
    {"POST", OPERATOR, .status = 422, .need = NEED_ENDED_REQUEST, .body = "{\"outcome\":\"completed\"}"},
};
const struct story STORY_REFUND_REQUESTS = STORY("refund_requests", REQUESTED, false);

static const struct step ENDPOINTS[] = {
    {"POST", WEBHOOKS, .status = 200, .text = "\"secret\":\"whsec_", .need = NEED_NO_WEBHOOK, .again = 422,
     .body = "{\"url\":\"http://127.0.0.1:9/$n\",\"event_types\":[\"payment.captured\",\"ping\"]}"},
    {"POST", WEBHOOKS, .status = 200, .text = "\"resource\":\"webhook\"", .need = NEED_NO_WEBHOOK, .again = 422,
     .body = "url=http://127.0.0.1:9/$n&secret=mine&event_types[]=payment.captured&event_types[]=ping"},
    {"POST", WEBHOOKS, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_WEBHOOK,
     .body = "{\"url\":\"http://127.0.0.1:9/$number\"}"},
    {"POST", WEBHOOKS, .status = 422, .text = CODE("invalid_parameter"),
     .body = "{\"url\":\"http://127.0.0.1:9/\",\"event_types\":[\"ping\",\"nonsense\"]}"},
    {"GET", WEBHOOKS, .query = "?per_page=2", .status = 200, .text = "$webhook", .need = NEED_WEBHOOK},
    {"GET", WEBHOOKS "/{id}", "$webhook", .status = 200, .text = "$webhook", .need = NEED_WEBHOOK},
    {"GET", WEBHOOKS "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"PATCH", WEBHOOKS "/{id}", "$webhook", .status = 200, .text = "/moved", .need = NEED_WEBHOOK,
     .body = "{\"url\":\"http://127.0.0.1:9/$n/moved\",\"event_types\":[\"payment.captured\"],\"secret\":\"new\"}"},
    {"PATCH", WEBHOOKS "/{id}", "$webhook", .status = 200, .text = "\"active\":false", .need = NEED_WEBHOOK,
     .body = "{\"active\":false}"},
    {"DELETE", WEBHOOKS "/{id}", "$webhook", .status = 200, .text = "$webhook", .need = NEED_WEBHOOK, .again = 404},
    {"POST", WEBHOOKS "/{id}/ping", "$webhook", .status = 200, .text = "ping", .need = NEED_WEBHOOK, .body = "{}"},
    {"POST", WEBHOOKS "/{id}/rotate_secret", "$webhook", .status = 200, .text = "\"secret\":\"whsec_",
     .need = NEED_WEBHOOK, .body = "{\"overlap_seconds\":60}"},
    {"GET", WEBHOOKS "/{id}/deliveries", "$webhook", .query = "?event_type=ping&start_time=2020-01-01T00:00:00Z",
     .status = 200, .text = "$delivery", .need = NEED_DELIVERY},
    {"GET", WEBHOOKS "/{id}/deliveries", "$webhook", .query = "?state=lost", .status = 422,
     .text = CODE("invalid_parameter"), .need = NEED_WEBHOOK},
    {"GET", WEBHOOKS "/{id}/deliveries/{delivery}", "$webhook", .status = 200, .text = "$delivery",
     .need = NEED_DELIVERY},
    {"POST", WEBHOOKS "/{id}/deliveries/{delivery}/resend", "$webhook", .status = 200, .text = "$delivery",
     .need = NEED_DELIVERY, .body = "{}"},
    {"POST", WEBHOOKS "/{id}/resend", "$webhook", .status = 200, .text = "last_seq", .need = NEED_WEBHOOK,
     .body = "{\"after_seq\":0,\"only_missing\":true}"},
    {"POST", WEBHOOKS "/{id}/resend", "$webhook", .status = 422, .text = CODE("missing_parameter"),
     .need = NEED_WEBHOOK, .body = "{}"},
    {"POST", EVENTS "/{id}/resend", "$ping", .status = 200, .text = "deliveries", .need = NEED_PING,
     .body = "{\"webhook\":\"$webhook\"}"},
    {"POST", EVENTS "/{id}/resend", "$event", .status = 200, .text = "deliveries", .need = NEED_WEBHOOK, .body = "{}"},
    {"POST", EVENTS "/{id}/resend", "$event", .status = 422, .text = CODE("invalid_parameter"),
     .body = "{\"webhook\":\"" NOBODY "\"}"},
};
const struct story STORY_WEBHOOKS = STORY("webhooks", ENDPOINTS, false);

static const struct step SIGNED[] = {
    {"POST", WEBHOOKS "/{id}/ping", "$webhook", .status = 200, .text = "ping", .need = NEED_ROTATED, .is_delivered = true,
     .body = "{}"},
};
const struct story STORY_SIGNED = STORY("signed", SIGNED, true);

/* The stream has an event of its own each time: that a follower has gone is noticed when something
 * is written to it. */
static const struct step FOLLOWED[] = {
    {"GET", EVENTS, .query = "?after_seq=0&limit=2", .status = 200, .text = "last_seq"},
    {"GET", EVENTS "/stream", .query = "?after_seq=0", .status = 200, .text = "event: payment.captured",
     .need = NEED_CAPTURED, .is_endless = true},
    {"GET", EVENTS "/stream", .query = "?after_seq=900000000", .status = 422, .text = CODE("invalid_parameter")},
};
const struct story STORY_EVENTS = STORY("events", FOLLOWED, false);

/* What jobs do when its time has come. Nothing is left that would be due in a later step. */
static const struct step DEADLINES[] = {
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_SLIP, .is_settled = true, .body = "{\"advance_s\":6000000}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_WALLET, .is_settled = true, .body = "{\"advance_s\":6000000}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_DISPUTE, .is_settled = true, .body = "{\"advance_s\":6000000}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_CHALLENGE, .is_settled = true,
     .body = "{\"advance_s\":6000000}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_SESSION_CHALLENGE, .is_settled = true,
     .body = "{\"advance_s\":6000000}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_SUBSCRIBED, .is_settled = true,
     .body = "{\"advance_s\":604800}"},
    {"POST", CLOCK, .status = 200, .text = "now", .need = NEED_DUNNED, .is_settled = true,
     .body = "{\"advance_s\":259200}"},
};
const struct story STORY_DEADLINES = STORY("deadlines", DEADLINES, false);
/* clang-format on */
