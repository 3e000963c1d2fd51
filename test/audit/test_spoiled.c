/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is changed behind the store's back gives the finding that names it, and only what
 * follows from it besides. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/database.h"
#include "look.h"
#include "world.h"

static char folder[] = "/tmp/kessai-spoiled-XXXXXX";
static struct arena *arena;
static const char *clean, *copy;

struct spoiled {
    const char *sql, *before, *row, *after, *follows;
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

/* The SQL for the store of this run; NULL: for the other one. */
static const char *sql_of(const struct spoiled *s)
{
    const char *const here = test_on_postgres() ? "postgres:" : "sqlite:";
    const char *const there = test_on_postgres() ? "sqlite:" : "postgres:";
    if (strncmp(s->sql, there, strlen(there)) == 0)
        return NULL;
    return strncmp(s->sql, here, strlen(here)) == 0 ? s->sql + strlen(here) : s->sql;
}

/* ---- lines --------------------------------------------------------------------------------- */

enum { LINES_MAX = 2000 };
struct lines {
    char *at[LINES_MAX];
    size_t count;
};

/* Cuts a text into its lines, in place. */
static struct lines cut(char *text)
{
    struct lines lines = {.count = 0};
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (line[0] != '\0' && lines.count < LINES_MAX)
            lines.at[lines.count++] = line;
    return lines;
}

/* Takes a line out; false when there is none that fits. */
static bool take_out(struct lines *lines, const char *pattern)
{
    for (size_t i = 0; i < lines->count; i++)
        if (fnmatch(pattern, lines->at[i], FNM_NOESCAPE) == 0) {
            lines->at[i] = lines->at[--lines->count];
            return true;
        }
    return false;
}

static bool take_out_first(struct lines *lines, const char *begin)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strncmp(lines->at[i], begin, strlen(begin)) == 0) {
            lines->at[i] = lines->at[--lines->count];
            return true;
        }
    return false;
}

/* Each line of `follows` takes out as many findings as it says. */
static bool take_out_following(struct lines *findings, const char *follows)
{
    char *text = strdup(follows);
    const struct lines patterns = cut(text);
    bool all = true;
    for (size_t i = 0; i < patterns.count; i++) {
        const char *pattern = patterns.at[i];
        int64_t times = 1;
        const size_t digits = strspn(pattern, "0123456789");
        if (digits > 0 && strncmp(pattern + digits, "x ", 2) == 0 &&
            str_i64((str){pattern, digits}, &times))
            pattern += digits + 2;
        for (; times > 0; times--)
            if (!take_out(findings, pattern)) {
                print_error("  nothing like: %s\n", pattern);
                all = false;
            }
    }
    free(text);
    return all;
}

/* ---- the table ----------------------------------------------------------------------------- */

static const char *expected_of(const struct spoiled *s)
{
    char wire[ID_TEXT_BYTES] = "";
    if (s->row != NULL)
        id_text(sql_id(copy, s->row), wire);
    return arena_printf(arena, "%s%s%s", s->before, wire, s->after);
}

/* The id is the row's before the change, as the change may take it away. */
static const char *spoil(const struct spoiled *s, const char *sql)
{
    const char *before = expected_of(s);
    sql_run(copy, sql);
    return before;
}

static bool is_exact(const struct spoiled *s, const char *sql)
{
    plain_reset(arena, clean, copy);
    const char *want = spoil(s, sql);
    struct audit_report report = {0};
    char *text = look(copy, NULL, &report);
    struct lines findings = cut(text);
    bool good = report.findings == (int64_t)findings.count && take_out_first(&findings, want);
    if (!good)
        print_error("  nothing begins with: %s\n", want);
    good = take_out_following(&findings, s->follows) && good;
    for (size_t i = 0; i < findings.count; i++)
        print_error("  unexpected: %s\n", findings.at[i]);
    good = good && findings.count == 0;
    free(text);
    return good;
}

/* Goal:   whatever is changed behind the store's back is found; the finding names the row, and
 *         there is none besides but what follows from it.
 * Method: each row of spoiled.def on a copy of its own. */
static void every_change_gives_exactly_its_findings(void **state)
{
    (void)state;
    int wrong = 0, count = 0;
    plain_copy(arena, clean, copy);
    for (size_t i = 0; i < COUNT(SPOILED); i++) {
        const char *sql = sql_of(&SPOILED[i]);
        if (sql == NULL)
            continue;
        count++;
        if (!is_exact(&SPOILED[i], sql)) {
            print_error("%s\n", sql);
            wrong++;
        }
        if (strstr(sql, "DROP ") != NULL || strstr(sql, "CREATE") != NULL)
            plain_copy(arena, clean, copy);
    }
    print_message("%d changes\n", count);
    assert_int_equal(wrong, 0);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    if (arena == NULL || mkdtemp(folder) == NULL)
        return -1;
    clean = plain_url(arena, folder, "clean");
    copy = plain_url(arena, folder, "copy");
    world_build(clean);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_drop(arena, clean);
    plain_drop(arena, copy);
    (void)rmdir(folder);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_gives_exactly_its_findings),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
