/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock_set.h"
#include "app/payment_create.h"
#include "app/token.h"
#include "app/transfer.h"

#define VISA_NUMBER "4111111111111111"
#define JCB_NUMBER  "3530111333300000"

/* The id of something that does not exist. */
static const id STRANGER = {.key = 12345, .salt = 6789};

uint64_t hash_bytes(const void *at, size_t bytes)
{
    uint8_t hash[crypto_generichash_BYTES_MIN];
    uint64_t value;
    (void)crypto_generichash(hash, sizeof hash, at, bytes, NULL, 0);
    memcpy(&value, hash, sizeof value);
    return value;
}

id wire_after(str body, const char *before)
{
    const size_t skip = strlen(before);
    const char *at = body.bytes == 0 ? NULL : memmem(body.at, body.bytes, before, skip);
    id found = {0};
    if (at != NULL && (size_t)(body.at + body.bytes - at) >= skip + ID_TEXT_BYTES - 1)
        (void)id_read((str){at + skip, ID_TEXT_BYTES - 1}, &found);
    return found;
}

/* ---- answers --------------------------------------------------------------------------------- */

void call_peek(struct call *call)
{
    const struct command *c = call->command;
    if (c == NULL)
        return;
    call->operation = c->operation.id;
    if (call->intent.kind == INTENT_CREATE)
        call->payment = ((const struct payment_create *)c)->p.payment.id;
    if (call->intent.kind == INTENT_TOKEN)
        call->token = wire_after(buf_view(&c->body), "\"id\":\"" TOKEN_PREFIX);
}

static void answered(struct command *c)
{
    struct call *call = c->context;
    const str body = buf_view(&c->body);
    call_peek(call);
    call->is_answered = true;
    call->code = c->outcome.code;
    call->status = c->http_status;
    call->body_hash = hash_bytes(body.at, body.bytes);
    const size_t bytes =
        body.bytes < sizeof call->body_start ? body.bytes : sizeof call->body_start - 1;
    if (bytes > 0)
        memcpy(call->body_start, body.at, bytes);
    call_abandon(call);
}

void call_abandon(struct call *call)
{
    if (call->command != NULL)
        command_done(call->command);
    call->command = NULL;
    arena_free(call->arena);
    call->arena = NULL;
}

void call_free(struct call *call)
{
    call_abandon(call);
    free(call);
}

bool call_failed(const struct call *call)
{
    return call->is_answered && err_is_of_store(call->code);
}

/* ---- commands -------------------------------------------------------------------------------- */

static id merchant_id(const struct oracle *model, int merchant)
{
    return merchant == NOBODY ? STRANGER : model->merchants[merchant].id;
}

static id payment_id(const struct oracle *model, const struct intent *in)
{
    id found = in->payment == NOBODY ? STRANGER : model->payments[in->payment].id;
    found.salt ^= in->is_salt_wrong;
    return found;
}

static struct platform_details details_of(const struct oracle *model, const struct intent *in,
                                          struct arena *arena)
{
    const struct intent_split *s = &in->split;
    struct platform_line *lines = ARENA_ARRAY(arena, struct platform_line, LINES_MAX);
    assert(lines != NULL);
    for (size_t i = 0; i < s->line_count; i++)
        lines[i] = (struct platform_line){
            .has_id = true,
            .has_amount = s->lines[i].has_amount,
            .has_platform_fee = s->lines[i].has_fee,
            .merchant = merchant_id(model, s->lines[i].merchant),
            .amount_minor = s->lines[i].amount_minor,
            .platform_fee_minor = s->lines[i].fee_minor,
        };
    return (struct platform_details){
        .is_present = s->is_present,
        .has_processing_merchant = s->has_processor,
        .has_lines = s->has_lines,
        .processing_merchant = s->has_processor ? merchant_id(model, s->processor) : (id){0},
        .lines = lines,
        .line_count = s->line_count,
    };
}

static struct card_secret card_of(enum card_brand brand)
{
    struct card_secret card = {.verification_value = "123", .month = 12, .year = 2040};
    const char *number = brand == BRAND_VISA ? VISA_NUMBER : JCB_NUMBER;
    memcpy(card.number, number, strlen(number));
    return card;
}

static str script_of(const struct intent *in)
{
    return in->script == NULL ? S("approve") : str_of(in->script);
}

static struct command *make_create(const struct oracle *model, const struct intent *in,
                                   struct arena *arena)
{
    struct payment_create *create = ARENA_NEW(arena, struct payment_create);
    assert(create != NULL);
    payment_create_init(create);
    create->amount_minor = in->amount_minor;
    create->currency = in->currency;
    create->tax = (struct tax_request){.has_tax = in->tax == INTENT_TAX_GIVEN,
                                       .tax_is_auto = in->tax == INTENT_TAX_AUTO,
                                       .tax_minor = in->tax_minor,
                                       .has_platform_details = in->split.is_present};
    create->is_captured = in->is_captured;
    create->platform = details_of(model, in, arena);
    create->is_token = in->token != NOBODY;
    create->method = METHOD_CREDIT_CARD;
    create->locale = LOCALE_JA;
    create->scenario = script_of(in);
    if (create->is_token) {
        create->token = model->tokens[in->token].id; /* its details are the token's */
    } else {
        create->card = card_of(in->brand);
        create->details = S("{\"type\":\"credit_card\"}");
    }
    if (in->order_num != 0)
        create->external_order_num = str_of(arena_printf(arena, "order-%d", in->order_num));
    return &create->p.c;
}

static struct command *make_capture(const struct oracle *model, const struct intent *in,
                                    struct arena *arena)
{
    struct payment_capture *capture = ARENA_NEW(arena, struct payment_capture);
    assert(capture != NULL);
    payment_capture_init(capture);
    capture->p.id = payment_id(model, in);
    capture->request = (struct capture_request){.has_amount = in->has_amount,
                                                .has_tax = in->tax == INTENT_TAX_GIVEN,
                                                .tax_is_auto = in->tax == INTENT_TAX_AUTO,
                                                .amount_minor = in->amount_minor,
                                                .tax_minor = in->tax_minor};
    capture->platform = details_of(model, in, arena);
    capture->scenario = script_of(in);
    return &capture->p.c;
}

static struct command *make_cancel(const struct oracle *model, const struct intent *in,
                                   struct arena *arena)
{
    struct payment_cancel *cancel = ARENA_NEW(arena, struct payment_cancel);
    assert(cancel != NULL);
    payment_cancel_init(cancel);
    cancel->p.id = payment_id(model, in);
    cancel->scenario = script_of(in);
    return &cancel->p.c;
}

static struct command *make_refund(const struct oracle *model, const struct intent *in,
                                   struct arena *arena)
{
    struct payment_refund *refund = ARENA_NEW(arena, struct payment_refund);
    assert(refund != NULL);
    payment_refund_init(refund);
    refund->p.id = payment_id(model, in);
    refund->has_amount = in->has_amount;
    refund->amount_minor = in->amount_minor;
    refund->platform = details_of(model, in, arena);
    refund->scenario = script_of(in);
    return &refund->p.c;
}

static struct command *make_happen(const struct oracle *model, const struct intent *in,
                                   struct arena *arena)
{
    struct payment_happen *happen = ARENA_NEW(arena, struct payment_happen);
    assert(happen != NULL);
    payment_happen_init(happen);
    happen->p.id = payment_id(model, in);
    happen->happening = in->happening;
    return &happen->p.c;
}

static struct command *make_update(const struct oracle *model, const struct intent *in,
                                   struct arena *arena)
{
    struct payment_update *update = ARENA_NEW(arena, struct payment_update);
    assert(update != NULL);
    payment_update_init(update);
    update->p.id = payment_id(model, in);
    update->has_description = true;
    update->description = str_of(arena_printf(arena, "changed %d", (int)in->fingerprint));
    return &update->p.c;
}

static struct command *make_transfer(const struct oracle *model, const struct intent *in,
                                     struct arena *arena)
{
    struct transfer_create *create = ARENA_NEW(arena, struct transfer_create);
    assert(create != NULL);
    transfer_create_init(create);
    create->sender = merchant_id(model, in->sender);
    create->receiver = merchant_id(model, in->receiver);
    create->currency = in->currency;
    create->amount_minor = in->amount_minor;
    return &create->c;
}

static struct command *make_token(const struct oracle *model, const struct intent *in,
                                  struct arena *arena)
{
    struct token_create *token = ARENA_NEW(arena, struct token_create);
    assert(token != NULL);
    token_create_init(token);
    token->merchant = model->merchants[model->tenants[in->tenant].root].id.key;
    token->method = METHOD_CREDIT_CARD;
    token->currency = in->currency;
    token->card = card_of(in->brand);
    token->details = S("{\"type\":\"credit_card\"}");
    token->scrubbed = S("{\"type\":\"credit_card\"}");
    return &token->c;
}

static struct command *make_clock(const struct oracle *model, const struct intent *in,
                                  struct arena *arena)
{
    struct clock_set *set = ARENA_NEW(arena, struct clock_set);
    (void)model;
    assert(set != NULL);
    clock_set_init(set);
    set->has_advance = true;
    set->advance_s = in->advance_s;
    return &set->c;
}

static const struct {
    const char *name;
    struct command *(*make)(const struct oracle *model, const struct intent *in,
                            struct arena *arena);
} KINDS[INTENT_KINDS] = {
    [INTENT_CREATE] = {"create", make_create},       [INTENT_CAPTURE] = {"capture", make_capture},
    [INTENT_CANCEL] = {"cancel", make_cancel},       [INTENT_REFUND] = {"refund", make_refund},
    [INTENT_HAPPEN] = {"happen", make_happen},       [INTENT_UPDATE] = {"update", make_update},
    [INTENT_TRANSFER] = {"transfer", make_transfer}, [INTENT_TOKEN] = {"token", make_token},
    [INTENT_CLOCK] = {"clock", make_clock},
};

static void key_hash_of(int key, uint8_t ret[IDEM_HASH_BYTES])
{
    idem_hash_key((str){(const char *)&key, sizeof key}, ret);
}

struct call *call_start(struct app *app, const struct oracle *model, const struct intent *intent,
                        int number)
{
    struct call *call = calloc(1, sizeof *call);
    assert(call != NULL);
    call->number = number;
    call->intent = *intent;
    call->arena = arena_new(PAYMENT_ARENA_BYTES);
    assert(call->arena != NULL);
    struct command *c = KINDS[intent->kind].make(model, intent, call->arena);
    const id root = model->merchants[model->tenants[intent->tenant].root].id;
    command_init(c, app, call->arena, root.key);
    c->has_key = intent->key != 0;
    key_hash_of(intent->key, c->key_hash);
    c->fingerprint = intent->fingerprint;
    c->answered = answered;
    c->context = call;
    call->command = c;
    command_run(c);
    return call;
}

/* ---- after a fault --------------------------------------------------------------------------- */

result call_read_fate(struct call *call, const struct oracle *model, struct db *db)
{
    const int64_t tenant = model->merchants[model->tenants[call->intent.tenant].root].id.key;
    uint8_t hash[IDEM_HASH_BYTES];
    struct rows rows;
    int64_t key = 0;
    key_hash_of(call->intent.key, hash);
    TRY(db_query(db, SQL_IDEMPOTENCY_GET, &rows, VI(tenant), VB(hash, IDEM_HASH_BYTES)));
    if (rows_next(&rows))
        key = row_i64(&rows, 1);
    TRY(rows_done(&rows));
    call->fate = FATE_ABSENT;
    if (key == 0)
        return OK;
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    struct operation o = {0};
    struct payment p = {0};
    result r = operation_get(db, tenant, key, arena, &o);
    if (r.code == E_OK && o.payment != 0)
        r = payment_read_key(db, tenant, o.payment, arena, &p);
    call->operation = o.id;
    call->payment = p.id;
    call->token = wire_after(o.body, "\"id\":\"" TOKEN_PREFIX);
    call->fate = o.state == OPERATION_SENT      ? FATE_SENT
                 : o.state == OPERATION_UNKNOWN ? FATE_UNKNOWN
                                                : FATE_DONE;
    arena_free(arena);
    return r;
}

const char *call_text(const struct call *call, struct arena *arena)
{
    const struct intent *in = &call->intent;
    return arena_printf(arena, "#%d %s by tenant %d, payment %d, amount %d, key %d, %s",
                        call->number, KINDS[in->kind].name, in->tenant, in->payment,
                        (int)in->amount_minor, in->key,
                        in->script == NULL ? "approve" : in->script);
}
