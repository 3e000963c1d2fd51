/* SPDX-License-Identifier: Apache-2.0 */
/* steps_buyers.c: the stories of those who pay: sessions and their attempts, stored cards,
 * subscriptions, 3-D Secure. */
#include "fault/memory/steps.h"

#define SESSIONS  "/api/v1/sessions"
#define CUSTOMERS "/api/v1/customers"
#define SHOPPERS  "/api/v1/external_customers"
#define REPEATED  "/api/v1/subscriptions"
#define SECURE    "/api/v1/secure_tokens"
#define PAGE      "/three_d_secure_service"

#define RETURN     "\"return_url\":\"https://shop.example/back?a=1\""
#define ATTEMPT(c) "{\"status\":\"error\",\"error\":{\"code\":\"" c "\""
#define REPEAT     "\"customer\":\"$customer\",\"period\":\"monthly\""
#define TOKEN      "{\"token\":\"$secure\""

/* clang-format off */
static const struct step MADE[] = {
    {"POST", SESSIONS, .status = 200, .text = "\"external_order_num\":\"cart-$n\"",
     .body = PAY RETURN "," SPLIT ",\"email\":\"hana@shop.example\",\"name\":\"Hana\",\"default_locale\":\"en\","
     "\"external_customer_id\":\"u-1\",\"metadata\":{\"cart\":\"77\"},\"payment_types\":[\"konbini\",\"credit_card\"],"
     "\"expires_in_seconds\":600,\"line_items\":[{\"description\":\"Tea\",\"amount\":1000,\"quantity\":2},"
     "{\"description\":\"Cup\"}],\"payment_data\":{\"external_order_num\":\"cart-$n\",\"name_kana\":\"ハナ\","
     "\"mcc\":\"5812\",\"intent\":\"one_time\",\"statement_descriptor\":{\"statement_descriptor\":\"SHOP\"},"
     "\"billing_address\":{\"city\":\"Tokyo\",\"country\":\"JP\"},\"shipping_address\":{\"country\":\"JP\"}}}"},
    {"POST", SESSIONS, .status = 200, .text = "\"status\":\"pending\"", .key = NAME_SHOP,
     .body = "amount=1000&currency=JPY&payment_types[]=konbini&payment_types[]=paypay&metadata[cart]=77"
     "&payment_data[capture]=manual&line_items[][quantity]=1&line_items[][description]=x"},
    {"POST", SESSIONS, .status = 200, .text = "\"mode\":\"customer\"", .need = NEED_CUSTOMER,
     .body = "{\"mode\":\"customer\",\"currency\":\"JPY\",\"customer_id\":\"$customer\"}"},
    {"POST", SESSIONS, .status = 422, .text = CODE("missing_parameter"), .body = "{\"currency\":\"JPY\"}"},
    {"POST", SESSIONS, .status = 422, .text = CODE("invalid_parameter"), .body = PAY "\"line_items\":[{\"quantity\":-1}]}"},
    {"POST", SESSIONS, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_SESSION,
     .body = PAY "\"payment_data\":{\"external_order_num\":\"order-$number\"}," SPLIT "}"},
    {"POST", SESSIONS, .status = 422, .text = CODE("invalid_payment_type"),
     .body = "{\"amount\":1000,\"currency\":\"USD\",\"payment_types\":[\"konbini\"]}"},
    {"POST", SESSIONS, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_CUSTOMER_GONE,
     .body = "{\"mode\":\"customer\",\"currency\":\"JPY\",\"customer_id\":\"$customer\"}"},
    {"GET", SESSIONS "/{id}", "$session", .status = 200, .text = "$session", .need = NEED_SESSION,
     .key = NAME_PUBLISHABLE},
    {"GET", SESSIONS "/{id}", "$session", .status = 200, .text = "completed", .need = NEED_SESSION_PAID},
    {"GET", SESSIONS "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"POST", SESSIONS "/{id}/cancel", "$session", .status = 200, .text = "cancelled", .need = NEED_SESSION, .body = "{}"},
    {"POST", SESSIONS "/{id}/cancel", "$session", .status = 422, .text = CODE("not_cancellable"),
     .need = NEED_SESSION_PAID, .body = "{}"},
};
const struct story STORY_SESSIONS = STORY("sessions", MADE, false);

#define AGAIN SESSIONS "/{id}/pay", "$session"
static const struct step ATTEMPTS[] = {
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION, .key = NAME_PUBLISHABLE,
     .body = "{\"amount\":1000,\"currency\":\"JPY\"," CARD "}"},
    {"POST", AGAIN, .status = 200, .text = "/instructions", .need = NEED_SESSION, .body = "{" SLIP "}"},
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"pending\"", .need = NEED_SESSION, .body = "{" WALLET "}"},
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"pending\"", .need = NEED_SESSION, .key = NAME_PUBLISHABLE,
     .body = "{" CHALLENGED "}"},
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION_TOKEN,
     .body = "{\"payment_details\":\"$token\"}"},
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION_SECURE,
     .body = "{\"payment_details\":\"$secure\"}"},
    {"POST", AGAIN, .status = 200, .text = "\"customer\":{", .need = NEED_SESSION_CARD, .key = NAME_PUBLISHABLE,
     .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 200, .text = "\"customer\":{", .need = NEED_SESSION_BOTH, .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 502, .text = ATTEMPT("card_declined"), .need = NEED_SESSION_BOTH, .body = "{" DECLINED "}"},
    {"POST", AGAIN, .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION, .scenario = "timeout",
     .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 422, .text = ATTEMPT("unprocessable_entity"), .need = NEED_SESSION_PAID,
     .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 422, .text = ATTEMPT("unprocessable_entity"), .need = NEED_SESSION_EXPIRED,
     .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 422, .text = ATTEMPT("unprocessable_entity"), .need = NEED_SESSION_CANCELLED,
     .body = "{" CARD "}"},
    {"POST", AGAIN, .status = 422, .text = ATTEMPT("missing_parameter"), .need = NEED_SESSION, .body = "{}"},
    {"POST", AGAIN, .status = 422, .text = ATTEMPT("invalid_parameter"), .need = NEED_SESSION,
     .body = "{\"amount\":999," CARD "}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "captured", .need = NEED_SESSION_WALLET,
     .body = "{\"outcome\":\"captured\"}"},
    {"POST", H "/payments/{id}/simulate", "$payment", .status = 200, .text = "cancelled", .need = NEED_SESSION_WALLET,
     .body = "{\"outcome\":\"cancelled\"}"},
};
const struct story STORY_ATTEMPTS = STORY("attempts", ATTEMPTS, false);

static const struct step STORED[] = {
    {"POST", CUSTOMERS, .status = 200, .text = "\"source\"", .key = NAME_SHOP,
     .body = "{\"email\":\"hana@shop.example\",\"currency\":\"JPY\",\"external_customer_id\":\"mine-$n\","
     "\"metadata\":{\"a\":1}," CARD "}"},
    {"POST", CUSTOMERS, .status = 200, .text = "\"source\"", .need = NEED_CUSTOMER_TOKEN,
     .body = "payment_details=$token&metadata[a]=b"},
    {"POST", CUSTOMERS, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_SHOPPER,
     .body = "{\"external_customer_id\":\"shopper-$number\"}"},
    {"POST", CUSTOMERS, .status = 422, .text = CODE("invalid_token"), .body = "{\"payment_details\":\"tok_" NOBODY "\"}"},
    {"POST", CUSTOMERS, .status = 422, .text = CODE("invalid_payment_type"), .body = "{" SLIP "}"},
    {"GET", CUSTOMERS, .query = "?per_page=2", .status = 200, .text = "$customer", .need = NEED_CUSTOMER},
    {"GET", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "$customer", .need = NEED_CUSTOMER},
    {"GET", CUSTOMERS "/{id}", "$customer", .status = 404, .text = CODE("not_found"), .need = NEED_CUSTOMER_GONE},
    {"PATCH", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "4444", .need = NEED_CUSTOMER,
     .body = "{\"email\":\"new@shop.example\",\"metadata\":{\"k\":7}," CARD_OF("5555555555554444") "}"},
    {"PATCH", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "2031", .need = NEED_CUSTOMER,
     .body = "{\"payment_details\":{\"month\":11,\"year\":2031}}"},
    {"PATCH", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "\"source\"", .need = NEED_CUSTOMER_TOKEN,
     .again = 422, .body = "{\"payment_details\":\"$token\"}"},
    {"DELETE", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "$customer", .need = NEED_SUBSCRIBED, .again = 404},
    {"DELETE", SHOPPERS "/{id}", "shopper-$number", .status = 200, .need = NEED_SHOPPER, .again = 404},
    {"POST", P, .status = 200, .text = "captured", .need = NEED_CUSTOMER,
     .body = PAY "\"customer\":\"$customer\"," SPLIT "}"},
    {"POST", P, .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_CARDLESS,
     .body = PAY "\"customer\":\"$customer\"," SPLIT "}"},
};
const struct story STORY_CUSTOMERS = STORY("customers", STORED, false);

static const struct step CHARGED[] = {
    {"POST", REPEATED, .status = 200, .text = "\"resource\":\"subscription\"", .need = NEED_CUSTOMER,
     .is_settled = true, .body = PAY REPEAT ",\"metadata\":{\"plan\":\"gold\"}," SPLIT "}"},
    {"POST", REPEATED, .status = 200, .text = "\"resource\":\"subscription\"", .need = NEED_DECLINED,
     .is_settled = true, .body = PAY REPEAT "," SPLIT "}"},
    {"POST", REPEATED, .status = 422, .text = CODE("missing_parameter"), .need = NEED_CUSTOMER, .body = PAY REPEAT "}"},
    {"POST", REPEATED, .status = 422, .text = CODE("invalid_parameter"), .need = NEED_CUSTOMER_GONE,
     .body = PAY REPEAT "," SPLIT "}"},
    {"POST", REPEATED, .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_CARDLESS,
     .body = PAY REPEAT "," SPLIT "}"},
    {"GET", REPEATED, .query = "?per_page=2", .status = 200, .text = "$subscription", .need = NEED_SUBSCRIBED},
    {"GET", REPEATED "/{id}", "$subscription", .status = 200, .text = "active", .need = NEED_SUBSCRIBED},
    {"GET", REPEATED "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"DELETE", REPEATED "/{id}", "$subscription", .status = 200, .text = "$subscription", .need = NEED_SUBSCRIBED},
};
const struct story STORY_SUBSCRIPTIONS = STORY("subscriptions", CHARGED, false);

static const struct step AUTHENTICATED[] = {
    {"POST", SECURE, .status = 200, .text = "\"OK\"", .key = NAME_PUBLISHABLE,
     .body = PAY CARD ",\"tax\":\"auto\"," RETURN "}"},
    {"POST", SECURE, .status = 200, .text = "NEEDS_VERIFY", .body = PAY CHALLENGED "," RETURN "}"},
    {"POST", SECURE, .status = 200, .text = "\"OK\"", .need = NEED_CUSTOMER,
     .body = PAY "\"customer\":\"$customer\"," RETURN "}"},
    {"POST", SECURE, .status = 422, .text = CODE("missing_parameter"), .body = PAY RETURN "}"},
    {"POST", SECURE, .status = 422, .text = CODE("invalid_payment_type"), .body = PAY SLIP "," RETURN "}"},
    {"GET", SECURE "/{id}", "$secure", .status = 200, .text = "authentication_url", .need = NEED_CHALLENGE},
    {"GET", SECURE "/{id}", "tok_" NOBODY, .status = 404, .text = CODE("not_found")},
    {"POST", P, .status = 200, .text = "captured", .need = NEED_SECURE,
     .body = PAY "\"payment_details\":\"$secure\"," SPLIT "}"},
    {"POST", P, .status = 422, .text = CODE("invalid_token"), .need = NEED_CHALLENGE,
     .body = PAY "\"payment_details\":\"$secure\"," SPLIT "}"},
    {"GET", PAGE "/state", .query = "?token=$secure", .status = 200, .text = "\"challenge\"", .need = NEED_CHALLENGE,
     .has_no_key = true},
    {"GET", PAGE "/state", .query = "?token=$secure", .status = 200, .text = "\"method\"", .need = NEED_METHOD_PAGE,
     .has_no_key = true},
    {"POST", PAGE "/method", .status = 200, .text = "\"challenge\"", .need = NEED_METHOD_PAGE, .has_no_key = true,
     .again = 422, .body = TOKEN ",\"completed\":true,\"browser\":{\"user_agent\":\"test\",\"language\":\"ja\"}}"},
    {"POST", PAGE "/challenge", .status = 200, .text = "\"cres\":\"", .need = NEED_CHALLENGE, .has_no_key = true,
     .again = 422, .body = TOKEN ",\"act\":\"code\",\"code\":\"123456\"}"},
    {"POST", PAGE "/challenge", .status = 200, .text = "\"ERRORED\"", .need = NEED_CHALLENGE, .has_no_key = true,
     .again = 422, .body = TOKEN ",\"act\":\"cancel\"}"},
    {"POST", PAGE "/challenge", .status = 200, .text = "\"resends_left\"", .need = NEED_CHALLENGE, .has_no_key = true,
     .body = TOKEN ",\"act\":\"resend\"}"},
    {"POST", PAGE "/challenge", .status = 200, .text = "\"captured\"", .need = NEED_SESSION_CHALLENGE,
     .has_no_key = true, .again = 422, .body = TOKEN ",\"act\":\"code\",\"code\":\"123456\"}"},
    {"POST", PAGE "/challenge", .status = 200, .text = "\"failed\"", .need = NEED_SESSION_CHALLENGE,
     .has_no_key = true, .again = 422, .body = TOKEN ",\"act\":\"cancel\"}"},
    {"POST", PAGE "/challenge", .status = 422, .text = CODE("missing_parameter"), .need = NEED_CHALLENGE,
     .has_no_key = true, .body = TOKEN ",\"act\":\"code\"}"},
    {"POST", PAGE "/finish", .status = 200, .text = "secure_token_id", .need = NEED_AUTHENTICATED, .has_no_key = true,
     .body = TOKEN ",\"cres\":\"$cres\"}"},
    {"POST", PAGE "/finish", .status = 422, .text = CODE("invalid_parameter"), .need = NEED_AUTHENTICATED,
     .has_no_key = true, .body = TOKEN ",\"cres\":\"e30\"}"},
};
const struct story STORY_SECURE = STORY("secure", AUTHENTICATED, false);
/* clang-format on */
