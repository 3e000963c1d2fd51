/* SPDX-License-Identifier: Apache-2.0 */
/* chargeback_requests.c: disputes as a merchant sees and answers them (komoju-core 13). A platform
 * sees and answers those of its sub-merchants, which have no keys of their own. */
#include <string.h>

#include "api/list.h"
#include "api/request.h"
#include "app/dispute_defense.h"
#include "base/clock.h"

static result read_dispute(struct exchange *x, struct db *db, struct dispute *ret)
{
    id wire;
    return id_read(x->request.args[0], &wire)
               ? dispute_read(db, x->request.caller.tenant, wire, x->arena, ret)
               : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* ---- accept, defend ------------------------------------------------------------------------ */

/* POST /api/v1/chargeback_requests/{id}/accept */
void api_chargeback_accept(struct exchange *x)
{
    struct dispute_accept *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    dispute_accept_init(in);
    api_run_if(x, &in->p.c, api_path_id(x, &in->dispute));
}

struct defend_in {
    struct defense_texts texts;
    str document_base64;
    json_t *document, *shipping_info, *recipient_info;
};

#define AT(member) offsetof(struct defend_in, member)
static const struct field DEFEND[] = {
    {"description", F_TEXT, AT(texts.description), FIELD_NO_FLAG, FIELD_REQUIRED, 1,
     DEFENSE_DESCRIPTION_CHARACTERS_MAX, NULL},
    {"document", F_OBJECT, AT(document), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, NULL},
    {"product_name", F_TEXT, AT(texts.product_name), FIELD_NO_FLAG, 0, 1,
     DEFENSE_NAME_CHARACTERS_MAX, NULL},
    {"shipping_info", F_OBJECT, AT(shipping_info), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"recipient_info", F_OBJECT, AT(recipient_info), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
static const struct field DOCUMENT[] = {
    {"document_base64", F_TEXT, AT(document_base64), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 0, NULL},
    {"file_name", F_TEXT, AT(texts.file_name), FIELD_NO_FLAG, 0, 1, DEFENSE_NAME_CHARACTERS_MAX,
     NULL},
};
#undef AT
const struct field_list request_defense = FIELD_LIST(DEFEND);
const struct field_list request_defense_document = FIELD_LIST(DOCUMENT);

static int put_bytes(const char *at, size_t bytes, void *out)
{
    buf_put(out, at, bytes);
    return 0;
}

/* An object as JSON; absent for none. What may be in it is nobody's rule, only how much. */
static result read_info(const json_t *object, const char *param, struct arena *arena, str *ret)
{
    struct buf text;
    if (object == NULL)
        return OK;
    buf_init(&text, DEFENSE_INFO_BYTES_MAX);
    const bool is_done = json_dump_callback(object, put_bytes, &text, JSON_COMPACT) == 0;
    const bool is_long = text.is_broken && !text.is_starved;
    if (is_done && !text.is_broken)
        *ret = arena_str(arena, buf_view(&text));
    buf_done(&text);
    if (is_long)
        return FAIL(E_INVALID_PARAMETER, param, "this is more than 8 KiB as JSON");
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

/* Nothing is decoded and sealed for a dispute that does not exist. */
static result find_dispute(struct exchange *x, id *ret)
{
    struct dispute d;
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = read_dispute(x, db, &d);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK)
        *ret = d.id;
    return r;
}

static result read_defense(struct exchange *x, struct dispute_defend *ret)
{
    struct defend_in in = {0};
    TRY(find_dispute(x, &ret->dispute));
    TRY(fields_read(x->request.body, NULL, DEFEND, COUNT(DEFEND), x->arena, &in));
    TRY(fields_read(in.document, "document", DOCUMENT, COUNT(DOCUMENT), x->arena, &in));
    ret->texts = in.texts;
    TRY(read_info(in.shipping_info, "shipping_info", x->arena, &ret->texts.shipping_info));
    TRY(read_info(in.recipient_info, "recipient_info", x->arena, &ret->texts.recipient_info));
    return dispute_defend_prepare(ret, in.document_base64);
}

/* POST /api/v1/chargeback_requests/{id}/defend
 *   in   DEFEND, DOCUMENT */
void api_chargeback_defend(struct exchange *x)
{
    struct dispute_defend *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    dispute_defend_init(in);
    const result r = read_defense(x, in);
    if (r.code == E_OK) {
        api_run(x, &in->c);
        return;
    }
    command_done(&in->c);
    reply_error(x, r);
}

/* ---- show ---------------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    struct dispute d;
    struct json j;
    TRY(read_dispute(x, db, &d));
    api_json(x, &j);
    return dispute_view(db, api_app(x)->vault, &d, x->arena, &j);
}

/* GET /api/v1/chargeback_requests/{id} */
void api_chargeback_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

static result document(struct exchange *x, struct db *db)
{
    struct dispute d;
    TRY(read_dispute(x, db, &d));
    buf_clear(&x->reply.body);
    TRY(dispute_document_open(db, api_app(x)->vault, &d, &x->reply.body));
    x->reply.content_type = document_type(d.document);
    return OK;
}

/* GET /api/v1/chargeback_requests/{id}/document: the bytes of the file. */
void api_chargeback_document(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = document(x, db);
    store_read_end(api_app(x)->store, db);
    if (r.code != E_OK)
        reply_error(x, r);
}

/* ---- list ---------------------------------------------------------------------------------- */

struct filter {
    str status, due_start, due_end;
    id payment, merchant;
    bool has_payment, has_merchant;
    int64_t states; /* bit set, 0: any */
    int64_t due_start_us, due_end_us;
};

enum { DATE_CHARACTERS = 10 };

static result read_states(str text, int64_t *ret)
{
    while (text.bytes > 0) {
        const char *comma = memchr(text.at, ',', text.bytes);
        const size_t bytes = comma == NULL ? text.bytes : (size_t)(comma - text.at);
        enum dispute_state state;
        if (!dispute_state_read(str_trim((str){text.at, bytes}), &state))
            return FAIL(E_INVALID_PARAMETER, "status",
                        "this is not a status of a chargeback request");
        *ret |= INT64_C(1) << state;
        const size_t skip = bytes + (comma != NULL);
        text = (str){text.at + skip, text.bytes - skip};
    }
    return OK;
}

/* A time, or a whole day in Japan: its first moment or its last. */
static result read_due(str text, const char *param, bool is_end, int64_t *ret_us)
{
    if (text.at == NULL)
        return OK;
    int64_t time_us;
    if (!time_read(text, &time_us))
        return FAIL(E_INVALID_PARAMETER, param, "this is not a date or a time");
    if (text.bytes == DATE_CHARACTERS) /* midnight UTC is on the same day in Japan */
        time_us = is_end ? time_end_of_day_jst(time_us, 0) : time_end_of_day_jst(time_us, -1) + 1;
    else if (is_end)
        time_us += US_PER_S - 1; /* due dates are shown to the second */
    *ret_us = time_us;
    return OK;
}

static const struct field FILTER[] = {
    {"status", F_TEXT, offsetof(struct filter, status), FIELD_NO_FLAG, 0, 1, 200, NULL},
    {"payment_id", F_ID, offsetof(struct filter, payment), offsetof(struct filter, has_payment),
     FIELD_SOFT_ID, 0, 0, NULL},
    {"merchant_id", F_ID, offsetof(struct filter, merchant), offsetof(struct filter, has_merchant),
     FIELD_SOFT_ID, 0, 0, NULL},
    {"due_date_start", F_TEXT, offsetof(struct filter, due_start), FIELD_NO_FLAG, 0, 1, 40, NULL},
    {"due_date_end", F_TEXT, offsetof(struct filter, due_end), FIELD_NO_FLAG, 0, 1, 40, NULL},
};
const struct field_list request_chargeback_filter = FIELD_LIST(FILTER);

static result read_filter(struct exchange *x, struct filter *ret)
{
    TRY(fields_read(x->request.query, NULL, FILTER, COUNT(FILTER), x->arena, ret));
    TRY(read_states(ret->status, &ret->states));
    TRY(read_due(ret->due_start, "due_date_start", false, &ret->due_start_us));
    return read_due(ret->due_end, "due_date_end", true, &ret->due_end_us);
}

/* Whether what the filter names is the caller's own. A payment that is not has no disputes.
 *   errors  E_NOT_FOUND (merchant_id) */
static result resolve(struct exchange *x, struct db *db, const struct filter *f, bool *ret)
{
    const int64_t tenant = x->request.caller.tenant;
    struct merchant_row row;
    struct payment p;
    if (f->has_merchant) {
        TRY(merchant_read(db, tenant, f->merchant.key, x->arena, &row));
        if (row.id.key == 0 || row.id.salt != f->merchant.salt)
            return FAIL(E_NOT_FOUND, "merchant_id", NULL);
    }
    const result r = f->has_payment ? payment_read(db, tenant, f->payment, x->arena, &p) : OK;
    *ret = r.code == E_OK;
    return r.code == E_NOT_FOUND ? OK : r;
}

static result item(struct exchange *x, const struct list_item *of, struct json *j)
{
    struct dispute d;
    TRY(dispute_read_key(of->db, x->request.caller.tenant, of->key, of->arena, &d));
    return dispute_view(of->db, api_app(x)->vault, &d, of->arena, j);
}

static result list(struct exchange *x, struct db *db)
{
    struct list_query q = {0};
    struct filter f = {.states = 0};
    bool is_own = false;
    TRY(list_query_read(x->request.query, x->arena, &q));
    TRY(read_filter(x, &f));
    TRY(resolve(x, db, &f, &is_own));
    const struct list disputes = {
        .count = SQL_DISPUTE_COUNT,
        .keys = SQL_DISPUTE_LIST,
        .filters = {VI(f.payment.key), VI(f.merchant.key), VI(f.states), VI(f.due_start_us),
                    VI(f.due_end_us)},
        .filter_count = 5,
        .is_empty = !is_own,
        .arena_bytes_max = DISPUTE_ARENA_BYTES,
        .item = item,
    };
    return list_write(x, db, &disputes, &q);
}

/* GET /api/v1/chargeback_requests: pending ones first, then the rest; newest first in each.
 *   in   list_query_read, FILTER; a payment that does not exist has none */
void api_chargeback_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
