/* SPDX-License-Identifier: Apache-2.0 */
#include "app/legacy.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "app/merchant.h"

enum { QUERY_BYTES_MAX = 16384 };

/* ---- what signs ----------------------------------------------------------------------------- */

/* What is sealed belongs to one key of one tenant. */
static id owner_of(int64_t tenant, str key_hash)
{
    uint64_t salt = 0;
    for (size_t i = 0; i < 8 && i < key_hash.bytes; i++)
        salt = salt << 8 | (unsigned char)key_hash.at[i];
    return (id){.key = tenant, .salt = (int64_t)salt};
}

result legacy_keep(struct tx *tx, struct vault *vault, struct arena *arena, int64_t tenant, str key)
{
    uint8_t hash[KEY_HASH_BYTES], signer[LEGACY_SIGNER_BYTES];
    str sealed = STR_NONE;
    key_hash(key, hash);
    legacy_signer_make(key, signer);
    const result r = vault_seal_text(vault, VAULT_LEGACY_KEY,
                                     owner_of(tenant, (str){(const char *)hash, sizeof hash}),
                                     (str){(const char *)signer, sizeof signer}, arena, &sealed);
    sodium_memzero(signer, sizeof signer);
    TRY(r);
    return db_exec(tx_db(tx), SQL_LEGACY_KEY_PUT, VI(tenant), VB(hash, sizeof hash),
                   VB(sealed.at, sealed.bytes), VI(tx_real_now(tx)));
}

static result open_signer(const struct app *app, int64_t tenant, const struct rows *row,
                          struct arena *arena, uint8_t ret[LEGACY_SIGNER_BYTES])
{
    struct secret_details secret = {0};
    TRY(vault_open_secret(app->vault, VAULT_LEGACY_KEY, owner_of(tenant, row_str(row, 0)),
                          row_str(row, 1), arena, &secret));
    const str text = secret_details_view(&secret);
    const bool is_whole = text.bytes == LEGACY_SIGNER_BYTES;
    if (is_whole)
        memcpy(ret, text.at, LEGACY_SIGNER_BYTES);
    secret_details_wipe(&secret);
    return is_whole ? OK : FAIL(E_CRYPTO, NULL, "a key of the legacy page has another length");
}

/* A name for a key, which leads back to neither the key nor its hash. */
static void name_key(str key_hash, char ret[LEGACY_KEY_NAME_BYTES])
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)key_hash.at, key_hash.bytes,
                             NULL, 0);
    sodium_bin2hex(ret, LEGACY_KEY_NAME_BYTES, hash, (LEGACY_KEY_NAME_BYTES - 1) / 2);
}

/* What a text is signed with, and what comes of it. */
struct signing {
    str text;
    const uint8_t *wanted;    /* the key that gives this signature; NULL: */
    str key_name;             /* the one of this name; without it the newest */
    struct legacy_proof done; /* the last that was made */
    size_t tried;             /* keys; 0: the page is off */
};

static result sign_by(const struct app *app, int64_t tenant, const struct rows *row,
                      struct arena *arena, struct signing *s)
{
    uint8_t signer[LEGACY_SIGNER_BYTES];
    TRY(open_signer(app, tenant, row, arena, signer));
    legacy_sign(signer, s->text, s->done.mac);
    sodium_memzero(signer, sizeof signer);
    name_key(row_str(row, 0), s->done.key_name);
    return OK;
}

/* Goes through the valid keys, newest first. */
static result sign(struct db *db, const struct app *app, int64_t tenant, struct arena *arena,
                   struct signing *s)
{
    struct rows rows;
    bool is_found = false;
    s->tried = 0;
    TRY(db_query(db, SQL_LEGACY_KEY_LIST, &rows, VI(tenant), VI(clock_now_us(app->clock))));
    while (!is_found && rows_next(&rows)) {
        char name[LEGACY_KEY_NAME_BYTES];
        name_key(row_str(&rows, 0), name);
        const bool is_named = s->wanted == NULL && str_is(s->key_name, name);
        if (s->wanted != NULL || is_named || s->tried == 0)
            rows.error = sign_by(app, tenant, &rows, arena, s);
        if (rows.error.code != E_OK)
            break;
        is_found = is_named || (s->wanted != NULL &&
                                sodium_memcmp(s->done.mac, s->wanted, LEGACY_MAC_BYTES) == 0);
        s->tried++;
    }
    TRY(rows_done(&rows));
    return is_found || s->wanted == NULL || s->tried == 0
               ? OK
               : FAIL(E_INVALID_PARAMETER, "hmac", "the signature is not that of this query");
}

static bool read_hex(str hex, uint8_t ret[LEGACY_MAC_BYTES])
{
    size_t bytes = 0;
    return hex.bytes == 2 * LEGACY_MAC_BYTES &&
           sodium_hex2bin(ret, LEGACY_MAC_BYTES, hex.at, hex.bytes, NULL, &bytes, NULL) == 0 &&
           bytes == LEGACY_MAC_BYTES;
}

result legacy_verify(struct db *db, const struct app *app, int64_t tenant, str path, str query,
                     struct arena *arena, struct legacy_proof *ret)
{
    str hmac;
    uint8_t given[LEGACY_MAC_BYTES];
    struct signing s = {.wanted = given};
    TRY(legacy_text(path, query, arena, &s.text, &hmac));
    if (hmac.at == NULL)
        return FAIL(E_MISSING_PARAMETER, "hmac", "A required parameter (hmac) is missing.");
    if (!read_hex(hmac, given))
        return FAIL(E_INVALID_PARAMETER, "hmac", "hmac is 64 hexadecimal digits");
    TRY(sign(db, app, tenant, arena, &s));
    if (s.tried == 0)
        return FAIL(E_NOT_FOUND, NULL, "The legacy page is not switched on for this merchant.");
    *ret = s.done;
    return OK;
}

/* ---- back at the shop ----------------------------------------------------------------------- */

/* What the shop is told: the session's latest or successful payment. */
static result add_outcome(struct db *db, const struct session *s, int64_t now_us,
                          struct arena *arena, struct buf *query)
{
    const bool can_be_paid = s->status == SESSION_PENDING && !session_is_expired(s, now_us);
    const char *status = can_be_paid ? "pending" : "cancelled";
    if (s->status == SESSION_COMPLETED && s->payment != 0) {
        struct payment p;
        char text[ID_TEXT_BYTES];
        TRY(payment_read_key(db, s->tenant, s->payment, arena, &p));
        id_text(p.id, text);
        status = pay_state_name(p.status);
        legacy_pair(query, "transaction[uuid]", str_of(text));
    }
    legacy_pair(query, "transaction[status]", str_of(status));
    if (s->external_order_num.at != NULL)
        legacy_pair(query, "transaction[external_order_num]", s->external_order_num);
    legacy_pair(query, "timestamp", str_of(arena_printf(arena, "%" PRId64, now_us / US_PER_S)));
    return OK;
}

static result read_target(struct db *db, const struct session *s, struct arena *arena, str *ret)
{
    struct rows rows;
    *ret = STR_NONE;
    TRY(db_query(db, SQL_LEGACY_SESSION_GET, &rows, VI(s->tenant), VI(s->id.key)));
    if (rows_next(&rows))
        *ret = row_copy(&rows, s->status == SESSION_COMPLETED ? 0 : 1, arena);
    TRY(rows_done(&rows));
    if (arena_is_broken(arena))
        return E_NO_MEMORY;
    return ret->at != NULL ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* The key that the shop has signed the visit with: its name ends the session's return_url. */
static str name_of_visit(const struct session *s)
{
    enum { BYTES = LEGACY_KEY_NAME_BYTES - 1 };
    return s->return_url.bytes < BYTES
               ? STR_NONE
               : (str){s->return_url.at + s->return_url.bytes - BYTES, BYTES};
}

/* The shop's address with the pairs and the signature in its query. */
static result put_together(struct db *db, const struct app *app, const struct session *session,
                           const struct legacy_url *url, str query, struct arena *arena, str *ret)
{
    str old;
    char hex[2 * LEGACY_MAC_BYTES + 1];
    struct signing s = {.key_name = name_of_visit(session)};
    TRY(legacy_text(url->path.bytes == 0 ? S("/") : url->path, query, arena, &s.text, &old));
    TRY(sign(db, app, session->tenant, arena, &s));
    sodium_bin2hex(hex, sizeof hex, s.done.mac, sizeof s.done.mac);
    *ret = str_of(arena_printf(arena, "%.*s%.*s%s%s%.*s", (int)url->origin.bytes, url->origin.at,
                               (int)s.text.bytes, s.text.at,
                               s.tried == 0 ? "" : "&hmac=", s.tried == 0 ? "" : hex,
                               (int)url->fragment.bytes, url->fragment.at));
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

result legacy_return(struct db *db, const struct app *app, int64_t tenant, id session,
                     struct arena *arena, str *ret_url)
{
    struct session s;
    struct legacy_url url;
    struct buf query;
    str target;
    TRY(session_read(db, tenant, session, arena, &s));
    TRY(read_target(db, &s, arena, &target));
    if (!legacy_url_read(target, &url))
        return FAIL(E_INTERNAL, NULL, "an address of a legacy session is none");
    buf_init(&query, QUERY_BYTES_MAX);
    buf_str(&query, url.query);
    result r = add_outcome(db, &s, clock_now_us(app->clock), arena, &query);
    if (r.code == E_OK)
        r = query.is_broken ? E_NO_MEMORY
                            : put_together(db, app, &s, &url, buf_view(&query), arena, ret_url);
    buf_done(&query);
    return r;
}

/* ---- the visit ------------------------------------------------------------------------------ */

/* A session of this page that is still to be paid under the same number; key 0: none. */
static result read_open(struct tx *tx, const struct session *s, struct arena *arena,
                        struct session *ret)
{
    int64_t key = 0;
    *ret = (struct session){0};
    TRY(db_number(tx_db(tx), SQL_LEGACY_SESSION_BY_ORDER, &key, VI(s->tenant),
                  VT(s->external_order_num)));
    return key == 0 ? OK : session_read_key(tx_db(tx), s->tenant, key, arena, ret);
}

static result make(struct tx *tx, struct legacy_visit *in)
{
    struct session *s = &in->session, before;
    struct command *c = &in->c;
    int64_t busy = 0;
    TRY(read_open(tx, s, c->arena, &before));
    TRY(session_check(tx, s, before.id.key == 0 ? NULL : &before, c->arena));
    if (before.id.key != 0)
        TRY(session_stop(tx, &before, s->created_us, &busy));
    if (busy != 0) {
        c->step = STEP_WAIT;
        c->wait_payment = busy;
        return OK;
    }
    s->id = id_new(tx_real_now(tx));
    const char *back = arena_printf(c->arena, "/legacy_return?key=%s", in->proof.key_name);
    if (back == NULL)
        return E_NO_MEMORY;
    s->return_url = str_of(session_url(s, c->app->public_url, back, c->arena));
    if (s->return_url.at == NULL)
        return E_NO_MEMORY;
    TRY(session_insert(tx, s));
    return db_exec(tx_db(tx), SQL_LEGACY_SESSION_INSERT, VI(s->tenant), VI(s->id.key),
                   VB(in->proof.mac, LEGACY_MAC_BYTES), VT(in->return_url), VT(in->cancel_url));
}

static result begin_visit(struct tx *tx, struct command *c)
{
    struct legacy_visit *in = (struct legacy_visit *)c;
    struct session *s = &in->session, known;
    int64_t key = 0;
    TRY(db_number(tx_db(tx), SQL_LEGACY_SESSION_OF, &key, VI(c->tenant),
                  VB(in->proof.mac, LEGACY_MAC_BYTES)));
    c->step = STEP_ANSWER;
    if (key != 0) {
        TRY(session_read_key(tx_db(tx), c->tenant, key, c->arena, &known));
        in->url = session_url(&known, c->app->public_url, "", c->arena);
        return OK;
    }
    TRY(tx_now(tx, c->tenant, &s->created_us));
    s->tenant = s->merchant = c->tenant;
    s->mode = SESSION_PAYMENT;
    s->status = SESSION_PENDING;
    s->expires_us = s->created_us + SESSION_SECONDS_MAX * US_PER_S;
    TRY(make(tx, in));
    in->url = session_url(s, c->app->public_url, "", c->arena);
    return OK;
}

void legacy_visit_init(struct legacy_visit *in)
{
    in->c.begin = begin_visit;
}

/* ---- the operator's switch ------------------------------------------------------------------ */

struct switch_work {
    struct work work; /* first */
    struct vault *vault;
    struct arena *arena;
    str key;
};

/* Whether it is a secret key of the tenant that is valid. */
static result check_key(struct tx *tx, int64_t tenant, str key)
{
    uint8_t hash[KEY_HASH_BYTES];
    struct rows rows;
    key_hash(key, hash);
    TRY(db_query(tx_db(tx), SQL_API_KEY_GET, &rows, VI(tenant), VB(hash, sizeof hash)));
    const bool is_good = rows_next(&rows) && row_i64(&rows, 1) != 0 &&
                         (row_i64(&rows, 3) == 0 || row_i64(&rows, 3) > tx_real_now(tx));
    TRY(rows_done(&rows));
    return is_good ? OK
                   : FAIL(E_INVALID_PARAMETER, "--on",
                          "standard input has no secret key of this merchant");
}

static result on_run(struct tx *tx, struct work *work)
{
    const struct switch_work *w = (const struct switch_work *)work;
    const struct merchant *root;
    TRY(tx_merchant(tx, work->tenant, work->tenant, &root));
    if (root->kind != KIND_ORDINARY)
        return FAIL(E_INVALID_PARAMETER, "--merchant",
                    "the legacy page does not know splits: it is for ordinary merchants");
    TRY(check_key(tx, work->tenant, w->key));
    return legacy_keep(tx, w->vault, w->arena, work->tenant, w->key);
}

result legacy_switch_on(struct store *store, struct vault *vault, struct arena *arena, id merchant,
                        str key)
{
    struct switch_work w = {.vault = vault, .arena = arena, .key = key};
    TRY(merchant_tenant(store, merchant, &w.work.tenant));
    return store_transact_wait(store, on_run, &w.work);
}

static result off_run(struct tx *tx, struct work *work)
{
    return db_exec(tx_db(tx), SQL_LEGACY_KEY_DROP, VI(work->tenant));
}

result legacy_switch_off(struct store *store, id merchant)
{
    struct switch_work w = {0};
    TRY(merchant_tenant(store, merchant, &w.work.tenant));
    return store_transact_wait(store, off_run, &w.work);
}

result legacy_is_on_for(struct db *db, int64_t tenant, bool *ret)
{
    int64_t count = 0;
    TRY(db_number(db, SQL_LEGACY_KEY_COUNT, &count, VI(tenant)));
    *ret = count > 0;
    return OK;
}

result legacy_is_on(struct store *store, id merchant, bool *ret)
{
    int64_t tenant;
    TRY(merchant_tenant(store, merchant, &tenant));
    struct db *db = store_read_begin(store);
    const result r = legacy_is_on_for(db, tenant, ret);
    store_read_end(store, db);
    return r;
}
