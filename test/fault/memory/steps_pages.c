/* SPDX-License-Identifier: Apache-2.0 */
/* steps_pages.c: the story of the pages that buyers see: what they ask under the id that is in
 * their address. */
#include "fault/memory/steps.h"

#define SESSION "/sessions/{id}"
#define SHOWN   "/instructions/{id}"
#define LINKS   "/api/v1/payment_links"
#define LEGACY  "/{locale}/api/{merchant}/transactions/{method}/new"

/* clang-format off */
static const struct step SEEN[] = {
    {"GET", SESSION "/state", "$session", .status = 200, .text = "$session", .need = NEED_SESSION, .has_no_key = true},
    {"GET", SESSION "/state", NOBODY, .status = 404, .text = CODE("not_found"), .has_no_key = true},
    {"POST", SESSION "/pay", "$session", .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION,
     .has_no_key = true, .body = "{" CARD "}"},
    {"POST", SESSION "/pay", "$session", .status = 502, .text = "card_declined", .need = NEED_SESSION,
     .has_no_key = true, .body = "{" DECLINED "}"},
    {"POST", SESSION "/number", "$session", .status = 404, .text = CODE("not_found"), .need = NEED_SESSION,
     .has_no_key = true, .body = "{\"payment_details\":{\"type\":\"nanaco\",\"prepaid_number\":\"1111111111111111\"}}"},
    {"GET", SESSION "/brand", "$session", .status = 200, .text = "\"color\":null", .need = NEED_SESSION, .has_no_key = true},
    {"GET", SESSION "/logo", "$session", .status = 404, .text = CODE("not_found"), .need = NEED_SESSION, .has_no_key = true},
    {"GET", SESSION "/legacy_return", "$session", .status = 404, .text = CODE("not_found"), .need = NEED_SESSION, .has_no_key = true},
    {"GET", SESSION "/instructions/state", "$session", .status = 200, .text = "lawson", .need = NEED_SESSION_SLIP, .has_no_key = true},
    {"GET", SHOWN "/state", "$payment", .status = 200, .text = "lawson", .need = NEED_SLIP, .has_no_key = true},
    {"GET", SHOWN "/barcode", "$payment", .status = 200, .text = "\"status\":\"ready\"", .need = NEED_SLIP, .has_no_key = true},
    {"GET", SHOWN "/brand", "$payment", .status = 200, .text = "\"color\":null", .need = NEED_SLIP, .has_no_key = true},
    {"GET", SHOWN "/logo", "$payment", .status = 404, .text = CODE("not_found"), .need = NEED_SLIP, .has_no_key = true},
};
const struct story STORY_PAGES = STORY("pages", SEEN, false);

static const struct step LINKED[] = {
    {"POST", LINKS, .status = 200, .text = "\"usage\":\"one_time\"", .body = PAY SPLIT ",\"description\":\"Tea\"}"},
    {"POST", LINKS, .status = 422, .text = CODE("invalid_currency"), .body = "{\"amount\":1000,\"currency\":\"XXX\"}"},
    {"GET", LINKS, .query = "?per_page=1", .status = 200, .text = "$link", .need = NEED_LINK},
    {"GET", LINKS "/{id}", "$link", .status = 200, .text = "$link", .need = NEED_LINK},
    {"GET", LINKS "/{id}", NOBODY, .status = 404, .text = CODE("not_found")},
    {"POST", LINKS "/{id}/deactivate", "$link", .status = 200, .text = "$link", .need = NEED_LINK, .body = "{}"},
    {"GET", "/links/{id}/state", "$link", .status = 200, .text = "1000", .need = NEED_LINK, .has_no_key = true},
    {"POST", "/links/{id}/open", "$link", .status = 200, .text = "/sessions/", .need = NEED_LINK, .has_no_key = true, .body = "{}"},
    {"GET", LEGACY, .query = "?timestamp=1", .status = 422, .text = "error", .has_no_key = true},
    {"POST", LEGACY, .status = 422, .text = "error", .has_no_key = true, .body = "{}"},
    {"GET", "/plugin/merchant", .status = 200, .text = "name"},
};
const struct story STORY_LINKS = STORY("links", LINKED, false);
/* clang-format on */
