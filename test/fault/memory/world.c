/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/memory/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sqlite3.h>

#include "api/api.h"
#include "app/merchant.h"
#include "app/rail_pool.h"
#include "app/recover.h"
#include "app/webhook_endpoint.h"
#include "audit/audit.h"
#include "fault/memory/seam.h"
#include "rails/simulator.h"

#define CHECK_OK(f) assert_int_equal((f).code, E_OK)
enum { RAIL_THREADS = 2, DRAIN_MS = 10000 };

/* ---- places ---------------------------------------------------------------------------------- */

/* In memory where there is such a place: nothing here is about the disk. */
void world_make_directory(struct world *w)
{
    const char *base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(w->directory, sizeof w->directory, "%s/kessai-memory-XXXXXX", base);
    assert_non_null(mkdtemp(w->directory));
    (void)snprintf(w->db, sizeof w->db, "%s/db", w->directory);
}

void world_empty_directory(const struct world *w)
{
    static const char *const FILES[] = {"db", "db-wal", "db-shm", "db.lock", "db.key", "db.rail"};
    for (size_t i = 0; i < COUNT(FILES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", w->directory, FILES[i]);
        (void)unlink(path);
    }
}

void world_remove_directory(struct world *w)
{
    world_empty_directory(w);
    assert_int_equal(rmdir(w->directory), 0);
}

/* ---- templates ------------------------------------------------------------------------------- */

static const char *const NAME_TEXTS[NAMES] = {
    [NAME_N] = "n",
    [NAME_PLATFORM] = "platform",
    [NAME_PAYEE] = "payee",
    [NAME_PAYMENT] = "payment",
    [NAME_MERCHANT] = "merchant",
    [NAME_TOKEN] = "token",
    [NAME_UUID] = "uuid",
    [NAME_EVENT] = "event",
    [NAME_SECRET] = "secret",
    [NAME_PUBLISHABLE] = "publishable",
    [NAME_SHOP] = "shop",
    [NAME_MALL] = "mall",
};

/* The name that a text starts with; the longest, where one starts with another. */
static enum name name_at(const char *text)
{
    enum name found = NAME_NONE;
    size_t best = 0;
    for (int i = 1; i < NAMES; i++) {
        const size_t bytes = strlen(NAME_TEXTS[i]);
        if (bytes > best && strncmp(text, NAME_TEXTS[i], bytes) == 0) {
            found = (enum name)i;
            best = bytes;
        }
    }
    return found;
}

const char *world_expand(const struct world *w, const char *template)
{
    static char texts[4][TEXT_BYTES_MAX];
    static unsigned turn;
    char *to = texts[turn++ % COUNT(texts)];
    size_t n = 0;
    for (const char *at = template; *at != '\0'; at++) {
        const enum name name = *at == '$' ? name_at(at + 1) : NAME_NONE;
        const char *piece = name == NAME_NONE ? at : w->names[name];
        const size_t bytes = name == NAME_NONE ? 1 : strlen(piece);
        assert_true(n + bytes < TEXT_BYTES_MAX);
        memcpy(to + n, piece, bytes);
        n += bytes;
        at += name == NAME_NONE ? 0 : strlen(NAME_TEXTS[name]);
    }
    to[n] = '\0';
    return to;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void base64(const char *text, char *ret)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes; i += 3) {
        const size_t left = bytes - i;
        const unsigned char *at = (const unsigned char *)text + i;
        const unsigned three = (unsigned)at[0] << 16 | (left > 1 ? (unsigned)at[1] << 8 : 0) |
                               (left > 2 ? (unsigned)at[2] : 0);
        *ret++ = DIGITS[three >> 18];
        *ret++ = DIGITS[three >> 12 & 63];
        *ret++ = left > 1 ? DIGITS[three >> 6 & 63] : '=';
        *ret++ = left > 2 ? DIGITS[three & 63] : '=';
    }
    *ret = '\0';
}

static void connect_client(struct world *w)
{
    if (w->is_connected)
        return;
    client_open(&w->client, http_port(w->http));
    w->is_connected = true;
}

static void disconnect_client(struct world *w)
{
    if (w->is_connected)
        client_close(&w->client);
    w->is_connected = false;
}

void world_call(struct world *w, const struct call *call)
{
    static char text[TEXT_BYTES_MAX + 4096];
    char key[2 * NAME_BYTES], credentials[3 * NAME_BYTES];
    const char *body = call->body == NULL ? "" : world_expand(w, call->body);
    (void)snprintf(key, sizeof key, "%s:", w->names[call->key]);
    base64(key, credentials);
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", call->verb,
                     world_expand(w, call->target));
    size_t used = (size_t)n;
#define ADD(is_wanted, ...)                                                                        \
    do {                                                                                           \
        if (is_wanted)                                                                             \
            used += (size_t)snprintf(text + used, sizeof text - used, __VA_ARGS__);                \
    } while (0)
    ADD(call->key != NAME_NONE, "Authorization: Basic %s\r\n", credentials);
    ADD(call->scenario != NULL, "Komoju-Scenario: %s\r\n", call->scenario);
    ADD(call->has_idempotency_key, "Idempotency-Key: key-%s\r\n", w->names[NAME_N]);
    ADD(call->body != NULL, "Content-Type: application/%s\r\nContent-Length: %zu\r\n",
        body[0] == '{' ? "json" : "x-www-form-urlencoded", strlen(body));
    ADD(true, "\r\n%s", body);
#undef ADD
    assert_true(used < sizeof text);
    if (call->is_afresh)
        disconnect_client(w);
    connect_client(w);
    client_send(&w->client, text, used);
    client_read(&w->client, &w->reply);
    if (w->reply.status == 0 || strcasestr(w->reply.head, "\r\nConnection: close") != NULL)
        disconnect_client(w);
}

void world_take(struct world *w, const struct call *call, enum name name)
{
    world_call(w, call);
    if (w->reply.status != 200)
        fail_msg("%s %s gives %d %s", call->verb, call->target, w->reply.status, w->reply.body);
    json_t *root = json_loads(w->reply.body, 0, NULL);
    const json_t *data = json_object_get(root, "data");
    const json_t *object = json_is_array(data) ? json_array_get(data, 0) : root;
    const char *found = json_string_value(json_object_get(object, "id"));
    assert_non_null(found);
    assert_true(strlen(found) < NAME_BYTES);
    memcpy(w->names[name], found, strlen(found) + 1);
    json_decref(root);
}

/* ---- effects --------------------------------------------------------------------------------- */

const char *const EFFECT_NAMES[EFFECTS] = {
    "payment", "refund",  "split_line", "ledger_transaction", "ledger_transfer", "event",
    "token",   "account", "merchant",   "merchant_method",    "operation",       "idempotency"};

/* The first row of a statement, as so many numbers. */
static void read_numbers(const struct world *w, const char *text, int64_t *ret, int count)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(w->db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    for (int i = 0; i < count; i++)
        ret[i] = sqlite3_column_int64(statement, i);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
}

struct effects world_effects(const struct world *w)
{
    struct effects effects = {0};
    read_numbers(w,
                 "SELECT (SELECT count(*) FROM payment), (SELECT count(*) FROM refund),"
                 "(SELECT count(*) FROM split_line), (SELECT count(*) FROM ledger_transaction),"
                 "(SELECT count(*) FROM ledger_transfer), (SELECT count(*) FROM event),"
                 "(SELECT count(*) FROM token), (SELECT count(*) FROM account),"
                 "(SELECT count(*) FROM merchant), (SELECT count(*) FROM merchant_method),"
                 "(SELECT count(*) FROM operation), (SELECT count(*) FROM idempotency)",
                 effects.counts, EFFECTS);
    return effects;
}

int64_t world_undelivered(const struct world *w)
{
    int64_t count = -1;
    seam_exempt(true);
    read_numbers(w, "SELECT count(*) FROM webhook_delivery WHERE state = 1", &count, 1);
    seam_exempt(false);
    return count;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void open_parts(struct world *w)
{
    w->app.clock = w->clock == NULL ? &CLOCK_SYSTEM : w->clock;
    const struct store_config store = {
        .url = w->db, .access = STORE_SERVER, .clock = w->app.clock, .readers = 3};
    const struct jobs_config jobs = {.allow_private_webhooks = true};
    w->app.public_url = "http://127.0.0.1";
    CHECK_OK(store_open(&store, &w->app.store));
    CHECK_OK(vault_open(arena_printf(w->arena, "%s.key", w->db), &w->app.vault));
    CHECK_OK(
        simulator_open(arena_printf(w->arena, "%s.rail", w->db), &w->app.rails[RAIL_SIMULATOR]));
    CHECK_OK(rail_pool_start(RAIL_THREADS, &w->app.pool));
    CHECK_OK(operations_recover(&w->app));
    CHECK_OK(jobs_start(&w->app, &jobs, &w->jobs));
    struct http_config http = {
        .listen_host = "127.0.0.1", .app = &w->app, .authenticate = api_authenticate, .threads = 2};
    http.routes = api_routes(&http.route_count);
    CHECK_OK(http_start(&http, &w->http));
}

static void keep_name(struct world *w, enum name name, str text)
{
    assert_true(text.bytes < NAME_BYTES);
    memcpy(w->names[name], text.at, text.bytes);
    w->names[name][text.bytes] = '\0';
}

static void make_merchants(struct world *w)
{
    struct merchant_root root = {.name = S("A marketplace"), .kind = KIND_MARKETPLACE};
    struct merchant_root shop = {.name = S("A shop"), .kind = KIND_ORDINARY};
    struct merchant_root mall = {.name = S("A platform"), .kind = KIND_PLATFORM};
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &root));
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &shop));
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &mall));
    keep_name(w, NAME_MALL, mall.keys.secret);
    char id_digits[ID_TEXT_BYTES];
    id_text(root.id, id_digits);
    keep_name(w, NAME_PLATFORM, str_of(id_digits));
    keep_name(w, NAME_SECRET, root.keys.secret);
    keep_name(w, NAME_PUBLISHABLE, root.keys.publishable);
    keep_name(w, NAME_SHOP, shop.keys.secret);
    if (!w->has_sink)
        return;
    seam_exempt_threads(true);
    sink_start(&w->sink);
    seam_exempt_threads(false);
    struct webhook_endpoint endpoint = {
        .merchant = root.id, .url = str_of(w->sink.url), .secret = S("whsec")};
    CHECK_OK(webhook_endpoint_add(w->app.store, w->app.vault, w->arena, &endpoint));
}

/* Both have money, so that refunds and transfers find some. */
static void make_money(struct world *w)
{
    world_take(w,
               &(struct call){.verb = "POST",
                              .target = "/api/v1/merchants",
                              .key = NAME_SECRET,
                              .body = "{\"name\":\"Payee\",\"platform_role\":\"payout\"}"},
               NAME_PAYEE);
    world_take(w,
               &(struct call){
                   .verb = "POST",
                   .target = "/api/v1/payments",
                   .key = NAME_SECRET,
                   .body = "{\"amount\":1000000,\"currency\":\"JPY\",\"payment_details\":{\"type\":"
                           "\"credit_card\",\"number\":\"4111111111111111\",\"month\":12,\"year\":"
                           "2035},\"platform_details\":{\"submerchants\":[{\"submerchant_id\":"
                           "\"$payee\",\"amount\":1000000,\"platform_fee\":500000}]}}"},
               NAME_PAYMENT);
    world_take(w,
               &(struct call){.verb = "GET",
                              .target = "/api/v1/merchants/$payee/balances/JPY/transactions",
                              .key = NAME_SECRET},
               NAME_UUID);
    world_take(w, &(struct call){.verb = "GET", .target = "/api/v1/events", .key = NAME_SECRET},
               NAME_EVENT);
}

void world_begin(struct world *w)
{
    *w = (struct world){.has_sink = w->has_sink, .clock = w->clock};
    w->sink.statuses[0] = 200;
    w->arena = arena_new(1 << 20);
    assert_non_null(w->arena);
    world_make_directory(w);
    open_parts(w);
    make_merchants(w);
    make_money(w);
}

static void close_parts(struct world *w)
{
    disconnect_client(w);
    http_stop(w->http, DRAIN_MS);
    jobs_stop(w->jobs);
    rail_pool_stop(w->app.pool);
    store_close(w->app.store);
    rail_pool_free(w->app.pool);
    w->app.rails[RAIL_SIMULATOR]->functions->close(w->app.rails[RAIL_SIMULATOR]);
    vault_close(w->app.vault);
    w->app = (struct app){0};
}

void world_restart(struct world *w)
{
    close_parts(w);
    open_parts(w);
}

void world_end(struct world *w)
{
    int64_t findings = -1;
    close_parts(w);
    if (w->has_sink) {
        sink_stop(&w->sink);
        sink_done(&w->sink);
    }
    CHECK_OK(audit_run(w->db, stdout, &findings));
    assert_int_equal(findings, 0);
    world_remove_directory(w);
    arena_free(w->arena);
    *w = (struct world){.has_sink = w->has_sink, .clock = w->clock};
}
