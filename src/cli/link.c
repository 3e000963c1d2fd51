/* SPDX-License-Identifier: Apache-2.0 */
/* link.c: `kessai link create`, `list` and `deactivate`. */
#include "app/link.h"

#include "cli/cli.h"

static struct link_order order_of(const struct args *args)
{
    const struct option_value *v = args->values;
    return (struct link_order){
        .merchant = v[OPT_MERCHANT].id,
        .lifetime_s = v[OPT_EXPIRES_IN].number,
        .public_url = v[OPT_PUBLIC_URL].text.at,
        .link =
            {
                .id = v[OPT_LINK].id,
                .is_reusable = v[OPT_REUSABLE].is_given,
                .currency = (enum currency)v[OPT_CURRENCY].number,
                .amount_minor = v[OPT_AMOUNT].number,
                .min_minor = v[OPT_LEAST].number,
                .max_minor = v[OPT_MOST].number,
                .locale = (enum locale)v[OPT_LOCALE].number,
                .return_url = v[OPT_RETURN_URL].text,
                .description = v[OPT_DESCRIPTION].text,
                .payment_types = v[OPT_PAYMENT_TYPE].text,
                .external_order_num = v[OPT_ORDER_NUM].text,
            },
    };
}

static result create(const struct args *args, struct store *store, struct buf *out)
{
    struct link_order order = order_of(args);
    return link_make(store, args->arena, &order, out);
}

static result list(const struct args *args, struct store *store, struct buf *out)
{
    const struct link_order order = order_of(args);
    return link_list(store, &order, out);
}

static result deactivate(const struct args *args, struct store *store, struct buf *out)
{
    struct link_order order = order_of(args);
    return link_end(store, args->arena, &order, out);
}

int run_link_create(const struct args *args)
{
    return print_of_store(args, create);
}

int run_link_list(const struct args *args)
{
    return print_of_store(args, list);
}

int run_link_deactivate(const struct args *args)
{
    return print_of_store(args, deactivate);
}
