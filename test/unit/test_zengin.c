/* SPDX-License-Identifier: Apache-2.0 */
/* test_zengin.c: files of bulk transfers are what bank-rails 3 prints, byte for byte. */
#include "unit.h"

#include <sodium.h>

#include "bank/zengin.h"

/* 30 January 2026, a Friday; the file is made the day before. */
static struct zengin_sender a_sender(void)
{
    return (struct zengin_sender){
        .client_code = "0000123456",
        .name = "ｶ)ﾃｽﾄﾍﾟｲ",
        .account = {"0001", "001", "1234567", ACCOUNT_ORDINARY, "ﾐｽﾞﾎ", "ﾄｳｷﾖｳ", ""},
        .date = day_of_civil(2026, 1, 30)};
}

static struct zengin_line line_777(void)
{
    return (struct zengin_line){
        .to = {"0005", "001", "7654321", ACCOUNT_ORDINARY, "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ", "ﾎﾝﾃﾝ", "ﾔﾏﾀﾞ ﾀﾛｳ"},
        .amount_minor = 70000,
        .customer = 777};
}

static struct zengin_line line_with_edi(void)
{
    return (struct zengin_line){
        .to = {"9900", "058", "1234567", ACCOUNT_ORDINARY, "ﾕｳﾁﾖ", "ｾﾞﾛｺﾞﾊﾁ", "ｻﾝﾌﾟﾙ(ｶ"},
        .amount_minor = 1250000,
        .edi = "PO20260130-0001",
        .has_edi = true};
}

static void write_file(struct buf *out, const struct zengin_profile *profile)
{
    const struct zengin_sender sender = a_sender();
    const struct zengin_line one = line_777(), two = line_with_edi();
    struct zengin_sums sums = {0};
    buf_clear(out);
    CHECK_OK(zengin_begin(out, &sender, profile));
    CHECK_OK(zengin_add(out, &one, profile, &sums));
    CHECK_OK(zengin_add(out, &two, profile, &sums));
    CHECK_OK(zengin_end(out, profile, &sums));
    CHECK(!out->is_broken);
    CHECK_I64(sums.count, 2);
    CHECK_I64(sums.total_minor, 1320000);
}

static void check_sha256(const struct buf *out, const char *want)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, (const unsigned char *)out->at, out->bytes);
    CHECK_TEXT(sodium_bin2hex(text, sizeof text, hash, sizeof hash), want);
}

/* The vector of bank-rails 3.6: 610 bytes with line ends, 600 without. (Its print of the record in
 * hex has 0x20 for one zero of the clearing number, which its sums and its own ruler do not.) */
TEST(the_file_of_the_reference_is_written_byte_for_byte)
{
    struct buf out;
    buf_init(&out, 4096);
    write_file(&out, NULL);
    CHECK_I64(out.bytes, 610);
    check_sha256(&out, "88cbad69d0adea383261e04b0abf44d55c5e670fae3ef7d380ba5c25ee70d278");
    char hex[241];
    CHECK_TEXT(sodium_bin2hex(hex, sizeof hex, (const unsigned char *)out.at + 122, 120),
               "3230303035d0c2cbdebcd52db4ccbcdeb4b22020303031ceddc3dd20202020202020202020203030"
               "30303137363534333231d4cfc0de20c0dbb320202020202020202020202020202020202020202020"
               "30303030303730303030303030303030303037373730303030303030303030372020202020202020");
    write_file(&out, &(struct zengin_profile){.no_crlf = true});
    CHECK_I64(out.bytes, 600);
    check_sha256(&out, "eaf48d1386311d118ad6c6528e0b8879467718e90378f5a179eaa83dbf67a291");
    buf_done(&out);
}

TEST(a_bank_has_its_way_of_fillers_ends_and_codes)
{
    struct buf out;
    buf_init(&out, 4096);
    write_file(&out, &(struct zengin_profile){.ends_with_1a = true, .clearing_filler = "    "});
    CHECK_I64(out.bytes, 611);
    CHECK_I64(out.at[610], 0x1a);
    CHECK(memcmp(out.at + 122 + 38, "    1", 5) == 0);
    const struct zengin_profile alpha = {.header_alpha_code = true};
    struct zengin_sender sender = a_sender();
    memcpy(sender.client_code, "AB12", 5);
    buf_clear(&out);
    CHECK_OK(zengin_begin(&out, &sender, &alpha));
    CHECK(memcmp(out.at, "1210AB12      ", 14) == 0);
    CHECK_RESULT(zengin_begin(&out, &sender, NULL), E_INVALID_PARAMETER, "client_code");
    memcpy(sender.client_code, "77", 3);
    buf_clear(&out);
    CHECK_OK(zengin_begin(&out, &sender, &alpha));
    CHECK(memcmp(out.at, "12100000000077", 14) == 0);
    buf_done(&out);
}

#define REFUSED_LINE(change, param)                                                                \
    do {                                                                                           \
        struct zengin_line line = line_777();                                                      \
        change;                                                                                    \
        check_refused_line(&line, param);                                                          \
    } while (0)
#define TAKEN_LINE(change)                                                                         \
    do {                                                                                           \
        struct zengin_line line = line_777();                                                      \
        change;                                                                                    \
        CHECK_OK(zengin_check_line(&line, NULL));                                                  \
    } while (0)
#define SET(member, text) memcpy((member), (text), sizeof(text))

/* Nothing is written and nothing counted of a line that is refused. */
static void check_refused_line(const struct zengin_line *line, const char *param)
{
    struct buf out;
    struct zengin_sums sums = {.count = 3, .total_minor = 4};
    buf_init(&out, 4096);
    CHECK_RESULT(zengin_check_line(line, NULL), E_INVALID_PARAMETER, param);
    CHECK_RESULT(zengin_add(&out, line, NULL, &sums), E_INVALID_PARAMETER, param);
    CHECK(out.bytes == 0 && sums.count == 3 && sums.total_minor == 4);
    buf_done(&out);
}

TEST(a_line_that_a_bank_could_not_read_is_refused_by_its_member)
{
    REFUSED_LINE(SET(line.to.bank_code, "005"), "bank_code");
    REFUSED_LINE(SET(line.to.bank_code, "00A5"), "bank_code");
    REFUSED_LINE(SET(line.to.branch_code, "01"), "branch_code");
    REFUSED_LINE(SET(line.to.number, "765432"), "number");
    REFUSED_LINE(SET(line.to.bank_name, "ｼﾞﾔﾊﾟﾝﾈﾂﾄｷﾞﾝｺｳ12"), "bank_name"); /* 16 */
    TAKEN_LINE(SET(line.to.bank_name, "ｼﾞﾔﾊﾟﾝﾈﾂﾄｷﾞﾝｺｳ1"));                 /* 15 */
    REFUSED_LINE(SET(line.to.bank_name, "A(B"), "bank_name");
    REFUSED_LINE(SET(line.to.branch_name, "支店"), "branch_name");
    TAKEN_LINE(SET(line.to.branch_name, ""));
    REFUSED_LINE(line.to.type = ACCOUNT_NONE, "type");
    REFUSED_LINE(line.to.type = (enum bank_account_type)3, "type");
    TAKEN_LINE(line.to.type = ACCOUNT_SAVINGS);
    REFUSED_LINE(SET(line.to.holder, ""), "holder");
    REFUSED_LINE(SET(line.to.holder, "   "), "holder");
    REFUSED_LINE(SET(line.to.holder, "Yamada"), "holder");
    REFUSED_LINE(SET(line.to.holder, "ｼｬﾁﾖｳ"), "holder");
    REFUSED_LINE(SET(line.to.holder, "ﾕｰｻﾞ"), "holder");
    REFUSED_LINE(SET(line.to.holder, "A/B"), "holder");
    REFUSED_LINE(SET(line.to.holder, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJ1"), "holder"); /* 31 */
    TAKEN_LINE(SET(line.to.holder, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJ"));
    REFUSED_LINE(line.amount_minor = 0, "amount");
    REFUSED_LINE(line.amount_minor = -1, "amount");
    REFUSED_LINE(line.amount_minor = ZENGIN_AMOUNT_MAX + 1, "amount");
    TAKEN_LINE(line.amount_minor = ZENGIN_AMOUNT_MAX);
    REFUSED_LINE(line.customer = -1, "customer");
    REFUSED_LINE(line.customer = ZENGIN_AMOUNT_MAX + 1, "customer");
    REFUSED_LINE(line.new_code = (enum zengin_new_code)3, "new_code");
    TAKEN_LINE(line.new_code = NEW_CODE_CHANGED);
    REFUSED_LINE((line.has_edi = true, SET(line.edi, "123456789012345678901")), "edi");
    REFUSED_LINE((line.has_edi = true, SET(line.edi, "a")), "edi");
    TAKEN_LINE((line.has_edi = true, SET(line.edi, "12345678901234567,/\\")));
}

TEST(a_sender_that_a_bank_could_not_read_is_refused_by_its_member)
{
    struct zengin_sender sender = a_sender();
    SET(sender.client_code, "");
    CHECK_RESULT(zengin_check_sender(&sender, NULL), E_INVALID_PARAMETER, "client_code");
    sender = a_sender();
    SET(sender.client_code, "12A");
    CHECK_RESULT(zengin_check_sender(&sender, NULL), E_INVALID_PARAMETER, "client_code");
    CHECK_OK(zengin_check_sender(&sender, &(struct zengin_profile){.header_alpha_code = true}));
    sender = a_sender();
    SET(sender.name, "");
    CHECK_RESULT(zengin_check_sender(&sender, NULL), E_INVALID_PARAMETER, "name");
    SET(sender.name, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ");
    CHECK_OK(zengin_check_sender(&sender, NULL));
    SET(sender.name, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJK");
    CHECK_RESULT(zengin_check_sender(&sender, NULL), E_INVALID_PARAMETER, "name");
    SET(sender.name, "A.B");
    CHECK_OK(zengin_check_sender(&sender, NULL));
    CHECK_RESULT(zengin_check_sender(&sender, &(struct zengin_profile){.no_period = true}),
                 E_INVALID_PARAMETER, "name");
    sender = a_sender();
    sender.account.type = ACCOUNT_SAVINGS;
    CHECK_RESULT(zengin_check_sender(&sender, NULL), E_INVALID_PARAMETER, "type");
    sender.account.type = ACCOUNT_CHECKING;
    CHECK_OK(zengin_check_sender(&sender, NULL));
}

TEST(a_file_holds_as_much_as_its_trailer_can_say)
{
    struct buf out;
    buf_init(&out, 4096);
    struct zengin_line line = line_777();
    struct zengin_sums sums = {.count = ZENGIN_LINES_MAX - 1};
    CHECK_OK(zengin_add(&out, &line, NULL, &sums));
    CHECK_RESULT(zengin_add(&out, &line, NULL, &sums), E_INVALID_PARAMETER, "count");
    CHECK_OK(zengin_end(&out, NULL, &sums));
    sums = (struct zengin_sums){.count = 1, .total_minor = ZENGIN_TOTAL_MAX - 70000};
    CHECK_OK(zengin_add(&out, &line, NULL, &sums));
    CHECK_RESULT(zengin_add(&out, &line, NULL, &sums), E_INVALID_PARAMETER, "total");
    CHECK_OK(zengin_end(&out, NULL, &sums));
    const struct zengin_profile two = {.lines_max = 2};
    CHECK_RESULT(zengin_add(&out, &line, &two, &sums), E_INVALID_PARAMETER, "count");
    sums = (struct zengin_sums){0};
    CHECK_RESULT(zengin_end(&out, NULL, &sums), E_INVALID_PARAMETER, "count");
    buf_done(&out);
}

static void check_note(const struct zengin_note *note, size_t line, const char *param)
{
    CHECK(note->line == line && !note->is_flag);
    CHECK_TEXT(note->param, param);
    CHECK(note->message != NULL);
}

TEST(a_check_says_all_that_is_wrong_and_flags_what_is_alike)
{
    struct arena *arena = arena_new(1 << 20);
    struct zengin_sender sender = a_sender();
    struct zengin_notes notes;
    struct zengin_line lines[5] = {line_777(), line_with_edi(), line_777(), line_777(), line_777()};
    const day today = sender.date - 1;
    lines[3].amount_minor++;
    CHECK_OK(zengin_check(&sender, NULL, lines, 2, today, arena, &notes));
    CHECK(notes.count == 0 && notes.sums.count == 2 && notes.sums.total_minor == 1320000);
    CHECK_OK(zengin_check(&sender, NULL, lines, 5, today, arena, &notes));
    CHECK(notes.count == 2 && notes.flags == 2 && notes.faults == 0);
    CHECK(notes.at[0].is_flag && notes.at[0].line == 2 && notes.at[0].other == 0);
    CHECK(notes.at[1].is_flag && notes.at[1].line == 4 && notes.at[1].other == 2);
    SET(lines[1].to.holder, "株");
    sender.account.type = ACCOUNT_NONE;
    CHECK_OK(zengin_check(&sender, NULL, lines, 5, today, arena, &notes));
    CHECK(notes.count == 4 && notes.faults == 2 && notes.sums.count == 4);
    check_note(&notes.at[0], ZENGIN_NO_LINE, "type");
    check_note(&notes.at[1], 1, "holder");
    CHECK_OK(zengin_check(&sender, NULL, lines, 0, today, arena, &notes));
    check_note(&notes.at[1], ZENGIN_NO_LINE, "count");
    CHECK_OK(zengin_check(&sender, &(struct zengin_profile){.lines_max = 4}, lines, 5, today, arena,
                          &notes));
    check_note(&notes.at[2], ZENGIN_NO_LINE, "count");
    arena_free(arena);
}

TEST(a_sum_that_the_trailer_cannot_say_is_a_fault)
{
    struct arena *arena = arena_new(1 << 20);
    const struct zengin_sender sender = a_sender();
    struct zengin_line lines[101];
    struct zengin_notes notes;
    for (size_t i = 0; i < COUNT(lines); i++) {
        lines[i] = line_777();
        lines[i].amount_minor = ZENGIN_AMOUNT_MAX - (int64_t)i; /* none alike */
    }
    CHECK_OK(zengin_check(&sender, NULL, lines, 100, sender.date - 1, arena, &notes));
    CHECK_I64(notes.count, 0);
    CHECK_OK(zengin_check(&sender, NULL, lines, 101, sender.date - 1, arena, &notes));
    CHECK_I64(notes.count, 1);
    check_note(&notes.at[0], ZENGIN_NO_LINE, "total");
    arena_free(arena);
}

/* 30 January 2026 is a Friday; 11 February is a holiday, 14 a Saturday. */
TEST(the_date_is_a_business_day_of_the_next_month)
{
    static const struct {
        int month, dom, today_month, today;
        bool is_right;
    } DATES[] = {{1, 30, 1, 29, true}, {1, 30, 1, 30, false}, {1, 30, 1, 31, false},
                 {1, 30, 1, 1, true},  {2, 2, 1, 2, true},    {2, 2, 1, 1, false},
                 {2, 11, 2, 1, false}, {2, 14, 2, 1, false},  {2, 13, 2, 1, true}};
    struct arena *arena = arena_new(1 << 20);
    const struct zengin_line line = line_777();
    for (size_t i = 0; i < COUNT(DATES); i++) {
        struct zengin_sender sender = a_sender();
        struct zengin_notes notes;
        sender.date = day_of_civil(2026, DATES[i].month, DATES[i].dom);
        const day today = day_of_civil(2026, DATES[i].today_month, DATES[i].today);
        CHECK_OK(zengin_check(&sender, NULL, &line, 1, today, arena, &notes));
        CHECK_I64(notes.count, DATES[i].is_right ? 0 : 1);
        if (!DATES[i].is_right)
            check_note(&notes.at[0], ZENGIN_NO_LINE, "date");
    }
    arena_free(arena);
}

/* Goal:   what is flagged is what a comparison of every pair finds, and notes have a limit.
 * Method: lines that differ in few values; each line that has an equal one before it counts. */
TEST(lines_alike_are_found_whatever_their_order)
{
    const uint64_t seed = random_seed();
    struct arena *arena = arena_new(4 << 20);
    for (uint64_t round = 0; round < 60; round++) {
        random_round(seed + round);
        struct zengin_line lines[300];
        struct zengin_notes notes;
        size_t alike = 0;
        const size_t count = (size_t)random_between(1, (int64_t)COUNT(lines));
        const int64_t spread = random_between(1, 4);
        for (size_t i = 0; i < count; i++) {
            lines[i] = line_777();
            lines[i].to.number[6] = (char)('0' + random_between(0, spread));
            lines[i].to.bank_code[3] = (char)('0' + random_between(0, spread));
            lines[i].to.branch_code[2] = (char)('0' + random_between(0, spread));
            lines[i].to.type = random_between(0, 1) == 0 ? ACCOUNT_ORDINARY : ACCOUNT_CHECKING;
            lines[i].amount_minor = random_between(1, 1 + spread);
            for (size_t j = 0; j < i; j++)
                if (lines[i].amount_minor == lines[j].amount_minor &&
                    lines[i].to.type == lines[j].to.type &&
                    memcmp(&lines[i].to, &lines[j].to, 17) == 0) {
                    alike++;
                    break;
                }
        }
        const struct zengin_sender sender = a_sender();
        CHECK_OK(zengin_check(&sender, NULL, lines, count, sender.date - 1, arena, &notes));
        CHECK_I64(notes.flags, alike);
        CHECK_I64(notes.count, alike < ZENGIN_NOTES_MAX ? alike : ZENGIN_NOTES_MAX);
        arena_clear(arena);
    }
    arena_free(arena);
}

TEST(a_check_without_memory_says_so)
{
    const struct zengin_sender sender = a_sender();
    const struct zengin_line line = line_777();
    struct zengin_notes notes;
    struct arena *arena = arena_new(16384);
    static const size_t HELD[] = {16000, 8384}; /* no room for notes; none to sort in */
    for (size_t i = 0; i < COUNT(HELD); i++) {
        arena_clear(arena);
        CHECK(arena_alloc(arena, HELD[i]) != NULL);
        CHECK_RESULT(zengin_check(&sender, NULL, &line, 1, sender.date - 1, arena, &notes),
                     E_MEMORY, NULL);
    }
    arena_free(arena);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest all[] = {
        CLAIM(the_file_of_the_reference_is_written_byte_for_byte),
        CLAIM(a_bank_has_its_way_of_fillers_ends_and_codes),
        CLAIM(a_line_that_a_bank_could_not_read_is_refused_by_its_member),
        CLAIM(a_sender_that_a_bank_could_not_read_is_refused_by_its_member),
        CLAIM(a_file_holds_as_much_as_its_trailer_can_say),
        CLAIM(a_check_says_all_that_is_wrong_and_flags_what_is_alike),
        CLAIM(a_sum_that_the_trailer_cannot_say_is_a_fault),
        CLAIM(the_date_is_a_business_day_of_the_next_month),
        CLAIM(lines_alike_are_found_whatever_their_order),
        CLAIM(a_check_without_memory_says_so),
    };
    return RUN_ALL(all);
}
