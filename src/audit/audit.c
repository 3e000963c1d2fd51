/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit_state.h"
#include "base/buf.h"

enum {
    APPLICATION_ID = 0x4b455353, /* "KESS" in the header of the file */
    SCHEMA_VERSION = 1,
    BUSY_MS = 10000,
    MESSAGE_BYTES_MAX = 300
};
/* Merchants and accounts of one tenant: a million of them fit. */
#define TENANT_BYTES_MAX  ((size_t)1 << 30)
#define SCRATCH_BYTES_MAX ((size_t)256 << 20) /* a payment with a million refunds */
#define NAMES_BYTES_MAX   ((size_t)1 << 20)

/* ---- the checks ---------------------------------------------------------------------------- */

struct check {
    const char *name, *prose;
    void (*run)(struct audit *a);
};

/* Of the file, once. */
static const struct check OF_FILE[] = {
    {"file", "SQLite finds pages, keys and indexes in order", check_file},
    {"tenants", "no table has rows of a tenant that does not exist", check_tenants},
};

/* Of each tenant, in this order: statements and payments leave facts that accounts compares. */
static const struct check OF_TENANT[] = {
    {"merchants", "the root exists, and the merchants below it fit its kind", check_merchants},
    {"values", "no column holds a value that the schema forbids", check_values},
    {"ledger chain", "ledger transactions are numbered without gaps, each hash is that of its row",
     check_ledger_chain},
    {"event chain", "events are numbered without gaps, each hash is that of its row",
     check_event_chain},
    {"event data", "events have a known type, a merchant, a JSON object and an existing payment",
     check_event_data},
    {"transfers", "transfers are numbered, typed, positive, and between two accounts of the tenant",
     check_transfers},
    {"statements", "each account's records form one chain with a mark at every 64th",
     check_statements},
    {"payments", "payments, refunds and splits say what the ledger says, transfer by transfer",
     check_payments},
    {"ordinals", "each merchant's payments are numbered without gaps", check_ordinals},
    {"accounts", "balances, record counts and holds follow from the ledger and add up to zero",
     check_accounts},
    {"operations", "what was asked of rails fits payments, refunds and answers", check_operations},
    {"outbox", "each event has one delivery for each endpoint that wants it", check_outbox},
    {"tokens", "a used token holds no card and names its payment", check_tokens},
};

/* ---- tenants ------------------------------------------------------------------------------- */

const struct merchant_fact *merchant_of(const struct audit *a, int64_t merchant)
{
    return map_get(&a->merchants, merchant, 0);
}

static void read_merchants(struct audit *a)
{
    struct cursor c;
    cursor_open(a, &c, "SELECT id, salt, kind FROM merchant WHERE tenant = ?1");
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

static void run_checks(struct audit *a, const struct check *checks, size_t count)
{
    for (size_t i = 0; i < count && a->error.code == E_OK; i++)
        checks[i].run(a);
}

static void audit_tenant(struct audit *a, const struct cursor *tenant)
{
    arena_clear(a->arena);
    map_init(&a->merchants, a->arena);
    map_init(&a->accounts, a->arena);
    a->tenant = cursor_i64(tenant, 0);
    read_merchants(a);
    a->event_seq = cursor_i64(tenant, 1);
    a->ledger_seq = cursor_i64(tenant, 3);
    read_hash(a, tenant, 2, "event_hash", a->event_hash);
    read_hash(a, tenant, 4, "ledger_hash", a->ledger_hash);
    run_checks(a, OF_TENANT, COUNT(OF_TENANT));
}

static void audit_all(struct audit *a)
{
    struct cursor tenant;
    run_checks(a, OF_FILE, COUNT(OF_FILE));
    cursor_open(a, &tenant,
                "SELECT tenant, event_seq, event_hash, ledger_seq, ledger_hash FROM tenant "
                "ORDER BY tenant");
    while (cursor_next(&tenant))
        audit_tenant(a, &tenant);
    cursor_close(&tenant);
}

/* ---- the file ------------------------------------------------------------------------------ */

/* A URI of the path, every byte that means something there escaped. */
static const char *uri_of(struct audit *a, const char *path, const char *options)
{
    struct buf text;
    buf_init(&text, 16384);
    buf_text(&text, "file:");
    for (; *path != '\0'; path++) {
        if (*path == '%' || *path == '?' || *path == '#')
            buf_printf(&text, "%%%02x", (unsigned)(unsigned char)*path);
        else
            buf_char(&text, *path);
    }
    buf_text(&text, options);
    const char *uri = text.is_broken ? NULL : arena_cstr(a->arena, buf_view(&text));
    buf_done(&text);
    return uri;
}

static int open_with(struct audit *a, const char *path, const char *options)
{
    const char *uri = uri_of(a, path, options);
    if (uri == NULL)
        return SQLITE_NOMEM;
    int code = sqlite3_open_v2(uri, &a->handle,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_PRIVATECACHE,
                               NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(a->handle, BUSY_MS);
    if (code == SQLITE_OK)
        code = sqlite3_exec(a->handle,
                            "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;"
                            "PRAGMA cache_size = -65536; PRAGMA mmap_size = 0",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(a->handle, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL,
                            NULL); /* the snapshot begins with the first read */
    return code;
}

/* A log beside the file needs a place for its index; where neither is there and none can be made
 * (a backup on read-only media), nobody writes, and the file may be read as it is. */
static int open_file(struct audit *a, const char *path)
{
    int code = open_with(a, path, "?mode=ro");
    const char *log_path = arena_printf(a->arena, "%s-wal", path);
    if ((code & 0xff) == SQLITE_CANTOPEN && log_path != NULL && access(path, R_OK) == 0 &&
        access(log_path, F_OK) != 0) {
        (void)sqlite3_close(a->handle);
        code = open_with(a, path, "?mode=ro&immutable=1");
    }
    return code;
}

static int64_t number(struct audit *a, const char *sql)
{
    struct cursor c;
    cursor_open(a, &c, sql);
    const int64_t value = cursor_next(&c) ? cursor_i64(&c, 0) : -1;
    cursor_close(&c);
    return value;
}

static void check_header(struct audit *a)
{
    if (number(a, "PRAGMA application_id") != APPLICATION_ID)
        audit_fail(a, FAIL(E_USAGE, "--db", "this file is not a Kessai database"));
    else if (number(a, "SELECT version FROM schema_version") != SCHEMA_VERSION)
        audit_fail(a, FAIL(E_USAGE, "--db", "this database is of another version of Kessai"));
}

static result open_failed(struct audit *a, int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_NOMEM)
        return E_NO_MEMORY;
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return FAIL(E_STORE_BUSY, NULL, NULL);
    if (kind == SQLITE_NOTADB)
        return FAIL(E_USAGE, "--db", "this file is not a Kessai database");
    return FAIL(E_USAGE, "--db", sqlite3_errmsg(a->handle));
}

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

static result audit_file(struct audit *a, const char *path)
{
    const int code = open_file(a, path);
    if (code != SQLITE_OK)
        return open_failed(a, code);
    check_header(a);
    if (a->error.code == E_OK)
        audit_all(a);
    return a->error;
}

result audit_run(const char *url, FILE *out, int64_t *ret_findings)
{
    if (strncmp(url, "postgres", 8) == 0)
        return FAIL(E_USAGE, "--db",
                    "this release keeps its data in SQLite: give a path or sqlite:PATH");
    struct audit a = {.out = out,
                      .names = arena_new(NAMES_BYTES_MAX),
                      .arena = arena_new(TENANT_BYTES_MAX),
                      .scratch = arena_new(SCRATCH_BYTES_MAX)};
    result r = E_NO_MEMORY;
    if (a.names != NULL && a.arena != NULL && a.scratch != NULL) {
        map_init(&a.merchants, a.arena);
        map_init(&a.accounts, a.arena);
        r = keep_message(audit_file(&a, strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url));
    }
    (void)sqlite3_close(a.handle);
    arena_free(a.names);
    arena_free(a.arena);
    arena_free(a.scratch);
    if (r.code == E_OK)
        *ret_findings = a.findings;
    return r;
}
