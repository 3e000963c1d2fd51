/* SPDX-License-Identifier: Apache-2.0 */
#include "app/authentication.h"

#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"

enum { RESULT_BYTES_MAX = 2048 };

/* ISO 4217 numbers (core/currency.def has the codes). */
static const char *const CURRENCY_NUMBERS[CURRENCIES] = {
    [CUR_JPY] = "392", [CUR_USD] = "840", [CUR_EUR] = "978", [CUR_TWD] = "901", [CUR_KRW] = "410",
    [CUR_PLN] = "985", [CUR_GBP] = "826", [CUR_HKD] = "344", [CUR_SGD] = "702", [CUR_NZD] = "554",
    [CUR_AUD] = "036", [CUR_IDR] = "360", [CUR_MYR] = "458", [CUR_PHP] = "608", [CUR_THB] = "764",
    [CUR_CNY] = "156", [CUR_BRL] = "986", [CUR_CHF] = "756", [CUR_CAD] = "124", [CUR_VND] = "704",
};

static void copy(char *to, size_t room, const char *from)
{
    const size_t bytes = from == NULL ? 0 : strnlen(from, room - 1);
    if (bytes > 0)
        memcpy(to, from, bytes);
    to[bytes] = '\0';
}

/* "2026-01-05T03:20:11Z" as "20260105032011". */
static void purchase_date(int64_t now_us, char ret[15])
{
    char text[TIME_TEXT_BYTES];
    size_t at = 0;
    time_text(now_us, text);
    for (size_t i = 0; text[i] != '\0' && at < 14; i++)
        if (text[i] >= '0' && text[i] <= '9')
            ret[at++] = text[i];
    ret[at] = '\0';
}

static void expiry_date(const struct card_secret *card, char ret[5])
{
    ret[0] = (char)('0' + card->year / 10 % 10);
    ret[1] = (char)('0' + card->year % 10);
    ret[2] = (char)('0' + card->month / 10 % 10);
    ret[3] = (char)('0' + card->month % 10);
    ret[4] = '\0';
}

void authentication_take(enum card_brand brand, const struct three_d_answer *answer,
                         struct authentication *a)
{
    const struct three_d_verdict verdict =
        three_d_decide(brand, answer->trans_status, str_of(answer->eci),
                       str_of(answer->authentication_value), THREE_D_AUTHORIZES_UNAVAILABLE);
    a->answer = *answer;
    a->step = verdict.step;
    a->verification = verdict.verification;
    copy(a->answer.eci, sizeof a->answer.eci, verdict.eci);
    if (!verdict.has_shift)
        a->answer.authentication_value[0] = '\0';
}

void authentication_give_up(struct authentication *a)
{
    a->step = STEP_3D_ENDED;
    a->verification = VERIFICATION_ERRORED;
}

static void new_ids(const struct authentication_request *rq, struct authentication *a)
{
    const struct three_d_range range = three_d_range_of(str_of(rq->card->number));
    *a = (struct authentication){.step = STEP_3D_METHOD, .verification = VERIFICATION_NEEDS_VERIFY};
    a->method_page =
        (range.has_method ? METHOD_PAGE : 0u) | (range.method_returns ? METHOD_PAGE_RETURNS : 0u);
    three_d_uuid(a->answer.server_trans_id);
    three_d_uuid(a->requestor_trans_id);
}

void authentication_begin(const struct authentication_request *rq, struct authentication *ret)
{
    new_ids(rq, ret);
    if ((ret->method_page & METHOD_PAGE) == 0)
        authentication_ask(rq, COMPLETION_U, ret);
}

void authentication_ask(const struct authentication_request *rq, enum method_completion completion,
                        struct authentication *a)
{
    char merchant[ID_TEXT_BYTES];
    id_text(rq->merchant, merchant);
    const char *origin = rq->app->public_url == NULL ? "" : rq->app->public_url;
    struct three_d_areq areq = {
        .message_version = THREE_D_VERSION,
        .device_channel = "02",
        .message_category = rq->amount.minor > 0 ? "01" : "02", /* a payment, or none */
        .server_trans_id = a->answer.server_trans_id,
        .requestor_trans_id = a->requestor_trans_id,
        .acct_number = str_of(rq->card->number),
        .acquirer_bin = "000000",
        .acquirer_merchant_id = merchant,
        .mcc = "5999",
        .merchant_country_code = "392",
        .merchant_name = rq->merchant_name,
        .purchase_amount = rq->amount.minor,
        .purchase_currency = CURRENCY_NUMBERS[rq->amount.cur],
        .purchase_exponent = currency_digits(rq->amount.cur),
        .requestor_id = merchant,
        .requestor_name = rq->merchant_name,
        .requestor_url = origin,
        .requestor_authentication_ind = rq->amount.minor > 0 ? "01" : "04", /* 04: adds a card */
        .requestor_challenge_ind = "01",
        .completion = completion,
        .notification_url = origin,
        .browser_accept_header = rq->browser.accept_header,
        .browser_user_agent = rq->browser.user_agent,
        .browser_language = rq->browser.language,
        .browser_color_depth = rq->browser.color_depth,
        .browser_screen_height = rq->browser.screen_height,
        .browser_screen_width = rq->browser.screen_width,
        .browser_tz = rq->browser.tz,
        .browser_java_enabled = rq->browser.java_enabled,
        .browser_javascript_enabled = rq->browser.javascript_enabled,
    };
    expiry_date(rq->card, areq.card_expiry_date);
    purchase_date(rq->now_us, areq.purchase_date);
    struct three_d_answer answer = {0};
    int64_t acs_state = 0;
    if (three_d_authenticate(&areq, &answer, &acs_state) != 0) { /* no answer: as if U */
        answer = (struct three_d_answer){.trans_status = TRANS_UNAVAILABLE};
        copy(answer.server_trans_id, sizeof answer.server_trans_id, a->answer.server_trans_id);
    }
    a->acs_state = acs_state;
    authentication_take(card_brand_of(areq.acct_number), &answer, a);
}

/* ---- the result as JSON --------------------------------------------------------------------- */

str authentication_result(const struct authentication *a, struct arena *arena)
{
    const struct three_d_answer *r = &a->answer;
    struct buf out;
    struct json j;
    buf_init(&out, RESULT_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_text(&j, "dsReferenceNumber", r->ds_reference);
    json_text(&j, "acsReferenceNumber", r->acs_reference);
    json_text(&j, "threeDSRequestorTransID", a->requestor_trans_id);
    json_text(&j, "acsTransID", r->acs_trans_id);
    json_text(&j, "dsTransID", r->ds_trans_id);
    json_text(&j, "eci", r->eci);
    json_text(&j, "messageVersion", THREE_D_VERSION);
    json_text(&j, "authenticationType", r->authentication_type);
    json_text(&j, "authenticationValue", r->authentication_value);
    json_text(&j, "transStatus", trans_status_text(r->trans_status));
    json_text(&j, "threeDSServerTransID", r->server_trans_id);
    json_end(&j);
    const str ret = out.is_broken ? STR_NONE : arena_str(arena, buf_view(&out));
    buf_done(&out);
    return ret;
}

result authentication_read(str result_json, struct authentication *a)
{
    json_t *object;
    const result r = json_parse(result_json, 0, &object, NULL);
    if (r.code != E_OK)
        return r.code == E_MEMORY ? r : FAIL(E_INTERNAL, NULL, "a result that is no JSON");
    const struct {
        const char *name;
        char *to;
        size_t room;
    } FIELDS[] = {
        {"dsReferenceNumber", a->answer.ds_reference, sizeof a->answer.ds_reference},
        {"acsReferenceNumber", a->answer.acs_reference, sizeof a->answer.acs_reference},
        {"threeDSRequestorTransID", a->requestor_trans_id, sizeof a->requestor_trans_id},
        {"acsTransID", a->answer.acs_trans_id, sizeof a->answer.acs_trans_id},
        {"dsTransID", a->answer.ds_trans_id, sizeof a->answer.ds_trans_id},
        {"eci", a->answer.eci, sizeof a->answer.eci},
        {"authenticationType", a->answer.authentication_type, sizeof a->answer.authentication_type},
        {"authenticationValue", a->answer.authentication_value,
         sizeof a->answer.authentication_value},
        {"threeDSServerTransID", a->answer.server_trans_id, sizeof a->answer.server_trans_id},
    };
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        copy(FIELDS[i].to, FIELDS[i].room,
             json_string_value(json_object_get(object, FIELDS[i].name)));
    const json_t *status = json_object_get(object, "transStatus");
    a->answer.trans_status = TRANS_NONE;
    (void)trans_status_read((str){json_string_value(status), json_string_length(status)},
                            &a->answer.trans_status);
    json_decref(object);
    return OK;
}
