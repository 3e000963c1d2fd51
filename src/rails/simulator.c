/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/simulator.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

/* The books: a page of header, then 16,384 sets of four slots. The hash of a reference names its
 * set; the oldest slot of a full set makes room. A slot is valid when its state is not SLOT_EMPTY;
 * the state is emptied before and written after everything else, so a kill between two stores
 * leaves no half slot. A lock covers every 64th set. */
enum { SETS = 16384, WAYS = 4, STRIPES = 64, HEADER_BYTES = 4096, REFUSAL_BYTES = 24 };
enum { BOOKS_VERSION = 1, DELAY_MS_MAX = 30000, SILENT_INQUIRIES = 3, ARENA_BYTES_MAX = 65536 };
static const char MAGIC[8] = {'k', 'e', 's', 's', 'a', 'i', 'S', 'M'};

enum slot_state { SLOT_EMPTY = 0, SLOT_APPROVED, SLOT_REFUSED, SLOT_VOIDED, SLOT_STATES };

struct slot {
    int64_t key, salt;           /* the reference */
    int64_t age;                 /* larger is younger, within a set */
    char refusal[REFUSAL_BYTES]; /* SLOT_REFUSED: the wire code, whose meaning never changes */
    _Atomic uint8_t state;
    uint8_t silent; /* inquiries still to be left without an answer */
    uint8_t spare[14];
};

struct books {
    char magic[sizeof MAGIC];
    uint32_t version, slot_bytes;
    uint8_t spare[HEADER_BYTES - sizeof MAGIC - 8];
    struct slot slots[SETS][WAYS];
};
static_assert(sizeof(struct slot) == 64, "a slot is a cache line");
static_assert(sizeof(struct books) == HEADER_BYTES + 64 * WAYS * SETS, "no gaps in the file");

struct simulator {
    struct rail rail; /* first: a struct rail * is a struct simulator * */
    struct arena *arena;
    struct books *books;
    int fd; /* -1: in memory only */
    pthread_mutex_t locks[STRIPES];
};

/* Test cards that are refused (komoju-core 16). */
static const struct {
    const char *number;
    enum err refusal;
} DECLINES[] = {
    {"4123111111111000", E_INSUFFICIENT_FUNDS},     {"4123111111111018", E_EXCEEDS_LIMIT},
    {"4123111111111034", E_BAD_VERIFICATION_VALUE}, {"4123111111111042", E_CARD_EXPIRED},
    {"4123111111111059", E_CARD_DECLINED},          {"4123111111111067", E_OTHER_INVALID},
    {"4123111111111075", E_INVALID_NUMBER},
};

struct scenario {
    enum err refusal; /* E_OK: as the card decides */
    bool is_undone;   /* nothing happens, and nobody answers */
    bool is_unanswered;
    uint8_t silent;
    bool has_delay;
    int64_t delay_ms;
};

static const struct {
    const char *text;
    struct scenario scenario;
} SCENARIOS[] = {
    {"timeout", {.is_unanswered = true}},
    {"timeout_before", {.is_undone = true}},
    {"timeout_long", {.is_unanswered = true, .silent = SILENT_INQUIRIES}},
    {"garbage", {.refusal = E_BAD_GATEWAY}},
};

/* The RAIL class error with this wire code, E_OK if there is none. */
static enum err refusal_read(str wire)
{
    for (int i = E_OK + 1; i < E_COUNT; i++)
        if (err_class_of((enum err)i) == ERR_RAIL && str_is(wire, err_wire((enum err)i)))
            return (enum err)i;
    return E_OK;
}

static struct scenario scenario_read(str text)
{
    static const str DELAY = {"delay:", 6};
    if (text.at == NULL || text.bytes == 0)
        return (struct scenario){0};
    for (size_t i = 0; i < COUNT(SCENARIOS); i++)
        if (str_is(text, SCENARIOS[i].text))
            return SCENARIOS[i].scenario;
    int64_t ms;
    if (str_starts(text, DELAY.at) &&
        str_i64((str){text.at + DELAY.bytes, text.bytes - DELAY.bytes}, &ms) && ms >= 0)
        return (struct scenario){.has_delay = true,
                                 .delay_ms = ms < DELAY_MS_MAX ? ms : DELAY_MS_MAX};
    return (struct scenario){.refusal = refusal_read(text)};
}

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static void answer(struct rail_answer *ret, enum rail_outcome outcome, enum err refusal,
                   const char *text)
{
    const size_t bytes = strnlen(text, sizeof ret->text - 1);
    *ret = (struct rail_answer){.outcome = outcome, .refusal = refusal};
    memcpy(ret->text, text, bytes);
}

/* A voided operation reads to the client as one that was not made in time. */
static void answer_slot(struct rail_answer *ret, const struct slot *slot)
{
    const str wire = {slot->refusal, strnlen(slot->refusal, sizeof slot->refusal)};
    switch ((enum slot_state)slot->state) {
    case SLOT_APPROVED:
        answer(ret, RAIL_APPROVED, E_OK, "approved");
        return;
    case SLOT_REFUSED: {
        const enum err refusal = refusal_read(wire);
        const enum err known = refusal != E_OK ? refusal : E_OTHER_ERROR;
        answer(ret, RAIL_REFUSED, known, err_wire(known));
        return;
    }
    case SLOT_VOIDED:
        answer(ret, RAIL_REFUSED, E_GATEWAY_TIMEOUT, "voided");
        return;
    case SLOT_EMPTY:
    case SLOT_STATES:
        break;
    }
    answer(ret, RAIL_UNKNOWN, E_OK, "the books cannot be read"); /* a damaged file */
}

static size_t set_of(id reference)
{
    uint64_t h =
        (uint64_t)reference.key ^ ((uint64_t)reference.salt << 32 | (uint64_t)reference.salt >> 32);
    h = (h ^ h >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    return (h ^ h >> 32) % SETS;
}

static struct slot *slot_find(struct simulator *sim, id reference)
{
    struct slot *set = sim->books->slots[set_of(reference)];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].state != SLOT_EMPTY && set[i].key == reference.key &&
            set[i].salt == reference.salt)
            return &set[i];
    return NULL;
}

static int64_t age_next(const struct slot *set)
{
    int64_t age = 0;
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].state != SLOT_EMPTY && set[i].age > age)
            age = set[i].age;
    return age < INT64_MAX ? age + 1 : age;
}

static struct slot *slot_to_reuse(struct slot *set)
{
    struct slot *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].state == SLOT_EMPTY)
            return &set[i];
        if (set[i].age < oldest->age)
            oldest = &set[i];
    }
    return oldest;
}

static struct slot *slot_write(struct simulator *sim, id reference, enum slot_state state,
                               enum err refusal, uint8_t silent)
{
    struct slot *set = sim->books->slots[set_of(reference)];
    const int64_t age = age_next(set);
    struct slot *slot = slot_to_reuse(set);
    const char *wire = err_wire(refusal);
    const size_t bytes = strlen(wire);
    assert(bytes < sizeof slot->refusal);
    slot->state = SLOT_EMPTY;
    slot->key = reference.key;
    slot->salt = reference.salt;
    slot->age = age;
    slot->silent = silent;
    memset(slot->refusal, 0, sizeof slot->refusal);
    memcpy(slot->refusal, wire, bytes);
    slot->state = (uint8_t)state;
    return slot;
}

/* Marks the original as voided; leaves a mark for one that was never heard of, so that it is
 * refused when it comes late. What was refused stays so: there is nothing to release. */
static void void_original(struct simulator *sim, id original)
{
    struct slot *slot = slot_find(sim, original);
    if (slot == NULL) {
        if (original.key != 0)
            (void)slot_write(sim, original, SLOT_VOIDED, E_OK, 0);
    } else if (slot->state == SLOT_APPROVED) {
        slot->age = age_next(sim->books->slots[set_of(original)]);
        slot->silent = 0;
        slot->state = SLOT_VOIDED;
    }
}

static enum err card_refusal(const struct card_secret *card)
{
    if (card == NULL)
        return E_INVALID_NUMBER;
    const size_t digits = strnlen(card->number, sizeof card->number);
    if (digits < CARD_NUMBER_MIN || digits > CARD_NUMBER_MAX ||
        strspn(card->number, "0123456789") != digits)
        return E_INVALID_NUMBER;
    for (size_t i = 0; i < COUNT(DECLINES); i++)
        if (strcmp(card->number, DECLINES[i].number) == 0)
            return DECLINES[i].refusal;
    return E_OK;
}

/* E_OK to approve. What it no longer remembers is taken at the caller's word. */
static enum err refusal_of(struct simulator *sim, const struct rail_call *call)
{
    switch (call->op) {
    case RAIL_AUTHORIZE:
    case RAIL_CHARGE:
        return card_refusal(call->card);
    case RAIL_CAPTURE:
    case RAIL_REFUND: {
        const struct slot *original = slot_find(sim, call->original);
        return original == NULL || original->state == SLOT_APPROVED ? E_OK : E_REQUEST_FAILED;
    }
    case RAIL_VOID:
        return E_OK;
    case RAIL_OP_NONE:
    case RAIL_OPS:
        break;
    }
    return E_REQUEST_FAILED;
}

/* First time this reference is seen, both locks held. */
static void act(struct simulator *sim, const struct rail_call *call,
                const struct scenario *scenario, struct rail_answer *ret)
{
    if (scenario->is_undone) {
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
        return;
    }
    const enum err refusal = scenario->refusal != E_OK ? scenario->refusal : refusal_of(sim, call);
    if (call->op == RAIL_VOID && refusal == E_OK)
        void_original(sim, call->original);
    const enum slot_state state = refusal == E_OK ? SLOT_APPROVED : SLOT_REFUSED;
    const struct slot *slot = slot_write(sim, call->reference, state, refusal, scenario->silent);
    if (scenario->is_unanswered)
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
    else
        answer_slot(ret, slot);
}

struct stripes {
    pthread_mutex_t *first, *second; /* second may be NULL */
};

/* Locks what covers a and b, always in the same order; b may be "none". */
static struct stripes stripes_lock(struct simulator *sim, id a, id b)
{
    const size_t at_a = set_of(a) % STRIPES;
    const size_t at_b = b.key != 0 ? set_of(b) % STRIPES : at_a;
    const size_t low = at_a < at_b ? at_a : at_b, high = at_a < at_b ? at_b : at_a;
    const struct stripes held = {&sim->locks[low], low == high ? NULL : &sim->locks[high]};
    (void)pthread_mutex_lock(held.first);
    if (held.second != NULL)
        (void)pthread_mutex_lock(held.second);
    return held;
}

static void stripes_unlock(struct stripes held)
{
    if (held.second != NULL)
        (void)pthread_mutex_unlock(held.second);
    (void)pthread_mutex_unlock(held.first);
}

static bool simulator_is_instant(const struct rail *self, const struct rail_call *call)
{
    (void)self;
    return !scenario_read(call->scenario).has_delay;
}

static void simulator_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    struct simulator *sim = (struct simulator *)self;
    const struct scenario scenario = scenario_read(call->scenario);
    wait_ms(scenario.delay_ms);
    const struct stripes held = stripes_lock(sim, call->reference, call->original);
    const struct slot *seen = slot_find(sim, call->reference);
    if (seen != NULL)
        answer_slot(ret, seen);
    else
        act(sim, call, &scenario, ret);
    stripes_unlock(held);
}

static void simulator_inquire(struct rail *self, id reference, struct rail_answer *ret)
{
    struct simulator *sim = (struct simulator *)self;
    const struct stripes held = stripes_lock(sim, reference, (id){0});
    struct slot *slot = slot_find(sim, reference);
    if (slot == NULL) {
        answer(ret, RAIL_NOT_FOUND, E_OK, "unknown reference");
    } else if (slot->silent > 0) {
        slot->silent--;
        answer(ret, RAIL_UNKNOWN, E_OK, "no answer");
    } else {
        answer_slot(ret, slot);
    }
    stripes_unlock(held);
}

/* Also undoes a half-done simulator_open. */
static void simulator_close(struct rail *self)
{
    struct simulator *sim = (struct simulator *)self;
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_destroy(&sim->locks[i]);
    if (sim->books != NULL)
        (void)munmap(sim->books, sizeof *sim->books);
    if (sim->fd >= 0)
        (void)close(sim->fd);
    arena_free(sim->arena);
}

static const struct rail_functions FUNCTIONS = {
    .is_instant = simulator_is_instant,
    .call = simulator_call,
    .inquire = simulator_inquire,
    .close = simulator_close,
};

#define OPEN_FAIL(message) FAIL(E_STORE, "path", (message))

/* A new file, and one whose making was cut short, is empty; it is given its whole size on disk, so
 * that a full disk is noticed here and not by a signal later. */
static result file_open(const char *path, int *ret_fd)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return OPEN_FAIL("the simulator's file cannot be opened");
    *ret_fd = fd;
    struct stat st;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return OPEN_FAIL("the simulator's file is in use by another process");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return OPEN_FAIL("the simulator's file is not a regular file");
    if (st.st_size != 0 && st.st_size != sizeof(struct books))
        return OPEN_FAIL("the simulator's file has another size");
    if (posix_fallocate(fd, 0, sizeof(struct books)) != 0)
        return OPEN_FAIL("the simulator's file cannot be given its size");
    return OK;
}

/* A header of zeros is a new one. */
static result header_check(struct books *books)
{
    static const char NEW[sizeof MAGIC];
    if (memcmp(books->magic, NEW, sizeof NEW) == 0) {
        books->version = BOOKS_VERSION;
        books->slot_bytes = sizeof(struct slot);
        memcpy(books->magic, MAGIC, sizeof MAGIC);
    }
    if (memcmp(books->magic, MAGIC, sizeof MAGIC) != 0 || books->version != BOOKS_VERSION ||
        books->slot_bytes != sizeof(struct slot))
        return OPEN_FAIL("the file is not the simulator's, or of another version");
    return OK;
}

static result books_open(struct simulator *sim, const char *path)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (path != NULL) {
        TRY(file_open(path, &sim->fd));
        flags = MAP_SHARED;
    }
    void *at = mmap(NULL, sizeof *sim->books, PROT_READ | PROT_WRITE, flags, sim->fd, 0);
    if (at == MAP_FAILED)
        return path == NULL ? E_NO_MEMORY : OPEN_FAIL("the simulator's file cannot be mapped");
    sim->books = at;
    return header_check(sim->books);
}

result simulator_open(const char *path, struct rail **ret)
{
    assert(ret != NULL);
    struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct simulator *sim = arena != NULL ? ARENA_NEW(arena, struct simulator) : NULL;
    if (sim == NULL) {
        arena_free(arena);
        return E_NO_MEMORY;
    }
    sim->rail = (struct rail){.functions = &FUNCTIONS, .number = RAIL_SIMULATOR};
    sim->arena = arena;
    sim->fd = -1;
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_init(&sim->locks[i], NULL);
    const result done = books_open(sim, path);
    if (done.code == E_OK)
        *ret = &sim->rail;
    else
        simulator_close(&sim->rail);
    return done;
}
