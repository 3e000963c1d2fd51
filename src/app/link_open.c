/* SPDX-License-Identifier: Apache-2.0 */
/* link_open.c: makes links, opens and ends them. All writes of a tenant come one after the other,
 * so two who open a link at once get the same session where there can be only one. */
#include "app/link.h"

#include "app/merchant.h"

/* For an amount that nobody knows yet and nothing bounds: whether there is a way to pay at all. */
enum { PROBE_MINOR = 1000 };

/* ---- create --------------------------------------------------------------------------------- */

static result check_terms(const struct payment_link *link)
{
    if (link->expires_us != 0 && link->expires_us <= link->created_us)
        return FAIL(E_INVALID_PARAMETER, "expires_at", "expires_at is not in the future");
    if (link->expires_us > link->created_us + LINK_SECONDS_MAX * US_PER_S)
        return FAIL(E_INVALID_PARAMETER, "expires_at", "a link lasts for five years at most");
    if (link->amount_minor != 0 && (link->min_minor != 0 || link->max_minor != 0))
        return FAIL(E_INVALID_PARAMETER, link->min_minor != 0 ? "min_amount" : "max_amount",
                    "an amount that is fixed has no bounds");
    if (link->max_minor != 0 && link->max_minor < link->min_minor)
        return FAIL(E_INVALID_PARAMETER, "max_amount", "max_amount is less than min_amount");
    if (link->is_reusable && link->external_order_num.at != NULL)
        return FAIL(E_INVALID_PARAMETER, "external_order_num",
                    "a link that is paid more than once has no order number");
    return OK;
}

/* What is paid by a link is captured at once, so its split must be there and right. Parts of an
 * amount that nobody knows yet cannot be. */
static result choose_merchant(struct tx *tx, const struct platform_details *platform,
                              struct arena *arena, struct payment_link *link)
{
    struct split split;
    if (link->amount_minor == 0 && platform->is_present)
        return FAIL(E_INVALID_PARAMETER, "platform_details",
                    "an amount that the buyer enters cannot be split");
    const struct split_context context = {
        .currency = link->currency,
        .base_minor = link->amount_minor == 0 ? PROBE_MINOR : link->amount_minor,
        .is_capture = true,
    };
    TRY(platform_details_split(tx, link->tenant, platform, context, arena, &split));
    link->merchant = split.processor;
    return OK;
}

static result check_amount(struct tx *tx, const struct payment_link *link, int64_t amount_minor,
                           struct arena *arena)
{
    struct session s;
    TRY(link_session(link, amount_minor, arena, &s));
    s.created_us = link->created_us;
    return session_check(tx, &s, NULL, arena);
}

static result check_amounts(struct tx *tx, const struct payment_link *link, struct arena *arena)
{
    if (link->amount_minor != 0)
        return check_amount(tx, link, link->amount_minor, arena);
    if (link->min_minor != 0)
        TRY(check_amount(tx, link, link->min_minor, arena));
    if (link->max_minor != 0)
        TRY(check_amount(tx, link, link->max_minor, arena));
    return link->min_minor != 0 || link->max_minor != 0
               ? OK
               : check_amount(tx, link, PROBE_MINOR, arena);
}

static result insert(struct tx *tx, const struct payment_link *l)
{
    return db_exec(tx_db(tx), SQL_PAYMENT_LINK_INSERT, VI(l->tenant), VI(l->id.key), VI(l->id.salt),
                   VI(l->merchant), VI(l->is_reusable), VI(l->currency), VI(l->amount_minor),
                   VI(l->min_minor), VI(l->max_minor), VI(l->locale), VI(l->created_us),
                   VI(l->expires_us), VT(l->return_url), VT(l->description), VT(l->payment_types),
                   VT(l->external_order_num), VT(l->metadata), VT(l->platform_details));
}

static result create(struct tx *tx, const struct platform_details *platform, int64_t lifetime_s,
                     struct arena *arena, struct payment_link *link)
{
    TRY(tx_now(tx, link->tenant, &link->created_us));
    if (lifetime_s != 0)
        link->expires_us = link->created_us + lifetime_s * US_PER_S;
    TRY(check_terms(link));
    TRY(choose_merchant(tx, platform, arena, link));
    TRY(check_amounts(tx, link, arena));
    link->id = id_new(tx_real_now(tx));
    return insert(tx, link);
}

static result answer(struct command *c, const struct payment_link *link, int64_t now_us)
{
    struct json j;
    json_init(&j, &c->body);
    link_view(&j, link, c->app->public_url, now_us, c->arena);
    c->step = STEP_ANSWER;
    return OK;
}

static result begin_create(struct tx *tx, struct command *c)
{
    struct link_create *in = (struct link_create *)c;
    in->link.tenant = c->tenant;
    TRY(create(tx, &in->platform, in->lifetime_s, c->arena, &in->link));
    return answer(c, &in->link, in->link.created_us);
}

void link_create_init(struct link_create *in)
{
    in->c.begin = begin_create;
}

/* ---- open ----------------------------------------------------------------------------------- */

static result read_amount(const struct link_open *in, const struct payment_link *link,
                          int64_t now_us, int64_t *ret)
{
    if (link->amount_minor != 0) {
        *ret = link->amount_minor;
        return !in->has_amount || in->amount_minor == link->amount_minor
                   ? OK
                   : FAIL(E_INVALID_PARAMETER, "amount", "the amount of this link is fixed");
    }
    if (!in->has_amount && link_status(link, now_us) == LINK_PENDING) {
        *ret = link->session_minor;
        return OK;
    }
    if (!in->has_amount)
        return FAIL(E_MISSING_PARAMETER, "amount", "A required parameter (amount) is missing.");
    if (in->amount_minor < 1 || in->amount_minor < link->min_minor)
        return FAIL(E_INVALID_PARAMETER, "amount", "The parameter is too small.");
    if (link->max_minor != 0 && in->amount_minor > link->max_minor)
        return FAIL(E_INVALID_PARAMETER, "amount", "The parameter is too large.");
    *ret = in->amount_minor;
    return OK;
}

/* Whoever has come first with another amount goes on, unless it is to be given up; a slip is not.
 */
static result check_first(const struct link_open *in, const struct payment_link *link,
                          int64_t now_us)
{
    const bool is_pending = link_status(link, now_us) == LINK_PENDING;
    return link_open_minor(link, now_us) == 0 || (in->replace && !is_pending)
               ? OK
               : FAIL(E_UNPROCESSABLE, "amount", "another amount is being paid by this link");
}

/* With an amount that the buyer has entered it is the amount's fault. */
static result check_session(struct tx *tx, const struct payment_link *link, const struct session *s,
                            const struct session *ends, struct arena *arena)
{
    const result r = session_check(tx, s, ends, arena);
    if (link->amount_minor == 0 &&
        (r.code == E_INVALID_PAYMENT_TYPE || r.code == E_INVALID_CURRENCY))
        return FAIL(E_INVALID_PARAMETER, "amount", "no payment type can take this amount");
    return r;
}

static result answer_open(struct command *c, const struct session *s)
{
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_id(&j, "session", s->id);
    json_text(&j, "session_url", session_url(s, c->app->public_url, "", c->arena));
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

/* Makes the link's session. `ends`: the one before, which is cancelled; key 0: none.
 * Afterwards c->step is STEP_ANSWER or STEP_WAIT. */
static result make_session(struct tx *tx, struct command *c, const struct payment_link *link,
                           struct session *s, struct session *ends)
{
    int64_t busy = 0;
    const int64_t now_us = s->created_us;
    TRY(check_session(tx, link, s, ends->id.key == 0 ? NULL : ends, c->arena));
    if (ends->status == SESSION_PENDING)
        TRY(session_stop(tx, ends, now_us, &busy));
    if (busy != 0) {
        c->step = STEP_WAIT;
        c->wait_payment = busy;
        return OK;
    }
    s->id = id_new(tx_real_now(tx));
    TRY(session_insert(tx, s));
    if (!link->is_reusable)
        TRY(db_exec(tx_db(tx), SQL_PAYMENT_LINK_OPENED, VI(c->tenant), VI(link->id.key),
                    VI(s->id.key), VI(s->id.salt)));
    return answer_open(c, s);
}

static result begin_open(struct tx *tx, struct command *c)
{
    const struct link_open *in = (const struct link_open *)c;
    struct payment_link link;
    struct session s, before = {0};
    int64_t now_us, amount;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(link_read(tx_db(tx), c->tenant, in->link, c->arena, &link));
    TRY(link_check_active(&link, now_us));
    TRY(read_amount(in, &link, now_us, &amount));
    if (link.session.key != 0)
        TRY(session_read(tx_db(tx), c->tenant, link.session, c->arena, &before));
    if (link_open_minor(&link, now_us) == amount)
        return answer_open(c, &before);
    TRY(check_first(in, &link, now_us));
    TRY(link_session(&link, amount, c->arena, &s));
    if (s.locale == LOCALE_NONE)
        s.locale = in->locale == LOCALE_NONE ? LOCALE_JA : in->locale;
    s.created_us = now_us;
    s.expires_us = now_us + SESSION_SECONDS_MAX * US_PER_S;
    if (link.expires_us != 0 && link.expires_us < s.expires_us)
        s.expires_us = link.expires_us;
    return make_session(tx, c, &link, &s, &before);
}

void link_open_init(struct link_open *in)
{
    in->c.begin = begin_open;
}

/* ---- deactivate ----------------------------------------------------------------------------- */

/*   ret_busy  not 0: the payment that a rail is being asked about; nothing has been changed */
static result deactivate(struct tx *tx, int64_t now_us, struct arena *arena,
                         struct payment_link *link, int64_t *ret_busy)
{
    struct session s;
    if (link_status(link, now_us) == LINK_COMPLETED)
        return FAIL(E_UNPROCESSABLE, NULL, "the link has been paid");
    if (link->deactivated_us != 0)
        return OK;
    if (link->session_status == SESSION_PENDING) {
        TRY(session_read(tx_db(tx), link->tenant, link->session, arena, &s));
        TRY(session_stop(tx, &s, now_us, ret_busy));
        if (*ret_busy != 0)
            return OK;
    }
    link->deactivated_us = now_us;
    return db_exec(tx_db(tx), SQL_PAYMENT_LINK_DEACTIVATE, VI(link->tenant), VI(link->id.key),
                   VI(now_us));
}

static result begin_deactivate(struct tx *tx, struct command *c)
{
    const struct link_deactivate *in = (const struct link_deactivate *)c;
    struct payment_link link;
    int64_t now_us, busy = 0;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(link_read(tx_db(tx), c->tenant, in->link, c->arena, &link));
    TRY(deactivate(tx, now_us, c->arena, &link, &busy));
    if (busy == 0)
        return answer(c, &link, now_us);
    c->step = STEP_WAIT;
    c->wait_payment = busy;
    return OK;
}

void link_deactivate_init(struct link_deactivate *in)
{
    in->c.begin = begin_deactivate;
}

/* ---- for the operator ----------------------------------------------------------------------- */

struct link_work {
    struct work work; /* first */
    struct arena *arena;
    struct link_order *order;
    int64_t now_us;
};

static result find_root(struct store *store, id merchant, int64_t *ret)
{
    TRY(merchant_tenant(store, merchant, ret));
    return *ret == merchant.key ? OK
                                : FAIL(E_INVALID_PARAMETER, "--merchant",
                                       "links belong to the platform, not to a sub-merchant");
}

static void write_line(struct buf *out, const struct link_order *order,
                       const struct payment_link *link, int64_t now_us, struct arena *arena)
{
    struct json j;
    json_init(&j, out);
    link_view(&j, link, order->public_url, now_us, arena);
    buf_char(out, '\n');
}

static result make_run(struct tx *tx, struct work *work)
{
    struct link_work *w = (struct link_work *)work;
    static const struct platform_details NO_SPLIT = {0};
    w->order->link.tenant = work->tenant;
    TRY(create(tx, &NO_SPLIT, w->order->lifetime_s, w->arena, &w->order->link));
    w->now_us = w->order->link.created_us;
    return OK;
}

static result end_run(struct tx *tx, struct work *work)
{
    struct link_work *w = (struct link_work *)work;
    struct payment_link *link = &w->order->link;
    int64_t busy = 0;
    const id wire = link->id;
    result r = link_read(tx_db(tx), work->tenant, wire, w->arena, link);
    link->id = wire; /* for the next run of a batch */
    if (r.code == E_NOT_FOUND)
        r.param = "--id";
    TRY(r);
    TRY(tx_now(tx, work->tenant, &w->now_us));
    TRY(deactivate(tx, w->now_us, w->arena, link, &busy));
    return busy == 0 ? OK : FAIL(E_LOCKED, NULL, "somebody is paying it now; try again");
}

static result run(struct store *store, struct link_work *w,
                  result (*step)(struct tx *tx, struct work *work), struct buf *out)
{
    TRY(find_root(store, w->order->merchant, &w->work.tenant));
    TRY(store_transact_wait(store, step, &w->work));
    write_line(out, w->order, &w->order->link, w->now_us, w->arena);
    return OK;
}

result link_make(struct store *store, struct arena *arena, struct link_order *order,
                 struct buf *out)
{
    struct link_work w = {.arena = arena, .order = order};
    return run(store, &w, make_run, out);
}

result link_end(struct store *store, struct arena *arena, struct link_order *order, struct buf *out)
{
    struct link_work w = {.arena = arena, .order = order};
    return run(store, &w, end_run, out);
}

enum { PAGE_ROWS = 100 };

/* A page of keys at a time: a statement cannot be open twice. */
static result list_page(struct db *db, int64_t tenant, int64_t offset, int64_t keys[PAGE_ROWS],
                        size_t *ret_count)
{
    struct rows rows;
    size_t count = 0;
    TRY(db_query(db, SQL_PAYMENT_LINK_LIST, &rows, VI(tenant), VI(0), VI(0), VI(PAGE_ROWS),
                 VI(offset)));
    while (count < PAGE_ROWS && rows_next(&rows))
        keys[count++] = row_i64(&rows, 0);
    *ret_count = count;
    return rows_done(&rows);
}

static result list(struct db *db, int64_t tenant, const struct link_order *order,
                   struct arena *arena, struct buf *out)
{
    int64_t keys[PAGE_ROWS], offset = 0;
    size_t count = PAGE_ROWS;
    const struct app app = {.clock = &CLOCK_SYSTEM};
    int64_t now_us;
    TRY(session_now(db, &app, tenant, &now_us));
    for (; count == PAGE_ROWS; offset += PAGE_ROWS) {
        TRY(list_page(db, tenant, offset, keys, &count));
        for (size_t i = 0; i < count; i++) {
            struct payment_link link;
            TRY(link_read_key(db, tenant, keys[i], arena, &link));
            write_line(out, order, &link, now_us, arena);
        }
        arena_clear(arena);
    }
    return OK;
}

result link_list(struct store *store, const struct link_order *order, struct buf *out)
{
    int64_t tenant;
    TRY(find_root(store, order->merchant, &tenant));
    struct arena *scratch = arena_new((size_t)4 << 20);
    if (scratch == NULL)
        return E_NO_MEMORY;
    struct db *db = store_read_begin(store);
    const result r = list(db, tenant, order, scratch, out);
    store_read_end(store, db);
    arena_free(scratch);
    return r;
}
