/* SPDX-License-Identifier: Apache-2.0 */
/* list.h: a page of a list whose rows are read one after the other, each into memory that the next
 * one takes again: a page needs as much as its largest row, beside what is written.
 *
 * Lists that are found by time alone (payments, events) or written from one statement (webhooks,
 * records) have ways of their own.
 *
 * Used by  api
 * Source   komoju-core 4 */
#ifndef KESSAI_API_LIST_H
#define KESSAI_API_LIST_H

#include "api/api.h"

enum { LIST_FILTERS_MAX = 8 };

/* A row whose object is to be written. */
struct list_item {
    struct db *db;
    int64_t key;
    struct arena *arena; /* empty; for this row alone */
    const void *context; /* of the list */
};

/* Both statements take the tenant, the bounds of the time and the filters, in this order; the one
 * of the keys after them how many rows, and how many to skip. */
struct list {
    enum sql count, keys;
    struct value filters[LIST_FILTERS_MAX];
    size_t filter_count;
    bool is_empty;          /* nothing can match: the store is not asked */
    size_t arena_bytes_max; /* of one row */
    const void *context;
    result (*item)(struct exchange *x, const struct list_item *item, struct json *j);
};

/* Writes the page that was asked for into the reply.  errors  of the store and of item; E_MEMORY */
MUST_USE result list_write(struct exchange *x, struct db *db, const struct list *list,
                           const struct list_query *page);

/* A list without filters, from the query to the reply. */
void list_reply(struct exchange *x, const struct list *list);

#endif
