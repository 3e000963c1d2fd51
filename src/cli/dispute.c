/* SPDX-License-Identifier: Apache-2.0 */
/* dispute.c: `kessai dispute list`, `open`, `end`, `show` and `document`, and
 * `kessai merchant chargeback-fee`. */
#include "app/dispute_operator.h"

#include "cli/cli.h"

enum { OUT_BYTES_MAX = 64 << 20 };

static result list(const struct args *args, struct store *store, struct buf *out)
{
    (void)args;
    return dispute_list(store, out);
}

int run_dispute_list(const struct args *args)
{
    return print_of_store(args, list);
}

static int print_dispute(const struct dispute *d)
{
    struct buf out;
    struct json j;
    buf_init(&out, REPLY_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "id", d->id);
    json_text(&j, "status", dispute_state_name(d->state));
    json_time(&j, "due_date", d->due_us);
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

static int order(const struct args *args, const struct dispute_order *order)
{
    struct store *store;
    struct dispute d;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = dispute_order_run(store, order, args->arena, &d);
    const int status = r.code == E_OK ? print_dispute(&d) : print_failure(args, r);
    store_close(store);
    return status;
}

int run_dispute_open(const struct args *args)
{
    const struct option_value *v = args->values;
    const struct dispute_order opens = {
        .opens = true,
        .payment = v[OPT_DISPUTED].id,
        .claim = {.reason_code = v[OPT_REASON_CODE].text, .reason = v[OPT_CLAIM].text},
    };
    return order(args, &opens);
}

int run_dispute_end(const struct args *args)
{
    enum { OUTCOME_WON = 1 };
    const struct dispute_order ends = {
        .dispute = args->values[OPT_DISPUTE].id,
        .is_won = args->values[OPT_OUTCOME].number == OUTCOME_WON,
    };
    return order(args, &ends);
}

static result show_one(const struct args *args, struct store *store, bool is_document,
                       struct buf *out)
{
    struct vault *vault;
    TRY(open_vault(args, store, &vault));
    const result r = dispute_show(store, vault, args->values[OPT_DISPUTE].id, is_document, out);
    vault_close(vault);
    return r;
}

static int show(const struct args *args, bool is_document)
{
    struct store *store;
    struct buf out;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    buf_init(&out, OUT_BYTES_MAX);
    r = show_one(args, store, is_document, &out);
    const int status = r.code == E_OK ? print(&out) : print_failure(args, r);
    buf_done(&out);
    store_close(store);
    return status;
}

int run_dispute_show(const struct args *args)
{
    return show(args, false);
}

int run_dispute_document(const struct args *args)
{
    return show(args, true);
}

static int print_fee(const struct chargeback_fee *fee)
{
    struct buf out;
    struct json j;
    buf_init(&out, REPLY_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", fee->merchant);
    json_i64(&j, "chargeback_fee", fee->fee_minor);
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

int run_merchant_chargeback_fee(const struct args *args)
{
    struct store *store;
    struct chargeback_fee fee = {
        .merchant = args->values[OPT_MERCHANT].id,
        .is_set = args->values[OPT_CHARGEBACK_FEE].is_given,
        .fee_minor = args->values[OPT_CHARGEBACK_FEE].number,
    };
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = chargeback_fee(store, &fee);
    const int status = r.code == E_OK ? print_fee(&fee) : print_failure(args, r);
    store_close(store);
    return status;
}
