/* SPDX-License-Identifier: Apache-2.0 */
/* authentication.h: asks a card's issuer whether its holder is there, and keeps what it says.
 *
 * Whoever calls is outside any transaction: the directory server is asked between two of them, as a
 * rail is.
 *
 * Used by  app/secure_token*, app/payment_authenticate
 * Source   bank-rails 11; core/three_d_secure.h says what an answer is worth */
#ifndef KESSAI_APP_AUTHENTICATION_H
#define KESSAI_APP_AUTHENTICATION_H

#include "app/app.h"
#include "rails/three_d_secure.h"

/* What the browser tells of itself, where there is one. Texts may be absent. */
struct browser {
    str accept_header, user_agent, language, color_depth, screen_height, screen_width, tz;
    bool java_enabled, javascript_enabled;
};

struct authentication_request {
    const struct app *app;
    id merchant;
    str merchant_name;
    const struct card_secret *card;
    money amount; /* all that the customer pays; 0: nothing, the card is to be stored */
    int64_t now_us;
    struct browser browser;
};

/* The issuer has a method page; it comes back (test environment). */
enum { METHOD_PAGE = 1, METHOD_PAGE_RETURNS = 2 };

struct authentication {
    enum three_d_step step;
    enum verification verification;
    unsigned method_page; /* METHOD_PAGE bits */
    int64_t acs_state;
    char requestor_trans_id[UUID_BYTES];
    struct three_d_answer answer; /* the newest; its ECI is what may be sent on */
};

/* A new one: asks at once, or waits for the browser where the issuer has a method page. */
void authentication_begin(const struct authentication_request *rq, struct authentication *ret);
/* Asks after the method page; a is at STEP_3D_METHOD. */
void authentication_ask(const struct authentication_request *rq, enum method_completion completion,
                        struct authentication *a);
/* Takes the issuer's word (an ARes or RReq) for what it is worth. */
void authentication_take(enum card_brand brand, const struct three_d_answer *answer,
                         struct authentication *a);
/* The customer has not come in time. */
void authentication_give_up(struct authentication *a);

/* three_ds_auth_result of komoju-core 9: a JSON object of texts.
 *   ret   in the arena; absent without memory */
str authentication_result(const struct authentication *a, struct arena *arena);
/* Reads the ids, the ECI and the value of one back into a.  errors  E_MEMORY, E_INTERNAL */
MUST_USE result authentication_read(str result_json, struct authentication *a);

#endif
