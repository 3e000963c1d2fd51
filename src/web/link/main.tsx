// SPDX-License-Identifier: Apache-2.0
// main.tsx: the page of a payment link: what is to be paid, the amount where the buyer enters it, and on to the session.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { attemptKey, call, type Answer } from '../shared/call';
import { Alert, Field, Submit, focusError } from '../shared/form';
import { localeOf, momentText, speak, type Locale, type Texts } from '../shared/locale';
import { digitsOf, moneyText } from '../shared/money';

interface Link {
  id: string; status: 'active' | 'pending' | 'completed' | 'deactivated' | 'expired'; amount: number | null; min_amount: number | null;
  max_amount: number | null; currency: string; description: string | null; locale: string | null; expires_at: string | null;
  open_amount: number | null; merchant: { name: string };
}
interface Opened { session: string; session_url: string }

interface Words {
  title: string; go: string; amount: string; from: string; to: string; badAmount: string; tooSmall: string; tooLarge: string;
  noWay: string; failed: string; lost: string; gone: string; completed: string; deactivated: string; expired: string; until: string;
  pending: string; slip: string; showSlip: string; other: (first: string) => string; goOn: (first: string) => string; replace: (mine: string) => string;
}
const TEXTS: Texts<Words> = {
  ja: { title: 'お支払い', go: 'お支払いへ進む', amount: '金額', from: 'から', to: 'まで', badAmount: '金額をご確認ください', tooSmall: '金額が少なすぎます',
    tooLarge: '金額が多すぎます', noWay: 'この金額はお支払いいただけません', failed: 'お支払いへ進めませんでした。もう一度お試しください。',
    lost: '接続できませんでした。もう一度お試しください。', gone: 'このリンクは見つかりません', completed: 'このリンクはお支払い済みです',
    deactivated: 'このリンクは無効になりました', expired: 'このリンクの有効期限が切れました', until: '有効期限：',
    pending: 'お支払いをお待ちしています', slip: 'お支払いに必要な番号などを発行済みです。期限までにお支払いがない場合は、このリンクからもう一度お手続きいただけます。',
    showSlip: 'お支払い方法を見る', other: (first) => `このリンクでは、${first} のお支払い手続きがすでに始まっています。`, goOn: (first) => `${first} の手続きを続ける`,
    replace: (mine) => `取り消して ${mine} を支払う` },
  en: { title: 'Payment', go: 'Go on to payment', amount: 'Amount', from: 'from', to: 'up to', badAmount: 'Check the amount', tooSmall: 'The amount is too small',
    tooLarge: 'The amount is too large', noWay: 'This amount cannot be paid here', failed: 'That did not work. Please try again.',
    lost: 'There was no connection. Please try again.', gone: 'There is no such link', completed: 'This link has been paid',
    deactivated: 'This link is no longer valid', expired: 'This link has expired', until: 'Valid until',
    pending: 'Waiting for the payment', slip: 'What you need to pay, such as a number, has been issued. If the money does not come in time, this link can be used again.',
    showSlip: 'How to pay', other: (first) => `A payment of ${first} has been started with this link.`, goOn: (first) => `Go on with ${first}`,
    replace: (mine) => `Cancel it and pay ${mine}` },
  ko: { title: '결제', go: '결제하러 가기', amount: '금액', from: '부터', to: '까지', badAmount: '금액을 확인해 주세요', tooSmall: '금액이 너무 적습니다',
    tooLarge: '금액이 너무 많습니다', noWay: '이 금액은 결제할 수 없습니다', failed: '결제로 넘어가지 못했습니다. 다시 시도해 주세요.',
    lost: '연결하지 못했습니다. 다시 시도해 주세요.', gone: '링크를 찾을 수 없습니다', completed: '이미 결제된 링크입니다',
    deactivated: '더 이상 사용할 수 없는 링크입니다', expired: '링크의 유효기간이 지났습니다', until: '유효기간:',
    pending: '결제를 기다리고 있습니다', slip: '결제에 필요한 번호 등이 이미 발급되었습니다. 기한까지 결제되지 않으면 이 링크에서 다시 진행할 수 있습니다.',
    showSlip: '결제 방법 보기', other: (first) => `이 링크로 ${first} 결제가 이미 시작되었습니다.`, goOn: (first) => `${first} 결제 계속하기`,
    replace: (mine) => `취소하고 ${mine} 결제하기` },
};

const linkId = location.pathname.split('/')[2] ?? '';

/** "1,500" or "15.50" in minor units; undefined: no amount in this currency. */
function minorOf(text: string, currency: string): number | undefined {
  const plain = text.normalize('NFKC').replace(/[,\s¥$€£₩]/g, ''), digits = digitsOf(currency);
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(plain);
  if (!found || (found[2] ?? '').length > digits) return undefined;
  const minor = Number(found[1]! + (found[2] ?? '').padEnd(digits, '0'));
  return Number.isSafeInteger(minor) && minor > 0 ? minor : undefined;
}

function amountError(text: string, link: Link, t: Words): string | undefined {
  const minor = minorOf(text, link.currency);
  if (minor === undefined) return t.badAmount;
  if (link.min_amount !== null && minor < link.min_amount) return t.tooSmall;
  return link.max_amount !== null && minor > link.max_amount ? t.tooLarge : undefined;
}

/** "￥500 から" or "from ¥500". */
function bound(minor: number | null, word: string, link: Link, locale: Locale): string {
  if (minor === null) return '';
  const amount = moneyText(minor, link.currency, locale);
  return locale === 'en' ? `${word} ${amount}` : `${amount}${word}`;
}

/** One attempt: under its key it makes one session, however often it is sent. */
async function openLink(body: object): Promise<Answer<Opened>> {
  const key = attemptKey();
  for (let tries = 1; ; tries++) {
    const answer = await call<Opened>('POST', `/links/${linkId}/open`, body, { 'Idempotency-Key': key });
    const isOpen = !answer.ok && (answer.status === 0 || answer.error.code === 'conflict' || answer.error.code === 'locked');
    if (!isOpen || tries === 4) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}

/** Opens the link once at a time, and says what came of it. */
function useOpening(link: Link, locale: Locale) {
  const t = TEXTS[locale];
  const [error, setError] = useState<string | undefined>();
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  /** What somebody who came before has entered, and can go on with. */
  const [first, setFirst] = useState<number | null>(null);

  const tell = async (answer: Answer<Opened>) => {
    if (answer.ok) return;
    const { error, status } = answer, isTaken = error.code === 'unprocessable_entity' && error.param === 'amount';
    const now = isTaken ? await call<Link>('GET', `/links/${link.id}/state`) : undefined;
    if (now?.ok && now.value.status === 'active' && now.value.open_amount !== null) setFirst(now.value.open_amount);
    else if (error.code === 'unprocessable_entity' || error.code === 'missing_parameter') await show(); // it is not what it was when it was shown
    else if (error.param === 'amount') setError(t.noWay);
    else setFailure(status === 0 ? t.lost : t.failed);
  };
  const go = async (body: object) => {
    if (busy) return;
    setFailure('');
    setFirst(null);
    setBusy(true);
    const answer = await openLink({ ...body, locale });
    if (answer.ok) { location.assign(answer.value.session_url); return; }
    setBusy(false);
    await tell(answer);
  };
  return { error, setError, failure, busy, first, setFirst, go };
}

interface FirstProps { first: number; mine: number; link: Link; locale: Locale; busy: boolean; onGo: (body: object) => void }

/** Somebody else, or the buyer in another tab, has begun with another amount: that goes on unless it is given up here. */
function First({ first, mine, link, locale, busy, onGo }: FirstProps) {
  const t = TEXTS[locale], title = useRef<HTMLParagraphElement>(null);
  const text = (minor: number) => moneyText(minor, link.currency, locale);
  useEffect(() => title.current?.focus(), [first]);
  return (
    <section>
      <p class="alert" ref={title} tabIndex={-1} role="alert">{t.other(text(first))}</p>
      <button type="button" class="main" aria-disabled={busy} onClick={() => onGo({ amount: first })}>{t.goOn(text(first))}</button>
      <button type="button" class="other" aria-disabled={busy} onClick={() => onGo({ amount: mine, replace: true })}>{t.replace(text(mine))}</button>
    </section>
  );
}

function LinkPage({ link, locale }: { link: Link; locale: Locale }) {
  const t = TEXTS[locale], [amount, setAmount] = useState('');
  const { error, setError, failure, busy, first, setFirst, go } = useOpening(link, locale);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = link.amount === null ? amountError(amount, link, t) : undefined;
    setError(wrong);
    if (wrong) { focusError(event.currentTarget as HTMLElement); return; }
    void go(link.amount === null ? { amount: minorOf(amount, link.currency) } : {});
  };

  const bounds = [bound(link.min_amount, t.from, link, locale), bound(link.max_amount, t.to, link, locale)].filter(Boolean).join(' ');
  return (
    <form onSubmit={submit} noValidate>
      <p class="quiet">{link.merchant.name}</p>
      <h1>{link.amount === null ? link.description ?? t.title : moneyText(link.amount, link.currency, locale)}</h1>
      {link.amount !== null && link.description && <p class="words">{link.description}</p>}
      {failure && <Alert>{failure}</Alert>}
      {link.amount === null && <Field id="amount" name="amount" label={`${t.amount} (${link.currency})`} value={amount} inputMode={digitsOf(link.currency) > 0 ? 'decimal' : 'numeric'} maxLength={20}
        {...(bounds ? { hint: bounds } : {})} error={error} onValue={(text) => { setAmount(text); setError(undefined); setFirst(null); }}
        onLeave={() => setError(amount === '' ? undefined : amountError(amount, link, t))} />}
      {first === null ? <Submit busy={busy}>{t.go}</Submit>
        : <First first={first} mine={minorOf(amount, link.currency) ?? 0} link={link} locale={locale} busy={busy} onGo={(body) => void go(body)} />}
      {link.expires_at && <p class="quiet">{t.until}{locale === 'ja' ? '' : ' '}{momentText(link.expires_at, locale)}</p>}
    </form>
  );
}

/** A slip is out: whoever has the address can see how it is paid, and pays it once. */
function Pending({ link, locale }: { link: Link; locale: Locale }) {
  const t = TEXTS[locale], { failure, busy, go } = useOpening(link, locale), minor = link.amount ?? link.open_amount;
  return (
    <form onSubmit={(event) => { event.preventDefault(); void go({}); }} noValidate>
      <p class="quiet">{link.merchant.name}</p>
      <h1>{t.pending}</h1>
      {minor !== null && <p><strong>{moneyText(minor, link.currency, locale)}</strong></p>}
      {link.description && <p class="words">{link.description}</p>}
      <p>{t.slip}</p>
      {failure && <Alert>{failure}</Alert>}
      <Submit busy={busy}>{t.showSlip}</Submit>
    </form>
  );
}

function Ended({ link, locale }: { link: Link; locale: Locale }) {
  const t = TEXTS[locale];
  return (
    <>
      <p class="quiet">{link.merchant.name}</p>
      <h1>{t[link.status as Exclude<Link['status'], 'active' | 'pending'>]}</h1>
      {link.description && <p class="words">{link.description}</p>}
    </>
  );
}

const root = document.getElementById('page')!;

/** Asks what the link is now, and shows that. */
async function show(): Promise<void> {
  const answer = await call<Link>('GET', `/links/${linkId}/state`);
  const locale = localeOf(answer.ok ? answer.value.locale : null, navigator.language);
  const t = TEXTS[locale];
  speak(locale, t.title);
  root.removeAttribute('aria-busy');
  if (!answer.ok) render(<><h1>{t.title}</h1><Alert>{answer.status === 0 ? t.lost : t.gone}</Alert></>, root);
  else if (answer.value.status === 'active') render(<LinkPage link={answer.value} locale={locale} />, root);
  else if (answer.value.status === 'pending') render(<Pending link={answer.value} locale={locale} />, root);
  else render(<Ended link={answer.value} locale={locale} />, root);
}

// A page that the browser kept shows what was true when it was left.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
await show();
