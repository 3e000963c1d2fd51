/* SPDX-License-Identifier: Apache-2.0 */
/* An audit that goes on from where an earlier one ended: what it looks at, what it finds, and what
 * needs an audit of everything. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/chain.h"
#include "base/arena.h"
#include "base/clock.h"
#include "lib/database.h"
#include "look.h"
#include "store/store.h"
#include "world.h"

static char folder[] = "/tmp/kessai-progress-XXXXXX";
static struct arena *arena;
static const char *clean, *copy, *progress;

static void expect_lines(const char *file, int64_t findings, const char *want)
{
    struct audit_report report = {0};
    char *text = look(copy, file, &report);
    if (report.findings != findings || (want != NULL && strstr(text, want) == NULL))
        fail_msg("%d findings, not %d with %s:\n%s", (int)report.findings, (int)findings,
                 want == NULL ? "any text" : want, text);
    free(text);
}

static char *text_of(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = NULL;
    size_t room = 0;
    const ssize_t bytes = getdelim(&text, &room, '\0', file);
    assert_true(bytes > 0);
    (void)fclose(file);
    return text;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Traffic after the point: balance transfers and events of the marketplace. */
static void move_on(int moves)
{
    struct store *store;
    const struct store_config config = {
        .url = copy, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    assert_int_equal(store_open(&config, &store).code, E_OK);
    for (int i = 0; i < moves; i++)
        world_move(store);
    store_close(store);
}

/* A copy of the clean database, audited up to its end. */
static void start(void **state)
{
    (void)state;
    (void)unlink(progress);
    plain_reset(arena, clean, copy);
    expect_lines(progress, 0, NULL);
}

/* ---- what is looked at --------------------------------------------------------------------- */

/* Goal:   the second audit looks at what came since, and at what was open, only.
 * Method: the counts of three audits with two balance transfers between them. */
static void only_what_is_new_is_looked_at(void **state)
{
    struct audit_report first = {0}, second = {0}, third = {0};
    start(state);
    (void)unlink(progress);
    free(look(copy, progress, &first));
    assert_int_equal(first.old_transactions + first.old_events + first.old_payments, 0);
    assert_int_equal(first.tenants, 4);
    assert_true(first.payments > 60 && first.transactions > 60 && first.events > 60);
    move_on(2);
    free(look(copy, progress, &second));
    assert_int_equal(second.findings, 0);
    assert_int_equal(second.transactions, 2);
    assert_int_equal(second.events, 2);
    assert_int_equal(second.old_transactions, first.transactions);
    assert_int_equal(second.old_events, first.events);
    assert_int_equal(second.old_payments, first.payments);
    assert_true(second.payments < 10); /* open ones, and those of the newest day's operations */
    free(look(copy, progress, &third));
    assert_int_equal(third.findings, 0);
    assert_int_equal(third.transactions, 0);
    assert_int_equal(third.old_transactions, first.transactions + 2);
}

/* Goal:   the same database and the same audit give the same file.
 * Method: one by an audit of everything, one by an audit that went on; and one written twice. */
static void the_file_does_not_depend_on_the_way(void **state)
{
    start(state);
    move_on(3);
    expect_lines(progress, 0, NULL);
    char *went_on = text_of(progress);
    (void)unlink(progress);
    expect_lines(progress, 0, NULL);
    char *whole = text_of(progress);
    assert_string_equal(went_on, whole);
    expect_lines(progress, 0, NULL);
    char *again = text_of(progress);
    assert_string_equal(again, whole);
    free(went_on);
    free(whole);
    free(again);
}

/* ---- what is found ------------------------------------------------------------------------- */

/* Goal:   a change of what came since the point is found, and the point stays where it was, so it
 *         is found the next time as well.
 * Method: each kind of new row changed; the file compared. */
static void a_fresh_change_is_found(void **state)
{
    static const struct {
        const char *sql, *finding;
    } CHANGES[] = {
        {"UPDATE ledger_transfer SET amount_minor = 2 WHERE tenant = 1001 AND seq = 10",
         "its hash is not that of the row"},
        {"UPDATE ledger_transaction SET happened_us = 7 WHERE tenant = 1001 AND seq = 11",
         "its hash is not that of the row"},
        {"UPDATE event SET data = '{}' WHERE tenant = 1001 AND seq = 14",
         "its hash is not that of the row"},
        {"DELETE FROM ledger_transaction WHERE tenant = 1001 AND seq = 11", "is missing"},
        {"UPDATE ledger_transfer SET debit_prev = 1 WHERE tenant = 1001 AND seq = 10",
         "debit_prev is 1, the account's record before it is "},
        {"DELETE FROM webhook_delivery WHERE tenant = 1001 AND event_seq = 15",
         "has no delivery for endpoint "},
        {"INSERT INTO payment SELECT tenant, 5999, salt, merchant, 8, status, model, method, rail,"
         " is_two_step, currency, amount_minor, tax_minor, customer_fee_minor, refunded_minor,"
         " refunding_minor, refund_count, operation, reference, dispute, created_us, deadline_us,"
         " captured_us, fee_percent_e4, fee_fixed_minor, fee_minimum_minor, details,"
         " external_order_num, description, metadata, locale, mcc, statement_descriptor, due_us,"
         " session, session_salt, customer, customer_salt, subscription, short_minor, return_url,"
         " cancel_url, three_d_secure, family_name, given_name, card_hash, late_money, refusals,"
         " ip_hash, bin_hash"
         " FROM payment WHERE id = 5007",
         "is captured, but the ledger has 0 captures of it"},
    };
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        start(state);
        char *before = text_of(progress);
        move_on(2);
        sql_run(copy, CHANGES[i].sql);
        for (int time = 0; time < 2; time++) {
            struct audit_report report = {0};
            char *text = look(copy, progress, &report);
            if (report.findings == 0 || strstr(text, CHANGES[i].finding) == NULL)
                fail_msg("%s: %d findings:\n%s", CHANGES[i].sql, (int)report.findings, text);
            free(text);
        }
        char *after = text_of(progress);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
}

/* Goal:   of changes from before the point, those are found that the sums and hashes at the point,
 *         or what was open there, reveal; the others need an audit of everything, which finds them.
 * Method: a table of both kinds. */
static void an_old_change_needs_an_audit_of_everything(void **state)
{
    static const struct {
        const char *sql;
        bool is_revealed;
    } CHANGES[] = {
        {"UPDATE account SET fee = fee + 1 WHERE tenant = 1001 AND merchant = -1", true},
        {"UPDATE account SET held_minor = 0 WHERE tenant = 1001 AND merchant = 1003", true},
        {"DELETE FROM account WHERE tenant = 3001 AND merchant = 3001", true},
        {"UPDATE tenant SET ledger_seq = 3 WHERE tenant = 1001", true},
        {"UPDATE ledger_transaction SET hash = zeroblob(32) WHERE tenant = 1001 AND seq = 9", true},
        {"DELETE FROM event WHERE tenant = 3001 AND seq = 62", true},
        {"UPDATE payment SET refunding_minor = 0 WHERE id = 5003", true}, /* was open */
        {"DELETE FROM tenant WHERE tenant = 2001", true},
        {"UPDATE merchant_head SET payments = 8 WHERE tenant = 1001 AND merchant = 1001", true},
        {"UPDATE ledger_transfer SET amount_minor = 999 WHERE tenant = 3001 AND seq = 20 AND"
         " line = 1",
         false},
        {"UPDATE ledger_transaction SET payment = 5310 WHERE tenant = 3001 AND seq = 20", false},
        {"UPDATE payment SET amount_minor = 900 WHERE id = 5310", false},
        {"UPDATE event SET data = '{}' WHERE tenant = 3001 AND seq = 20", false},
        {"UPDATE payment SET fee_percent_e4 = 1 WHERE id = 5310", false},
    };
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        start(state);
        sql_run(copy, CHANGES[i].sql);
        struct audit_report report = {0}, whole = {0};
        free(look(copy, progress, &report));
        free(look(copy, NULL, &whole));
        if ((report.findings > 0) != CHANGES[i].is_revealed || whole.findings == 0)
            fail_msg("%s: %d findings, %d by an audit of everything", CHANGES[i].sql,
                     (int)report.findings, (int)whole.findings);
    }
}

/* Goal:   a refund that ends after the point is checked together with its payment's capture, which
 *         lies before it.
 * Method: what was held at the point fails by SQL, then is said to be done without a posting. */
static void an_old_payment_is_looked_at_when_it_changes(void **state)
{
    static const char FAILED[] =
        "UPDATE refund SET state = 3 WHERE id = 6003;"
        "UPDATE payment SET operation = 0, refunding_minor = 0, refund_count = 0 WHERE id = 5003;"
        "UPDATE operation SET state = 3, due_us = 0, http_status = 402, body = '{}'"
        " WHERE id = 7004;"
        "UPDATE account SET held_minor = 0 WHERE tenant = 1001 AND held_minor > 0;";
    start(state);
    sql_run(copy, FAILED);
    expect_lines(progress, 0, NULL);
    start(state);
    sql_run(copy, FAILED);
    sql_run(copy, "UPDATE refund SET state = 2 WHERE id = 6003");
    expect_lines(progress, 4, ": is done, but the ledger has 0 transactions of it");
    expect_lines(NULL, 4, ": is done, but the ledger has 0 transactions of it");
}

/* Goal:   the captures of payments from before the point are found by their time.
 * Method: voids that failed name sixty of them, at sixty times; then one with another time. */
static void old_captures_are_found_by_their_time(void **state)
{
    struct audit_report report = {0};
    start(state);
    sql_run(copy, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
                  "INSERT INTO operation (tenant, id, salt, rail_op, state, payment, sent_us,"
                  " http_status) SELECT 3001, 7300 + i, 7, 4, 3, 5300 + i, 1, 402 FROM n");
    char *text = look(copy, progress, &report);
    assert_string_equal(text, "");
    assert_true(report.payments >= 60);
    free(text);
    start(state);
    sql_run(copy, "INSERT INTO operation (tenant, id, salt, rail_op, state, payment, sent_us,"
                  " http_status) VALUES (3001, 7331, 7, 4, 3, 5331, 1, 402);"
                  "UPDATE payment SET captured_us = captured_us + 1 WHERE id = 5331");
    expect_lines(progress, 1, ": is captured, but the ledger has 0 captures of it");
    expect_lines(NULL, 1, ": captured_us is 1800000000000032, its capture happened at ");
}

/* ---- a ledger written anew ----------------------------------------------------------------- */

static const char *hex_of(const uint8_t hash[HASH_BYTES])
{
    const char *text = "";
    for (int i = 0; i < HASH_BYTES; i++)
        text = arena_printf(arena, "%s%02x", text, (unsigned)hash[i]);
    return text;
}

/* A change of the newest event whose hash, and the tenant's, are made to fit. */
static void forge_newest_event(void)
{
    uint8_t before[HASH_BYTES] = {0}, hash[HASH_BYTES];
    const id row = sql_id(copy, "SELECT seq, salt FROM event WHERE tenant = 2001 AND seq = 1");
    const id more =
        sql_id(copy, "SELECT merchant, type FROM event WHERE tenant = 2001 AND seq = 1");
    const id made = sql_id(copy, "SELECT created_us, 0 FROM event WHERE tenant = 2001 AND seq = 1");
    const int64_t numbers[] = {row.key, row.salt, more.key, more.salt, made.key};
    char wire[ID_TEXT_BYTES];
    id_text((id){5101, SALT}, wire);
    const char *data = arena_printf(arena, "{\"id\":\"%s\",\"amount\":1}", wire);
    struct hash h = hash_start(before);
    for (size_t i = 0; i < COUNT(numbers); i++)
        hash_i64(&h, numbers[i]);
    hash_str(&h, str_of(data));
    hash_str(&h, STR_NONE);
    hash_end(&h, hash);
    sql_run(copy, arena_printf(arena,
                               "DELETE FROM event WHERE tenant = 2001 AND seq > 1;"
                               "UPDATE event SET data = '%s', hash = x'%s' WHERE tenant = 2001;"
                               "UPDATE tenant SET event_seq = 1, event_hash = x'%s'"
                               " WHERE tenant = 2001",
                               data, hex_of(hash), hex_of(hash)));
}

/* Goal:   a history whose hashes were all made anew fits together, so only an audit that remembers
 *         can find it.
 * Method: the platform's first event changed, its others taken away, hash and head made to fit. */
static void a_history_written_anew_is_found(void **state)
{
    (void)unlink(progress);
    plain_reset(arena, clean, copy);
    sql_run(copy, "DELETE FROM event WHERE tenant = 2001 AND seq > 1;"
                  "UPDATE tenant SET event_seq = 1, event_hash = (SELECT hash FROM event"
                  " WHERE tenant = 2001) WHERE tenant = 2001");
    expect_lines(progress, 0, NULL);
    forge_newest_event();
    expect_lines(NULL, 0, NULL);
    expect_lines(progress, 1, ": its hash is not what the last audit saw");
    (void)state;
}

/* ---- the file ------------------------------------------------------------------------------ */

static void expect_refused(const char *text)
{
    write_text(progress, text);
    struct audit_report report = {.findings = -1};
    const result r = audit_run_on(copy, progress, stderr, &report);
    assert_int_equal(r.code, E_USAGE);
    assert_string_equal(r.param, "--progress");
    assert_int_equal(report.findings, -1);
    char *kept = text_of(progress);
    assert_string_equal(kept, text);
    free(kept);
}

/* Goal:   a file that was changed is refused and left alone.
 * Method: one character changed at every line in turn; cut short; another text. */
static void a_changed_file_is_refused(void **state)
{
    start(state);
    char *text = text_of(progress);
    const size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes; i++) {
        if (i > 0 && text[i] != '\n' && i != bytes / 2)
            continue;
        const size_t at = i == 0 || text[i] != '\n' ? i : i - 1;
        const char was = text[at];
        text[at] = was == '1' ? '2' : '1';
        expect_refused(text);
        text[at] = was;
    }
    for (size_t cut = 1; cut < bytes; cut += bytes / 16) {
        const char was = text[bytes - cut];
        text[bytes - cut] = '\0';
        if (text[0] != '\0')
            expect_refused(text);
        text[bytes - cut] = was;
    }
    expect_refused("hello\n");
    write_text(progress, text);
    expect_lines(progress, 0, NULL);
    free(text);
}

/* Goal:   a file of a version that wrote other words is refused for that reason.
 * Method: the number in its first line; the file itself stays as it is. */
static void a_file_of_another_version_is_refused_for_that(void **state)
{
    struct audit_report report;
    start(state);
    char *text = text_of(progress);
    char *number = strstr(text, " 2\n");
    assert_non_null(number);
    number[1] = '1';
    write_text(progress, text);
    const result r = audit_run_on(copy, progress, stderr, &report);
    assert_int_equal(r.code, E_USAGE);
    assert_string_equal(r.param, "--progress");
    assert_non_null(strstr(r.message, "another version"));
    char *after = text_of(progress);
    assert_string_equal(after, text);
    free(after);
    free(text);
}

/* Goal:   where the file cannot be written nothing is audited. */
static void a_place_that_cannot_be_written_is_refused(void **state)
{
    struct audit_report report;
    start(state);
    const result r =
        audit_run_on(copy, arena_printf(arena, "%s/none/progress", folder), stderr, &report);
    assert_int_equal(r.code, E_USAGE);
    assert_string_equal(r.param, "--progress");
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    if (arena == NULL || mkdtemp(folder) == NULL)
        return -1;
    progress = arena_printf(arena, "%s/progress", folder);
    clean = plain_url(arena, folder, "old");
    copy = plain_url(arena, folder, "new");
    world_build(clean);
    plain_copy(arena, clean, copy);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_drop(arena, clean);
    plain_drop(arena, copy);
    (void)unlink(progress);
    (void)rmdir(folder);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_new_is_looked_at),
        cmocka_unit_test(the_file_does_not_depend_on_the_way),
        cmocka_unit_test(a_fresh_change_is_found),
        cmocka_unit_test(an_old_change_needs_an_audit_of_everything),
        cmocka_unit_test(an_old_payment_is_looked_at_when_it_changes),
        cmocka_unit_test(old_captures_are_found_by_their_time),
        cmocka_unit_test(a_history_written_anew_is_found),
        cmocka_unit_test(a_changed_file_is_refused),
        cmocka_unit_test(a_file_of_another_version_is_refused_for_that),
        cmocka_unit_test(a_place_that_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
