/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "api/request.h"

#include <inttypes.h>

#include "app/bank_account.h"
#include "app/operator.h"
#include "core/idem.h"

static const struct route ROUTES[] = {
/* After its text a row may name its class of rates, and one of scope OPERATOR its right. */
#define ROUTE(verb_, pattern_, handle_, scope_, flags_, body, ...)                                 \
    {.verb = VERB_##verb_,                                                                         \
     .pattern = (pattern_),                                                                        \
     .handle = (handle_),                                                                          \
     .scope = SCOPE_##scope_,                                                                      \
     .flags = (flags_),                                                                            \
     .body_bytes_max = (body),                                                                     \
     .text = __VA_ARGS__},
#include "api/routes.def"
#undef ROUTE
};

const struct route *api_routes(size_t *ret_count)
{
    *ret_count = COUNT(ROUTES);
    return ROUTES;
}

void *api_command(struct exchange *x, size_t bytes)
{
    struct command *c = arena_alloc(x->arena, bytes);
    if (c == NULL) {
        reply_error(x, E_NO_MEMORY);
        return NULL;
    }
    command_init(c, api_app(x), x->arena, x->request.caller.tenant);
    c->operator_id = x->request.caller.operator_id;
    return c;
}

/* A bank account is for the merchant's own eyes: a publishable key is in everybody's browser. */
static struct vault *vault_for(struct exchange *x)
{
    return x->request.caller.is_secret ? api_app(x)->vault : NULL;
}

/* The answer becomes the reply; the command's memory is the exchange's. */
void api_answer_fill(struct command *c)
{
    struct exchange *x = c->context;
    if (c->outcome.code == E_OK)
        c->outcome = bank_accounts_open(vault_for(x), x->arena, &c->body);
    if (c->outcome.code != E_OK) {
        reply_error(x, c->outcome);
    } else {
        x->reply.status = c->http_status;
        const struct buf empty = x->reply.body;
        x->reply.body = c->body;
        x->reply.body.max =
            empty.max; /* the memory outlives the exchange, and with it its maximum */
        c->body = empty;
        if (x->reply.body.is_broken)
            reply_error(x, E_NO_MEMORY);
    }
    command_done(c);
}

void api_answer(struct command *c)
{
    struct exchange *x = c->context;
    api_answer_fill(c);
    exchange_finish(x);
}

struct dry_in {
    bool has, is_dry;
};
static const struct field DRY_RUN[] = {{"dry_run", F_BOOL, offsetof(struct dry_in, is_dry),
                                        offsetof(struct dry_in, has), 0, 0, 0, NULL}};
const struct field_list request_dry_run = FIELD_LIST(DRY_RUN);

/* "dry_run": true asks what would happen. Whoever asks must never get the real thing instead, so it
 * is not passed over where it does not count, in the query. */
static result read_dry_run(struct exchange *x, bool *ret)
{
    struct dry_in in = {0};
    if (x->request.route->verb != VERB_GET && json_object_get(x->request.query, "dry_run") != NULL)
        return FAIL(E_INVALID_PARAMETER, "dry_run", "dry_run is of the body, not of the query");
    TRY(fields_read(x->request.body, NULL, DRY_RUN, COUNT(DRY_RUN), x->arena, &in));
    if (in.is_dry && (x->request.route->flags & ROUTE_DRY) == 0)
        return FAIL(E_INVALID_PARAMETER, "dry_run", "this call cannot be tried without effect");
    const struct caller *caller = &x->request.caller;
    if (in.is_dry && !caller->is_secret &&
        caller->operator_id == 0) /* the answer tells what the merchant pays */
        return FAIL(E_FORBIDDEN, NULL, NULL);
    *ret = in.is_dry;
    return OK;
}

void api_run(struct exchange *x, struct command *c)
{
    api_run_with(x, c, api_answer);
}

void api_run_with(struct exchange *x, struct command *c, void (*answered)(struct command *c))
{
    api_run_by(x, c, command_run, answered);
}

void api_run_if(struct exchange *x, struct command *c, result r)
{
    if (r.code == E_OK) {
        api_run(x, c);
        return;
    }
    command_done(c);
    reply_error(x, r);
}

result api_path_id(const struct exchange *x, id *ret)
{
    return id_read(x->request.args[0], ret) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* Keys of a merchant are one space. Whoever only has the address of a page has a space of his own
 * for it: a stranger must not take a key that the merchant will use. So has each person of the
 * operator: nobody is given the answer to what another has asked. */
static result hash_key(const struct request *rq, struct arena *arena, uint8_t ret[IDEM_HASH_BYTES])
{
    const str key = rq->idempotency_key;
    TRY(idem_check_key(key));
    const bool is_operators = rq->caller.operator_id != 0;
    if (route_has_key(rq->route) && !is_operators) {
        idem_hash_key(key, ret);
        return OK;
    }
    const char *own = is_operators ? arena_printf(arena, "operator %" PRId64 " %.*s",
                                                  rq->caller.operator_id, (int)key.bytes, key.at)
                                   : arena_printf(arena, "%.*s %.*s", (int)rq->path.bytes,
                                                  rq->path.at, (int)key.bytes, key.at);
    if (own == NULL)
        return E_NO_MEMORY;
    idem_hash_key(str_of(own), ret);
    return OK;
}

void api_run_by(struct exchange *x, struct command *c, void (*start)(struct command *c),
                void (*answered)(struct command *c))
{
    const struct request *rq = &x->request;
    const result r = arena_is_broken(x->arena) ? E_NO_MEMORY /* some of the request may be lost */
                                               : read_dry_run(x, &c->is_dry);
    if (r.code != E_OK) {
        command_done(c);
        reply_error(x, r);
        return;
    }
    if (rq->idempotency_key.at != NULL) {
        const result key = hash_key(rq, x->arena, c->key_hash);
        if (key.code != E_OK) {
            command_done(c);
            reply_error(x, key);
            return;
        }
        c->has_key = true;
        uint8_t hash[IDEM_HASH_BYTES];
        idem_hash_request(str_of(rq->route->pattern), rq->path, rq->body_raw, hash);
        command_set_fingerprint(c, hash);
    }
    /* The page of an authentication has no key, and is nobody's to try. */
    c->moves_nothing = (rq->route->flags & ROUTE_DRY) == 0 && route_has_key(rq->route);
    c->answered = answered;
    c->context = x;
    exchange_keep(x);
    start(c);
}

void api_json(struct exchange *x, struct json *ret_j)
{
    buf_clear(&x->reply.body);
    json_init(ret_j, &x->reply.body);
}

void api_reply(struct exchange *x, result r)
{
    if (r.code == E_OK)
        r = bank_accounts_open(vault_for(x), x->arena, &x->reply.body);
    if (r.code != E_OK)
        reply_error(x, r);
    else if (x->reply.body.is_broken || arena_is_broken(x->arena))
        reply_error(x, E_NO_MEMORY);
}

void api_list_begin(struct json *j, const char *resource, int64_t total,
                    const struct list_query *query)
{
    json_open_object(j, NULL);
    json_text(j, "resource", resource);
    json_i64(j, "total", total);
    json_i64(j, "page", query->page);
    json_i64(j, "per_page", query->per_page);
    json_i64(j, "last_page", (total + query->per_page - 1) / query->per_page);
    json_open_array(j, "data");
}

void api_health(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    int64_t tenants = 0;
    const result r = db_number(db, SQL_TENANT_LIST, &tenants, VI(0), VI(1));
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK) {
        struct json j;
        api_json(x, &j);
        json_open_object(&j, NULL);
        json_text(&j, "status", "ok");
        json_end(&j);
    }
    api_reply(x, r);
}
