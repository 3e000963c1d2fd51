/* SPDX-License-Identifier: Apache-2.0 */
/* world.h: one seed's world: the program's store and use cases, and everything around them, made
 * up: clock, disk, acquirer, chance.
 *
 * Single-threaded: works wait in the store's queue until world_run() lets it run. */
#ifndef KESSAI_SIM_WORLD_H
#define KESSAI_SIM_WORLD_H

#include <sodium.h>

#include "app/app.h"
#include "call.h"
#include "dice.h"
#include "disk/disk.h"
#include "model.h"
#include "rail.h"

enum { ENDPOINTS_MAX = 4, FAILURE_BYTES = 512, DELIVERIES_MAX = 8192 };

struct sim_clock {
    struct clock clock; /* first */
    int64_t now_us;
};

/* A model receiver (receiver.h). */
struct receiver {
    id id;
    int tenant;
    str types;         /* literal; empty: all */
    int64_t since_seq; /* events after this one */
    bool is_down;
    uint8_t tried[DELIVERIES_MAX], received[DELIVERIES_MAX], given_up[DELIVERIES_MAX]; /* by event
                                                                                          number */
};

struct options {
    const char
        *url;      /* of a PostgreSQL database for tests, emptied first; NULL: the disk in memory */
    bool is_plain; /* no disk faults, so that every store goes the same way */
    bool is_verbose;
    int steps_min, steps_max;
    int audit_every;                /* steps */
    const char *key_path;           /* of the vault */
    const struct disk_image *fresh; /* a disk with a new database, see world_fresh_disk() */
};

/* A disk with a new, empty database, made once for all worlds: laying out its tables costs as much
 * as half a world. NULL: it could not be made. */
struct disk_image *world_fresh_disk(void);

struct figures {
    int64_t steps, calls, batches, crashes, disk_errors, audits, deliveries, rail_calls, inquiries;
};

struct world {
    const struct options *options;
    uint64_t seed;
    struct dice dice;
    struct sim_clock clock;
    struct disk *disk; /* NULL: a real database */
    const char *url;
    struct app app;
    struct sim_rail rail;
    struct oracle model;
    struct receiver receivers[ENDPOINTS_MAX];
    int receiver_count;
    struct call *calls;          /* not answered, or not yet compared */
    int call_count, first_fresh; /* numbers; those of the current step begin with first_fresh */
    bool is_faulty;              /* the model is told about this step after it has ended */
    int asked_tenant;            /* of the newest call */
    bool is_lost;                /* the store says that this process must end */
    struct figures figures;
    crypto_generichash_state trace;
    char failure[FAILURE_BYTES]; /* the first; empty: none */
};

/* The clock that clock_ticks_us() shows as well. */
extern struct world *the_world;

/* Opens a fresh database and fills it with tenants, merchants, rates and endpoints. */
void world_begin(struct world *w, const struct options *options, uint64_t seed);
void world_end(struct world *w);

/* Says what is wrong; the first time counts. */
void world_fail(struct world *w, const char *what);
PRINTF(2, 3) void world_failf(struct world *w, const char *format, ...);
bool world_has_failed(const struct world *w);
/* An unexpected error of the program is a failure. True when there was none. */
bool world_expect(struct world *w, result r, const char *what);

void world_ask(struct world *w, const struct intent *intent); /* a call enters the queue */
bool world_step(struct world *w); /* one batch; false: none was queued */
void world_run(struct world *w);  /* until nothing is queued */

/* The power goes (is_power), or only the process; then a new process opens the database. */
void world_crash(struct world *w, bool is_power);
void world_reopen(struct world *w);

/* Into the trace, which is equal for equal seeds. */
void trace_i64(struct world *w, int64_t value);

#endif
