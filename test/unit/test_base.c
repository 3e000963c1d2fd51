/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c: text, memory, time, ids, JSON, and every row of errors.def. */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"

#include <jansson.h>

TEST(str_tells_absent_from_empty)
{
    CHECK(str_of(NULL).at == NULL && str_of("").at != NULL && str_of("abc").bytes == 3);
    CHECK(str_is(S(""), "") && !str_is(STR_NONE, "") && str_is(S("ab"), "ab"));
    CHECK(!str_is(S("ab"), "abc") && !str_is(S("ab"), "ac"));
    CHECK(str_equal(STR_NONE, S("")) && str_equal(S("a"), S("a")) && !str_equal(S("a"), S("b")));
    CHECK(str_starts(S("abc"), "ab") && str_starts(S("abc"), "") && !str_starts(S("a"), "ab"));
    CHECK(str_is(str_trim(S(" \t\r\na b\n ")), "a b") && str_is(str_trim(S("  ")), ""));
}

TEST(str_i64_reads_whole_integers_only)
{
    static const struct {
        const char *text;
        int64_t want;
    } GOOD[] = {{"0", 0},
                {"-0", 0},
                {"+7", 7},
                {"007", 7},
                {"-12", -12},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const BAD[] = {"",
                                      "-",
                                      "+",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "1e3",
                                      "--1",
                                      "１",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999"};
    int64_t got = 0;
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        CHECK(str_i64(str_of(GOOD[i].text), &got));
        CHECK_I64(got, GOOD[i].want);
    }
    got = 42;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!str_i64(str_of(BAD[i]), &got));
    CHECK(!str_i64(STR_NONE, &got));
    CHECK_I64(got, 42);
}

TEST(utf8_is_checked_to_the_letter_of_rfc_3629)
{
    const str good[] = {S(""),
                        S("abc"),
                        S("決済"),
                        S("\xc2\x80"),
                        S("\xf0\x90\x80\x80"),
                        S("\xf4\x8f\xbf\xbf"),
                        S("\xed\x9f\xbf"),
                        S("\xee\x80\x80")};
    const str bad[] = {S("\x80"),
                       S("\xc0\x80"),
                       S("\xc1\xbf"),
                       S("\xe0\x9f\xbf"),
                       S("\xed\xa0\x80"),
                       S("\xf0\x8f\xbf\xbf"),
                       S("\xf4\x90\x80\x80"),
                       S("\xf5\x80\x80\x80"),
                       S("\xff"),
                       S("\xe6\xb1"),
                       S("\xc2"),
                       S("\xe6\x41\x80"),
                       S("a\0b"),
                       S("\xf0\x90\x80")};
    for (size_t i = 0; i < COUNT(good); i++)
        CHECK(str_is_utf8(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(!str_is_utf8(bad[i]));
}

TEST(arena_gives_zeroed_aligned_memory_up_to_its_maximum)
{
    struct arena *arena = arena_new(65536);
    for (size_t bytes = 1; bytes < 40; bytes++) {
        unsigned char *at = arena_alloc(arena, bytes);
        CHECK(at != NULL && (uintptr_t)at % _Alignof(max_align_t) == 0);
        for (size_t i = 0; i < bytes; i++)
            CHECK(at[i] == 0);
        memset(at, 0xff, bytes);
    }
    CHECK(arena_alloc(arena, 65537) == NULL && arena_alloc(arena, SIZE_MAX) == NULL);
    CHECK(arena_alloc(arena, 65536) == NULL); /* something is used already */
    CHECK(arena_alloc_array(arena, SIZE_MAX / 2, 3) == NULL);
    CHECK(arena_alloc(arena, 40000) != NULL && arena_alloc(arena, 40000) == NULL);
    arena_clear(arena);
    unsigned char *again = arena_alloc(arena, 100);
    CHECK(again != NULL && again[0] == 0 && again[99] == 0);
    CHECK(arena_alloc(arena, 40000) != NULL);
    arena_free(arena);
    arena_free(NULL);
}

TEST(arena_copies_text_with_a_nul_behind_it)
{
    struct arena *arena = arena_new(16384);
    const str copy = arena_str(arena, (str){"abcdef", 3});
    CHECK(copy.bytes == 3 && strcmp(copy.at, "abc") == 0);
    CHECK(arena_str(arena, STR_NONE).at == NULL && arena_cstr(arena, STR_NONE) == NULL);
    CHECK_TEXT(arena_cstr(arena, S("xyz")), "xyz");
    CHECK_TEXT(arena_printf(arena, "%s[%d]", "lines", 7), "lines[7]");
    CHECK(ARENA_ARRAY(arena, int64_t, 10) != NULL && ARENA_NEW(arena, struct buf) != NULL);
    while (arena_alloc(arena, 16) != NULL)
        ;
    CHECK(arena_str(arena, S("full")).at == NULL && arena_printf(arena, "%d", 1) == NULL);
    arena_free(arena);
}

TEST(buf_stops_at_its_maximum_and_says_so)
{
    struct buf buf;
    buf_init(&buf, 10);
    CHECK(str_is(buf_view(&buf), ""));
    buf_text(&buf, "12345");
    buf_char(&buf, '6');
    buf_str(&buf, S("7890"));
    CHECK(!buf.is_broken && str_is(buf_view(&buf), "1234567890") && buf.at[10] == '\0');
    buf_char(&buf, 'x');
    CHECK(buf.is_broken && str_is(buf_view(&buf), "1234567890"));
    buf_clear(&buf);
    buf_printf(&buf, "%d-%s", 12, "ab");
    CHECK(!buf.is_broken && str_is(buf_view(&buf), "12-ab"));
    buf_printf(&buf, "%s", "too long");
    CHECK(buf.is_broken);
    buf_done(&buf);
    CHECK(buf.at == NULL && buf.max == 10);
}

TEST(buf_grows)
{
    struct buf buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 5000; i++)
        buf_put(&buf, "abcd", 4);
    CHECK_I64(buf_view(&buf).bytes, 20000);
    static const int64_t NUMBERS[] = {0, -1, 7, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        int64_t again = 42;
        buf_clear(&buf);
        buf_i64(&buf, NUMBERS[i]);
        CHECK(str_i64(buf_view(&buf), &again));
        CHECK_I64(again, NUMBERS[i]);
    }
    buf_done(&buf);
}

TEST(time_is_read_in_any_form_of_rfc_3339)
{
    static const struct {
        const char *text;
        const char *want;
        int64_t fraction_us;
    } GOOD[] = {
        {"2026-01-05T03:20:11Z", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05t03:20:11z", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05 03:20:11Z", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05T12:20:11+09:00", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05T12:20:11+0900", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05T12:20:11 09:00", "2026-01-05T03:20:11Z", 0}, /* "+" of a query string */
        {"2026-01-04T22:20:11-05:00", "2026-01-05T03:20:11Z", 0},
        {"2026-01-05T03:20:11.5Z", "2026-01-05T03:20:11Z", 500000},
        {"2026-01-05T03:20:11.1234567Z", "2026-01-05T03:20:11Z", 123456},
        {"2026-01-05", "2026-01-05T00:00:00Z", 0},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0},
        {"2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z", 0},
        {"2024-02-29", "2024-02-29T00:00:00Z", 0},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 0}, /* a leap second is the next one */
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 0},
    };
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        int64_t time_us = -1;
        char text[TIME_TEXT_BYTES];
        CHECK(time_read(str_of(GOOD[i].text), &time_us));
        CHECK_I64(time_us % US_PER_S, GOOD[i].fraction_us);
        time_text(time_us, text);
        CHECK_TEXT(text, GOOD[i].want);
    }
}

TEST(time_in_japan_has_milliseconds)
{
    static const struct {
        const char *text, *want;
    } CASES[] = {
        {"2026-01-05T03:20:11Z", "2026-01-05T12:20:11.000+09:00"},
        {"2026-01-05T03:20:11.0009Z", "2026-01-05T12:20:11.000+09:00"},
        {"2026-01-05T03:20:11.617Z", "2026-01-05T12:20:11.617+09:00"},
        {"2025-12-31T14:59:59.999999Z", "2025-12-31T23:59:59.999+09:00"},
        {"2025-12-31T15:00:00Z", "2026-01-01T00:00:00.000+09:00"},
        {"1970-01-01T00:00:00.042Z", "1970-01-01T09:00:00.042+09:00"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t time_us = -1;
        char text[TIME_TEXT_JST_BYTES];
        CHECK(time_read(str_of(CASES[i].text), &time_us));
        time_text_jst(time_us, text);
        CHECK_TEXT(text, CASES[i].want);
    }
}

TEST(time_refuses_what_is_no_date_time)
{
    static const char *const BAD[] = {"",
                                      "2026",
                                      "2026-1-5",
                                      "2026-01-05T",
                                      "2026-01-05T03:20Z",
                                      "2026-01-05T03:20:11",
                                      "2026-01-05T03:20:11Zx",
                                      "2026-01-05T24:00:00Z",
                                      "2026-01-05T03:60:00Z",
                                      "2026-01-05T03:20:61Z",
                                      "2026-02-29T00:00:00Z",
                                      "2100-02-29",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-04-31",
                                      "2026-04-00",
                                      "1969-12-31",
                                      "2026-01-05T03:20:11+24:00",
                                      "2026-01-05T03:20:11+09:60",
                                      "2026-01-05T03:20:11+9",
                                      "2026/01/05",
                                      "x026-01-05"};
    int64_t time_us = 42;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!time_read(str_of(BAD[i]), &time_us));
    CHECK(!time_read(STR_NONE, &time_us));
    CHECK_I64(time_us, 42);
}

TEST(every_day_of_400_years_is_written_and_read_back)
{
    char text[TIME_TEXT_BYTES];
    for (int64_t day = 0; day < 146097; day++) {
        int64_t again = -1;
        time_text(day * US_PER_DAY + 12345 * US_PER_S, text);
        CHECK(time_read(str_of(text), &again));
        CHECK_I64(again, day * US_PER_DAY + 12345 * US_PER_S);
    }
}

/* Samples of komoju-core 15.5 and 6.3, and both sides of midnight in Japan (15:00 UTC). */
TEST(deadlines_are_the_end_of_a_day_in_japan)
{
    static const struct {
        const char *from;
        int64_t days;
        const char *want;
    } CASES[] = {
        {"2018-10-15T00:00:00Z", 3, "2018-10-18T14:59:59Z"},
        {"2018-10-14T15:00:00Z", 3, "2018-10-18T14:59:59Z"},
        {"2018-10-14T14:59:59Z", 3, "2018-10-17T14:59:59Z"},
        {"2026-01-05T03:20:11Z", 3, "2026-01-08T14:59:59Z"},
        {"2026-01-05T14:59:59.999999Z", 0, "2026-01-05T14:59:59Z"},
        {"2026-01-05T15:00:00Z", 0, "2026-01-06T14:59:59Z"},
        {"2026-12-31T14:59:59Z", 0, "2026-12-31T14:59:59Z"},
        {"2028-02-27T00:00:00Z", 2, "2028-02-29T14:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t from_us = 0;
        char text[TIME_TEXT_BYTES];
        CHECK(time_read(str_of(CASES[i].from), &from_us));
        time_text(time_end_of_day_jst(from_us, CASES[i].days), text);
        CHECK_TEXT(text, CASES[i].want);
    }
}

TEST(system_clock_never_goes_back)
{
    int64_t before_us = clock_now_us(&CLOCK_SYSTEM), ticks_us = clock_ticks_us();
    for (int i = 0; i < 1000; i++) {
        const int64_t now_us = clock_now_us(&CLOCK_SYSTEM), now_ticks_us = clock_ticks_us();
        CHECK(now_us >= before_us && now_ticks_us >= ticks_us);
        before_us = now_us;
        ticks_us = now_ticks_us;
    }
}

TEST(ids_rise_and_read_back)
{
    const int64_t now_us = clock_now_us(&CLOCK_SYSTEM);
    int64_t before = 0;
    for (int i = 0; i < 10000; i++) { /* more than one millisecond's worth */
        const id one = id_new(now_us - i);
        char text[ID_TEXT_BYTES];
        id again = {0};
        CHECK(one.key > before);
        before = one.key;
        id_text(one, text);
        CHECK_I64(strlen(text), 25);
        CHECK(id_read(str_of(text), &again) && again.key == one.key && again.salt == one.salt);
    }
    CHECK(id_salt() != id_salt());
}

TEST(id_refuses_what_is_no_id)
{
    static const char *const BAD[] = {"",
                                      "0000000000000000000000000",  /* key 0 */
                                      "zzzzzzzzzzzzzzzzzzzzzzzzz",  /* beyond 128 bits */
                                      "0123456789abcdefghijklmn",   /* 24 */
                                      "0123456789abcdefghijklmnop", /* 26 */
                                      "0123456789ABCDEFGHIJKLMNO",
                                      "0123456789abcdefghijklm-o",
                                      "f5lxx1zz5pnorynqglhzmsp33"}; /* 2^128 - 1: a negative key */
    id got = {.key = 42, .salt = 7};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!id_read(str_of(BAD[i]), &got));
    CHECK_I64(got.key, 42);
    const id largest = {.key = INT64_MAX, .salt = -1};
    char text[ID_TEXT_BYTES];
    id_text(largest, text);
    CHECK(id_read(str_of(text), &got) && got.key == INT64_MAX && got.salt == -1);
}

TEST(json_is_written_with_commas_and_escapes)
{
    struct buf buf;
    struct json j;
    buf_init(&buf, 4096);
    json_init(&j, &buf);
    json_open_object(&j, NULL);
    json_text(&j, "text", "a\"b\\c\n\x01決");
    json_text(&j, "none", NULL);
    json_str(&j, "empty", S(""));
    json_i64(&j, "n", INT64_MIN);
    json_bool(&j, "yes", true);
    json_bool(&j, "no", false);
    json_open_array(&j, "list");
    json_i64(&j, NULL, 1);
    json_open_object(&j, NULL);
    json_end(&j);
    json_put_null(&j, NULL);
    json_end(&j);
    json_raw(&j, "raw", S("[1]"));
    json_raw(&j, "raw_none", STR_NONE);
    json_id(&j, "id_none", (id){0});
    json_id(&j, "id", (id){.key = 1, .salt = 0});
    json_time(&j, "never", 0);
    json_time(&j, "at", INT64_C(1767583211000000));
    json_end(&j);
    CHECK(str_is(buf_view(&buf),
                 "{\"text\":\"a\\\"b\\\\c\\u000a\\u0001決\",\"none\":null,\"empty\":\"\","
                 "\"n\":-9223372036854775808,\"yes\":true,\"no\":false,\"list\":[1,{},null],"
                 "\"raw\":[1],\"raw_none\":null,\"id_none\":null,"
                 "\"id\":\"0000000000003w5e11264sgsg\",\"never\":null,"
                 "\"at\":\"2026-01-05T03:20:11Z\"}"));
    buf_done(&buf);
}

/* Goal:   whatever is written can be read by others, and says the same.
 * Method: every character of one byte, some of more, as a value and as a name; jansson reads. */
TEST(json_written_is_read_back_by_jansson)
{
    char text[160];
    size_t bytes = 0;
    for (char c = 1; c < 127; c++)
        text[bytes++] = c;
    static const char WIDE[] = "\x7f é 決済 😀";
    memcpy(text + bytes, WIDE, sizeof WIDE);
    bytes += sizeof WIDE - 1;

    struct buf buf;
    struct json j;
    buf_init(&buf, 4096);
    json_init(&j, &buf);
    json_open_object(&j, NULL);
    json_pair(&j, (str){text, bytes}, (str){text, bytes});
    json_i64(&j, "least", INT64_MIN);
    json_i64(&j, "most", INT64_MAX);
    json_open_array(&j, "list");
    json_bool(&j, NULL, true);
    json_put_null(&j, NULL);
    json_end(&j);
    json_end(&j);
    json_error_t error;
    json_t *read =
        json_loadb(buf_view(&buf).at, buf_view(&buf).bytes, JSON_REJECT_DUPLICATES, &error);
    CHECK(read != NULL && json_object_size(read) == 4);
    CHECK_TEXT(json_string_value(json_object_get(read, text)), text);
    CHECK_I64(json_integer_value(json_object_get(read, "least")), INT64_MIN);
    CHECK_I64(json_integer_value(json_object_get(read, "most")), INT64_MAX);
    const json_t *list = json_object_get(read, "list");
    CHECK(json_array_size(list) == 2 && json_is_true(json_array_get(list, 0)));
    CHECK(json_is_null(json_array_get(list, 1)));
    json_decref(read);
    buf_done(&buf);
}

TEST(error_json_tells_the_caller_about_its_own_errors_only)
{
    struct buf buf;
    buf_init(&buf, 4096);
    error_json(&buf, FAIL(E_INVALID_PARAMETER, "amount", "too much"));
    CHECK(str_is(buf_view(&buf), "{\"error\":{\"code\":\"invalid_parameter\",\"message\":"
                                 "\"too much\",\"param\":\"amount\",\"details\":{}}}"));
    buf_clear(&buf);
    error_json(&buf, FAIL(E_NOT_FOUND, NULL, NULL));
    CHECK(strstr(buf.at, err_text(E_NOT_FOUND)) != NULL &&
          strstr(buf.at, "\"param\":null") != NULL);
    buf_clear(&buf);
    error_json(&buf, FAIL(E_STORE, "path", "disk 7 is gone"));
    CHECK(strstr(buf.at, "disk 7") == NULL && strstr(buf.at, "\"param\":null") != NULL);
    buf_done(&buf);
}

TEST(every_row_of_errors_def_is_complete)
{
    for (int code = E_OK + 1; code < E_COUNT; code++) {
        const enum err e = (enum err)code;
        CHECK(strncmp(err_name(e), "E_", 2) == 0 && err_wire(e)[0] != '\0');
        CHECK(err_class_of(e) > ERR_NONE && err_class_of(e) < ERR_CLASSES);
        CHECK(err_http(e) >= 400 && err_http(e) < 600);
        const char *text = err_text(e);
        CHECK(text[0] >= 'A' && text[0] <= 'Z' && text[strlen(text) - 1] == '.');
        CHECK(err_from_wire(err_wire(e)) <= e && err_from_wire(err_wire(e)) != E_OK);
        CHECK_TEXT(err_wire(err_from_wire(err_wire(e))), err_wire(e));
        for (int other = E_OK; other < code; other++)
            CHECK(strcmp(err_name(e), err_name((enum err)other)) != 0);
    }
    CHECK_TEXT(err_name(E_OK), "E_OK");
    CHECK_I64(err_class_of(E_OK), ERR_NONE);
    CHECK_I64(err_http(E_OK), 200);
}

/* Statuses that clients branch on (komoju-core 5). */
TEST(errors_have_the_status_of_their_class)
{
    static const struct {
        enum err code;
        int http;
        const char *wire;
    } WANT[] = {{E_UNAUTHORIZED, 401, "unauthorized"},
                {E_FORBIDDEN, 403, "forbidden"},
                {E_NOT_FOUND, 404, "not_found"},
                {E_IDEMPOTENCY_IN_FLIGHT, 409, "conflict"},
                {E_MISSING_PARAMETER, 422, "missing_parameter"},
                {E_INVALID_PARAMETER, 422, "invalid_parameter"},
                {E_AMOUNT_RANGE, 422, "invalid_parameter"},
                {E_NOT_REFUNDABLE, 422, "not_refundable"},
                {E_LOCKED, 423, "locked"},
                {E_CARD_DECLINED, 502, "card_declined"},
                {E_REQUEST_FAILED, 402, "request_failed"},
                {E_GATEWAY_TIMEOUT, 504, "gateway_timeout"}};
    for (size_t i = 0; i < COUNT(WANT); i++) {
        CHECK_I64(err_http(WANT[i].code), WANT[i].http);
        CHECK_TEXT(err_wire(WANT[i].code), WANT[i].wire);
    }
    CHECK_I64(err_from_wire("unheard_of"), E_OK);
    CHECK_I64(err_from_wire("invalid_parameter"), E_INVALID_PARAMETER);
    for (int code = E_OK + 1; code < E_COUNT; code++) {
        const enum err_class class = err_class_of((enum err)code);
        const int http = err_http((enum err)code);
        CHECK(class != ERR_OURS || http >= 500);
        CHECK(class != ERR_CALLER || http < 500);
    }
}

static result fails_after(int *calls, enum err code)
{
    (*calls)++;
    return FAIL(code, "x", NULL);
}

static result tries(int *calls, enum err code)
{
    TRY(fails_after(calls, code));
    (*calls)++;
    IGNORE(fails_after(calls, E_STORE), "its result does not matter here");
    return OK;
}

TEST(try_passes_an_error_on_and_goes_on_otherwise)
{
    int calls = 0;
    CHECK_RESULT(tries(&calls, E_NOT_FOUND), E_NOT_FOUND, "x");
    CHECK_I64(calls, 1);
    calls = 0;
    CHECK_OK(tries(&calls, E_OK));
    CHECK_I64(calls, 3);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(str_tells_absent_from_empty),
        CLAIM(str_i64_reads_whole_integers_only),
        CLAIM(utf8_is_checked_to_the_letter_of_rfc_3629),
        CLAIM(arena_gives_zeroed_aligned_memory_up_to_its_maximum),
        CLAIM(arena_copies_text_with_a_nul_behind_it),
        CLAIM(buf_stops_at_its_maximum_and_says_so),
        CLAIM(buf_grows),
        CLAIM(time_is_read_in_any_form_of_rfc_3339),
        CLAIM(time_in_japan_has_milliseconds),
        CLAIM(time_refuses_what_is_no_date_time),
        CLAIM(every_day_of_400_years_is_written_and_read_back),
        CLAIM(deadlines_are_the_end_of_a_day_in_japan),
        CLAIM(system_clock_never_goes_back),
        CLAIM(ids_rise_and_read_back),
        CLAIM(id_refuses_what_is_no_id),
        CLAIM(json_is_written_with_commas_and_escapes),
        CLAIM(json_written_is_read_back_by_jansson),
        CLAIM(error_json_tells_the_caller_about_its_own_errors_only),
        CLAIM(every_row_of_errors_def_is_complete),
        CLAIM(errors_have_the_status_of_their_class),
        CLAIM(try_passes_an_error_on_and_goes_on_otherwise),
    };
    return RUN_ALL(all);
}
