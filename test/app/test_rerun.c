/* SPDX-License-Identifier: Apache-2.0 */
/* test_rerun.c: a batch that is run again does nothing twice outside the store: verification values
 * wait in the vault's memory once for each token that was made, and not at all for others. */
#include <sodium.h>

#include "app/customer_change.h"
#include "app/payment_create.h"
#include "app/secure_token.h"
#include "app/token.h"
#include "base/log.h"
#include "stage.h"

static struct stage stage;

static int begin(void **state)
{
    const struct scripted_config config = {.is_instant = true};
    (void)state;
    stage_begin(&stage, &config);
    stage_open(&stage);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&stage);
    stage_end(&stage);
    return 0;
}

static void answered(struct command *c)
{
    bell_ring(c->context);
}

/* Does what a transaction does, then fails: as often as it is told, and the batch is run again. */
static result (*work)(struct tx *tx, struct command *c);
static int failures;

static result work_then_fail(struct tx *tx, struct command *c)
{
    TRY(work(tx, c));
    return failures-- > 0 ? FAIL(E_INTERNAL, NULL, "as told") : OK;
}

static void *frame(size_t bytes)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct command *c = arena_alloc(arena, bytes);
    CHECK(c != NULL);
    memset(c, 0, bytes);
    command_init(c, &stage.app, arena, stage.root.id.key);
    return c;
}

static enum err run(struct command *c)
{
    struct bell bell = BELL;
    struct arena *arena = c->arena;
    c->answered = answered;
    c->context = &bell;
    command_run(c);
    bell_wait(&bell);
    const enum err told = c->outcome.code;
    command_done(c);
    arena_free(arena);
    return told;
}

static void fill_card(struct card_secret *card)
{
    *card = (struct card_secret){
        .number = "4100000000000100", .month = 12, .year = 2039, .verification_value = "123"};
}

static int64_t waiting(void)
{
    return vault_value_count(stage.app.vault);
}

static int64_t reruns(void)
{
    return store_stats_read(stage.app.store).reruns;
}

static enum err make_token(int times, id *ret)
{
    struct token_create *in = frame(sizeof *in);
    in->merchant = stage.root.id.key;
    in->method = METHOD_CREDIT_CARD;
    in->details = in->scrubbed = S("{\"type\":\"credit_card\"}");
    fill_card(&in->card);
    token_create_init(in);
    work = in->c.begin;
    in->c.begin = work_then_fail;
    failures = times;
    struct arena *arena = in->c.arena;
    struct bell bell = BELL;
    in->c.answered = answered;
    in->c.context = &bell;
    command_run(&in->c);
    bell_wait(&bell);
    const enum err told = in->c.outcome.code;
    *ret = in->fresh;
    command_done(&in->c);
    arena_free(arena);
    return told;
}

/* Goal:   a token's verification value waits once, however often its batch was run; that of a token
 *         that was not made does not.
 * Method: a batch that fails once, and one that fails each time. */
TEST(a_token_has_one_value_waiting)
{
    id token;
    const int64_t before = reruns();
    CHECK_I64(make_token(1, &token), E_OK);
    CHECK_I64(reruns(), before + 1);
    CHECK_I64(waiting(), 1);
    CHECK_I64(make_token(2, &token), E_INTERNAL);
    CHECK_I64(waiting(), 1);
}

/* Goal:   the same for the token in which a payment's card waits for its customer.
 * Method: the outcome's batch fails once, or each time. */
TEST(a_payment_that_waits_has_one_value_waiting)
{
    for (int times = 0; times <= 2; times++) {
        struct payment_create *in = frame(sizeof *in);
        in->amount_minor = STAGE_YEN;
        in->currency = CUR_JPY;
        in->is_captured = true;
        in->method = METHOD_CREDIT_CARD;
        in->details = S("{\"type\":\"credit_card\"}");
        in->return_url = S("https://shop.example/");
        in->locale = LOCALE_JA;
        in->wants_authentication = true;
        fill_card(&in->card);
        payment_create_init(in);
        work = in->p.c.finish;
        in->p.c.finish = work_then_fail;
        failures = times;
        const int64_t before = waiting(), runs = reruns();
        CHECK_I64(run(&in->p.c), times < 2 ? E_OK : E_INTERNAL);
        CHECK_I64(reruns(), runs + (times > 0));
        CHECK_I64(waiting(), before + (times < 2));
    }
    const int64_t open = stage_next_open(&stage, 0);
    CHECK(open != 0); /* the outcome that could not be written: found out, and not made */
    CHECK_I64(stage_settle(&stage, open, 99).state, OPERATION_GIVEN_UP);
}

static enum err store_card(id token, int times)
{
    struct customer_change *in = frame(sizeof *in);
    in->source = CUSTOMER_SOURCE_TOKEN;
    in->token = token;
    customer_change_init(in);
    work = in->c.begin;
    in->c.begin = work_then_fail;
    failures = times;
    return run(&in->c);
}

/* Goal:   a token that leaves its card to a customer leaves no verification value behind; one that
 *         could not be used keeps it for the next try. */
TEST(a_stored_card_leaves_no_value)
{
    id token;
    CHECK_I64(make_token(0, &token), E_OK);
    CHECK_I64(waiting(), 1);
    CHECK_I64(store_card(token, 2), E_INTERNAL);
    CHECK_I64(waiting(), 1);
    CHECK_I64(store_card(token, 1), E_OK);
    CHECK_I64(waiting(), 0);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    log_set_level(LEVELS);
#define AT_STAGE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest all[] = {
        AT_STAGE(a_token_has_one_value_waiting),
        AT_STAGE(a_payment_that_waits_has_one_value_waiting),
        AT_STAGE(a_stored_card_leaves_no_value),
    };
    return RUN_ALL(all);
}
