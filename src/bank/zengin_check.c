/* SPDX-License-Identifier: Apache-2.0 */
/* zengin_check.c: what is wrong with a file of transfers before it is made, and what looks like a
 * mistake. */
#include <string.h>

#include "bank/zengin.h"

/* Notes on their way: faults and flags apart, so that neither hides the other. */
struct notes {
    struct zengin_note *faults, *flags;
    struct zengin_notes *ret;
};

static void add_fault(struct notes *n, size_t line, result why)
{
    if (n->ret->faults < ZENGIN_NOTES_MAX)
        n->faults[n->ret->faults] =
            (struct zengin_note){.line = line, .param = why.param, .message = why.message};
    n->ret->faults++;
}

static void add_flag(struct notes *n, size_t line, size_t other)
{
    if (n->ret->flags < ZENGIN_NOTES_MAX)
        n->flags[n->ret->flags] =
            (struct zengin_note){.line = line,
                                 .is_flag = true,
                                 .other = other,
                                 .param = "line",
                                 .message = "another transfer has the same account and amount"};
    n->ret->flags++;
}

static void check_date(struct notes *n, day date, day today)
{
    if (date <= today || date > today + ZENGIN_DAYS_MAX)
        add_fault(n, ZENGIN_NO_LINE,
                  FAIL(E_INVALID_PARAMETER, "date", "the date must be 1 to 31 days after today"));
    else if (!day_is_bank_business(date))
        add_fault(n, ZENGIN_NO_LINE,
                  FAIL(E_INVALID_PARAMETER, "date", "banks are closed on that day"));
}

/* Counts and adds up what can be written; the limits are those of zengin_add(). */
static void check_lines(struct notes *n, const struct zengin_profile *profile,
                        const struct zengin_line *lines, size_t count)
{
    struct zengin_sums *sums = &n->ret->sums;
    for (size_t i = 0; i < count; i++) {
        const result r = zengin_check_line(&lines[i], profile);
        if (r.code != E_OK) {
            add_fault(n, i, r);
            continue;
        }
        sums->count++;
        sums->total_minor += lines[i].amount_minor; /* a million lines of ten digits fit */
    }
}

static void check_sums(struct notes *n, const struct zengin_profile *profile, size_t count)
{
    const size_t most =
        profile == NULL || profile->lines_max == 0 ? ZENGIN_LINES_MAX : profile->lines_max;
    if (count == 0)
        add_fault(n, ZENGIN_NO_LINE,
                  FAIL(E_INVALID_PARAMETER, "count", "a file must have a transfer"));
    if (count > most || count > ZENGIN_LINES_MAX)
        add_fault(n, ZENGIN_NO_LINE,
                  FAIL(E_INVALID_PARAMETER, "count", "a file cannot have more transfers"));
    if (n->ret->sums.total_minor > ZENGIN_TOTAL_MAX)
        add_fault(
            n, ZENGIN_NO_LINE,
            FAIL(E_INVALID_PARAMETER, "total", "the sum of a file has at most twelve digits"));
}

/* -1, 0 or 1: by account and amount. */
static int compare_payment(const struct zengin_line *a, const struct zengin_line *b)
{
    int order = strcmp(a->to.bank_code, b->to.bank_code);
    if (order == 0)
        order = strcmp(a->to.branch_code, b->to.branch_code);
    if (order == 0)
        order = strcmp(a->to.number, b->to.number);
    if (order == 0)
        order = (a->to.type > b->to.type) - (a->to.type < b->to.type);
    if (order == 0)
        order = (a->amount_minor > b->amount_minor) - (a->amount_minor < b->amount_minor);
    return order;
}

/* Whether line a comes after line b: of those that are alike, the later. */
static bool is_after(const struct zengin_line *lines, size_t a, size_t b)
{
    const int order = compare_payment(&lines[a], &lines[b]);
    return order > 0 || (order == 0 && a > b);
}

/* Lets the index at a place sink until none below it comes after it (a heap of indices). */
static void sink(const struct zengin_line *lines, size_t *heap, size_t at, size_t count)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            return;
        if (child + 1 < count && is_after(lines, heap[child + 1], heap[child]))
            child++;
        if (!is_after(lines, heap[child], heap[at]))
            return;
        const size_t held = heap[at];
        heap[at] = heap[child];
        heap[child] = held;
        at = child;
    }
}

static result sort(const struct zengin_line *lines, size_t count, struct arena *arena, size_t **ret)
{
    size_t *heap = ARENA_ARRAY(arena, size_t, count);
    if (heap == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        heap[i] = i;
    for (size_t i = count / 2; i > 0; i--)
        sink(lines, heap, i - 1, count);
    for (size_t left = count; left > 1; left--) {
        const size_t last = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = last;
        sink(lines, heap, 0, left - 1);
    }
    *ret = heap;
    return OK;
}

static result check_alike(struct notes *n, const struct zengin_line *lines, size_t count,
                          struct arena *arena)
{
    size_t *sorted = NULL;
    TRY(sort(lines, count, arena, &sorted));
    for (size_t i = 1; i < count; i++)
        if (compare_payment(&lines[sorted[i - 1]], &lines[sorted[i]]) == 0)
            add_flag(n, sorted[i], sorted[i - 1]);
    return OK;
}

static size_t at_most(size_t count, size_t most)
{
    return count < most ? count : most;
}

result zengin_check(const struct zengin_sender *sender, const struct zengin_profile *profile,
                    const struct zengin_line *lines, size_t count, day today, struct arena *arena,
                    struct zengin_notes *ret)
{
    struct zengin_notes notes = {.count = 0};
    struct notes n = {.faults = ARENA_ARRAY(arena, struct zengin_note, 2 * ZENGIN_NOTES_MAX),
                      .ret = &notes};
    if (n.faults == NULL)
        return E_NO_MEMORY;
    n.flags = n.faults + ZENGIN_NOTES_MAX;
    const result r = zengin_check_sender(sender, profile);
    if (r.code != E_OK)
        add_fault(&n, ZENGIN_NO_LINE, r);
    check_date(&n, sender->date, today);
    check_lines(&n, profile, lines, at_most(count, ZENGIN_LINES_MAX));
    check_sums(&n, profile, count);
    TRY(check_alike(&n, lines, at_most(count, ZENGIN_LINES_MAX), arena));
    const size_t faults = at_most(notes.faults, ZENGIN_NOTES_MAX);
    const size_t flags = at_most(notes.flags, ZENGIN_NOTES_MAX);
    memmove(n.faults + faults, n.flags, flags * sizeof *n.flags);
    notes.at = n.faults;
    notes.count = faults + flags;
    *ret = notes;
    return OK;
}
