/* SPDX-License-Identifier: Apache-2.0 */
/* place.h: a store, a vault and the jobs in a directory of their own, and short ways to put rows
 * there.
 *
 * Used by  test/jobs */
#ifndef KESSAI_TEST_JOBS_PLACE_H
#define KESSAI_TEST_JOBS_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/app.h"
#include "base/arena.h"
#include "base/id.h"
#include "jobs/jobs.h"
#include "store/tx.h"

#define CHECK_OK(f) assert_int_equal((f).code, E_OK)

/* The tenant of most tests, and one of its sub-merchants. */
enum { PLATFORM = 7001, SELLER = 7002 };

struct place {
    char directory[40];
    struct arena *arena;
    const char *url;
    struct app app;
    struct jobs *jobs;
};

int place_begin(void **state); /* a store with PLATFORM and SELLER; no jobs yet */
int place_end(void **state);   /* stops what runs */
void jobs_begin(struct place *p, bool allow_private);
void jobs_end(struct place *p);

/* A work made of a function: runs it and waits. */
void place_write(struct place *p, result (*run)(struct tx *tx, struct work *work));

void tenant_add(struct place *p, int64_t tenant);
int64_t endpoint_add(struct place *p, int64_t tenant, const char *url, const char *secret);
/* Writes an event and tells the jobs. Gives its number. */
int64_t event_add(struct place *p, int64_t tenant, int64_t merchant, const char *data);
void clock_advance(struct place *p, int64_t tenant, int64_t seconds);

struct delivery_row {
    bool found;
    int64_t state, tries, due_us, last_us, last_status;
    str last_error; /* in the place's arena */
};
struct delivery_row delivery_of(struct place *p, int64_t tenant, int64_t event, int64_t endpoint);
/* Waits until a delivery has that state; fails the test after ten seconds. */
struct delivery_row delivery_wait(struct place *p, int64_t tenant, int64_t event, int64_t endpoint,
                                  int64_t state);
/* Waits a moment, for loops that wait for something to become so. */
void wait_a_moment(void);

#endif
