// SPDX-License-Identifier: Apache-2.0
// main.tsx: the hosted page.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { CARD_EMPTY, CardForm, cardDetails, cardErrors, type CardErrors } from '../shared/card_form';
import { Alert, Submit, focusError } from '../shared/form';
import { localeOf, speak, type Locale, type Texts } from '../shared/locale';
import { moneyText } from '../shared/money';
import { paySession, readSession, type Session } from './session';

const TEXTS: Texts<Record<'title' | 'pay' | 'gone' | 'failed', string>> = {
  ja: { title: 'お支払い', pay: '支払う', gone: 'このお支払いは見つかりません', failed: 'お支払いできませんでした。内容をご確認ください。' },
  en: { title: 'Payment', pay: 'Pay', gone: 'There is no such payment', failed: 'The payment did not go through. Please check and try again.' },
  ko: { title: '결제', pay: '결제하기', gone: '결제를 찾을 수 없습니다', failed: '결제하지 못했습니다. 내용을 확인해 주세요.' },
};

function Checkout({ session, locale }: { session: Session; locale: Locale }) {
  const t = TEXTS[locale];
  const [card, setCard] = useState(CARD_EMPTY);
  const [errors, setErrors] = useState<CardErrors>({});
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  const pay = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const wrong = cardErrors(card, locale);
    setErrors(wrong);
    setFailure('');
    if (Object.keys(wrong).length > 0) { focusError(event.currentTarget as HTMLElement); return; }
    setBusy(true);
    const answer = await paySession(cardDetails(card));
    if (answer.ok && answer.value.redirect_url) { location.assign(answer.value.redirect_url); return; }
    setBusy(false);
    if (!answer.ok) setFailure(t.failed);
  };

  return (
    <form onSubmit={pay} noValidate>
      <p class="quiet">{session.merchant.name}</p>
      <h1>{moneyText(session.amount, session.currency, locale)}</h1>
      {failure && <Alert>{failure}</Alert>}
      <CardForm locale={locale} card={card} errors={errors} onCard={setCard} />
      <Submit busy={busy}>{t.pay} {moneyText(session.amount, session.currency, locale)}</Submit>
    </form>
  );
}

const root = document.getElementById('page')!;
const answer = await readSession();
const locale = localeOf(answer.ok ? answer.value.default_locale : null, navigator.language);
speak(locale, TEXTS[locale].title);
root.removeAttribute('aria-busy');
render(answer.ok ? <Checkout session={answer.value} locale={locale} /> : <Alert>{TEXTS[locale].gone}</Alert>, root);
