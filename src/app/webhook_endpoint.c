/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_endpoint.h"

#include <string.h>

#include "app/merchant.h"

/* ---- checks -------------------------------------------------------------------------------- */

static bool has_blank(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
            return true;
    return false;
}

static str until(str s, const char *ends)
{
    size_t i = 0;
    while (i < s.bytes && strchr(ends, s.at[i]) == NULL)
        i++;
    return (str){s.at, i};
}

static str after(str s, size_t bytes)
{
    return (str){s.at + bytes, s.bytes - bytes};
}

/* host, host:port or [v6]:port */
static bool authority_is_valid(str s)
{
    const bool is_bracketed = s.bytes > 0 && s.at[0] == '[';
    str host = until(s, is_bracketed ? "]" : ":");
    str rest = after(s, host.bytes);
    if (is_bracketed) {
        if (rest.bytes == 0 || host.bytes < 2)
            return false;
        rest = after(rest, 1);
    }
    int64_t port = 1;
    if (rest.bytes > 0 && (rest.at[0] != ':' || rest.bytes < 2 || rest.at[1] < '0' ||
                           rest.at[1] > '9' || !str_i64(after(rest, 1), &port)))
        return false;
    return host.bytes > 0 && port >= 1 && port <= 65535 &&
           memchr(host.at, '@', host.bytes) == NULL && memchr(host.at, '\\', host.bytes) == NULL;
}

result webhook_url_check(str url)
{
    static const char *const SCHEMES[] = {"https://", "http://"};
    if (url.bytes > WEBHOOK_URL_BYTES_MAX)
        return FAIL(E_INVALID_PARAMETER, "--url", "the URL is longer than 2048 bytes");
    if (has_blank(url) || !str_is_utf8(url))
        return FAIL(E_INVALID_PARAMETER, "--url", "a URL has no blanks and no control characters");
    for (size_t i = 0; i < COUNT(SCHEMES); i++)
        if (str_starts(url, SCHEMES[i])) {
            const str authority = until(after(url, strlen(SCHEMES[i])), "/?#");
            if (memchr(authority.at, '@', authority.bytes) != NULL)
                return FAIL(E_INVALID_PARAMETER, "--url", "a URL with a user name is not taken");
            if (!authority_is_valid(authority))
                return FAIL(E_INVALID_PARAMETER, "--url", "the URL has no valid host");
            return OK;
        }
    return FAIL(E_INVALID_PARAMETER, "--url", "the URL must begin with https:// or http://");
}

static result types_check(str types, struct arena *arena)
{
    while (types.bytes > 0) {
        const str type = until(types, ",");
        if (!event_type_exists(type))
            return FAIL(
                E_INVALID_PARAMETER, "--event",
                arena_printf(arena, "there is no event type \"%.*s\"", (int)type.bytes, type.at));
        types = after(types, type.bytes < types.bytes ? type.bytes + 1 : type.bytes);
    }
    return OK;
}

result webhook_endpoint_check(const struct webhook_endpoint *e, struct arena *arena)
{
    TRY(webhook_url_check(e->url));
    TRY(types_check(e->types, arena));
    if (e->secret.bytes == 0 || e->secret.bytes > WEBHOOK_SECRET_BYTES_MAX)
        return FAIL(E_INVALID_PARAMETER, "--secret", "a secret has 1 to 1024 bytes");
    return OK;
}

/* The tenant of a root merchant. */
static result find_root(struct store *store, id merchant, int64_t *ret)
{
    TRY(merchant_tenant(store, merchant, ret));
    return *ret == merchant.key ? OK
                                : FAIL(E_INVALID_PARAMETER, "--merchant",
                                       "sub-merchants have no webhooks; their platform has");
}

/* The endpoint of a URL, key 0 when there is none that is not removed, and how many there are. */
static result find_url(struct db *db, int64_t tenant, str url, id *ret, int64_t *ret_count)
{
    struct rows rows;
    id found = {0};
    *ret_count = 0;
    TRY(db_query(db, SQL_WEBHOOK_ENDPOINT_LIST, &rows, VI(tenant)));
    while (rows_next(&rows)) {
        const bool is_there = row_i64(&rows, 7) == 0;
        *ret_count += is_there;
        if (is_there && str_equal(row_str(&rows, 2), url))
            found = (id){.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)};
    }
    TRY(rows_done(&rows));
    *ret = found;
    return OK;
}

result webhook_endpoint_of_url(struct db *db, int64_t tenant, str url, id *ret)
{
    int64_t count;
    return find_url(db, tenant, url, ret, &count);
}

/* ---- add and remove ------------------------------------------------------------------------ */

struct endpoint_work {
    struct work work;
    struct vault *vault;
    struct arena *arena;
    struct webhook_endpoint *endpoint;
};

result webhook_ping(struct tx *tx, int64_t tenant, int64_t endpoint, int64_t *ret_seq)
{
    struct event_entry ping = {
        .tenant = tenant,
        .merchant = tenant,
        .type = EVT_PING,
        .data = S("{}"),
        .only_endpoint = endpoint,
    };
    TRY(tx_now(tx, tenant, &ping.created_us));
    return tx_event(tx, &ping, ret_seq);
}

result webhook_endpoint_insert(struct tx *tx, int64_t tenant, struct vault *vault,
                               struct arena *arena, struct webhook_endpoint *e)
{
    id there;
    int64_t count, seq, now_us;
    TRY(find_url(tx_db(tx), tenant, e->url, &there, &count));
    if (there.key != 0)
        return FAIL(E_INVALID_PARAMETER, "--url", "this URL has an endpoint already");
    if (count >= WEBHOOK_ENDPOINTS_MAX)
        return FAIL(E_INVALID_PARAMETER, "--url", "a merchant has at most 64 endpoints");
    e->id = id_new(tx_real_now(tx));
    str sealed;
    TRY(vault_seal_text(vault, VAULT_WEBHOOK_SECRET, e->id, e->secret, arena, &sealed));
    TRY(tx_now(tx, tenant, &now_us));
    TRY(webhook_ping(tx, tenant, e->id.key, &seq));
    return db_exec(tx_db(tx), SQL_WEBHOOK_ENDPOINT_INSERT, VI(tenant), VI(e->id.key),
                   VI(e->id.salt), VT(e->url), VT(e->types.at == NULL ? S("") : e->types),
                   VB(sealed.at, sealed.bytes), VI(now_us), VI(seq - 1));
}

static result add_run(struct tx *tx, struct work *work)
{
    const struct endpoint_work *w = (const struct endpoint_work *)work;
    return webhook_endpoint_insert(tx, work->tenant, w->vault, w->arena, w->endpoint);
}

result webhook_endpoint_add(struct store *store, struct vault *vault, struct arena *arena,
                            struct webhook_endpoint *endpoint)
{
    TRY(webhook_endpoint_check(endpoint, arena));
    struct endpoint_work w = {.vault = vault, .arena = arena, .endpoint = endpoint};
    TRY(find_root(store, endpoint->merchant, &w.work.tenant));
    return store_transact_wait(store, add_run, &w.work);
}

result webhook_endpoint_end(struct tx *tx, int64_t tenant, int64_t endpoint)
{
    int64_t now_us, seq;
    TRY(tx_now(tx, tenant, &now_us));
    TRY(tx_event_seq(tx, tenant, &seq));
    TRY(db_exec(tx_db(tx), SQL_WEBHOOK_ENDPOINT_REMOVE, VI(tenant), VI(endpoint), VI(now_us),
                VI(seq)));
    return db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_CANCEL, VI(tenant), VI(endpoint));
}

static result remove_run(struct tx *tx, struct work *work)
{
    const struct endpoint_work *w = (const struct endpoint_work *)work;
    struct webhook_endpoint *e = w->endpoint;
    TRY(webhook_endpoint_of_url(tx_db(tx), work->tenant, e->url, &e->id));
    if (e->id.key == 0)
        return FAIL(E_NOT_FOUND, "--url", "no endpoint has this URL");
    return webhook_endpoint_end(tx, work->tenant, e->id.key);
}

result webhook_endpoint_remove(struct store *store, struct webhook_endpoint *endpoint)
{
    struct endpoint_work w = {.endpoint = endpoint};
    TRY(find_root(store, endpoint->merchant, &w.work.tenant));
    return store_transact_wait(store, remove_run, &w.work);
}

/* ---- list ---------------------------------------------------------------------------------- */

/* The numbers are kept in the store (schema, webhook_delivery). */
static const char *const STATES[] = {NULL, "waiting", "delivered", "given_up", "removed"};

void webhook_types_view(struct json *j, const char *name, str types)
{
    json_open_array(j, name);
    while (types.bytes > 0) {
        const str type = until(types, ",");
        json_str(j, NULL, type);
        types = after(types, type.bytes < types.bytes ? type.bytes + 1 : type.bytes);
    }
    json_end(j);
}

static result counts_view(struct db *db, int64_t tenant, int64_t endpoint, struct json *j)
{
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_COUNTS, &rows, VI(tenant), VI(endpoint)));
    if (rows_next(&rows)) {
        json_i64(j, "waiting", row_i64(&rows, 0));
        json_i64(j, "delivered", row_i64(&rows, 1));
        json_i64(j, "given_up", row_i64(&rows, 2));
        json_time(j, "last_attempt_at", row_i64(&rows, 3));
    }
    return rows_done(&rows);
}

static result recent_view(struct db *db, int64_t tenant, int64_t endpoint, struct json *j)
{
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_RECENT, &rows, VI(tenant), VI(endpoint),
                 VI(WEBHOOK_RECENT)));
    json_open_array(j, "recent");
    while (rows_next(&rows)) {
        const int64_t state = row_i64(&rows, 1);
        json_open_object(j, NULL);
        json_i64(j, "event_seq", row_i64(&rows, 0));
        json_text(j, "state", 0 < state && state < (int64_t)COUNT(STATES) ? STATES[state] : NULL);
        json_i64(j, "tries", row_i64(&rows, 2));
        json_time(j, "next_attempt_at", row_i64(&rows, 3));
        json_time(j, "last_attempt_at", row_i64(&rows, 4));
        json_i64(j, "last_status", row_i64(&rows, 5));
        json_str(j, "last_error", row_str(&rows, 6));
        json_end(j);
    }
    json_end(j);
    return rows_done(&rows);
}

static result endpoint_line(struct db *db, int64_t tenant, const struct rows *row, struct buf *out)
{
    const id endpoint = {.key = row_i64(row, 0), .salt = row_i64(row, 1)};
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "id", endpoint);
    json_str(&j, "url", row_str(row, 2));
    webhook_types_view(&j, "types", row_str(row, 3));
    json_bool(&j, "active", row_i64(row, 9) != 0);
    json_time(&j, "created_at", row_i64(row, 5));
    TRY(counts_view(db, tenant, endpoint.key, &j));
    TRY(recent_view(db, tenant, endpoint.key, &j));
    json_end(&j);
    buf_char(out, '\n');
    return OK;
}

static result list(struct db *db, int64_t tenant, struct buf *out)
{
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_ENDPOINT_LIST, &rows, VI(tenant)));
    while (rows_next(&rows)) {
        if (row_i64(&rows, 7) != 0)
            continue; /* removed */
        const result r = endpoint_line(db, tenant, &rows, out);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
    }
    TRY(rows_done(&rows));
    return out->is_broken ? E_NO_MEMORY : OK;
}

result webhook_endpoint_list(struct store *store, id merchant, struct buf *out)
{
    int64_t tenant = 0;
    TRY(find_root(store, merchant, &tenant));
    struct db *db = store_read_begin(store);
    const result r = list(db, tenant, out);
    store_read_end(store, db);
    return r;
}
