/* SPDX-License-Identifier: Apache-2.0 */
/* test_statement.c: statements in records of 200 bytes, bank-rails 4.3 to 4.6. */
#include "unit.h"

#include <sodium.h>

#include "bank_file.h"

/* bank-rails 4.6, as printed there. */
static const char *const ENTRIES[] = {
    "1|03|0|080202|080130|080130|0001|ﾐｽﾞﾎ~11|001|ﾄｳｷﾖｳ~10|000|1|0001234567|ｶ)ﾃｽﾄﾍﾟｲ~32|1|1|"
    "00000005000000|~71",
    "2|00000001|080130|080130|2|11|000001320000|000000000000|000000|000000|~|~7|~3|~10|"
    "ｿｳｺﾞｳﾌﾘｺﾐ~39|~15|~15|ｿｳｺﾞｳﾌﾘｺﾐ~11|~20|~",
    "2|00000002|080130|080130|1|11|000000070000|000000000000|000000|000000|~|~7|~3|0000000000|"
    "ﾔﾏﾀﾞ~ﾀﾛｳ~40|ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ~2|ﾎﾝﾃﾝ~11|ﾌﾘｺﾐ~ｼｷﾝﾍﾝｷﾔｸ~7|~20|~",
    "8|000001|0000000070000|000001|0000001320000|1|00000003750000|0000002|~139",
    "9|0000000005|00001|~184",
};
static const char *const NOTICE[] = {
    "1|01|0|080202|080130|080130|0001|ﾐｽﾞﾎ~11|001|ﾄｳｷﾖｳ~10|1|1234567|ｶ)ﾃｽﾄﾍﾟｲ~32|~93",
    ("2|000001|080130|080130|0000005500|0000000000|0000000000|ｽｽﾞｷ~ﾊﾅｺ~40|ﾐﾂｲｽﾐﾄﾓ~8|ｼﾝｼﾞﾕｸ~9|~|~20|"
     "~52"),
    "8|000001|000000005500|000000|000000000000|~163",
    "9|~199",
};
enum { LINES_MAX = 8 };

/* What a file told: copies, since texts last as long as their call. */
struct told {
    struct statement_line lines[LINES_MAX];
    char texts[LINES_MAX][6][160];
    struct statement_account accounts[LINES_MAX];
    size_t count, fails_at; /* fails_at: the call that answers with an error, from 1 */
};

static str keep(char *to, str text)
{
    if (text.at == NULL)
        return text;
    memcpy(to, text.at, text.bytes);
    to[text.bytes] = '\0';
    return (str){to, text.bytes};
}

static result tell(void *context, const struct statement_account *account,
                   const struct statement_line *line)
{
    struct told *t = context;
    if (t->count + 1 == t->fails_at)
        return FAIL(E_LOCKED, "mine", NULL);
    CHECK(t->count < LINES_MAX);
    struct statement_line *to = &t->lines[t->count];
    *to = *line;
    to->reference = keep(t->texts[t->count][0], line->reference);
    to->name = keep(t->texts[t->count][1], line->name);
    to->memo = keep(t->texts[t->count][2], line->memo);
    to->edi = keep(t->texts[t->count][3], line->edi);
    to->sender_bank = keep(t->texts[t->count][4], line->sender_bank);
    to->client_code = keep(t->texts[t->count][5], line->client_code);
    t->accounts[t->count++] = *account;
    return OK;
}

static day arrived(void)
{
    return day_of_civil(2026, 2, 2);
}

static result parse(str file, const struct statement_profile *profile, struct statement *ret,
                    struct told *told)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(16 << 20);
    arena_clear(arena);
    *told = (struct told){.fails_at = told->fails_at};
    return statement_parse(file, arrived(), profile, arena, ret, tell, told);
}

static void check_sha256(const struct file *f, const char *want)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, (const unsigned char *)f->at, f->bytes);
    CHECK_TEXT(sodium_bin2hex(text, sizeof text, hash, sizeof hash), want);
}

#define CHECK_STR(got, want) CHECK_TEXT((got).at, (want))

static void check_entries(const struct statement *s, const struct told *t)
{
    CHECK_I64(s->format, STATEMENT_ZENGIN_03);
    CHECK_I64(s->account_count, 1);
    const struct statement_account *a = &s->accounts[0];
    CHECK_TEXT(a->account.bank_code, "0001");
    CHECK_TEXT(a->account.branch_code, "001");
    CHECK_TEXT(a->account.number, "1234567");
    CHECK_TEXT(a->account.holder, "ｶ)ﾃｽﾄﾍﾟｲ");
    CHECK_TEXT(a->account.bank_name, "ﾐｽﾞﾎ");
    CHECK_TEXT(a->currency, "JPY");
    CHECK(a->account.type == ACCOUNT_ORDINARY && a->has_balances && a->line_count == 2);
    CHECK_I64(a->opening_minor, 5000000);
    CHECK_I64(a->closing_minor, 3750000);
    CHECK(a->credit_minor == 70000 && a->debit_minor == 1320000);
    CHECK_I64(a->from, day_of_civil(2026, 1, 30));
    CHECK_I64(t->count, 2);
    CHECK(memcmp(&t->accounts[0], a, sizeof *a) == 0); /* whole, also while it is told */
    CHECK(!t->lines[0].is_credit && t->lines[0].amount_minor == 1320000);
    CHECK_STR(t->lines[0].memo, "ｿｳｺﾞｳﾌﾘｺﾐ");
    CHECK_STR(t->lines[0].client_code, NULL);
    CHECK(t->lines[1].is_credit && t->lines[1].amount_minor == 70000);
    CHECK(t->lines[1].category == 11 && !t->lines[1].is_correction);
    CHECK_STR(t->lines[1].reference, "00000002");
    CHECK_STR(t->lines[1].name, "ﾔﾏﾀﾞ ﾀﾛｳ");
    CHECK_STR(t->lines[1].memo, "ﾌﾘｺﾐ ｼｷﾝﾍﾝｷﾔｸ");
    CHECK_STR(t->lines[1].sender_bank, "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ");
    CHECK_STR(t->lines[1].client_code, "0000000000");
    CHECK_STR(t->lines[1].edi, NULL);
    CHECK_I64(t->lines[1].booked, day_of_civil(2026, 1, 30));
}

static void check_notice(const struct statement *s, const struct told *t)
{
    CHECK_I64(s->format, STATEMENT_ZENGIN_01);
    CHECK_I64(s->account_count, 1);
    CHECK_TEXT(s->accounts[0].account.number, "1234567");
    CHECK(!s->accounts[0].has_balances && s->accounts[0].credit_minor == 5500);
    CHECK_I64(t->count, 1);
    CHECK(t->lines[0].is_credit && !t->lines[0].is_cancelled && t->lines[0].amount_minor == 5500);
    CHECK_STR(t->lines[0].reference, "000001");
    CHECK_STR(t->lines[0].name, "ｽｽﾞｷ ﾊﾅｺ");
    CHECK_STR(t->lines[0].sender_bank, "ﾐﾂｲｽﾐﾄﾓ");
    CHECK_I64(t->lines[0].valued, day_of_civil(2026, 1, 30));
}

/* The vectors, with every way to end a line. */
TEST(the_files_of_the_reference_are_read)
{
    static const char *const LINE_ENDS[] = {"\r\n", "\n", "\r", ""};
    struct told told = {0};
    struct statement s;
    for (size_t i = 0; i < COUNT(LINE_ENDS); i++) {
        struct file entries = file_of(ENTRIES, COUNT(ENTRIES), LINE_ENDS[i]);
        const struct file notice = file_of(NOTICE, COUNT(NOTICE), LINE_ENDS[i]);
        if (i == 0) {
            CHECK(entries.bytes == 1010 && notice.bytes == 808);
            check_sha256(&entries,
                         "d0c34664d5f9e192e852ea6cd5477fa1442937e9341f314a4d7f1b5c95dc4444");
            check_sha256(&notice,
                         "5e65fec20303368eff634f34a0eae5d2d6e65d470f06c502a4d18e76095851d6");
        }
        CHECK_OK(parse(file_text(&notice), NULL, &s, &told));
        check_notice(&s, &told);
        CHECK_OK(parse(file_text(&entries), NULL, &s, &told));
        check_entries(&s, &told);
        entries.at[entries.bytes++] = 0x1a;
        CHECK_OK(parse(file_text(&entries), NULL, &s, &told));
        check_entries(&s, &told);
        entries.at[entries.bytes++] = 'x';
        CHECK_RESULT(parse(file_text(&entries), NULL, &s, &told), E_BANK_FILE, "record");
        CHECK_I64(told.count, 0);
    }
}

/* Each line with another text in place of one, in turn; nothing is told of what is refused. */
static void refused(const char *const *lines, size_t count, size_t line, const char *from,
                    const char *to, const char *param)
{
    struct told told = {0};
    struct statement s;
    char changed[1024] = "";
    const char *copy[LINES_MAX];
    const char *at = strstr(lines[line], from);
    CHECK(at != NULL && strlen(from) > 0);
    memcpy(changed, lines[line], (size_t)(at - lines[line]));
    memcpy(changed + strlen(changed), to, strlen(to) + 1);
    memcpy(changed + strlen(changed), at + strlen(from), strlen(at + strlen(from)) + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = i == line ? changed : lines[i];
    const struct file f = file_of(copy, count, "\r\n");
    const result r = parse(file_text(&f), NULL, &s, &told);
    if (param == NULL) {
        CHECK_OK(r);
        return;
    }
    CHECK_RESULT(r, E_BANK_FILE, param);
    CHECK(r.message != NULL && told.count == 0);
}
#define REFUSED_03(line, from, to, param) refused(ENTRIES, COUNT(ENTRIES), line, from, to, param)
#define REFUSED_01(line, from, to, param) refused(NOTICE, COUNT(NOTICE), line, from, to, param)
#define TAKEN_03(line, from, to)          REFUSED_03(line, from, to, NULL)
#define TAKEN_01(line, from, to)          REFUSED_01(line, from, to, NULL)

TEST(every_total_has_to_be_that_of_the_lines)
{
    REFUSED_03(3, "8|000001|", "8|000002|", "credit_count");
    REFUSED_03(3, "0000000070000", "0000000070001", "credit_total");
    REFUSED_03(3, "|000001|0000001320000", "|000000|0000001320000", "debit_count");
    REFUSED_03(3, "0000001320000", "0000001319999", "debit_total");
    REFUSED_03(3, "0000002|~139", "0000003|~139", "line_count");
    REFUSED_03(3, "00000003750000", "00000003750001", "closing_balance");
    REFUSED_03(3, "|1|00000003750000", "|2|00000003750000", "closing_balance");
    REFUSED_03(0, "00000005000000", "00000005000001", "closing_balance");
    REFUSED_03(0, "|1|1|00000005000000", "|2|1|00000005000000", "closing_balance");
    REFUSED_03(4, "0000000005", "0000000006", "record_count");
    REFUSED_03(4, "00001", "00002", "account_count");
    TAKEN_03(4, "0000000005|00001", "~15");
    REFUSED_01(2, "8|000001|", "8|000000|", "count");
    REFUSED_01(2, "000000005500", "000000005501", "total");
    REFUSED_01(2, "|000000|000000000000", "|000001|000000000000", "cancelled_count");
    REFUSED_01(2, "|000000|000000000000", "|000000|000000000001", "cancelled_total");
}

TEST(every_field_that_cannot_be_read_is_named)
{
    REFUSED_03(0, "080202", "089902", "made");
    REFUSED_03(0, "080130|080130", "081301|080130", "from");
    REFUSED_03(0, "|080130|0001", "|080230|0001", "to");
    REFUSED_03(0, "|0001|", "|000 |", "bank_code");
    REFUSED_03(0, "|001|", "|0a1|", "branch_code");
    REFUSED_03(0, "000|1|0001234567", "000|6|0001234567", "account");
    REFUSED_03(0, "0001234567", "1001234567", "account");
    REFUSED_03(0, "0001234567", "~10", "account");
    REFUSED_03(0, "|1|1|0000000500", "|3|1|0000000500", "opening_balance");
    REFUSED_03(0, "00000005000000", "0000000500000x", "opening_balance");
    REFUSED_03(0, "ｶ)", "\x80)", "holder");
    REFUSED_03(1, "080130|080130", "080130|08013x", "valued");
    REFUSED_03(1, "080130|080130", "090230|080130", "booked");
    REFUSED_03(1, "|2|11|", "|3|11|", "direction");
    REFUSED_03(1, "|2|11|", "|2|1x|", "category");
    REFUSED_03(1, "000001320000", "00000132000~1", "amount");
    REFUSED_03(1, "00000001", "0000000\x01", "reference");
    REFUSED_03(2, "ﾔﾏﾀﾞ", "ﾔﾏﾀ\x9f", "name");
    REFUSED_03(2, "ﾎﾝﾃﾝ", "ﾎﾝﾃ\xe0", "sender_branch");
    REFUSED_03(2, "ﾐﾂﾋﾞ", "ﾐﾂﾋ\x7f", "sender_bank");
    REFUSED_03(2, "|0000000000|", "|000000000\xff|", "client_code");
    REFUSED_03(2, "ﾌﾘｺﾐ", "ﾌﾘｺ\xa0", "memo");
    REFUSED_03(2, "~7|~20|", "~7|~19\x05", "edi");
    REFUSED_01(0, "|1|1234567", "|9|1234567", "account");
    REFUSED_01(0, "1234567", "123456 ", "account");
    REFUSED_01(1, "|~|~20", "|2|~20", "cancelled");
    REFUSED_01(1, "0000005500", "000000550a", "amount");
}

/* What a bank may leave blank, and what says more than one thing. */
TEST(blank_fields_are_nothing)
{
    TAKEN_03(0, "080202", "~6");
    TAKEN_03(1, "080130|080130", "080130|~6");
    TAKEN_03(1, "|11|", "|~2|");
    TAKEN_03(0, "|1|1|000", "|~|~|000");
    REFUSED_03(3, "00000003750000", "~14", NULL); /* no closing balance: nothing to compare */
    REFUSED_03(3, "0000000070000", "~13", "credit_total"); /* 0 is not 70,000 */
    TAKEN_01(1, "|~|~20", "|0|~20");
}

TEST(each_field_one_byte_short_or_long_is_refused)
{
    struct told told = {0};
    struct statement s;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t ends = 0; ends < 2; ends++) {
            const struct file good = kind == 0
                                         ? file_of(ENTRIES, COUNT(ENTRIES), ends == 0 ? "\r\n" : "")
                                         : file_of(NOTICE, COUNT(NOTICE), ends == 0 ? "\r\n" : "");
            const size_t last = good.bytes - (ends == 0 ? 2 : 0);
            for (size_t at = 0; at < last; at++) {
                struct file f = good;
                if (f.at[at] == '\r' || f.at[at] == '\n')
                    continue;
                memmove(f.at + at, f.at + at + 1, f.bytes - at - 1);
                f.bytes--;
                CHECK(parse(file_text(&f), NULL, &s, &told).code == E_BANK_FILE && told.count == 0);
                f = good;
                memmove(f.at + at + 1, f.at + at, f.bytes - at);
                f.bytes++;
                CHECK(parse(file_text(&f), NULL, &s, &told).code == E_BANK_FILE && told.count == 0);
            }
        }
}

/* Cut off at every byte: never told in part. What is cut is on the heap, so that a sanitizer sees
 * who reads on. */
TEST(a_file_that_was_cut_off_is_refused)
{
    const struct file files[] = {file_of(ENTRIES, COUNT(ENTRIES), "\r\n"),
                                 file_of(NOTICE, COUNT(NOTICE), "")};
    for (size_t i = 0; i < COUNT(files); i++) {
        const size_t whole = i == 0 ? files[i].bytes - 2 : files[i].bytes;
        for (size_t bytes = 0; bytes < whole; bytes++) {
            struct told told = {0};
            struct statement s;
            char *copy = malloc(bytes + 1);
            CHECK(copy != NULL);
            memcpy(copy, files[i].at, bytes);
            CHECK(parse((str){copy, bytes}, NULL, &s, &told).code == E_BANK_FILE);
            CHECK_I64(told.count, 0);
            free(copy);
        }
    }
}

static day line_day(const char *booked, day came, bool western_years, enum err want)
{
    char line[512];
    const char *lines[COUNT(NOTICE)];
    struct told told = {0};
    struct statement s;
    memcpy(lines, NOTICE, sizeof lines);
    memcpy(line, NOTICE[1], strlen(NOTICE[1]) + 1);
    memcpy(strstr(line, "080130"), booked, 6);
    lines[1] = line;
    char header[512];
    memcpy(header, NOTICE[0], strlen(NOTICE[0]) + 1);
    for (char *at; western_years && (at = strstr(header, "|08")) != NULL;)
        memcpy(at, "|26", 3);
    lines[0] = header;
    const struct file f = file_of(lines, COUNT(lines), "\n");
    struct arena *arena = arena_new(1 << 20);
    const struct statement_profile profile = {.western_years = western_years};
    if (western_years) /* the other date of the line */
        memcpy(strstr(line + 10, "080130"), "260130", 6);
    const struct file w = file_of(lines, COUNT(lines), "\n");
    const result r =
        statement_parse(file_text(western_years ? &w : &f), came, &profile, arena, &s, tell, &told);
    CHECK_RESULT(r, want, want == E_OK ? NULL : "booked");
    arena_free(arena);
    return told.lines[0].booked;
}

/* 令和 8 is 2026, 平成 31 is 2019; what would be more than a year ahead is of the era before. */
TEST(years_are_of_the_era_that_fits_the_day_of_arrival)
{
    const day came = arrived();
    CHECK_I64(line_day("080130", came, false, E_OK), day_of_civil(2026, 1, 30));
    CHECK_I64(line_day("310430", came, false, E_OK), day_of_civil(2019, 4, 30));
    CHECK_I64(line_day("010501", came, false, E_OK), day_of_civil(2019, 5, 1));
    CHECK_I64(line_day("090203", came, false, E_OK), day_of_civil(2027, 2, 3));
    CHECK_I64(line_day("090204", came, false, E_OK), day_of_civil(1997, 2, 4));
    CHECK_I64(line_day("080229", came, false, E_OK), day_of_civil(1996, 2, 29)); /* not in 2026 */
    (void)line_day("000130", came, false, E_BANK_FILE);
    (void)line_day("500130", came, false, E_BANK_FILE);
    (void)line_day("080231", came, false, E_BANK_FILE);
    CHECK_I64(line_day("260130", came, true, E_OK), day_of_civil(2026, 1, 30));
    CHECK_I64(line_day("000229", came, true, E_OK), day_of_civil(2000, 2, 29));
    (void)line_day("280130", came, true, E_BANK_FILE);
}

TEST(corrections_and_cancelled_credits_are_marked)
{
    struct told told = {0};
    struct statement s;
    const char *lines[COUNT(ENTRIES)];
    memcpy(lines, ENTRIES, sizeof lines);
    char line[512];
    memcpy(line, ENTRIES[2], strlen(ENTRIES[2]) + 1);
    memcpy(strstr(line, "|1|11|"), "|1|19|", 6);
    lines[2] = line;
    struct file f = file_of(lines, COUNT(lines), "\n");
    CHECK_OK(parse(file_text(&f), NULL, &s, &told));
    CHECK(told.lines[1].is_correction && told.lines[1].is_credit && !told.lines[0].is_correction);
    const char *cancelled[] = {
        NOTICE[0], NOTICE[1],
        "2|000002|080130|080130|0000000300|0000000000|~10|ｽｽﾞｷ~ﾊﾅｺ~40|~15|~15|1|~20|~52",
        "8|000001|000000005500|000001|000000000300|~163", NOTICE[3]};
    f = file_of(cancelled, COUNT(cancelled), "\n");
    CHECK_OK(parse(file_text(&f), NULL, &s, &told));
    CHECK(told.count == 2 && told.lines[1].is_cancelled && !told.lines[0].is_cancelled);
    CHECK(s.accounts[0].credit_minor == 5500 && s.accounts[0].line_count == 2);
    CHECK_RESULT(
        parse(file_text(&f), &(struct statement_profile){.counts_cancelled = true}, &s, &told),
        E_BANK_FILE, "count");
    cancelled[3] = "8|000002|000000005800|000001|000000000300|~163";
    f = file_of(cancelled, COUNT(cancelled), "\n");
    CHECK_OK(
        parse(file_text(&f), &(struct statement_profile){.counts_cancelled = true}, &s, &told));
    CHECK_RESULT(parse(file_text(&f), NULL, &s, &told), E_BANK_FILE, "count");
}

TEST(a_file_may_have_several_accounts_and_longer_lines)
{
    struct told told = {0};
    struct statement s;
    const char *lines[] = {ENTRIES[0],
                           ENTRIES[1],
                           ENTRIES[2],
                           ENTRIES[3],
                           "1|03|0|080202|080130|080130|0001|~15|002|~15|000|2|0007654321|~40|2|1|"
                           "00000000000100|~71",
                           "8|000000|0000000000000|000000|0000000000000|2|00000000000100|0000000|"
                           "~139",
                           "9|0000000007|00002|~184"};
    struct file f = file_of(lines, COUNT(lines), "\n");
    CHECK_OK(parse(file_text(&f), NULL, &s, &told));
    CHECK(s.account_count == 2 && told.count == 2 && s.accounts[1].line_count == 0);
    CHECK_I64(s.accounts[1].opening_minor, -100);
    CHECK_I64(s.accounts[1].closing_minor, -100);
    CHECK(s.accounts[1].account.type == ACCOUNT_CHECKING);
    const struct statement_profile longer = {.has_longer_lines = true};
    CHECK_OK(parse(file_text(&f), &longer, &s, &told));
    f = file_of(lines, COUNT(lines), "    \r\n");
    CHECK_OK(parse(file_text(&f), &longer, &s, &told));
    CHECK_RESULT(parse(file_text(&f), NULL, &s, &told), E_BANK_FILE, "record");
    f = file_of(lines, COUNT(lines), "");
    CHECK_RESULT(parse(file_text(&f), &longer, &s, &told), E_BANK_FILE, "record");
}

static void order(const char *const *lines, size_t count)
{
    struct told told = {0};
    struct statement s;
    const struct file f = file_of(lines, count, "\n");
    CHECK_RESULT(parse(file_text(&f), NULL, &s, &told), E_BANK_FILE, "record");
    CHECK_I64(told.count, 0);
}
#define ORDER(...)                                                                                 \
    order((const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))

TEST(records_come_in_their_order)
{
    ORDER(ENTRIES[0], ENTRIES[0]);
    ORDER(ENTRIES[0], ENTRIES[4]);
    ORDER(ENTRIES[0], ENTRIES[1], ENTRIES[2], ENTRIES[3], ENTRIES[3]);
    ORDER(ENTRIES[0], ENTRIES[1], ENTRIES[2], ENTRIES[3], ENTRIES[1]);
    ORDER(ENTRIES[0], ENTRIES[1], ENTRIES[2], ENTRIES[3], NOTICE[0]);
    ORDER(ENTRIES[0], ENTRIES[1], ENTRIES[2], ENTRIES[3], ENTRIES[4], ENTRIES[4]);
    ORDER(ENTRIES[0], "7~199");
}

TEST(the_callers_error_ends_the_reading)
{
    struct told told = {.fails_at = 2};
    struct statement s = {.format = STATEMENT_CAMT_053};
    const struct file f = file_of(ENTRIES, COUNT(ENTRIES), "\n");
    CHECK_RESULT(parse(file_text(&f), NULL, &s, &told), E_LOCKED, "mine");
    CHECK(told.count == 1 && s.format == STATEMENT_CAMT_053); /* untouched */
}

static void key_of(const struct statement_account *account, const struct statement_line *line,
                   char *ret)
{
    struct buf out;
    buf_init(&out, 4096);
    statement_line_key(account, line, &out);
    CHECK(!out.is_broken && out.bytes < 1000);
    memcpy(ret, out.at, out.bytes + 1);
    buf_done(&out);
}

/* Goal:   the key tells lines apart by account, day, reference, amount and direction, and by
 * nothing else. */
TEST(a_line_is_the_same_by_its_account_day_reference_amount_and_direction)
{
    const struct statement_account account = {.account = {"0001", "001", "1234567", 1, "", "", ""}};
    const struct statement_line line = {
        .booked = 20000, .amount_minor = 5, .is_credit = true, .reference = S("12")};
    char want[1000], got[1000];
    key_of(&account, &line, want);
    struct statement_line same = line;
    same.name = S("A");
    same.memo = S("B");
    same.valued = 3;
    same.ordinal = 9;
    key_of(&account, &same, got);
    CHECK_TEXT(got, want);
    const struct statement_line others[] = {
        {.booked = 20001, .amount_minor = 5, .is_credit = true, .reference = S("12")},
        {.booked = 20000, .amount_minor = 6, .is_credit = true, .reference = S("12")},
        {.booked = 20000, .amount_minor = 5, .is_credit = false, .reference = S("12")},
        {.booked = 20000, .amount_minor = 5, .is_credit = true, .reference = S("13")},
        {.booked = 20000, .amount_minor = 5, .is_credit = true, .reference = S("00")},
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        key_of(&account, &others[i], got);
        CHECK(strcmp(got, want) != 0);
    }
    struct statement_account other = account;
    other.account.number[0] = '2';
    key_of(&other, &line, got);
    CHECK(strcmp(got, want) != 0);
    struct statement_line banks = line, later = line;
    banks.has_bank_reference = later.has_bank_reference = true;
    later.booked++;
    key_of(&account, &banks, want);
    key_of(&account, &later, got); /* advice first, statement later: one line */
    CHECK_TEXT(got, want);
    later.part = 1;
    key_of(&account, &later, got);
    CHECK(strcmp(got, want) != 0);
}

/* Lines without a reference: two that say the same are two, in every file that has both. */
TEST(lines_without_a_reference_are_counted)
{
    static const char SAME[] = "2|~6|080130|080130|0000000100|~10|~10|ｽｽﾞｷ~44|~15|~15|~|~20|~52";
    static const char OTHER[] =
        "2|000000|080130|080130|0000000100|~10|~10|ﾔﾏﾀﾞ~44|~15|~15|~|~20|~52";
    struct told told = {0};
    struct statement s;
    const char *lines[] = {NOTICE[0], SAME,      OTHER,
                           SAME,      NOTICE[1], "8|000004|000000005800|000000|000000000000|~163",
                           NOTICE[3]};
    const struct file f = file_of(lines, COUNT(lines), "\n");
    CHECK_OK(parse(file_text(&f), NULL, &s, &told));
    CHECK_I64(told.count, 4);
    CHECK_I64(told.lines[0].ordinal, 0);
    CHECK_I64(told.lines[1].ordinal, 0);
    CHECK_I64(told.lines[2].ordinal, 1);
    CHECK_I64(told.lines[3].ordinal, 0);
}

/* Goal:   what is wrong with a file's size is said, and memory is bounded.
 * Method: files made of many groups or lines, in an arena of the size that the header promises. */
static char *big_file(size_t groups, size_t lines, size_t *ret_bytes)
{
    const struct file f = file_of(NOTICE, COUNT(NOTICE), "");
    char *at = malloc((groups * (lines + 2) + 1) * 200);
    size_t bytes = 0;
    CHECK(at != NULL);
    for (size_t g = 0; g < groups; g++) {
        memcpy(at + bytes, f.at, 200);
        bytes += 200;
        for (size_t i = 0; i < lines; i++, bytes += 200) {
            memcpy(at + bytes, f.at + 200, 200);
            memset(at + bytes + 1, '0', 6); /* no reference */
        }
        memcpy(at + bytes, f.at + 400, 200);
        struct buf totals;
        buf_init(&totals, 64);
        buf_printf(&totals, "%06zu%012zu", lines, lines * 5500);
        memcpy(at + bytes + 1, totals.at, 18);
        buf_done(&totals);
        bytes += 200;
    }
    memcpy(at + bytes, f.at + 600, 200);
    *ret_bytes = bytes + 200;
    return at;
}

static result count_line(void *context, const struct statement_account *account,
                         const struct statement_line *line)
{
    (void)account;
    size_t *count = context;
    CHECK_I64(line->ordinal, *count);
    ++*count;
    return OK;
}

static result ignore_line(void *context, const struct statement_account *account,
                          const struct statement_line *line)
{
    (void)account;
    (void)line;
    ++*(size_t *)context;
    return OK;
}

TEST(a_file_has_limits_and_keeps_to_its_memory)
{
    static const struct {
        size_t groups, lines, told;
        const char *param;
    } SIZES[] = {{1, STATEMENT_LINES_MAX, STATEMENT_LINES_MAX, NULL},
                 {1, STATEMENT_LINES_MAX + 1, 0, "line"},
                 {STATEMENT_ACCOUNTS_MAX, 1, STATEMENT_ACCOUNTS_MAX, NULL},
                 {STATEMENT_ACCOUNTS_MAX + 1, 1, 0, "account"}};
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        struct arena *arena = arena_new(STATEMENT_ARENA_BYTES);
        struct statement s;
        size_t bytes, count = 0;
        char *at = big_file(SIZES[i].groups, SIZES[i].lines, &bytes);
        const statement_each each = SIZES[i].groups == 1 ? count_line : ignore_line;
        CHECK_RESULT(statement_parse((str){at, bytes}, arrived(), NULL, arena, &s, each, &count),
                     SIZES[i].param == NULL ? E_OK : E_BANK_FILE, SIZES[i].param);
        CHECK_I64(count, SIZES[i].told);
        free(at);
        arena_free(arena);
    }
    struct statement s;
    size_t count = 0;
    CHECK_RESULT(statement_parse((str){"1010", STATEMENT_FILE_BYTES_MAX + (size_t)1}, arrived(),
                                 NULL, NULL, &s, ignore_line, &count),
                 E_BANK_FILE, "file");
}

/* Every allocation of the arena fails in turn: the answer is a lack of memory, or the right one. */
TEST(a_lack_of_memory_is_said)
{
    const struct file f = file_of(NOTICE, COUNT(NOTICE), "");
    for (size_t held = 0; held <= 16384; held += 64) {
        struct arena *arena = arena_new(16384);
        struct statement s;
        size_t count = 0;
        CHECK(arena_alloc(arena, held) != NULL);
        const result r =
            statement_parse(file_text(&f), arrived(), NULL, arena, &s, ignore_line, &count);
        CHECK(r.code == (count == 1 ? E_OK : E_MEMORY));
        const result bad =
            statement_parse(S("1010~"), arrived(), NULL, arena, &s, ignore_line, &count);
        CHECK(bad.code == E_BANK_FILE || bad.code == E_MEMORY);
        arena_free(arena);
    }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest all[] = {
        CLAIM(the_files_of_the_reference_are_read),
        CLAIM(every_total_has_to_be_that_of_the_lines),
        CLAIM(every_field_that_cannot_be_read_is_named),
        CLAIM(blank_fields_are_nothing),
        CLAIM(each_field_one_byte_short_or_long_is_refused),
        CLAIM(a_file_that_was_cut_off_is_refused),
        CLAIM(years_are_of_the_era_that_fits_the_day_of_arrival),
        CLAIM(corrections_and_cancelled_credits_are_marked),
        CLAIM(a_file_may_have_several_accounts_and_longer_lines),
        CLAIM(records_come_in_their_order),
        CLAIM(the_callers_error_ends_the_reading),
        CLAIM(a_line_is_the_same_by_its_account_day_reference_amount_and_direction),
        CLAIM(lines_without_a_reference_are_counted),
        CLAIM(a_file_has_limits_and_keeps_to_its_memory),
        CLAIM(a_lack_of_memory_is_said),
    };
    return RUN_ALL(all);
}
