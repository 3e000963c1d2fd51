/* SPDX-License-Identifier: Apache-2.0 */
#include "app/dry_run.h"

#include <assert.h>

#include "app/ledger_view.h"
#include "base/json.h"

/* Puts "dry_run" behind the members of the answer, which is one JSON object. */
static result add_transfers(struct tx *tx, struct command *c, const struct tx_trace *trace)
{
    struct buf *body = &c->body;
    const str whole = buf_view(body);
    if (whole.bytes == 0 || whole.at[whole.bytes - 1] != '}')
        return OK;
    buf_cut(body, whole.bytes - 1);
    c->dry_at = body->bytes;
    buf_text(body, whole.bytes > sizeof "{}" - 1 ? ",\"dry_run\":" : "\"dry_run\":");
    struct json j;
    json_init(&j, body);
    json_open_object(&j, NULL);
    json_open_array(&j, "transfers");
    for (size_t i = 0; i < trace->count; i++)
        TRY(ledger_entry_view(&j, tx_db(tx), &trace->entries[i], c->arena));
    json_end(&j);
    json_end(&j);
    buf_text(body, "}");
    return OK;
}

result dry_run_approve(struct tx *tx, struct command *c)
{
    if (c->step == STEP_WAIT)
        return FAIL(E_LOCKED, NULL, NULL);
    if (c->step != STEP_RAIL)
        return OK;
    command_clear_answer(c);
    c->answer = (struct rail_answer){.outcome = RAIL_APPROVED,
                                     .reference = c->operation.id,
                                     .amount = c->call.amount,
                                     .heard = HEARD_APPROVED};
    return c->finish(tx, c);
}

static result run(struct tx *tx, struct work *work)
{
    struct command *c = (struct command *)work;
    const struct tx_trace *trace = NULL;
    command_reset(c);
    TRY(tx_trace_begin(tx, &trace));
    TRY(c->begin(tx, c));
    TRY(dry_run_approve(tx, c));
    TRY(add_transfers(tx, c, trace));
    return command_whole(c);
}

static void done(struct work *work, result outcome)
{
    struct command *c = (struct command *)work;
    if (outcome.code != E_OK)
        command_refuse(c, outcome);
    c->answered(c);
}

result dry_run_divide(const struct command *c, str answer, str *ret_object, str *ret_told)
{
    static const str BEFORE = {",\"dry_run\":", sizeof ",\"dry_run\":" - 1};
    *ret_object = answer;
    *ret_told = STR_NONE;
    if (!c->is_dry || c->dry_at == 0)
        return OK;
    const size_t from = c->dry_at + BEFORE.bytes;
    assert(from < answer.bytes);
    const char *object = arena_printf(c->arena, "%.*s}", (int)c->dry_at, answer.at);
    *ret_object = str_of(object);
    *ret_told = (str){answer.at + from, answer.bytes - 1 - from};
    return object == NULL ? E_NO_MEMORY : OK;
}

void dry_run(struct command *c)
{
    c->has_key = false;
    c->work.is_dry = true;
    c->work.run = run;
    c->work.done = done;
    store_transact(c->app->store, &c->work);
}
