/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor finds nothing in a clean database and names the row in every spoiled one. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"
#include "world.h"

static char folder[] = "/tmp/kessai-audit-XXXXXX";
static struct arena *arena;

static const char *in_folder(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

/* What the auditor prints about a file; the text is the caller's to free. */
static char *audit(const char *path, int64_t *ret_findings)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    const result r = audit_run(path, out, ret_findings);
    (void)fclose(out);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
    return text;
}

static void expect_clean(const char *path)
{
    int64_t findings = -1;
    char *text = audit(path, &findings);
    if (findings != 0 || text[0] != '\0')
        fail_msg("%d findings:\n%s", (int)findings, text);
    free(text);
}

static void copy_file(const char *from, const char *to)
{
    static char block[1 << 16];
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t bytes;
    assert_true(in >= 0 && out >= 0);
    while ((bytes = read(in, block, sizeof block)) > 0)
        assert_int_equal(write(out, block, (size_t)bytes), bytes);
    assert_int_equal(bytes, 0);
    (void)close(in);
    (void)close(out);
}

/* ---- a clean database ---------------------------------------------------------------------- */

/* Goal:   a database with one of everything has no finding.
 * Method: world.c's, once as the store left it, once with a log beside it. */
static void a_clean_database_has_no_findings(void **state)
{
    (void)state;
    expect_clean(in_folder("clean.db"));
    expect_clean(arena_printf(arena, "sqlite:%s", in_folder("clean.db")));

    const char *copy = in_folder("logged #1?.db"); /* a path that a URI would misread */
    copy_file(in_folder("clean.db"), copy);
    struct store *store;
    const struct store_config config = {
        .url = copy, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM};
    assert_int_equal(store_open(&config, &store).code, E_OK);
    world_move(store);
    assert_int_equal(access(arena_printf(arena, "%s-wal", copy), F_OK), 0);
    expect_clean(copy);
    store_close(store);
    expect_clean(copy);
}

/* Goal:   a backup on read-only media can be audited.
 * Method: neither file nor folder may be written. (root may, and then it is opened as usual.) */
static void a_read_only_copy_can_be_audited(void **state)
{
    (void)state;
    const char *inner = in_folder("read-only");
    assert_int_equal(mkdir(inner, 0700), 0);
    const char *copy = arena_printf(arena, "%s/books.db", inner);
    copy_file(in_folder("clean.db"), copy);
    assert_int_equal(chmod(copy, 0400), 0);
    assert_int_equal(chmod(inner, 0500), 0);
    expect_clean(copy);
    assert_int_equal(chmod(inner, 0700), 0);
}

/* ---- files that are none ------------------------------------------------------------------- */

static void expect_usage(const char *url)
{
    int64_t findings = -1;
    const result r = audit_run(url, stderr, &findings);
    assert_int_equal(r.code, E_USAGE);
    assert_string_equal(r.param, "--db");
    assert_non_null(r.message);
    assert_int_equal(findings, -1);
}

/* Goal:   what is not a Kessai database of this version is a usage error, not a finding. */
static void other_files_are_usage_errors(void **state)
{
    (void)state;
    expect_usage(in_folder("there-is-none.db"));
    expect_usage("postgres://localhost/kessai");
    const char *text = in_folder("text.db");
    FILE *file = fopen(text, "we");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("not a database\n", file);
    (void)fclose(file);
    expect_usage(text);
    const char *copy = in_folder("other.db");
    copy_file(in_folder("clean.db"), copy);
    sql_run(copy, "PRAGMA application_id = 1");
    expect_usage(copy);
    copy_file(in_folder("clean.db"), copy);
    sql_run(copy, "UPDATE schema_version SET version = 2");
    expect_usage(copy);
}

/* ---- spoiled databases --------------------------------------------------------------------- */

/* A line must hold before, the wire id of `row` (unless NULL), and after, one behind the other. */
struct spoiled {
    const char *sql, *before, *row, *after;
};

#define PAYMENT(n)    "SELECT " #n ", 7"
#define POSTED(where) "SELECT seq, salt FROM ledger_transaction WHERE " where
#define EVENT_ROW(n)  "SELECT seq, salt FROM event WHERE tenant = 1001 AND seq = " #n
#define MERCHANT(n)   "SELECT " #n ", 7"
#define OF_1001       " WHERE tenant = 1001 AND "
#define SECOND_CAPTURE                                                                             \
    "INSERT INTO ledger_transaction SELECT tenant, 100, salt, event, currency, happened_us,"       \
    " payment, refund, hash FROM ledger_transaction WHERE tenant = 1001 AND seq = 1"

static const struct spoiled SPOILED[] = {
#include "spoiled.def"
};

static const char *expected_of(const char *path, const struct spoiled *s)
{
    char wire[ID_TEXT_BYTES] = "";
    if (s->row != NULL)
        id_text(sql_id(path, s->row), wire);
    return arena_printf(arena, "%s%s%s", s->before, wire, s->after);
}

/* Goal:   whatever is changed behind the store's back is found, and the finding names the row.
 * Method: each row of spoiled.def on a copy of its own. */
static void every_spoiled_row_is_named(void **state)
{
    (void)state;
    const char *copy = in_folder("spoiled.db");
    size_t missed = 0;
    for (size_t i = 0; i < COUNT(SPOILED); i++) {
        const struct spoiled *s = &SPOILED[i];
        copy_file(in_folder("clean.db"), copy);
        const char *before = s->row == NULL ? NULL : expected_of(copy, s);
        sql_run(copy, s->sql);
        const char *want = before == NULL ? expected_of(copy, s) : before;
        int64_t findings = 0;
        char *text = audit(copy, &findings);
        int64_t lines = 0;
        for (const char *at = text; *at != '\0'; at++)
            lines += *at == '\n';
        if (findings == 0 || lines != findings || strstr(text, want) == NULL) {
            print_error("%s\n  wanted %s\n  got %d: %s\n", s->sql, want, (int)findings, text);
            missed++;
        }
        free(text);
    }
    print_message("%d spoiled databases\n", (int)COUNT(SPOILED));
    assert_int_equal(missed, 0);
}

/* Goal:   a file whose pages are damaged gives findings, not a crash.
 * Method: a page's worth of bytes overwritten, at every page in turn. */
static void damaged_pages_are_findings(void **state)
{
    (void)state;
    const char *copy = in_folder("damaged.db");
    struct stat file;
    assert_int_equal(stat(in_folder("clean.db"), &file), 0);
    for (off_t page = 1; page < file.st_size / 4096; page++) {
        copy_file(in_folder("clean.db"), copy);
        const int fd = open(copy, O_WRONLY | O_CLOEXEC);
        static char junk[4096];
        memset(junk, 0xa5, sizeof junk);
        assert_int_equal(pwrite(fd, junk, sizeof junk, page * 4096), 4096);
        (void)close(fd);
        char *text = NULL;
        size_t bytes = 0;
        int64_t findings = 0;
        FILE *out = open_memstream(&text, &bytes);
        const result r = audit_run(copy, out, &findings);
        (void)fclose(out);
        assert_true(r.code == E_USAGE || (r.code == E_OK && findings > 0));
        free(text);
    }
}

/* ---- beside a server ----------------------------------------------------------------------- */

struct writer {
    struct store *store;
    _Atomic bool is_over;
    _Atomic int moves;
};

static void *write_on(void *context)
{
    struct writer *w = context;
    while (!atomic_load(&w->is_over)) {
        world_move(w->store);
        atomic_fetch_add(&w->moves, 1);
    }
    return NULL;
}

/* Goal:   beside a busy server the auditor never reports what is merely in progress.
 * Method: two threads write as fast as they can while it runs twenty times. */
static void a_busy_writer_is_never_reported(void **state)
{
    (void)state;
    const char *copy = in_folder("busy.db");
    copy_file(in_folder("clean.db"), copy);
    struct writer w = {.is_over = false};
    const struct store_config config = {
        .url = copy, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM};
    assert_int_equal(store_open(&config, &w.store).code, E_OK);
    pthread_t threads[2];
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_on, &w), 0);
    for (int i = 0; i < 20; i++)
        expect_clean(copy);
    atomic_store(&w.is_over, true);
    for (size_t i = 0; i < COUNT(threads); i++)
        (void)pthread_join(threads[i], NULL);
    assert_true(atomic_load(&w.moves) > 20);
    expect_clean(copy);
    store_close(w.store);
    expect_clean(copy);
}

/* -------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(4 << 20);
    if (arena == NULL || mkdtemp(folder) == NULL)
        return -1;
    world_build(in_folder("clean.db"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"clean.db",   "logged #1?.db", "read-only/books.db",
                                        "text.db",    "other.db",      "spoiled.db",
                                        "damaged.db", "busy.db"};
    static const char *const ENDS[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < COUNT(NAMES); i++)
        for (size_t n = 0; n < COUNT(ENDS); n++)
            (void)unlink(arena_printf(arena, "%s/%s%s", folder, NAMES[i], ENDS[n]));
    (void)rmdir(in_folder("read-only"));
    (void)rmdir(folder);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_database_has_no_findings),
        cmocka_unit_test(a_read_only_copy_can_be_audited),
        cmocka_unit_test(other_files_are_usage_errors),
        cmocka_unit_test(every_spoiled_row_is_named),
        cmocka_unit_test(damaged_pages_are_findings),
        cmocka_unit_test(a_busy_writer_is_never_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
