/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/receiver.h"

#include <string.h>

#include "base/clock.h"
#include "jobs/webhook.h"

enum { RECEIVER_BYTES_MAX = 64 << 10 };

void receiver_queue(struct receiver *receiver, struct delivery *delivery)
{
    delivery->next = NULL;
    *receiver->last = delivery;
    receiver->last = &delivery->next;
}

struct delivery *receiver_take(struct receiver *receiver)
{
    struct delivery *delivery = receiver->first;
    if (delivery == NULL)
        return NULL;
    receiver->first = delivery->next;
    if (receiver->first == NULL)
        receiver->last = &receiver->first;
    return delivery;
}

bool receiver_is_ill(const struct receiver *receiver)
{
    return receiver->failures >= RECEIVER_FAILURES_ILL;
}

size_t receiver_room(const struct receiver *receiver)
{
    if (receiver->is_stale)
        return 0;
    if (!receiver_is_ill(receiver))
        return receiver->claimed < RECEIVER_QUEUE_MAX ? RECEIVER_QUEUE_MAX - receiver->claimed : 0;
    const bool may_try = receiver->in_flight == 0 && receiver->first == NULL &&
                         receiver->claimed < RECEIVER_QUEUE_MAX &&
                         clock_ticks_us() >= receiver->pause_until_ticks_us;
    return may_try ? 1 : 0;
}

void receiver_note(struct receiver *receiver, bool has_arrived)
{
    receiver->failures = has_arrived ? 0 : receiver->failures + 1;
    receiver->pause_until_ticks_us =
        receiver_is_ill(receiver) ? clock_ticks_us() + RECEIVER_PAUSE_MS_ILL * US_PER_MS : 0;
}

void receiver_note_secret(struct receiver *receiver, bool was_by_new, int status)
{
    if (receiver->sealed_old.at != NULL && status >= 400 && status <= 499 &&
        was_by_new == receiver->knows_new)
        receiver->knows_new = !receiver->knows_new;
}

/* ---- all of them --------------------------------------------------------------------------- */

/* Host and port of a URL, without user, path and query; "?" where there is none. */
static str host_of(str url)
{
    const char *at = memmem(url.at, url.bytes, "://", 3);
    if (at == NULL)
        return S("?");
    at += 3;
    size_t bytes = 0;
    for (const size_t left = url.bytes - (size_t)(at - url.at); bytes < left; bytes++)
        if (strchr("/?#", at[bytes]) != NULL)
            break;
    const char *user = memrchr(at, '@', bytes);
    if (user != NULL) {
        bytes -= (size_t)(user + 1 - at);
        at = user + 1;
    }
    return (str){at, bytes};
}

/* Fills in what can be changed. Nothing may be under way. */
static result read_texts(struct receiver *receiver, const struct rows *rows)
{
    arena_clear(receiver->texts);
    receiver->url = arena_cstr(receiver->texts, row_str(rows, 2));
    receiver->host = arena_cstr(receiver->texts, host_of(row_str(rows, 2)));
    receiver->sealed_secret = row_copy(rows, 4, receiver->texts);
    receiver->sealed_old = row_copy(rows, 11, receiver->texts);
    receiver->old_until_us = row_i64(rows, 12);
    receiver->changes = row_i64(rows, 10);
    receiver->knows_new = false;
    receiver->is_stale = receiver->url == NULL || receiver->host == NULL ||
                         receiver->sealed_secret.at == NULL || arena_is_broken(receiver->texts);
    return receiver->is_stale ? E_NO_MEMORY : OK;
}

static void receiver_free(struct receiver *receiver)
{
    arena_free(receiver->texts);
    arena_free(receiver->arena);
}

static result receiver_new(struct jobs *jobs, int64_t tenant, const struct rows *rows,
                           struct receiver **ret)
{
    struct arena *arena = arena_new(RECEIVER_BYTES_MAX);
    if (arena == NULL)
        return E_NO_MEMORY;
    struct receiver *receiver = ARENA_NEW(arena, struct receiver);
    if (receiver == NULL) {
        arena_free(arena);
        return E_NO_MEMORY;
    }
    *receiver = (struct receiver){
        .keyed = {.tenant = tenant, .first = row_i64(rows, 0)},
        .arena = arena,
        .texts = arena_new(RECEIVER_BYTES_MAX),
        .id = {.key = row_i64(rows, 0), .salt = row_i64(rows, 1)},
    };
    const result r = receiver->texts == NULL ? E_NO_MEMORY : read_texts(receiver, rows);
    if (r.code != E_OK) {
        receiver_free(receiver);
        return r;
    }
    receiver->last = &receiver->first;
    receiver->next = jobs->first_receiver;
    jobs->first_receiver = receiver;
    keyed_add(&jobs->receivers, &receiver->keyed);
    *ret = receiver;
    return OK;
}

static result meet_row(struct jobs *jobs, int64_t tenant, const struct rows *rows,
                       struct receiver_list **list)
{
    const bool is_removed = row_i64(rows, 7) != 0;
    struct receiver *receiver =
        (struct receiver *)(void *)keyed_find(&jobs->receivers, tenant, row_i64(rows, 0), 0);
    if (receiver == NULL && is_removed)
        return OK;
    if (receiver == NULL)
        TRY(receiver_new(jobs, tenant, rows, &receiver));
    receiver->is_removed = is_removed;
    if (receiver->changes != row_i64(rows, 10))
        receiver->is_stale = true;
    if (receiver->is_stale && receiver->claimed == 0)
        TRY(read_texts(receiver, rows));
    struct receiver_list *item = ARENA_NEW(jobs->arena, struct receiver_list);
    if (item == NULL)
        return E_NO_MEMORY;
    *item = (struct receiver_list){.next = *list, .receiver = receiver};
    *list = item;
    return OK;
}

result receivers_meet(struct jobs *jobs, struct db *db, int64_t tenant, struct receiver_list **ret)
{
    struct rows rows;
    struct receiver_list *list = NULL;
    TRY(db_query(db, SQL_WEBHOOK_ENDPOINT_LIST, &rows, VI(tenant)));
    while (rows_next(&rows)) {
        const result r = meet_row(jobs, tenant, &rows, &list);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
    }
    TRY(rows_done(&rows));
    *ret = list;
    return OK;
}

void receivers_sweep(struct jobs *jobs)
{
    for (struct receiver **link = &jobs->first_receiver; *link != NULL;) {
        struct receiver *receiver = *link;
        if (!receiver->is_removed || receiver->claimed > 0) {
            link = &receiver->next;
            continue;
        }
        *link = receiver->next;
        keyed_remove(&jobs->receivers, &receiver->keyed);
        receiver_free(receiver);
    }
}

void receivers_rotate(struct jobs *jobs)
{
    struct receiver *first = jobs->first_receiver;
    if (first == NULL || first->next == NULL)
        return;
    struct receiver **end = &first->next;
    while (*end != NULL)
        end = &(*end)->next;
    jobs->first_receiver = first->next;
    first->next = NULL;
    *end = first;
}

void receivers_heal(struct jobs *jobs, int64_t tenant)
{
    for (struct receiver *r = jobs->first_receiver; r != NULL; r = r->next)
        if (r->keyed.tenant == tenant) {
            r->failures = 0;
            r->pause_until_ticks_us = 0;
        }
}
