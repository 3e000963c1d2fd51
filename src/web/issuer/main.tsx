// SPDX-License-Identifier: Apache-2.0
// main.tsx: the simulated issuer (test environment), in a frame of the page of an authentication: its method page, which
// shows nothing, and its challenge. Framed by another page it is nothing; without a frame it leads to the page around it.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { pageOf, readAuthentication, step, tell, type Authentication } from '../shared/authentication';
import { useBusy } from '../shared/busy';
import { digitsIn } from '../shared/card';
import { Alert, Field, focusError, Submit } from '../shared/form';
import { localeOf, speak, type Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { TestStripe } from '../shared/test_stripe';
import { TEXTS } from './texts';

type Act = 'code' | 'resend' | 'cancel';

function Summary({ of, locale }: { of: Authentication; locale: Locale }) {
  const t = TEXTS[locale];
  return (
    <table class="sum">
      <tbody>
        {of.merchant_name && <tr><th scope="row">{t.shop}</th><td class="text">{of.merchant_name}</td></tr>}
        {of.amount > 0 && <tr><th scope="row">{t.amount}</th><td>{moneyText(of.amount, of.currency, locale)}</td></tr>}
        <tr><th scope="row">{t.card}</th><td>•••• {of.card.last_four_digits}</td></tr>
      </tbody>
    </table>
  );
}

const isSame = (a: Authentication, b: Authentication): boolean =>
  a.step === b.step && a.challenge?.tries_left === b.challenge?.tries_left && a.challenge?.resends_left === b.challenge?.resends_left;

function Challenge({ first, locale }: { first: Authentication; locale: Locale }) {
  const t = TEXTS[locale];
  const form = useRef<HTMLFormElement>(null);
  const [now, setNow] = useState(first);
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [said, setSaid] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, start] = useBusy();
  const left = now.challenge;

  const wrong = (text: string) => { setError(text); setCode(''); focusError(form.current!); };
  // What has changed is what was heard: an answer that is lost may have counted all the same.
  const take = (next: Authentication, act: Act) => {
    setNow(next);
    if (next.step === 'ended') { if (act === 'cancel') tell({ what: 'cancel' }); tell({ what: 'ended', cres: next.cres }); return; }
    const after = next.challenge!, before = now.challenge!;
    if (after.tries_left < before.tries_left) wrong(t.wrong(after.tries_left));
    if (after.resends_left < before.resends_left) setSaid(t.resent(after.resends_left));
  };
  const send = (act: Act) => start(async () => {
    setSaid(''); setError(''); setFailure('');
    const answer = await step('challenge', act === 'code' ? { act, code } : { act });
    const next = answer.ok ? answer : await readAuthentication();
    if (next.ok) take(next.value, act);
    if (!next.ok || (!answer.ok && isSame(next.value, now))) setFailure(t.lost);
    return 'stays';
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (code === '') wrong(t.missing);
    else void send('code');
  };

  if (!left) return <p role="status">{t.ended}</p>;
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <p>{t.ask}</p>
      {failure && <Alert>{failure}</Alert>}
      <Field id="code" name="code" label={t.code} value={code} inputMode="numeric" autoComplete="one-time-code" maxLength={10} error={error}
        hint={t.hint} onValue={(text) => { setError(''); setCode(digitsIn(text)); }} />
      <Submit busy={busy}>{t.submit}</Submit>
      {left.resends_left > 0 && <button type="button" class="other" aria-disabled={busy ? 'true' : undefined} onClick={() => send('resend')}>{t.resend}</button>}
      <p role="status" class="hint">{left.resends_left > 0 ? said : t.noResends}</p>
      <button type="button" class="other" aria-disabled={busy ? 'true' : undefined} onClick={() => send('cancel')}>{t.cancel}</button>
    </form>
  );
}

/** Tells the page around how much room there is to be. */
function Page({ first, locale }: { first: Authentication; locale: Locale }) {
  useEffect(() => {
    const watch = new ResizeObserver(() => tell({ what: 'height', height: root.getBoundingClientRect().height }));
    watch.observe(root);
    return () => watch.disconnect();
  }, []);
  return (
    <>
      <TestStripe locale={locale} />
      <h1>{TEXTS[locale].title}</h1>
      <Summary of={first} locale={locale} />
      <Challenge first={first} locale={locale} />
    </>
  );
}

/** Whether the page around is one of ours: nobody else may put this one under other things. */
function isInOurPage(): boolean {
  try {
    return parent.location.origin === location.origin;
  } catch {
    return false;
  }
}

const root = document.getElementById('page')!;

async function run() {
  const answer = await readAuthentication();
  const locale = localeOf(answer.ok ? answer.value.locale : null, navigator.language);
  speak(locale, TEXTS[locale].title);
  root.removeAttribute('aria-busy');
  if (location.pathname.endsWith('_method')) {
    if (answer.ok && answer.value.method?.simulated_return) tell({ what: 'method' });
    return;
  }
  if (answer.ok) render(<Page first={answer.value} locale={locale} />, root);
  else render(<Alert>{answer.status === 0 ? TEXTS[locale].lost : TEXTS[locale].gone}</Alert>, root);
  if (answer.ok && answer.value.step === 'ended') tell({ what: 'ended', cres: null });
}

if (parent === window) location.replace(pageOf('offsite'));
else if (isInOurPage()) await run();
