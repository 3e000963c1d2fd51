/* SPDX-License-Identifier: Apache-2.0 */
#include "app/clock_set.h"

#include "base/json.h"

static result target(const struct clock_set *in, int64_t now_us, int64_t *ret_us)
{
    *ret_us = now_us;
    if (in->has_advance && (in->advance_s < 0 || in->advance_s > CLOCK_ADVANCE_S_MAX))
        return FAIL(E_INVALID_PARAMETER, "advance_s",
                    "the clock moves forward, by at most ten years a call");
    if (in->has_advance)
        *ret_us = now_us + in->advance_s * US_PER_S;
    if (in->has_to && (in->to_us < now_us || in->to_us > now_us + CLOCK_ADVANCE_S_MAX * US_PER_S))
        return FAIL(E_INVALID_PARAMETER, "to",
                    "the clock moves forward, by at most ten years a call");
    if (in->has_to)
        *ret_us = in->to_us;
    return OK;
}

/* How far the clock moves now. Charges that are due or under way already come first, because when
 * the next ones are due follows from them. */
static result next_step(struct tx *tx, struct clock_set *in, int64_t now_us, int64_t *ret_us)
{
    const int64_t tenant = in->c.tenant;
    int64_t waiting = 0, due_us = 0;
    *ret_us = in->goal_us > now_us ? in->goal_us : now_us;
    if (in->steps == 0)
        TRY(db_number(tx_db(tx), SQL_SUBSCRIPTION_WAITING, &waiting, VI(tenant), VI(now_us)));
    if (waiting == 0)
        TRY(db_number(tx_db(tx), SQL_SUBSCRIPTION_NEXT_DUE, &due_us, VI(tenant), VI(now_us)));
    in->has_more = waiting > 0 || (due_us > 0 && due_us < *ret_us && in->steps < CLOCK_STEPS_MAX);
    if (in->has_more)
        *ret_us = waiting > 0 ? now_us : due_us;
    return OK;
}

static result begin(struct tx *tx, struct command *c)
{
    struct clock_set *in = (struct clock_set *)c;
    const bool moves = in->has_advance || in->has_to;
    int64_t now_us, to_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    to_us = now_us;
    if (in->steps == 0)
        TRY(target(in, now_us, &in->goal_us));
    if (moves)
        TRY(next_step(tx, in, now_us, &to_us));
    if (moves)
        TRY(tx_clock_set(tx, c->tenant, to_us));
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_time(&j, "now", to_us);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

void clock_set_init(struct clock_set *in)
{
    in->c.begin = begin;
}
