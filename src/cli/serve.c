/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c: `kessai serve`: puts the parts together, waits for a signal, takes them apart again.
 *
 *     store -> vault -> rails -> pool -> jobs -> metrics -> http        opened in this order
 *     http drains (10 s) -> metrics -> jobs -> pool -> store -> rails -> vault    closed in this */
#include <assert.h>
#include <signal.h>
#include <string.h>

#include "api/api.h"
#include "api/event_hub.h"
#include "api/openapi.h"
#include "app/rail_pool.h"
#include "app/recover.h"
#include "bank/codes.h"
#include "base/log.h"
#include "base/metric.h"
#include "cli/cli.h"
#include "cli/mail.h"
#include "cli/metrics.h"
#include "jobs/jobs.h"
#include "rails/simulator.h"
#include "web/pages.h"

enum { DRAIN_MS = 10000, RAIL_THREADS = 8, LINE_BYTES_MAX = 4096 };

struct serve {
    struct app app;
    struct jobs *jobs;
    struct metrics_listener *metrics; /* NULL without --metrics */
    struct http *http;
    struct mail_options mail;
    struct bank_codes *bank_codes;
};

/* Says which file an error is about. */
static result about(result r, const char *path)
{
    if (r.code != E_OK)
        r.param = path;
    return r;
}

/* The simulated acquirer's books are beside the file, or where several servers find them. */
static result open_simulator(const struct args *args, struct serve *s)
{
    struct rail **ret = &s->app.rails[RAIL_SIMULATOR];
    if (store_is_shared(s->app.store))
        return about(simulator_open_shared(store_path(s->app.store), ret), "--db");
    const char *path = arena_printf(args->arena, "%s.rail", store_path(s->app.store));
    return path == NULL ? E_NO_MEMORY : about(simulator_open(path, ret), path);
}

static result open_parts(const struct args *args, struct serve *s)
{
    const struct store_config config = {
        .url = args->values[OPT_DB].text.at,
        .access = STORE_SERVER,
        .clock = &CLOCK_SYSTEM,
        .emails = s->mail.ways,
    };
    TRY(check_database(args, true));
    TRY(open_bank_codes(args, OPT_BANK_CODES, &s->bank_codes));
    s->app.bank_codes = s->bank_codes;
    TRY(about(store_open(&config, &s->app.store), "--db"));
    TRY(open_vault(args, s->app.store, &s->app.vault));
    TRY(open_simulator(args, s));
    return rail_pool_start(RAIL_THREADS, &s->app.pool);
}

/* The values of a repeated option, one after another; args.c has read each. */
static void read_rates(const struct args *args, struct http_config *ret)
{
    str rest = args->values[OPT_RATE_LIMIT].text;
    rate_limits_default(&ret->rates);
    while (rest.bytes > 0) {
        const char *comma = memchr(rest.at, ',', rest.bytes);
        const size_t bytes = comma == NULL ? rest.bytes : (size_t)(comma - rest.at);
        const bool is_read = rate_limit_read((str){rest.at, bytes}, &ret->rates);
        assert(is_read);
        (void)is_read;
        rest = comma == NULL ? STR_NONE : (str){comma + 1, rest.bytes - bytes - 1};
    }
    ret->limits_test_keys = args->values[OPT_RATE_LIMIT_TEST].is_given;
    ret->trusted_proxies = args->values[OPT_TRUSTED_PROXY].text;
}

/* Of the API and of the pages, in one table. */
static result join_routes(struct arena *arena, struct http_config *ret)
{
    size_t api_count, web_count;
    const struct route *api = api_routes(&api_count), *web = web_routes(&web_count);
    struct route *all = ARENA_ARRAY(arena, struct route, api_count + web_count);
    if (all == NULL)
        return E_NO_MEMORY;
    memcpy(all, api, api_count * sizeof *api);
    memcpy(all + api_count, web, web_count * sizeof *web);
    ret->routes = all;
    ret->route_count = api_count + web_count;
    return OK;
}

static result start(const struct args *args, struct serve *s)
{
    const struct option_value *listen = &args->values[OPT_LISTEN];
    const struct option_value *public_url = &args->values[OPT_PUBLIC_URL];
    s->app.clock = &CLOCK_SYSTEM;
    s->app.public_url = public_url->is_given
                            ? public_url->text.at
                            : address_text(args, OPT_LISTEN, (unsigned)listen->number);
    TRY(mail_options_read(args, &s->mail));
    TRY(open_parts(args, s));
    if (!store_is_shared(s->app.store)) /* else what a dead server left is adopted (keeper.h) */
        TRY(operations_recover(&s->app));
    const struct jobs_config jobs = {
        .allow_private_webhooks = args->values[OPT_PRIVATE_HOOKS].is_given,
        .smtp = s->mail.has_smtp ? &s->mail.smtp : NULL,
    };
    TRY(jobs_start(&s->app, &jobs, &s->jobs));
    TRY(event_hub_start(&s->app));
    TRY(openapi_start(&s->app));

    struct http_config http = {
        .listen_host = listen->text.at,
        .port = (uint16_t)listen->number,
        .app = &s->app,
        .authenticate = api_authenticate,
        .identify = api_identify,
    };
    TRY(join_routes(args->arena, &http));
    read_rates(args, &http);
    TRY(metrics_begin(args, &s->app, &http, &s->metrics));
    TRY(http_start(&http, &s->http));
    if (!public_url->is_given && listen->number == 0) /* nobody knows the port yet */
        s->app.public_url = address_text(args, OPT_LISTEN, http_port(s->http));
    return OK;
}

static void stop(struct serve *s)
{
    metrics_listener_stop(s->metrics);
    event_hub_stop(&s->app);
    openapi_stop(&s->app);
    if (s->jobs != NULL)
        jobs_stop(s->jobs);
    rail_pool_stop(s->app.pool);
    if (s->app.store != NULL)
        store_close(s->app.store);
    rail_pool_free(s->app.pool);
    for (int i = 1; i < RAILS; i++)
        if (s->app.rails[i] != NULL)
            s->app.rails[i]->functions->close(s->app.rails[i]);
    vault_close(s->app.vault);
    codes_free(s->bank_codes);
}

static int announce(const struct args *args, const struct serve *s)
{
    struct buf out;
    const char *address = address_text(args, OPT_LISTEN, http_port(s->http));
    buf_init(&out, LINE_BYTES_MAX);
    buf_printf(&out, "kessai %s listening on %s\n", KESSAI_VERSION, address);
    const int status = print(&out);
    buf_done(&out);
    log_event(LOG_SERVE_START, LT("version", KESSAI_VERSION), LT("address", address));
    if (!s->mail.has_smtp)
        log_event(LOG_EMAIL_OFF, LT("option", "--smtp"));
    return status;
}

int run_serve(const struct args *args)
{
    sigset_t ends; /* blocked before any thread is made, so that only sigwait takes them */
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (args->values[OPT_VERBOSE].is_given)
        log_set_level(LEVEL_DEBUG);

    struct serve *s = ARENA_NEW(args->arena, struct serve);
    if (s == NULL)
        return print_failure(args, E_NO_MEMORY);
    const result r = start(args, s);
    mail_options_wipe(&s->mail);
    int status = r.code == E_OK ? announce(args, s) : print_failure(args, r);
    int signal_number = 0;
    while (status == EXIT_OK && sigwait(&ends, &signal_number) != 0)
        ;
    const bool was_serving = s->http != NULL;
    if (was_serving)
        http_stop(s->http, DRAIN_MS);
    stop(s);
    if (was_serving)
        log_event(LOG_SERVE_STOP, LI("signal", signal_number),
                  LI("commits", metric_read(METRIC_STORE_COMMITS, LABELS_NONE)),
                  LI("works", metric_read(METRIC_STORE_WORKS, LABELS_NONE)),
                  LI("reruns", metric_read(METRIC_STORE_RERUNS, LABELS_NONE)));
    return status;
}
