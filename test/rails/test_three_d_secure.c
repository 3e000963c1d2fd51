/* SPDX-License-Identifier: Apache-2.0 */
/* test_three_d_secure.c: the messages of bank-rails 11.2 and the cards of 11.4. */
#include <sodium.h>

#include "rails/three_d_secure.h"

#include "../unit/unit.h"

static struct arena *arena;

/* The vector of bank-rails 11.2. */
TEST(a_creq_is_written_as_the_vector_says)
{
    const struct three_d_creq creq = {
        .message_version = "2.2.0",
        .server_trans_id = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
        .acs_trans_id = "d7c1ee99-9478-44a6-b1f2-391e29c6b340",
        .challenge_window_size = "05",
    };
    const str got = three_d_creq_text(&creq, arena);
    CHECK_TEXT(
        got.at,
        "eyJtZXNzYWdlVHlwZSI6IkNSZXEiLCJtZXNzYWdlVmVyc2lvbiI6IjIuMi4wIiwidGhyZWVEU1NlcnZlclRy"
        "YW5zSUQiOiI4YTg4MGRjMC1kMmQyLTQwNjctYmNiMS1iMDhkMTY5MGIyNmUiLCJhY3NUcmFuc0lEIjoiZDdj"
        "MWVlOTktOTQ3OC00NGE2LWIxZjItMzkxZTI5YzZiMzQwIiwiY2hhbGxlbmdlV2luZG93U2l6ZSI6IjA1In0");
}

TEST(a_cres_tells_what_it_is_about_and_nothing_else_is_one)
{
    struct three_d_answer opened = {.trans_status = TRANS_CHALLENGE};
    three_d_uuid(opened.server_trans_id);
    three_d_uuid(opened.acs_trans_id);
    str trans = STR_NONE;
    CHECK_OK(three_d_cres_read(three_d_cres_text(&opened, TRANS_DENIED, arena), arena, &trans));
    CHECK(str_is(trans, opened.server_trans_id));
    const struct three_d_creq creq = {.message_version = "2.2.0",
                                      .server_trans_id = opened.server_trans_id,
                                      .acs_trans_id = opened.acs_trans_id,
                                      .challenge_window_size = "05"};
    CHECK_RESULT(three_d_cres_read(three_d_creq_text(&creq, arena), arena, &trans),
                 E_INVALID_PARAMETER, "cres");
    static const char *const BAD[] = {"", "e30", "W10", "bm90IEpTT04", "e30=", "?", "eyJh"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_RESULT(three_d_cres_read(str_of(BAD[i]), arena, &trans), E_INVALID_PARAMETER, "cres");
}

static int ask(const char *number, struct three_d_answer *ret, int64_t *ret_state)
{
    struct three_d_areq areq = {.server_trans_id = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
                                .acct_number = str_of(number)};
    return three_d_authenticate(&areq, ret, ret_state);
}

/* What each card answers to an AReq, for every prefix; any other card is authenticated. */
TEST(each_scripted_card_answers_as_it_is_written)
{
    static const struct {
        const char *number;
        enum trans_status want; /* TRANS_NONE: no answer */
        bool has_method, returns;
    } CARDS[] = {
        {"4000000000001018", TRANS_CHALLENGE, false, false},
        {"2223000000001013", TRANS_CHALLENGE, false, false},
        {"3530000000001019", TRANS_CHALLENGE, false, false},
        {"4000000000001026", TRANS_CHALLENGE, false, false},
        {"4000000000001034", TRANS_CHALLENGE, false, false},
        {"4000000000001042", TRANS_ATTEMPTED, false, false},
        {"4000000000001059", TRANS_DENIED, false, false},
        {"4000000000001067", TRANS_REJECTED, false, false},
        {"4000000000001075", TRANS_UNAVAILABLE, false, false},
        {"4000000000001083", TRANS_NONE, false, false},
        {"4000000000001091", TRANS_CHALLENGE, true, false},
        {"4000000000001109", TRANS_CHALLENGE, false, false},
        {"4100000000000100", TRANS_CHALLENGE, true, true},
        {"5100000000000107", TRANS_CHALLENGE, true, true},
        {"3528000000000106", TRANS_CHALLENGE, true, true},
        {"4000000000001000", TRANS_AUTHENTICATED, false, false}, /* 100 and 111: no scenario */
        {"4000000000001117", TRANS_AUTHENTICATED, false, false},
        {"4000000000000002", TRANS_AUTHENTICATED, false, false},
        {"4111111111111111", TRANS_AUTHENTICATED, false, false},
        {"6200000000000000003", TRANS_AUTHENTICATED, false, false},
        {"378282246310005", TRANS_AUTHENTICATED, false, false},
    };
    for (size_t i = 0; i < COUNT(CARDS); i++) {
        struct three_d_answer answer = {0};
        int64_t state = -1;
        const struct three_d_range range = three_d_range_of(str_of(CARDS[i].number));
        CHECK(range.has_method == CARDS[i].has_method);
        CHECK(range.method_returns == CARDS[i].returns);
        CHECK_I64(ask(CARDS[i].number, &answer, &state), CARDS[i].want == TRANS_NONE ? 402 : 0);
        CHECK_I64(answer.trans_status, CARDS[i].want);
        const bool is_proven =
            CARDS[i].want == TRANS_AUTHENTICATED || CARDS[i].want == TRANS_ATTEMPTED;
        CHECK(three_d_is_value(str_of(answer.authentication_value)) == is_proven);
    }
}

/* An ACS hears only of its own transaction, and of that no more once it is over. */
TEST(a_creq_of_another_transaction_or_after_the_end_is_301)
{
    struct three_d_answer opened = {0};
    int64_t state = 0;
    struct three_d_challenge got;
    CHECK_I64(ask("4000000000001018", &opened, &state), 0);
    struct three_d_creq creq = {.message_version = "2.2.0",
                                .server_trans_id = opened.server_trans_id,
                                .acs_trans_id = "d7c1ee99-9478-44a6-b1f2-391e29c6b340",
                                .challenge_window_size = "05",
                                .act = CHALLENGE_CODE,
                                .code = S("123456")};
    CHECK_I64(three_d_challenge(&opened, BRAND_VISA, &creq, &state, &got), 301);
    creq.acs_trans_id = opened.acs_trans_id;
    creq.server_trans_id = "d7c1ee99-9478-44a6-b1f2-391e29c6b340";
    CHECK_I64(three_d_challenge(&opened, BRAND_VISA, &creq, &state, &got), 301);
    creq.server_trans_id = opened.server_trans_id;
    CHECK_I64(three_d_challenge(&opened, BRAND_VISA, &creq, &state, &got), 0);
    CHECK(got.is_over);
    CHECK_I64(got.rreq.trans_status, TRANS_AUTHENTICATED);
    CHECK_I64(got.cres_status, TRANS_AUTHENTICATED);
    CHECK_I64(got.rreq.interaction_counter, 1);
    CHECK_TEXT(got.rreq.challenge_cancel, "");
    CHECK_I64(three_d_challenge(&opened, BRAND_VISA, &creq, &state, &got), 301);
}

TEST(a_buyer_who_cancels_is_told_apart)
{
    static const char *const NUMBERS[] = {"4000000000001018", "4000000000001034"};
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        struct three_d_answer opened = {0};
        int64_t state = 0;
        struct three_d_challenge got;
        CHECK_I64(ask(NUMBERS[i], &opened, &state), 0);
        const struct three_d_creq creq = {.message_version = "2.2.0",
                                          .server_trans_id = opened.server_trans_id,
                                          .acs_trans_id = opened.acs_trans_id,
                                          .challenge_window_size = "05",
                                          .act = CHALLENGE_CANCEL};
        CHECK_I64(three_d_challenge(&opened, BRAND_VISA, &creq, &state, &got), 0);
        CHECK(got.is_over);
        CHECK_I64(got.rreq.trans_status, TRANS_DENIED);
        CHECK_TEXT(got.rreq.challenge_cancel, "01");
        CHECK_TEXT(got.rreq.authentication_value, "");
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_creq_is_written_as_the_vector_says),
        CLAIM(a_cres_tells_what_it_is_about_and_nothing_else_is_one),
        CLAIM(each_scripted_card_answers_as_it_is_written),
        CLAIM(a_creq_of_another_transaction_or_after_the_end_is_301),
        CLAIM(a_buyer_who_cancels_is_told_apart),
    };
    if (sodium_init() < 0)
        return 1;
    arena = arena_new(1 << 20);
    const int failed = RUN_ALL(all);
    arena_free(arena);
    return failed;
}
