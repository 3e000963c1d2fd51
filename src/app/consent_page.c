/* SPDX-License-Identifier: Apache-2.0 */
#include "app/consent_page.h"

#include "app/merchant.h"

static const struct {
    enum visit_act act;
    const char *name;
    enum consent outcome;
} ACTS[] = {
    {VISIT_PAY, "pay", CONSENT_GIVEN},
    {VISIT_REFUSE, "refuse", CONSENT_REFUSED},
    {VISIT_CANCEL, "cancel", CONSENT_CANCELLED},
};

result consent_page_tenant(struct db *db, id consent, int64_t *ret)
{
    TRY(db_number(db, SQL_WALLET_CONSENT_FIND_TEST, ret, VI(consent.key), VI(consent.salt)));
    return *ret != 0 ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result consent_of_act(enum visit_act act, enum consent *ret)
{
    for (size_t i = 0; i < COUNT(ACTS); i++)
        if (ACTS[i].act == act) {
            *ret = ACTS[i].outcome;
            return OK;
        }
    return FAIL(E_UNPROCESSABLE, "act", "this cannot be done with a wallet that is to be stored");
}

result consent_page_read(struct db *db, const struct app *app, int64_t tenant, id consent,
                         struct arena *arena, struct consent_page *ret)
{
    struct merchant_row merchant;
    TRY(consent_read(db, tenant, consent, &ret->consent));
    TRY(session_read_key(db, tenant, ret->consent.session, arena, &ret->session));
    TRY(merchant_read(db, tenant, ret->session.merchant, arena, &merchant));
    ret->merchant_name = merchant.name;
    ret->redirect_url = session_return_url(&ret->session, arena);
    if (ret->redirect_url.at == NULL)
        ret->redirect_url = str_of(session_url(&ret->session, app->public_url, "", arena));
    return ret->redirect_url.at != NULL ? OK : E_NO_MEMORY;
}

bool consent_page_waits(const struct consent_page *page)
{
    return page->consent.status == CONSENT_ASKED && page->session.status == SESSION_PENDING;
}

/* In the words of the test helper; a question that the session has ended without is withdrawn. */
static const char *status_of(const struct consent_page *page)
{
    if (consent_page_waits(page))
        return "pending";
    if (page->consent.status == CONSENT_GIVEN)
        return "approved";
    return page->consent.status == CONSENT_REFUSED ? "failed" : "cancelled";
}

void consent_page_view(struct json *j, const struct consent_page *page)
{
    const struct session *s = &page->session;
    const bool waits = consent_page_waits(page);
    json_open_object(j, NULL);
    json_text(j, "resource", "simulator_page");
    json_put_null(j, "payment");
    json_id(j, "session", s->id);
    json_open_object(j, "merchant");
    json_str(j, "name", page->merchant_name);
    json_end(j);
    page_method_view(j, page->consent.method);
    json_text(j, "status", status_of(page));
    json_put_null(j, "total");
    json_text(j, "currency", currency_code(s->currency));
    json_put_null(j, "description");
    json_text(j, "locale", locale_name(s->locale));
    json_put_null(j, "payment_deadline");
    json_open_array(j, "acts");
    for (size_t i = 0; waits && i < COUNT(ACTS); i++)
        json_text(j, NULL, ACTS[i].name);
    json_end(j);
    json_str(j, "redirect_url", waits ? STR_NONE : page->redirect_url);
    json_end(j);
}
