/* SPDX-License-Identifier: Apache-2.0 */
/* steps_pages.c: the story of the pages that buyers see: what they ask under the id that is in their
 * address. */
#include "fault/memory/steps.h"

#define SESSION "/sessions/{id}"

/* clang-format off */
static const struct step SEEN[] = {
    {"GET", SESSION "/state", "$session", .status = 200, .text = "$session", .need = NEED_SESSION, .has_no_key = true},
    {"GET", SESSION "/state", NOBODY, .status = 404, .text = CODE("not_found"), .has_no_key = true},
    {"POST", SESSION "/pay", "$session", .status = 200, .text = "\"status\":\"completed\"", .need = NEED_SESSION,
     .has_no_key = true, .body = "{" CARD "}"},
    {"POST", SESSION "/pay", "$session", .status = 502, .text = "card_declined", .need = NEED_SESSION,
     .has_no_key = true, .body = "{" DECLINED "}"},
};
const struct story STORY_PAGES = STORY("pages", SEEN, false);
/* clang-format on */
