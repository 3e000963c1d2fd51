/* SPDX-License-Identifier: Apache-2.0 */
/* session_number.c: POST /sessions/{id}/number: the next prepaid number, from the page of a session
 * whose numbers are not worth its amount yet. */
#include "api/payment_number.h"
#include "api/request.h"
#include "api/session_page.h"
#include "app/session.h"

struct number_in {
    json_t *payment_details;
};
static const struct field FIELDS[] = {{"payment_details", F_ANY,
                                       offsetof(struct number_in, payment_details), FIELD_NO_FLAG,
                                       FIELD_REQUIRED, 0, 0, NULL}};
const struct field_list request_session_number = FIELD_LIST(FIELDS);

/* The newest attempt: the command checks that there is one, which numbers have paid in part. */
static result find(struct exchange *x, struct db *db, id *ret)
{
    struct session s;
    struct payment p;
    int64_t key = 0;
    TRY(api_session(x, db, &s));
    TRY(db_number(db, SQL_SESSION_LATEST, &key, VI(s.tenant), VI(s.id.key)));
    if (key == 0)
        return OK;
    TRY(payment_read_key(db, s.tenant, key, x->arena, &p));
    *ret = p.id;
    return OK;
}

static result parse(struct exchange *x, struct payment_update *ret)
{
    struct number_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = find(x, db, &ret->p.id);
    store_read_end(store, db);
    TRY(r);
    return payment_number_read(x, in.payment_details, ret);
}

/* The buyer sees the page, not the merchant's Payment. */
static void answered(struct command *c)
{
    struct exchange *x = c->context;
    api_answer_fill(c);
    if (x->reply.status == 200)
        session_page_reply(x);
    exchange_finish(x);
}

/* POST /sessions/{id}/number.
 *   in      FIELDS
 *   out     SessionPage
 *   errors  E_NOT_FOUND: no such session, or no attempt; those of payment_number_read and
 *           payment_update */
void api_session_number(struct exchange *x)
{
    struct payment_update *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_update_init(in);
    const result r = parse(x, in);
    if (r.code == E_OK) {
        api_run_with(x, &in->p.c, answered);
        return;
    }
    command_done(&in->p.c);
    reply_error(x, r);
}
