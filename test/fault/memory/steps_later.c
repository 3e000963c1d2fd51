/* SPDX-License-Identifier: Apache-2.0 */
/* steps_later.c: the stories of what others decide once a payment is made: disputes, the pages of
 * simulated wallets and stores, and the owners of wallets that are to be kept. */
#include "fault/memory/steps.h"

#define DISPUTES  "/api/v1/chargeback_requests"
#define VISIT     "/simulator/{id}"
#define SESSIONS  "/api/v1/sessions"
#define CUSTOMERS "/api/v1/customers"
#define CONSENT   H "/sessions/{id}/simulate", "$session"
#define REVOKE    H "/customers/{id}/simulate", "$customer"
#define BANK      H "/payments/{id}/simulate", "$payment"

/* clang-format off */
static const struct step ANSWERED[] = {
    {"GET", DISPUTES, .query = "?payment_id=$payment", .status = 200, .text = "$dispute", .need = NEED_DEFENDED},
    {"GET", DISPUTES, .query = "?status=pending,accepted&merchant_id=$platform&due_date_start=2020-01-01&per_page=2",
     .status = 200, .text = "$dispute", .need = NEED_DISPUTE},
    {"GET", DISPUTES, .query = "?status=nonsense", .status = 422, .text = CODE("invalid_parameter")},
    {"GET", DISPUTES "/{id}", "$dispute", .status = 200, .text = "\"description\":\"It came.\"", .need = NEED_DEFENDED},
    {"GET", DISPUTES "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"GET", DISPUTES "/{id}/document", "$dispute", .status = 200, .text = "%PDF-1.4", .need = NEED_DEFENDED},
    {"GET", DISPUTES "/{id}/document", "$dispute", .status = 404, .text = CODE("not_found"), .need = NEED_DISPUTE},
    {"POST", DISPUTES "/{id}/accept", "$dispute", .status = 204, .need = NEED_DISPUTE, .body = "{}"},
    {"POST", DISPUTES "/{id}/accept", "$dispute", .status = 200, .text = "\"dry_run\":{", .need = NEED_DISPUTE,
     .is_dry = true, .body = "{\"dry_run\":true}"},
    {"POST", DISPUTES "/{id}/accept", "$dispute", .status = 422, .text = CODE("unprocessable_entity"),
     .need = NEED_DEFENDED, .body = "{}"},
    {"POST", DISPUTES "/{id}/defend", "$dispute", .status = 204, .need = NEED_DISPUTE,
     .body = "{\"description\":\"It was delivered.\",\"product_name\":\"Tea\",\"shipping_info\":{\"carrier\":\"Post\"},"
     "\"recipient_info\":{\"name\":\"Hana\"}," DOCUMENT "}"},
    {"POST", DISPUTES "/{id}/defend", "$dispute", .status = 422, .text = CODE("invalid_parameter"), .need = NEED_DISPUTE,
     .body = "{\"description\":\"x\",\"document\":{\"document_base64\":\"AAAA\"}}"},
    {"POST", DISPUTES "/{id}/defend", "$dispute", .status = 422, .text = CODE("unprocessable_entity"),
     .need = NEED_ACCEPTED, .body = "{\"description\":\"It came.\"," DOCUMENT "}"},
    {"POST", BANK, .status = 200, .text = "refunded", .need = NEED_DEFENDED, .body = "{\"outcome\":\"chargeback_lost\"}"},
    {"POST", BANK, .status = 200, .text = "captured", .need = NEED_DEFENDED, .body = "{\"outcome\":\"chargeback_won\"}"},
};
const struct story STORY_DISPUTES = STORY("disputes", ANSWERED, false);

static const struct step WRITTEN[] = {
    {"GET", H "/mailbox", .query = "?per_page=2", .status = 200, .text = "$email", .need = NEED_EMAIL},
    {"GET", H "/mailbox", .query = "?page=0", .status = 422, .text = CODE("invalid_parameter")},
    {"GET", H "/mailbox/{id}", "$email", .status = 200, .text = "\"kind\":\"instruction\"", .need = NEED_EMAIL},
    {"GET", H "/mailbox/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
};
const struct story STORY_MAILBOX = STORY("mailbox", WRITTEN, false);

static const struct step VISITED[] = {
    {"GET", VISIT "/state", "$payment", .status = 200, .text = "\"acts\":[\"pay\"", .need = NEED_WALLET, .has_no_key = true},
    {"GET", VISIT "/state", NOBODY, .status = 404, .text = CODE("not_found"), .has_no_key = true},
    {"POST", VISIT "/act", "$payment", .status = 200, .text = "\"captured\"", .need = NEED_WALLET, .has_no_key = true,
     .again = 422, .body = "{\"act\":\"pay\"}"},
    {"POST", VISIT "/act", "$payment", .status = 200, .text = "\"failed\"", .need = NEED_WALLET, .has_no_key = true,
     .again = 422, .body = "{\"act\":\"refuse\",\"code\":\"insufficient_funds\"}"},
    {"POST", VISIT "/act", "$payment", .status = 200, .text = "\"cancelled\"", .need = NEED_SESSION_WALLET,
     .has_no_key = true, .again = 422, .body = "{\"act\":\"cancel\"}"},
    {"POST", VISIT "/act", "$payment", .status = 200, .text = "\"captured\"", .need = NEED_SESSION_KEPT,
     .has_no_key = true, .again = 422, .body = "{\"act\":\"pay\"}"},
    {"POST", VISIT "/act", "$payment", .status = 200, .text = "\"captured\"", .need = NEED_SLIP, .has_no_key = true,
     .again = 422, .body = "{\"act\":\"pay\"}"},
    {"POST", VISIT "/act", "$payment", .status = 422, .text = CODE("invalid_parameter"), .need = NEED_WALLET,
     .has_no_key = true, .body = "{\"act\":\"dance\"}"},
    {"POST", VISIT "/finish", "$payment", .status = 200, .text = "\"redirect_url\":\"https", .need = NEED_VISITED,
     .has_no_key = true, .body = "{}"},
    {"POST", VISIT "/finish", "$payment", .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_WALLET,
     .has_no_key = true, .body = "{}"},
    {"GET", VISIT "/state", "$payment", .status = 200, .text = "\"store\":\"", .need = NEED_SLIP, .has_no_key = true},
    {"GET", VISIT "/state", "$consent", .status = 200, .text = "\"acts\":[\"pay\"", .need = NEED_SESSION_CONSENT, .has_no_key = true},
    {"POST", VISIT "/act", "$consent", .status = 200, .text = "\"approved\"", .need = NEED_SESSION_CONSENT,
     .has_no_key = true, .again = 422, .body = "{\"act\":\"pay\"}"},
    {"POST", VISIT "/act", "$consent", .status = 200, .text = "\"failed\"", .need = NEED_SESSION_CONSENT,
     .has_no_key = true, .again = 422, .body = "{\"act\":\"refuse\"}"},
    {"POST", VISIT "/finish", "$consent", .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_SESSION_CONSENT,
     .has_no_key = true, .body = "{}"},
};
const struct story STORY_VISITS = STORY("visits", VISITED, false);

static const struct step KEPT[] = {
    {"POST", SESSIONS "/{id}/pay", "$session", .status = 200, .text = "/simulator/", .need = NEED_SESSION_CARD,
     .unsaid = 504, .body = "{" WALLET "}"},
    {"POST", CONSENT, .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION_CONSENT,
     .body = "{\"outcome\":\"approved\"}"},
    {"POST", CONSENT, .status = 200, .text = "\"status\":\"pending\"", .need = NEED_SESSION_CONSENT,
     .body = "{\"outcome\":\"failed\"}"},
    {"POST", CONSENT, .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_SESSION_CARD,
     .body = "{\"outcome\":\"approved\"}"},
    {"POST", BANK, .status = 200, .text = "captured", .need = NEED_SESSION_KEPT, .body = "{\"outcome\":\"captured\"}"},
    {"GET", CUSTOMERS "/{id}", "$customer", .status = 200, .text = "\"paypay\"", .need = NEED_OWNER},
    {"POST", P, .status = 200, .text = "captured", .need = NEED_OWNER, .body = PAY "\"customer\":\"$customer\"," SPLIT "}"},
    {"POST", P, .status = 502, .text = CODE("invalid_user_key"), .need = NEED_REVOKED,
     .body = PAY "\"customer\":\"$customer\"," SPLIT "}"},
    {"POST", REVOKE, .status = 200, .text = "$customer", .need = NEED_OWNER, .body = "{\"outcome\":\"revoked\"}"},
    {"POST", REVOKE, .status = 422, .text = CODE("unprocessable_entity"), .need = NEED_CUSTOMER,
     .body = "{\"outcome\":\"revoked\"}"},
};
const struct story STORY_OWNERS = STORY("owners", KEPT, false);
/* clang-format on */
