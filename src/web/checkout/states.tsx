// SPDX-License-Identifier: Apache-2.0
// states.tsx: what the page says when there is nothing to pay: it has been paid, cancelled, has expired, does not exist,
// or cannot be reached.
import { useEffect, useRef } from 'preact/hooks';
import { isLink } from '../shared/link';
import type { Locale, Texts } from '../shared/locale';
import { moneyText } from '../shared/money';
import type { Session } from './session';

export type State = 'paid' | 'held' | 'slip' | 'stored' | 'refunded' | 'cancelled' | 'expired' | 'none' | 'gone' | 'lost';
type Words = Record<State, [title: string, text: string]> & { back: string; slipLink: string; retry: string };

const TEXTS: Texts<Words> = {
  ja: { paid: ['お支払いが完了しました', 'ありがとうございました。'], held: ['お手続きが完了しました', 'お支払いが承認されました。ありがとうございました。'],
    slip: ['お支払いのお手続きを受け付けました', '期限までにお支払いください。お支払い方法は次のページでご確認いただけます。'],
    stored: ['登録が完了しました', '次回からこのお支払い方法をご利用いただけます。'],
    refunded: ['このお支払いは返金されました', 'ご返金の時期は、お支払い方法によって異なります。'],
    cancelled: ['このお支払いはキャンセルされました', '料金は請求されません。'], expired: ['お支払いの期限が過ぎました', 'お手数ですが、ショップからもう一度お手続きください。'],
    none: ['ご利用いただけるお支払い方法がありません', 'お手数ですが、ショップにお問い合わせください。'],
    gone: ['このお支払いは見つかりません', 'アドレスをご確認ください。'], lost: ['接続できませんでした', '通信状態をご確認のうえ、もう一度お試しください。'],
    back: 'ショップに戻る', slipLink: 'お支払い方法を見る', retry: 'もう一度試す' },
  en: { paid: ['Payment complete', 'Thank you.'], held: ['All done', 'Your payment has been authorized. Thank you.'],
    slip: ['We have your order', 'Please pay before the deadline. The next page says how.'],
    stored: ['Saved', 'You can use this way to pay from now on.'],
    refunded: ['This payment was refunded', 'When the money arrives depends on how you paid.'],
    cancelled: ['This payment was cancelled', 'You are not charged.'], expired: ['The time to pay has run out', 'Please start again at the shop.'],
    none: ['There is no way to pay', 'Please contact the shop.'],
    gone: ['There is no such payment', 'Please check the address.'], lost: ['No connection', 'Please check your connection and try again.'],
    back: 'Return to the shop', slipLink: 'How to pay', retry: 'Try again' },
  ko: { paid: ['결제가 완료되었습니다', '감사합니다.'], held: ['절차가 완료되었습니다', '결제가 승인되었습니다. 감사합니다.'],
    slip: ['결제 접수가 완료되었습니다', '기한 내에 결제해 주세요. 결제 방법은 다음 페이지에서 확인할 수 있습니다.'],
    stored: ['등록이 완료되었습니다', '다음부터 이 결제 수단을 사용할 수 있습니다.'],
    refunded: ['이 결제는 환불되었습니다', '환불 시기는 결제 수단에 따라 다릅니다.'],
    cancelled: ['이 결제는 취소되었습니다', '요금은 청구되지 않습니다.'], expired: ['결제 기한이 지났습니다', '쇼핑몰에서 다시 진행해 주세요.'],
    none: ['사용할 수 있는 결제 수단이 없습니다', '쇼핑몰에 문의해 주세요.'],
    gone: ['결제를 찾을 수 없습니다', '주소를 확인해 주세요.'], lost: ['연결할 수 없습니다', '통신 상태를 확인한 후 다시 시도해 주세요.'],
    back: '쇼핑몰로 돌아가기', slipLink: '결제 방법 보기', retry: '다시 시도' },
};

// What has become of the payment that completed a session; whatever is not here has been paid.
const AFTER: Record<string, State> = { authorized: 'held', refunded: 'refunded', cancelled: 'cancelled', failed: 'cancelled', expired: 'expired' };

/** undefined: it can be paid. */
export function stateOf(session: Session): State | undefined {
  if (session.status === 'cancelled') return 'cancelled';
  if (session.status === 'pending') return session.expired ? 'expired' : session.methods.length === 0 ? 'none' : undefined;
  if (session.mode === 'customer') return 'stored';
  return session.payment?.has_instructions ? 'slip' : AFTER[session.payment?.status ?? ''] ?? 'paid';
}

/** The way back to the shop; it has the session's id in it. */
export function Back({ session, locale, isMain }: { session: Session; locale: Locale; isMain: boolean }) {
  if (!session.return_url || !isLink(session.return_url)) return null;
  return <a class={isMain ? 'button main' : 'back'} href={session.return_url} rel="noreferrer">{TEXTS[locale].back}</a>;
}

interface Props { state: State; locale: Locale; session?: Session | undefined; onRetry?: () => void }

export function Ended({ state, locale, session, onRetry }: Props) {
  const t = TEXTS[locale], title = useRef<HTMLHeadingElement>(null), isGood = ['paid', 'held', 'slip', 'stored'].includes(state);
  useEffect(() => title.current?.focus(), [state]);
  const payment = isGood && session?.mode !== 'customer' ? session?.payment : undefined;
  return (
    <section class={`ended ${isGood ? 'good' : ''}`}>
      <h1 ref={title} tabIndex={-1}>{t[state][0]}</h1>
      {payment && <p class="paid">{moneyText(payment.total, payment.currency, locale)}</p>}
      <p>{t[state][1]}</p>
      {state === 'slip' && <a class="button main" href={`/sessions/${session!.id}/instructions`}>{t.slipLink}</a>}
      {session && <Back session={session} locale={locale} isMain={state !== 'slip'} />}
      {onRetry && <button type="button" class="main" onClick={onRetry}>{t.retry}</button>}
    </section>
  );
}
