/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/memory/needs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault/memory/steps.h"

#define SESSIONS   "/api/v1/sessions"
#define CUSTOMERS  "/api/v1/customers"
#define SECURE     "/api/v1/secure_tokens"
#define WEBHOOKS   "/api/v1/webhooks"
#define DISPUTES   "/api/v1/chargeback_requests"
#define ORDER      ",\"payment_data\":{\"external_order_num\":\"order-$n\"}"
#define RETURN     "\"return_url\":\"https://shop.example/back?a=1\""
#define SESSION(x) PAY RETURN "," SPLIT x "}"
/* clang-format off */
#define BANK                                                                                       \
    "{\"customer_name\":\"やまだ たろう\",\"bank_name\":\"みなと銀行\","                             \
    "\"branch_number\":\"100\",\"account_type\":\"normal\",\"account_number\":\"0012345\"}"
/* clang-format on */

/* A call that makes it.
 *   path, name  what of the answer is kept, and as what; NAME_NONE: nothing
 *   before      what it needs itself
 *   end         what is deleted afterwards, as far as it is there
 *   is_cold     no call: the server is started anew
 *   listed      where the newest of those that end is found; NULL: it has its name */
static const struct need_call {
    const char *verb, *target, *body, *path;
    enum name name;
    enum need before;
    enum name key;
    const char *end, *listed;
    bool is_cold;
} ROWS[NEEDS] = {
    [NEED_COLD] = {.is_cold = true},
    [NEED_CAPTURED] = {"POST", P, PAY CARD "," SPLIT "}", .name = NAME_PAYMENT},
    [NEED_AUTHORIZED] = {"POST", P, PAY CARD ",\"capture\":false,\"platform_details\":{}}",
                         .name = NAME_PAYMENT},
    [NEED_OF_SHOP] = {"POST", P, PAY CARD ",\"capture\":false,\"tax\":0}", .name = NAME_PAYMENT,
                      .key = NAME_SHOP},
    [NEED_DISPUTED] = {"POST", H "/payments/$payment/simulate",
                       "{\"outcome\":\"chargeback_opened\"}", .before = NEED_CAPTURED},
    [NEED_DISPUTE] = {"GET", DISPUTES "?payment_id=$payment", .name = NAME_DISPUTE,
                      .before = NEED_DISPUTED},
    [NEED_DEFENDED] = {"POST", DISPUTES "/$dispute/defend",
                       "{\"description\":\"It came.\"," DOCUMENT "}", .before = NEED_DISPUTE},
    [NEED_ACCEPTED] = {"POST", DISPUTES "/$dispute/accept", "{}", .before = NEED_DISPUTE},
    [NEED_REFUNDED] = {"POST", P "/$payment/refund", "{}", .before = NEED_CAPTURED},
    [NEED_TOKEN] = {"POST", "/api/v1/tokens", "{" CARD "}", .name = NAME_TOKEN},
    [NEED_SELLER] = {"POST", "/api/v1/merchants",
                     "{\"name\":\"Seller $n\",\"platform_role\":\"seller\"}", .name = NAME_MERCHANT,
                     .key = NAME_MALL},
    [NEED_SELLER_WITH_METHOD] = {"PATCH",
                                 "/api/v1/live_application/$merchant/payment_methods/credit_card/"
                                 "simulate_status",
                                 "{\"status\":\"accepted\"}", .before = NEED_SELLER,
                                 .key = NAME_MALL},

    [NEED_SLIP] = {"POST", P, PAY SLIP "," SPLIT "}", .name = NAME_PAYMENT},
    [NEED_LINK] = {"POST", "/api/v1/payment_links", PAY SPLIT "}", .name = NAME_LINK},
    [NEED_EMAIL] = {"GET", H "/mailbox", .name = NAME_EMAIL, .before = NEED_SLIP},
    [NEED_PAID_IN] = {"POST", H "/payments/$payment/simulate", "{\"outcome\":\"captured\"}",
                      .before = NEED_SLIP},
    [NEED_WALLET] = {"POST", P, PAY WALLET "," RETURN "," SPLIT "}", .name = NAME_PAYMENT},
    [NEED_VISITED] = {"POST", "/simulator/$payment/act", "{\"act\":\"pay\"}",
                      .before = NEED_WALLET},
    [NEED_REFUND_REQUEST] = {"POST", P "/$payment/refund_request", BANK,
                             .path = "refund_requests.0.id", .name = NAME_REQUEST,
                             .before = NEED_PAID_IN},
    [NEED_ENDED_REQUEST] = {"POST", H "/refund_requests/$request/simulate",
                            "{\"outcome\":\"rejected\"}", .before = NEED_REFUND_REQUEST},

    [NEED_SESSION] = {"POST", SESSIONS, SESSION(ORDER), .name = NAME_SESSION},
    [NEED_SESSION_BRIEF] = {"POST", SESSIONS, SESSION(",\"expires_in_seconds\":1"),
                            .name = NAME_SESSION},
    [NEED_SESSION_EXPIRED] = {"POST", H "/clock", "{\"advance_s\":2}",
                              .before = NEED_SESSION_BRIEF},
    [NEED_SESSION_PAID] = {"POST", SESSIONS "/$session/pay", "{" CARD "}", .before = NEED_SESSION},
    [NEED_SESSION_SLIP] = {"POST", SESSIONS "/$session/pay", "{" SLIP "}", .before = NEED_SESSION},
    [NEED_SESSION_CANCELLED] = {"POST", SESSIONS "/$session/cancel", "{}", .before = NEED_SESSION},
    [NEED_SESSION_CARD] = {"POST", SESSIONS,
                           "{\"mode\":\"customer\",\"currency\":\"JPY\"," RETURN "}",
                           .name = NAME_SESSION},
    [NEED_SESSION_BOTH] = {"POST", SESSIONS, SESSION(",\"mode\":\"customer_payment\""),
                           .name = NAME_SESSION},
    [NEED_SESSION_WALLET] = {"POST", SESSIONS "/$session/pay", "{" WALLET "}", .path = "payment.id",
                             .name = NAME_PAYMENT, .before = NEED_SESSION},
    [NEED_SESSION_KEPT] = {"POST", SESSIONS "/$session/pay", "{" WALLET "}", .path = "payment.id",
                           .name = NAME_PAYMENT, .before = NEED_SESSION_BOTH},
    [NEED_SESSION_CONSENT] = {"POST", SESSIONS "/$session/pay", "{" WALLET "}",
                              .path = "redirect_url/simulator", .name = NAME_CONSENT,
                              .before = NEED_SESSION_CARD},
    [NEED_SESSION_TOKEN] = {"POST", "/api/v1/tokens", "{" CARD "}", .name = NAME_TOKEN,
                            .before = NEED_SESSION},
    [NEED_SESSION_SECURE] = {"POST", SECURE, PAY CARD "," RETURN "}", .name = NAME_SECURE,
                             .before = NEED_SESSION},
    [NEED_SESSION_CHALLENGE] = {"POST", SESSIONS "/$session/pay", "{" CHALLENGED "}",
                                .path = "redirect_url?token", .name = NAME_SECURE,
                                .before = NEED_SESSION},

    [NEED_CUSTOMER] = {"POST", CUSTOMERS, "{\"email\":\"hana@shop.example\"," CARD "}",
                       .name = NAME_CUSTOMER, .end = CUSTOMERS "/$customer"},
    [NEED_SHOPPER] = {"POST", CUSTOMERS, "{\"external_customer_id\":\"shopper-$n\"," CARD "}",
                      .name = NAME_CUSTOMER, .end = CUSTOMERS "/$customer"},
    [NEED_CARDLESS] = {"POST", CUSTOMERS, "{\"email\":\"hana@shop.example\"}",
                       .name = NAME_CUSTOMER, .end = CUSTOMERS "/$customer"},
    [NEED_DECLINED] = {"POST", CUSTOMERS, "{\"email\":\"hana@shop.example\"," DECLINED "}",
                       .name = NAME_CUSTOMER, .end = CUSTOMERS "/$customer"},
    [NEED_OWNER] = {"POST", H "/sessions/$session/simulate", "{\"outcome\":\"approved\"}",
                    .path = "customer_id", .name = NAME_CUSTOMER, .before = NEED_SESSION_CONSENT,
                    .end = CUSTOMERS "/$customer"},
    [NEED_REVOKED] = {"POST", H "/customers/$customer/simulate", "{\"outcome\":\"revoked\"}",
                      .before = NEED_OWNER},
    [NEED_CUSTOMER_GONE] = {"DELETE", CUSTOMERS "/$customer", NULL, .before = NEED_CUSTOMER},
    [NEED_CUSTOMER_TOKEN] = {"POST", "/api/v1/tokens", "{" CARD "}", .name = NAME_TOKEN,
                             .before = NEED_CUSTOMER, .key = NAME_PUBLISHABLE},
    [NEED_SUBSCRIPTION] = {"POST", "/api/v1/subscriptions",
                           PAY "\"customer\":\"$customer\",\"period\":\"weekly\"," SPLIT "}",
                           .name = NAME_SUBSCRIPTION, .before = NEED_CUSTOMER},
    [NEED_SUBSCRIBED] = {"POST", H "/clock", "{}", .before = NEED_SUBSCRIPTION},
    [NEED_REFUSED] = {"POST", "/api/v1/subscriptions",
                      PAY "\"customer\":\"$customer\",\"period\":\"weekly\"," SPLIT "}",
                      .name = NAME_SUBSCRIPTION, .before = NEED_DECLINED},
    [NEED_DUNNED] = {"POST", H "/clock", "{}", .before = NEED_REFUSED},

    [NEED_SECURE] = {"POST", SECURE, PAY CARD "," RETURN "}", .name = NAME_SECURE},
    [NEED_METHOD_PAGE] = {"POST", SECURE, PAY WITH_METHOD "," RETURN "}", .name = NAME_SECURE},
    [NEED_CHALLENGE] = {"POST", SECURE, PAY CHALLENGED "," RETURN "}", .name = NAME_SECURE},
    [NEED_AUTHENTICATED] = {"POST", "/three_d_secure_service/challenge",
                            "{\"token\":\"$secure\",\"act\":\"code\",\"code\":\"123456\"}",
                            .path = "cres", .name = NAME_CRES, .before = NEED_CHALLENGE},

    [NEED_NO_WEBHOOK] = {.end = WEBHOOKS "/$webhook", .listed = WEBHOOKS},
    [NEED_WEBHOOK] = {"POST", WEBHOOKS, "{\"url\":\"http://127.0.0.1:9/$n\"}", .name = NAME_WEBHOOK,
                      .end = WEBHOOKS "/$webhook"},
    [NEED_TRIED] = {"POST", H "/clock", "{}", .before = NEED_WEBHOOK},
    [NEED_DELIVERY] = {"GET", WEBHOOKS "/$webhook/deliveries", .name = NAME_DELIVERY,
                       .before = NEED_TRIED},
    [NEED_PING] = {"GET", WEBHOOKS "/$webhook/deliveries", .path = "event", .name = NAME_PING,
                   .before = NEED_DELIVERY},
    [NEED_SINK] = {"GET", WEBHOOKS, .name = NAME_WEBHOOK},
    [NEED_ROTATED] = {"POST", WEBHOOKS "/$webhook/rotate_secret", "{}", .before = NEED_SINK},
};

static void fresh_number(struct world *w)
{
    (void)snprintf(w->names[NAME_N], NAME_BYTES, "%lld", (long long)++w->numbers);
}

void need_begin(struct world *w, enum need need)
{
    const struct need_call *row = &ROWS[need];
    const struct call call = {.verb = row->verb,
                              .target = row->target,
                              .body = row->body,
                              .key = row->key == NAME_NONE ? NAME_SECRET : row->key};
    if (row->before != NEED_NONE)
        need_begin(w, row->before);
    fresh_number(w);
    if (row->is_cold)
        world_cool(w);
    if (row->verb == NULL)
        return;
    if (row->name != NAME_NONE) {
        world_take(w, &call, row->path, row->name);
    } else {
        world_call(w, &call);
        assert_true(w->reply.status == 200 || w->reply.status == 204);
    }
    memcpy(w->names[NAME_NUMBER], w->names[NAME_N], NAME_BYTES);
    fresh_number(w);
}

void need_end(struct world *w, enum need need)
{
    for (; need != NEED_NONE; need = ROWS[need].before) {
        const struct need_call *row = &ROWS[need];
        const struct call list = {.verb = "GET", .target = row->listed, .key = NAME_SECRET};
        if (row->end == NULL || (row->listed != NULL && !world_find(w, &list, NULL, NAME_WEBHOOK)))
            continue;
        world_call(w, &(struct call){.verb = "DELETE", .target = row->end, .key = NAME_SECRET});
        assert_true(w->reply.status == 200 || w->reply.status == 404);
    }
}
