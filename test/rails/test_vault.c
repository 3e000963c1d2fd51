/* SPDX-License-Identifier: Apache-2.0 */
/* test_vault.c: what the vault seals opens again in its own place only, and a verification value is
 * given out once. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "vault/vault.h"
#include "vault/waiting.h"

#define NOW                  (INT64_C(1767582000) * US_PER_S)
#define CHECK_OK(f)          assert_int_equal((f).code, E_OK)
#define CHECK_CODE(f, code_) assert_int_equal((f).code, (code_))
static const char NUMBER[] = "4111111111111111";

struct fixture {
    char directory[32];
    const char *path, *other_path;
    struct arena *arena;
    struct vault *vault;
};

static int begin(void **state)
{
    static struct fixture f;
    f = (struct fixture){.directory = "/tmp/kessai-vault-XXXXXX", .arena = arena_new(1 << 20)};
    if (f.arena == NULL || mkdtemp(f.directory) == NULL)
        return -1;
    f.path = arena_printf(f.arena, "%s/key", f.directory);
    f.other_path = arena_printf(f.arena, "%s/other", f.directory);
    *state = &f;
    return vault_open(f.path, &f.vault).code == E_OK ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    vault_close(f->vault);
    (void)unlink(f->path);
    (void)unlink(f->other_path);
    const int left = rmdir(f->directory); /* fails if a draft of a key was left behind */
    arena_free(f->arena);
    return left;
}

static struct card_secret card_with(const char *number, const char *verification_value)
{
    struct card_secret card = {.month = 12, .year = 2031};
    memcpy(card.number, number, strlen(number));
    memcpy(card.verification_value, verification_value, strlen(verification_value));
    return card;
}

static str seal_card(struct fixture *f, id owner, const char *verification_value)
{
    const struct card_secret card = card_with(NUMBER, verification_value);
    str sealed = STR_NONE;
    CHECK_OK(vault_seal_card(f->vault, owner, &card, NOW, NOW + 60 * US_PER_S, f->arena, &sealed));
    return sealed;
}

/* Goal:   a card comes back as it went in, whatever the length of its number, and every sealed card
 *         has one size. */
static void card_roundtrip_at_every_length(void **state)
{
    struct fixture *f = *state;
    size_t bytes = 0;
    for (size_t digits = CARD_NUMBER_MIN; digits <= CARD_NUMBER_MAX; digits++) {
        char number[CARD_NUMBER_MAX + 1] = {0};
        memset(number, '7', digits);
        const struct card_secret card = card_with(number, "1234");
        const id owner = id_new(NOW);
        str sealed;
        CHECK_OK(vault_seal_card(f->vault, owner, &card, NOW, NOW + 1, f->arena, &sealed));
        assert_true(bytes == 0 || bytes == sealed.bytes);
        bytes = sealed.bytes;
        struct card_secret got = {0};
        CHECK_OK(vault_open_card(f->vault, owner, sealed, NOW, &got));
        assert_string_equal(got.number, number);
        assert_int_equal(got.month, 12);
        assert_int_equal(got.year, 2031);
    }
}

/* Goal:   neither the number, nor a long part of it, nor the verification value is in what is kept;
 *         sealing twice gives two texts. */
static void sealed_bytes_do_not_show_the_card(void **state)
{
    struct fixture *f = *state;
    const id owner = id_new(NOW);
    const str one = seal_card(f, owner, "9753"), two = seal_card(f, owner, "9753");
    assert_null(memmem(one.at, one.bytes, NUMBER, strlen(NUMBER)));
    assert_null(memmem(one.at, one.bytes, NUMBER, 8));
    assert_null(memmem(one.at, one.bytes, "9753", 4));
    assert_false(str_equal(one, two));
}

/* Goal:   no byte can be changed, cut off or added. */
static void tampered_card_is_refused(void **state)
{
    struct fixture *f = *state;
    const id owner = id_new(NOW);
    const str sealed = seal_card(f, owner, "123");
    char copy[256];
    assert_true(sealed.bytes < sizeof copy);
    struct card_secret got = {.month = 42};
    for (size_t i = 0; i < sealed.bytes; i++) {
        memcpy(copy, sealed.at, sealed.bytes);
        copy[i] = (char)(copy[i] ^ 1);
        CHECK_CODE(vault_open_card(f->vault, owner, (str){copy, sealed.bytes}, NOW, &got),
                   E_CRYPTO);
    }
    memcpy(copy, sealed.at, sealed.bytes);
    for (size_t bytes = 0; bytes < sizeof copy; bytes++)
        if (bytes != sealed.bytes)
            CHECK_CODE(vault_open_card(f->vault, owner, (str){copy, bytes}, NOW, &got), E_CRYPTO);
    CHECK_CODE(vault_open_card(f->vault, owner, STR_NONE, NOW, &got), E_CRYPTO);
    assert_int_equal(got.month, 42); /* untouched on error */
    assert_string_equal(got.number, "");
    CHECK_OK(vault_open_card(f->vault, owner, sealed, NOW, &got));
    assert_string_equal(got.verification_value, "123"); /* the failures did not take it */
}

/* Goal:   a sealed card or text is of use under its own id, purpose and key only. */
static void moved_card_and_text_are_refused(void **state)
{
    struct fixture *f = *state;
    const id owner = id_new(NOW), next = {owner.key + 1, owner.salt},
             salted = {owner.key, owner.salt ^ 1};
    const str card = seal_card(f, owner, "");
    struct card_secret got;
    CHECK_CODE(vault_open_card(f->vault, next, card, NOW, &got), E_CRYPTO);
    CHECK_CODE(vault_open_card(f->vault, salted, card, NOW, &got), E_CRYPTO);

    str text, opened = S("before");
    CHECK_OK(vault_seal_text(f->vault, VAULT_WEBHOOK_SECRET, owner, S("s3cret"), f->arena, &text));
    CHECK_CODE(vault_open_text(f->vault, VAULT_CARD, owner, text, f->arena, &opened), E_CRYPTO);
    CHECK_CODE(vault_open_text(f->vault, VAULT_WEBHOOK_SECRET, next, text, f->arena, &opened),
               E_CRYPTO);
    CHECK_CODE(vault_open_text(f->vault, VAULT_WEBHOOK_SECRET, owner, card, f->arena, &opened),
               E_CRYPTO);

    struct vault *other;
    CHECK_OK(vault_open(f->other_path, &other));
    CHECK_CODE(vault_open_card(other, owner, card, NOW, &got), E_CRYPTO);
    CHECK_CODE(vault_open_text(other, VAULT_WEBHOOK_SECRET, owner, text, f->arena, &opened),
               E_CRYPTO);
    vault_close(other);
    assert_true(str_is(opened, "before")); /* untouched on error */
}

/* Goal:   texts of 0 to 65,536 bytes come back NUL-terminated; longer ones are refused. */
static void text_roundtrip_up_to_its_limit(void **state)
{
    struct fixture *f = *state;
    static const size_t BYTES[] = {0, 1, 2, 31, 1023, VAULT_TEXT_BYTES_MAX};
    static char text[VAULT_TEXT_BYTES_MAX + 1];
    memset(text, 'w', sizeof text);
    const id owner = id_new(NOW);
    str sealed, got;
    for (size_t i = 0; i < COUNT(BYTES); i++) {
        const str secret = {text, BYTES[i]};
        CHECK_OK(vault_seal_text(f->vault, VAULT_WEBHOOK_SECRET, owner, secret, f->arena, &sealed));
        CHECK_OK(vault_open_text(f->vault, VAULT_WEBHOOK_SECRET, owner, sealed, f->arena, &got));
        assert_true(str_equal(got, secret));
        assert_int_equal(got.at[got.bytes], '\0');
    }
    const str longer = {text, sizeof text};
    CHECK_CODE(vault_seal_text(f->vault, VAULT_WEBHOOK_SECRET, owner, longer, f->arena, &sealed),
               E_CRYPTO);
    CHECK_CODE(vault_open_text(f->vault, VAULT_WEBHOOK_SECRET, owner, (str){text, 2 * sizeof text},
                               f->arena, &got),
               E_CRYPTO);
}

/* Goal:   an arena that is too small is E_MEMORY, and nothing is kept waiting. */
static void small_arena_is_memory(void **state)
{
    struct fixture *f = *state;
    struct arena *small = arena_new(16384);
    assert_non_null(small);
    assert_non_null(arena_alloc(small, 16384 - 32));
    const struct card_secret card = card_with(NUMBER, "123");
    const id owner = id_new(NOW);
    str sealed = STR_NONE;
    CHECK_CODE(vault_seal_card(f->vault, owner, &card, NOW, NOW + 1, small, &sealed), E_MEMORY);
    assert_null(sealed.at);
    arena_free(small);
}

/* Goal:   a verification value is given out once, before it expires, in this process only. */
static void verification_value_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct card_secret got;
    const id owner = id_new(NOW);
    const str sealed = seal_card(f, owner, "987");
    CHECK_OK(vault_open_card(f->vault, owner, sealed, NOW + 60 * US_PER_S - 1, &got));
    assert_string_equal(got.verification_value, "987");
    CHECK_OK(vault_open_card(f->vault, owner, sealed, NOW, &got));
    assert_string_equal(got.verification_value, "");
    assert_string_equal(got.number, NUMBER);

    const id late = id_new(NOW);
    const str late_sealed = seal_card(f, late, "987");
    CHECK_OK(vault_open_card(f->vault, late, late_sealed, NOW + 60 * US_PER_S, &got));
    assert_string_equal(got.verification_value, "");
    CHECK_OK(vault_open_card(f->vault, late, late_sealed, NOW, &got)); /* gone, not hidden */
    assert_string_equal(got.verification_value, "");

    const id moved = id_new(NOW);
    const str moved_sealed = seal_card(f, moved, "987");
    struct vault *again; /* as after a restart */
    CHECK_OK(vault_open(f->path, &again));
    CHECK_OK(vault_open_card(again, moved, moved_sealed, NOW, &got));
    assert_string_equal(got.number, NUMBER);
    assert_string_equal(got.verification_value, "");
    vault_close(again);
}

static struct waiting_value value_for(int64_t key, int64_t wipe_ticks_us)
{
    return (struct waiting_value){{key, 77}, NOW, wipe_ticks_us, "123"};
}

static bool is_taken(struct waiting *w, int64_t key, int64_t ticks_us)
{
    char got[WAITING_VALUE_BYTES];
    const bool is_given = waiting_take(w, (id){key, 77}, NOW - 1, ticks_us, got);
    assert_string_equal(got, is_given ? "123" : "");
    return is_given;
}

/* Goal:   a full table drops its oldest, and only then; taken entries make room; a second value for
 *         one owner takes the place of the first. */
static void full_table_drops_the_oldest(void **state)
{
    (void)state;
    struct waiting *w = waiting_new();
    assert_non_null(w);
    for (int64_t key = 1; key <= VAULT_WAIT_MAX; key++) {
        const struct waiting_value value = value_for(key, INT64_MAX);
        waiting_put(w, &value, 0);
    }
    assert_true(is_taken(w, 2, 0));
    assert_false(is_taken(w, 2, 0));
    for (int64_t key = VAULT_WAIT_MAX; key <= VAULT_WAIT_MAX + 2; key++) { /* old, new, new */
        const struct waiting_value value = value_for(key, INT64_MAX);
        waiting_put(w, &value, 0);
    }
    assert_int_equal(waiting_count(w), VAULT_WAIT_MAX);
    assert_false(is_taken(w, 1, 0));
    for (int64_t key = 3; key <= VAULT_WAIT_MAX + 2; key++)
        assert_true(is_taken(w, key, 0));
    assert_int_equal(waiting_count(w), 0);
    waiting_free(w);
}

/* Goal:   what has outlived its time is wiped by other calls, though nobody asks for it, and what
 *         has not is left alone. */
static void expired_values_are_wiped_unasked(void **state)
{
    (void)state;
    struct waiting *w = waiting_new();
    assert_non_null(w);
    for (int64_t key = 1; key <= 1000; key++) {
        const struct waiting_value value = value_for(key, key % 2 == 0 ? 100 : 200);
        waiting_put(w, &value, 0);
    }
    for (int n = 0; n < VAULT_WAIT_MAX / 8; n++)
        assert_false(is_taken(w, 5000, 99));
    assert_int_equal(waiting_count(w), 1000);
    for (int n = 0; n < VAULT_WAIT_MAX / 8; n++)
        assert_false(is_taken(w, 5000, 100));
    assert_int_equal(waiting_count(w), 500);
    assert_true(is_taken(w, 1, 199));
    assert_false(is_taken(w, 3, 200));
    waiting_free(w);
}

enum { THREADS = 4 };

struct taker {
    struct waiting *waiting;
    int64_t taken;
    pthread_t thread;
};

static void *take_all(void *at)
{
    struct taker *taker = at;
    for (int64_t key = 1; key <= 2000; key++)
        taker->taken += is_taken(taker->waiting, key, 0) ? 1 : 0;
    return NULL;
}

/* Goal:   threads that ask for the same values get each of them once between them. */
static void threads_take_each_value_once(void **state)
{
    (void)state;
    struct waiting *w = waiting_new();
    assert_non_null(w);
    for (int64_t key = 1; key <= 2000; key++) {
        const struct waiting_value value = value_for(key, INT64_MAX);
        waiting_put(w, &value, 0);
    }
    struct taker takers[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        takers[i].waiting = w;
        assert_int_equal(pthread_create(&takers[i].thread, NULL, take_all, &takers[i]), 0);
    }
    int64_t taken = 0;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(takers[i].thread, NULL), 0);
        taken += takers[i].taken;
    }
    assert_int_equal(taken, 2000);
    waiting_free(w);
}

static void write_key_file(const char *path, size_t bytes, mode_t mode)
{
    static const char KEY[64] = "not a good key";
    (void)unlink(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, KEY, bytes), bytes);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

/* Goal:   the file that is made is 32 bytes, mode 0600; one that others may touch, of another size,
 *         that is no file, or that cannot be made is refused. */
static void key_file_is_checked(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 32);

    struct vault *vault = NULL;
    static const size_t SIZES[] = {0, 1, 31, 33, 64};
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        write_key_file(f->other_path, SIZES[i], 0600);
        CHECK_CODE(vault_open(f->other_path, &vault), E_CRYPTO);
    }
    static const mode_t MODES[] = {0640, 0604, 0620, 0602, 0644, 0666};
    for (size_t i = 0; i < COUNT(MODES); i++) {
        write_key_file(f->other_path, 32, MODES[i]);
        CHECK_CODE(vault_open(f->other_path, &vault), E_CRYPTO);
    }
    CHECK_CODE(vault_open(f->directory, &vault), E_CRYPTO);
    CHECK_CODE(vault_open(arena_printf(f->arena, "%s/no/key", f->directory), &vault), E_CRYPTO);
    (void)unlink(f->other_path);
    assert_int_equal(mkfifo(f->other_path, 0600), 0);
    CHECK_CODE(vault_open(f->other_path, &vault), E_CRYPTO); /* and does not wait for a writer */
    assert_null(vault);
    write_key_file(f->other_path, 32, 0400);
    CHECK_OK(vault_open(f->other_path, &vault));
    vault_close(vault);
}

struct opener {
    const char *path;
    struct vault *vault;
    pthread_t thread;
};

static void *open_vault(void *at)
{
    struct opener *opener = at;
    if (vault_open(opener->path, &opener->vault).code != E_OK)
        opener->vault = NULL;
    return NULL;
}

/* Goal:   however many make the key file at once, all have the same key.
 * Method: what the first sealed, everybody opens. */
static void key_file_made_by_many_at_once_is_one(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 10; round++) {
        struct opener openers[THREADS] = {0};
        (void)unlink(f->other_path);
        for (int i = 0; i < THREADS; i++) {
            openers[i].path = f->other_path;
            assert_int_equal(pthread_create(&openers[i].thread, NULL, open_vault, &openers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_join(openers[i].thread, NULL), 0);
        const id owner = id_new(NOW);
        str sealed = STR_NONE, got;
        for (int i = 0; i < THREADS; i++) {
            struct vault *vault = openers[i].vault;
            assert_non_null(vault);
            if (i == 0)
                CHECK_OK(
                    vault_seal_text(vault, VAULT_WEBHOOK_SECRET, owner, S("x"), f->arena, &sealed));
            CHECK_OK(vault_open_text(vault, VAULT_WEBHOOK_SECRET, owner, sealed, f->arena, &got));
        }
        for (int i = 0; i < THREADS; i++)
            vault_close(openers[i].vault);
    }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(card_roundtrip_at_every_length, begin, end),
        cmocka_unit_test_setup_teardown(sealed_bytes_do_not_show_the_card, begin, end),
        cmocka_unit_test_setup_teardown(tampered_card_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(moved_card_and_text_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(text_roundtrip_up_to_its_limit, begin, end),
        cmocka_unit_test_setup_teardown(small_arena_is_memory, begin, end),
        cmocka_unit_test_setup_teardown(verification_value_is_taken_once, begin, end),
        cmocka_unit_test(full_table_drops_the_oldest),
        cmocka_unit_test(expired_values_are_wiped_unasked),
        cmocka_unit_test(threads_take_each_value_once),
        cmocka_unit_test_setup_teardown(key_file_is_checked, begin, end),
        cmocka_unit_test_setup_teardown(key_file_made_by_many_at_once_is_one, begin, end),
    };
    return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
