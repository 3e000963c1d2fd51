/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox.c: e-mail to the customers of a test merchant, as it was sent or would have been. It is
 * written when it is read, by what its payment is then. */
#include "api/list.h"
#include "app/email.h"

/* An e-mail with its texts, one after the other. */
static result view(struct db *db, const struct email *e, struct arena *arena, struct json *j)
{
    struct payment p;
    struct merchant_row merchant;
    struct email_text text;
    str address;
    TRY(payment_read_key(db, e->tenant, e->payment, arena, &p));
    TRY(merchant_read(db, e->tenant, p.merchant.key, arena, &merchant));
    TRY(email_address(db, &p, arena, &address));
    TRY(email_write(e->kind, &p, merchant.name, arena, &text));
    json_open_object(j, NULL);
    json_id(j, "id", e->id);
    json_text(j, "resource", "email");
    json_text(j, "kind", email_kind_name(e->kind));
    json_text(j, "status", email_state_name(e->state));
    json_time(j, "created_at", e->last_us);
    json_id(j, "payment", p.id);
    json_text(j, "locale", locale_name(p.locale));
    json_str(j, "to", address);
    json_str(j, "subject", text.subject);
    json_str(j, "text", text.text);
    json_str(j, "html", text.html);
    json_i64(j, "tries", e->tries);
    json_str(j, "error", e->error);
    json_end(j);
    return arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

/* ---- show ----------------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    id wire;
    struct email e;
    struct json j;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(email_read(db, x->request.caller.tenant, wire, x->arena, &e));
    if (e.last_us == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    api_json(x, &j);
    return view(db, &e, x->arena, &j);
}

/* GET /api/v1/test_helpers/mailbox/{id} */
void api_mailbox_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

/* ---- list ----------------------------------------------------------------------------------- */

static result item(struct exchange *x, const struct list_item *of, struct json *j)
{
    struct email e;
    TRY(email_read_key(of->db, x->request.caller.tenant, of->key, of->arena, &e));
    return view(of->db, &e, of->arena, j);
}

/* GET /api/v1/test_helpers/mailbox: newest first.   in  list_query_read */
void api_mailbox_list(struct exchange *x)
{
    list_reply(x, &(const struct list){.count = SQL_EMAIL_COUNT,
                                       .keys = SQL_EMAIL_LIST,
                                       .arena_bytes_max = PAYMENT_ARENA_BYTES,
                                       .item = item});
}
