/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/rail.h"

#include "base/clock.h"
#include "rails/measure.h"

#define FLOW_ANY FLOWS

enum world { WORLD_NONE = 0, WORLD_TEST, WORLD_LIVE };

static const struct {
    const char *slug;
    enum flow flow;
    enum world world;
} ROWS[RAILS] = {
#define RAIL(name, number, slug, flow, world, text)                                                \
    [RAIL_##name] = {(slug), FLOW_##flow, WORLD_##world},
#include "rails/rail.def"
#undef RAIL
};

const char *rail_slug(enum rail_number number)
{
    if (number <= RAIL_NONE || number >= RAILS || ROWS[number].slug == NULL)
        return "unknown";
    return ROWS[number].slug;
}

enum rail_number rail_for(enum method method, bool is_live)
{
    const enum flow flow = method_row(method)->flow;
    for (int i = RAIL_NONE + 1; i < RAILS; i++)
        if ((ROWS[i].flow == FLOW_ANY || ROWS[i].flow == flow) &&
            ROWS[i].world == (is_live ? WORLD_LIVE : WORLD_TEST))
            return (enum rail_number)i;
    return RAIL_NONE;
}

static bool is_refusal(enum err code)
{
    return code > E_OK && code < E_COUNT && err_class_of(code) == ERR_RAIL;
}

enum err rail_refusal_read(str wire, enum err other)
{
    for (int i = E_OK + 1; i < E_COUNT; i++)
        if (is_refusal((enum err)i) && str_is(wire, err_wire((enum err)i)))
            return (enum err)i;
    return other;
}

/* a is what a rail says: it may be anything. */
static bool is_same_money(money a, money b)
{
    int order;
    return money_is_valid(a) && money_compare(a, b, &order).code == E_OK && order == 0;
}

/* A void releases all there is; a prepaid number may be worth less than was asked. */
static bool is_as_asked(const struct rail_call *call, money approved)
{
    int order;
    if (call->op == RAIL_REDEEM)
        return money_is_valid(approved) && approved.minor > 0 &&
               money_compare(approved, call->amount, &order).code == E_OK && order <= 0;
    return call->op == RAIL_VOID || is_same_money(approved, call->amount);
}

/* Takes an answer for what it is worth. */
static void weigh(const struct rail_call *call, struct rail_answer *answer)
{
    const bool is_ours = answer->reference.key == call->reference.key &&
                         answer->reference.salt == call->reference.salt;
    answer->heard = HEARD_NOTHING;
    answer->text[sizeof answer->text - 1] = '\0';
    answer->details[sizeof answer->details - 1] = '\0';
    if (answer->outcome == RAIL_APPROVED && is_ours) {
        answer->heard = is_as_asked(call, answer->amount) ? HEARD_APPROVED : HEARD_OTHER;
    } else if (answer->outcome == RAIL_REFUSED && is_ours) {
        answer->heard = is_refusal(answer->refusal) ? HEARD_REFUSED : HEARD_NOTHING;
    } else if (answer->outcome == RAIL_NOT_FOUND && is_ours) {
        answer->heard = HEARD_NOT_FOUND;
    }
    if (answer->heard == HEARD_NOTHING || answer->heard == HEARD_OTHER)
        answer->outcome = RAIL_UNKNOWN;
    if (rail_says_voided(answer))
        answer->heard = HEARD_NOTHING; /* after an approval as well */
}

void rail_send(struct rail *rail, const struct rail_call *call, struct rail_answer *ret)
{
    const int64_t begun_us = clock_ticks_us();
    *ret = (struct rail_answer){0};
    rail->functions->call(rail, call, ret);
    weigh(call, ret);
    if (ret->outcome == RAIL_NOT_FOUND) /* an answer to an inquiry only */
        *ret = (struct rail_answer){.outcome = RAIL_UNKNOWN};
    rail_count(rail, call->op, ret, begun_us);
}

void rail_visit(struct rail *rail, const struct rail_call *call, bool is_last,
                struct rail_answer *ret)
{
    const int64_t begun_us = clock_ticks_us();
    *ret = (struct rail_answer){0};
    rail->functions->visit(rail, call, is_last, ret);
    weigh(call, ret);
    rail_count(rail, RAIL_OP_NONE, ret, begun_us);
}

void rail_inquire(struct rail *rail, const struct rail_call *call, struct rail_answer *ret)
{
    const int64_t begun_us = clock_ticks_us();
    *ret = (struct rail_answer){0};
    rail->functions->inquire(rail, call, ret);
    weigh(call, ret);
    rail_count(rail, RAIL_OP_NONE, ret, begun_us);
}
