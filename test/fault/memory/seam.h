/* SPDX-License-Identifier: Apache-2.0 */
/* seam.h: lets one allocation of the running program fail, each site in its turn.
 *
 * A site is the call stack of an allocation. While the seam is armed, the first allocation whose
 * site has not failed in this scope yet is refused, once; everything before and after it is served.
 * Doing the same thing again and again until nothing is refused any more visits every site that
 * can be reached, those of the ways out of earlier failures among them.
 *
 * What is refused:
 *   - malloc, calloc, realloc, strdup, strndup: of the whole process, by definitions in the
 *     executable that hand on to AddressSanitizer's (or to glibc's without it). That is our heap,
 *     arenas and buffers, and all of jansson, SQLite, libcurl, libmicrohttpd, OpenSSL and glibc
 *     itself; no library needs a hook
 *   - arena_alloc and the other ways to take from an arena: each call, as if the arena had reached
 *     its maximum; most calls find room in a block and would never reach malloc
 *   - pthread_create, mmap, sodium_malloc: those of our own files, at link time (-Wl,--wrap)
 *
 * More is asked of malloc than usual: buf_clear() gives its memory back, SQLite has no lookaside.
 *
 * What is not: memory that libraries map by themselves. libmicrohttpd keeps one pool of
 * LIMIT_HEADER_BYTES for each connection, by malloc (which is refused here) or, for larger pools,
 * by mmap; without it the connection is closed unanswered. libpq and libsodium have no hook of
 * their own and need none.
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_SEAM_H
#define KESSAI_TEST_FAULT_MEMORY_SEAM_H

#include <stdbool.h>
#include <stdint.h>

/* Allocations of this thread, and of the threads it makes while `threads` is set, never fail. */
void seam_exempt(bool is_exempt);
void seam_exempt_threads(bool is_exempt);

/* Names what is being done: a site can fail once in each scope.
 *   frames   how many of the innermost calls make a site */
enum { SEAM_FRAMES_MAX = 48 };
void seam_scope(uint64_t scope, unsigned frames);
void seam_arm(void);
/* Whether an allocation has been refused since. Nothing more is refused then. */
bool seam_is_hit(void);
bool seam_disarm(void); /* the same; nothing is refused from now on */

/* What was refused last, with its call stack; for messages. Writes to file descriptor 2. */
void seam_print_hit(void);

struct seam_figures {
    int64_t sites;    /* different call stacks that have allocated while armed */
    int64_t failed;   /* of these, those that were refused at least once */
    int64_t refusals; /* all together */
};
struct seam_figures seam_figures_read(void);

/* True when memory is lost that nobody points to any more; false without AddressSanitizer. */
bool seam_has_leak(void);

#endif
