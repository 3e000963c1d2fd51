/* SPDX-License-Identifier: Apache-2.0 */
/* test_simulator.c: the simulated acquirer keeps its word: one outcome for one reference, and the
 * truth on inquiry, whatever happened to the answer. With books in memory and, where
 * KESSAI_TEST_POSTGRES names a cluster in which databases may be made, in PostgreSQL as well. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "rails/simulator.h"

#define NOW         (INT64_C(1767582000) * US_PER_S)
#define CHECK_OK(f) assert_int_equal((f).code, E_OK)
static const char GOOD[] = "4242424242424242";

struct fixture {
    char directory[32];
    const char *path;
    struct arena *arena;
    struct rail *rail; /* in memory, or shared */
    bool is_shared;
};

/* The database of this run; absent without a cluster. */
static const char *cluster_url, *shared_url;
static char shared_url_text[1024], database[64];

static void run_sql(const char *url, const char *text)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *answer = PQexec(connection, text);
    if (PQresultStatus(answer) != PGRES_COMMAND_OK && PQresultStatus(answer) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQerrorMessage(connection));
    PQclear(answer);
    PQfinish(connection);
}

static int64_t read_sql(const char *url, const char *text)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *answer = PQexec(connection, text);
    assert_int_equal(PQntuples(answer), 1);
    const int64_t number = strtoll(PQgetvalue(answer, 0, 0), NULL, 10);
    PQclear(answer);
    PQfinish(connection);
    return number;
}

/* postgres://user@/postgres?host=... with another database in its place. */
static void name_shared_url(void)
{
    const char *slash = strchr(cluster_url + strlen("postgres://"), '/');
    const char *query = slash == NULL ? NULL : strchr(slash, '?');
    assert_non_null(slash);
    (void)snprintf(database, sizeof database, "kessai_simulator_%d", (int)getpid());
    (void)snprintf(shared_url_text, sizeof shared_url_text, "%.*s/%s%s", (int)(slash - cluster_url),
                   cluster_url, database, query == NULL ? "" : query);
    shared_url = shared_url_text;
}

static int make_database(void **state)
{
    char text[128];
    (void)state;
    name_shared_url();
    (void)snprintf(text, sizeof text, "CREATE DATABASE %s", database);
    run_sql(cluster_url, text);
    return 0;
}

static int drop_database(void **state)
{
    char text[128];
    (void)state;
    (void)snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", database);
    run_sql(cluster_url, text);
    return 0;
}

static int begin_in(void **state, bool is_shared)
{
    static struct fixture f;
    f = (struct fixture){.directory = "/tmp/kessai-rails-XXXXXX",
                         .arena = arena_new(1 << 20),
                         .is_shared = is_shared};
    if (f.arena == NULL || mkdtemp(f.directory) == NULL)
        return -1;
    f.path = arena_printf(f.arena, "%s/books", f.directory);
    *state = &f;
    const result r =
        is_shared ? simulator_open_shared(shared_url, &f.rail) : simulator_open(NULL, &f.rail);
    return r.code == E_OK ? 0 : -1;
}

static int begin(void **state)
{
    return begin_in(state, false);
}

static int begin_shared(void **state)
{
    return begin_in(state, true);
}

static int end(void **state)
{
    struct fixture *f = *state;
    f->rail->functions->close(f->rail);
    (void)unlink(f->path);
    (void)rmdir(f->directory);
    arena_free(f->arena);
    return 0;
}

/* The books that outlive a process. */
static result open_kept(const struct fixture *f, struct rail **ret)
{
    return f->is_shared ? simulator_open_shared(shared_url, ret) : simulator_open(f->path, ret);
}

struct ask {
    enum rail_op op;
    id reference, original;
    const char *number, *scenario;
};

static struct rail_answer send_ask(struct rail *rail, struct ask ask)
{
    struct card_secret card = {.month = 12, .year = 2031};
    const bool has_card = ask.op == RAIL_AUTHORIZE || ask.op == RAIL_CHARGE;
    const char *number = ask.number != NULL ? ask.number : GOOD;
    memcpy(card.number, number, strlen(number));
    const struct rail_call call = {
        .op = ask.op,
        .reference = ask.reference,
        .original = ask.original,
        .amount = {1000, CUR_JPY},
        .card = has_card ? &card : NULL,
        .secret = ask.op == RAIL_REDEEM ? S("{\"prepaid_number\":\"2222333344445555\"}") : STR_NONE,
        .scenario = str_of(ask.scenario),
    };
    struct rail_answer answer;
    memset(&answer, 0x5a, sizeof answer);
    rail->functions->call(rail, &call, &answer);
    assert_true(memchr(answer.text, '\0', sizeof answer.text) != NULL);
    assert_true(answer.reference.key == ask.reference.key &&
                answer.reference.salt == ask.reference.salt);
    assert_true(*number == '\0' || strstr(answer.text, number) == NULL);
    return answer;
}

static struct rail_answer inquire(struct rail *rail, id reference)
{
    struct rail_answer answer;
    memset(&answer, 0x5a, sizeof answer);
    rail->functions->inquire(rail, &(struct rail_call){.reference = reference}, &answer);
    return answer;
}

static void check(struct rail_answer got, enum rail_outcome outcome, enum err refusal)
{
    assert_int_equal(got.outcome, outcome);
    assert_int_equal(got.refusal, refusal);
}

static id fresh(void)
{
    return id_new(NOW);
}

/* The outcome, then the same on a second call (whatever it carries) and on inquiry. */
static void check_kept(struct rail *rail, struct ask ask, enum err refusal)
{
    const enum rail_outcome outcome = refusal == E_OK ? RAIL_APPROVED : RAIL_REFUSED;
    check(send_ask(rail, ask), outcome, refusal);
    check(inquire(rail, ask.reference), outcome, refusal);
    ask.number = refusal == E_OK ? "4123111111111000" : GOOD;
    ask.scenario = refusal == E_OK ? "exceeds_limit" : NULL;
    check(send_ask(rail, ask), outcome, refusal);
    ask.scenario = "timeout_before";
    check(send_ask(rail, ask), outcome, refusal);
    check(inquire(rail, ask.reference), outcome, refusal);
}

/* Goal:   every card of komoju-core 16, and any other well-formed number, has its outcome, for
 *         reserving and for charging. */
static void test_cards_have_their_outcomes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *number;
        enum err refusal;
    } CARDS[] = {
        {"4111111111111111", E_OK},
        {"5555555555554444", E_OK},
        {"3530111333300000", E_OK},
        {"378282246310005", E_OK},
        {"30569309025904", E_OK},
        {"4100000000000100", E_OK},
        {"5100000000000107", E_OK},
        {"3528000000000106", E_OK},
        {"4242424242424242", E_OK},
        {"411111111117", E_OK},
        {"4111111111111111110", E_OK},
        {"4123111111111000", E_INSUFFICIENT_FUNDS},
        {"4123111111111018", E_EXCEEDS_LIMIT},
        {"4123111111111034", E_BAD_VERIFICATION_VALUE},
        {"4123111111111042", E_CARD_EXPIRED},
        {"4123111111111059", E_CARD_DECLINED},
        {"4123111111111067", E_OTHER_INVALID},
        {"4123111111111075", E_INVALID_NUMBER},
        {"41111111111", E_INVALID_NUMBER}, /* 11 digits */
        {"411111111111111x", E_INVALID_NUMBER},
        {"", E_INVALID_NUMBER},
    };
    for (size_t i = 0; i < COUNT(CARDS); i++)
        for (enum rail_op op = RAIL_AUTHORIZE; op <= RAIL_CHARGE; op++)
            check_kept(f->rail,
                       (struct ask){.op = op, .reference = fresh(), .number = CARDS[i].number},
                       CARDS[i].refusal);
}

/* Goal:   a call of no known kind, or a charge without a card, is refused and not done. */
static void senseless_calls_are_refused(void **state)
{
    struct fixture *f = *state;
    check_kept(f->rail, (struct ask){.op = RAIL_OP_NONE, .reference = fresh()}, E_REQUEST_FAILED);
    check_kept(f->rail, (struct ask){.op = RAIL_OPS, .reference = fresh()}, E_REQUEST_FAILED);
    const struct rail_call call = {.op = RAIL_CHARGE, .reference = fresh()};
    struct rail_answer answer;
    f->rail->functions->call(f->rail, &call, &answer);
    check(answer, RAIL_REFUSED, E_INVALID_NUMBER);
}

/* Goal:   each RAIL class code, and no other, is a scenario that refuses any operation with it.
 * Method: every row of errors.def. */
static void error_code_scenarios_refuse(void **state)
{
    struct fixture *f = *state;
    for (int i = E_OK + 1; i < E_COUNT; i++) {
        const enum err code = (enum err)i;
        const enum err refusal = err_class_of(code) == ERR_RAIL ? code : E_OK;
        for (enum rail_op op = RAIL_AUTHORIZE; op < RAIL_OPS; op++) {
            const struct ask ask = {
                .op = op, .reference = fresh(), .original = fresh(), .scenario = err_wire(code)};
            check_kept(f->rail, ask, refusal);
            if (refusal != E_OK) /* it was not done: a refused void left the original alone */
                check(inquire(f->rail, ask.original), RAIL_NOT_FOUND, E_OK);
        }
    }
}

/* Goal:   texts that only look like a scenario are ignored. */
static void unknown_scenarios_are_ignored(void **state)
{
    struct fixture *f = *state;
    static const char *const TEXTS[] = {
        "",
        "none",
        "Timeout",
        "timeout ",
        "timeouts",
        "insufficient_fund",
        "ok",
        "delay",
        "delay:",
        "delay:-1",
        "delay:x",
        "delay: 5",
        "delay:5ms",
        "DELAY:5",
        "delay:99999999999999999999",
        "timeout_longer",
        "insufficient_funds,timeout",
    };
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        const struct rail_call call = {.op = RAIL_CHARGE, .scenario = str_of(TEXTS[i])};
        assert_int_equal(f->rail->functions->is_instant(f->rail, &call), !f->is_shared);
        check_kept(f->rail,
                   (struct ask){.op = RAIL_CHARGE, .reference = fresh(), .scenario = TEXTS[i]},
                   E_OK);
    }
}

/* Goal:   timeout is done and unanswered, for approvals and refusals;
 *         the next word is the truth. */
static void timeout_hides_what_was_done(void **state)
{
    struct fixture *f = *state;
    for (enum rail_op op = RAIL_AUTHORIZE; op < RAIL_OPS; op++) {
        struct ask ask = {.op = op, .reference = fresh(), .scenario = "timeout"};
        check(send_ask(f->rail, ask), RAIL_UNKNOWN, E_OK);
        check(inquire(f->rail, ask.reference), RAIL_APPROVED, E_OK);
        check(send_ask(f->rail, ask), RAIL_APPROVED, E_OK);
    }
    const struct ask declined = {.op = RAIL_CHARGE,
                                 .reference = fresh(),
                                 .number = "4123111111111059",
                                 .scenario = "timeout"};
    check(send_ask(f->rail, declined), RAIL_UNKNOWN, E_OK);
    check(inquire(f->rail, declined.reference), RAIL_REFUSED, E_CARD_DECLINED);
}

/* Goal:   timeout_before is not done, so the same reference may still be sent. */
static void timeout_before_does_nothing(void **state)
{
    struct fixture *f = *state;
    struct ask ask = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = "timeout_before"};
    check(send_ask(f->rail, ask), RAIL_UNKNOWN, E_OK);
    check(inquire(f->rail, ask.reference), RAIL_NOT_FOUND, E_OK);
    ask.scenario = NULL;
    check(send_ask(f->rail, ask), RAIL_APPROVED, E_OK);

    struct ask undo = {.op = RAIL_VOID,
                       .reference = fresh(),
                       .original = ask.reference,
                       .scenario = "timeout_before"};
    check(send_ask(f->rail, undo), RAIL_UNKNOWN, E_OK);
    check(inquire(f->rail, ask.reference), RAIL_APPROVED, E_OK);
}

/* Goal:   timeout_long leaves exactly three inquiries of that reference without an answer. */
static void timeout_long_is_silent_three_times(void **state)
{
    struct fixture *f = *state;
    const struct ask one = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = "timeout_long"};
    const struct ask two = {.op = RAIL_REFUND, .reference = fresh(), .scenario = "timeout_long"};
    check(send_ask(f->rail, one), RAIL_UNKNOWN, E_OK);
    check(send_ask(f->rail, two), RAIL_UNKNOWN, E_OK);
    for (int n = 0; n < 3; n++) {
        check(inquire(f->rail, one.reference), RAIL_UNKNOWN, E_OK);
        check(inquire(f->rail, two.reference), RAIL_UNKNOWN, E_OK);
    }
    check(inquire(f->rail, one.reference), RAIL_APPROVED, E_OK);
    check(inquire(f->rail, two.reference), RAIL_APPROVED, E_OK);
}

/* Goal:   garbage is refused as bad_gateway and not done. */
static void garbage_is_refused(void **state)
{
    struct fixture *f = *state;
    check_kept(f->rail,
               (struct ask){.op = RAIL_CHARGE, .reference = fresh(), .scenario = "garbage"},
               E_BAD_GATEWAY);
}

/* Goal:   wrong_amount and wrong_currency are done and said, of something else than was asked, by
 * the call and on inquiry, and can be voided; without them both say what was asked. */
static void a_wrong_sum_is_done_and_said(void **state)
{
    struct fixture *f = *state;
    static const char *const TEXTS[] = {NULL, "wrong_amount", "wrong_currency"};
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        const struct ask ask = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = TEXTS[i]};
        const struct rail_answer said = send_ask(f->rail, ask),
                                 kept = inquire(f->rail, ask.reference);
        check(said, RAIL_APPROVED, E_OK);
        check(kept, RAIL_APPROVED, E_OK);
        assert_int_equal(said.amount.minor == 1000, i != 1);
        assert_int_equal(said.amount.cur == CUR_JPY, i != 2);
        assert_int_equal(said.amount.minor, kept.amount.minor);
        assert_int_equal(said.amount.cur, kept.amount.cur);
        const struct ask undo = {.op = RAIL_VOID, .reference = fresh(), .original = ask.reference};
        check(send_ask(f->rail, undo), RAIL_APPROVED, E_OK);
        check(inquire(f->rail, ask.reference), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    }
}

/* Goal:   delay waits as long as it says and is the one scenario that is not instant. */
static void delay_waits_and_is_not_instant(void **state)
{
    struct fixture *f = *state;
    struct rail_call call = {.op = RAIL_CHARGE, .scenario = S("delay:30000")};
    assert_false(f->rail->functions->is_instant(f->rail, &call));
    static const char *const INSTANT[] = {
        NULL, "timeout", "timeout_long", "timeout_before", "garbage", "card_declined"};
    for (size_t i = 0; i < COUNT(INSTANT); i++) {
        call.scenario = str_of(INSTANT[i]);
        assert_int_equal(f->rail->functions->is_instant(f->rail, &call), !f->is_shared);
    }
    const int64_t before_us = clock_ticks_us();
    struct ask ask = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = "delay:20"};
    check(send_ask(f->rail, ask), RAIL_APPROVED, E_OK);
    assert_true(clock_ticks_us() - before_us >= 20000);
    ask.reference = fresh();
    ask.number = "4123111111111000";
    check(send_ask(f->rail, ask), RAIL_REFUSED, E_INSUFFICIENT_FUNDS);
}

/* Goal:   a void takes back a charge for good, says so on inquiry, may be repeated, and bars later
 *         captures and refunds. */
static void void_takes_a_charge_back(void **state)
{
    struct fixture *f = *state;
    const struct ask charge = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = "timeout_long"};
    check(send_ask(f->rail, charge), RAIL_UNKNOWN, E_OK);
    const struct ask undo = {.op = RAIL_VOID, .reference = fresh(), .original = charge.reference};
    check_kept(f->rail, undo, E_OK);
    const struct rail_answer told = inquire(f->rail, charge.reference);
    check(told, RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    assert_string_equal(told.text, "voided");
    check(send_ask(f->rail, charge), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    for (enum rail_op op = RAIL_CAPTURE; op <= RAIL_REFUND; op++)
        check_kept(f->rail,
                   (struct ask){.op = op, .reference = fresh(), .original = charge.reference},
                   op == RAIL_VOID ? E_OK : E_REQUEST_FAILED);
}

/* Goal:   a void that overtakes its charge leaves a mark, and the late charge is refused. */
static void void_of_the_unknown_stops_a_late_charge(void **state)
{
    struct fixture *f = *state;
    const struct ask charge = {.op = RAIL_CHARGE, .reference = fresh()};
    check(
        send_ask(f->rail,
                 (struct ask){.op = RAIL_VOID, .reference = fresh(), .original = charge.reference}),
        RAIL_APPROVED, E_OK);
    const struct rail_answer late = send_ask(f->rail, charge);
    check(late, RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    assert_string_equal(late.text, "voided");
}

/* Goal:   prepaid numbers of one payment are voided and refunded together: all of them or none, and
 *         no other.
 * Method: three numbers, a void of the first two; refunds that name a voided one, that do not add
 *         up, and that are right. */
static void parts_go_back_together(void **state)
{
    struct fixture *f = *state;
    id number[3];
    for (size_t i = 0; i < 3; i++) {
        number[i] = fresh();
        check(send_ask(f->rail, (struct ask){.op = RAIL_REDEEM, .reference = number[i]}),
              RAIL_APPROVED, E_OK);
    }
    struct rail_part parts[] = {{number[0], {600, CUR_JPY}}, {number[1], {400, CUR_JPY}}};
    struct rail_call call = {.op = RAIL_REFUND,
                             .reference = fresh(),
                             .original = number[0],
                             .amount = {1000, CUR_JPY},
                             .parts = parts,
                             .part_count = 2};
    struct rail_answer answer;
    f->rail->functions->call(f->rail, &call, &answer);
    check(answer, RAIL_APPROVED, E_OK);
    call.reference = fresh();
    parts[0].amount.minor = 599;
    f->rail->functions->call(f->rail, &call, &answer);
    check(answer, RAIL_REFUSED, E_REQUEST_FAILED);
    call.op = RAIL_VOID;
    for (int times = 0; times < 2; times++) { /* the same reference again does no harm */
        call.reference = times == 0 ? fresh() : call.reference;
        f->rail->functions->call(f->rail, &call, &answer);
        check(answer, RAIL_APPROVED, E_OK);
        check(inquire(f->rail, number[0]), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
        check(inquire(f->rail, number[1]), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
        check(inquire(f->rail, number[2]), RAIL_APPROVED, E_OK);
    }
    call.op = RAIL_REFUND;
    call.reference = fresh();
    parts[0] = (struct rail_part){number[2], {600, CUR_JPY}};
    f->rail->functions->call(f->rail, &call, &answer); /* the second is void */
    check(answer, RAIL_REFUSED, E_REQUEST_FAILED);
}

/* Goal:   a void of what was refused is approved and changes nothing; captures and refunds follow
 *         an approved or forgotten original, not a refused one. */
static void operations_follow_their_original(void **state)
{
    struct fixture *f = *state;
    const struct ask bad = {
        .op = RAIL_AUTHORIZE, .reference = fresh(), .number = "4123111111111018"};
    const struct ask good = {.op = RAIL_AUTHORIZE, .reference = fresh()};
    check(send_ask(f->rail, bad), RAIL_REFUSED, E_EXCEEDS_LIMIT);
    check(send_ask(f->rail, good), RAIL_APPROVED, E_OK);
    for (enum rail_op op = RAIL_CAPTURE; op <= RAIL_REFUND; op++) {
        const enum err refusal = op == RAIL_VOID ? E_OK : E_REQUEST_FAILED;
        struct ask ask = {.op = op, .reference = fresh(), .original = bad.reference};
        check_kept(f->rail, ask, refusal);
        ask.reference = fresh();
        ask.original = fresh();
        check_kept(f->rail, ask, E_OK);
        if (op == RAIL_VOID)
            continue;
        ask.reference = fresh();
        ask.original = good.reference;
        check_kept(f->rail, ask, E_OK);
    }
    check(inquire(f->rail, bad.reference), RAIL_REFUSED, E_EXCEEDS_LIMIT);
}

/* Goal:   the table may fill up; the newest thousands are remembered, and forgetting is silent. */
static void old_entries_make_room_for_new_ones(void **state)
{
    struct fixture *f = *state;
    enum { CHARGES = 150000, SURE = 1000 };
    id newest[SURE], first = {0};
    for (int n = 0; n < CHARGES; n++) {
        const id reference = fresh();
        newest[n % SURE] = reference;
        first = n == 0 ? reference : first;
        const struct ask ask = {.op = RAIL_CHARGE, .reference = reference};
        assert_int_equal(send_ask(f->rail, ask).outcome, RAIL_APPROVED);
    }
    for (int n = 0; n < SURE; n++)
        check(inquire(f->rail, newest[n]), RAIL_APPROVED, E_OK);
    const enum rail_outcome oldest = inquire(f->rail, first).outcome;
    assert_true(oldest == RAIL_NOT_FOUND || oldest == RAIL_APPROVED);
}

/* Goal:   the books outlive a close and a kill.
 * Method: a child charges, voids and is killed without closing; the parent opens the file. */
static void books_survive_close_and_kill(void **state)
{
    struct fixture *f = *state;
    const struct ask approved = {.op = RAIL_CHARGE, .reference = fresh()};
    const struct ask refused = {
        .op = RAIL_CHARGE, .reference = fresh(), .number = "4123111111111034"};
    const struct ask silent = {.op = RAIL_CHARGE, .reference = fresh(), .scenario = "timeout_long"};
    const struct ask undo = {.op = RAIL_VOID, .reference = fresh(), .original = fresh()};
    struct rail *rail = NULL;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (open_kept(f, &rail).code == E_OK) {
            (void)send_ask(rail, approved);
            (void)send_ask(rail, refused);
            (void)send_ask(rail, silent);
            (void)inquire(rail, silent.reference);
            (void)send_ask(rail, undo);
            (void)kill(getpid(), SIGKILL);
        }
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    for (int round = 0; round < 2; round++) {
        CHECK_OK(open_kept(f, &rail));
        assert_int_equal(rail->number, RAIL_SIMULATOR);
        check(inquire(rail, approved.reference), RAIL_APPROVED, E_OK);
        check(send_ask(rail, approved), RAIL_APPROVED, E_OK);
        check(inquire(rail, refused.reference), RAIL_REFUSED, E_BAD_VERIFICATION_VALUE);
        check(inquire(rail, silent.reference), RAIL_UNKNOWN, E_OK); /* the 2nd and the 3rd */
        check(inquire(rail, undo.original), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
        check(inquire(rail, fresh()), RAIL_NOT_FOUND, E_OK);
        rail->functions->close(rail);
    }
    CHECK_OK(open_kept(f, &rail));
    check(inquire(rail, silent.reference), RAIL_APPROVED, E_OK);
    rail->functions->close(rail);
}

static void check_file_refused(const char *path)
{
    struct rail *rail = NULL;
    const result got = simulator_open(path, &rail);
    assert_int_equal(got.code, E_STORE);
    assert_string_equal(got.param, "path");
    assert_null(rail);
}

/* Goal:   a file of another size, of another kind, of somebody else, or in use is refused and left
 *         as it was; one of no bytes is taken as new. */
static void foreign_files_are_refused(void **state)
{
    struct fixture *f = *state;
    struct rail *rail;
    struct stat st;
    CHECK_OK(simulator_open(f->path, &rail));
    check_file_refused(f->path); /* in use */
    rail->functions->close(rail);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);

    assert_int_equal(truncate(f->path, st.st_size - 1), 0);
    check_file_refused(f->path);
    assert_int_equal(truncate(f->path, st.st_size + 1), 0);
    check_file_refused(f->path);
    assert_int_equal(truncate(f->path, st.st_size), 0);
    CHECK_OK(simulator_open(f->path, &rail));
    rail->functions->close(rail);

    static const off_t HEADER_FIELDS[] = {0, 8, 12}; /* magic, version, size of a slot */
    for (size_t i = 0; i < COUNT(HEADER_FIELDS); i++) {
        const int fd = open(f->path, O_RDWR);
        uint8_t was, other;
        assert_int_equal(pread(fd, &was, 1, HEADER_FIELDS[i]), 1);
        other = was ^ 0x40;
        assert_int_equal(pwrite(fd, &other, 1, HEADER_FIELDS[i]), 1);
        check_file_refused(f->path);
        assert_int_equal(pwrite(fd, &was, 1, HEADER_FIELDS[i]), 1);
        assert_int_equal(close(fd), 0);
    }
    assert_int_equal(truncate(f->path, 0), 0);
    CHECK_OK(simulator_open(f->path, &rail));
    rail->functions->close(rail);
    check_file_refused(f->directory);
    check_file_refused(arena_printf(f->arena, "%s/no/books", f->directory));
}

enum { THREADS = 4, REFERENCES = 500 };

struct hammer {
    struct rail *rail;
    const id *charges, *voids;
    const char *scenario; /* each thread would have it end differently */
    enum rail_outcome seen[REFERENCES];
    enum err refusal[REFERENCES];
    pthread_t thread;
};

static void *hammer_charges(void *at)
{
    struct hammer *h = at;
    for (int n = 0; n < REFERENCES; n++) {
        const struct rail_answer got = send_ask(
            h->rail,
            (struct ask){.op = RAIL_CHARGE, .reference = h->charges[n], .scenario = h->scenario});
        h->seen[n] = got.outcome;
        h->refusal[n] = got.refusal;
    }
    return NULL;
}

/* Voids cross over: the void of one is the original of another. */
static void *hammer_voids(void *at)
{
    struct hammer *h = at;
    for (int n = 0; n < REFERENCES; n++) {
        const int other = REFERENCES - 1 - n;
        (void)send_ask(
            h->rail,
            (struct ask){.op = RAIL_VOID, .reference = h->voids[n], .original = h->voids[other]});
        (void)send_ask(
            h->rail,
            (struct ask){.op = RAIL_VOID, .reference = h->voids[other], .original = h->charges[n]});
        (void)inquire(h->rail, h->charges[n]);
    }
    return NULL;
}

static void run_threads(struct hammer *hammers, void *(*work)(void *))
{
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&hammers[i].thread, NULL, work, &hammers[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(hammers[i].thread, NULL), 0);
}

/* Goal:   threads that send the same references with different wishes all hear one outcome for
 *         each; voids in opposite order neither block nor lose one.
 * Method: compare every thread with the inquiry afterwards. */
static void threads_hear_one_outcome_for_a_reference(void **state)
{
    struct fixture *f = *state;
    static const char *const WISHES[THREADS] = {NULL, "card_declined", "exceeds_limit", "garbage"};
    static id charges[REFERENCES], voids[REFERENCES];
    static struct hammer hammers[THREADS];
    for (int n = 0; n < REFERENCES; n++) {
        charges[n] = fresh();
        voids[n] = fresh();
    }
    for (int i = 0; i < THREADS; i++)
        hammers[i] = (struct hammer){
            .rail = f->rail, .charges = charges, .voids = voids, .scenario = WISHES[i]};
    run_threads(hammers, hammer_charges);
    for (int n = 0; n < REFERENCES; n++)
        for (int i = 0; i < THREADS; i++)
            check(inquire(f->rail, charges[n]), hammers[i].seen[n], hammers[i].refusal[n]);
    run_threads(hammers, hammer_voids);
}

/* Goal:   what one server enters, another knows at once; the same reference sent to both has one
 *         outcome. */
static void servers_share_one_acquirer(void **state)
{
    struct fixture *f = *state;
    struct rail *other;
    CHECK_OK(simulator_open_shared(shared_url, &other));
    const struct ask charge = {.op = RAIL_CHARGE, .reference = fresh()};
    const struct ask undo = {.op = RAIL_VOID, .reference = fresh(), .original = charge.reference};
    check(send_ask(f->rail, charge), RAIL_APPROVED, E_OK);
    check(inquire(other, charge.reference), RAIL_APPROVED, E_OK);
    check(send_ask(other, undo), RAIL_APPROVED, E_OK);
    check(inquire(f->rail, charge.reference), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    static id charges[REFERENCES];
    static struct hammer hammers[THREADS];
    for (int n = 0; n < REFERENCES; n++)
        charges[n] = fresh();
    for (int i = 0; i < THREADS; i++)
        hammers[i] = (struct hammer){.rail = i % 2 == 0 ? f->rail : other,
                                     .charges = charges,
                                     .scenario = i < 2 ? NULL : "card_declined"};
    run_threads(hammers, hammer_charges);
    for (int n = 0; n < REFERENCES; n++)
        for (int i = 0; i < THREADS; i++)
            check(inquire(other, charges[n]), hammers[i].seen[n], hammers[i].refusal[n]);
    other->functions->close(other);
}

static void end_connections(void)
{
    run_sql(cluster_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                         " WHERE application_name = 'kessai simulator'");
}

/* Goal:   a lost connection is an unknown outcome, never a made-up one; it comes back by itself,
 * and then "not in the books" is made true for good: the charge that was lost cannot come late.
 * Method: end the connections between two calls. */
static void a_lost_connection_is_unknown_and_comes_back(void **state)
{
    struct fixture *f = *state;
    const struct ask before = {.op = RAIL_CHARGE, .reference = fresh()};
    const struct ask lost = {.op = RAIL_CHARGE, .reference = fresh()};
    check(send_ask(f->rail, before), RAIL_APPROVED, E_OK);
    end_connections();
    check(send_ask(f->rail, lost), RAIL_UNKNOWN, E_OK);
    check(inquire(f->rail, before.reference), RAIL_APPROVED, E_OK);
    check(inquire(f->rail, lost.reference), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    check(send_ask(f->rail, lost), RAIL_REFUSED, E_GATEWAY_TIMEOUT);
    struct rail *other;
    CHECK_OK(simulator_open_shared(shared_url, &other)); /* which has lost none */
    check(inquire(other, fresh()), RAIL_NOT_FOUND, E_OK);
    other->functions->close(other);
}

/* Goal:   while the database takes no connection, everything is unknown; afterwards all is as it
 * was. Method: the database refuses connections, and ends those there are. */
static void an_absent_database_is_unknown(void **state)
{
    struct fixture *f = *state;
    char text[128];
    struct rail *other = NULL;
    const struct ask before = {.op = RAIL_CHARGE, .reference = fresh()};
    check(send_ask(f->rail, before), RAIL_APPROVED, E_OK);
    (void)snprintf(text, sizeof text, "ALTER DATABASE %s ALLOW_CONNECTIONS false", database);
    run_sql(cluster_url, text);
    end_connections();
    for (enum rail_op op = RAIL_AUTHORIZE; op < RAIL_OPS; op++)
        check(send_ask(f->rail, (struct ask){.op = op, .reference = fresh()}), RAIL_UNKNOWN, E_OK);
    check(inquire(f->rail, before.reference), RAIL_UNKNOWN, E_OK);
    const result refused = simulator_open_shared(shared_url, &other);
    assert_int_equal(refused.code, E_STORE);
    assert_string_equal(refused.param, "url");
    assert_null(other);
    (void)snprintf(text, sizeof text, "ALTER DATABASE %s ALLOW_CONNECTIONS true", database);
    run_sql(cluster_url, text);
    struct rail_answer answer;
    do /* not before the pause between two tries is over */
        answer = inquire(f->rail, before.reference);
    while (answer.outcome == RAIL_UNKNOWN);
    check(answer, RAIL_APPROVED, E_OK);
}

/* Goal:   the books in the database stay bounded, and the newest are kept. */
static void shared_books_are_pruned(void **state)
{
    struct fixture *f = *state;
    run_sql(shared_url, "INSERT INTO simulator.entry SELECT n, 0, 1, 1, 1, 0, '' "
                        "FROM generate_series(1, 70000) AS n ON CONFLICT DO NOTHING");
    id newest = {0};
    for (int n = 0; n < 1024; n++) {
        newest = fresh();
        check(send_ask(f->rail, (struct ask){.op = RAIL_CHARGE, .reference = newest}),
              RAIL_APPROVED, E_OK);
    }
    assert_true(read_sql(shared_url, "SELECT count(*) FROM simulator.entry") <= 65536 + 1024);
    check(inquire(f->rail, newest), RAIL_APPROVED, E_OK);
}

/* ---- prepaid numbers and slips ----------------------------------------------------------------
 */

/* Goal:   a prepaid number gives what it is worth, up to what is asked, and an inquiry says the
 * same. Method: the numbers of komoju-core 16, below, at and above 2000. */
static void a_number_gives_what_it_is_worth(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *number;
        int64_t asked, taken;
        enum err refusal;
    } CASES[] = {
        {"1111111111111111", 1999, 1999, E_OK},
        {"1111111111111111", 2000, 2000, E_OK},
        {"1111111111111111", 2001, 2000, E_OK},
        {"1111222233334444", 999999, 999999, E_OK},
        {"e111111111111112", 1000, 0, E_INVALID_NUMBER},
        {"e111111111111113", 1000, 0, E_USED_NUMBER},
        {"e111111111111114", 1000, 0, E_OTHER_ERROR},
        {NULL, 1000, 0, E_INVALID_NUMBER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char secret[64] = "{}";
        if (CASES[i].number != NULL)
            (void)snprintf(secret, sizeof secret, "{\"prepaid_number\":\"%s\"}", CASES[i].number);
        struct rail_call call = {
            .op = RAIL_REDEEM,
            .reference = fresh(),
            .method = METHOD_WEB_MONEY,
            .details = S("{}"),
            .secret = str_of(secret),
            .amount = {CASES[i].asked, CUR_JPY},
        };
        const bool is_good = CASES[i].refusal == E_OK;
        struct rail_answer answer;
        rail_send(f->rail, &call, &answer);
        check(answer, is_good ? RAIL_APPROVED : RAIL_REFUSED, CASES[i].refusal);
        assert_int_equal(answer.heard, is_good ? HEARD_APPROVED : HEARD_REFUSED);
        assert_true(!is_good || answer.amount.minor == CASES[i].taken);
        call.secret = STR_NONE;
        rail_inquire(f->rail, &call, &answer);
        check(answer, is_good ? RAIL_APPROVED : RAIL_REFUSED, CASES[i].refusal);
        assert_true(!is_good || answer.amount.minor == CASES[i].taken);
    }
}

/* Goal:   a wallet is charged under the consent of its owner, asked for or not remembered, until
 * that is taken back; a charge that is taken back is not the consent. Method: each with a consent
 * of its own, and one beside it that stays. */
static void a_wallet_is_charged_while_its_owner_agrees(void **state)
{
    struct fixture *f = *state;
    const id beside = fresh();
    for (int asks = 0; asks < 2; asks++) {
        const id consent = fresh();
        const struct rail_call page = {.op = RAIL_REGISTER,
                                       .reference = consent,
                                       .consent = consent,
                                       .payment = consent,
                                       .method = METHOD_PAYPAY,
                                       .details = S("{}"),
                                       .amount = {0, CUR_JPY}};
        struct rail_call charge = {.op = RAIL_CHARGE,
                                   .reference = fresh(),
                                   .consent = consent,
                                   .method = METHOD_PAYPAY,
                                   .details = S("{}"),
                                   .amount = {1000, CUR_JPY}};
        struct rail_call undo = {.op = RAIL_VOID,
                                 .reference = fresh(),
                                 .original = charge.reference,
                                 .method = METHOD_PAYPAY,
                                 .amount = {1000, CUR_JPY}};
        struct rail_answer answer;
        if (asks == 1) {
            rail_send(f->rail, &page, &answer);
            check(answer, RAIL_APPROVED, E_OK);
            assert_non_null(strstr(answer.details, "\"redirect_url\""));
        }
        rail_send(f->rail, &charge, &answer);
        check(answer, RAIL_APPROVED, E_OK);
        assert_null(strstr(answer.details, "redirect_url"));
        rail_send(f->rail, &undo, &answer);
        check(answer, RAIL_APPROVED, E_OK);
        charge.reference = fresh();
        rail_send(f->rail, &charge, &answer);
        check(answer, RAIL_APPROVED, E_OK);
        undo = (struct rail_call){
            .op = RAIL_VOID, .reference = fresh(), .original = consent, .amount = {0, CUR_JPY}};
        rail_send(f->rail, &undo, &answer);
        check(answer, RAIL_APPROVED, E_OK);
        for (int op = RAIL_AUTHORIZE; op <= RAIL_CHARGE; op++) {
            charge.op = (enum rail_op)op;
            charge.reference = fresh();
            rail_send(f->rail, &charge, &answer);
            check(answer, RAIL_REFUSED, E_INVALID_USER_KEY);
        }
        charge.reference = fresh();
        charge.consent = beside;
        rail_send(f->rail, &charge, &answer);
        check(answer, RAIL_APPROVED, E_OK);
    }
}

static void no_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    (void)self;
    *ret = (struct rail_answer){.outcome = RAIL_APPROVED,
                                .reference = call->reference,
                                .amount = {.minor = call->deadline_us, .cur = CUR_JPY}};
}

/* Goal:   of a REDEEM less than was asked is an approval; more, nothing and less than nothing are
 *         not; of a CHARGE only what was asked is.
 * Method: a rail that approves the sum that the test says (by way of the deadline). */
static void only_a_redeem_may_give_less(void **state)
{
    (void)state;
    static const struct rail_functions FUNCTIONS = {.call = no_call, .inquire = no_call};
    struct rail rail = {.functions = &FUNCTIONS, .number = RAIL_SIMULATOR};
    static const struct {
        int64_t approved;
        bool redeems, charges;
    } CASES[] = {{1000, true, true},   {999, true, false}, {1, true, false},
                 {1001, false, false}, {0, false, false},  {-1, false, false}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (int is_redeem = 0; is_redeem < 2; is_redeem++) {
            const struct rail_call call = {.op = is_redeem ? RAIL_REDEEM : RAIL_CHARGE,
                                           .reference = fresh(),
                                           .amount = {1000, CUR_JPY},
                                           .deadline_us = CASES[i].approved};
            const bool is_right = is_redeem ? CASES[i].redeems : CASES[i].charges;
            struct rail_answer answer;
            rail_send(&rail, &call, &answer);
            check(answer, is_right ? RAIL_APPROVED : RAIL_UNKNOWN, E_OK);
            assert_int_equal(answer.heard, is_right ? HEARD_APPROVED : HEARD_OTHER);
        }
}

/* Goal:   a slip's numbers follow from its reference: an inquiry gives the same ones, another slip
 *         has others. Method: every type that is registered, and every konbini. */
static void numbers_follow_from_the_reference(void **state)
{
    struct fixture *f = *state;
    enum method method;
    for (size_t i = 0; (method = method_at(i)) != METHOD_NONE; i++) {
        const enum flow flow = method_row(method)->flow;
        if (flow != FLOW_SLIP && flow != FLOW_OFFSITE)
            continue;
        struct rail_call call = {.op = RAIL_REGISTER,
                                 .reference = fresh(),
                                 .payment = fresh(),
                                 .method = method,
                                 .details = S("{\"store\":\"seven-eleven\"}"),
                                 .origin = "https://pay.example",
                                 .deadline_us = US_PER_DAY,
                                 .amount = {1000, CUR_JPY}};
        struct rail_answer first, again;
        rail_send(f->rail, &call, &first);
        rail_inquire(f->rail, &call, &again);
        check(first, RAIL_APPROVED, E_OK);
        check(again, RAIL_APPROVED, E_OK);
        assert_true(first.details[0] == '{' && strlen(first.details) > 2);
        assert_string_equal(first.details, again.details);
        call.reference = fresh();
        call.payment = fresh();
        rail_send(f->rail, &call, &again);
        assert_string_not_equal(first.details, again.details);
    }
}

static void rail_has_a_slug(void **state)
{
    (void)state;
    assert_string_equal(rail_slug(RAIL_SIMULATOR), "simulator");
    assert_string_equal(rail_slug(RAIL_NONE), "unknown");
    assert_string_equal(rail_slug(RAILS), "unknown");
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cards_have_their_outcomes, begin, end),
        cmocka_unit_test_setup_teardown(senseless_calls_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(error_code_scenarios_refuse, begin, end),
        cmocka_unit_test_setup_teardown(unknown_scenarios_are_ignored, begin, end),
        cmocka_unit_test_setup_teardown(timeout_hides_what_was_done, begin, end),
        cmocka_unit_test_setup_teardown(timeout_before_does_nothing, begin, end),
        cmocka_unit_test_setup_teardown(timeout_long_is_silent_three_times, begin, end),
        cmocka_unit_test_setup_teardown(garbage_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_wrong_sum_is_done_and_said, begin, end),
        cmocka_unit_test_setup_teardown(delay_waits_and_is_not_instant, begin, end),
        cmocka_unit_test_setup_teardown(void_takes_a_charge_back, begin, end),
        cmocka_unit_test_setup_teardown(void_of_the_unknown_stops_a_late_charge, begin, end),
        cmocka_unit_test_setup_teardown(parts_go_back_together, begin, end),
        cmocka_unit_test_setup_teardown(operations_follow_their_original, begin, end),
        cmocka_unit_test_setup_teardown(books_survive_close_and_kill, begin, end),
        cmocka_unit_test_setup_teardown(threads_hear_one_outcome_for_a_reference, begin, end),
        cmocka_unit_test_setup_teardown(old_entries_make_room_for_new_ones, begin, end),
        cmocka_unit_test_setup_teardown(foreign_files_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_number_gives_what_it_is_worth, begin, end),
        cmocka_unit_test_setup_teardown(a_wallet_is_charged_while_its_owner_agrees, begin, end),
        cmocka_unit_test_setup_teardown(numbers_follow_from_the_reference, begin, end),
        cmocka_unit_test(only_a_redeem_may_give_less),
        cmocka_unit_test(rail_has_a_slug),
    };
    const struct CMUnitTest shared[] = {
        cmocka_unit_test_setup_teardown(test_cards_have_their_outcomes, begin_shared, end),
        cmocka_unit_test_setup_teardown(senseless_calls_are_refused, begin_shared, end),
        cmocka_unit_test_setup_teardown(error_code_scenarios_refuse, begin_shared, end),
        cmocka_unit_test_setup_teardown(unknown_scenarios_are_ignored, begin_shared, end),
        cmocka_unit_test_setup_teardown(timeout_hides_what_was_done, begin_shared, end),
        cmocka_unit_test_setup_teardown(timeout_before_does_nothing, begin_shared, end),
        cmocka_unit_test_setup_teardown(timeout_long_is_silent_three_times, begin_shared, end),
        cmocka_unit_test_setup_teardown(garbage_is_refused, begin_shared, end),
        cmocka_unit_test_setup_teardown(a_wrong_sum_is_done_and_said, begin_shared, end),
        cmocka_unit_test_setup_teardown(delay_waits_and_is_not_instant, begin_shared, end),
        cmocka_unit_test_setup_teardown(void_takes_a_charge_back, begin_shared, end),
        cmocka_unit_test_setup_teardown(void_of_the_unknown_stops_a_late_charge, begin_shared, end),
        cmocka_unit_test_setup_teardown(parts_go_back_together, begin_shared, end),
        cmocka_unit_test_setup_teardown(operations_follow_their_original, begin_shared, end),
        cmocka_unit_test_setup_teardown(books_survive_close_and_kill, begin_shared, end),
        cmocka_unit_test_setup_teardown(threads_hear_one_outcome_for_a_reference, begin_shared,
                                        end),
        cmocka_unit_test_setup_teardown(a_number_gives_what_it_is_worth, begin_shared, end),
        cmocka_unit_test_setup_teardown(a_wallet_is_charged_while_its_owner_agrees, begin_shared,
                                        end),
        cmocka_unit_test_setup_teardown(servers_share_one_acquirer, begin_shared, end),
        cmocka_unit_test_setup_teardown(a_lost_connection_is_unknown_and_comes_back, begin_shared,
                                        end),
        cmocka_unit_test_setup_teardown(an_absent_database_is_unknown, begin_shared, end),
        cmocka_unit_test_setup_teardown(shared_books_are_pruned, begin_shared, end),
    };
    cluster_url = getenv("KESSAI_TEST_POSTGRES");
    int failed = cmocka_run_group_tests_name("simulator", tests, NULL, NULL);
    if (cluster_url != NULL && *cluster_url != '\0')
        failed += cmocka_run_group_tests_name("simulator, shared books", shared, make_database,
                                              drop_database);
    return failed;
}
