/* SPDX-License-Identifier: Apache-2.0 */
/* simulator_file.c: the simulator's books in a file of fixed size, mapped into memory. It serves
 * one process at a time, outlives a kill of it, and never grows. No card data is in it. */
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "rails/rail.h"
#include "rails/simulator_books.h"

/* A page of header, then 16,384 sets of four slots. The hash of a reference names its set; the
 * oldest slot of a full set makes room. A slot is valid when its state is not SIM_NONE; the state
 * is emptied before and written after everything else, so a kill between two stores leaves no half
 * slot. A lock covers every 64th set. */
enum { SETS = 16384, WAYS = 4, STRIPES = 64, HEADER_BYTES = 4096, REFUSAL_BYTES = 24 };
enum { BOOKS_VERSION = 2, ARENA_BYTES_MAX = 65536 };
static const char MAGIC[8] = {'k', 'e', 's', 's', 'a', 'i', 'S', 'M'};

struct slot {
    int64_t key, salt;           /* the reference */
    int64_t age;                 /* larger is younger, within a set */
    char refusal[REFUSAL_BYTES]; /* SIM_REFUSED: the wire code, whose meaning never changes */
    _Atomic uint8_t state;       /* enum sim_state */
    uint8_t silent;
    uint8_t currency;
    uint8_t spare[5];
    int64_t amount_minor;
};

struct pages {
    char magic[sizeof MAGIC];
    uint32_t version, slot_bytes;
    uint8_t spare[HEADER_BYTES - sizeof MAGIC - 8];
    struct slot slots[SETS][WAYS];
};
static_assert(sizeof(struct slot) == 64, "a slot is a cache line");
static_assert(sizeof(struct pages) == HEADER_BYTES + 64 * WAYS * SETS, "no gaps in the file");

struct file_books {
    struct simulator_books books; /* first */
    struct arena *arena;
    struct pages *pages;
    int fd; /* -1: in memory only */
    pthread_mutex_t locks[STRIPES];
};

/* ---- slots, their stripe locked ------------------------------------------------------------ */

static size_t set_of(id reference)
{
    uint64_t h =
        (uint64_t)reference.key ^ ((uint64_t)reference.salt << 32 | (uint64_t)reference.salt >> 32);
    h = (h ^ h >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    return (h ^ h >> 32) % SETS;
}

static struct slot *slot_find(struct file_books *f, id reference)
{
    struct slot *set = f->pages->slots[set_of(reference)];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].state != SIM_NONE && set[i].key == reference.key &&
            set[i].salt == reference.salt)
            return &set[i];
    return NULL;
}

static int64_t age_next(const struct slot *set)
{
    int64_t age = 0;
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].state != SIM_NONE && set[i].age > age)
            age = set[i].age;
    return age < INT64_MAX ? age + 1 : age;
}

static struct slot *slot_to_reuse(struct slot *set)
{
    struct slot *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].state == SIM_NONE)
            return &set[i];
        if (set[i].age < oldest->age)
            oldest = &set[i];
    }
    return oldest;
}

static struct slot *slot_write(struct file_books *f, const struct sim_entry *entry)
{
    struct slot *set = f->pages->slots[set_of(entry->reference)];
    const int64_t age = age_next(set);
    struct slot *slot = slot_to_reuse(set);
    const char *wire = err_wire(entry->refusal);
    const size_t bytes = strlen(wire);
    assert(bytes < sizeof slot->refusal);
    slot->state = SIM_NONE;
    slot->key = entry->reference.key;
    slot->salt = entry->reference.salt;
    slot->age = age;
    slot->silent = (uint8_t)entry->silent;
    slot->currency = (uint8_t)entry->amount.cur;
    slot->amount_minor = entry->amount.minor;
    memset(slot->refusal, 0, sizeof slot->refusal);
    memcpy(slot->refusal, wire, bytes);
    slot->state = (uint8_t)entry->state;
    return slot;
}

static void void_slot(struct file_books *f, id reference)
{
    struct slot *slot = slot_find(f, reference);
    const struct sim_entry mark = {.reference = reference, .state = SIM_VOIDED};
    if (slot == NULL) {
        (void)slot_write(f, &mark);
    } else if (slot->state == SIM_APPROVED) {
        slot->age = age_next(f->pages->slots[set_of(reference)]);
        slot->silent = 0;
        slot->state = SIM_VOIDED;
    }
}

/* A state that no version writes comes from a damaged file: nobody can tell. */
static result slot_read(const struct slot *slot, struct sim_entry *ret)
{
    *ret = (struct sim_entry){0};
    if (slot == NULL)
        return OK;
    const str refusal = {slot->refusal, strnlen(slot->refusal, sizeof slot->refusal)};
    if (slot->state >= SIM_STATES || slot->currency >= CURRENCIES)
        return FAIL(E_STORE, NULL, "the simulator's books cannot be read");
    *ret = (struct sim_entry){
        .reference = {.key = slot->key, .salt = slot->salt},
        .state = (enum sim_state)slot->state,
        .amount = {.minor = slot->amount_minor, .cur = (enum currency)slot->currency},
        .refusal = slot->state == SIM_REFUSED ? rail_refusal_read(refusal, E_OTHER_ERROR) : E_OK,
        .silent = slot->silent,
    };
    return OK;
}

/* ---- the functions ------------------------------------------------------------------------- */

typedef uint64_t stripes; /* a bit for each lock */
static_assert(STRIPES == 64, "a bit for each");

static stripes stripe_of(id reference)
{
    return UINT64_C(1) << (set_of(reference) % STRIPES);
}

/* Locks what covers a reference and others, always in the same order. */
static stripes stripes_lock(struct file_books *f, id reference, struct sim_ids others)
{
    stripes held = stripe_of(reference);
    for (size_t i = 0; i < others.count; i++)
        held |= stripe_of(others.at[i]);
    for (size_t i = 0; i < STRIPES; i++)
        if ((held >> i & 1) != 0)
            (void)pthread_mutex_lock(&f->locks[i]);
    return held;
}

static void stripes_unlock(struct file_books *f, stripes held)
{
    for (size_t i = 0; i < STRIPES; i++)
        if ((held >> i & 1) != 0)
            (void)pthread_mutex_unlock(&f->locks[i]);
}

static result file_find(struct simulator_books *self, id reference, struct sim_entry *ret)
{
    struct file_books *f = (struct file_books *)self;
    const stripes held = stripes_lock(f, reference, (struct sim_ids){0});
    const result r = slot_read(slot_find(f, reference), ret);
    stripes_unlock(f, held);
    return r;
}

static result file_ask(struct simulator_books *self, id reference, struct sim_entry *ret)
{
    struct file_books *f = (struct file_books *)self;
    const stripes held = stripes_lock(f, reference, (struct sim_ids){0});
    struct slot *slot = slot_find(f, reference);
    const result r = slot_read(slot, ret);
    if (slot != NULL && slot->silent > 0)
        slot->silent--;
    stripes_unlock(f, held);
    return r;
}

static result file_put(struct simulator_books *self, const struct sim_entry *entry,
                       struct sim_ids voids, struct sim_entry *ret)
{
    struct file_books *f = (struct file_books *)self;
    const stripes held = stripes_lock(f, entry->reference, voids);
    struct slot *slot = slot_find(f, entry->reference);
    if (slot == NULL) {
        for (size_t i = 0; i < voids.count; i++)
            void_slot(f, voids.at[i]);
        slot = slot_write(f, entry);
    }
    const result r = slot_read(slot, ret);
    stripes_unlock(f, held);
    return r;
}

/* Also undoes a half-done simulator_file_open. */
static void file_close(struct simulator_books *self)
{
    struct file_books *f = (struct file_books *)self;
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_destroy(&f->locks[i]);
    if (f->pages != NULL)
        (void)munmap(f->pages, sizeof *f->pages);
    if (f->fd >= 0)
        (void)close(f->fd);
    arena_free(f->arena);
}

static const struct simulator_books_functions FUNCTIONS = {
    .find = file_find, .ask = file_ask, .put = file_put, .close = file_close};

/* ---- open ---------------------------------------------------------------------------------- */

#define OPEN_FAIL(message) FAIL(E_STORE, "path", (message))

/* A new file, and one whose making was cut short, is empty; it is given its whole size on disk, so
 * that a full disk is noticed here and not by a signal later. */
static result fd_open(const char *path, int *ret_fd)
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
    if (st.st_size != 0 && st.st_size != sizeof(struct pages))
        return OPEN_FAIL("the simulator's file has another size");
    if (posix_fallocate(fd, 0, sizeof(struct pages)) != 0)
        return OPEN_FAIL("the simulator's file cannot be given its size");
    return OK;
}

/* A header of zeros is a new one. Version 1 had nothing where the amounts are: its entries have
 * none. */
static result header_check(struct pages *pages)
{
    static const char NEW[sizeof MAGIC];
    if (memcmp(pages->magic, NEW, sizeof NEW) == 0) {
        pages->version = BOOKS_VERSION;
        pages->slot_bytes = sizeof(struct slot);
        memcpy(pages->magic, MAGIC, sizeof MAGIC);
    }
    const bool is_ours = memcmp(pages->magic, MAGIC, sizeof MAGIC) == 0;
    if (is_ours && pages->version == 1)
        pages->version = BOOKS_VERSION;
    if (!is_ours || pages->version != BOOKS_VERSION || pages->slot_bytes != sizeof(struct slot))
        return OPEN_FAIL("the file is not the simulator's, or of another version");
    return OK;
}

static result pages_open(struct file_books *f, const char *path)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (path != NULL) {
        TRY(fd_open(path, &f->fd));
        flags = MAP_SHARED;
    }
    void *at = mmap(NULL, sizeof *f->pages, PROT_READ | PROT_WRITE, flags, f->fd, 0);
    if (at == MAP_FAILED)
        return path == NULL ? E_NO_MEMORY : OPEN_FAIL("the simulator's file cannot be mapped");
    f->pages = at;
    return header_check(f->pages);
}

result simulator_file_open(const char *path, struct simulator_books **ret)
{
    struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct file_books *f = arena != NULL ? ARENA_NEW(arena, struct file_books) : NULL;
    if (f == NULL) {
        arena_free(arena);
        return E_NO_MEMORY;
    }
    f->books.functions = &FUNCTIONS;
    f->arena = arena;
    f->fd = -1;
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_init(&f->locks[i], NULL);
    const result done = pages_open(f, path);
    if (done.code == E_OK)
        *ret = &f->books;
    else
        file_close(&f->books);
    return done;
}
