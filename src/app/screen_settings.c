/* SPDX-License-Identifier: Apache-2.0 */
#include "app/screen_settings.h"

#include <string.h>

#include "app/merchant.h"
#include "app/payment.h"
#include "base/json.h"

struct settings_work {
    struct work work; /* first */
    const struct vault *vault;
    struct arena *arena;
    union {
        struct screen_limit_change *limit;
        struct screen_entry_change *entry;
        struct screen_fraud *fraud;
    } ask;
};

/* The merchant's row says that it has settings, so that nobody else has to be asked. */
static result say_there_are(struct tx *tx, int64_t tenant, int64_t merchant, int64_t bit)
{
    return db_exec(tx_db(tx), SQL_SCREEN_MERCHANT_SET, VI(tenant), VI(merchant), VI(bit));
}

/* ---- limits -------------------------------------------------------------------------------- */

/* A limit as it holds for a merchant; who has set it: 0: nobody. */
struct held {
    struct screen_rule rule;
    int64_t set_by;
};

static result read_held(struct db *db, int64_t tenant, int64_t merchant,
                        struct held ret[SCREEN_LIMITS])
{
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++)
        ret[i] = (struct held){.rule = screen_limit_row((enum screen_limit)i)->rule};
    struct rows rows;
    TRY(db_query(db, SQL_SCREEN_LIMIT_LIST, &rows, VI(tenant), VI(merchant)));
    while (rows_next(&rows)) {
        const int64_t rule = row_i64(&rows, 1);
        if (SCREEN_LIMIT_NONE < rule && rule < SCREEN_LIMITS && ret[rule].set_by != merchant)
            ret[rule] = (struct held){.rule = {row_i64(&rows, 2), row_i64(&rows, 3)},
                                      .set_by = row_i64(&rows, 0)};
    }
    return rows_done(&rows);
}

static result limit_run(struct tx *tx, struct work *work)
{
    const struct settings_work *w = (const struct settings_work *)work;
    struct screen_limit_change *change = w->ask.limit;
    struct held held[SCREEN_LIMITS];
    const int64_t tenant = work->tenant, merchant = change->merchant.key;
    if (change->is_default)
        return db_exec(tx_db(tx), SQL_SCREEN_LIMIT_DELETE, VI(tenant), VI(merchant),
                       VI(change->limit));
    TRY(read_held(tx_db(tx), tenant, merchant, held));
    struct screen_rule rule = held[change->limit].rule;
    if (change->has_most)
        rule.most = change->rule.most;
    if (change->has_window)
        rule.window_s = change->rule.window_s;
    TRY(screen_rule_check(rule));
    TRY(say_there_are(tx, tenant, merchant, SCREENS_LIMITS));
    return db_exec(tx_db(tx), SQL_SCREEN_LIMIT_PUT, VI(tenant), VI(merchant), VI(change->limit),
                   VI(rule.most), VI(rule.window_s));
}

result screen_limit_set(struct store *store, struct arena *arena,
                        struct screen_limit_change *change)
{
    struct settings_work w = {.arena = arena, .ask.limit = change};
    TRY(merchant_tenant(store, change->merchant, &w.work.tenant));
    return store_transact_wait(store, limit_run, &w.work);
}

static void limit_line(struct buf *out, id merchant, enum screen_limit limit,
                       const struct held *held)
{
    const struct screen_limit_row *row = screen_limit_row(limit);
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", merchant);
    json_text(&j, "limit", row->slug);
    json_i64(&j, "count", held->rule.most);
    json_i64(&j, "window", held->rule.window_s);
    json_text(&j, "set_by",
              held->set_by == 0              ? "default"
              : held->set_by == merchant.key ? "merchant"
                                             : "platform");
    json_text(&j, "text", row->text);
    json_end(&j);
    buf_char(out, '\n');
}

result screen_limit_list(struct store *store, id merchant, struct buf *out)
{
    int64_t tenant;
    struct held held[SCREEN_LIMITS];
    TRY(merchant_tenant(store, merchant, &tenant));
    struct db *db = store_read_begin(store);
    const result r = read_held(db, tenant, merchant.key, held);
    store_read_end(store, db);
    if (r.code != E_OK)
        return r;
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++)
        limit_line(out, merchant, (enum screen_limit)i, &held[i]);
    return out->is_broken ? E_NO_MEMORY : OK;
}

/* ---- lists --------------------------------------------------------------------------------- */

static bool read_hex(str text, uint8_t ret[SCREEN_HASH_BYTES])
{
    static const char DIGITS[] = "0123456789abcdef";
    if (text.bytes != 2 * (size_t)SCREEN_HASH_BYTES)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        const char *digit = memchr(DIGITS, text.at[i], sizeof DIGITS - 1);
        if (digit == NULL)
            return false;
        const uint8_t value = (uint8_t)(digit - DIGITS);
        ret[i / 2] = i % 2 == 0 ? (uint8_t)(value << 4) : (uint8_t)(ret[i / 2] | value);
    }
    return true;
}

static str write_hex(str bytes, struct arena *arena)
{
    static const char DIGITS[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 2 * bytes.bytes + 1);
    if (text == NULL)
        return STR_NONE;
    for (size_t i = 0; i < bytes.bytes; i++) {
        text[2 * i] = DIGITS[(unsigned char)bytes.at[i] >> 4];
        text[2 * i + 1] = DIGITS[(unsigned char)bytes.at[i] & 15];
    }
    text[2 * bytes.bytes] = '\0';
    return (str){text, 2 * bytes.bytes};
}

static bool is_bin(str value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
    return value.bytes == SCREEN_BIN_DIGITS;
}

static bool is_email(str value)
{
    return value.bytes <= SCREEN_VALUE_BYTES_MAX && memchr(value.at, '@', value.bytes) != NULL;
}

/* What a value must be, NULL: it is. */
static const char *value_fault(enum screen_kind kind, str value)
{
    uint8_t hash[SCREEN_HASH_BYTES];
    if (kind == SCREEN_IP && !screen_ip_is_valid(value))
        return "an address is IPv4 or IPv6, numeric, and alone";
    if (kind == SCREEN_EMAIL && !is_email(value))
        return "this is not an e-mail address";
    if (kind == SCREEN_BIN && !is_bin(value))
        return "a BIN is the first six digits of a card";
    if (kind == SCREEN_CARD && !read_hex(value, hash))
        return "a card is named by its fingerprint, 32 hexadecimal digits, or by --payment; never "
               "by its number";
    return NULL;
}

/* The card of a payment as a fingerprint; absent: it was made without one.
 *   param of errors   --payment */
static result payment_card(struct tx *tx, int64_t tenant, id payment, struct arena *arena, str *ret,
                           int64_t *ret_marked_us)
{
    struct payment p;
    const result r = payment_read(tx_db(tx), tenant, payment, arena, &p);
    if (r.code == E_NOT_FOUND)
        return FAIL(E_NOT_FOUND, "--payment", "there is no such payment");
    TRY(r);
    struct rows rows;
    str card = STR_NONE;
    *ret_marked_us = 0;
    TRY(db_query(tx_db(tx), SQL_SCREEN_PAYMENT_CARD, &rows, VI(tenant), VI(payment.key)));
    if (rows_next(&rows)) {
        card = row_copy(&rows, 0, arena);
        *ret_marked_us = row_i64(&rows, 1);
    }
    TRY(rows_done(&rows));
    *ret = card.bytes == 0 ? STR_NONE : write_hex(card, arena);
    return OK;
}

/* The value and its mark. */
static result find_mark(struct tx *tx, const struct settings_work *w, struct screen_hash *ret)
{
    struct screen_entry_change *change = w->ask.entry;
    int64_t marked_us;
    if (change->payment.key != 0) {
        TRY(payment_card(tx, w->work.tenant, change->payment, w->arena, &change->value,
                         &marked_us));
        if (change->value.at == NULL)
            return FAIL(E_INVALID_PARAMETER, "--payment", "it was not made with a card");
    }
    const char *fault = value_fault(change->kind, change->value);
    if (fault != NULL)
        return FAIL(E_INVALID_PARAMETER, "--value", fault);
    if (change->kind == SCREEN_CARD)
        ret->is_known = read_hex(change->value, ret->bytes);
    else
        screen_hash(w->vault, w->work.tenant, change->kind, change->value, ret);
    return ret->is_known ? OK : FAIL(E_INVALID_PARAMETER, "--value", "this is no such value");
}

static result put(struct tx *tx, int64_t tenant, const struct screen_entry_change *change,
                  const uint8_t hash[SCREEN_HASH_BYTES], int64_t now_us)
{
    int64_t count;
    const int64_t merchant = change->merchant.key;
    TRY(db_number(tx_db(tx), SQL_SCREEN_ENTRY_COUNT, &count, VI(tenant), VI(merchant)));
    if (count >= SCREEN_ENTRIES_MAX)
        return FAIL(E_INVALID_PARAMETER, "--merchant", "its lists have 100000 entries already");
    TRY(say_there_are(tx, tenant, merchant, SCREENS_LIST));
    return db_exec(tx_db(tx), SQL_SCREEN_ENTRY_PUT, VI(tenant), VI(merchant), VI(change->kind),
                   VB(hash, SCREEN_HASH_BYTES), VI(change->is_allowed), VT(change->value),
                   VT(change->note), VI(now_us), VI(change->expires_us));
}

static result put_run(struct tx *tx, struct work *work)
{
    const struct settings_work *w = (const struct settings_work *)work;
    struct screen_entry_change *change = w->ask.entry;
    struct screen_hash hash;
    int64_t now_us;
    TRY(find_mark(tx, w, &hash));
    TRY(tx_now(tx, work->tenant, &now_us));
    change->expires_us = change->days == 0 ? 0 : now_us + change->days * US_PER_DAY;
    return put(tx, work->tenant, change, hash.bytes, now_us);
}

static result remove_run(struct tx *tx, struct work *work)
{
    const struct settings_work *w = (const struct settings_work *)work;
    const struct screen_entry_change *change = w->ask.entry;
    struct screen_hash hash;
    int64_t blocks, allows;
    TRY(find_mark(tx, w, &hash));
    const struct value bytes = VB(hash.bytes, sizeof hash.bytes);
    TRY(db_exec_count(tx_db(tx), SQL_SCREEN_ENTRY_DELETE, &blocks, VI(work->tenant),
                      VI(change->merchant.key), VI(change->kind), bytes, VI(0)));
    TRY(db_exec_count(tx_db(tx), SQL_SCREEN_ENTRY_DELETE, &allows, VI(work->tenant),
                      VI(change->merchant.key), VI(change->kind), bytes, VI(1)));
    return blocks + allows > 0 ? OK : FAIL(E_NOT_FOUND, "--value", "it is on no list");
}

static result change_entry(struct store *store, struct settings_work *w,
                           result (*run)(struct tx *tx, struct work *work))
{
    const struct screen_entry_change *change = w->ask.entry;
    if (change->note.bytes > SCREEN_NOTE_BYTES_MAX)
        return FAIL(E_INVALID_PARAMETER, "--note", "a note has at most 255 bytes");
    if ((change->payment.key == 0) == (change->value.at == NULL))
        return FAIL(E_INVALID_PARAMETER, "--value", "give --value, or --payment for its card");
    if (change->payment.key != 0 && change->kind != SCREEN_CARD)
        return FAIL(E_INVALID_PARAMETER, "--payment", "a payment names its card");
    TRY(merchant_tenant(store, change->merchant, &w->work.tenant));
    return store_transact_wait(store, run, &w->work);
}

result screen_entry_put(struct store *store, const struct vault *vault, struct arena *arena,
                        struct screen_entry_change *change)
{
    struct settings_work w = {.vault = vault, .arena = arena, .ask.entry = change};
    return change_entry(store, &w, put_run);
}

result screen_entry_remove(struct store *store, const struct vault *vault, struct arena *arena,
                           struct screen_entry_change *change)
{
    struct settings_work w = {.vault = vault, .arena = arena, .ask.entry = change};
    return change_entry(store, &w, remove_run);
}

static void entry_line(struct buf *out, const struct rows *row)
{
    const int64_t kind = row_i64(row, 0);
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_text(&j, "list", row_i64(row, 1) != 0 ? "allow" : "block");
    json_text(&j, "kind",
              SCREEN_NONE < kind && kind < SCREEN_KINDS ? screen_kind_slug((enum screen_kind)kind)
                                                        : NULL);
    json_str(&j, "value", row_str(row, 2));
    json_str(&j, "note", row_str(row, 3));
    json_time(&j, "created_at", row_i64(row, 4));
    json_time(&j, "expires_at", row_i64(row, 5));
    json_end(&j);
    buf_char(out, '\n');
}

/* The tenant's time as a reader sees it. */
static result read_now(struct db *db, int64_t tenant, int64_t *ret)
{
    struct rows rows;
    *ret = 0;
    TRY(db_query(db, SQL_TENANT_GET, &rows, VI(tenant)));
    if (rows_next(&rows)) {
        const int64_t now_us = clock_now_us(&CLOCK_SYSTEM) + row_i64(&rows, 1);
        *ret = now_us > row_i64(&rows, 2) ? now_us : row_i64(&rows, 2);
    }
    return rows_done(&rows);
}

static result list_entries(struct db *db, int64_t tenant, int64_t merchant, struct buf *out)
{
    int64_t now_us;
    struct rows rows;
    TRY(read_now(db, tenant, &now_us));
    TRY(db_query(db, SQL_SCREEN_ENTRY_LIST, &rows, VI(tenant), VI(merchant), VI(now_us)));
    while (rows_next(&rows))
        entry_line(out, &rows);
    TRY(rows_done(&rows));
    return out->is_broken ? E_NO_MEMORY : OK;
}

result screen_entry_list(struct store *store, id merchant, struct buf *out)
{
    int64_t tenant;
    TRY(merchant_tenant(store, merchant, &tenant));
    struct db *db = store_read_begin(store);
    const result r = list_entries(db, tenant, merchant.key, out);
    store_read_end(store, db);
    return r;
}

/* ---- fraud --------------------------------------------------------------------------------- */

static result fraud_run(struct tx *tx, struct work *work)
{
    const struct settings_work *w = (const struct settings_work *)work;
    struct screen_fraud *fraud = w->ask.fraud;
    const int64_t tenant = work->tenant;
    struct payment p;
    int64_t marked_us, now_us;
    TRY(payment_card(tx, tenant, fraud->payment, w->arena, &fraud->card, &marked_us));
    if (marked_us != 0)
        return FAIL(E_INVALID_PARAMETER, "--payment", "it is marked as fraud already");
    TRY(payment_read(tx_db(tx), tenant, fraud->payment, w->arena, &p));
    if (fraud->merchant.key != tenant && fraud->merchant.key != p.merchant.key)
        return FAIL(E_NOT_FOUND, "--payment", "the merchant has no such payment");
    TRY(tx_now(tx, tenant, &now_us));
    TRY(db_exec(tx_db(tx), SQL_SCREEN_PAYMENT_MARK, VI(tenant), VI(p.id.key), VI(now_us)));
    struct screen_hash hash;
    if (fraud->card.at != NULL && read_hex(fraud->card, hash.bytes)) {
        const struct screen_entry_change block = {.merchant = p.merchant,
                                                  .kind = SCREEN_CARD,
                                                  .value = fraud->card,
                                                  .note = S("marked as fraud")};
        TRY(put(tx, tenant, &block, hash.bytes, now_us));
    }
    return payment_event(tx, &p, EVT_PAYMENT_MARKED_AS_FRAUD, NULL);
}

result screen_fraud_mark(struct store *store, struct arena *arena, struct screen_fraud *fraud)
{
    struct settings_work w = {.arena = arena, .ask.fraud = fraud};
    TRY(merchant_tenant(store, fraud->merchant, &w.work.tenant));
    return store_transact_wait(store, fraud_run, &w.work);
}
