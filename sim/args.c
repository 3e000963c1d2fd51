/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2, STEPS_MIN = 20, STEPS_MAX = 40, AUDIT_EVERY_MAX = 1000 };

static bool number_of(const char *text, size_t bytes, int64_t max, int64_t *ret)
{
    int64_t number;
    if (!str_i64((str){text, bytes}, &number) || number < 0 || number > max)
        return false;
    *ret = number;
    return true;
}

/* ---- what each flag does with its value ------------------------------------------------------ */

static bool set_seeds(struct args *args, const char *value)
{
    const char *dots = strstr(value, "..");
    return dots != NULL && number_of(value, (size_t)(dots - value), INT64_MAX, &args->first) &&
           number_of(dots + 2, strlen(dots + 2), INT64_MAX, &args->last) &&
           args->first <= args->last;
}

static bool set_seed(struct args *args, const char *value)
{
    const bool is_number = number_of(value, strlen(value), INT64_MAX, &args->first);
    args->last = args->first;
    return is_number;
}

static bool set_jobs(struct args *args, const char *value)
{
    int64_t jobs = 0;
    const bool is_number = number_of(value, strlen(value), JOBS_MAX, &jobs);
    args->jobs = (int)jobs;
    return is_number && jobs > 0;
}

static bool set_audit_every(struct args *args, const char *value)
{
    int64_t steps = 0;
    const bool is_number = number_of(value, strlen(value), AUDIT_EVERY_MAX, &steps);
    args->options.audit_every = (int)steps;
    return is_number && steps > 0;
}

static bool set_db(struct args *args, const char *value)
{
    args->options.url = value;
    args->options.is_plain = true;
    return true;
}

static bool set_brief(struct args *args, const char *value)
{
    (void)value;
    args->length = "--brief";
    args->options.steps_min = 6;
    args->options.steps_max = 14;
    return true;
}

static bool set_long(struct args *args, const char *value)
{
    (void)value;
    args->length = "--long";
    args->options.steps_min = 100;
    args->options.steps_max = 300;
    return true;
}

static bool set_plain(struct args *args, const char *value)
{
    (void)value;
    args->options.is_plain = true;
    return true;
}

static bool set_hashes(struct args *args, const char *value)
{
    (void)value;
    args->is_hashing = true;
    return true;
}

static bool set_first_failure(struct args *args, const char *value)
{
    (void)value;
    args->stops_early = true;
    return true;
}

static bool set_verbose(struct args *args, const char *value)
{
    (void)value;
    args->options.is_verbose = true;
    return true;
}

static const struct {
    const char *name, *value; /* value NULL: none */
    bool (*set)(struct args *args, const char *value);
    const char *text;
} FLAGS[] = {
    {"--seeds", "A..B", set_seeds, "1..100 when not given"},
    {"--seed", "N", set_seed, "one"},
    {"--jobs", "N", set_jobs, "processes at a time; 1"},
    {"--audit-every", "N", set_audit_every,
     "steps; without it 1 for every eighth seed and 6 for the others; always after a crash and at "
     "the end"},
    {"--brief", NULL, set_brief, "6 to 14 steps a seed instead of 20 to 40"},
    {"--long", NULL, set_long, "100 to 300 steps"},
    {"--plain", NULL, set_plain, "no disk faults: every store goes the same way"},
    {"--db", "URL", set_db,
     "a PostgreSQL database for tests, emptied before each seed, instead of the disk in memory; "
     "implies --plain, one job"},
    {"--hashes", NULL, set_hashes, "a line for each seed: hash of its trace, hash of all rows"},
    {"--first-failure", NULL, set_first_failure, "stops after one"},
    {"--verbose", NULL, set_verbose, "says every step and call"},
};

static bool read_flag(struct args *args, char **argv, int left, int *ret_used)
{
    for (size_t i = 0; i < COUNT(FLAGS); i++) {
        if (strcmp(argv[0], FLAGS[i].name) != 0)
            continue;
        const bool has_value = FLAGS[i].value != NULL;
        *ret_used = has_value ? 2 : 1;
        return left >= *ret_used && FLAGS[i].set(args, has_value ? argv[1] : NULL);
    }
    return false;
}

bool args_read(int argc, char **argv, struct args *ret)
{
    *ret = (struct args){
        .options = {.steps_min = STEPS_MIN, .steps_max = STEPS_MAX},
        .first = 1,
        .last = 100,
        .jobs = 1,
        .program = argv[0],
    };
    for (int i = 1, used = 0; i < argc; i += used)
        if (!read_flag(ret, &argv[i], argc - i, &used))
            return false;
    return ret->options.url == NULL || ret->jobs == 1;
}

int args_usage(void)
{
    (void)fprintf(stderr, "usage: kessai-sim [flags]\n");
    for (size_t i = 0; i < COUNT(FLAGS); i++)
        (void)fprintf(stderr, "  %-16s%-5s %s\n", FLAGS[i].name,
                      FLAGS[i].value == NULL ? "" : FLAGS[i].value, FLAGS[i].text);
    return EXIT_USAGE;
}
