/* SPDX-License-Identifier: Apache-2.0 */
/* test_store.c: one writer, group commit, readers beside it (design D4). */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/merchant.h"
#include "audit/audit.h"
#include "lib/database.h"
#include "store/store.h"
#include "store/tx.h"
#include "unit.h"

struct place {
    char directory[32];
    struct arena *arena;
    const char *url;
    struct store *store;
    int64_t tenant;
};

static result open_server(struct place *p, struct store **ret)
{
    const struct store_config config = {
        .url = p->url, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM, .readers = 2};
    return store_open(&config, ret);
}

static void place_open(struct place *p)
{
    memcpy(p->directory, "/tmp/kessai-sto-XXXXXX", sizeof "/tmp/kessai-sto-XXXXXX");
    CHECK(mkdtemp(p->directory) != NULL);
    p->arena = arena_new(1 << 20);
    p->url = test_store_url(p->directory, p->arena);
    const struct store_config config = {
        .url = p->url, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    struct store *command;
    CHECK_OK(store_open(&config, &command));
    struct merchant_root root = {.name = S("Root"), .kind = KIND_ORDINARY};
    CHECK_OK(merchant_create_root(command, p->arena, &root));
    store_close(command);
    p->tenant = root.id.key;
    CHECK_OK(open_server(p, &p->store));
}

/* Ends with the auditor: zero findings. */
static void place_close(struct place *p)
{
    int64_t findings = -1;
    store_close(p->store);
    CHECK_OK(audit_run(p->url, stderr, &findings));
    CHECK_I64(findings, 0);
    test_store_drop(p->url, p->directory, p->arena);
    arena_free(p->arena);
}

enum act_kind { ACT_NONE = 0, ACT_WRITE, ACT_REFUSE, ACT_WRITE_THEN_FAIL };

/* A work that writes an event and then ends as it is told to. */
struct act {
    struct work work;
    int64_t tenant;
    enum act_kind kind;
    int runs;
    result outcome;
    atomic_int *left;
};

static result act_run(struct tx *tx, struct work *work)
{
    struct act *act = (struct act *)work;
    act->runs++;
    if (act->kind == ACT_REFUSE)
        return FAIL(E_UNPROCESSABLE, NULL, NULL);
    int64_t now_us;
    TRY(tx_now(tx, act->tenant, &now_us));
    const struct event_entry entry = {.tenant = act->tenant,
                                      .merchant = act->tenant,
                                      .type = EVT_PING,
                                      .created_us = now_us,
                                      .data = S("{}")};
    TRY(tx_event(tx, &entry, NULL));
    return act->kind == ACT_WRITE ? OK : FAIL(E_INTERNAL, NULL, "after a write");
}

static void act_done(struct work *work, result outcome)
{
    struct act *act = (struct act *)work;
    act->outcome = outcome;
    atomic_fetch_sub(act->left, 1);
}

/* Holds the writer, so that what is queued meanwhile becomes one batch. */
struct gate {
    struct work work;
    atomic_int is_held, is_open, has_ended;
};

static result gate_run(struct tx *tx, struct work *work)
{
    struct gate *gate = (struct gate *)work;
    (void)tx;
    atomic_store(&gate->is_held, 1);
    while (atomic_load(&gate->is_open) == 0)
        (void)sched_yield();
    return OK;
}

static void gate_done(struct work *work, result outcome)
{
    (void)outcome;
    atomic_store(&((struct gate *)work)->has_ended, 1);
}

static void hold(struct place *p, struct gate *gate)
{
    *gate = (struct gate){.work = {.run = gate_run, .done = gate_done}};
    store_transact(p->store, &gate->work);
    while (atomic_load(&gate->is_held) == 0)
        (void)sched_yield();
}

static void let_go(struct gate *gate, atomic_int *left)
{
    atomic_store(&gate->is_open, 1);
    while (atomic_load(&gate->has_ended) == 0 || atomic_load(left) > 0)
        (void)sched_yield();
}

static int64_t events_of(struct place *p)
{
    struct db *db = store_read_begin(p->store);
    int64_t count = -1;
    CHECK_OK(db_number(db, SQL_EVENT_HEAD, &count, VI(p->tenant)));
    store_read_end(p->store, db);
    return count;
}

enum { WORKS = 40 };

/* Queues WORKS acts behind a gate; every `odd` one is of that kind. */
static void run_batch(struct place *p, struct act acts[WORKS], int every, enum act_kind kind)
{
    atomic_int left = WORKS;
    struct gate gate;
    hold(p, &gate);
    for (int i = 0; i < WORKS; i++) {
        acts[i] = (struct act){
            .work = {.run = act_run, .done = act_done}, .tenant = p->tenant, .left = &left};
        acts[i].kind = i % every == every - 1 ? kind : ACT_WRITE;
        store_transact(p->store, &acts[i].work);
    }
    let_go(&gate, &left);
}

/* Goal:   works that wait together share one commit.
 * Method: 40 works queued behind a held writer; counts of commits before and after. */
TEST(works_that_wait_together_share_a_commit)
{
    struct place p;
    struct act acts[WORKS];
    place_open(&p);
    const struct store_stats before = store_stats_read(p.store);
    run_batch(&p, acts, WORKS + 1, ACT_WRITE);
    const struct store_stats after = store_stats_read(p.store);
    CHECK_I64(after.batches - before.batches, 2); /* the gate's, and theirs */
    CHECK_I64(after.reruns, before.reruns);
    CHECK_I64(events_of(&p), WORKS);
    place_close(&p);
}

/* Goal:   a refusal that has written nothing costs the others nothing. */
TEST(a_refusal_leaves_its_batch_alone)
{
    struct place p;
    struct act acts[WORKS];
    place_open(&p);
    run_batch(&p, acts, 4, ACT_REFUSE);
    CHECK_I64(store_stats_read(p.store).reruns, 0);
    for (int i = 0; i < WORKS; i++) {
        CHECK_I64(acts[i].runs, 1);
        CHECK_I64(acts[i].outcome.code, i % 4 == 3 ? E_UNPROCESSABLE : E_OK);
    }
    CHECK_I64(events_of(&p), WORKS - WORKS / 4);
    place_close(&p);
}

/* Goal:   a failure after a first write undoes the batch and runs its works one by one: the failed
 * ones leave nothing, the others happen exactly once, and their events are numbered without a gap
 * (the auditor looks). */
TEST(a_failure_after_a_write_is_undone_alone)
{
    struct place p;
    struct act acts[WORKS];
    place_open(&p);
    run_batch(&p, acts, 10, ACT_WRITE_THEN_FAIL);
    CHECK_I64(store_stats_read(p.store).reruns, 1);
    for (int i = 0; i < WORKS; i++)
        CHECK_I64(acts[i].outcome.code, i % 10 == 9 ? E_INTERNAL : E_OK);
    CHECK_I64(events_of(&p), WORKS - WORKS / 10);
    place_close(&p);
}

/* Goal:   a second server on one file is refused with a sentence, and welcome on a database that
 * servers share; a command beside it works on either. */
TEST(one_file_has_one_server)
{
    struct place p;
    place_open(&p);
    struct store *second;
    const result r = open_server(&p, &second);
    CHECK_I64(r.code, test_on_postgres() ? E_OK : E_USAGE);
    if (r.code == E_OK)
        store_close(second);
    else
        CHECK(r.message != NULL && strstr(r.message, "another server") != NULL);
    const struct store_config config = {
        .url = p.url, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    CHECK_OK(store_open(&config, &second));
    store_close(second);
    place_close(&p);
}

/* Goal:   a reader sees the state of its beginning until it ends, whatever is committed meanwhile.
 */
TEST(a_reader_sees_one_state)
{
    struct place p;
    struct act acts[WORKS];
    place_open(&p);
    struct db *db = store_read_begin(p.store);
    int64_t count = -1;
    CHECK_OK(db_number(db, SQL_EVENT_HEAD, &count, VI(p.tenant)));
    CHECK_I64(count, 0);
    run_batch(&p, acts, WORKS + 1, ACT_WRITE);
    CHECK_OK(db_number(db, SQL_EVENT_HEAD, &count, VI(p.tenant)));
    CHECK_I64(count, 0);
    store_read_end(p.store, db);
    CHECK_I64(events_of(&p), WORKS);
    place_close(&p);
}

/* One statement, whatever the store. */
static void run_raw(const char *url, const char *sql)
{
    if (test_on_postgres()) {
        test_cluster_run(url, sql);
        return;
    }
    sqlite3 *raw;
    CHECK_I64(sqlite3_open(url, &raw), SQLITE_OK);
    CHECK_I64(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(raw);
}

/* Goal:   databases that are not ours, or newer than we are, are refused and left alone. */
TEST(a_foreign_or_newer_database_is_refused)
{
    struct place p;
    place_open(&p);
    store_close(p.store);
    const struct {
        const char *spoil, *mend, *says;
    } cases[] = {
        {"UPDATE schema_version SET version = version + 90",
         "UPDATE schema_version SET version = version - 90", "newer"},
        {test_on_postgres() ? "ALTER TABLE schema_version RENAME TO other"
                            : "PRAGMA application_id = 7",
         test_on_postgres() ? "ALTER TABLE other RENAME TO schema_version"
                            : "PRAGMA application_id = 1262834515",
         "another program"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct store *store;
        run_raw(p.url, cases[i].spoil);
        const result r = open_server(&p, &store);
        CHECK_I64(r.code, E_USAGE);
        CHECK(r.message != NULL && strstr(r.message, cases[i].says) != NULL);
        run_raw(p.url, cases[i].mend);
    }
    CHECK_OK(open_server(&p, &p.store));
    place_close(&p);
}

/* Goal:   a store that closes runs what is queued, and refuses what comes later. */
TEST(closing_runs_what_is_queued)
{
    struct place p;
    place_open(&p);
    atomic_int left = WORKS;
    struct act acts[WORKS];
    for (int i = 0; i < WORKS; i++) {
        acts[i] = (struct act){
            .work = {.run = act_run, .done = act_done}, .tenant = p.tenant, .left = &left};
        acts[i].kind = ACT_WRITE;
        store_transact(p.store, &acts[i].work);
    }
    store_close(p.store);
    CHECK_I64(atomic_load(&left), 0);
    for (int i = 0; i < WORKS; i++)
        CHECK_I64(acts[i].outcome.code, E_OK);
    CHECK_OK(open_server(&p, &p.store));
    CHECK_I64(events_of(&p), WORKS);
    place_close(&p);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(works_that_wait_together_share_a_commit),
        CLAIM(a_refusal_leaves_its_batch_alone),
        CLAIM(a_failure_after_a_write_is_undone_alone),
        CLAIM(one_file_has_one_server),
        CLAIM(a_reader_sees_one_state),
        CLAIM(a_foreign_or_newer_database_is_refused),
        CLAIM(closing_runs_what_is_queued),
    };
    return RUN_ALL(all);
}
