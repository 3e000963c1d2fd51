/* SPDX-License-Identifier: Apache-2.0 */
/* test_zengin_read.c: files of transfers read back as what was written. */
#include "unit.h"

#include "bank/zengin.h"
#include "bank_file.h"

/* bank-rails 3.6, as printed there. */
static const char *const LINES[] = {
    "12100000123456ｶ)ﾃｽﾄﾍﾟｲ~32|01300001ﾐｽﾞﾎ~11|001ﾄｳｷﾖｳ~10|11234567~17",
    "20005ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ~2|001ﾎﾝﾃﾝ~11|000017654321ﾔﾏﾀﾞ~ﾀﾛｳ~22|00000700000000000077700000000007~8",
    "29900ﾕｳﾁﾖ~11|058ｾﾞﾛｺﾞﾊﾁ~8|000011234567ｻﾝﾌﾟﾙ(ｶ~23|00012500000PO20260130-0001~5|7Y~7",
    "8000002000001320000~101",
    "9~119",
};
enum { MANY = 64 };

struct told {
    struct zengin_sender senders[MANY];
    struct zengin_line lines[MANY];
    size_t count;
    bool fails;
};

static result tell(void *context, const struct zengin_sender *sender,
                   const struct zengin_line *line)
{
    struct told *t = context;
    if (t->fails)
        return FAIL(E_LOCKED, "mine", NULL);
    CHECK(t->count < MANY);
    t->senders[t->count] = *sender;
    t->lines[t->count++] = *line;
    return OK;
}

static day today(void)
{
    return day_of_civil(2026, 1, 29);
}

static result read_at(const struct file *f, day on, struct told *told, struct zengin_sums *sums)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(1 << 20);
    arena_clear(arena);
    *told = (struct told){.fails = told->fails};
    return zengin_read(file_text(f), on, arena, tell, told, sums);
}

TEST(the_file_of_the_reference_is_read_back)
{
    static const char *const LINE_ENDS[] = {"\r\n", "\n", "\r", ""};
    for (size_t i = 0; i < COUNT(LINE_ENDS); i++) {
        struct told told = {0};
        struct zengin_sums sums;
        const struct file f = file_of(LINES, COUNT(LINES), LINE_ENDS[i]);
        CHECK_I64(f.bytes, 600 + 5 * strlen(LINE_ENDS[i]));
        CHECK_OK(read_at(&f, today(), &told, &sums));
        CHECK(sums.count == 2 && sums.total_minor == 1320000 && told.count == 2);
        CHECK_TEXT(told.senders[0].client_code, "0000123456");
        CHECK_TEXT(told.senders[0].name, "ｶ)ﾃｽﾄﾍﾟｲ");
        CHECK_TEXT(told.senders[0].account.branch_name, "ﾄｳｷﾖｳ");
        CHECK_I64(told.senders[0].date, day_of_civil(2026, 1, 30));
        CHECK_TEXT(told.lines[0].to.holder, "ﾔﾏﾀﾞ ﾀﾛｳ");
        CHECK_TEXT(told.lines[0].to.bank_name, "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ");
        CHECK(!told.lines[0].has_edi && told.lines[0].customer == 777);
        CHECK(told.lines[1].has_edi && told.lines[1].to.type == ACCOUNT_ORDINARY);
        CHECK_TEXT(told.lines[1].edi, "PO20260130-0001");
        CHECK_I64(told.lines[1].amount_minor, 1250000);
    }
}

/* The year is not in the file: the next day of that name, the day itself too. */
TEST(the_date_is_the_next_of_its_name)
{
    struct told told = {0};
    struct zengin_sums sums;
    const struct file f = file_of(LINES, COUNT(LINES), "");
    CHECK_OK(read_at(&f, day_of_civil(2026, 1, 30), &told, &sums));
    CHECK_I64(told.senders[0].date, day_of_civil(2026, 1, 30));
    CHECK_OK(read_at(&f, day_of_civil(2026, 1, 31), &told, &sums));
    CHECK_I64(told.senders[0].date, day_of_civil(2027, 1, 30));
    struct file leap = f;
    memcpy(leap.at + 54, "0229", 4);
    CHECK_OK(read_at(&leap, day_of_civil(2026, 1, 30), &told, &sums));
    CHECK_I64(told.senders[0].date, day_of_civil(2028, 2, 29));
    CHECK_OK(read_at(&leap, day_of_civil(2096, 3, 1), &told, &sums));
    CHECK_I64(told.senders[0].date, day_of_civil(2104, 2, 29));
    memcpy(leap.at + 54, "0230", 4);
    CHECK_RESULT(read_at(&leap, today(), &told, &sums), E_BANK_FILE, "date");
}

static void refused(size_t at, const char *text, const char *param)
{
    struct told told = {0};
    struct zengin_sums sums = {.count = 77};
    struct file f = file_of(LINES, COUNT(LINES), "");
    memcpy(f.at + at, text, strlen(text));
    const result r = read_at(&f, today(), &told, &sums);
    if (param == NULL) {
        CHECK_OK(r);
        return;
    }
    CHECK_RESULT(r, E_BANK_FILE, param);
    CHECK(r.message != NULL && told.count == 0 && sums.count == 77);
}

TEST(what_cannot_be_read_is_named)
{
    refused(1, "91", "record");
    refused(4, "\x80", "client_code");
    refused(14, "\x80", "name");
    refused(54, "x130", "date");
    refused(58, "00 1", "bank_code");
    refused(62, "\x1f", "bank_name");
    refused(77, "  1", "branch_code");
    refused(80, "\xfe", "branch_name");
    refused(96, "123456 ", "number");
    refused(120 + 1, "    ", "bank_code");
    refused(120 + 5, "\x01", "bank_name");
    refused(120 + 20, "a01", "branch_code");
    refused(120 + 23, "\x01", "branch_name");
    refused(120 + 43, "-", "number");
    refused(120 + 50, "\x81", "holder");
    refused(120 + 80, "0000000000", "amount");
    refused(120 + 80, "          ", "amount");
    refused(120 + 80, "+", "amount");
    refused(120 + 90, "3", "new_code");
    refused(120 + 90, "y", "new_code");
    refused(120 + 91, "x", "customer");
    refused(240 + 91, "\x01", "edi");
    refused(360 + 1, "000003", "count");
    refused(360 + 7, "000001320001", "total");
    refused(120 + 42, "9", NULL); /* その他 */
    refused(120 + 42, "4", NULL);
    refused(120 + 42, "2", NULL);
    refused(120 + 111, "8", NULL); /* 文書 */
    refused(120 + 38, "9999", NULL);
}

TEST(groups_are_added_up_and_the_callers_error_comes_back)
{
    struct told told = {0};
    struct zengin_sums sums;
    const char *lines[] = {LINES[0], LINES[1], LINES[2], LINES[3], LINES[0],
                           LINES[1], LINES[2], LINES[3], LINES[4]};
    struct file f = file_of(lines, COUNT(lines), "\r\n");
    CHECK_OK(read_at(&f, today(), &told, &sums));
    CHECK(sums.count == 4 && sums.total_minor == 2640000 && told.count == 4);
    told.fails = true;
    sums.count = 77;
    CHECK_RESULT(read_at(&f, today(), &told, &sums), E_LOCKED, "mine");
    CHECK_I64(sums.count, 77);
    f.bytes = 3;
    CHECK_RESULT(read_at(&f, today(), &told, &sums), E_BANK_FILE, "record");
}

static void random_digits(char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = (char)('0' + random_between(0, 9));
    at[count] = '\0';
}

/* Characters of names, blanks only between others. */
static void random_name(char *at, size_t most)
{
    static const char *const LETTERS[] = {"ｱ", "ﾝ", "ﾞ", "ﾟ", "A", "Z", "0", "9", "-", ".", " "};
    const size_t count = (size_t)random_between(1, (int64_t)most);
    at[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const int64_t last = i == 0 || i + 1 == count ? 9 : 10;
        const char *letter = LETTERS[random_between(0, last)];
        memcpy(at + strlen(at), letter, strlen(letter) + 1);
    }
}

static void random_account(struct bank_account_details *a, bool is_sender)
{
    static const enum bank_account_type TYPES[] = {ACCOUNT_ORDINARY, ACCOUNT_CHECKING,
                                                   ACCOUNT_SAVINGS};
    memset(a, 0, sizeof *a);
    random_digits(a->bank_code, 4);
    random_digits(a->branch_code, 3);
    random_digits(a->number, 7);
    a->type = TYPES[random_between(0, is_sender ? 1 : 2)];
    random_name(a->bank_name, 15);
    random_name(a->branch_name, 15);
    if (!is_sender)
        random_name(a->holder, 30);
}

static struct zengin_line random_line(void)
{
    struct zengin_line line;
    memset(&line, 0, sizeof line);
    random_account(&line.to, false);
    line.amount_minor = random_between(1, ZENGIN_AMOUNT_MAX);
    line.new_code = (enum zengin_new_code)random_between(0, 2);
    line.has_edi = random_between(0, 1) == 1;
    if (line.has_edi)
        random_name(line.edi, 20);
    else
        line.customer = random_between(0, ZENGIN_AMOUNT_MAX);
    return line;
}

static void check_account(const struct bank_account_details *got,
                          const struct bank_account_details *want)
{
    CHECK_TEXT(got->bank_code, want->bank_code);
    CHECK_TEXT(got->branch_code, want->branch_code);
    CHECK_TEXT(got->number, want->number);
    CHECK_TEXT(got->bank_name, want->bank_name);
    CHECK_TEXT(got->branch_name, want->branch_name);
    CHECK_TEXT(got->holder, want->holder);
    CHECK_I64(got->type, want->type);
}

static void check_line(const struct zengin_line *got, const struct zengin_line *want)
{
    check_account(&got->to, &want->to);
    CHECK_TEXT(got->edi, want->edi);
    CHECK(got->has_edi == want->has_edi && got->new_code == want->new_code);
    CHECK_I64(got->amount_minor, want->amount_minor);
    CHECK_I64(got->customer, want->customer);
}

/* Goal:   whatever is written reads back to the same.
 * Method: random senders, lines and ways of banks. */
TEST(what_was_written_reads_back)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 300; round++) {
        random_round(seed + round);
        const struct zengin_profile profile = {.no_crlf = random_between(0, 1) == 1,
                                               .ends_with_1a = random_between(0, 1) == 1};
        struct zengin_sender sender;
        struct zengin_line lines[MANY];
        struct zengin_sums sums = {0}, read = {0};
        struct told told = {0};
        struct buf out;
        struct file f;
        const size_t count = (size_t)random_between(1, 50);
        buf_init(&out, sizeof f.at);
        memset(&sender, 0, sizeof sender);
        random_account(&sender.account, true);
        random_digits(sender.client_code, 10);
        random_name(sender.name, 40);
        sender.date = today() + (day)random_between(0, 364);
        CHECK_OK(zengin_begin(&out, &sender, &profile));
        for (size_t i = 0; i < count; i++) {
            lines[i] = random_line();
            CHECK_OK(zengin_add(&out, &lines[i], &profile, &sums));
        }
        CHECK_OK(zengin_end(&out, &profile, &sums));
        CHECK(!out.is_broken);
        memcpy(f.at, out.at, out.bytes);
        f.bytes = out.bytes;
        buf_done(&out);
        CHECK_OK(read_at(&f, today(), &told, &read));
        CHECK(read.count == sums.count && read.total_minor == sums.total_minor);
        CHECK_I64(told.count, count);
        for (size_t i = 0; i < count; i++) {
            check_line(&told.lines[i], &lines[i]);
            check_account(&told.senders[i].account, &sender.account);
            CHECK_TEXT(told.senders[i].name, sender.name);
            CHECK_TEXT(told.senders[i].client_code, sender.client_code);
            CHECK_I64(told.senders[i].date, sender.date);
        }
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(the_file_of_the_reference_is_read_back),
        CLAIM(the_date_is_the_next_of_its_name),
        CLAIM(what_cannot_be_read_is_named),
        CLAIM(groups_are_added_up_and_the_callers_error_comes_back),
        CLAIM(what_was_written_reads_back),
    };
    return RUN_ALL(all);
}
