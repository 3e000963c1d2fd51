/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: kessai-sim: runs seeds, each in a process of its own, and says what came of them.
 *
 *     kessai-sim --seeds 1..2000 --jobs 2      one line with figures; every failure with its seed
 *     kessai-sim --seed 17 --verbose           one seed again, step by step
 *
 * Exit status 0: no failure, 1: some, 2: the command was not understood. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "base/log.h"
#include "run.h"
#include "world.h"

enum { KEY_FILE_BYTES_SIM = 32, FAILURES_SHOWN = 10 };

/* The runs that are under way, by process. */
struct slot {
    pid_t pid;
    int pipe;
    uint64_t seed;
};

struct totals {
    struct figures figures;
    int64_t seeds, failures;
    uint8_t (*traces)[HASH_BYTES_SIM]; /* by seed, from the first */
};

/* ---- one seed in a process ------------------------------------------------------------------- */

static void run_child(const struct args *args, uint64_t seed, int out)
{
    static struct report report;
    if (!args->options.is_verbose)
        log_set_level(LEVELS);
    struct options options = args->options;
    if (options.audit_every == 0)
        options.audit_every = seed % 8 == 0 ? 1 : 6;
    run_seed(&options, seed, &report);
    const ssize_t written = write(out, &report, sizeof report);
    _exit(written == (ssize_t)sizeof report ? 0 : 1);
}

static void start(const struct args *args, uint64_t seed, struct slot *slot)
{
    int ends[2];
    if (pipe(ends) != 0) {
        perror("pipe");
        exit(1);
    }
    (void)fflush(NULL);
    slot->pid = fork();
    if (slot->pid == 0) {
        (void)close(ends[0]);
        run_child(args, seed, ends[1]);
    }
    (void)close(ends[1]);
    slot->pipe = ends[0];
    slot->seed = seed;
}

static bool read_all(int fd, void *at, size_t bytes)
{
    size_t got = 0;
    while (got < bytes) {
        const ssize_t n = read(fd, (char *)at + got, bytes - got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        got += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void print_hex(const char *name, const uint8_t *bytes)
{
    (void)printf(" %s ", name);
    for (int i = 0; i < HASH_BYTES_SIM; i++)
        (void)printf("%02x", bytes[i]);
}

static void add_figures(struct figures *sum, const struct figures *one)
{
    sum->steps += one->steps;
    sum->calls += one->calls;
    sum->batches += one->batches;
    sum->crashes += one->crashes;
    sum->disk_errors += one->disk_errors;
    sum->audits += one->audits;
    sum->deliveries += one->deliveries;
    sum->rail_calls += one->rail_calls;
    sum->inquiries += one->inquiries;
}

static void say_failure(const struct args *args, const struct report *report, struct totals *totals)
{
    const struct options *o = &args->options;
    if (totals->failures++ >= FAILURES_SHOWN)
        return;
    (void)printf("seed %" PRIu64 ": %s\n  again: %s --verbose --seed %" PRIu64, report->seed,
                 report->failure, args->program, report->seed);
    if (args->length != NULL)
        (void)printf(" %s", args->length);
    if (o->audit_every != 0)
        (void)printf(" --audit-every %d", o->audit_every);
    if (o->url != NULL)
        (void)printf(" --db '%s'", o->url);
    else if (o->is_plain)
        (void)printf(" --plain");
    (void)printf("\n");
}

static void take_report(const struct args *args, struct slot *slot, struct totals *totals)
{
    static struct report report;
    int status = 0;
    const bool is_whole = read_all(slot->pipe, &report, sizeof report);
    (void)close(slot->pipe);
    (void)waitpid(slot->pid, &status, 0);
    slot->pid = 0;
    if (!is_whole) {
        report = (struct report){.seed = slot->seed};
        (void)snprintf(report.failure, sizeof report.failure,
                       "the program ended: signal %d, exit %d",
                       WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    }
    totals->seeds++;
    add_figures(&totals->figures, &report.figures);
    memcpy(totals->traces[report.seed - (uint64_t)args->first], report.trace, HASH_BYTES_SIM);
    if (report.failure[0] != '\0')
        say_failure(args, &report, totals);
    if (args->is_hashing) {
        (void)printf("seed %" PRIu64, report.seed);
        print_hex("trace", report.trace);
        print_hex("state", report.state);
        (void)printf("\n");
    }
}

/* ---- all seeds ------------------------------------------------------------------------------- */

static void run_all(const struct args *args, struct totals *totals)
{
    struct slot slots[JOBS_MAX] = {0};
    int64_t next = args->first;
    int busy = 0, turn = 0;
    while (next <= args->last || busy > 0) {
        const bool may_start = !args->stops_early || totals->failures == 0;
        if (!may_start)
            next = args->last + 1;
        if (next <= args->last && busy < args->jobs) {
            int i = 0;
            while (slots[i].pid != 0)
                i++;
            start(args, (uint64_t)next++, &slots[i]);
            busy++;
            continue;
        }
        while (busy > 0 && slots[turn].pid == 0)
            turn = (turn + 1) % args->jobs;
        if (busy > 0) {
            take_report(args, &slots[turn], totals);
            busy--;
            turn = (turn + 1) % args->jobs;
        }
    }
}

static void summarize(const struct args *args, const struct totals *totals)
{
    uint8_t all[HASH_BYTES_SIM];
    const struct figures *f = &totals->figures;
    const size_t bytes = (size_t)(args->last - args->first + 1) * HASH_BYTES_SIM;
    (void)crypto_generichash(all, sizeof all, totals->traces[0], bytes, NULL, 0);
    (void)printf("%" PRId64 " seeds, %" PRId64 " failed; %" PRId64 " steps, %" PRId64
                 " calls in %" PRId64 " batches, %" PRId64 " rail calls, %" PRId64
                 " inquiries, %" PRId64 " deliveries, %" PRId64 " crashes, %" PRId64
                 " disk errors, %" PRId64 " audits;",
                 totals->seeds, totals->failures, f->steps, f->calls, f->batches, f->rail_calls,
                 f->inquiries, f->deliveries, f->crashes, f->disk_errors, f->audits);
    print_hex("trace", all);
    (void)printf("\n");
}

/* The vault's key is the same in every run. */
static bool make_key_file(char *path)
{
    static const uint8_t KEY[KEY_FILE_BYTES_SIM] = {1, 2, 3};
    const int fd = mkstemp(path);
    const bool is_written = fd >= 0 && write(fd, KEY, sizeof KEY) == (ssize_t)sizeof KEY;
    if (fd >= 0)
        (void)close(fd);
    return is_written;
}

int main(int argc, char **argv)
{
    char key_path[] = "/tmp/kessai-sim-XXXXXX";
    struct args args;
    struct totals totals = {0};
    if (!args_read(argc, argv, &args))
        return args_usage();
    args.options.key_path = key_path;
    totals.traces = calloc((size_t)(args.last - args.first + 1), HASH_BYTES_SIM);
    if (totals.traces == NULL || !make_key_file(key_path)) {
        perror("kessai-sim");
        return 1;
    }
    struct disk_image *fresh = args.options.url == NULL ? world_fresh_disk() : NULL;
    args.options.fresh = fresh;
    run_all(&args, &totals);
    disk_image_free(fresh);
    (void)unlink(key_path);
    summarize(&args, &totals);
    free(totals.traces);
    return totals.failures == 0 ? 0 : 1;
}
