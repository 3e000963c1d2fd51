/* SPDX-License-Identifier: Apache-2.0 */
#include "app/prepaid.h"

#include <string.h>

#include "base/json_parse.h"

static const char CARDS[] = "prepaid_cards", SHORT[] = "short_amount", POINTS[] = "points",
                  DIGITS[] = "last_four_digits";
enum { DETAILS_BYTES_MAX = 1 << 18 };

void prepaid_ask(struct operation *operation, int64_t amount_minor)
{
    operation->amount_minor = amount_minor;
    operation->tax_minor = 0;
}

static str text_of(const json_t *value)
{
    return (str){json_string_value(value), json_string_length(value)};
}

static int64_t points_of(const json_t *card)
{
    return json_integer_value(json_object_get(card, POINTS));
}

static void write_card(struct json *j, const json_t *card, int64_t points)
{
    json_open_object(j, NULL);
    json_str(j, DIGITS, text_of(json_object_get(card, DIGITS)));
    json_i64(j, POINTS, points);
    json_end(j);
}

static void write_member(struct json *j, const char *name, const json_t *value)
{
    if (json_is_integer(value))
        json_i64(j, name, json_integer_value(value));
    else if (json_is_boolean(value))
        json_bool(j, name, json_is_true(value));
    else
        json_str(j, name, text_of(value));
}

/* All but what this file writes; it stands flat (core/details.def). */
static void write_others(struct json *j, json_t *details)
{
    const char *name;
    json_t *value;
    json_object_foreach(details, name, value)
    {
        if (strcmp(name, CARDS) != 0 && strcmp(name, SHORT) != 0)
            write_member(j, name, value);
    }
}

static void write_cards(struct json *j, const json_t *details, int64_t points)
{
    const json_t *cards = json_object_get(details, CARDS);
    const size_t count = json_array_size(cards);
    for (size_t i = 0; i < count; i++) {
        const json_t *card = json_array_get(cards, i);
        const int64_t had = points_of(card);
        if (had > 0 || points > 0)
            write_card(j, card, had > 0 ? had : points);
    }
}

static result save(struct tx *tx, struct payment *p, struct buf *text, struct arena *arena)
{
    p->details = arena_str(arena, buf_view(text));
    const bool is_broken = text->is_broken;
    buf_done(text);
    if (is_broken || p->details.at == NULL)
        return E_NO_MEMORY;
    return db_exec(tx_db(tx), SQL_PAYMENT_DETAIL, VI(p->tenant), VI(p->id.key), VT(p->details));
}

/* BitCash says nothing of its numbers once it is paid (komoju-core 15.3). */
static bool shows_cards(const struct payment *p)
{
    return p->method != METHOD_BIT_CASH || p->short_minor > 0;
}

static void write_prepaid(struct json *j, const struct payment *p, const json_t *details,
                          const json_t *more, int64_t points)
{
    json_i64(j, SHORT, p->short_minor);
    json_open_array(j, CARDS);
    write_cards(j, details, points);
    if (more != NULL)
        write_card(j, json_array_get(json_object_get(more, CARDS), 0), 0);
    json_end(j);
}

/* Writes the details anew. `more` may be NULL: details whose number joins. Numbers without points
 * get these, or go when there are none. */
static result rewrite(struct tx *tx, struct payment *p, const json_t *more, int64_t points,
                      struct arena *arena)
{
    json_t *details = NULL;
    TRY(json_parse(p->details, 0, &details, NULL));
    struct buf text;
    struct json j;
    buf_init(&text, DETAILS_BYTES_MAX);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    write_others(&j, details);
    if (shows_cards(p))
        write_prepaid(&j, p, details, more, points);
    json_end(&j);
    json_decref(details);
    return save(tx, p, &text, arena);
}

result prepaid_add(struct tx *tx, struct payment *p, str details, struct arena *arena)
{
    json_t *more = NULL;
    TRY(json_parse(details, 0, &more, NULL));
    const result r = rewrite(tx, p, more, 0, arena);
    json_decref(more);
    return r;
}

result prepaid_settle(struct tx *tx, struct payment *p, int64_t points, struct arena *arena)
{
    return rewrite(tx, p, NULL, points, arena);
}
