/* SPDX-License-Identifier: Apache-2.0 */
/* simulator.c: what the page of a simulated wallet, bank or store asks of us, without a key: the
 * payment's id, which its customer is sent to the page with, is the secret; or that of the consent,
 * where a session of mode customer stores a wallet. Test merchants alone have such pages.
 */
#include "api/api.h"
#include "api/request.h"
#include "app/consent_page.h"
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

/* What the path names: a payment, or the consent to charge a wallet later. */
struct shown {
    id id;
    int64_t tenant;
    bool is_consent;
};

/* errors  E_NOT_FOUND */
static result find(struct exchange *x, struct db *db, struct shown *ret)
{
    *ret = (struct shown){0};
    if (!id_read(x->request.args[0], &ret->id))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    const result r = payment_visit_tenant(db, ret->id, &ret->tenant);
    if (r.code != E_NOT_FOUND)
        return r;
    ret->is_consent = true;
    return consent_page_tenant(db, ret->id, &ret->tenant);
}

static result find_now(struct exchange *x, struct shown *ret)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = find(x, db, ret);
    store_read_end(store, db);
    return r;
}

/* ---- the page ------------------------------------------------------------------------------ */

static result check_finished(bool waits)
{
    return waits ? FAIL(E_UNPROCESSABLE, NULL, "the customer has not done anything here yet") : OK;
}

static result view_payment(struct exchange *x, struct db *db, const struct shown *shown,
                           bool is_finish)
{
    struct payment p;
    struct payment_page page;
    struct json j;
    TRY(payment_read(db, shown->tenant, shown->id, x->arena, &p));
    if (!payment_has_page(&p))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(payment_page_read(db, api_app(x), &p, x->arena, &page));
    TRY(check_finished(is_finish && payment_page_waits(&page)));
    api_json(x, &j);
    payment_page_view(&j, &page);
    return OK;
}

static result view_consent(struct exchange *x, struct db *db, const struct shown *shown,
                           bool is_finish)
{
    struct consent_page page;
    struct json j;
    TRY(consent_page_read(db, api_app(x), shown->tenant, shown->id, x->arena, &page));
    TRY(check_finished(is_finish && consent_page_waits(&page)));
    api_json(x, &j);
    consent_page_view(&j, &page);
    return OK;
}

static result view(struct exchange *x, struct db *db, bool is_finish)
{
    struct shown shown;
    TRY(find(x, db, &shown));
    return shown.is_consent ? view_consent(x, db, &shown, is_finish)
                            : view_payment(x, db, &shown, is_finish);
}

static void show(struct exchange *x, bool is_finish)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = view(x, db, is_finish);
    store_read_end(store, db);
    api_reply(x, r);
}

/* GET /simulator/{id}/state.  out  what is to be paid, and what can be done   errors  E_NOT_FOUND
 */
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

static result read_act(struct exchange *x, enum visit_act *ret, enum err *ret_refusal)
{
    struct page_in body = {0};
    TRY(fields_read(x->request.body, NULL, ACT_FIELDS, COUNT(ACT_FIELDS), x->arena, &body));
    *ret = (enum visit_act)body.act;
    if (*ret != VISIT_REFUSE || body.code.at == NULL)
        return OK;
    return visit_refusal_read(body.code, ret_refusal);
}

static void run_payment(struct exchange *x, const struct shown *shown, enum visit_act act,
                        enum err refusal)
{
    struct payment_visit *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_visit_init(in);
    in->act = act;
    in->refusal = refusal;
    in->p.id = shown->id;
    in->p.c.tenant = in->p.c.work.tenant = shown->tenant;
    api_run_by(x, &in->p.c, start, act == VISIT_LOOK ? finished : acted);
}

/* Nobody is asked for a consent: its page is where it is given. */
static void run_consent(struct exchange *x, const struct shown *shown, enum visit_act act)
{
    enum consent outcome = CONSENT_NONE;
    const result r = consent_of_act(act, &outcome);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct session_consent *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    session_consent_init(in);
    in->consent = shown->id;
    in->outcome = outcome;
    in->c.tenant = in->c.work.tenant = shown->tenant;
    api_run_with(x, &in->c, acted);
}

static void run(struct exchange *x, bool is_act)
{
    struct shown shown;
    enum visit_act act = VISIT_LOOK;
    enum err refusal = E_OK;
    result r = is_act ? read_act(x, &act, &refusal) : OK;
    if (r.code == E_OK)
        r = find_now(x, &shown);
    if (r.code != E_OK)
        reply_error(x, r);
    else if (!shown.is_consent)
        run_payment(x, &shown, act, refusal);
    else if (is_act)
        run_consent(x, &shown, act);
    else
        show(x, true);
}

/* POST /simulator/{id}/act.
 *   in      ACT_FIELDS; code: why it is refused, a code of the processor, default other_error; of a
 *           consent it is read, and not kept
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
