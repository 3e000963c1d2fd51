/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

const struct misbehave MISBEHAVE[MISBEHAVE_ROWS] = {
#define MISBEHAVE(name, slug, ops, books, call, inquiries, voids, seconds, operator, text)         \
    {(slug), (ops), BOOKS_##books, (call)[0], (inquiries), (voids), (seconds), (operator), (text)},
#include "misbehave.def"
#undef MISBEHAVE
};

enum { ENTRIES_MAX = 1 << 16 };

enum entry_state { ENTRY_NONE = 0, ENTRY_PENDING, ENTRY_APPROVED, ENTRY_REFUSED, ENTRY_VOIDED };

struct entry {
    id reference, original;
    int64_t root; /* index of the authorization or charge it belongs to; its own when it is one */
    int64_t next; /* the ring of those of one root */
    enum rail_op op;
    enum entry_state state;
    enum err refusal;
    money asked, done;
    int64_t arrives_us; /* ENTRY_PENDING */
    int64_t row;        /* of MISBEHAVE */
    int64_t calls, inquiries, voids;
};

struct scripted {
    struct rail rail; /* first */
    struct scripted_config config;
    pthread_mutex_t lock;
    bool is_reformed;
    int64_t pending_count; /* entries in that state */
    int64_t entry_count, calls, inquiries, voids;
    struct entry entries[ENTRIES_MAX]; /* open addressing by the reference's key */
};

/* ---- rows ---------------------------------------------------------------------------------- */

char misbehave_letter(enum rail_op op)
{
    static const char LETTERS[RAIL_OPS] = {[RAIL_AUTHORIZE] = 'A',
                                           [RAIL_CHARGE] = 'C',
                                           [RAIL_CAPTURE] = 'P',
                                           [RAIL_VOID] = 'V',
                                           [RAIL_REFUND] = 'R'};
    return LETTERS[op];
}

bool misbehave_applies(const struct misbehave *row, enum rail_op op)
{
    return strchr(row->ops, misbehave_letter(op)) != NULL;
}

bool misbehave_is_for_operator(const struct misbehave *row, enum rail_op op)
{
    return strchr(row->operator_ops, misbehave_letter(op)) != NULL;
}

static int64_t row_of(str scenario)
{
    for (int64_t i = 0; scenario.at != NULL && i < MISBEHAVE_ROWS; i++)
        if (str_is(scenario, MISBEHAVE[i].slug))
            return i;
    return 0; /* WELL */
}

/* The letter for the nth time; the last one stands for all that follow. */
static char nth(const char *letters, int64_t n)
{
    const int64_t count = (int64_t)strlen(letters);
    return count == 0 ? 'T' : letters[n < count ? n : count - 1];
}

/* ---- entries, the lock held ---------------------------------------------------------------- */

static struct entry *entry_at(struct scripted *s, id reference)
{
    uint64_t i =
        ((uint64_t)reference.key ^ (uint64_t)reference.salt) * UINT64_C(0x9e3779b97f4a7c15) >> 48;
    while (s->entries[i].reference.key != 0 && (s->entries[i].reference.key != reference.key ||
                                                s->entries[i].reference.salt != reference.salt))
        i = (i + 1) % ENTRIES_MAX;
    return &s->entries[i];
}

static struct entry *find(struct scripted *s, id reference)
{
    struct entry *e = reference.key == 0 ? NULL : entry_at(s, reference);
    return e != NULL && e->reference.key != 0 ? e : NULL;
}

static struct entry *make(struct scripted *s, id reference, enum rail_op op, id original)
{
    struct entry *e = entry_at(s, reference);
    assert(e->reference.key == 0 && s->entry_count < ENTRIES_MAX / 2);
    const struct entry *from = find(s, original);
    s->entry_count++;
    *e = (struct entry){.reference = reference, .original = original, .op = op};
    e->root = e->next = e - s->entries;
    if (from != NULL) {
        e->root = from->root;
        e->next = s->entries[e->root].next;
        s->entries[e->root].next = e - s->entries;
    }
    return e;
}

static void add_up(const struct scripted *s, const struct entry *root, struct scripted_sum *ret)
{
    int64_t authorized_minor = 0;
    const struct entry *e = root;
    *ret = (struct scripted_sum){.currency = root->asked.cur};
    do {
        e = &s->entries[e->next];
        ret->pending_count += e->state == ENTRY_PENDING;
        if (e->state != ENTRY_APPROVED)
            continue;
        if (e->op != RAIL_VOID)
            ret->other_count += e->done.minor != e->asked.minor || e->done.cur != e->asked.cur;
        if (e->done.cur != root->asked.cur)
            continue;
        if (e->op == RAIL_AUTHORIZE)
            authorized_minor = e->done.minor;
        else if (e->op == RAIL_CHARGE || e->op == RAIL_CAPTURE)
            ret->captured_minor += e->done.minor;
        else if (e->op == RAIL_REFUND)
            ret->refunded_minor += e->done.minor;
    } while (e != root);
    ret->held_minor = ret->captured_minor == 0 ? authorized_minor : 0;
}

/* ---- what a sane acquirer does ------------------------------------------------------------- */

static enum err void_original(struct scripted *s, struct entry *e)
{
    struct scripted_sum sum;
    struct entry *original = find(s, e->original);
    if (original == NULL) { /* remembered, so that it is stopped when it comes */
        original = make(s, e->original, RAIL_OP_NONE, (id){0});
        original->state = ENTRY_VOIDED;
        return E_OK;
    }
    add_up(s, &s->entries[original->root], &sum);
    if (original->state == ENTRY_PENDING || original->state == ENTRY_NONE) {
        s->pending_count -= original->state == ENTRY_PENDING;
        original->state = ENTRY_VOIDED;
    } else if (original->state == ENTRY_APPROVED) {
        const bool is_used =
            original->op == RAIL_AUTHORIZE ? sum.captured_minor > 0 : sum.refunded_minor > 0;
        if (is_used)
            return E_REQUEST_FAILED;
        original->state = ENTRY_VOIDED;
    }
    return E_OK;
}

static enum err capture_refusal(struct scripted *s, const struct entry *e)
{
    struct scripted_sum sum;
    const struct entry *root = &s->entries[e->root];
    add_up(s, root, &sum);
    const bool is_fine = root->op == RAIL_AUTHORIZE && root->state == ENTRY_APPROVED &&
                         sum.captured_minor == 0 && e->asked.minor <= root->done.minor;
    return is_fine ? E_OK : E_REQUEST_FAILED;
}

static enum err refund_refusal(struct scripted *s, const struct entry *e)
{
    struct scripted_sum sum;
    add_up(s, &s->entries[e->root], &sum);
    return sum.refunded_minor + e->asked.minor <= sum.captured_minor ? E_OK : E_REQUEST_FAILED;
}

/* The request arrives: what it comes to. A request that comes again changes nothing. */
static void arrive(struct scripted *s, struct entry *e)
{
    const enum misbehave_books books = MISBEHAVE[e->row].books;
    if (e->state != ENTRY_PENDING)
        return;
    s->pending_count--;
    e->done = e->asked;
    if (books == BOOKS_OTHER_SUM)
        e->done.minor += e->asked.minor > 1 ? -1 : 1;
    if (books == BOOKS_OTHER_CURRENCY)
        e->done.cur = e->asked.cur == CUR_JPY ? CUR_USD : CUR_JPY;
    if (books == BOOKS_REFUSES)
        e->refusal = e->op == RAIL_CHARGE ? E_CARD_DECLINED : E_REQUEST_FAILED;
    else if (e->op == RAIL_CAPTURE)
        e->refusal = capture_refusal(s, e);
    else if (e->op == RAIL_REFUND)
        e->refusal = refund_refusal(s, e);
    else if (e->op == RAIL_VOID)
        e->refusal = void_original(s, e);
    e->state = e->refusal == E_OK ? ENTRY_APPROVED : ENTRY_REFUSED;
}

/* Lets arrive what was on its way. */
static void pass_time(struct scripted *s)
{
    const int64_t now_us = clock_now_us(s->config.clock);
    for (int64_t i = 0; i < ENTRIES_MAX && s->pending_count > 0; i++)
        if (s->entries[i].state == ENTRY_PENDING && s->entries[i].arrives_us <= now_us)
            arrive(s, &s->entries[i]);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void answer_truth(const struct entry *e, struct rail_answer *ret)
{
    if (e == NULL || e->state == ENTRY_NONE || e->state == ENTRY_PENDING) {
        ret->outcome = RAIL_NOT_FOUND;
    } else if (e->state == ENTRY_APPROVED) {
        ret->outcome = RAIL_APPROVED;
        ret->amount = e->done;
    } else {
        ret->outcome = RAIL_REFUSED;
        ret->refusal = e->state == ENTRY_VOIDED ? E_GATEWAY_TIMEOUT : e->refusal;
    }
}

static void approve(struct rail_answer *ret, money amount)
{
    ret->outcome = RAIL_APPROVED;
    ret->amount = amount;
}

static void refuse(struct rail_answer *ret, enum err refusal)
{
    ret->outcome = RAIL_REFUSED;
    ret->refusal = refusal;
}

static void answer_letter(char letter, id reference, const struct entry *e, struct rail_answer *ret)
{
    const money asked = e != NULL ? e->asked : (money){0};
    *ret = (struct rail_answer){.reference = reference};
    switch (letter) {
    case 'T':
        answer_truth(e, ret);
        return;
    case 'A':
        approve(ret, asked);
        return;
    case 'S':
        approve(ret, (money){asked.minor + 1, asked.cur});
        return;
    case 'C':
        approve(ret, (money){asked.minor, asked.cur == CUR_JPY ? CUR_USD : CUR_JPY});
        return;
    case 'M':
        approve(ret, (money){0});
        return;
    case 'F':
        approve(ret, asked);
        ret->reference.salt ^= 1;
        return;
    case 'X':
        refuse(ret, E_CARD_DECLINED);
        ret->reference.salt ^= 1;
        return;
    case 'R':
        refuse(ret, E_CARD_DECLINED);
        return;
    case 'E':
        refuse(ret, E_NOT_FOUND);
        return;
    case 'N':
        ret->outcome = RAIL_NOT_FOUND;
        return;
    case 'G':
        ret->outcome = (enum rail_outcome)77;
        ret->refusal = (enum err) - 3;
        memset(ret->text, 0xff, sizeof ret->text);
        return;
    case 'Z':
        *ret = (struct rail_answer){0};
        return;
    default:
        ret->outcome = RAIL_UNKNOWN;
        return;
    }
}

/* ---- the rail ------------------------------------------------------------------------------ */

static void moment(struct scripted *s, enum scripted_moment at, const struct rail_call *call,
                   int64_t seconds)
{
    if (s->config.moment != NULL)
        s->config.moment(s->config.context, at, call, seconds);
}

static bool scripted_is_instant(const struct rail *self, const struct rail_call *call)
{
    (void)call;
    return ((const struct scripted *)self)->config.is_instant;
}

/* A void that takes back an operation whose row has a say in it; T when it has none. */
static char void_letter(struct scripted *s, const struct rail_call *call)
{
    struct entry *original = call->op == RAIL_VOID ? find(s, call->original) : NULL;
    if (original == NULL || s->is_reformed)
        return 'T';
    s->voids++;
    return nth(MISBEHAVE[original->row].voids, original->voids++);
}

static void await(struct scripted *s, struct entry *e, int64_t seconds)
{
    e->state = ENTRY_PENDING;
    e->arrives_us = clock_now_us(s->config.clock) + seconds * US_PER_S;
    s->pending_count++;
}

/* The first time a request is seen: entered, and carried out unless it is late. A request that a
 * void has stopped before it came has its entry. */
static struct entry *enter(struct scripted *s, const struct rail_call *call)
{
    struct entry *e = find(s, call->reference);
    if (e != NULL && e->state == ENTRY_VOIDED && e->op == RAIL_OP_NONE) {
        e->op = call->op;
        e->asked = call->amount;
    }
    if (e != NULL)
        return e;
    e = make(s, call->reference, call->op, call->original);
    e->asked = call->amount;
    e->row = row_of(call->scenario);
    const struct misbehave *row = &MISBEHAVE[e->row];
    if (row->books != BOOKS_NOTHING && row->books != BOOKS_SLOW_LATE) /* else only its row */
        await(s, e, row->books == BOOKS_LATE ? row->seconds : 0);
    return e;
}

/* A row is about the first time that a request is sent; one that was lost is carried out when it is
 * sent again. */
static void carry_out(struct scripted *s, const struct rail_call *call, struct rail_answer *ret)
{
    struct entry *e = enter(s, call);
    const struct misbehave *row = &MISBEHAVE[e->row];
    const bool is_first = e->calls++ == 0;
    if (e->state == ENTRY_NONE && (!is_first || row->books == BOOKS_SLOW_LATE))
        await(s, e, 0);
    pass_time(s);
    if (row->books == BOOKS_TWICE)
        arrive(s, enter(s, call));
    answer_letter(s->is_reformed || !is_first ? 'T' : row->call, call->reference, e, ret);
}

/* A reversal, as the row of what it takes back wants it. The nth is answered by the nth letter,
 * though it has the same reference. */
static void reverse(struct scripted *s, const struct rail_call *call, char letter,
                    struct rail_answer *ret)
{
    struct rail_answer truth = {0};
    if (letter == 'T' || letter == 'L' || letter == 'F')
        carry_out(s, call, &truth);
    struct entry as_asked = {.asked = call->amount};
    if (letter == 'T')
        *ret = truth;
    else
        answer_letter(letter == 'L' ? 'U' : letter, call->reference, &as_asked, ret);
}

static void answer_call(struct scripted *s, const struct rail_call *call, struct rail_answer *ret)
{
    (void)pthread_mutex_lock(&s->lock);
    s->calls++;
    const char letter = void_letter(s, call);
    if (letter == 'T')
        carry_out(s, call, ret);
    else
        reverse(s, call, letter, ret);
    (void)pthread_mutex_unlock(&s->lock);
}

static void scripted_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    struct scripted *s = (struct scripted *)self;
    const struct misbehave *row = &MISBEHAVE[row_of(call->scenario)];
    moment(s, MOMENT_CALLED, call, 0);
    if (row->books == BOOKS_SLOW) {
        answer_call(s, call, ret);
        moment(s, MOMENT_WAITING, call, row->seconds);
    } else if (row->books == BOOKS_SLOW_LATE) {
        (void)pthread_mutex_lock(&s->lock);
        (void)enter(s, call);
        (void)pthread_mutex_unlock(&s->lock);
        moment(s, MOMENT_WAITING, call, row->seconds);
    }
    answer_call(s, call, ret);
    moment(s, MOMENT_DONE, call, 0);
}

static void scripted_inquire(struct rail *self, const struct rail_call *call,
                             struct rail_answer *ret)
{
    const id reference = call->reference;
    struct scripted *s = (struct scripted *)self;
    (void)pthread_mutex_lock(&s->lock);
    pass_time(s);
    s->inquiries++;
    struct entry *e = find(s, reference);
    char letter = 'T';
    if (e != NULL && !s->is_reformed)
        letter = nth(MISBEHAVE[e->row].inquiries, e->inquiries++);
    answer_letter(letter, reference, e, ret);
    (void)pthread_mutex_unlock(&s->lock);
    const struct rail_call asked = {.reference = reference};
    moment(s, MOMENT_INQUIRED, &asked, 0);
}

static void scripted_close(struct rail *self)
{
    struct scripted *s = (struct scripted *)self;
    (void)pthread_mutex_destroy(&s->lock);
    (void)munmap(s, sizeof *s);
}

struct scripted *scripted_open(const struct scripted_config *config)
{
    static const struct rail_functions FUNCTIONS = {.is_instant = scripted_is_instant,
                                                    .call = scripted_call,
                                                    .inquire = scripted_inquire,
                                                    .close = scripted_close};
    void *at = mmap(NULL, sizeof(struct scripted), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    struct scripted *s = at;
    s->rail = (struct rail){
        .functions = &FUNCTIONS, .number = RAIL_SIMULATOR, .late_us = SCRIPTED_LATE_US};
    s->config = *config;
    pthread_mutexattr_t shared;
    (void)pthread_mutexattr_init(&shared);
    (void)pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    (void)pthread_mutex_init(&s->lock, &shared);
    (void)pthread_mutexattr_destroy(&shared);
    return s;
}

struct rail *scripted_rail(struct scripted *s)
{
    return &s->rail;
}

void scripted_reform(struct scripted *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->is_reformed = true;
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- the truth ----------------------------------------------------------------------------- */

void scripted_sum(struct scripted *s, id root, struct scripted_sum *ret)
{
    (void)pthread_mutex_lock(&s->lock);
    pass_time(s);
    const struct entry *e = find(s, root);
    *ret = (struct scripted_sum){0};
    if (e != NULL)
        add_up(s, e, ret);
    (void)pthread_mutex_unlock(&s->lock);
}

int64_t scripted_total_minor(struct scripted *s, enum currency currency)
{
    int64_t total = 0;
    (void)pthread_mutex_lock(&s->lock);
    pass_time(s);
    for (int64_t i = 0; i < ENTRIES_MAX; i++) {
        const struct entry *e = &s->entries[i];
        if (e->state != ENTRY_APPROVED || e->done.cur != currency)
            continue;
        if (e->op == RAIL_CHARGE || e->op == RAIL_CAPTURE)
            total += e->done.minor;
        else if (e->op == RAIL_REFUND)
            total -= e->done.minor;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return total;
}

struct scripted_count scripted_count(struct scripted *s)
{
    (void)pthread_mutex_lock(&s->lock);
    const struct scripted_count count = {s->calls, s->inquiries, s->voids, s->entry_count};
    (void)pthread_mutex_unlock(&s->lock);
    return count;
}
