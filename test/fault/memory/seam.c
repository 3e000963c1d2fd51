/* SPDX-License-Identifier: Apache-2.0 */
/* This file itself is built without sanitizers: it is called before they are ready. */
#include "fault/memory/seam.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

#include "base/arena.h"
#include "base/buf.h"

enum { OWN_FRAMES = 2, TABLE_BITS = 20, TABLE_ROOM = 1 << TABLE_BITS };

struct stack {
    size_t count, wanted;
    uintptr_t frames[SEAM_FRAMES_MAX];
};

/* A set of numbers that are not 0; never full. */
struct table {
    int64_t count;
    uint64_t keys[TABLE_ROOM];
};

static _Thread_local bool is_exempt, is_inside;
static _Atomic bool is_armed, has_exempt_threads;
static _Atomic size_t frames_wanted = SEAM_FRAMES_MAX;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over all below */
static struct table sites, failed_sites, failed_in_scope;
static uint64_t scope;
static int64_t refusals;
static bool has_hit;
static const char *hit_what;
static struct stack hit;

/* ---- sites --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return value ^ (value >> 32);
}

/* Whether the key is new. */
static bool table_add(struct table *table, uint64_t key)
{
    key += key == 0;
    size_t i = (size_t)(key >> (64 - TABLE_BITS));
    while (table->keys[i] != 0 && table->keys[i] != key)
        i = (i + 1) % TABLE_ROOM;
    if (table->keys[i] == key || table->count >= TABLE_ROOM / 2)
        return false;
    table->keys[i] = key;
    table->count++;
    return true;
}

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *to)
{
    struct stack *stack = to;
    const uintptr_t at = _Unwind_GetIP(context);
    if (at == 0 || stack->count == stack->wanted)
        return _URC_END_OF_STACK;
    stack->frames[stack->count++] = at;
    return _URC_NO_REASON;
}

/* AddressSanitizer asks where a new thread's stack is, and ends the process when it is not told. */
static bool is_of_sanitizer(const struct stack *stack)
{
    enum { NEAR = 8 };
    for (size_t i = 0; i < stack->count && i < NEAR; i++)
        if (_Unwind_FindEnclosingFunction((void *)stack->frames[i]) ==
            (void *)(uintptr_t)pthread_getattr_np)
            return true;
    return false;
}

static bool decide(const char *what, const struct stack *stack)
{
    uint64_t site = 0;
    for (size_t i = 0; i < stack->count; i++)
        site = mix(site + stack->frames[i]);
    pthread_mutex_lock(&lock);
    (void)table_add(&sites, site);
    const bool fails = atomic_load(&is_armed) && table_add(&failed_in_scope, mix(site ^ scope));
    if (fails) {
        (void)table_add(&failed_sites, site);
        refusals++;
        has_hit = true;
        hit_what = what;
        hit = (struct stack){.wanted = SEAM_FRAMES_MAX};
        (void)_Unwind_Backtrace(take_frame, &hit);
        atomic_store(&is_armed, false);
    }
    pthread_mutex_unlock(&lock);
    return fails;
}

/* Whether this allocation is the one that fails. */
static bool must_fail(const char *what)
{
    if (!atomic_load_explicit(&is_armed, memory_order_relaxed) || is_exempt || is_inside)
        return false;
    is_inside = true;
    struct stack stack = {.wanted = atomic_load(&frames_wanted)};
    (void)_Unwind_Backtrace(take_frame, &stack);
    const bool fails = !is_of_sanitizer(&stack) && decide(what, &stack);
    is_inside = false;
    if (fails)
        errno = ENOMEM;
    return fails;
}

/* ---- the whole process ----------------------------------------------------------------------- */

#ifdef KESSAI_HAS_ASAN
#define BELOW(name) __interceptor_##name
#else
#define BELOW(name) __libc_##name
#endif
void *BELOW(malloc)(size_t bytes);
void *BELOW(calloc)(size_t count, size_t bytes);
void *BELOW(realloc)(void *at, size_t bytes);

void *malloc(size_t bytes)
{
    return must_fail("malloc") ? NULL : BELOW(malloc)(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return must_fail("calloc") ? NULL : BELOW(calloc)(count, bytes);
}

void *realloc(void *at, size_t bytes)
{
    return must_fail("realloc") ? NULL : BELOW(realloc)(at, bytes);
}

static char *copy(const char *text, size_t bytes)
{
    char *at = BELOW(malloc)(bytes + 1);
    if (at != NULL) {
        memcpy(at, text, bytes);
        at[bytes] = '\0';
    }
    return at;
}

/* glibc's and the sanitizer's call their own malloc, not ours. */
#undef strdup
#undef strndup
char *strdup(const char *text)
{
    return must_fail("strdup") ? NULL : copy(text, strlen(text));
}

char *strndup(const char *text, size_t bytes_max)
{
    return must_fail("strndup") ? NULL : copy(text, strnlen(text, bytes_max));
}

/* ---- our own files --------------------------------------------------------------------------- */

#define WRAPPED(type, name, ...)                                                                   \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

WRAPPED(void *, arena_alloc, struct arena *arena, size_t bytes)
{
    return __real_arena_alloc(arena, must_fail("arena_alloc") ? SIZE_MAX : bytes);
}

WRAPPED(void *, arena_alloc_array, struct arena *arena, size_t bytes, size_t count)
{
    return must_fail("arena_alloc_array") ? __real_arena_alloc(arena, SIZE_MAX)
                                          : __real_arena_alloc_array(arena, bytes, count);
}

WRAPPED(str, arena_str, struct arena *arena, str s)
{
    if (s.at == NULL || !must_fail("arena_str"))
        return __real_arena_str(arena, s);
    (void)__real_arena_alloc(arena, SIZE_MAX);
    return STR_NONE;
}

WRAPPED(const char *, arena_cstr, struct arena *arena, str s)
{
    return __wrap_arena_str(arena, s).at;
}

PRINTF(2, 3) const char *__wrap_arena_printf(struct arena *arena, const char *format, ...);
const char *__wrap_arena_printf(struct arena *arena, const char *format, ...)
{
    if (must_fail("arena_printf"))
        return __real_arena_alloc(arena, SIZE_MAX);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int bytes = vsnprintf(NULL, 0, format, args);
    char *at = bytes < 0 ? NULL : __real_arena_alloc(arena, (size_t)bytes + 1);
    if (at != NULL)
        (void)vsnprintf(at, (size_t)bytes + 1, format, again);
    va_end(again);
    va_end(args);
    return at;
}

/* So that the next write asks for memory again. */
void __wrap_buf_clear(struct buf *buf);
void __wrap_buf_clear(struct buf *buf)
{
    buf_done(buf);
}

WRAPPED(void *, sodium_malloc, size_t bytes)
{
    return must_fail("sodium_malloc") ? NULL : __real_sodium_malloc(bytes);
}

WRAPPED(void *, mmap, void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    return must_fail("mmap") ? MAP_FAILED : __real_mmap(at, bytes, protection, flags, fd, offset);
}

/* The log's lines are written to nowhere. */
WRAPPED(ssize_t, write, int fd, const void *at, size_t bytes)
{
    return fd == STDERR_FILENO ? (ssize_t)bytes : __real_write(fd, at, bytes);
}

/* A store is closed hundreds of times here, and each time a thread of its sleeps to its end. */
WRAPPED(int, nanosleep, const struct timespec *wanted, struct timespec *ret_left)
{
    static const struct timespec SHORT = {.tv_nsec = 5000000};
    const bool is_long = wanted->tv_sec > 0 || wanted->tv_nsec > SHORT.tv_nsec;
    return __real_nanosleep(is_long ? &SHORT : wanted, ret_left);
}

/* ---- threads --------------------------------------------------------------------------------- */

struct start {
    void *(*run)(void *);
    void *context;
};

static void *run_exempt(void *context)
{
    const struct start start = *(const struct start *)context;
    is_exempt = true;
    free(context);
    return start.run(start.context);
}

WRAPPED(int, pthread_create, pthread_t *ret, const pthread_attr_t *attributes, void *(*run)(void *),
        void *context)
{
    if (must_fail("pthread_create"))
        return EAGAIN;
    if (!atomic_load(&has_exempt_threads))
        return __real_pthread_create(ret, attributes, run, context);
    struct start *start = BELOW(malloc)(sizeof *start);
    if (start == NULL)
        return EAGAIN;
    *start = (struct start){.run = run, .context = context};
    return __real_pthread_create(ret, attributes, run_exempt, start);
}

void seam_exempt(bool is_so)
{
    is_exempt = is_so;
}

void seam_exempt_threads(bool is_so)
{
    atomic_store(&has_exempt_threads, is_so);
}

/* ---- arming ---------------------------------------------------------------------------------- */

void seam_scope(uint64_t number, unsigned frames)
{
    pthread_mutex_lock(&lock);
    scope = mix(number + 1);
    atomic_store(&frames_wanted, frames < SEAM_FRAMES_MAX ? OWN_FRAMES + frames : SEAM_FRAMES_MAX);
    pthread_mutex_unlock(&lock);
}

void seam_arm(void)
{
    pthread_mutex_lock(&lock);
    has_hit = false;
    atomic_store(&is_armed, true);
    pthread_mutex_unlock(&lock);
}

bool seam_is_hit(void)
{
    pthread_mutex_lock(&lock);
    const bool is_hit = has_hit;
    pthread_mutex_unlock(&lock);
    return is_hit;
}

bool seam_disarm(void)
{
    pthread_mutex_lock(&lock);
    atomic_store(&is_armed, false);
    const bool was_hit = has_hit;
    pthread_mutex_unlock(&lock);
    return was_hit;
}

struct seam_figures seam_figures_read(void)
{
    pthread_mutex_lock(&lock);
    const struct seam_figures figures = {
        .sites = sites.count, .failed = failed_sites.count, .refusals = refusals};
    pthread_mutex_unlock(&lock);
    return figures;
}

#ifdef KESSAI_HAS_ASAN
void __sanitizer_symbolize_pc(void *pc, const char *format, char *ret, size_t bytes);
int __lsan_do_recoverable_leak_check(void);

static void print_frame(uintptr_t at)
{
    char text[512];
    __sanitizer_symbolize_pc((void *)(at - 1), "    %f %S (%m)", text, sizeof text);
    (void)dprintf(STDERR_FILENO, "%s\n", text);
}

bool seam_has_leak(void)
{
    return __lsan_do_recoverable_leak_check() != 0;
}
#else
static void print_frame(uintptr_t at)
{
    (void)dprintf(STDERR_FILENO, "    %#lx\n", (unsigned long)at);
}

bool seam_has_leak(void)
{
    return false;
}
#endif

void seam_print_hit(void)
{
    is_exempt = true;
    if (!has_hit) {
        (void)dprintf(STDERR_FILENO, "no allocation was refused\n");
        return;
    }
    (void)dprintf(STDERR_FILENO, "refused: %s\n", hit_what);
    for (size_t i = OWN_FRAMES; i < hit.count; i++)
        print_frame(hit.frames[i]);
}
