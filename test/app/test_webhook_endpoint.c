/* SPDX-License-Identifier: Apache-2.0 */
/* test_webhook_endpoint.c: endpoints, their first event, and their end. */
#include "app/webhook_endpoint.h"

#include <sodium.h>

#include "place.h"

TEST(only_urls_that_can_be_called_are_taken)
{
    static const char *const GOOD[] = {"http://a",           "https://a.example/x?y#z",
                                       "http://127.0.0.1:1", "https://[::1]:65535/hook",
                                       "https://[::1]",      "https://a.example?q=@"};
    static const char *const BAD[] = {"",
                                      "a.example",
                                      "ftp://a",
                                      "http:a",
                                      "http://",
                                      "http:///x",
                                      "http://:80/",
                                      "http://a:0/",
                                      "http://a:65536",
                                      "http://a:",
                                      "http://a:+1",
                                      "http://a:8x",
                                      "http://u@a/",
                                      "http://u:p@a/",
                                      "http://a b/",
                                      "http://a/\n",
                                      "http://a/\x7f",
                                      "http://[]/",
                                      "http://[::1/",
                                      "http://[::1]x/",
                                      "http://a\\b/",
                                      "http://a/\xff"};
    for (size_t i = 0; i < COUNT(GOOD); i++)
        CHECK_OK(webhook_url_check(str_of(GOOD[i])));
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_RESULT(webhook_url_check(str_of(BAD[i])), E_INVALID_PARAMETER, "--url");
}

static struct webhook_endpoint endpoint(const struct merchant_root *root, str url, str types)
{
    return (struct webhook_endpoint){
        .merchant = root->id, .url = url, .types = types, .secret = S("secret")};
}

/* Waiting deliveries of an endpoint. */
static int64_t waiting(struct place *p, const struct merchant_root *root,
                       const struct webhook_endpoint *e)
{
    int64_t count = -1;
    struct db *db = store_read_begin(p->store);
    CHECK_OK(db_number(db, SQL_WEBHOOK_DELIVERY_COUNTS, &count, VI(root->id.key), VI(e->id.key)));
    store_read_end(p->store, db);
    return count;
}

/* Goal:   a ping goes to the new endpoint only, even when another one wants everything and the new
 *         one wants no pings; the auditor agrees. */
TEST(a_new_endpoint_gets_its_own_ping_and_nobody_elses)
{
    struct place p;
    struct vault *vault;
    place_open(&p);
    CHECK_OK(vault_open(test_store_key(p.directory, p.arena), &vault));
    const struct merchant_root root = place_root(&p, KIND_MARKETPLACE);
    struct webhook_endpoint all = endpoint(&root, S("http://a/"), STR_NONE);
    struct webhook_endpoint some = endpoint(&root, S("http://b/"), S("payment.captured"));
    CHECK_OK(webhook_endpoint_add(p.store, vault, p.arena, &all));
    CHECK_OK(webhook_endpoint_add(p.store, vault, p.arena, &some));
    CHECK_I64(waiting(&p, &root, &all), 1);
    CHECK_I64(waiting(&p, &root, &some), 1);
    vault_close(vault);
    place_close(&p);
}

/* Goal:   a URL is there once, and can come back after it was removed; a removed endpoint waits for
 *         nothing. */
TEST(a_removed_endpoint_waits_for_nothing)
{
    struct place p;
    struct vault *vault;
    place_open(&p);
    CHECK_OK(vault_open(test_store_key(p.directory, p.arena), &vault));
    const struct merchant_root root = place_root(&p, KIND_ORDINARY);
    struct webhook_endpoint first = endpoint(&root, S("http://a/"), STR_NONE), again = first;
    CHECK_RESULT(webhook_endpoint_remove(p.store, &first), E_NOT_FOUND, "--url");
    CHECK_OK(webhook_endpoint_add(p.store, vault, p.arena, &first));
    CHECK_RESULT(webhook_endpoint_add(p.store, vault, p.arena, &again), E_INVALID_PARAMETER,
                 "--url");
    struct webhook_endpoint gone = endpoint(&root, S("http://a/"), STR_NONE);
    CHECK_OK(webhook_endpoint_remove(p.store, &gone));
    CHECK_I64(gone.id.key, first.id.key);
    CHECK_I64(waiting(&p, &root, &first), 0);
    CHECK_OK(webhook_endpoint_add(p.store, vault, p.arena, &again));
    CHECK_I64(waiting(&p, &root, &again), 1);
    vault_close(vault);
    place_close(&p);
}

TEST(an_endpoint_with_a_mistake_is_refused)
{
    struct place p;
    struct vault *vault;
    place_open(&p);
    CHECK_OK(vault_open(test_store_key(p.directory, p.arena), &vault));
    const struct merchant_root root = place_root(&p, KIND_ORDINARY);
    struct webhook_endpoint e = endpoint(&root, S("http://a/"), S("payment.captured,nothing"));
    CHECK_RESULT(webhook_endpoint_add(p.store, vault, p.arena, &e), E_INVALID_PARAMETER, "--event");
    e = endpoint(&root, S("http://a/"), STR_NONE);
    e.secret = STR_NONE;
    CHECK_RESULT(webhook_endpoint_add(p.store, vault, p.arena, &e), E_INVALID_PARAMETER,
                 "--secret");
    e = endpoint(&root, S("http://a/"), STR_NONE);
    e.merchant.salt ^= 1;
    CHECK_RESULT(webhook_endpoint_add(p.store, vault, p.arena, &e), E_NOT_FOUND, "--merchant");
    vault_close(vault);
    place_close(&p);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    const struct CMUnitTest all[] = {
        CLAIM(only_urls_that_can_be_called_are_taken),
        CLAIM(a_new_endpoint_gets_its_own_ping_and_nobody_elses),
        CLAIM(a_removed_endpoint_waits_for_nothing),
        CLAIM(an_endpoint_with_a_mistake_is_refused),
    };
    return RUN_ALL(all);
}
