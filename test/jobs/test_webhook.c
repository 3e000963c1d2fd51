/* SPDX-License-Identifier: Apache-2.0 */
/* test_webhook.c: events reach their receivers, signed, at least once, and no receiver waits for
 * another. With a real store, real time only where nothing else will do,
 * and receivers on loopback. */
#include <string.h>

#include "app/event_view.h"
#include "base/clock.h"
#include "jobs/message.h"
#include "jobs/place.h"
#include "jobs/receiver.h"
#include "jobs/sink.h"
#include "jobs/webhook.h"

static const char SECRET[] = "whsec-local-demo";
static const char DATA[] = "{\"id\":\"p\",\"resource\":\"payment\",\"status\":\"captured\"}";

static str event_body(struct place *p, int64_t seq)
{
    struct event_row event;
    struct buf body;
    struct json j;
    struct db *db = store_read_begin(p->app.store);
    const result r = event_read(db, PLATFORM, seq, p->arena, &event);
    store_read_end(p->app.store, db);
    CHECK_OK(r);
    buf_init(&body, 1 << 20);
    json_init(&j, &body);
    event_json(&j, &event);
    const str text = arena_str(p->arena, buf_view(&body));
    buf_done(&body);
    return text;
}

static void check_request(struct place *p, struct sink *sink, size_t number, int64_t seq)
{
    char signature[SIGNATURE_BYTES];
    const str expected = event_body(p, seq);
    const struct sink_request *request = &sink->requests[number];
    assert_int_equal(request->body_bytes, expected.bytes);
    assert_string_equal(request->body, expected.at);
    CHECK_OK(message_sign(str_of(SECRET), expected, signature));
    assert_string_equal(sink_header(sink, number, "X-Komoju-Signature"), signature);
    assert_string_equal(sink_header(sink, number, "User-Agent"), "Komoju-Webhook");
    assert_string_equal(sink_header(sink, number, "Content-Type"), "application/json");
    assert_true(strncmp(request->head, "POST /hook?key=hidden HTTP/1.1\r\n", 32) == 0);
}

/* Goal: an event arrives with all headers, and its body is what GET /events shows. */
static void an_event_arrives_signed(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {204}};
    sink_start(&sink);
    jobs_begin(p, true);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    const int64_t first = event_add(p, PLATFORM, PLATFORM, DATA);
    const struct delivery_row row = delivery_wait(p, PLATFORM, first, endpoint, DELIVERY_SENT);
    assert_int_equal(row.tries, 1);
    assert_int_equal(row.last_status, 204);
    assert_int_equal(row.due_us, 0);
    assert_null(row.last_error.at);
    check_request(p, &sink, 0, first);
    assert_string_equal(sink_header(&sink, 0, "X-Komoju-Event"), "payment.captured");
    assert_int_equal(strlen(sink_header(&sink, 0, "X-Komoju-ID")), 25);
    assert_non_null(strstr(sink.requests[0].body, "\",\"type\":\"payment.captured\","
                                                  "\"resource\":\"event\",\"data\":{\"id\":\"p\""));
    assert_non_null(strstr(sink.requests[0].body, ",\"reason\":null,\"merchant\":\"Platform "
                                                  "\\\"One\\\"\",\"merchant_id\":\""));

    const int64_t second = event_add(p, PLATFORM, SELLER, DATA);
    (void)delivery_wait(p, PLATFORM, second, endpoint, DELIVERY_SENT);
    check_request(p, &sink, 1, second);
    assert_string_equal(sink_header(&sink, 1, "X-Komoju-Event"), "submerchant.payment.captured");
    assert_non_null(strstr(sink.requests[1].body, "\"merchant\":\"Seller\""));
    jobs_end(p);
    sink_stop(&sink);
    assert_int_equal(sink.connected, 1); /* kept alive */
    sink_done(&sink);
}

/* Goal: what was refused is sent again, with the same id and bytes, when its pause is over by the
 * tenant's clock, and jobs_run_due() returns after that. */
static void a_refused_event_is_sent_again(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {500, 302, 200}};
    sink_start(&sink);
    jobs_begin(p, true);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    const int64_t event = event_add(p, PLATFORM, PLATFORM, DATA);
    assert_true(sink_wait(&sink, 1));
    jobs_run_due(p->jobs, PLATFORM, 10000);
    struct delivery_row row = delivery_of(p, PLATFORM, event, endpoint);
    assert_int_equal(row.state, DELIVERY_WAITING);
    assert_int_equal(row.last_status, 500);
    assert_in_range(row.due_us - row.last_us, 8 * US_PER_S, 12 * US_PER_S);
    clock_advance(p, PLATFORM, 12);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    row = delivery_of(p, PLATFORM, event, endpoint);
    assert_int_equal(row.last_status, 302); /* and nobody followed */
    assert_in_range(row.due_us - row.last_us, 24 * US_PER_S, 36 * US_PER_S);
    jobs_run_due(p->jobs, PLATFORM, 10000); /* not due yet */
    assert_int_equal(sink_count(&sink), 2);
    clock_advance(p, PLATFORM, 36);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    row = delivery_of(p, PLATFORM, event, endpoint);
    assert_int_equal(row.state, DELIVERY_SENT);
    assert_int_equal(row.tries, 3);
    jobs_end(p);
    sink_stop(&sink);
    for (size_t i = 0; i < 3; i++) {
        check_request(p, &sink, i, event);
        const char *same = arena_cstr(p->arena, str_of(sink_header(&sink, 0, "X-Komoju-ID")));
        assert_string_equal(sink_header(&sink, i, "X-Komoju-ID"), same);
    }
    sink_done(&sink);
}

/* Goal: after three days a delivery is given up. */
static void three_days_are_enough(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {503}};
    sink_start(&sink);
    jobs_begin(p, true);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    const int64_t event = event_add(p, PLATFORM, PLATFORM, DATA);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    for (int hours = 0; hours < 71; hours++) {
        assert_int_equal(delivery_of(p, PLATFORM, event, endpoint).state, DELIVERY_WAITING);
        clock_advance(p, PLATFORM, 3600);
        jobs_run_due(p->jobs, PLATFORM, 10000);
    }
    clock_advance(p, PLATFORM, 2 * 3600);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    const struct delivery_row row = delivery_of(p, PLATFORM, event, endpoint);
    assert_int_equal(row.state, DELIVERY_GIVEN_UP);
    assert_int_equal(row.due_us, 0);
    assert_in_range(row.tries, 12, 25);
    assert_int_equal(sink_count(&sink), row.tries);
    jobs_end(p);
    sink_stop(&sink);
    sink_done(&sink);
}

/* Goal:   a receiver that takes connections and says nothing holds up nobody else, and never gets
 *         more than its share of connections; one that refuses them is soon left alone for a while.
 * Method: the healthy one gets a hundred events while the silent one has answered none. */
static void a_dead_receiver_delays_nobody(void **state)
{
    enum { EVENTS = 100 };
    struct place *p = *state;
    struct sink dead = {.statuses = {0}}, healthy = {.statuses = {200}};
    sink_start(&dead);
    sink_start(&healthy);
    jobs_begin(p, true);
    const int64_t silent = endpoint_add(p, PLATFORM, dead.url, SECRET);
    (void)endpoint_add(p, PLATFORM, healthy.url, SECRET);
    const int64_t refusing = endpoint_add(p, PLATFORM, "http://127.0.0.1:1/", SECRET);
    int64_t first = 0;
    for (int i = 0; i < EVENTS; i++) {
        const int64_t seq = event_add(p, PLATFORM, PLATFORM, DATA);
        first = i == 0 ? seq : first;
    }
    const int64_t start_us = clock_ticks_us();
    assert_true(sink_wait(&healthy, EVENTS));
    assert_true(clock_ticks_us() - start_us < OUTGOING_TOTAL_MS * INT64_C(500));
    assert_true(sink_wait(&dead, RECEIVER_IN_FLIGHT_MAX));
    assert_int_equal(delivery_of(p, PLATFORM, first, silent).tries, 0);
    assert_string_equal(delivery_wait(p, PLATFORM, first, refusing, DELIVERY_WAITING).last_error.at,
                        "Couldn't connect to server");
    int tried = 0;
    for (int i = 0; i < EVENTS; i++)
        tried += delivery_of(p, PLATFORM, first + i, refusing).tries > 0;
    assert_in_range(tried, 1, EVENTS / 2);
    const int64_t stop_us = clock_ticks_us();
    jobs_end(p); /* cuts the silent ones off */
    assert_true(clock_ticks_us() - stop_us < 5 * US_PER_S);
    sink_stop(&dead);
    sink_stop(&healthy);
    assert_int_equal(dead.request_count, RECEIVER_IN_FLIGHT_MAX);
    assert_int_equal(healthy.request_count, EVENTS);
    assert_true(healthy.together_max <= RECEIVER_IN_FLIGHT_MAX);
    assert_int_equal(delivery_of(p, PLATFORM, first, silent).state, DELIVERY_WAITING);
    sink_done(&dead);
    sink_done(&healthy);
}

/* Goal: what was not sent before the jobs stopped is sent after they start again, once. */
static void a_restart_loses_nothing(void **state)
{
    enum { EVENTS = 20 };
    struct place *p = *state;
    struct sink sink = {.statuses = {0}};
    sink_start(&sink);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    int64_t events[EVENTS];
    jobs_begin(p, true);
    for (int i = 0; i < EVENTS; i++)
        events[i] = event_add(p, PLATFORM, PLATFORM, DATA);
    assert_true(sink_wait(&sink, RECEIVER_IN_FLIGHT_MAX));
    jobs_end(p);
    const size_t before = sink_count(&sink);
    struct sink again = {.statuses = {200}};
    sink_start(&again); /* before the first one leaves its port */
    sink_stop(&sink);
    const int64_t other = endpoint_add(p, PLATFORM, again.url, SECRET);
    const int64_t last = event_add(p, PLATFORM, PLATFORM, DATA);
    jobs_begin(p, true);
    (void)delivery_wait(p, PLATFORM, last, other, DELIVERY_SENT);
    assert_int_equal(before, RECEIVER_IN_FLIGHT_MAX);
    jobs_run_due(p->jobs, PLATFORM, 10000); /* nobody listens at the first one now */
    for (int i = 0; i < EVENTS; i++) {
        const struct delivery_row row = delivery_of(p, PLATFORM, events[i], endpoint);
        assert_int_equal(row.state, DELIVERY_WAITING);
        assert_int_equal(row.tries, 1); /* those cut off are not counted */
        assert_non_null(row.last_error.at);
    }
    jobs_end(p);
    sink_stop(&again);
    sink_done(&sink);
    sink_done(&again);
}

/* Goal: events written while no jobs run are sent when they start. */
static void the_outbox_survives(void **state)
{
    enum { EVENTS = 300 }; /* more than one queue holds */
    struct place *p = *state;
    struct sink sink = {.statuses = {200}};
    sink_start(&sink);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    int64_t last = 0;
    for (int i = 0; i < EVENTS; i++)
        last = event_add(p, PLATFORM, PLATFORM, DATA);
    jobs_begin(p, true);
    assert_true(sink_wait(&sink, EVENTS));
    (void)delivery_wait(p, PLATFORM, last, endpoint, DELIVERY_SENT);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    jobs_end(p);
    sink_stop(&sink);
    assert_int_equal(sink.request_count, EVENTS); /* each once */
    sink_done(&sink);
}

/* Goal: a private address is not connected to, and ends the delivery at once. */
static void private_addresses_are_refused(void **state)
{
    static const char *const URLS[] = {"http://localhost:9/x",          "http://[::1]:9/",
                                       "http://[::ffff:127.0.0.1]:9/",  "http://10.0.0.1/",
                                       "http://169.254.169.254/latest", "http://0x7f.1/"};
    struct place *p = *state;
    struct sink sink = {.statuses = {200}};
    int64_t endpoints[COUNT(URLS)];
    sink_start(&sink);
    jobs_begin(p, false);
    const int64_t loopback = endpoint_add(p, PLATFORM, sink.url, SECRET);
    for (size_t i = 0; i < COUNT(URLS); i++)
        endpoints[i] = endpoint_add(p, PLATFORM, URLS[i], SECRET);
    const int64_t event = event_add(p, PLATFORM, PLATFORM, DATA);
    for (size_t i = 0; i < COUNT(URLS); i++) {
        const struct delivery_row row =
            delivery_wait(p, PLATFORM, event, endpoints[i], DELIVERY_GIVEN_UP);
        assert_string_equal(row.last_error.at, "private address refused");
        assert_int_equal(row.tries, 1);
    }
    (void)delivery_wait(p, PLATFORM, event, loopback, DELIVERY_GIVEN_UP);
    jobs_end(p);
    sink_stop(&sink);
    assert_int_equal(sink.connected, 0);
    sink_done(&sink);
}

static result remove_all(struct tx *tx, struct work *work)
{
    struct rows rows;
    int64_t endpoint = 0;
    (void)work;
    TRY(db_query(tx_db(tx), SQL_WEBHOOK_ENDPOINT_LIST, &rows, VI(PLATFORM)));
    while (rows_next(&rows))
        endpoint = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    TRY(db_exec(tx_db(tx), SQL_WEBHOOK_ENDPOINT_REMOVE, VI(PLATFORM), VI(endpoint), VI(5), VI(5)));
    return db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_CANCEL, VI(PLATFORM), VI(endpoint));
}

/* Goal: a removed endpoint gets nothing more, and its deliveries stay as the removal left them. */
static void a_removed_endpoint_gets_nothing(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {500}};
    sink_start(&sink);
    jobs_begin(p, true);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    const int64_t event = event_add(p, PLATFORM, PLATFORM, DATA);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    place_write(p, remove_all);
    clock_advance(p, PLATFORM, 3600);
    const int64_t later = event_add(p, PLATFORM, PLATFORM, DATA);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    assert_int_equal(delivery_of(p, PLATFORM, event, endpoint).state, DELIVERY_REMOVED);
    assert_false(delivery_of(p, PLATFORM, later, endpoint).found);
    jobs_end(p);
    sink_stop(&sink);
    assert_int_equal(sink.request_count, 1);
    sink_done(&sink);
}

/* Goal: an answer longer than 64 KiB is cut off, and its status counts. */
static void a_long_answer_is_cut_off(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {201}, .is_endless = true};
    sink_start(&sink);
    jobs_begin(p, true);
    const int64_t endpoint = endpoint_add(p, PLATFORM, sink.url, SECRET);
    const int64_t event = event_add(p, PLATFORM, PLATFORM, DATA);
    const struct delivery_row row = delivery_wait(p, PLATFORM, event, endpoint, DELIVERY_SENT);
    assert_int_equal(row.last_status, 201);
    jobs_end(p);
    sink_stop(&sink);
    sink_done(&sink);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, place_begin, place_end)
int main(void)
{
    const struct CMUnitTest all[] = {
        STORY(an_event_arrives_signed),       STORY(a_refused_event_is_sent_again),
        STORY(three_days_are_enough),         STORY(a_dead_receiver_delays_nobody),
        STORY(a_restart_loses_nothing),       STORY(the_outbox_survives),
        STORY(private_addresses_are_refused), STORY(a_removed_endpoint_gets_nothing),
        STORY(a_long_answer_is_cut_off),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
