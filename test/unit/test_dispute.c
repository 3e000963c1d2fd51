/* SPDX-License-Identifier: Apache-2.0 */
/* test_dispute.c: the life of a dispute, its due date, its fee, the kinds of documents. */
#include "unit.h"

#include "core/dispute.h"

static int64_t at(const char *text)
{
    int64_t time_us = 0;
    CHECK(time_read(str_of(text), &time_us));
    return time_us;
}

/* Goal:   every state has a name that reads back, and no other text is one.
 * Method: all of them, and near misses. */
TEST(a_state_is_named_and_read_back)
{
    static const char *const NAMES[DISPUTE_STATES] = {
        [DS_PENDING] = "pending", [DS_ACCEPTED] = "accepted", [DS_CANCELLED] = "cancelled",
        [DS_EXPIRED] = "expired", [DS_DEFENDED] = "defended", [DS_LOST] = "lost"};
    static const char *const OTHERS[] = {"", "won", "Pending", "pending ", "losts"};
    enum dispute_state state = DS_NONE;
    for (int i = DS_NONE + 1; i < DISPUTE_STATES; i++) {
        CHECK_TEXT(dispute_state_name((enum dispute_state)i), NAMES[i]);
        CHECK(dispute_state_read(str_of(NAMES[i]), &state));
        CHECK_I64(state, i);
    }
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        CHECK(!dispute_state_read(str_of(OTHERS[i]), &state));
    CHECK_I64(state, DS_LOST); /* untouched */
}

/* Goal:   a dispute goes where the picture of dispute.h says, and nowhere else.
 * Method: every state and event against a list of the legal steps. */
TEST(every_other_step_is_illegal)
{
    static const struct {
        enum dispute_state from;
        enum dispute_event event;
        enum dispute_state to;
    } LEGAL[] = {
        {DS_PENDING, DE_ACCEPT, DS_ACCEPTED},   {DS_PENDING, DE_DEFEND, DS_DEFENDED},
        {DS_PENDING, DE_EXPIRE, DS_EXPIRED},    {DS_PENDING, DE_LOSE, DS_LOST},
        {DS_PENDING, DE_CANCEL, DS_CANCELLED},  {DS_DEFENDED, DE_LOSE, DS_LOST},
        {DS_DEFENDED, DE_CANCEL, DS_CANCELLED},
    };
    for (int from = DS_NONE; from < DISPUTE_STATES; from++)
        for (int event = DE_NONE; event < DISPUTE_EVENTS; event++) {
            enum dispute_state want = DS_NONE;
            for (size_t i = 0; i < COUNT(LEGAL); i++)
                if ((int)LEGAL[i].from == from && (int)LEGAL[i].event == event)
                    want = LEGAL[i].to;
            CHECK_I64(dispute_next((enum dispute_state)from, (enum dispute_event)event), want);
        }
}

/* Goal:   a payment is marked open while its dispute can go on, and only then.
 * Method: a state is open exactly when a step leads out of it. */
TEST(the_mark_is_open_while_a_step_is_left)
{
    for (int state = DS_NONE + 1; state < DISPUTE_STATES; state++) {
        bool can_go_on = false;
        for (int event = DE_NONE; event < DISPUTE_EVENTS; event++)
            can_go_on = can_go_on || dispute_next((enum dispute_state)state,
                                                  (enum dispute_event)event) != DS_NONE;
        CHECK((dispute_mark_of((enum dispute_state)state) == DISPUTE_OPEN) == can_go_on);
    }
    CHECK_I64(dispute_mark_of(DS_ACCEPTED), DISPUTE_LOST);
    CHECK_I64(dispute_mark_of(DS_EXPIRED), DISPUTE_LOST);
    CHECK_I64(dispute_mark_of(DS_LOST), DISPUTE_LOST);
    CHECK_I64(dispute_mark_of(DS_CANCELLED), DISPUTE_WON);
}

TEST(it_is_due_at_the_end_of_the_ninth_day_in_japan)
{
    static const char *const ROWS[][2] = {
        {"2026-02-01T00:00:00Z", "2026-02-10T14:59:59Z"}, /* the example of komoju-core 13 */
        {"2026-01-31T15:00:00Z", "2026-02-10T14:59:59Z"},
        {"2026-01-31T14:59:59Z", "2026-02-09T14:59:59Z"},
        {"2028-02-20T03:00:00Z", "2028-02-29T14:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        char text[TIME_TEXT_BYTES];
        time_text(dispute_due_us(at(ROWS[i][0])), text);
        CHECK_TEXT(text, ROWS[i][1]);
    }
}

/* Goal:   an answer is taken while the dispute is pending and not overdue; the same one again is no
 *         error however late; any other is refused.
 * Method: both answers, every state, a moment before and after the due date. */
TEST(an_answer_is_taken_once_and_in_time)
{
    static const enum dispute_event ANSWERS[] = {DE_ACCEPT, DE_DEFEND};
    const int64_t due_us = 1000;
    for (size_t i = 0; i < COUNT(ANSWERS); i++)
        for (int state = DS_NONE + 1; state < DISPUTE_STATES; state++)
            for (int64_t now_us = due_us; now_us <= due_us + 1; now_us++) {
                const bool is_said = (enum dispute_state)state ==
                                     (ANSWERS[i] == DE_ACCEPT ? DS_ACCEPTED : DS_DEFENDED);
                const bool is_taken = state == DS_PENDING && now_us == due_us;
                bool got = !is_said;
                CHECK_RESULT(
                    dispute_answer((enum dispute_state)state, ANSWERS[i], due_us, now_us, &got),
                    is_said || is_taken ? E_OK : E_UNPROCESSABLE, NULL);
                CHECK(got == (is_said || is_taken ? is_said : !is_said)); /* untouched on error */
            }
}

TEST(the_fee_is_in_yen_and_a_tenth_of_it_is_tax)
{
    static const int64_t ROWS[][2] = {{0, 0}, {1, 0}, {4, 0}, {5, 1}, {1500, 150}, {1505, 151}};
    struct dispute_fee fee = {.fee_minor = 7, .tax_minor = 7};
    CHECK_RESULT(dispute_fee(-1, CUR_JPY, &fee), E_AMOUNT_RANGE, "amount");
    CHECK_I64(fee.fee_minor, 7);
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        CHECK_OK(dispute_fee(ROWS[i][0], CUR_JPY, &fee));
        CHECK_I64(fee.fee_minor, ROWS[i][0]);
        CHECK_I64(fee.tax_minor, ROWS[i][1]);
    }
    CHECK_OK(dispute_fee(1500, CUR_USD, &fee));
    CHECK_I64(fee.fee_minor, 0);
    CHECK_I64(fee.tax_minor, 0);
}

/* Goal:   a document is what its first bytes say, and nothing else is one.
 * Method: each beginning whole, without its last byte, and with its last byte changed. */
TEST(a_document_is_told_by_its_first_bytes)
{
    static const struct {
        enum document_kind kind;
        str first;
        const char *type, *name;
    } ROWS[] = {
        {DOCUMENT_PDF, {"%PDF-1.7", 5}, "application/pdf", "document.pdf"},
        {DOCUMENT_JPG, {"\xff\xd8\xff\xe0", 3}, "image/jpeg", "document.jpg"},
        {DOCUMENT_PNG, {"\x89PNG\r\n\x1a\n-", 8}, "image/png", "document.png"},
        {DOCUMENT_GIF, {"GIF87a-", 6}, "image/gif", "document.gif"},
        {DOCUMENT_GIF, {"GIF89a-", 6}, "image/gif", "document.gif"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        char other[8];
        const str first = ROWS[i].first;
        for (size_t n = 0; n < first.bytes; n++)
            other[n] = first.at[n];
        other[first.bytes - 1] ^= 1;
        CHECK_I64(document_kind_of(first), ROWS[i].kind);
        CHECK_I64(document_kind_of((str){first.at, first.bytes + 1}), ROWS[i].kind);
        CHECK_I64(document_kind_of((str){first.at, first.bytes - 1}), DOCUMENT_NONE);
        CHECK_I64(document_kind_of((str){other, first.bytes}), DOCUMENT_NONE);
        CHECK_TEXT(document_type(ROWS[i].kind), ROWS[i].type);
        CHECK_TEXT(document_default_name(ROWS[i].kind), ROWS[i].name);
    }
    CHECK_I64(document_kind_of(S("")), DOCUMENT_NONE);
    CHECK_I64(document_kind_of(S("<svg onload=alert(1)>")), DOCUMENT_NONE);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_state_is_named_and_read_back),
        CLAIM(every_other_step_is_illegal),
        CLAIM(the_mark_is_open_while_a_step_is_left),
        CLAIM(it_is_due_at_the_end_of_the_ninth_day_in_japan),
        CLAIM(an_answer_is_taken_once_and_in_time),
        CLAIM(the_fee_is_in_yen_and_a_tenth_of_it_is_tax),
        CLAIM(a_document_is_told_by_its_first_bytes),
    };
    return RUN_ALL(all);
}
