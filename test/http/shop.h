/* SPDX-License-Identifier: Apache-2.0 */
/* shop.h: a server with a small route table for the tests of http.
 *
 *     GET  /open                  open
 *     GET  /things/{id}/page      the holder of "known", which is live, or of "tried", which is not
 *     GET  /items/{id}            any key; says its argument
 *     GET  /items/new             any key; says "new"
 *     GET  /items/{id}/parts/{part}
 *     POST /echo, PATCH /echo     secret key; says what arrived; 1,000 bytes
 *     POST /platform, POST /test  for their scopes
 *     POST /later                 secret key; kept, finished by another thread
 *     POST /at-once               secret key; kept, finished before the handler returns
 *     POST /held                  secret key; kept until shop_release()
 *     GET  /blocked              keeps its thread at work while shop_block() holds
 *     GET  /fail/{code}           replies with an error: its name
 *
 * Keys: sk_test (ordinary, test), sk_live (ordinary, live), sk_plat (platform, test), pk_test,
 * sk_slow.
 * Used by  test/http */
#ifndef KESSAI_TEST_HTTP_SHOP_H
#define KESSAI_TEST_HTTP_SHOP_H

#include "http/http.h"

enum { SHOP_ECHO_BYTES = 1000 };

struct shop;
/* config: header_ms, body_ms, kept_max, threads are taken from it. */
struct shop *shop_open(const struct http_config *config);
uint16_t shop_port(const struct shop *shop);
unsigned shop_lookup_count(const struct shop *shop);        /* of things, so far */
unsigned shop_held_wait(struct shop *shop, unsigned count); /* until that many are held */
/* From now on GET /blocked, and whoever looks up the key sk_slow, keeps its thread at work. */
void shop_block(struct shop *shop);
void shop_blocked_wait(struct shop *shop); /* until a thread is */
void shop_unblock(struct shop *shop);
void shop_release(struct shop *shop);
void shop_stop(struct shop *shop, int64_t wait_ms); /* http_stop() only */
void shop_close(struct shop *shop);                 /* the rest; stops if it was not stopped */

#endif
