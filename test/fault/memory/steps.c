/* SPDX-License-Identifier: Apache-2.0 */
/* steps.c: the stories of payments, merchants and balances, and the list of all stories. Every
 * route of routes.def is in one of them, which test_memory.c checks. */
#include "fault/memory/steps.h"

#define M "/api/v1/merchants"
#define B "/api/v1/balances"
#define L "/api/v1/live_application"

#define BARCODES "/api/v1/barcodes"
#define TERMINAL(s)                                                                                \
    "{\"ac_type\":\"" s                                                                            \
    "\",\"field55\":\"9F2608A1B2C3D4E5F60718\",\"track2\":\"4111111111111111D3512\""

/* clang-format off */
static const struct step READING[] = {
    {"GET", "/healthz", .status = 200, .text = "ok", .has_no_key = true},
    {"GET", "/healthz", .status = 200, .text = "ok", .has_no_key = true, .need = NEED_COLD},
    {"GET", P, .status = 200, .text = "$payment"},
    {"GET", P, .query = "?status=captured,refunded&currency=JPY&per_page=2&start_time=2020-01-01T00:00:00Z",
     .status = 200, .text = "$payment"},
    {"GET", P, .query = "?external_order_num=nothing&merchant_id=$payee", .status = 200, .text = "\"total\":0"},
    {"GET", P, .query = "?status=nonsense", .status = 422, .text = CODE("invalid_parameter")},
    {"GET", P "/{id}", "$payment", .status = 200, .text = "$payee"},
    {"GET", P "/{id}/explain", "$payment", .status = 200, .text = "explanation"},
    {"GET", P "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"GET", "/api/v1/payment_methods", .status = 200, .text = "credit_card", .key = NAME_PUBLISHABLE},
    {"GET", "/api/v1/events", .query = "?per_page=3", .status = 200, .text = "$payment"},
    {"GET", "/api/v1/events/{id}", "$event", .status = 200, .text = "$event"},
    {"GET", "/api/v1/operator", .status = 200, .text = "Hana", .key = NAME_PERSON},
    {"GET", "/api/v1/operator", .status = 403, .text = CODE("forbidden")},
    {"GET", "/api/v1/openapi.json", .status = 200, .text = "{\"openapi\":\"3.1.1\"", .has_no_key = true},
    {"GET", "/api/v1/docs", .status = 200, .text = "<!DOCTYPE html>", .has_no_key = true},
    {"GET", "/api/v1/docs/docs.js", .status = 200, .text = "openapi.json", .has_no_key = true},
    {"GET", "/api/v1/docs/docs.css", .status = 200, .text = "body", .has_no_key = true},
    {"GET", M, .query = "?platform_role=payout&live=false", .status = 200, .text = "$payee"},
    {"GET", M "/{id}", "$payee", .status = 200, .text = "$payee"},
    {"GET", M "/{id}/payments", "$platform", .status = 200, .text = "$payment"},
    {"GET", B "/{currency}", .status = 200, .text = "total_balance_cents"},
    {"GET", B "/{currency}/transactions", .status = 200, .text = "$uuid"},
    {"GET", B "/{currency}/transactions/{uuid}", .status = 200, .text = "$uuid"},
    {"GET", M "/{id}/balances/{currency}", "$payee", .status = 200, .text = "total_balance_cents"},
    {"GET", M "/{id}/balances/{currency}/transactions", "$payee", .status = 200, .text = "$uuid"},
    {"GET", M "/{id}/balances/{currency}/transactions/{uuid}", "$payee", .status = 200, .text = "$uuid"},
    {"GET", B "/{id}/balances/{currency}", "$payee", .status = 200, .text = "total_balance_cents"},
    {"GET", B "/{id}/balances/{currency}/transactions", "$payee", .status = 200, .text = "$uuid"},
    {"GET", B "/{id}/balances/{currency}/transactions/{uuid}", "$payee", .status = 200, .text = "$uuid"},
    {"GET", BARCODES "/{id}", "$payment", .status = 200, .text = "\"status\":\"ready\"", .need = NEED_SLIP},
    {"GET", BARCODES "/{id}", "$payment", .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_CAPTURED},
};

static const struct step REFUSED[] = {
    {"GET", P, .status = 401, .text = CODE("unauthorized"), .has_no_key = true},
    {"POST", P, .status = 403, .text = CODE("forbidden"), .body = PAY CARD "}", .key = NAME_PUBLISHABLE},
    {"POST", M, .status = 403, .text = CODE("forbidden"), .body = "{}", .key = NAME_SHOP},
    {"GET", "/api/v1/nothing", .status = 404, .text = CODE("not_found")},
    {"POST", P, .status = 400, .text = CODE("bad_request"), .body = "{\"amount\":"},
    {"POST", P, .status = 400, .text = CODE("bad_request"), .body = "amount=1&amount[x]=2"},
    {"POST", P, .status = 422, .text = CODE("missing_parameter"), .body = "{}"},
    {"POST", P, .status = 422, .text = CODE("invalid_parameter"), .body = "{\"amount\":\"x\",\"currency\":\"JPY\"}"},
    {"POST", P, .status = 422, .text = CODE("invalid_parameter"),
     .body = PAY CARD ",\"platform_details\":{\"submerchants\":[{\"submerchant_id\":\"$payee\",\"amount\":\"x\"}]}}"},
    {"POST", P, .status = 422, .text = CODE("invalid_payment_type"),
     .body = PAY "\"payment_details\":{\"type\":\"barter\"}}"},
    {"OPTIONS", P, .status = 204, .has_no_key = true},
};

static const struct step PAYING[] = {
    {"POST", P, .status = 200, .text = "captured", .body = PAY CARD "," SPLIT "}"},
    {"POST", P, .status = 200, .text = "\"metadata\":{\"a\":\"1\",\"b\":\"2.5\"}",
     .body = PAY CARD ",\"external_order_num\":\"order-$n\",\"description\":\"words\",\"locale\":\"en\",\"mcc\":\"5812\","
     "\"metadata\":{\"a\":1,\"b\":2.5},\"statement_descriptor\":{\"statement_descriptor\":\"KESSAI\"},\"tax\":\"auto\"}",
     .key = NAME_SHOP},
    {"POST", P, .status = 200, .text = "authorized", .body = PAY CARD ",\"capture\":false,\"platform_details\":{}}"},
    {"POST", P, .status = 200, .text = "captured",
     .body = "amount=1000&currency=JPY&tax=0&metadata[a]=b&" FORM_CARD
     "&platform_details[submerchants][0][submerchant_id]=$payee&platform_details[submerchants][0][amount]=1000"
     "&platform_details[submerchants][0][platform_fee]=7"},
    {"POST", P, .status = 200, .text = "captured",
     .body = "amount=1000&currency=JPY&" FORM_CARD "&platform_details[submerchants][][submerchant_id]=$payee"
     "&platform_details[submerchants][][amount]=1000&platform_details[submerchants][][platform_fee]=0"},
    {"POST", P, .status = 200, .text = "captured", .need = NEED_TOKEN,
     .body = PAY "\"payment_details\":\"$token\"," SPLIT "}"},
    {"POST", P, .status = 422, .text = CODE("invalid_token"),
     .body = PAY "\"payment_details\":\"tok_" NOBODY "\"," SPLIT "}"},
    {"POST", P, .status = 502, .text = CODE("card_declined"), .body = PAY CARD_OF("4123111111111059") "," SPLIT "}"},
    {"POST", P, .status = 502, .text = CODE("card_declined"), .body = PAY DECLINED ",\"tax\":0}", .key = NAME_SHOP},
    {"PATCH", P "/{id}", "$payment", .status = 200, .text = "\"metadata\":{\"k\":\"7\"}", .need = NEED_CAPTURED,
     .body = "{\"description\":\"new\",\"metadata\":{\"k\":7}}"},
    {"POST", "/api/v1/tokens", .status = 200, .text = "tok_", .body = "{\"currency\":\"JPY\"," CARD "}",
     .key = NAME_PUBLISHABLE},
};

static const struct step ACTING[] = {
    {"POST", P "/{id}/capture", "$payment", .status = 200, .text = "captured", .need = NEED_AUTHORIZED,
     .body = "{\"amount\":1000," SPLIT "}"},
    {"POST", P "/{id}/capture", "$payment", .status = 422, .text = CODE("not_capturable"), .need = NEED_CAPTURED,
     .body = "{\"amount\":1000," SPLIT "}"},
    {"POST", P "/{id}/cancel", "$payment", .status = 200, .text = "cancelled", .need = NEED_AUTHORIZED, .body = "{}"},
    {"POST", P "/{id}/cancel", "$payment", .status = 422, .text = CODE("not_cancellable"), .need = NEED_CAPTURED,
     .body = "{}"},
    {"POST", P "/{id}/finalize", "$payment", .status = 200, .text = "captured", .need = NEED_OF_SHOP, .key = NAME_SHOP,
     .body = TERMINAL("tc") ",\"metadata\":{\"terminal\":7}}"},
    {"POST", P "/{id}/finalize", "$payment", .status = 200, .text = "authorized", .need = NEED_AUTHORIZED,
     .body = TERMINAL("tc") ",\"capture\":false,\"metadata\":{\"terminal\":7}}"},
    {"POST", P "/{id}/finalize", "$payment", .status = 200, .text = "cancelled", .need = NEED_AUTHORIZED,
     .body = TERMINAL("aac") "}"},
    {"POST", P "/{id}/finalize", "$payment", .status = 422, .text = CODE("not_capturable"), .need = NEED_CAPTURED,
     .body = TERMINAL("tc") "}"},
    {"POST", P "/{id}/refund", "$payment", .status = 200, .text = "\"refunded\"", .need = NEED_CAPTURED, .body = "{}"},
    {"POST", P "/{id}/refund", "$payment", .status = 200, .text = "\"amount_refunded\":300", .need = NEED_CAPTURED,
     .body = "{\"amount\":300,\"description\":\"late\",\"platform_details\":{\"submerchants\":[{\"submerchant_id\":"
     "\"$payee\",\"amount\":300}]}}"},
    {"POST", P "/{id}/refund", "$payment", .status = 422, .text = CODE("not_refundable"), .need = NEED_REFUNDED,
     .body = "{}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "captured", .need = NEED_AUTHORIZED,
     .body = "{\"outcome\":\"captured\"," SPLIT "}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "expired", .need = NEED_AUTHORIZED,
     .body = "{\"outcome\":\"expired\"}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "captured", .need = NEED_CAPTURED,
     .body = "{\"outcome\":\"chargeback_opened\"}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "refunded", .need = NEED_DISPUTED,
     .body = "{\"outcome\":\"chargeback_lost\"}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "captured", .need = NEED_DISPUTED,
     .body = "{\"outcome\":\"chargeback_won\"}"},
};

static const struct step MERCHANTS[] = {
    {"POST", M, .status = 200, .text = "\"seller\"", .key = NAME_MALL,
     .body = "{\"name\":\"Seller $n\",\"platform_role\":\"seller\"}"},
    {"POST", M, .status = 422, .text = CODE("invalid_parameter"),
     .body = "{\"name\":\"Seller\",\"platform_role\":\"owner\"}"},
    {"PATCH", M "/{id}", "$payee", .status = 200, .text = "$payee",
     .body = "{\"send_payment_receipt_email\":false,\"expiry_settings\":[{\"slug\":\"konbini\",\"expiry_days\":5}]}"},
    {"PATCH", L "/{id}/payment_methods/{method}/simulate_status", "$merchant", .status = 200, .text = "credit_card",
     .need = NEED_SELLER, .key = NAME_MALL, .body = "{\"status\":\"accepted\"}"},
    {"PATCH", L "/{id}/simulate_status", "$merchant", .status = 200, .text = "$merchant",
     .need = NEED_SELLER_WITH_METHOD, .key = NAME_MALL, .body = "{\"status\":\"accepted\"}"},
    {"POST", B "/{currency}/transfer", .status = 200, .text = "balance_transfer",
     .body = "{\"to\":\"$payee\",\"amount\":1}"},
    {"POST", M "/{id}/balances/{currency}/transfer", "$payee", .status = 200, .text = "balance_transfer",
     .body = "{\"to\":\"$platform\",\"amount\":2}"},
    {"POST", B "/{id}/balances/{currency}/transfer", "$payee", .status = 200, .text = "balance_transfer",
     .body = "to=$platform&amount=2"},
    {"POST", B "/{currency}/transfer", .status = 422, .text = CODE("unprocessable_entity"),
     .body = "{\"to\":\"$payee\",\"amount\":900000000}"},
};

static const struct step SILENCE[] = {
    {"POST", P, .status = 200, .text = "captured", .scenario = "delay:1", .body = PAY CARD "," SPLIT "}"},
    {"POST", P, .status = 200, .text = "captured", .scenario = "timeout", .body = PAY CARD "," SPLIT "}"},
    {"POST", P, .status = 504, .text = CODE("gateway_timeout"), .scenario = "timeout_before",
     .body = PAY CARD "," SPLIT "}"},
    {"POST", P, .status = 502, .text = CODE("bad_gateway"), .scenario = "garbage", .body = PAY CARD "," SPLIT "}"},
    {"POST", P "/{id}/refund", "$payment", .status = 200, .text = "\"refunded\"", .need = NEED_CAPTURED, .body = "{}",
     .scenario = "timeout"},
};

static const struct step DELIVERING[] = {
    {"POST", P, .status = 200, .text = "captured", .body = PAY CARD "," SPLIT "}", .is_delivered = true},
    {"POST", H "/clock", .status = 200, .text = "now", .body = "{\"advance_s\":1}"},
    {"POST", H "/clock", .status = 200, .text = "now", .need = NEED_AUTHORIZED, .body = "{\"advance_s\":6000000}"},
};
/* clang-format on */

static const struct story STORY_READING = STORY("reading", READING, false);
static const struct story STORY_REFUSED = STORY("refused", REFUSED, false);
static const struct story STORY_PAYING = STORY("paying", PAYING, false);
static const struct story STORY_ACTING = STORY("acting", ACTING, false);
static const struct story STORY_MERCHANTS = STORY("merchants", MERCHANTS, false);
static const struct story STORY_RAILS = STORY("rails", SILENCE, false);
static const struct story STORY_DELIVERING = STORY("delivering", DELIVERING, true);

/* One after the other. */
const struct story *const STORIES[] = {
    &STORY_READING,         &STORY_REFUSED,   &STORY_PAYING,        &STORY_ACTING,
    &STORY_MERCHANTS,       &STORY_RAILS,     &STORY_DELIVERING,    &STORY_SESSIONS,
    &STORY_ATTEMPTS,        &STORY_CUSTOMERS, &STORY_SUBSCRIPTIONS, &STORY_SECURE,
    &STORY_REFUND_REQUESTS, &STORY_WEBHOOKS,  &STORY_SIGNED,        &STORY_EVENTS,
    &STORY_DEADLINES,       &STORY_DISPUTES,  &STORY_VISITS,        &STORY_OWNERS,
    &STORY_PAGES,           &STORY_LINKS,     &STORY_MAILBOX,
};
const size_t STORY_COUNT = COUNT(STORIES);
