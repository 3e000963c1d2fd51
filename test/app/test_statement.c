/* SPDX-License-Identifier: Apache-2.0 */
/* test_statement.c: an account's records, and what moves its balance without being one.
 *
 * Captures, corrections, settlements and payouts that came back are posted one after the other on
 * a real store; a list of what the merchant should see is kept beside them. What the auditor says
 * of the rows that these events have elsewhere is none of this test's business, what it says of
 * the account is. */
#include "place.h"

#include "app/ledger_walk.h"
#include "app/statement.h"
#include "store/tx.h"

enum { EVENTS = 200, SEEN_MAX = EVENTS * 4, PER_PAGE = 7 };
#define FIRST_US INT64_C(1800000000000000)

/* What the merchant should see, oldest first. */
struct seen {
    int64_t seq, happened_us, amount_minor;
    enum record_type type;
};
struct books {
    struct seen seen[SEEN_MAX];
    size_t count;
    int64_t by_type[RECORDS];
};

static struct posting posting_of(int64_t merchant, int64_t n)
{
    struct posting p = {.model = MODEL_ALONE,
                        .acquirer = HOUSE_ACQUIRER(1),
                        .processor = merchant,
                        .platform = merchant};
    switch (n % 7) {
    case 3:
        p.event = EVENT_SETTLEMENT;
        p.carried_minor = n % 2 == 0 ? 0 : n;
        p.payout_minor = 1000 + n;
        p.payout_fee_minor = 200;
        p.payout_fee_tax_minor = 20;
        break;
    case 4:
        p.event = EVENT_PAYOUT_RETURN;
        p.payout_minor = 10 + n;
        break;
    case 5:
        p.event = EVENT_CORRECTION;
        p.sender = n % 2 == 0 ? merchant : HOUSE_CORRECTION;
        p.receiver = n % 2 == 0 ? HOUSE_CORRECTION : merchant;
        p.transfer_minor = n;
        break;
    case 6:
        p.event = EVENT_PAYOUT_SENT;
        p.transfer_minor = n;
        break;
    default:
        p.event = EVENT_CAPTURE;
        p.base_minor = 10000 + n;
        p.fee_minor = 325;
        p.fee_tax_minor = 33;
        break;
    }
    return p;
}

struct post_work {
    struct work work;
    struct posting posting;
    int64_t tenant, n, happened_us, seq;
    transfer transfers[TRANSFERS_MAX];
    size_t count;
};

static result post_run(struct tx *tx, struct work *work)
{
    struct post_work *w = (struct post_work *)work;
    TRY(posting_transfers(&w->posting, w->transfers, &w->count));
    const struct ledger_entry entry = {
        .tenant = w->tenant,
        .event = w->posting.event,
        .currency = CUR_JPY,
        .happened_us = w->happened_us,
        .payment = w->posting.event == EVENT_CAPTURE ? w->n : 0,
        .transfers = w->transfers,
        .count = w->count,
    };
    id number;
    TRY(tx_post(tx, &entry, &number));
    w->seq = number.key;
    return OK;
}

static void remember(struct books *model, const struct post_work *w, int64_t account,
                     const transfer *t)
{
    if (t->debit != account && t->credit != account)
        return;
    const int64_t amount_minor = t->credit == account ? t->amount_minor : -t->amount_minor;
    model->by_type[t->type] += amount_minor;
    if (record_slug(t->type) != NULL)
        model->seen[model->count++] = (struct seen){w->seq, w->happened_us, amount_minor, t->type};
}

/* Three events in a row happen at the same time. */
static void post_all(struct place *p, int64_t account, struct books *model)
{
    for (int64_t n = 1; n <= EVENTS; n++) {
        static struct post_work w;
        w = (struct post_work){.work = {.tenant = account},
                               .posting = posting_of(account, n),
                               .tenant = account,
                               .n = n,
                               .happened_us = FIRST_US + n / 3};
        CHECK_OK(store_transact_wait(p->store, post_run, &w.work));
        CHECK_I64(w.seq, n);
        for (size_t i = 0; i < w.count; i++)
            remember(model, &w, account, &w.transfers[i]);
    }
}

/* Where the i-th of a list stands that is newest transaction first, each in its own order. */
static size_t place_of(const struct books *model, size_t first, size_t end, size_t i)
{
    size_t bottom = end;
    for (;;) {
        size_t top = bottom;
        while (bottom > first && model->seen[bottom - 1].seq == model->seen[top - 1].seq)
            bottom--;
        if (i < top - bottom)
            return bottom + i;
        i -= top - bottom;
    }
}

static void check_pages(struct db *db, int64_t account, const struct books *model, int64_t start_us,
                        int64_t end_us)
{
    size_t first = 0, end = model->count;
    while (start_us != 0 && first < end && model->seen[first].happened_us <= start_us)
        first++;
    while (end_us != 0 && end > first && model->seen[end - 1].happened_us >= end_us)
        end--;
    for (size_t skip = 0; skip <= end - first; skip += PER_PAGE) {
        const struct statement_query q = {.tenant = account,
                                          .merchant = account,
                                          .currency = CUR_JPY,
                                          .start_us = start_us,
                                          .end_us = end_us,
                                          .skip = (int64_t)skip,
                                          .count = PER_PAGE};
        struct record got[PER_PAGE];
        size_t count = 0;
        int64_t total = 0;
        CHECK_OK(statement_read(db, &q, got, &count, &total));
        CHECK_I64(total, end - first);
        CHECK_I64(count, end - first - skip < PER_PAGE ? end - first - skip : PER_PAGE);
        for (size_t i = 0; i < count; i++) {
            const struct seen *want = &model->seen[place_of(model, first, end, skip + i)];
            CHECK_I64(got[i].transaction.key, want->seq);
            CHECK_I64(got[i].type, want->type);
            CHECK_I64(got[i].amount_minor, want->amount_minor);
            CHECK_I64(got[i].happened_us, want->happened_us);
        }
    }
}

/* Everything that the auditor finds wrong with an account or a chain of records. */
static void check_audit(const struct place *p)
{
    static const char *const WORDS[] = {"_prev",       "records", "last_pos",    "mark",
                                        "ledger says", "add up",  "there is no", "no account"};
    char *text = NULL;
    size_t bytes = 0;
    int64_t findings = -1;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out != NULL);
    CHECK_OK(audit_run(p->url, out, &findings));
    CHECK(fclose(out) == 0);
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (strstr(text, WORDS[i]) != NULL)
            UNIT_FAIL("the auditor says \"%s\":\n%s", WORDS[i], text);
    free(text);
}

static void end_place(struct place *p)
{
    check_audit(p);
    store_close(p->store);
    test_store_drop(p->url, p->directory, p->arena);
    arena_free(p->arena);
}

/* Goal:   what no merchant sees moves the balance, and pages are what they would be without it.
 * Method: 200 events, of which some are seen in part and some not at all; every page, of all and
 *         of parts of the time; each transaction by itself. */
TEST(pages_pass_over_what_no_merchant_sees)
{
    static struct books model;
    struct place p;
    place_open(&p);
    const int64_t account = place_root(&p, KIND_ORDINARY).id.key;
    post_all(&p, account, &model);
    struct db *db = store_read_begin(p.store);
    struct account_view view;
    CHECK_OK(account_view_read(db, account, account, CUR_JPY, &view));
    CHECK_I64(view.records, model.count);
    for (int type = RECORD_NONE + 1; type < RECORDS; type++)
        CHECK_I64(view.by_type[type], model.by_type[type]);
    CHECK(view.by_type[RECORD_PAYOUT] < 0 && view.by_type[RECORD_BANK_MOVEMENT] == 0);
    check_pages(db, account, &model, 0, 0);
    for (int64_t at = 0; at < EVENTS / 3; at += 5) {
        check_pages(db, account, &model, FIRST_US + at, 0);
        check_pages(db, account, &model, 0, FIRST_US + at);
        check_pages(db, account, &model, FIRST_US + at, FIRST_US + at + 9);
    }
    store_read_end(p.store, db);
    end_place(&p);
}

struct walk_work {
    struct work work;
    int64_t from_us;
    struct account_sums sums;
    struct balance balance;
    struct ledger_after after;
};

static result walk_run(struct tx *tx, struct work *work)
{
    struct walk_work *w = (struct walk_work *)work;
    const int64_t account = work->tenant;
    TRY(tx_balance(tx, account, account, CUR_JPY, &w->balance));
    TRY(tx_account_sums(tx, account, account, CUR_JPY, &w->sums));
    return ledger_walk_after(tx_db(tx), account, account, CUR_JPY, w->sums.last_pos, w->from_us,
                             &w->after);
}

static void check_walk(struct place *p, int64_t account, const struct books *model, int64_t from_us)
{
    struct walk_work w = {.work = {.tenant = account}, .from_us = from_us};
    int64_t want[RECORDS] = {0}, total = 0;
    size_t before = 0;
    CHECK_OK(store_transact_wait(p->store, walk_run, &w.work));
    while (before < model->count && model->seen[before].happened_us < from_us)
        before++;
    for (size_t i = before; i < model->count; i++)
        want[model->seen[i].type] += model->seen[i].amount_minor;
    for (int type = RECORD_NONE + 1; type < RECORDS; type++) {
        CHECK_I64(w.after.by_type[type], want[type]);
        CHECK_I64(w.sums.by_type[type], model->by_type[type]);
        total += w.sums.by_type[type];
    }
    CHECK_I64(w.balance.total_minor, total);
    CHECK_I64(w.sums.records, model->count);
    CHECK_I64(w.sums.held_minor, 0);
    CHECK_I64(w.after.count, model->count - before);
    CHECK_I64(w.after.happened_us, before == 0 ? 0 : model->seen[before - 1].happened_us);
    CHECK_I64(w.after.pos / 512, before == 0 ? 0 : model->seen[before - 1].seq);
}

/* Goal:   what came since a cutoff is what the merchant saw since, to the microsecond.
 * Method: every time at which something happened, before all of them and after; an account
 *         without a record. */
TEST(a_walk_gives_what_happened_since_a_cutoff)
{
    static struct books model, none;
    struct place p;
    place_open(&p);
    const int64_t account = place_root(&p, KIND_ORDINARY).id.key;
    const int64_t empty = place_root(&p, KIND_ORDINARY).id.key;
    post_all(&p, account, &model);
    for (int64_t at = -1; at <= EVENTS / 3 + 1; at++)
        check_walk(&p, account, &model, FIRST_US + at);
    check_walk(&p, empty, &none, FIRST_US);
    end_place(&p);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(pages_pass_over_what_no_merchant_sees),
        CLAIM(a_walk_gives_what_happened_since_a_cutoff),
    };
    return RUN_ALL(all);
}
