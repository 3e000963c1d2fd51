/* SPDX-License-Identifier: Apache-2.0 */
/* three_d_secure.c: what the page of an authentication asks of us, without a key: the token's id is
 * the secret, the issuer limits the tries, and five minutes all of it. */
#include "app/secure_token.h"

#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "app/session.h"

enum { BROWSER_TEXT_MAX = 2048 };

struct page_in {
    str token, code, cres;
    bool has_completed, completed;
    int act;
    json_t *browser;
};
#define AT(member) offsetof(struct page_in, member)
static const struct field TOKEN_FIELDS[] = {
    {"token", F_TEXT, AT(token), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 200, NULL},
};
const struct field_list request_three_d_token = FIELD_LIST(TOKEN_FIELDS);
static const struct field METHOD_FIELDS[] = {
    {"token", F_TEXT, AT(token), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 200, NULL},
    {"completed", F_BOOL, AT(completed), AT(has_completed), FIELD_REQUIRED, 0, 0, NULL},
    {"browser", F_OBJECT, AT(browser), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_three_d_method = FIELD_LIST(METHOD_FIELDS);
static const char *const ACTS[] = {[CHALLENGE_NONE] = "",
                                   [CHALLENGE_CODE] = "code",
                                   [CHALLENGE_CANCEL] = "cancel",
                                   [CHALLENGE_RESEND] = "resend",
                                   NULL};
static const struct field CHALLENGE_FIELDS[] = {
    {"token", F_TEXT, AT(token), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 200, NULL},
    {"act", F_ENUM, AT(act), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, ACTS},
    {"code", F_TEXT, AT(code), FIELD_NO_FLAG, 0, 1, CHALLENGE_CODE_BYTES_MAX, NULL},
};
const struct field_list request_three_d_challenge = FIELD_LIST(CHALLENGE_FIELDS);
static const struct field FINISH_FIELDS[] = {
    {"token", F_TEXT, AT(token), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 200, NULL},
    {"cres", F_TEXT, AT(cres), FIELD_NO_FLAG, 0, 1, 4000, NULL},
};
const struct field_list request_three_d_finish = FIELD_LIST(FINISH_FIELDS);
#undef AT

#define AT(member) offsetof(struct browser, member)
static const struct field BROWSER_FIELDS[] = {
    {"accept_header", F_TEXT, AT(accept_header), FIELD_NO_FLAG, 0, 1, BROWSER_TEXT_MAX, NULL},
    {"user_agent", F_TEXT, AT(user_agent), FIELD_NO_FLAG, 0, 1, BROWSER_TEXT_MAX, NULL},
    {"language", F_TEXT, AT(language), FIELD_NO_FLAG, 0, 1, 35, NULL},
    {"color_depth", F_TEXT, AT(color_depth), FIELD_NO_FLAG, 0, 1, 2, NULL},
    {"screen_height", F_TEXT, AT(screen_height), FIELD_NO_FLAG, 0, 1, 6, NULL},
    {"screen_width", F_TEXT, AT(screen_width), FIELD_NO_FLAG, 0, 1, 6, NULL},
    {"tz", F_TEXT, AT(tz), FIELD_NO_FLAG, 0, 1, 5, NULL},
    {"java_enabled", F_BOOL, AT(java_enabled), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"javascript_enabled", F_BOOL, AT(javascript_enabled), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_three_d_browser = FIELD_LIST(BROWSER_FIELDS);
#undef AT

static result read_token(str text, int64_t *ret_tenant, id *ret)
{
    return secure_token_read_text(text, ret_tenant, ret) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* ---- show and finish ------------------------------------------------------------------------ */

/* A CRes has passed through the browser: it must be of this authentication, and its status is not
 * looked at. */
static result check_cres(struct exchange *x, const struct secure_token *s, str cres)
{
    str trans;
    if (cres.at == NULL)
        return OK;
    TRY(three_d_cres_read(cres, x->arena, &trans));
    return str_is(trans, s->authentication.answer.server_trans_id)
               ? OK
               : FAIL(E_INVALID_PARAMETER, "cres", "this is the CRes of another authentication");
}

static result view(struct exchange *x, struct db *db, const struct page_in *in, bool is_finish)
{
    struct secure_token s;
    struct secure_token_page page = {.app = api_app(x), .arena = x->arena};
    struct payment payment;
    int64_t tenant;
    id wire;
    TRY(read_token(in->token, &tenant, &wire));
    TRY(session_now(db, page.app, tenant, &page.now_us));
    TRY(secure_token_read(db, tenant, wire, x->arena, &s));
    TRY(check_cres(x, &s, in->cres));
    if (is_finish && secure_token_verification(&s, page.now_us) == VERIFICATION_NEEDS_VERIFY)
        return FAIL(E_UNPROCESSABLE, NULL, "the authentication is not over");
    if (s.payment != 0) {
        TRY(payment_read_key(db, tenant, s.payment, x->arena, &payment));
        page.payment = &payment;
    }
    TRY(secure_token_redirect(db, &s, x->arena, &page.redirect_url));
    struct json j;
    api_json(x, &j);
    secure_token_state(&j, &s, &page);
    return OK;
}

static void show(struct exchange *x, const json_t *object, const struct field *fields, size_t count,
                 bool is_finish)
{
    struct page_in in = {0};
    result r = fields_read(object, NULL, fields, count, x->arena, &in);
    if (r.code == E_OK) {
        struct db *db = store_read_begin(api_app(x)->store);
        r = view(x, db, &in, is_finish);
        store_read_end(api_app(x)->store, db);
    }
    api_reply(x, r);
}

void api_three_d_show(struct exchange *x)
{
    show(x, x->request.query, TOKEN_FIELDS, COUNT(TOKEN_FIELDS), false);
}

void api_three_d_finish(struct exchange *x)
{
    show(x, x->request.body, FINISH_FIELDS, COUNT(FINISH_FIELDS), true);
}

/* ---- method and challenge ------------------------------------------------------------------- */

/* A decline of the rail ends the page as well: it is the payment's, not the page's. */
static void answered(struct command *c)
{
    struct secure_token_step *in = (struct secure_token_step *)c;
    if (c->outcome.code == E_OK || err_class_of(c->outcome.code) == ERR_RAIL)
        secure_token_step_view(in);
    if (c->outcome.code == E_OK)
        c->outcome = command_whole(c);
    api_answer(c);
}

static result read_method(struct exchange *x, struct secure_token_step *ret, str *ret_token)
{
    struct page_in in = {0};
    TRY(fields_read(x->request.body, NULL, METHOD_FIELDS, COUNT(METHOD_FIELDS), x->arena, &in));
    if (in.browser != NULL)
        TRY(fields_read(in.browser, "browser", BROWSER_FIELDS, COUNT(BROWSER_FIELDS), x->arena,
                        &ret->browser));
    ret->completion = in.completed ? COMPLETION_Y : COMPLETION_N;
    *ret_token = in.token;
    return OK;
}

static result read_challenge(struct exchange *x, struct secure_token_step *ret, str *ret_token)
{
    struct page_in in = {0};
    TRY(fields_read(x->request.body, NULL, CHALLENGE_FIELDS, COUNT(CHALLENGE_FIELDS), x->arena,
                    &in));
    ret->challenge = (enum challenge_act)in.act;
    if (ret->challenge == CHALLENGE_CODE && in.code.at == NULL)
        return FAIL(E_MISSING_PARAMETER, "code", "A required parameter (code) is missing.");
    ret->code = in.code;
    *ret_token = in.token;
    return OK;
}

static result prepare(struct exchange *x, struct secure_token_step *in)
{
    str token = STR_NONE;
    TRY(in->act == ACT_METHOD ? read_method(x, in, &token) : read_challenge(x, in, &token));
    TRY(read_token(token, &in->p.c.tenant, &in->token));
    in->p.c.work.tenant = in->p.c.tenant;
    return secure_token_step_prepare(in);
}

static void step(struct exchange *x, enum secure_token_act act)
{
    struct secure_token_step *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    secure_token_step_init(in);
    in->act = act;
    const result r = prepare(x, in);
    if (r.code != E_OK) {
        command_done(&in->p.c);
        reply_error(x, r);
        return;
    }
    api_run_with(x, &in->p.c, answered);
}

void api_three_d_method(struct exchange *x)
{
    step(x, ACT_METHOD);
}

void api_three_d_challenge(struct exchange *x)
{
    step(x, ACT_CHALLENGE);
}
