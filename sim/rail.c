/* SPDX-License-Identifier: Apache-2.0 */
#include "rail.h"

#include <assert.h>

static struct rail_entry *entry_of(struct sim_rail *rail, id reference)
{
    for (int i = rail->count; i-- > 0;)
        if (rail->entries[i].reference.key == reference.key &&
            rail->entries[i].reference.salt == reference.salt)
            return &rail->entries[i];
    return NULL;
}

const struct rail_entry *sim_rail_find(const struct sim_rail *rail, id reference)
{
    for (int i = rail->count; i-- > 0;)
        if (rail->entries[i].reference.key == reference.key &&
            rail->entries[i].reference.salt == reference.salt)
            return &rail->entries[i];
    return NULL;
}

static struct rail_entry *entry_new(struct sim_rail *rail, id reference)
{
    assert(rail->count < RAIL_ENTRIES_MAX);
    struct rail_entry *entry = &rail->entries[rail->count++];
    *entry = (struct rail_entry){.reference = reference};
    return entry;
}

static void breach(struct sim_rail *rail, const char *what)
{
    if (rail->breach == NULL)
        rail->breach = what;
}

/* ---- the books ------------------------------------------------------------------------------ */

static void do_capture(struct sim_rail *rail, struct rail_entry *original, int64_t minor)
{
    if (original == NULL || original->op != RAIL_AUTHORIZE || original->state != ENTRY_APPROVED)
        breach(rail, "a capture without an open authorization");
    else if (original->captured_minor != 0)
        breach(rail, "an authorization was captured twice");
    else if (minor > original->amount.minor)
        breach(rail, "a capture above the authorization");
    else
        original->captured_minor = minor;
}

static void do_refund(struct sim_rail *rail, struct rail_entry *original, int64_t minor)
{
    if (original == NULL || original->state != ENTRY_APPROVED)
        breach(rail, "a refund of nothing");
    else if (original->refunded_minor + minor > original->captured_minor)
        breach(rail, "refunds above what was captured");
    else
        original->refunded_minor += minor;
}

/* An original that was never heard of is marked, so that it is refused when it comes late. */
static void do_void(struct sim_rail *rail, id reference)
{
    struct rail_entry *original = entry_of(rail, reference);
    if (original == NULL)
        original = entry_new(rail, reference);
    if (original->state == ENTRY_REFUSED || original->state == ENTRY_VOIDED)
        return;
    if (original->op == RAIL_AUTHORIZE && original->captured_minor != 0)
        breach(rail, "a captured authorization was voided");
    original->state = ENTRY_VOIDED;
    original->captured_minor = 0;
}

static void carry_out(struct sim_rail *rail, const struct rail_call *call, struct rail_entry *entry)
{
    struct rail_entry *original = entry_of(rail, call->original);
    if (call->op == RAIL_CHARGE)
        entry->captured_minor = call->amount.minor;
    else if (call->op == RAIL_CAPTURE)
        do_capture(rail, original, call->amount.minor);
    else if (call->op == RAIL_REFUND)
        do_refund(rail, original, call->amount.minor);
    else if (call->op == RAIL_VOID)
        do_void(rail, call->original);
    if (original != NULL && original->state == ENTRY_APPROVED && call->op != RAIL_VOID &&
        original->amount.cur != call->amount.cur)
        breach(rail, "another currency than the original's");
}

/* ---- the answers ---------------------------------------------------------------------------- */

static void answer(struct rail_entry *entry, struct rail_answer *ret)
{
    *ret = (struct rail_answer){.outcome = RAIL_UNKNOWN};
    if (entry->silent > 0) {
        entry->silent--;
    } else if (entry->state == ENTRY_APPROVED) {
        ret->outcome = RAIL_APPROVED;
    } else if (entry->state == ENTRY_REFUSED) {
        *ret = (struct rail_answer){.outcome = RAIL_REFUSED, .refusal = E_CARD_DECLINED};
    } else if (entry->state == ENTRY_VOIDED) {
        *ret = (struct rail_answer){.outcome = RAIL_REFUSED, .refusal = E_GATEWAY_TIMEOUT};
    } else {
        ret->outcome = RAIL_NOT_FOUND;
    }
    ret->reference = entry->reference;
    ret->amount = entry->amount;
}

static void keep(struct rail_entry *entry, const struct rail_answer *given)
{
    if (entry->answer_count == RAIL_ANSWERS_MAX) { /* nobody asks for these */
        entry->answer_first = (entry->answer_first + 1) % RAIL_ANSWERS_MAX;
        entry->answer_count--;
    }
    entry->answers[(entry->answer_first + entry->answer_count++) % RAIL_ANSWERS_MAX] = *given;
}

bool sim_rail_take(struct sim_rail *rail, id reference, struct rail_answer *ret)
{
    struct rail_entry *entry = entry_of(rail, reference);
    if (entry == NULL || entry->answer_count == 0)
        return false;
    *ret = entry->answers[entry->answer_first];
    entry->answer_first = (entry->answer_first + 1) % RAIL_ANSWERS_MAX;
    entry->answer_count--;
    return true;
}

/* The script: what becomes of it, and how many answers are lost (the first is the call's own). */
static enum entry_state read_script(struct sim_rail *rail, str script, int *ret_silent)
{
    *ret_silent = 0;
    if (script.at == NULL) {
        if (dice_chance(&rail->dice, 30))
            *ret_silent = (int)dice_between(&rail->dice, 1, 3);
        return ENTRY_APPROVED;
    }
    if (str_is(script, "refuse"))
        return ENTRY_REFUSED;
    const bool is_lost = str_starts(script, "lost:"), is_never = str_starts(script, "never:");
    if (is_lost || is_never)
        *ret_silent = 1 + (script.at[script.bytes - 1] - '0');
    return is_never ? ENTRY_NEVER : ENTRY_APPROVED;
}

static bool sim_is_instant(const struct rail *self, const struct rail_call *call)
{
    (void)self, (void)call;
    return true;
}

static void sim_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    struct sim_rail *rail = (struct sim_rail *)self;
    struct rail_entry *entry = entry_of(rail, call->reference);
    rail->calls++;
    if (entry == NULL) {
        entry = entry_new(rail, call->reference);
        entry->op = call->op;
        entry->original = call->original;
        entry->amount = call->amount;
        entry->state = read_script(rail, call->scenario, &entry->silent);
        if (entry->state == ENTRY_APPROVED)
            carry_out(rail, call, entry);
    }
    answer(entry, ret);
    keep(entry, ret);
}

static void sim_inquire(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    const id reference = call->reference;
    struct sim_rail *rail = (struct sim_rail *)self;
    struct rail_entry *entry = entry_of(rail, reference);
    rail->inquiries++;
    if (entry == NULL) {
        entry = entry_new(rail, reference);
        entry->state = ENTRY_NEVER;
    }
    answer(entry, ret);
    keep(entry, ret);
}

static void sim_close(struct rail *self)
{
    (void)self;
}

void sim_rail_init(struct sim_rail *rail, uint64_t seed)
{
    static const struct rail_functions FUNCTIONS = {
        .is_instant = sim_is_instant, .call = sim_call, .inquire = sim_inquire, .close = sim_close};
    rail->rail = (struct rail){.functions = &FUNCTIONS, .number = RAIL_SIMULATOR};
    dice_init(&rail->dice, seed);
}
