// SPDX-License-Identifier: Apache-2.0
// main.tsx: a simulated wallet, bank or store (test environment): what a tester does there decides what becomes of the
// payment, and then the tester goes on to where the shop wanted its customer.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useBusy } from '../shared/busy';
import { call, type Answer } from '../shared/call';
import { Alert } from '../shared/form';
import { localeOf, momentText, speak, type Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { TestStripe } from '../shared/test_stripe';
import { ACTS, REASON_TEXTS, REASONS, STATUSES, STORES, TEXTS, TITLE, type Act } from './texts';

interface Visit {
  payment: string | null; merchant: { name: string }; type: string; name_en: string; name_ja: string; name_ko: string; store?: string; status: string;
  total: number | null; currency: string; description: string | null; locale: string; payment_deadline: string | null; acts: Act[]; redirect_url: string | null;
}

const place = `/simulator/${location.pathname.split('/')[2] ?? ''}`;
const read = (): Promise<Answer<Visit>> => call('GET', `${place}/state`);

const nameOf = (visit: Visit, locale: Locale): string =>
  (visit.store && STORES[locale][visit.store]) || { ja: visit.name_ja, en: visit.name_en, ko: visit.name_ko }[locale];

function Summary({ visit, locale }: { visit: Visit; locale: Locale }) {
  const t = TEXTS[locale];
  const rows: [string, string | null][] = [
    [t.amount, visit.total === null ? null : moneyText(visit.total, visit.currency, locale)],
    [t.merchant, visit.merchant.name],
    [t.about, visit.description],
    [t.deadline, visit.payment_deadline && momentText(visit.payment_deadline, locale)],
  ];
  return (
    <dl class="facts">
      {rows.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

interface ActsProps { visit: Visit; locale: Locale; busy: boolean; onAct: (act: Act, code?: string) => void }

function Acts({ visit, locale, busy, onAct }: ActsProps) {
  const [reason, setReason] = useState<string>(REASONS[0]);
  const names = ACTS[locale], isStored = visit.payment === null;
  const button = (act: Act, look: string, name = names[act]) => visit.acts.includes(act) && (
    <button type="button" class={look} aria-disabled={busy ? 'true' : undefined} onClick={() => onAct(act, act === 'refuse' && !isStored ? reason : undefined)}>{name}</button>
  );
  return (
    <>
      {isStored && <p>{TEXTS[locale].agreement}</p>}
      {button('pay', 'main', isStored ? names.agree : names.pay)}
      {button('cancel', 'other')}
      {button('expire', 'other')}
      {visit.acts.includes('refuse') && !isStored && (
        <div class="field reason">
          <label for="reason">{TEXTS[locale].reason}</label>
          <select id="reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)}>
            {REASONS.map((code) => <option key={code} value={code}>{REASON_TEXTS[locale][code]} ({code})</option>)}
          </select>
        </div>
      )}
      {button('refuse', 'other')}
    </>
  );
}

/** Nothing can be done any more: what it is now, and the way on. */
function Ended({ visit, locale, isOver }: { visit: Visit; locale: Locale; isOver: boolean }) {
  const said = useRef<HTMLHeadingElement>(null);
  useEffect(() => said.current?.focus(), []);
  return (
    <>
      <h2 ref={said} tabIndex={-1}>{(STATUSES[locale] as Record<string, string>)[visit.status] ?? visit.status}</h2>
      {isOver && <p>{TEXTS[locale].over}</p>}
      {visit.redirect_url && <a href={visit.redirect_url}>{TEXTS[locale].on}</a>}
    </>
  );
}

function Page({ first, locale }: { first: Visit; locale: Locale }) {
  const [visit, setVisit] = useState(first);
  const [busy, start] = useBusy();
  const [failure, setFailure] = useState('');
  const [isOver, setOver] = useState(false);

  const act = (name: Act, code?: string) => start(async () => {
    setFailure('');
    const answer = await call<Visit>('POST', `${place}/act`, code ? { act: name, code } : { act: name });
    if (answer.ok && answer.value.redirect_url) { location.replace(answer.value.redirect_url); return 'leaves'; }
    // What is refused here has ended elsewhere, or too late: the state says what it is.
    const next = answer.ok ? answer : await read();
    if (next.ok) setVisit(next.value);
    if (next.ok && !answer.ok && next.value.acts.length === 0) setOver(true);
    else if (!answer.ok) setFailure(TEXTS[locale].lost);
    return 'stays';
  });

  return (
    <>
      <TestStripe locale={locale} />
      <p class="quiet">{TITLE}</p>
      <h1>{nameOf(visit, locale)}</h1>
      <Summary visit={visit} locale={locale} />
      {failure && <Alert>{failure}</Alert>}
      {visit.acts.length > 0 ? <Acts visit={visit} locale={locale} busy={busy} onAct={act} /> : <Ended visit={visit} locale={locale} isOver={isOver} />}
    </>
  );
}

const root = document.getElementById('page')!;
const answer = await read();
const locale = localeOf(answer.ok ? answer.value.locale : null, navigator.language);
speak(locale, TITLE);
root.removeAttribute('aria-busy');
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
if (answer.ok) render(<Page first={answer.value} locale={locale} />, root);
else render(<><h1>{TITLE}</h1><Alert>{TEXTS[locale][answer.status === 0 ? 'lost' : 'gone']}</Alert></>, root);
