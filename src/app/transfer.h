/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.h: moves balance between a platform and one of its sub-merchants.
 * Used by  api
 * Source   komoju-platform 13.3 */
#ifndef KESSAI_APP_TRANSFER_H
#define KESSAI_APP_TRANSFER_H

#include "app/command.h"

/* answer  {"type":"balance_transfer","recipient","remitter","amount","currency","happened_at"}
 * errors  E_NOT_FOUND (the path's merchant), balance_transfer_check's */
struct transfer_create {
    struct command c; /* first */
    id sender;        /* the path's merchant; the root's key for the short path */
    id receiver;      /* key 0: not a possible id */
    enum currency currency;
    int64_t amount_minor;
};
void transfer_create_init(struct transfer_create *in);

#endif
