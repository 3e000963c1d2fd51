/* SPDX-License-Identifier: Apache-2.0 */
/* camt_entry.c: entries of camt.053 and camt.054, and their details. */
#include <string.h>

#include "bank/camt.h"

/* ---- an entry and what all of its lines have ----------------------------------------------- */

void camt_entry_open(struct camt *c)
{
    xml_texts_clear(c->texts, CAMT_AMOUNT, CAMT_TX_NOTE);
    c->entry = (struct camt_entry){.adds_up = true};
}

void camt_group_open(struct camt *c)
{
    xml_texts_clear(c->texts, CAMT_BATCH, CAMT_BATCH_COUNT);
    c->entry.groups++;
}

/* Only what is booked has moved money. */
static result read_status(struct camt *c, const struct xml_element *element, bool *ret_is_booked)
{
    const str status = xml_text_of(c->texts, CAMT_STATUS);
    *ret_is_booked = str_is(status, "BOOK");
    if (*ret_is_booked || str_is(status, "PDNG") || str_is(status, "INFO") ||
        str_is(status, "FUTR"))
        return OK;
    return camt_fail(c, element, "status",
                     "the status of an entry must be BOOK, PDNG, INFO or FUTR");
}

/* What stands in front of an entry's details. */
static result read_head(struct camt *c, const struct xml_element *element)
{
    struct statement_line *line = &c->entry.line;
    const str reversal = xml_text_of(c->texts, CAMT_REVERSAL);
    TRY(read_status(c, element, &c->entry.is_booked));
    TRY(camt_amount(c, element, CAMT_AMOUNT, "amount", &line->amount_minor));
    TRY(camt_sign(c, element, CAMT_SIGN, &line->is_credit));
    TRY(camt_day(c, element, CAMT_BOOKED, "booked", &line->booked));
    TRY(camt_day(c, element, CAMT_VALUED, "valued", &line->valued));
    memcpy(line->currency, currency_code(c->currency), sizeof line->currency);
    line->is_reversal = str_is(reversal, "true") || str_is(reversal, "1");
    c->entry.has_head = true;
    return OK;
}

/* The references: the bank's own, which is the same in every file, or the statement's. */
static void take_reference(const struct camt *c, bool has_detail, struct statement_line *line)
{
    line->reference = xml_text_of(c->texts, CAMT_REFERENCE);
    if (has_detail && (line->part > 0 || line->reference.at == NULL)) {
        const str own = xml_text_of(c->texts, CAMT_TX_REFERENCE);
        line->reference = own.at != NULL ? own : line->reference;
    }
    line->has_bank_reference = line->reference.at != NULL;
    if (line->reference.at == NULL)
        line->reference = xml_text_of(c->texts, CAMT_ENTRY_REFERENCE);
}

/* How many transfers a batch has is the bank's remark; one that is no number is left out. */
static void take_batch(const struct camt *c, struct statement_line *line)
{
    int64_t count;
    line->batch = xml_text_of(c->texts, CAMT_BATCH);
    if (str_i64(xml_text_of(c->texts, CAMT_BATCH_COUNT), &count) && count > 0)
        line->batch_count = count;
}

/* ---- details ------------------------------------------------------------------------------- */

/* The other side. In a payment that came back to us the roles are those of the first way: the
 * creditor is whom we had paid. */
static void take_parties(const struct camt *c, struct statement_line *line)
{
    const str debtor = xml_text_of(c->texts, CAMT_DEBTOR);
    const str creditor = xml_text_of(c->texts, CAMT_CREDITOR);
    const str transaction = line->transaction;
    const bool is_return =
        line->return_reason.at != NULL ||
        (transaction.bytes >= 4 && memcmp(transaction.at + transaction.bytes - 4, "RRTN", 4) == 0);
    const bool is_from_debtor = line->is_credit && !(is_return && creditor.at != NULL);
    line->name = is_from_debtor ? debtor : creditor;
    line->sender_bank =
        xml_text_of(c->texts, is_from_debtor ? CAMT_DEBTOR_AGENT : CAMT_CREDITOR_AGENT);
}

static void take_detail(const struct camt *c, struct statement_line *line)
{
    const str note = xml_text_of(c->texts, CAMT_TX_NOTE);
    line->end_to_end = xml_text_of(c->texts, CAMT_END_TO_END);
    line->instruction_id = xml_text_of(c->texts, CAMT_INSTRUCTION);
    line->uetr = xml_text_of(c->texts, CAMT_UETR);
    line->edi = xml_text_of(c->texts, CAMT_REMITTANCE);
    line->return_reason = xml_text_of(c->texts, CAMT_RETURN);
    if (note.at != NULL)
        line->memo = note;
    if (line->batch.at == NULL)
        line->batch = xml_text_of(c->texts, CAMT_TX_BATCH);
    take_parties(c, line);
}

/* A line of the entry at hand: whole or a part, with a detail or without. */
static result tell(struct camt *c, struct statement_line line, bool has_detail)
{
    line.transaction = xml_text_of(c->texts, CAMT_TRANSACTION);
    line.memo = xml_text_of(c->texts, CAMT_NOTE);
    take_reference(c, has_detail, &line);
    take_batch(c, &line);
    if (has_detail)
        take_detail(c, &line);
    return reading_line(c->reading, &line);
}

result camt_detail_open(struct camt *c, const struct xml_element *element)
{
    xml_texts_clear(c->texts, CAMT_TX_AMOUNT, CAMT_TX_NOTE);
    c->entry.details++;
    return c->entry.has_head ? OK : read_head(c, element);
}

/* The first time: whether the details go on adding up to the entry. */
static void add_detail(struct camt *c)
{
    struct camt_entry *e = &c->entry;
    const struct xml_text *amount = &c->texts[CAMT_TX_AMOUNT];
    const str sign = xml_text_of(c->texts, CAMT_TX_SIGN);
    e->adds_up = e->adds_up && amount->bytes > 0 &&
                 strcmp(amount->currency, e->line.currency) == 0 &&
                 (sign.at == NULL || str_is(sign, e->line.is_credit ? "CRDT" : "DBIT"));
}

result camt_detail_close(struct camt *c, const struct xml_element *element)
{
    struct camt_entry *e = &c->entry;
    int64_t minor = 0;
    add_detail(c);
    if (e->adds_up)
        TRY(camt_amount(c, element, CAMT_TX_AMOUNT, "amount", &minor));
    e->adds_up = e->adds_up && minor_add(e->sum_minor, minor, &e->sum_minor).code == E_OK;
    if (!c->reading->is_telling || !e->is_booked || c->parts[c->entry_index] == 0)
        return OK;
    struct statement_line line = e->line;
    line.amount_minor = minor;
    line.part = (int)e->details;
    line.parts = (int)c->parts[c->entry_index];
    return tell(c, line, true);
}

/* ---- whole entries ------------------------------------------------------------------------- */

enum { ENTRY_ROOM_FIRST = 256 };

static result grow_entries(struct camt *c)
{
    const size_t room = c->entry_room == 0 ? ENTRY_ROOM_FIRST : 2 * c->entry_room;
    uint32_t *more = ARENA_ARRAY(c->reading->arena, uint32_t, room);
    if (more == NULL)
        return E_NO_MEMORY;
    if (c->entry_room > 0)
        memcpy(more, c->parts, c->entry_room * sizeof *more);
    c->parts = more;
    c->entry_room = room;
    return OK;
}

/* The first time: in how many parts the entry will be told. */
static result count_entry(struct camt *c)
{
    struct camt_entry *e = &c->entry;
    const bool is_split = e->details > 1 && e->adds_up && e->sum_minor == e->line.amount_minor;
    if (c->entry_index >= STATEMENT_LINES_MAX)
        return FAIL(E_BANK_FILE, "line", "the file has more than 200,000 lines");
    if (c->entry_index == c->entry_room)
        TRY(grow_entries(c));
    const int64_t parts = is_split ? e->details : 0;
    if (e->is_booked)
        TRY(reading_count(c->reading, &e->line, parts == 0 ? 1 : parts));
    else
        c->reading->account->skipped_count++;
    c->parts[c->entry_index++] = (uint32_t)parts;
    return OK;
}

result camt_entry_close(struct camt *c, const struct xml_element *element)
{
    struct camt_entry *e = &c->entry;
    if (!e->has_head)
        TRY(read_head(c, element));
    if (!c->reading->is_telling)
        return count_entry(c);
    const bool is_split = c->parts[c->entry_index++] > 0;
    if (!e->is_booked || is_split)
        return OK;
    if (e->groups > 1) /* whose batch it is cannot be told */
        xml_texts_clear(c->texts, CAMT_BATCH, CAMT_BATCH_COUNT);
    return tell(c, e->line, e->details == 1);
}
