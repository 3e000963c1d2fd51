/* SPDX-License-Identifier: Apache-2.0 */
/* refund_request.c: makes a refund request, reads and shows it. */
#include "app/refund_request.h"

#include "app/payment_post.h"
#include "app/rail_outcome.h"
#include "core/refund.h"

/* ---- rows and views ------------------------------------------------------------------------ */

enum { REQUESTS_FIRST = 4 };

static struct bank_refund read_row(const struct rows *rows, struct arena *arena)
{
    return (struct bank_refund){
        .id = {.key = row_i64(rows, 0), .salt = row_i64(rows, 1)},
        .state = (enum refund_state)row_i64(rows, 2),
        .amount_minor = row_i64(rows, 3),
        .fees = {.customer_fee_minor = row_i64(rows, 4),
                 .customer_fee_tax_minor = row_i64(rows, 5),
                 .fee_minor = row_i64(rows, 6),
                 .fee_tax_minor = row_i64(rows, 7)},
        .bank_name = row_copy(rows, 8, arena),
        .bank_code = row_copy(rows, 9, arena),
        .branch_name = row_copy(rows, 10, arena),
        .branch_number = row_copy(rows, 11, arena),
        .account_type = (enum account_type)row_i64(rows, 12),
        .sealed = row_copy(rows, 13, arena),
        .created_us = row_i64(rows, 14),
        .description = row_copy(rows, 15, arena),
    };
}

/* Room for one more behind p->requests; those that others remember stay as they are. */
static result make_room(struct payment *p, size_t room, struct arena *arena)
{
    struct bank_refund *requests = ARENA_ARRAY(arena, struct bank_refund, room);
    if (requests == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < p->request_count; i++)
        requests[i] = p->requests[i];
    p->requests = requests;
    return OK;
}

result refund_requests_read(struct db *db, struct arena *arena, struct payment *p)
{
    struct rows rows;
    size_t room = 0;
    TRY(db_query(db, SQL_REFUND_REQUEST_LIST, &rows, VI(p->tenant), VI(p->id.key)));
    while (rows.error.code == E_OK && rows_next(&rows)) {
        if (p->request_count == room) {
            room = room == 0 ? REQUESTS_FIRST : 2 * room;
            rows.error = make_room(p, room, arena);
        }
        if (rows.error.code == E_OK)
            p->requests[p->request_count++] = read_row(&rows, arena);
    }
    return rows_done(&rows);
}

static const char *state_name(enum refund_state state)
{
    return state == REFUND_SENT ? "pending" : state == REFUND_DONE ? "completed" : "rejected";
}

void refund_request_view(struct json *j, const struct payment *p, const struct bank_refund *request)
{
    json_open_object(j, NULL);
    json_id(j, "id", request->id);
    json_id(j, "payment", p->id);
    bank_account_view(j, request->id, request->sealed);
    json_str(j, "bank_name", request->bank_name);
    json_str(j, "bank_code", request->bank_code);
    json_str(j, "branch_name", request->branch_name);
    json_str(j, "branch_number", request->branch_number);
    json_i64(j, "amount", request->amount_minor);
    json_str(j, "description", request->description);
    json_text(j, "status", state_name(request->state));
    json_time(j, "created_at", request->created_us);
    if (p->model != MODEL_ALONE)
        payment_details_view(j, p, request->id.key);
    json_end(j);
}

/* ---- create -------------------------------------------------------------------------------- */

static bool has_given_customer_fee_back(const struct payment *p)
{
    for (size_t i = 0; i < p->request_count; i++)
        if (p->requests[i].state != REFUND_FAILED && p->requests[i].fees.customer_fee_minor > 0)
            return true;
    return false;
}

static result decide(struct tx *tx, struct refund_request_create *in, struct refund_plan *plan,
                     struct refund_fees *ret_fees)
{
    struct command *c = &in->p.c;
    const struct payment *p = &in->p.payment;
    split_line lines[SPLIT_LINES_MAX];
    const struct refund_payment payment = {
        .state = p->status,
        .model = p->model,
        .base_minor = payment_base(p),
        .refunded_minor = p->refunded_minor,
        .refunding_minor = p->refunding_minor,
        .had_refund = p->refund_count > 0,
        .method_refunds = method_row(p->method)->refund_request,
        .method_refunds_partially = true,
        .capture_lines = lines,
        .capture_line_count = payment_lines(p, 0, lines),
    };
    struct refund_request request = {.has_amount = in->has_amount,
                                     .amount_minor = in->amount_minor,
                                     .processor = p->merchant.key};
    const struct customer_fee_refund customer_fee = {
        .customer_fee_minor = p->customer_fee_minor,
        .is_asked = in->includes_customer_fee,
        .is_given_back = has_given_customer_fee_back(p),
    };
    TRY(platform_details_resolve(tx, c->tenant, &in->platform, c->arena, &request.split));
    TRY(refund_decide(&payment, &request, c->arena, plan));
    return refund_request_fees(&customer_fee, ret_fees);
}

static result add_request(struct tx *tx, struct payment *p, const struct bank_refund *request,
                          struct arena *arena)
{
    const struct refund_fees *fees = &request->fees;
    TRY(make_room(p, p->request_count + 1, arena));
    p->requests[p->request_count++] = *request;
    return db_exec(tx_db(tx), SQL_REFUND_REQUEST_INSERT, VI(p->tenant), VI(request->id.key),
                   VI(request->id.salt), VI(p->id.key), VI(fees->customer_fee_minor),
                   VI(fees->customer_fee_tax_minor), VI(fees->fee_minor), VI(fees->fee_tax_minor),
                   VT(request->bank_name), VT(request->bank_code), VT(request->branch_name),
                   VT(request->branch_number), VI(request->account_type),
                   VB(request->sealed.at, request->sealed.bytes), VI(request->created_us));
}

/* The refund under way, its split, the request beside it, the holds. */
static result write(struct tx *tx, struct refund_request_create *in, const struct refund_plan *plan,
                    const struct bank_refund *request)
{
    struct arena *arena = in->p.c.arena;
    struct payment *p = &in->p.payment;
    const struct refund refund = {
        .id = {.key = request->id.key, .salt = id_new(tx_real_now(tx)).salt},
        .state = REFUND_SENT,
        .amount_minor = plan->amount_minor,
        .is_reverse = plan->is_reverse,
        .has_split = !plan->is_reverse && plan->line_count > 0,
        .description = request->description,
        .created_us = request->created_us,
    };
    p->refunding_minor += plan->amount_minor;
    TRY(payment_add_refund(tx, p, &refund, arena));
    TRY(payment_add_split(tx, p, refund.id.key, plan->lines, plan->line_count, arena));
    TRY(add_request(tx, p, request, arena));
    TRY(payment_hold_request(tx, p, request, plan->lines, plan->line_count, HOLD_TAKE, arena));
    return payment_save(tx, p);
}

static result begin(struct tx *tx, struct command *c)
{
    struct refund_request_create *in = (struct refund_request_create *)c;
    struct payment *p = &in->p.payment;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    struct refund_plan *plan = ARENA_NEW(c->arena, struct refund_plan);
    if (plan == NULL)
        return E_NO_MEMORY;
    struct bank_refund request = in->bank;
    TRY(decide(tx, in, plan, &request.fees));
    request.id = id_new(tx_real_now(tx));
    request.state = REFUND_SENT;
    request.amount_minor = plan->amount_minor;
    TRY(tx_now(tx, c->tenant, &request.created_us));
    TRY(bank_account_seal(c->app->vault, request.id, &in->account, c->arena, &request.sealed));
    TRY(payment_check_request_room(p, plan->line_count, &request));
    TRY(payment_hold_request(tx, p, &request, plan->lines, plan->line_count, HOLD_CHECK, c->arena));
    TRY(write(tx, in, plan, &request));
    struct json j;
    json_init(&j, &c->body);
    payment_view(&j, NULL, p);
    c->step = STEP_ANSWER;
    return OK;
}

void refund_request_create_init(struct refund_request_create *in)
{
    in->p.c.begin = begin;
}
