/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor finds nothing in a clean database, also beside a busy server, and takes nothing else
 * for one. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "lib/database.h"
#include "look.h"
#include "store/store.h"
#include "world.h"

static char folder[] = "/tmp/kessai-audit-XXXXXX";
static struct arena *arena;
static const char *clean;

static const char *in_folder(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

/* ---- a clean database ---------------------------------------------------------------------- */

static struct store *serve(const char *url)
{
    struct store *store;
    const struct store_config config = {.url = url, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM};
    assert_int_equal(store_open(&config, &store).code, E_OK);
    return store;
}

/* Goal:   a database with one of everything has no finding.
 * Method: world.c's, as the store left it, and while a server has it open. */
static void a_clean_database_has_no_findings(void **state)
{
    (void)state;
    const char *copy = plain_url(arena, folder, "served");
    expect_clean(clean);
    plain_copy(arena, clean, copy);
    struct store *store = serve(copy);
    world_move(store);
    expect_clean(copy);
    store_close(store);
    expect_clean(copy);
    plain_drop(arena, copy);
}

/* Goal:   a file is found by its path as it is, with sqlite: or without, and with a log beside it.
 * Method: a path that a URI would misread. */
static void a_path_is_taken_as_it_is(void **state)
{
    (void)state;
    if (test_on_postgres())
        skip();
    const char *copy = in_folder("logged #1?.db");
    plain_copy(arena, clean, copy);
    expect_clean(arena_printf(arena, "sqlite:%s", copy));
    struct store *store = serve(copy);
    world_move(store);
    assert_int_equal(access(arena_printf(arena, "%s-wal", copy), F_OK), 0);
    expect_clean(copy);
    store_close(store);
    plain_drop(arena, copy);
}

enum { NOBODY = 65534, FINDINGS_MAX = 100 };

/* The findings in a file, for a user who may write neither it nor its folder; -1: an error. Root
 * may write everything, so it becomes somebody else first: in a child, as there is no way back. */
static int findings_of_a_reader(const char *path)
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        int64_t findings = -1;
        const bool is_reader = geteuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
        if (!is_reader || access(path, W_OK) == 0 ||
            audit_run(path, stderr, &findings).code != E_OK)
            _exit(FINDINGS_MAX);
        _exit(findings < FINDINGS_MAX ? (int)findings : FINDINGS_MAX - 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) < FINDINGS_MAX ? WEXITSTATUS(status) : -1;
}

/* Goal:   a backup on read-only media can be audited.
 * Method: by a user who may write neither file nor folder. */
static void a_read_only_copy_can_be_audited(void **state)
{
    (void)state;
    if (test_on_postgres())
        skip();
    const char *inner = in_folder("read-only");
    assert_int_equal(mkdir(inner, 0700), 0);
    const char *copy = arena_printf(arena, "%s/books.db", inner);
    plain_copy(arena, clean, copy);
    if (geteuid() == 0) {
        assert_int_equal(chown(copy, NOBODY, NOBODY), 0);
        assert_int_equal(chown(inner, NOBODY, NOBODY), 0);
        assert_int_equal(chmod(folder, 0711), 0);
    }
    assert_int_equal(chmod(copy, 0400), 0);
    assert_int_equal(chmod(inner, 0500), 0);
    assert_int_equal(findings_of_a_reader(copy), 0);
    assert_int_equal(chmod(inner, 0700), 0);
    plain_drop(arena, copy);
    (void)rmdir(inner);
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

/* Goal:   what is not there, or is something else, is a usage error, not a finding. */
static void other_things_are_usage_errors(void **state)
{
    (void)state;
    expect_usage(in_folder("there-is-none.db"));
    expect_usage("postgres://127.0.0.1:1/kessai");
    const char *text = in_folder("text.db");
    FILE *file = fopen(text, "we");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("not a database\n", file);
    (void)fclose(file);
    expect_usage(text);
    (void)unlink(text);
}

/* Goal:   a database of another program, or of another version, is a usage error. */
static void other_databases_are_usage_errors(void **state)
{
    (void)state;
    const char *copy = plain_url(arena, folder, "other");
    plain_copy(arena, clean, copy);
    sql_run(copy, test_on_postgres() ? "ALTER TABLE ledger_transfer RENAME TO entries"
                                     : "PRAGMA application_id = 1");
    expect_usage(copy);
    plain_copy(arena, clean, copy);
    sql_run(copy, "UPDATE schema_version SET version = 2");
    expect_usage(copy);
    plain_drop(arena, copy);
}

/* ---- the page ------------------------------------------------------------------------------ */

/* Goal:   doc/audit.md explains every check in the words of the table, and in its order.
 * Method: a line for each row of check.def, looked for from where the one before was found. */
static void every_check_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *again;
    } ROWS[] = {
#define CHECK(name, function, text, again) {name, text, again},
#define CHECK_OF_DATABASE                  CHECK
#include "audit/check.def"
#undef CHECK_OF_DATABASE
#undef CHECK
    };
    FILE *file = fopen(AUDIT_PAGE, "re");
    assert_non_null(file);
    char *page = NULL;
    size_t room = 0;
    assert_true(getdelim(&page, &room, '\0', file) > 0);
    (void)fclose(file);
    const char *at = page;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const char *line =
            arena_printf(arena, "| %s | %s | %s |\n", ROWS[i].name, ROWS[i].text, ROWS[i].again);
        const char *found = strstr(at, line);
        if (found == NULL)
            fail_msg("doc/audit.md has no line, or not in its place:\n%s", line);
        at = found;
    }
    free(page);
}

/* ---- damaged files ------------------------------------------------------------------------- */

/* Goal:   a file whose pages are damaged gives findings, not a crash.
 * Method: a page's worth of bytes overwritten, at every page in turn. */
static void damaged_pages_are_findings(void **state)
{
    (void)state;
    if (test_on_postgres())
        skip();
    const char *copy = in_folder("damaged.db");
    struct stat file;
    assert_int_equal(stat(clean, &file), 0);
    for (off_t page = 1; page < file.st_size / 4096; page++) {
        plain_copy(arena, clean, copy);
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
    plain_drop(arena, copy);
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
    const char *copy = plain_url(arena, folder, "busy");
    plain_copy(arena, clean, copy);
    struct writer w = {.store = serve(copy), .is_over = false};
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
    plain_drop(arena, copy);
}

/* ---- a lost connection --------------------------------------------------------------------- */

struct killer {
    _Atomic bool is_over;
    const char *sql;
};

static void *kill_on(void *context)
{
    struct killer *k = context;
    while (!atomic_load(&k->is_over))
        test_cluster_run(clean, k->sql);
    return NULL;
}

/* Goal:   an audit whose connection is lost fails; it never says that rows are missing.
 * Method: its connection is ended again and again, a hundred times. */
static void a_lost_connection_is_no_finding(void **state)
{
    (void)state;
    if (!test_on_postgres())
        skip();
    struct killer k = {
        .sql = "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
               " application_name = 'kessai audit' AND datname = current_database();"
               " END $$"}; /* other tests audit in the same cluster */
    pthread_t thread;
    int lost = 0;
    assert_int_equal(pthread_create(&thread, NULL, kill_on, &k), 0);
    for (int i = 0; i < 100; i++) {
        char *text = NULL;
        size_t bytes = 0;
        int64_t findings = 0;
        FILE *out = open_memstream(&text, &bytes);
        const result r = audit_run(clean, out, &findings);
        (void)fclose(out);
        assert_true(r.code == E_OK || r.code == E_STORE || r.code == E_USAGE);
        assert_string_equal(text, "");
        assert_int_equal(findings, 0);
        lost += r.code == E_STORE;
        free(text);
    }
    atomic_store(&k.is_over, true);
    (void)pthread_join(thread, NULL);
    print_message("%d of 100 audits lost their connection\n", lost);
    assert_true(lost > 0);
    expect_clean(clean);
}

/* -------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(4 << 20);
    if (arena == NULL || mkdtemp(folder) == NULL)
        return -1;
    clean = plain_url(arena, folder, "clean");
    world_build(clean);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_drop(arena, clean);
    (void)rmdir(folder);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_database_has_no_findings),
        cmocka_unit_test(a_path_is_taken_as_it_is),
        cmocka_unit_test(a_read_only_copy_can_be_audited),
        cmocka_unit_test(other_things_are_usage_errors),
        cmocka_unit_test(other_databases_are_usage_errors),
        cmocka_unit_test(every_check_is_explained),
        cmocka_unit_test(damaged_pages_are_findings),
        cmocka_unit_test(a_busy_writer_is_never_reported),
        cmocka_unit_test(a_lost_connection_is_no_finding),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
