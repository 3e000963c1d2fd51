/* SPDX-License-Identifier: Apache-2.0 */
/* test_helpers.c: makes happen what a rail or time would do (design 5). The route rows keep live
 * keys out. */
#include "api/api.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "app/clock_set.h"
#include "app/payment_actions.h"
#include "app/rail_pool.h"
#include "app/session_store.h"

struct simulate_in {
    int outcome;
    json_t *platform_details;
    struct dispute_claim claim;
};

enum { OUTCOME_CAPTURED = 1 };
static const char *const OUTCOMES[] = {
    "",          "captured",          "expired",         "failed",
    "cancelled", "chargeback_opened", "chargeback_lost", "chargeback_won",
    NULL};
static const enum payment_happening HAPPENINGS_BY_OUTCOME[] = {HAPPENING_NONE,
                                                               HAPPENING_PAID,
                                                               HAPPENING_EXPIRED,
                                                               HAPPENING_FAILED,
                                                               HAPPENING_CANCELLED,
                                                               HAPPENING_CHARGEBACK_OPENED,
                                                               HAPPENING_CHARGEBACK_LOST,
                                                               HAPPENING_CHARGEBACK_WON};

static const struct field SIMULATE[] = {
    {"outcome", F_ENUM, offsetof(struct simulate_in, outcome), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0,
     OUTCOMES},
    {"platform_details", F_ANY, offsetof(struct simulate_in, platform_details), FIELD_NO_FLAG, 0, 0,
     0, NULL},
    {"reason_code", F_TEXT, offsetof(struct simulate_in, claim.reason_code), FIELD_NO_FLAG, 0, 1,
     DISPUTE_CODE_CHARACTERS_MAX, NULL},
    {"reason", F_TEXT, offsetof(struct simulate_in, claim.reason), FIELD_NO_FLAG, 0, 1,
     DISPUTE_REASON_CHARACTERS_MAX, NULL},
};
const struct field_list request_payment_outcome = FIELD_LIST(SIMULATE);

/* What the acquirer captures on its own is captured whole, by the rules of a capture. */
static void capture(struct exchange *x, id wire, const json_t *platform_details)
{
    struct payment_capture *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    in->p.id = wire;
    const result r = split_fields_read(platform_details, true, x->arena, &in->platform);
    payment_capture_init(in);
    if (r.code != E_OK)
        reply_error(x, r);
    else
        api_run(x, &in->p.c);
}

/* Whether the customer pays it elsewhere, so that "captured" is a notice and no call to the rail.
 */
static result waits_for_customer(struct exchange *x, id wire, bool *ret)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    struct payment payment;
    const result r = payment_read(db, x->request.caller.tenant, wire, x->arena, &payment);
    store_read_end(store, db);
    if (r.code != E_OK)
        return r;
    const enum flow flow = method_row(payment.method)->flow;
    const bool is_taken = payment.status == PAY_AUTHORIZED || payment.captured_us != 0;
    *ret = flow == FLOW_SLIP || (flow == FLOW_OFFSITE && !is_taken);
    return OK;
}

void api_test_simulate(struct exchange *x)
{
    struct simulate_in in = {0};
    id wire;
    result r = id_read(x->request.args[0], &wire) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK)
        r = fields_read(x->request.body, NULL, SIMULATE, COUNT(SIMULATE), x->arena, &in);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    bool is_notice = true;
    if (in.outcome == OUTCOME_CAPTURED)
        r = waits_for_customer(x, wire, &is_notice);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    if (!is_notice) {
        capture(x, wire, in.platform_details);
        return;
    }
    struct payment_happen *happen = api_command(x, sizeof *happen);
    if (happen == NULL)
        return;
    happen->p.id = wire;
    happen->happening = HAPPENINGS_BY_OUTCOME[in.outcome];
    happen->claim = in.claim;
    payment_happen_init(happen);
    api_run(x, &happen->p.c);
}

/* ---- wallets -------------------------------------------------------------------------------- */

struct outcome_in {
    int outcome;
};

static const char *const CONSENT_OUTCOMES[] = {"", "approved", "failed", "cancelled", NULL};
static const char *const REVOKE_OUTCOMES[] = {"", "revoked", NULL};
static const struct field CONSENT[] = {{"outcome", F_ENUM, offsetof(struct outcome_in, outcome),
                                        FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, CONSENT_OUTCOMES}};
static const struct field REVOKE[] = {{"outcome", F_ENUM, offsetof(struct outcome_in, outcome),
                                       FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, REVOKE_OUTCOMES}};
const struct field_list request_consent_outcome = FIELD_LIST(CONSENT);
const struct field_list request_revoke_outcome = FIELD_LIST(REVOKE);

static result read_outcome(struct exchange *x, const struct field_list *list, id *ret_id, int *ret)
{
    struct outcome_in in = {0};
    if (!id_read(x->request.args[0], ret_id))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(fields_read(x->request.body, NULL, list->fields, list->count, x->arena, &in));
    *ret = in.outcome;
    return OK;
}

/* POST /api/v1/test_helpers/sessions/{id}/simulate */
void api_test_session(struct exchange *x)
{
    static const enum consent CONSENTS_BY_OUTCOME[] = {CONSENT_NONE, CONSENT_GIVEN, CONSENT_REFUSED,
                                                       CONSENT_CANCELLED};
    struct session_consent *in = api_command(x, sizeof *in);
    int outcome = 0;
    if (in == NULL)
        return;
    const result r = read_outcome(x, &request_consent_outcome, &in->session, &outcome);
    session_consent_init(in);
    in->outcome = CONSENTS_BY_OUTCOME[outcome];
    if (r.code == E_OK)
        api_run(x, &in->c);
    else
        reply_error(x, r);
}

/* POST /api/v1/test_helpers/customers/{id}/simulate */
void api_test_customer(struct exchange *x)
{
    struct customer_revoke *in = api_command(x, sizeof *in);
    int outcome;
    if (in == NULL)
        return;
    const result r = read_outcome(x, &request_revoke_outcome, &in->customer, &outcome);
    customer_revoke_init(in);
    if (r.code == E_OK)
        api_run(x, &in->c);
    else
        reply_error(x, r);
}

/* ---- the clock ------------------------------------------------------------------------------- */

/* Due jobs run on a rail's thread, and the answer waits for them (rulings "test helpers"). */
struct due_job {
    struct rail_job job;
    struct command *command;
};

static void run_due(struct rail_job *job)
{
    struct command *c = ((struct due_job *)job)->command;
    if (c->app->run_due != NULL)
        c->app->run_due(c->app->run_due_context, c->tenant);
    struct clock_set *set = (struct clock_set *)c;
    if (!set->has_more) {
        api_answer(c);
        return;
    }
    set->steps++;
    command_run(c);
}

static void clock_answered(struct command *c)
{
    struct due_job *job = c->outcome.code == E_OK ? ARENA_NEW(c->arena, struct due_job) : NULL;
    if (job == NULL) {
        api_answer(c);
        return;
    }
    *job = (struct due_job){.job = {.run = run_due}, .command = c};
    rail_pool_put(c->app->pool, &job->job);
}

struct clock_in {
    bool has_advance, has_to;
    int64_t advance_s, to_us;
};

static const struct field CLOCK[] = {
    {"advance_s", F_I64, offsetof(struct clock_in, advance_s),
     offsetof(struct clock_in, has_advance), 0, INT64_MIN, CLOCK_ADVANCE_S_MAX, NULL},
    {"to", F_TIME, offsetof(struct clock_in, to_us), offsetof(struct clock_in, has_to), 0, 0, 0,
     NULL},
};
const struct field_list request_clock = FIELD_LIST(CLOCK);

void api_test_clock(struct exchange *x)
{
    struct clock_in in = {0};
    const result r = fields_read(x->request.body, NULL, CLOCK, COUNT(CLOCK), x->arena, &in);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct clock_set *set = api_command(x, sizeof *set);
    if (set == NULL)
        return;
    *set = (struct clock_set){.c = set->c,
                              .has_advance = in.has_advance,
                              .has_to = in.has_to,
                              .advance_s = in.advance_s,
                              .to_us = in.to_us};
    clock_set_init(set);
    api_run_with(x, &set->c, clock_answered);
}
