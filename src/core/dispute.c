/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dispute.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "core/fee.h"

/* ---- states -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum dispute_mark mark;
} STATES[DISPUTE_STATES] = {
    [DS_PENDING] = {"pending", DISPUTE_OPEN},    [DS_ACCEPTED] = {"accepted", DISPUTE_LOST},
    [DS_CANCELLED] = {"cancelled", DISPUTE_WON}, [DS_EXPIRED] = {"expired", DISPUTE_LOST},
    [DS_DEFENDED] = {"defended", DISPUTE_OPEN},  [DS_LOST] = {"lost", DISPUTE_LOST},
};

/* Every legal step; a cell left out is DS_NONE, so illegal. */
static const enum dispute_state NEXT[DISPUTE_STATES][DISPUTE_EVENTS] = {
    [DS_PENDING][DE_ACCEPT] = DS_ACCEPTED,   [DS_PENDING][DE_DEFEND] = DS_DEFENDED,
    [DS_PENDING][DE_EXPIRE] = DS_EXPIRED,    [DS_PENDING][DE_LOSE] = DS_LOST,
    [DS_PENDING][DE_CANCEL] = DS_CANCELLED,  [DS_DEFENDED][DE_LOSE] = DS_LOST,
    [DS_DEFENDED][DE_CANCEL] = DS_CANCELLED,
};

const char *dispute_state_name(enum dispute_state state)
{
    assert(DS_NONE < state && state < DISPUTE_STATES);
    return STATES[state].name;
}

bool dispute_state_read(str name, enum dispute_state *ret)
{
    for (int i = DS_NONE + 1; i < DISPUTE_STATES; i++)
        if (str_is(name, STATES[i].name)) {
            *ret = (enum dispute_state)i;
            return true;
        }
    return false;
}

enum dispute_state dispute_next(enum dispute_state state, enum dispute_event event)
{
    assert(state < DISPUTE_STATES && event < DISPUTE_EVENTS);
    return NEXT[state][event];
}

enum dispute_mark dispute_mark_of(enum dispute_state state)
{
    assert(DS_NONE < state && state < DISPUTE_STATES);
    return STATES[state].mark;
}

int64_t dispute_due_us(int64_t opened_us)
{
    return time_end_of_day_jst(opened_us, DISPUTE_DAYS);
}

result dispute_answer(enum dispute_state state, enum dispute_event event, int64_t due_us,
                      int64_t now_us, bool *ret_is_said)
{
    assert(event == DE_ACCEPT || event == DE_DEFEND);
    const bool is_said = state == dispute_next(DS_PENDING, event);
    if (!is_said && state != DS_PENDING)
        return FAIL(E_UNPROCESSABLE, NULL,
                    "the chargeback request has ended, or has been answered");
    if (!is_said && due_us < now_us)
        return FAIL(E_UNPROCESSABLE, NULL, "the due date of the chargeback request has passed");
    *ret_is_said = is_said;
    return OK;
}

result dispute_fee(int64_t fixed_minor, enum currency currency, struct dispute_fee *ret)
{
    struct dispute_fee fee = {.fee_minor = currency == CUR_JPY ? fixed_minor : 0};
    TRY(tax_auto(fee.fee_minor, &fee.tax_minor));
    *ret = fee;
    return OK;
}

/* ---- documents ----------------------------------------------------------------------------- */

static const struct {
    const char *type, *default_name;
} KINDS[DOCUMENT_KINDS] = {
    [DOCUMENT_PDF] = {"application/pdf", "document.pdf"},
    [DOCUMENT_JPG] = {"image/jpeg", "document.jpg"},
    [DOCUMENT_PNG] = {"image/png", "document.png"},
    [DOCUMENT_GIF] = {"image/gif", "document.gif"},
};

static const struct {
    enum document_kind kind;
    str first;
} BEGINNINGS[] = {
    {DOCUMENT_PDF, {"%PDF-", 5}},
    {DOCUMENT_JPG, {"\xff\xd8\xff", 3}},
    {DOCUMENT_PNG, {"\x89PNG\r\n\x1a\n", 8}},
    {DOCUMENT_GIF, {"GIF87a", 6}},
    {DOCUMENT_GIF, {"GIF89a", 6}},
};

enum document_kind document_kind_of(str bytes)
{
    for (size_t i = 0; i < COUNT(BEGINNINGS); i++) {
        const str first = BEGINNINGS[i].first;
        if (bytes.bytes >= first.bytes && memcmp(bytes.at, first.at, first.bytes) == 0)
            return BEGINNINGS[i].kind;
    }
    return DOCUMENT_NONE;
}

const char *document_type(enum document_kind kind)
{
    assert(DOCUMENT_NONE < kind && kind < DOCUMENT_KINDS);
    return KINDS[kind].type;
}

const char *document_default_name(enum document_kind kind)
{
    assert(DOCUMENT_NONE < kind && kind < DOCUMENT_KINDS);
    return KINDS[kind].default_name;
}
