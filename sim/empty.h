/* SPDX-License-Identifier: Apache-2.0 */
/* empty.h: a PostgreSQL database for tests becomes as if it were new. */
#ifndef KESSAI_SIM_EMPTY_H
#define KESSAI_SIM_EMPTY_H

#include <stdbool.h>

/* Deletes all rows of all tables, if there are tables. False: it cannot be reached. */
bool empty_database(const char *url);

#endif
