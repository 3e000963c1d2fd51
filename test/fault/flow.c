/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock_set.h"
#include "app/payment_actions.h"
#include "app/payment_create.h"
#include "app/payment_expire.h"
#include "app/token.h"
#include "app/transfer.h"

enum { TRIES_MAX = 2 };

#define SPLIT .lines = {{600, 60}, {400, 40}}
const struct money_flow FLOW_LIST[] = {
    {"charge_with_split",
     {{.act = ACT_CHARGE, .amount_minor = 1000, SPLIT},
      {.act = ACT_CHARGE, .key = 1, .amount_minor = 1000, SPLIT},  /* the same answer */
      {.act = ACT_CHARGE, .key = 1, .amount_minor = 999, SPLIT}}}, /* another request: refused */
    {"authorize_then_capture",
     {{.act = ACT_AUTHORIZE, .amount_minor = 1000}, {.act = ACT_CAPTURE, .of = 0, SPLIT}}},
    {"capture_a_part",
     {{.act = ACT_AUTHORIZE, .amount_minor = 1000},
      {.act = ACT_CAPTURE, .of = 0, .amount_minor = 700, .lines = {{700, 70}}}}},
    {"cancel", {{.act = ACT_AUTHORIZE, .amount_minor = 1000}, {.act = ACT_CANCEL, .of = 0}}},
    {"refund_along_the_split",
     {{.act = ACT_CHARGE, .amount_minor = 1000, SPLIT}, {.act = ACT_REFUND, .of = 0}}},
    {"refund_against_the_split",
     {{.act = ACT_CHARGE, .amount_minor = 1000, SPLIT},
      {.act = ACT_REFUND, .of = 0, .amount_minor = 300, .lines = {{0}, {290, 10}}},
      {.act = ACT_REFUND, .of = 0, .amount_minor = 200, .lines = {{200, 0}}}}},
    {"chargeback",
     {{.act = ACT_CHARGE, .amount_minor = 1000, SPLIT},
      {.act = ACT_OPEN_CASE, .of = 0},
      {.act = ACT_LOSE_CASE, .of = 0}}},
    {"transfer_both_ways",
     {{.act = ACT_SEND, .amount_minor = 500}, {.act = ACT_SEND_BACK, .amount_minor = 300}}},
    {"expiry",
     {{.act = ACT_AUTHORIZE, .amount_minor = 1000},
      {.act = ACT_PASS_TIME},
      {.act = ACT_EXPIRE, .of = 0}}},
    {"token",
     {{.act = ACT_MAKE_TOKEN},
      {.act = ACT_USE_TOKEN, .of = 0, .amount_minor = 1000, SPLIT},
      {.act = ACT_USE_TOKEN, .of = 0, .amount_minor = 1000, SPLIT}}}, /* used: refused */
    {"an_answer_that_was_lost",
     {{.act = ACT_CHARGE, .amount_minor = 1000, SPLIT, .scenario = "timeout"},
      {.act = ACT_REFUND, .of = 0, .scenario = "timeout"}}},
};
const int FLOW_COUNT = (int)COUNT(FLOW_LIST);

int flow_length(const struct money_flow *flow)
{
    int length = 0;
    while (length < STEPS_MAX && flow->steps[length].act != ACT_NONE)
        length++;
    return length;
}

/* ---- commands -------------------------------------------------------------------------------- */

static const struct card_secret CARD = {
    .number = "4111111111111111", .verification_value = "123", .month = 12, .year = 2035};
#define DETAILS S("{\"type\":\"credit_card\",\"last_four_digits\":\"1111\"}")

static struct platform_details details_of(const struct scene *scene, const struct step *step,
                                          struct arena *arena)
{
    struct platform_line *lines = ARENA_ARRAY(arena, struct platform_line, SUBS);
    size_t count = 0;
    for (int i = 0; i < SUBS; i++)
        if (step->lines[i].amount_minor > 0)
            lines[count++] = (struct platform_line){true,
                                                    true,
                                                    true,
                                                    scene->subs[i],
                                                    step->lines[i].amount_minor,
                                                    step->lines[i].fee_minor};
    const bool is_present = count > 0 || step->act == ACT_AUTHORIZE;
    return (struct platform_details){
        .is_present = is_present, .has_lines = count > 0, .lines = lines, .line_count = count};
}

static struct command *create(struct scene *scene, const struct step *step, id token,
                              struct arena *arena)
{
    struct payment_create *in = ARENA_NEW(arena, struct payment_create);
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_create_init(in);
    in->amount_minor = step->amount_minor;
    in->currency = CUR_JPY;
    in->tax.has_platform_details = true;
    in->is_captured = step->act != ACT_AUTHORIZE;
    in->platform = details_of(scene, step, arena);
    in->method = METHOD_CREDIT_CARD;
    in->card = CARD;
    in->details = DETAILS;
    in->is_token = step->act == ACT_USE_TOKEN;
    in->token = token;
    in->locale = LOCALE_JA;
    in->scenario = str_of(step->scenario);
    return &in->p.c;
}

static struct command *capture(struct scene *scene, const struct step *step, id payment,
                               struct arena *arena)
{
    struct payment_capture *in = ARENA_NEW(arena, struct payment_capture);
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_capture_init(in);
    in->p.id = payment;
    in->request.has_amount = step->amount_minor > 0;
    in->request.amount_minor = step->amount_minor;
    in->platform = details_of(scene, step, arena);
    return &in->p.c;
}

static struct command *cancel(struct scene *scene, id payment, struct arena *arena)
{
    struct payment_cancel *in = ARENA_NEW(arena, struct payment_cancel);
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_cancel_init(in);
    in->p.id = payment;
    return &in->p.c;
}

static struct command *refund(struct scene *scene, const struct step *step, id payment,
                              struct arena *arena)
{
    struct payment_refund *in = ARENA_NEW(arena, struct payment_refund);
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_refund_init(in);
    in->p.id = payment;
    in->has_amount = step->amount_minor > 0;
    in->amount_minor = step->amount_minor;
    in->platform = details_of(scene, step, arena);
    in->scenario = str_of(step->scenario);
    return &in->p.c;
}

static struct command *happen(struct scene *scene, const struct step *step, id payment,
                              struct arena *arena)
{
    struct payment_happen *in = ARENA_NEW(arena, struct payment_happen);
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_happen_init(in);
    in->p.id = payment;
    in->happening =
        step->act == ACT_OPEN_CASE ? HAPPENING_CHARGEBACK_OPENED : HAPPENING_CHARGEBACK_LOST;
    return &in->p.c;
}

static struct command *transfer_of(struct scene *scene, const struct step *step,
                                   struct arena *arena)
{
    struct transfer_create *in = ARENA_NEW(arena, struct transfer_create);
    command_init(&in->c, &scene->app, arena, scene->tenant);
    transfer_create_init(in);
    in->sender = step->act == ACT_SEND ? scene->root : scene->subs[0];
    in->receiver = step->act == ACT_SEND ? scene->subs[0] : scene->root;
    in->currency = CUR_JPY;
    in->amount_minor = step->amount_minor;
    return &in->c;
}

static struct command *pass_time(struct scene *scene, struct arena *arena)
{
    struct clock_set *in = ARENA_NEW(arena, struct clock_set);
    command_init(&in->c, &scene->app, arena, scene->tenant);
    clock_set_init(in);
    in->has_advance = true;
    in->advance_s = 100 * S_PER_DAY;
    return &in->c;
}

static struct command *token(struct scene *scene, struct arena *arena)
{
    struct token_create *in = ARENA_NEW(arena, struct token_create);
    command_init(&in->c, &scene->app, arena, scene->tenant);
    token_create_init(in);
    in->merchant = scene->tenant;
    in->method = METHOD_CREDIT_CARD;
    in->card = CARD;
    in->details = DETAILS;
    in->scrubbed = S("{}");
    return &in->c;
}

static struct command *command_of(struct scene *scene, const struct step *step, id of,
                                  struct arena *arena)
{
    switch (step->act) {
    case ACT_CHARGE:
    case ACT_AUTHORIZE:
    case ACT_USE_TOKEN:
        return create(scene, step, of, arena);
    case ACT_CAPTURE:
        return capture(scene, step, of, arena);
    case ACT_CANCEL:
        return cancel(scene, of, arena);
    case ACT_REFUND:
        return refund(scene, step, of, arena);
    case ACT_OPEN_CASE:
    case ACT_LOSE_CASE:
        return happen(scene, step, of, arena);
    case ACT_SEND:
    case ACT_SEND_BACK:
        return transfer_of(scene, step, arena);
    case ACT_PASS_TIME:
        return pass_time(scene, arena);
    case ACT_MAKE_TOKEN:
        return token(scene, arena);
    case ACT_NONE:
    case ACT_EXPIRE:
    case ACTS:
        break;
    }
    abort();
}

/* ---- playing --------------------------------------------------------------------------------- */

static uint64_t hash_of(const struct buf *body)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < body->bytes; i++)
        hash = (hash ^ (unsigned char)body->at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static id made_by(const struct command *c)
{
    static const char *const MARKS[] = {"{\"id\":\"", "\"id\":\"tok_"};
    id made = {0};
    for (size_t i = 0; i < COUNT(MARKS) && made.key == 0 && c->body.bytes > 0; i++) {
        const size_t bytes = strlen(MARKS[i]);
        const char *at = memmem(c->body.at, c->body.bytes, MARKS[i], bytes);
        if (at != NULL)
            (void)id_read((str){at + bytes, ID_TEXT_BYTES - 1}, &made);
    }
    return made;
}

static void set_key(struct command *c, const struct money_flow *flow, int index)
{
    const struct step *step = &flow->steps[index];
    const int key = step->key == 0 ? index : step->key - 1;
    c->has_key = true;
    idem_hash_key(str_of(arena_printf(c->arena, "%s-%d", flow->name, key)), c->key_hash);
    c->fingerprint = (int64_t)step->act * 1000000 + step->amount_minor;
}

static void ended(void *context)
{
    *(bool *)context = true;
}

/* The job has no answer: the client looks at the payment. */
static void expire(struct scene *scene, id payment, struct told *told)
{
    bool has_ended = false;
    payment_expire_start(&scene->app, scene->tenant, payment.key, ended, &has_ended);
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment p;
    struct db *db = store_read_begin(scene->app.store);
    const result r = payment_read_key(db, scene->tenant, payment.key, arena, &p);
    store_read_end(scene->app.store, db);
    told->is_answered = told->is_unsure = has_ended;
    told->code = r.code != E_OK ? E_STORE : p.status == PAY_EXPIRED ? E_OK : E_STORE_BUSY;
    told->http_status = err_http(told->code);
    arena_free(arena);
}

/* Refusals that say that nothing was changed. */
static bool says_nothing_changed(enum err code)
{
    return code == E_STORE_FULL || code == E_STORE_BUSY || code == E_OVERLOADED ||
           code == E_SHUTTING_DOWN;
}

bool told_is_final(const struct told *told)
{
    return told->is_answered && told->http_status < 500 && err_class_of(told->code) != ERR_BUSY;
}

bool told_is_refused(const struct told *told)
{
    return told->is_answered && !told->is_unsure && says_nothing_changed(told->code);
}

static void ask(struct scene *scene, const struct money_flow *flow, int index, struct told *told)
{
    const struct step *step = &flow->steps[index];
    struct told *ret = &told[index];
    const bool was_refused = ret->is_answered && says_nothing_changed(ret->code);
    ret->is_answered = false;
    ret->is_asked = true;
    ret->tries++;
    if (step->act == ACT_EXPIRE) {
        expire(scene, told[step->of].made, ret);
        return;
    }
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct command *c = command_of(scene, step, told[step->of].made, arena);
    set_key(c, flow, index);
    if (!scene_run(scene, c)) {
        (void)found(scene, "step %d of %s was never answered", index + 1, flow->name);
        return; /* it is still somebody's */
    }
    ret->code = c->outcome.code;
    ret->http_status = c->http_status;
    ret->body_hash = hash_of(&c->body);
    ret->made = made_by(c);
    ret->is_answered = true;
    if (was_refused && ret->code == E_IDEMPOTENCY_IN_FLIGHT)
        (void)found(scene, "step %d was refused with nothing changed, and is under way", index + 1);
    ret->is_unsure = ret->is_unsure || !(told_is_final(ret) || says_nothing_changed(ret->code));
    ret->is_late = ret->http_status == 200 && disk_failures(scene->disk) > 0;
    command_done(c);
    arena_free(arena);
}

void flow_play(struct scene *scene, const struct money_flow *flow, struct told *told,
               void (*after)(struct scene *scene, int step))
{
    const int length = flow_length(flow);
    for (int i = 0; i < length; i++) {
        do
            ask(scene, flow, i, told);
        while (!told_is_final(&told[i]) && told[i].tries < TRIES_MAX);
        if (!told_is_final(&told[i]))
            return;
        if (after != NULL)
            after(scene, i);
    }
}
