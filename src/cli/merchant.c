/* SPDX-License-Identifier: Apache-2.0 */
/* merchant.c: `kessai merchant create`, `rate` and `expiry`, and `kessai key roll`. */
#include "app/merchant.h"
#include "app/legacy.h"
#include "cli/cli.h"

enum { LINE_BYTES_MAX = 1 << 16 };

static int print_line(struct buf *out)
{
    buf_char(out, '\n');
    const int status = print(out);
    buf_done(out);
    return status;
}

static int print_keys(id merchant, const struct key_pair *keys, bool is_live, int64_t overlap_us)
{
    struct buf out;
    struct json j;
    buf_init(&out, LINE_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "id", merchant);
    json_str(&j, "secret_key", keys->secret);
    json_str(&j, "publishable_key", keys->publishable);
    json_bool(&j, "live", is_live);
    if (overlap_us != 0)
        json_time(&j, "overlap_until", overlap_us);
    json_end(&j);
    return print_line(&out);
}

int run_merchant_create(const struct args *args)
{
    struct store *store;
    result r = open_store(args, true, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct merchant_root root = {
        .name = args->values[OPT_NAME].text,
        .kind = (enum platform_kind)args->values[OPT_KIND].number,
        .is_live = args->values[OPT_LIVE].is_given,
    };
    r = merchant_create_root(store, args->arena, &root);
    const int status =
        r.code == E_OK ? print_keys(root.id, &root.keys, root.is_live, 0) : print_failure(args, r);
    store_close(store);
    return status;
}

/* The vault is there where a new key is to sign for the legacy page. */
static result roll_key(const struct args *args, struct store *store, struct key_roll *roll)
{
    bool is_legacy = false;
    TRY(legacy_is_on(store, roll->merchant, &is_legacy));
    if (is_legacy)
        TRY(open_vault(args, store, &roll->vault));
    const result r = key_roll(store, args->arena, roll);
    vault_close(roll->vault);
    return r;
}

int run_key_roll(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct key_roll roll = {.merchant = args->values[OPT_MERCHANT].id};
    r = roll_key(args, store, &roll);
    const int status =
        r.code == E_OK ? print_keys(roll.merchant, &roll.keys, roll.is_live, roll.overlap_until_us)
                       : print_failure(args, r);
    store_close(store);
    return status;
}

static int print_rate(const struct method_rate *rate)
{
    struct buf out;
    struct json j;
    buf_init(&out, LINE_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", rate->merchant);
    json_text(&j, "method", method_row(rate->method)->slug);
    percent_view(&j, "percent", rate->rate.percent_e4);
    json_i64(&j, "fixed", rate->rate.fixed_minor);
    json_i64(&j, "minimum", rate->rate.minimum_minor);
    json_i64(&j, "customer_fee", rate->customer_fee_minor);
    json_end(&j);
    return print_line(&out);
}

int run_merchant_rate(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    const struct option_value *v = args->values;
    struct method_rate rate = {
        .merchant = v[OPT_MERCHANT].id,
        .method = (enum method)v[OPT_METHOD].number,
        .has_percent = v[OPT_PERCENT].is_given,
        .has_fixed = v[OPT_FIXED].is_given,
        .has_minimum = v[OPT_MINIMUM].is_given,
        .has_customer_fee = v[OPT_CUSTOMER_FEE].is_given,
        .rate = {.percent_e4 = v[OPT_PERCENT].number,
                 .fixed_minor = v[OPT_FIXED].number,
                 .minimum_minor = v[OPT_MINIMUM].number},
        .customer_fee_minor = v[OPT_CUSTOMER_FEE].number,
    };
    r = method_rate_set(store, args->arena, &rate);
    const int status = r.code == E_OK ? print_rate(&rate) : print_failure(args, r);
    store_close(store);
    return status;
}

static int print_expiry(const struct merchant_expiry *expiry)
{
    struct buf out;
    struct json j;
    buf_init(&out, LINE_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", expiry->merchant);
    json_text(&j, "method", method_row(expiry->method)->slug);
    json_i64(&j, "expiry_days", expiry->days);
    json_end(&j);
    return print_line(&out);
}

int run_merchant_expiry(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    const struct option_value *v = args->values;
    struct merchant_expiry expiry = {
        .merchant = v[OPT_MERCHANT].id,
        .method = (enum method)v[OPT_METHOD].number,
        .is_set = v[OPT_EXPIRY_DAYS].is_given,
        .days = v[OPT_EXPIRY_DAYS].number,
    };
    r = merchant_expiry_set(store, args->arena, &expiry);
    const int status = r.code == E_OK ? print_expiry(&expiry) : print_failure(args, r);
    store_close(store);
    return status;
}
