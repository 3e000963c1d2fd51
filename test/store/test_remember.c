/* SPDX-License-Identifier: Apache-2.0 */
/* test_remember.c: what a writer remembers from one batch to the next is true, whoever else writes
 * (store/remember.h). Two stores on one database stand for two programs. */
#include <stdio.h>
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
    int64_t tenant;
    struct store *here, *there;
};

static struct store *open_store(struct place *p)
{
    struct store *store;
    const struct store_config config = {
        .url = p->url, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    CHECK_OK(store_open(&config, &store));
    return store;
}

static void place_open(struct place *p)
{
    memcpy(p->directory, "/tmp/kessai-rem-XXXXXX", sizeof "/tmp/kessai-rem-XXXXXX");
    CHECK(mkdtemp(p->directory) != NULL);
    p->arena = arena_new(1 << 20);
    p->url = test_store_url(p->directory, p->arena);
    p->here = open_store(p);
    p->there = open_store(p);
    struct merchant_root root = {.name = S("Root"), .kind = KIND_ORDINARY};
    CHECK_OK(merchant_create_root(p->here, p->arena, &root));
    p->tenant = root.id.key;
}

/* Ends with the auditor: zero findings. */
static void place_close(struct place *p)
{
    int64_t findings = -1;
    store_close(p->here);
    store_close(p->there);
    CHECK_OK(audit_run(p->url, stderr, &findings));
    CHECK_I64(findings, 0);
    test_store_drop(p->url, p->directory, p->arena);
    arena_free(p->arena);
}

/* A work that changes the held sum of the root's account and says what it is then. */
struct hold {
    struct work work;
    int64_t delta_minor, held_minor;
    bool fails;
};

static result hold_run(struct tx *tx, struct work *work)
{
    struct hold *hold = (struct hold *)work;
    struct balance balance;
    if (hold->delta_minor != 0)
        TRY(tx_hold(tx, work->tenant, work->tenant, CUR_JPY, hold->delta_minor));
    TRY(tx_balance(tx, work->tenant, work->tenant, CUR_JPY, &balance));
    hold->held_minor = balance.held_minor;
    return hold->fails ? FAIL(E_INTERNAL, NULL, "after a write") : OK;
}

static int64_t held_after(struct place *p, struct store *store, int64_t delta_minor)
{
    struct hold hold = {.work = {.tenant = p->tenant}, .delta_minor = delta_minor};
    CHECK_OK(store_transact_wait(store, hold_run, &hold.work));
    return hold.held_minor;
}

/* Goal:   two programs that change one account in turn never work on an old sum.
 * Method: each remembers what it wrote; the other one's change must be seen all the same. */
TEST(an_account_that_another_program_changes)
{
    struct place p;
    place_open(&p);
    CHECK_I64(held_after(&p, p.here, 100), 100);
    CHECK_I64(held_after(&p, p.here, 20), 120);
    CHECK_I64(held_after(&p, p.there, 3), 123);
    CHECK_I64(held_after(&p, p.there, 0), 123);
    CHECK_I64(held_after(&p, p.here, -120), 3);
    CHECK_I64(held_after(&p, p.there, -3), 0);
    CHECK_I64(held_after(&p, p.here, 0), 0);
    place_close(&p);
}

/* Goal:   what a batch changed in memory goes with it when it is not kept. */
TEST(a_batch_that_is_not_kept)
{
    struct place p;
    place_open(&p);
    CHECK_I64(held_after(&p, p.here, 100), 100);
    struct hold hold = {.work = {.tenant = p.tenant}, .delta_minor = 7, .fails = true};
    const result r = store_transact_wait(p.here, hold_run, &hold.work);
    CHECK_I64(r.code, E_INTERNAL);
    CHECK_I64(hold.held_minor, 107);
    CHECK_I64(held_after(&p, p.here, 0), 100);
    struct hold dry = {.work = {.tenant = p.tenant, .is_dry = true}, .delta_minor = 7};
    CHECK_OK(store_transact_wait(p.here, hold_run, &dry.work));
    CHECK_I64(dry.held_minor, 107);
    CHECK_I64(held_after(&p, p.here, -100), 0);
    place_close(&p);
}

/* A work that says what it finds of a merchant and its method. */
struct look {
    struct work work;
    struct merchant merchant;
    int64_t percent_e4;
};

static result look_run(struct tx *tx, struct work *work)
{
    struct look *look = (struct look *)work;
    const struct merchant *merchant;
    struct owned_method method;
    TRY(tx_merchant(tx, work->tenant, work->tenant, &merchant));
    TRY(tx_method(tx, merchant, METHOD_CREDIT_CARD, &method));
    look->merchant = *merchant;
    look->percent_e4 = method.rate.percent_e4;
    return OK;
}

static struct look look_at(struct place *p, struct store *store)
{
    struct look look = {.work = {.tenant = p->tenant}};
    CHECK_OK(store_transact_wait(store, look_run, &look.work));
    return look;
}

static result disable_run(struct tx *tx, struct work *work)
{
    struct merchant_row row;
    TRY(merchant_read(tx_db(tx), work->tenant, work->tenant, tx_arena(tx), &row));
    row.payments_enabled = false;
    return merchant_save(tx, &row);
}

/* Goal:   a change of a merchant or of its rate reaches every writer with its next batch. */
TEST(a_merchant_that_another_program_changes)
{
    struct place p;
    place_open(&p);
    const struct look before = look_at(&p, p.here);
    CHECK(before.merchant.payments_enabled);
    struct work work = {.tenant = p.tenant};
    CHECK_OK(store_transact_wait(p.there, disable_run, &work));
    struct method_rate change = {
        .merchant = before.merchant.id,
        .method = METHOD_CREDIT_CARD,
        .has_percent = true,
        .rate = {.percent_e4 = before.percent_e4 + 100},
    };
    CHECK_OK(method_rate_set(p.there, p.arena, &change));
    const struct look after = look_at(&p, p.here);
    CHECK(!after.merchant.payments_enabled);
    CHECK_I64(after.percent_e4, before.percent_e4 + 100);
    place_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_that_another_program_changes),
        cmocka_unit_test(a_batch_that_is_not_kept),
        cmocka_unit_test(a_merchant_that_another_program_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
