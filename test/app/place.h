/* SPDX-License-Identifier: Apache-2.0 */
/* place.h: a fresh database in a directory of its own, opened as a command opens it.
 * Used by  test/app */
#ifndef KESSAI_TEST_PLACE_H
#define KESSAI_TEST_PLACE_H

#include <stdio.h>

#include "app/merchant.h"
#include "audit/audit.h"
#include "lib/database.h"
#include "unit.h"

struct place {
    char directory[32];
    struct arena *arena;
    const char *url;
    struct store *store;
};

static inline void place_open(struct place *p)
{
    memcpy(p->directory, "/tmp/kessai-app-XXXXXX", sizeof "/tmp/kessai-app-XXXXXX");
    CHECK(mkdtemp(p->directory) != NULL);
    p->arena = arena_new(1 << 20);
    p->url = test_store_url(p->directory, p->arena);
    const struct store_config config = {
        .url = p->url,
        .access = STORE_COMMAND,
        .clock = &CLOCK_SYSTEM,
    };
    CHECK_OK(store_open(&config, &p->store));
}

/* Ends with the auditor: zero findings. */
static inline void place_close(struct place *p)
{
    int64_t findings = -1;
    CHECK_OK(audit_run(p->url, stderr, &findings));
    CHECK_I64(findings, 0);
    store_close(p->store);
    test_store_drop(p->url, p->directory, p->arena);
    arena_free(p->arena);
}

static inline struct merchant_root place_root(struct place *p, enum platform_kind kind)
{
    struct merchant_root root = {.name = S("Root"), .kind = kind};
    CHECK_OK(merchant_create_root(p->store, p->arena, &root));
    return root;
}

#endif
