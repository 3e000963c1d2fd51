/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/simulator_details.h"

#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "core/slip.h"

enum what {
    WHAT_NONE = 0,
    WHAT_PAGE,
    WHAT_TEXT,
    WHAT_DIGITS,
    WHAT_CHECKED,
    WHAT_CODE,
    WHAT_AMOUNT,
    WHAT_DEADLINE,
    WHAT_FALSE,
    WHAT_ABSENT,
};
enum { TEXT_CHARACTERS_MAX = 64, PAGE_BYTES_MAX = 1024 };

static const struct row {
    enum method method;
    const char *store, *name;
    enum what what;
    size_t characters;
    const char *text;
} ROWS[] = {
#define SHOW(method, store, name, what, characters, text)                                          \
    {METHOD_##method, store, name, WHAT_##what, characters, text},
#include "rails/simulator_details.def"
#undef SHOW
};

/* ---- numbers that follow from a reference ---------------------------------------------------- */

/* splitmix64 */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Another one for each name: two numbers of a payment have nothing in common. */
static uint64_t state_of(id reference, const char *name)
{
    uint64_t state = (uint64_t)reference.key;
    state = mix(&state) ^ (uint64_t)reference.salt;
    for (size_t i = 0; name[i] != '\0'; i++)
        state = mix(&state) ^ (unsigned char)name[i];
    return state;
}

static void draw(id reference, const struct row *row, uint64_t kinds,
                 char ret[TEXT_CHARACTERS_MAX + 1])
{
    static const char ALL[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t state = state_of(reference, row->name);
    for (size_t i = 0; i < row->characters; i++)
        ret[i] = ALL[mix(&state) % kinds];
    ret[row->characters] = '\0';
}

/* ---- members --------------------------------------------------------------------------------- */

/* The page of the simulated wallet, where a tester decides what the customer does. */
static void show_page(struct json *j, const char *name, const struct rail_call *call)
{
    struct buf url;
    char payment[ID_TEXT_BYTES];
    id_text(call->payment, payment);
    buf_init(&url, PAGE_BYTES_MAX);
    buf_printf(&url, "%s/simulator/%s", call->origin == NULL ? "" : call->origin, payment);
    json_str(j, name, buf_view(&url));
    if (url.is_broken)
        buf_break(j->out);
    buf_done(&url);
}

static void show(struct json *j, const struct row *row, const struct rail_call *call)
{
    char drawn[TEXT_CHARACTERS_MAX + 1];
    switch (row->what) {
    case WHAT_PAGE:
        show_page(j, row->name, call);
        break;
    case WHAT_TEXT:
        json_text(j, row->name, row->text);
        break;
    case WHAT_DIGITS:
    case WHAT_CHECKED:
    case WHAT_CODE:
        draw(call->reference, row, row->what == WHAT_CODE ? 36 : 10, drawn);
        if (row->what == WHAT_CHECKED)
            drawn[row->characters - 1] = slip_check_digit((str){drawn, row->characters - 1});
        json_text(j, row->name, drawn);
        break;
    case WHAT_AMOUNT:
        json_i64(j, row->name, call->amount.minor);
        break;
    case WHAT_DEADLINE:
        json_time(j, row->name, call->deadline_us);
        break;
    case WHAT_FALSE:
        json_bool(j, row->name, false);
        break;
    case WHAT_ABSENT:
        json_put_null(j, row->name);
        break;
    case WHAT_NONE:
        break;
    }
}

/* Where a customer of a konbini pays; absent for other types. */
static bool is_of_store(const struct row *row, const json_t *details)
{
    const char *store = json_string_value(json_object_get(details, "store"));
    return row->store[0] == '\0' || (store != NULL && strcmp(store, row->store) == 0);
}

static bool has_rows(enum method method)
{
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (ROWS[i].method == method)
            return true;
    return method_row(method)->flow == FLOW_OFFSITE;
}

static void show_all(struct json *j, const struct rail_call *call, const json_t *details)
{
    json_open_object(j, NULL);
    const bool has_page = call->op == RAIL_REGISTER; /* nobody is sent to one otherwise */
    if (has_page && method_row(call->method)->flow == FLOW_OFFSITE)
        show_page(j, "redirect_url", call);
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (ROWS[i].method == call->method && is_of_store(&ROWS[i], details) &&
            (has_page || ROWS[i].what != WHAT_PAGE))
            show(j, &ROWS[i], call);
    json_end(j);
}

void simulator_details(const struct rail_call *call, struct rail_answer *ret)
{
    if (ret->outcome != RAIL_APPROVED || !rail_op_is_first(call->op) ||
        call->method == METHOD_NONE || !has_rows(call->method))
        return;
    json_t *details = NULL;
    const result r = json_parse(call->details, 0, &details, NULL);
    struct buf text;
    struct json j;
    buf_init(&text, RAIL_DETAILS_BYTES - 1);
    json_init(&j, &text);
    show_all(&j, call, details);
    json_decref(details);
    if (r.code == E_OK && !text.is_broken) {
        const str made = buf_view(&text);
        memcpy(ret->details, made.at, made.bytes);
    } else { /* without its numbers the slip is of no use: asked again */
        *ret = (struct rail_answer){.outcome = RAIL_UNKNOWN, .reference = ret->reference};
    }
    buf_done(&text);
}
