/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/simulator.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/heap.h"
#include "rails/simulator_books.h"
#include "rails/simulator_details.h"
#include "rails/simulator_secret.h"

enum { DELAY_MS_MAX = RAIL_CALL_MS_MAX, SILENT_INQUIRIES = 3, ARENA_BYTES_MAX = 65536 };

struct simulator {
    struct rail rail; /* first: a struct rail * is a struct simulator * */
    struct arena *arena;
    struct simulator_books *books;
};

/* Test cards that are refused (komoju-core 16). */
static const struct {
    const char *number;
    enum err refusal;
} DECLINES[] = {
    {"4123111111111000", E_INSUFFICIENT_FUNDS},     {"4123111111111018", E_EXCEEDS_LIMIT},
    {"4123111111111034", E_BAD_VERIFICATION_VALUE}, {"4123111111111042", E_CARD_EXPIRED},
    {"4123111111111059", E_CARD_DECLINED},          {"4123111111111067", E_OTHER_INVALID},
    {"4123111111111075", E_INVALID_NUMBER},
};

struct scenario {
    enum err refusal; /* E_OK: as the card decides */
    bool is_undone;   /* nothing happens, and nobody answers */
    bool is_unanswered;
    bool is_other_amount, is_other_currency; /* than was asked for, in the books and the answer */
    int64_t silent;
    bool has_delay;
    int64_t delay_ms;
};

static const struct {
    const char *text;
    struct scenario scenario;
} SCENARIOS[] = {
    {"timeout", {.is_unanswered = true}},
    {"timeout_before", {.is_undone = true}},
    {"timeout_long", {.is_unanswered = true, .silent = SILENT_INQUIRIES}},
    {"garbage", {.refusal = E_BAD_GATEWAY}},
    {"wrong_amount", {.is_other_amount = true}},
    {"wrong_currency", {.is_other_currency = true}},
};

static struct scenario scenario_read(str text)
{
    static const str DELAY = {"delay:", 6};
    if (text.at == NULL || text.bytes == 0)
        return (struct scenario){0};
    for (size_t i = 0; i < COUNT(SCENARIOS); i++)
        if (str_is(text, SCENARIOS[i].text))
            return SCENARIOS[i].scenario;
    int64_t ms;
    if (str_starts(text, DELAY.at) &&
        str_i64((str){text.at + DELAY.bytes, text.bytes - DELAY.bytes}, &ms) && ms >= 0)
        return (struct scenario){.has_delay = true,
                                 .delay_ms = ms < DELAY_MS_MAX ? ms : DELAY_MS_MAX};
    return (struct scenario){.refusal = rail_refusal_read(text, E_OK)};
}

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static void answer(struct rail_answer *ret, enum rail_outcome outcome, enum err refusal,
                   const char *text)
{
    const size_t bytes = strnlen(text, sizeof ret->text - 1);
    ret->outcome = outcome;
    ret->refusal = refusal;
    memcpy(ret->text, text, bytes);
}

/* Starts every answer: empty, about this reference. */
static void about(struct rail_answer *ret, id reference)
{
    *ret = (struct rail_answer){.reference = reference};
}

/* A voided operation reads to the client as one that was not made in time. */
static void answer_entry(struct rail_answer *ret, const struct sim_entry *entry)
{
    ret->amount = entry->amount;
    if (entry->state == SIM_APPROVED)
        answer(ret, RAIL_APPROVED, E_OK, "approved");
    else if (entry->state == SIM_REFUSED)
        answer(ret, RAIL_REFUSED, entry->refusal, err_wire(entry->refusal));
    else if (entry->state == SIM_VOIDED)
        answer(ret, RAIL_REFUSED, E_GATEWAY_TIMEOUT, "voided");
    else
        answer(ret, RAIL_NOT_FOUND, E_OK, "unknown reference");
}

/* A wallet whose owner has taken the consent back; one that is no longer remembered stands. */
static result wallet_refusal(struct simulator *sim, const struct rail_call *call, enum err *ret)
{
    struct sim_entry consent;
    TRY(sim->books->functions->find(sim->books, call->consent, &consent));
    *ret = consent.state == SIM_VOIDED ? E_INVALID_USER_KEY : E_OK;
    return OK;
}

static enum err card_refusal(const struct card_secret *card)
{
    if (card == NULL)
        return E_INVALID_NUMBER;
    const size_t digits = strnlen(card->number, sizeof card->number);
    if (digits < CARD_NUMBER_MIN || digits > CARD_NUMBER_MAX ||
        strspn(card->number, "0123456789") != digits)
        return E_INVALID_NUMBER;
    for (size_t i = 0; i < COUNT(DECLINES); i++)
        if (strcmp(card->number, DECLINES[i].number) == 0)
            return DECLINES[i].refusal;
    return E_OK;
}

static result original_refusal(struct simulator *sim, id original, enum err *ret)
{
    struct sim_entry entry;
    TRY(sim->books->functions->find(sim->books, original, &entry));
    if (entry.state == SIM_REFUSED || entry.state == SIM_VOIDED)
        *ret = E_REQUEST_FAILED;
    return OK;
}

/* The parts of a refund are refunded together, and are the whole of it. */
static result originals_refusal(struct simulator *sim, const struct rail_call *call, enum err *ret)
{
    int64_t sum_minor = 0;
    if (call->part_count == 0)
        return original_refusal(sim, call->original, ret);
    for (size_t i = 0; i < call->part_count; i++) {
        TRY(original_refusal(sim, call->parts[i].reference, ret));
        sum_minor += call->parts[i].amount.minor;
    }
    if (sum_minor != call->amount.minor)
        *ret = E_REQUEST_FAILED;
    return OK;
}

/* E_OK to approve, of the amount or less. What it no longer remembers is taken at the caller's
 * word. */
static result refusal_of(struct simulator *sim, const struct rail_call *call, enum err *ret,
                         int64_t *amount_minor)
{
    *ret = E_OK;
    switch (call->op) {
    case RAIL_AUTHORIZE:
    case RAIL_CHARGE:
        if (call->consent.key != 0)
            return wallet_refusal(sim, call, ret);
        if (call->method != METHOD_NONE && method_row(call->method)->flow != FLOW_CARD)
            return simulator_login(call, ret);
        *ret = card_refusal(call->card);
        return OK;
    case RAIL_REDEEM:
        return simulator_redeem(call, amount_minor, ret);
    case RAIL_CAPTURE:
    case RAIL_REFUND:
        return originals_refusal(sim, call, ret);
    case RAIL_VOID:
    case RAIL_REGISTER:
        return OK;
    case RAIL_OP_NONE:
    case RAIL_OPS:
        break;
    }
    *ret = E_REQUEST_FAILED;
    return OK;
}

/* ---- customers who pay elsewhere ------------------------------------------------------------- */

/* Under which reference the books have what the customer of a registration has done. */
static id visit_of(id registration)
{
    static const int64_t VISIT_SALT = INT64_C(0x3c3c3c3c3c3c3c3c);
    return (id){.key = registration.key, .salt = registration.salt ^ VISIT_SALT};
}

static bool has_visit(const struct rail_call *call)
{
    if (call->method == METHOD_NONE)
        return false;
    const enum flow flow = method_row(call->method)->flow;
    return flow == FLOW_SLIP || flow == FLOW_OFFSITE;
}

/* Before a void: nobody comes any more, and what was paid goes back. */
static result void_visit(struct simulator *sim, const struct rail_call *call)
{
    const struct sim_entry entry = {
        .reference = visit_of(call->reference), .state = SIM_APPROVED, .amount = call->amount};
    const id visit = visit_of(call->original);
    const struct sim_ids voids = {.at = &visit, .count = 1};
    struct sim_entry stands;
    return sim->books->functions->put(sim->books, &entry, voids, &stands);
}

static result enter_visit(struct simulator *sim, const struct rail_call *call, enum err refusal,
                          struct sim_entry *ret)
{
    const struct sim_entry entry = {
        .reference = visit_of(call->reference),
        .state = refusal == E_OK ? SIM_APPROVED : SIM_REFUSED,
        .amount = call->amount,
        .refusal = refusal,
    };
    return sim->books->functions->put(sim->books, &entry, (struct sim_ids){0}, ret);
}

static void answer_visit(const struct rail_call *call, result r, const struct sim_entry *entry,
                         struct rail_answer *ret)
{
    about(ret, call->reference);
    if (r.code == E_OK)
        answer_entry(ret, entry);
    else
        answer(ret, RAIL_UNKNOWN, E_OK, "the books are away");
}

static void simulator_ask_visit(struct rail *self, const struct rail_call *call, bool is_last,
                                struct rail_answer *ret)
{
    struct simulator *sim = (struct simulator *)self;
    struct sim_entry entry = {0};
    const id visit = visit_of(call->reference);
    const result r = is_last ? enter_visit(sim, call, E_GATEWAY_TIMEOUT, &entry)
                             : sim->books->functions->find(sim->books, visit, &entry);
    answer_visit(call, r, &entry, ret);
}

/* ---- operations ------------------------------------------------------------------------------ */

/* Less than was asked is nothing wrong with a prepaid number. */
static money amount_of(const struct rail_call *call, const struct scenario *scenario,
                       int64_t amount_minor)
{
    money amount = {.minor = amount_minor, .cur = call->amount.cur};
    if (scenario->is_other_amount && call->op == RAIL_REDEEM)
        amount.minor = call->amount.minor + 1;
    else if (scenario->is_other_amount)
        amount.minor = amount.minor > 1 ? amount.minor - 1 : 2;
    if (scenario->is_other_currency)
        amount.cur = amount.cur == CUR_JPY ? CUR_USD : CUR_JPY;
    return amount;
}

/* Voids the original, or all parts of it, in one step. */
static result put_void(struct simulator *sim, const struct rail_call *call,
                       const struct sim_entry *entry, struct sim_entry *ret)
{
    struct sim_ids voids = {.at = &call->original, .count = call->original.key != 0};
    id *ids = NULL;
    if (call->part_count > 0) {
        ids = heap_new(call->part_count * sizeof *ids);
        if (ids == NULL)
            return E_NO_MEMORY;
        for (size_t i = 0; i < call->part_count; i++)
            ids[i] = call->parts[i].reference;
        voids = (struct sim_ids){.at = ids, .count = call->part_count};
    }
    const result r = sim->books->functions->put(sim->books, entry, voids, ret);
    heap_free(ids);
    return r;
}

/* First time this reference is seen. */
static result act(struct simulator *sim, const struct rail_call *call,
                  const struct scenario *scenario, struct rail_answer *ret)
{
    if (scenario->is_undone) {
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
        return OK;
    }
    enum err refusal = scenario->refusal;
    int64_t amount_minor = call->amount.minor;
    if (refusal == E_OK)
        TRY(refusal_of(sim, call, &refusal, &amount_minor));
    const struct sim_entry entry = {
        .reference = call->reference,
        .state = refusal == E_OK ? SIM_APPROVED : SIM_REFUSED,
        .amount = amount_of(call, scenario, amount_minor),
        .refusal = refusal,
        .silent = scenario->silent,
    };
    if (call->op == RAIL_VOID && refusal == E_OK && has_visit(call))
        TRY(void_visit(sim, call));
    struct sim_entry stands;
    if (call->op == RAIL_VOID && refusal == E_OK)
        TRY(put_void(sim, call, &entry, &stands));
    else
        TRY(sim->books->functions->put(sim->books, &entry, (struct sim_ids){0}, &stands));
    answer_entry(ret, &stands);
    if (scenario->is_unanswered)
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
    return OK;
}

static bool simulator_is_instant(const struct rail *self, const struct rail_call *call)
{
    const struct simulator *sim = (const struct simulator *)self;
    return !sim->books->is_remote && !scenario_read(call->scenario).has_delay;
}

static result send(struct simulator *sim, const struct rail_call *call,
                   const struct scenario *scenario, struct rail_answer *ret)
{
    struct sim_entry seen;
    TRY(sim->books->functions->find(sim->books, call->reference, &seen));
    if (seen.state == SIM_NONE)
        return act(sim, call, scenario, ret);
    answer_entry(ret, &seen);
    return OK;
}

/* Books that cannot be reached leave the outcome unknown, whatever had been found by then. */
static void simulator_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    struct simulator *sim = (struct simulator *)self;
    const struct scenario scenario = scenario_read(call->scenario);
    wait_ms(scenario.delay_ms);
    about(ret, call->reference);
    if (send(sim, call, &scenario, ret).code != E_OK) {
        about(ret, call->reference);
        answer(ret, RAIL_UNKNOWN, E_OK, "the books are away");
    }
    simulator_details(call, ret);
}

static void simulator_inquire(struct rail *self, const struct rail_call *call,
                              struct rail_answer *ret)
{
    const id reference = call->reference;
    struct simulator *sim = (struct simulator *)self;
    struct sim_entry entry;
    about(ret, reference);
    if (sim->books->functions->ask(sim->books, reference, &entry).code != E_OK)
        answer(ret, RAIL_UNKNOWN, E_OK, "the books are away");
    else if (entry.silent > 0)
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
    else
        answer_entry(ret, &entry);
    simulator_details(call, ret);
}

static void simulator_close(struct rail *self)
{
    struct simulator *sim = (struct simulator *)self;
    sim->books->functions->close(sim->books);
    arena_free(sim->arena);
}

static const struct rail_functions FUNCTIONS = {
    .is_instant = simulator_is_instant,
    .call = simulator_call,
    .inquire = simulator_inquire,
    .visit = simulator_ask_visit,
    .close = simulator_close,
};

void simulator_visit(struct rail *rail, const struct rail_call *call, enum err refusal,
                     struct rail_answer *ret)
{
    struct sim_entry entry = {0};
    *ret = (struct rail_answer){.outcome = RAIL_UNKNOWN};
    if (rail == NULL || rail->functions != &FUNCTIONS)
        return;
    const result r = enter_visit((struct simulator *)rail, call, refusal, &entry);
    answer_visit(call, r, &entry, ret);
}

/* Takes the books over, also when it fails. */
static result open_with(struct simulator_books *books, struct rail **ret)
{
    struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct simulator *sim = arena != NULL ? ARENA_NEW(arena, struct simulator) : NULL;
    if (sim == NULL) {
        arena_free(arena);
        books->functions->close(books);
        return E_NO_MEMORY;
    }
    sim->rail = (struct rail){.functions = &FUNCTIONS, .number = RAIL_SIMULATOR};
    sim->arena = arena;
    sim->books = books;
    *ret = &sim->rail;
    return OK;
}

result simulator_open(const char *path, struct rail **ret)
{
    struct simulator_books *books;
    assert(ret != NULL);
    TRY(simulator_file_open(path, &books));
    return open_with(books, ret);
}

result simulator_open_shared(const char *url, struct rail **ret)
{
    struct simulator_books *books;
    assert(ret != NULL);
    TRY(simulator_postgres_open(url, &books));
    return open_with(books, ret);
}
