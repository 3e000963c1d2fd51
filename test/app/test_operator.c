/* SPDX-License-Identifier: Apache-2.0 */
/* test_operator.c: people of the operator on a real store, and which routes their keys open. */
#include "place.h"

#include "app/operator.h"
#include "http/auth.h"

static struct operator_create add(struct place *p, id merchant, int64_t rights)
{
    struct operator_create in = {.merchant = merchant, .name = S("P"), .rights = rights};
    CHECK_OK(operator_create(p->store, p->arena, &in));
    return in;
}

/* Goal:   a key does what its rights say, for its tenant, until it is disabled.
 * Method: every set of rights against every right. */
TEST(a_key_has_the_rights_it_was_given)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_MARKETPLACE);
    for (int64_t rights = 0; rights <= RIGHT_ALL; rights++) {
        const struct operator_create made = add(&p, root.id, rights);
        for (int64_t right = 1; right <= RIGHT_ALL; right *= 2) {
            struct operator_row row = {.rights = -1};
            CHECK_RESULT(
                operator_of_key(p.store, made.key, (enum operator_right)right, p.arena, &row),
                (rights & right) != 0 ? E_OK : E_FORBIDDEN, NULL);
            CHECK_I64(row.rights, (rights & right) != 0 ? rights : -1);
        }
    }
    place_close(&p);
}

TEST(a_disabled_key_and_a_merchants_key_are_no_persons)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_PLATFORM);
    const struct operator_create made = add(&p, root.id, RIGHT_ALL);
    struct operator_row row;
    CHECK_OK(operator_of_key(p.store, made.key, RIGHT_PAYOUT, p.arena, &row));
    CHECK_I64(row.id.key, made.id.key);
    CHECK_I64(row.tenant, root.id.key);
    CHECK_RESULT(operator_of_key(p.store, root.keys.secret, RIGHT_PAYOUT, p.arena, &row),
                 E_UNAUTHORIZED, NULL);
    CHECK_RESULT(operator_of_key(p.store, STR_NONE, RIGHT_PAYOUT, p.arena, &row), E_UNAUTHORIZED,
                 NULL);
    CHECK_OK(operator_disable(p.store, made.id, p.arena));
    CHECK_RESULT(operator_of_key(p.store, made.key, RIGHT_PAYOUT, p.arena, &row), E_UNAUTHORIZED,
                 NULL);
    const id nobody = {made.id.key, made.id.salt ^ 1};
    CHECK_RESULT(operator_disable(p.store, nobody, p.arena), E_NOT_FOUND, "--id");
    place_close(&p);
}

/* The limit counts those that can be used: who leaves makes room. */
TEST(a_tenant_has_a_hundred_people_at_most)
{
    struct place p;
    place_open(&p);
    const struct merchant_root root = place_root(&p, KIND_ORDINARY);
    struct operator_create last = {0};
    for (int i = 0; i < OPERATORS_MAX; i++)
        last = add(&p, root.id, RIGHT_REVIEW);
    struct operator_create more = {.merchant = root.id, .name = S("P")};
    CHECK_RESULT(operator_create(p.store, p.arena, &more), E_INVALID_PARAMETER, "--merchant");
    CHECK_OK(operator_disable(p.store, last.id, p.arena));
    (void)add(&p, root.id, RIGHT_REVIEW);
    place_close(&p);
}

/* Goal:   a route opens for the keys of its scope and for no other.
 * Method: every scope with every kind of caller; an operator's with every right. */
TEST(keys_of_people_and_of_merchants_open_different_routes)
{
    static const struct caller SECRET = {.tenant = 1, .is_secret = true, .is_platform = true};
    for (int scope = SCOPE_NONE + 1; scope < SCOPES; scope++) {
        const bool is_operators = scope == SCOPE_OPERATOR;
        const bool has_key = scope != SCOPE_OPEN && scope != SCOPE_HOLDER;
        const struct route route = {.scope = (enum scope)scope,
                                    .right = is_operators ? RIGHT_APPROVE | RIGHT_RESOLVE : 0};
        CHECK_RESULT(auth_check_route(&route, &SECRET), is_operators ? E_FORBIDDEN : E_OK, NULL);
        for (int64_t rights = 0; rights <= RIGHT_ALL; rights++) {
            const struct caller person = {.tenant = 1, .operator_id = 5, .rights = rights};
            const bool is_open =
                !has_key || (is_operators && (rights & (RIGHT_APPROVE | RIGHT_RESOLVE)) != 0);
            CHECK_RESULT(auth_check_route(&route, &person), is_open ? E_OK : E_FORBIDDEN, NULL);
        }
    }
    static const struct caller GUEST = {.tenant = 1, .operator_id = 5};
    const struct route any = {.scope = SCOPE_OPERATOR, .right = ROUTE_ANY_RIGHT};
    CHECK_OK(auth_check_route(&any, &GUEST));
    CHECK_RESULT(auth_check_route(&any, &SECRET), E_FORBIDDEN, NULL);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_key_has_the_rights_it_was_given),
        CLAIM(a_disabled_key_and_a_merchants_key_are_no_persons),
        CLAIM(a_tenant_has_a_hundred_people_at_most),
        CLAIM(keys_of_people_and_of_merchants_open_different_routes),
    };
    return RUN_ALL(all);
}
