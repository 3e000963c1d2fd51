/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/simulator_details.h"

#include <string.h>

#include "base/json.h"

/* The page of the simulated wallet, where a tester decides what the customer does. */
static void page(struct json *j, const struct rail_call *call)
{
    struct buf url;
    char payment[ID_TEXT_BYTES];
    id_text(call->payment, payment);
    buf_init(&url, RAIL_DETAILS_BYTES);
    buf_printf(&url, "%s/simulator/%s", call->origin == NULL ? "" : call->origin, payment);
    json_str(j, "redirect_url", buf_view(&url));
    buf_done(&url);
}

void simulator_details(const struct rail_call *call, struct rail_answer *ret)
{
    if (call->op != RAIL_REGISTER || call->method == METHOD_NONE || ret->outcome != RAIL_APPROVED)
        return;
    struct buf text;
    struct json j;
    buf_init(&text, RAIL_DETAILS_BYTES - 1);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    if (method_row(call->method)->flow == FLOW_OFFSITE)
        page(&j, call);
    json_end(&j);
    const str made = buf_view(&text);
    if (!text.is_broken)
        memcpy(ret->details, made.at, made.bytes);
    buf_done(&text);
}
