/* SPDX-License-Identifier: Apache-2.0 */
#include "base/plant.h"

#include <stdlib.h>
#include <string.h>

bool plant_is(const char *name)
{
    const char *planted = getenv("KESSAI_PLANT");
    return planted != NULL && strcmp(planted, name) == 0;
}
