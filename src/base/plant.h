/* SPDX-License-Identifier: Apache-2.0 */
/* plant.h: bugs that are put in on purpose, to show that the simulator (sim/) finds them.
 *
 * Only a build with -Dplant=true has them; there the environment variable KESSAI_PLANT names the
 * one that is in the program. In every other build PLANT() is what is right, and nothing is left of
 * the rest.
 *
 *     ack_before_commit      a work hears of success whatever becomes of its commit
 *     double_post            each ledger transaction is written twice
 *     lost_event             what nobody asked for happens without an event
 *     missing_guard          a payment is changed while an operation is under way on it
 *     limit_off_by_one       a capture may take 1 more than was authorized
 *     missing_tenant_filter  a payment is found whoever it belongs to
 *
 * Used by  store/lane, app, core/payment */
#ifndef KESSAI_BASE_PLANT_H
#define KESSAI_BASE_PLANT_H

#ifdef KESSAI_PLANT
#include <stdbool.h>

bool plant_is(const char *name);
#define PLANT(name, wrong, right) (plant_is(name) ? (wrong) : (right))
#else
#define PLANT(name, wrong, right) (right)
#endif

#endif
