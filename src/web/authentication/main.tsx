// SPDX-License-Identifier: Apache-2.0
// main.tsx: the page of an authentication: the issuer's method page in a frame that nobody sees, then its challenge in one
// that everybody sees, then what became of it, as the server knows it. Whoever is authenticated goes on at once; whoever is
// not reads why, and has a way back.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hear, pageOf, readAuthentication, step, type Authentication } from '../shared/authentication';
import type { Answer } from '../shared/call';
import { Alert } from '../shared/form';
import { localeOf, speak, type Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { browserData } from './browser';
import { OUTCOMES, TEXTS, type Outcome } from './texts';

const LOOK_MS = 10000; // another tab, or the clock, may end it
const FRAME_PIXELS = 600;

interface StepProps { now: Authentication; locale: Locale; onWord: (cres: string | null) => void; onCancel: () => void; onTaken: (answer: Answer<Authentication>) => void }

/** The issuer's method page runs, or does not come back in time; either is told, with what the browser is. */
function Method({ now, locale, onTaken }: StepProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    let isOver = false;
    const end = async (completed: boolean) => {
      if (isOver) return;
      isOver = true;
      onTaken(await step('method', { completed, browser: browserData() }));
    };
    const timer = setTimeout(() => end(false), now.method?.wait_ms ?? 0);
    const deafen = hear(() => frame.current?.contentWindow, (word) => { if (word.what === 'method') void end(true); });
    return () => { isOver = true; clearTimeout(timer); deafen(); };
  }, []);
  return (
    <>
      <p role="status">{TEXTS[locale].method}</p>
      {now.method && <iframe ref={frame} src={pageOf('issuer_method')} title={TEXTS[locale].hidden} hidden />}
    </>
  );
}

/** The issuer's own page, as high as it wants to be. */
function Challenge({ locale, onWord, onCancel }: StepProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(FRAME_PIXELS);
  useEffect(() => hear(() => frame.current?.contentWindow, (word) => {
    if (word.what === 'height') setHeight(Math.max(FRAME_PIXELS, Math.ceil(Number(word.height)) || 0));
    if (word.what === 'cancel') onCancel();
    if (word.what === 'ended') onWord(typeof word.cres === 'string' ? word.cres : null);
  }), []);
  useEffect(() => {
    const look = () => { if (!document.hidden) onWord(null); };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    return () => { clearInterval(timer); document.removeEventListener('visibilitychange', look); };
  }, []);
  return (
    <>
      <p>{TEXTS[locale].challenge}</p>
      <iframe ref={frame} class="issuer" src={pageOf('issuer')} title={TEXTS[locale].frame} height={height} />
    </>
  );
}

function outcomeOf(now: Authentication, isCancelled: boolean): Outcome {
  if (now.verification_status === 'ERRORED') {
    if (now.late) return 'late';
    return isCancelled ? 'cancelled' : 'denied';
  }
  if (now.payment_status === 'failed') return 'declined';
  return now.payment_status === 'cancelled' || now.payment_status === 'expired' ? 'withdrawn' : 'authenticated';
}

function Ended({ now, locale, isCancelled }: { now: Authentication; locale: Locale; isCancelled: boolean }) {
  const t = TEXTS[locale], url = now.redirect_url, outcome = outcomeOf(now, isCancelled);
  const heading = useRef<HTMLHeadingElement>(null);
  const isOurs = url?.startsWith(`${location.origin}/sessions/`);
  useEffect(() => {
    if (outcome === 'authenticated' && url) location.replace(url);
    else heading.current?.focus();
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{OUTCOMES[locale][outcome]}</h1>
      {outcome !== 'authenticated' && <p>{t.notCharged}</p>}
      {url ? <a class="way" href={url}>{isOurs ? t.backToPayment : t.back}</a> : <p>{t.close}</p>}
    </>
  );
}

function Page({ first, locale }: { first: Authentication; locale: Locale }) {
  const t = TEXTS[locale];
  const [now, setNow] = useState(first);
  const [isLost, setLost] = useState(false);
  const [isCancelled, setCancelled] = useState(false);

  const look = async () => {
    const answer = await readAuthentication();
    setLost(!answer.ok);
    if (answer.ok) setNow(answer.value);
  };
  // A step that was refused has been taken elsewhere, or has come too late: the state says which.
  const take = (answer: Answer<Authentication>) => {
    if (answer.ok) setNow(answer.value);
    else void look();
  };
  const word = async (cres: string | null) => {
    const answer = cres ? await step('finish', { cres }) : undefined;
    if (answer?.ok) setNow(answer.value);
    else void look();
  };

  if (isLost) return <><h1>{t.title}</h1><Alert>{t.lost}</Alert><button type="button" class="main" onClick={look}>{t.again}</button></>;
  if (now.step === 'ended') return <Ended now={now} locale={locale} isCancelled={isCancelled} />;
  const Step = now.step === 'method' ? Method : Challenge;
  return (
    <>
      {now.merchant_name && <p class="quiet">{now.merchant_name}{now.amount > 0 && ` · ${moneyText(now.amount, now.currency, locale)}`}</p>}
      <h1>{t.title}</h1>
      <Step now={now} locale={locale} onWord={word} onCancel={() => setCancelled(true)} onTaken={take} />
    </>
  );
}

const root = document.getElementById('page')!;
const answer = await readAuthentication();
const locale = localeOf(answer.ok ? answer.value.locale : null, navigator.language);
const t = TEXTS[locale];
speak(locale, t.title);
root.removeAttribute('aria-busy');
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); }); // come back to: what is it now?
if (answer.ok) render(<Page first={answer.value} locale={locale} />, root);
else render(<><h1>{t.title}</h1><Alert>{answer.status === 0 ? t.lost : t.gone}</Alert></>, root);
