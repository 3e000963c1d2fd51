/* SPDX-License-Identifier: Apache-2.0 */
/* steps.h: the words that tables of steps and of needs are written in, and the stories.
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_STEPS_H
#define KESSAI_TEST_FAULT_MEMORY_STEPS_H

#include "base/compiler.h"
#include "fault/memory/story.h"

#define P "/api/v1/payments"
#define H "/api/v1/test_helpers"

#define CARD_NUMBER(number)                                                                        \
    "{\"type\":\"credit_card\",\"number\":\"" number                                               \
    "\",\"month\":\"12\",\"year\":\"2035\",\"verification_value\":\"123\","                        \
    "\"name\":\"Taro Yamada\",\"email\":\"taro@shop.example\"}"
#define CARD_OF(number) "\"payment_details\":" CARD_NUMBER(number)
#define CARD            CARD_OF("4111111111111111")
#define DECLINED        CARD_OF("4123111111111059")
#define CHALLENGED      CARD_OF("4000000000001018") /* the code is 123456 */
#define WITH_METHOD     CARD_OF("4100000000000100") /* the issuer's page runs first */
#define SLIP                                                                                       \
    "\"payment_details\":{\"type\":\"konbini\",\"store\":\"lawson\",\"name\":\"Hana\","            \
    "\"email\":\"hana@shop.example\"}"
#define WALLET "\"payment_details\":{\"type\":\"paypay\"}"
#define DOCUMENT                                                                                   \
    "\"document\":{\"file_name\":\"proof.pdf\",\"document_base64\":\"JVBERi0xLjQK\"}" /* %PDF-1.4  \
                                                                                       */
#define PAY     "{\"amount\":1000,\"currency\":\"JPY\","
#define SPLIT   "\"platform_details\":{\"submerchants\":[" LINE(1000) "]}"
#define LINE(n) "{\"submerchant_id\":\"$payee\",\"amount\":" #n ",\"platform_fee\":100}"
#define CODE(c) "{\"error\":{\"code\":\"" c "\""
#define NOBODY  "0000000000000000000000000"
#define FORM_CARD                                                                                  \
    "payment_details[type]=credit_card&payment_details[number]=4111111111111111"                   \
    "&payment_details[month]=12&payment_details[year]=2035"

/* Of a table of steps of the same file. */
#define STORY(name, table, has_sink)                                                               \
    {                                                                                              \
        name, table, COUNT(table), has_sink                                                        \
    }

extern const struct story STORY_SESSIONS, STORY_ATTEMPTS, STORY_CUSTOMERS, STORY_SUBSCRIPTIONS,
    STORY_SECURE; /* steps_buyers.c */
extern const struct story STORY_REFUND_REQUESTS, STORY_WEBHOOKS, STORY_SIGNED, STORY_EVENTS,
    STORY_DEADLINES; /* steps_after.c */
extern const struct story STORY_DISPUTES, STORY_VISITS, STORY_OWNERS,
    STORY_MAILBOX;                                  /* steps_later.c */
extern const struct story STORY_PAGES, STORY_LINKS; /* steps_pages.c */

#endif
