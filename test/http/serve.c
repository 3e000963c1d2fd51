/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c: the test server on its own: `http_serve PORT THREADS` until standard input ends, for
 * load generators. GET /open is the trivial route, POST /later is finished by another thread. */
#include <stdlib.h>
#include <unistd.h>

#include "shop.h"

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct shop *shop = shop_open(&(struct http_config){
        .port = (uint16_t)strtoul(argv[1], NULL, 10),
        .threads = (unsigned)strtoul(argv[2], NULL, 10),
    });
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    shop_close(shop);
    return 0;
}
