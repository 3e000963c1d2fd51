/* SPDX-License-Identifier: Apache-2.0 */
/* test_memory.c: every allocation of every story of the API fails once: no crash, no leak, no hang,
 * no half effect; and the same while the parts of the server are opened. See seam.h for what can
 * fail, story.h for what is checked. Meant for AddressSanitizer; without it everything but leaks
 * and bad accesses is still seen. */
#include <assert.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "api/api.h"
#include "base/log.h"
#include "fault/memory/parts.h"
#include "fault/memory/seam.h"
#include "fault/memory/story.h"

enum { TESTS_MAX = 40 };

/* Goal:   no route is left out.
 * Method: every row of routes.def has a step. */
static void every_route_is_in_a_story(void **state)
{
    static const char *const VERBS_TEXT[] = {"", "GET", "POST", "PATCH", "PUT", "DELETE"};
    (void)state;
    size_t count;
    const struct route *routes = api_routes(&count);
    for (size_t i = 0; i < count; i++) {
        bool is_there = false;
        for (size_t n = 0; n < STORY_COUNT; n++)
            for (size_t k = 0; k < STORIES[n]->count; k++) {
                const struct step *step = &STORIES[n]->steps[k];
                is_there |= strcmp(step->pattern, routes[i].pattern) == 0 &&
                            strcmp(step->verb, VERBS_TEXT[routes[i].verb]) == 0;
            }
        if (!is_there)
            fail_msg("no story has %s %s", VERBS_TEXT[routes[i].verb], routes[i].pattern);
    }
}

static void story_survives(void **state)
{
    const struct story *const *story = *state;
    story_sweep(*story, (unsigned)(story - STORIES) + 1);
}

static void part_survives(void **state)
{
    const struct part *part = *state;
    part_sweep(part, (unsigned)(part - PARTS));
}

static void print_and_die(int number)
{
    seam_print_hit();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Nobody is tested by how SQLite spares malloc. Later calls of sqlite3_config() are refused. */
static void configure_sqlite(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    (void)sqlite3_initialize();
}

/* Whether the arguments name it, or the group it is in; without any, all is wanted. */
static bool is_wanted(int argc, char **argv, const char *group, const char *name)
{
    bool is_so = argc < 2;
    for (int i = 1; i < argc; i++)
        is_so |= strcmp(argv[i], group) == 0 || strcmp(argv[i], name) == 0;
    return is_so;
}

static void print_figures(void)
{
    const struct seam_figures f = seam_figures_read();
    const struct story_figures *s = &story_figures;
    const struct part_figures *p = &part_figures;
    print_message("sites reached %lld, sites failed %lld, allocations refused %lld\n",
                  (long long)f.sites, (long long)f.failed, (long long)f.refusals);
    print_message("steps %lld; answers: normal %lld, 503 %lld, 500 %lld, closed %lld; second tries "
                  "with exactly one effect %lld\n",
                  (long long)s->steps, (long long)s->normal, (long long)s->busy, (long long)s->ours,
                  (long long)s->closed, (long long)s->second);
    print_message("parts %lld; worked all the same %lld, failed cleanly %lld\n",
                  (long long)p->parts, (long long)p->worked, (long long)p->failed);
}

/* test_memory [NAME...]: all, or those stories and parts; "stories" and "parts" name them all. */
int main(int argc, char **argv)
{
    struct CMUnitTest tests[1 + TESTS_MAX];
    size_t count = 0;
    (void)signal(SIGABRT, print_and_die);
    seam_exempt(true);
    configure_sqlite();
    log_set_level(LEVEL_DEBUG);
    assert(STORY_COUNT + PART_COUNT <= TESTS_MAX);
    for (size_t i = 0; i < PART_COUNT; i++)
        if (is_wanted(argc, argv, "parts", PARTS[i].name))
            tests[count++] = (struct CMUnitTest){.name = PARTS[i].name,
                                                 .test_func = part_survives,
                                                 .initial_state = (void *)(uintptr_t)&PARTS[i]};
    if (is_wanted(argc, argv, "stories", "routes"))
        tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_route_is_in_a_story);
    for (size_t i = 0; i < STORY_COUNT; i++)
        if (is_wanted(argc, argv, "stories", STORIES[i]->name))
            tests[count++] = (struct CMUnitTest){.name = STORIES[i]->name,
                                                 .test_func = story_survives,
                                                 .initial_state = (void *)(uintptr_t)&STORIES[i]};
    const int failed = _cmocka_run_group_tests("memory", tests, count, NULL, NULL);
    print_figures();
    return failed;
}
