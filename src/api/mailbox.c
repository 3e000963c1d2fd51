/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox.c: e-mail to the customers of a test merchant, as it was sent or would have been. It is
 * written when it is read, by what its payment is then. */
#include "api/api.h"
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

static result read_keys(struct db *db, int64_t tenant, const struct list_query *q, int64_t *keys,
                        size_t *ret_count)
{
    struct rows rows;
    size_t count = 0;
    TRY(db_query(db, SQL_EMAIL_LIST, &rows, VI(tenant), VI(q->start_us), VI(q->end_us),
                 VI(q->per_page), VI((q->page - 1) * q->per_page)));
    while (count < (size_t)q->per_page && rows_next(&rows))
        keys[count++] = row_i64(&rows, 0);
    *ret_count = count;
    return rows_done(&rows);
}

static result items(struct exchange *x, struct db *db, const int64_t *keys, size_t count,
                    struct json *j)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES); /* of one after the other */
    result r = arena == NULL ? E_NO_MEMORY : OK;
    for (size_t i = 0; i < count && r.code == E_OK; i++) {
        struct email e;
        r = email_read_key(db, x->request.caller.tenant, keys[i], arena, &e);
        if (r.code == E_OK)
            r = view(db, &e, arena, j);
        arena_clear(arena);
    }
    arena_free(arena);
    return r;
}

static result list(struct exchange *x, struct db *db)
{
    struct list_query q = {0};
    const int64_t tenant = x->request.caller.tenant;
    int64_t total = 0;
    size_t count;
    TRY(list_query_read(x->request.query, x->arena, &q));
    int64_t *keys = ARENA_ARRAY(x->arena, int64_t, (size_t)q.per_page);
    if (keys == NULL)
        return E_NO_MEMORY;
    TRY(db_number(db, SQL_EMAIL_COUNT, &total, VI(tenant), VI(q.start_us), VI(q.end_us)));
    TRY(read_keys(db, tenant, &q, keys, &count));
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", total, &q);
    TRY(items(x, db, keys, count, &j));
    json_end(&j);
    json_end(&j);
    return OK;
}

/* GET /api/v1/test_helpers/mailbox */
void api_mailbox_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
