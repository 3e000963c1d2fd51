/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"

#include <inttypes.h>
#include <string.h>

#include "audit/again.h"
#include "audit/audit_state.h"
#include "audit/progress.h"

enum { SCHEMA_VERSION = 19 };
/* Merchants and accounts of one tenant: a million of them fit. */
#define TENANT_BYTES_MAX  ((size_t)1 << 30)
#define SCRATCH_BYTES_MAX ((size_t)256 << 20) /* a payment with a million refunds */
#define NAMES_BYTES_MAX   ((size_t)1 << 20)

/* ---- the checks ---------------------------------------------------------------------------- */

typedef void check(struct audit *a);

static check *const OF_DATABASE[] = {
#define CHECK(name, function, text, again)
#define CHECK_OF_DATABASE(name, function, text, again) (function),
#include "audit/check.def"
#undef CHECK
#undef CHECK_OF_DATABASE
};

static check *const OF_TENANT[] = {
#define CHECK(name, function, text, again) (function),
#define CHECK_OF_DATABASE(name, function, text, again)
#include "audit/check.def"
#undef CHECK
#undef CHECK_OF_DATABASE
};

static void run_checks(struct audit *a, check *const *checks, size_t count)
{
    for (size_t i = 0; i < count && a->error.code == E_OK; i++)
        checks[i](a);
}

/* ---- tenants ------------------------------------------------------------------------------- */

int64_t audit_number(struct audit *a, const char *sql)
{
    struct cursor c;
    cursor_stream(a, &c, sql);
    const int64_t value = cursor_next(&c) ? cursor_i64(&c, 0) : -1;
    cursor_close(&c);
    return value;
}

struct merchant_fact *merchant_of(const struct audit *a, int64_t merchant)
{
    return map_get(&a->merchants, merchant, 0);
}

static void read_merchants(struct audit *a)
{
    struct cursor c;
    cursor_stream(a, &c, "SELECT id, salt, kind FROM merchant WHERE tenant = $1 ORDER BY id");
    while (cursor_next(&c)) {
        struct merchant_fact *fact = AUDIT_NEW(a, a->arena, struct merchant_fact);
        if (fact == NULL)
            break;
        fact->salt = cursor_i64(&c, 1);
        fact->kind = cursor_i64(&c, 2);
        if (!map_put(&a->merchants, cursor_i64(&c, 0), 0, fact))
            audit_fail(a, E_NO_MEMORY);
    }
    cursor_close(&c);
    const struct merchant_fact *root = merchant_of(a, a->tenant);
    a->kind = root == NULL ? 0 : root->kind;
}

static void read_hash(struct audit *a, const struct cursor *c, int column, const char *name,
                      uint8_t ret[HASH_BYTES])
{
    const str hash = cursor_str(c, column);
    memset(ret, 0, HASH_BYTES);
    if (hash.bytes == HASH_BYTES)
        memcpy(ret, hash.at, HASH_BYTES);
    else
        finding(a, number_name(a, "tenant", a->tenant), "its %s is not 32 bytes", name);
}

/* Where to go on from: all rows, unless an earlier audit has seen this tenant. */
static void set_point(struct audit *a)
{
    static const struct point NOWHERE = {.key_from = INT64_MIN, .delivery_from = INT64_MIN};
    struct point *point = a->progress == NULL ? NULL : progress_point(a->progress, a->tenant);
    a->is_again = point != NULL;
    a->point = point == NULL ? &NOWHERE : point;
    if (point == NULL)
        return;
    point->is_seen = true;
    again_begin(a);
}

static void audit_tenant(struct audit *a, const struct cursor *tenant)
{
    arena_clear(a->arena);
    map_init(&a->merchants, a->arena);
    map_init(&a->accounts, a->arena);
    map_init(&a->again, a->arena);
    map_init(&a->open, a->arena);
    a->tenant = cursor_i64(tenant, 0);
    read_merchants(a);
    a->event_seq = cursor_i64(tenant, 1);
    a->ledger_seq = cursor_i64(tenant, 3);
    read_hash(a, tenant, 2, "event_hash", a->event_hash);
    read_hash(a, tenant, 4, "ledger_hash", a->ledger_hash);
    set_point(a);
    run_checks(a, OF_TENANT, COUNT(OF_TENANT));
    a->seen->tenants++;
    if (a->progress != NULL && a->error.code == E_OK && a->seen->findings == 0)
        progress_add(a->progress, a);
}

static void audit_all(struct audit *a)
{
    struct cursor tenant;
    run_checks(a, OF_DATABASE, COUNT(OF_DATABASE));
    cursor_open(a, &tenant,
                "SELECT tenant, event_seq, event_hash, ledger_seq, ledger_hash FROM tenant "
                "ORDER BY tenant");
    while (cursor_next(&tenant))
        audit_tenant(a, &tenant);
    cursor_close(&tenant);
    const struct point *unseen = a->progress == NULL ? NULL : progress_unseen(a->progress);
    if (unseen != NULL && a->error.code == E_OK)
        finding(a, "database", "tenant %" PRId64 ", which the last audit saw, does not exist",
                unseen->tenant);
}

/* ---- a run --------------------------------------------------------------------------------- */

/* The message of an error, out of what is about to be freed. */
static result keep_message(result r)
{
    static _Thread_local char message[MESSAGE_BYTES_MAX];
    if (r.message == NULL)
        return r;
    const size_t bytes = strnlen(r.message, sizeof message - 1);
    memcpy(message, r.message, bytes);
    message[bytes] = '\0';
    r.message = message;
    return r;
}

static result run_open(struct audit *a, const char *url)
{
    if (a->progress != NULL)
        TRY(progress_begin(a->progress));
    TRY(a->driver->open(a, url));
    if (audit_number(a, "SELECT version FROM schema_version") != SCHEMA_VERSION)
        audit_fail(a, FAIL(E_USAGE, "--db", "this database is of another version of Kessai"));
    if (a->error.code == E_OK)
        audit_all(a);
    if (a->error.code != E_OK || a->progress == NULL || a->seen->findings > 0)
        return a->error;
    return progress_end(a->progress);
}

static result run(const char *url, struct progress *progress, FILE *out, struct audit_report *ret)
{
    struct audit_report report = {0};
    const bool is_server =
        strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
    struct audit a = {.driver = is_server ? &CURSOR_POSTGRES : &CURSOR_SQLITE,
                      .out = out,
                      .seen = &report,
                      .progress = progress,
                      .names = arena_new(NAMES_BYTES_MAX),
                      .arena = arena_new(TENANT_BYTES_MAX),
                      .scratch = arena_new(SCRATCH_BYTES_MAX)};
    result r = E_NO_MEMORY;
    if (a.names != NULL && a.arena != NULL && a.scratch != NULL)
        r = keep_message(run_open(&a, url));
    a.driver->close(&a);
    arena_free(a.names);
    arena_free(a.arena);
    arena_free(a.scratch);
    if (r.code == E_OK)
        *ret = report;
    return r;
}

result audit_run(const char *url, FILE *out, int64_t *ret_findings)
{
    struct audit_report report;
    const result r = run(url, NULL, out, &report);
    if (r.code == E_OK)
        *ret_findings = report.findings;
    return r;
}

result audit_run_on(const char *url, const char *progress, FILE *out, struct audit_report *ret)
{
    struct progress p;
    if (progress == NULL)
        return run(url, NULL, out, ret);
    result r = progress_read(&p, progress);
    if (r.code == E_OK)
        r = run(url, &p, out, ret);
    progress_done(&p);
    return r;
}
