/* SPDX-License-Identifier: Apache-2.0 */
/* simulator.c: what the page of a simulated wallet, bank or store asks of us, without a key: the
 * payment's id, which its customer is sent to the page with, is the secret. Test merchants alone
 * have such pages.
 *
 * GET answers with JSON whatever a browser would rather have. */
#include "api/api.h"
#include "api/request.h"
#include "app/payment_visit.h"

struct page_in {
    int act;
    str code;
};
static const char *const ACTS[] = {
    [VISIT_LOOK] = "",         [VISIT_PAY] = "pay",       [VISIT_REFUSE] = "refuse",
    [VISIT_CANCEL] = "cancel", [VISIT_EXPIRE] = "expire", NULL};
static const struct field ACT_FIELDS[] = {
    {"act", F_ENUM, offsetof(struct page_in, act), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, ACTS},
    {"code", F_TEXT, offsetof(struct page_in, code), FIELD_NO_FLAG, 0, 1, 64, NULL},
};
const struct field_list request_simulator_act = FIELD_LIST(ACT_FIELDS);

/* Whose payment the path names.  errors  E_NOT_FOUND */
static result find(struct exchange *x, struct db *db, id *ret, int64_t *ret_tenant)
{
    if (!id_read(x->request.args[0], ret))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return payment_visit_tenant(db, *ret, ret_tenant);
}

static result find_now(struct exchange *x, id *ret, int64_t *ret_tenant)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = find(x, db, ret, ret_tenant);
    store_read_end(store, db);
    return r;
}

/* ---- the page ------------------------------------------------------------------------------ */

static result view(struct exchange *x, struct db *db, bool is_finish)
{
    struct payment p;
    struct payment_page page;
    struct json j;
    int64_t tenant;
    id wire;
    TRY(find(x, db, &wire, &tenant));
    TRY(payment_read(db, tenant, wire, x->arena, &p));
    if (!payment_has_page(&p))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(payment_page_read(db, api_app(x), &p, x->arena, &page));
    if (is_finish && payment_page_waits(&page))
        return FAIL(E_UNPROCESSABLE, NULL, "the customer has not done anything here yet");
    api_json(x, &j);
    payment_page_view(&j, &page);
    return OK;
}

static void show(struct exchange *x, bool is_finish)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = view(x, db, is_finish);
    store_read_end(store, db);
    api_reply(x, r);
}

/* GET /simulator/{id}.  out  what is to be paid, and what can be done   errors  E_NOT_FOUND */
void api_simulator_show(struct exchange *x)
{
    show(x, false);
}

/* ---- what the customer does ---------------------------------------------------------------- */

/* The payment has followed the rail; the page shows what it is now. */
static void finish_exchange(struct command *c, bool is_finish)
{
    struct exchange *x = c->context;
    const result r = c->outcome;
    command_done(c);
    if (r.code == E_OK)
        show(x, is_finish);
    else
        reply_error(x, r);
    exchange_finish(x);
}

static void acted(struct command *c)
{
    finish_exchange(c, false);
}

static void finished(struct command *c)
{
    finish_exchange(c, true);
}

static void start(struct command *c)
{
    payment_visit_start((struct payment_visit *)c);
}

static result read_act(struct exchange *x, struct payment_visit *in)
{
    struct page_in body = {0};
    TRY(fields_read(x->request.body, NULL, ACT_FIELDS, COUNT(ACT_FIELDS), x->arena, &body));
    in->act = (enum visit_act)body.act;
    if (in->act != VISIT_REFUSE || body.code.at == NULL)
        return OK;
    return visit_refusal_read(body.code, &in->refusal);
}

static void run(struct exchange *x, bool is_act)
{
    struct payment_visit *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_visit_init(in);
    result r = is_act ? read_act(x, in) : OK;
    if (r.code == E_OK)
        r = find_now(x, &in->p.id, &in->p.c.tenant);
    in->p.c.work.tenant = in->p.c.tenant;
    if (r.code != E_OK) {
        command_done(&in->p.c);
        reply_error(x, r);
        return;
    }
    api_run_by(x, &in->p.c, start, is_act ? acted : finished);
}

/* POST /simulator/{id}/act.
 *   in      ACT_FIELDS; code: why it is refused, a code of the processor, default other_error
 *   out     as GET, with the state that the payment has now: an earlier act, or the merchant, may
 *           have been faster
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE (act); E_INVALID_PARAMETER (code) */
void api_simulator_act(struct exchange *x)
{
    run(x, true);
}

/* POST /simulator/{id}/finish: asks the rail once more.
 *   out     as GET, with where the customer goes in redirect_url
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE: nothing has been done yet */
void api_simulator_finish(struct exchange *x)
{
    run(x, false);
}
