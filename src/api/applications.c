/* SPDX-License-Identifier: Apache-2.0 */
/* applications.c: the review of sub-merchants and their methods, simulated in the test environment.
 * Source   komoju-platform 2 (not with a live key), 5.3, 5.6 */
#include <stddef.h>

#include "api/api.h"
#include "api/request.h"

static const char *const DECISIONS[] = {"", "accepted", "declined", NULL};
static const enum application_status STATUS_OF[] = {APPLICATION_NONE, APPLICATION_ACCEPTED,
                                                    APPLICATION_DECLINED};

struct simulate_in {
    int decision;
};
static const struct field SIMULATE[] = {
    {"status", F_ENUM, offsetof(struct simulate_in, decision), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0,
     DECISIONS},
};
const struct field_list request_application = FIELD_LIST(SIMULATE);

static result simulate_read(struct exchange *x, enum application_status *ret_status, id *ret)
{
    struct simulate_in in = {0};
    if (x->request.caller.is_live)
        return FAIL(E_FORBIDDEN, NULL, "Simulation is for the test environment.");
    if (!id_read(x->request.args[0], ret))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(fields_read(x->request.body, NULL, SIMULATE, COUNT(SIMULATE), x->arena, &in));
    *ret_status = STATUS_OF[in.decision];
    return OK;
}

/* PATCH /api/v1/live_application/{id}/simulate_status: decides a sub-merchant's application.
 *   in      SIMULATE
 *   out     200 {"merchant_id", "status"}
 *   errors  E_FORBIDDEN (live), E_NOT_FOUND, E_UNPROCESSABLE (status): a seller without a method */
void api_application_simulate(struct exchange *x)
{
    id merchant = {0};
    enum application_status status = APPLICATION_NONE;
    const result r = simulate_read(x, &status, &merchant);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct application_simulate *c = api_command(x, sizeof *c);
    if (c == NULL)
        return;
    c->merchant = merchant;
    c->status = status;
    c->command.begin = application_simulate_begin;
    api_run(x, &c->command);
}

/* PATCH /api/v1/live_application/{id}/payment_methods/{method}/simulate_status: decides a method.
 *   in      SIMULATE
 *   out     200 {"status", "payment_method"}
 *   errors  E_FORBIDDEN (live), E_NOT_FOUND: merchant, or a method that is not offered */
void api_application_method_simulate(struct exchange *x)
{
    id merchant = {0};
    enum application_status status = APPLICATION_NONE;
    const result r = simulate_read(x, &status, &merchant);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct application_method_simulate *c = api_command(x, sizeof *c);
    if (c == NULL)
        return;
    c->merchant = merchant;
    c->slug = x->request.args[1];
    c->status = status;
    c->command.begin = application_method_simulate_begin;
    api_run(x, &c->command);
}
