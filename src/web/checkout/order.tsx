// SPDX-License-Identifier: Apache-2.0
// order.tsx: what is bought, and what it costs with the chosen method, before the buyer confirms.
import type { Locale, Texts } from '../shared/locale';
import { moneyText } from '../shared/money';
import type { Method, Session } from './session';

const TEXTS: Texts<Record<'items' | 'times' | 'amount' | 'fee' | 'total' | 'converted', string>> = {
  ja: { items: 'ご注文内容', times: '個数', amount: 'お支払い金額', fee: '決済手数料', total: '合計', converted: '請求額' },
  en: { items: 'Your order', times: 'Quantity', amount: 'Amount', fee: 'Payment fee', total: 'Total', converted: 'Charged amount' },
  ko: { items: '주문 내용', times: '수량', amount: '결제 금액', fee: '결제 수수료', total: '합계', converted: '청구 금액' },
};

const NOTICE: Texts<(own: string, rate: string) => string> = {
  ja: (own, rate) => `この方法では${own}に換算して請求されます。換算レート: ${rate}`,
  en: (own, rate) => `With this method you are charged in ${own}. Exchange rate: ${rate}`,
  ko: (own, rate) => `이 결제 수단은 ${own}(으)로 환산하여 청구됩니다. 환율: ${rate}`,
};

export function Items({ session, locale }: { session: Session; locale: Locale }) {
  const t = TEXTS[locale], items = session.line_items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="order" aria-label={t.items}>
      <h2>{t.items}</h2>
      <table class="sum"><tbody>
        {items.map((item, i) => (
          <tr key={i}>
            <th scope="row">{item.description ?? '—'}{item.quantity > 1 && <span class="quiet" aria-label={`${t.times} ${item.quantity}`}> × {item.quantity}</span>}</th>
            <td>{item.amount === undefined ? '' : moneyText(item.amount, session.currency, locale)}</td>
          </tr>
        ))}
      </tbody></table>
    </section>
  );
}

/** What a payment with the method comes to; undefined where nothing is paid. */
export function totalText(method: Method | undefined, session: Session, locale: Locale): string | undefined {
  if (session.mode === 'customer') return undefined;
  return method?.total === undefined ? moneyText(session.amount, session.currency, locale) : moneyText(method.total, method.currency!, locale);
}

/** Amount, fee and total; the conversion where the method takes another currency. */
export function Total({ session, method, locale }: { session: Session; method: Method | undefined; locale: Locale }) {
  const t = TEXTS[locale];
  if (session.mode === 'customer' || method?.total === undefined) return null;
  const { currency = '', amount = 0, customer_fee: fee = 0, exchange_rate: rate = 1 } = method;
  const isConverted = currency !== session.currency;
  return (
    <section class="total-box" aria-live="polite">
      <table class="sum"><tbody>
        {(fee > 0 || isConverted) && <tr><th scope="row">{t.amount}</th><td>{moneyText(session.amount, session.currency, locale)}</td></tr>}
        {isConverted && fee > 0 && <tr><th scope="row">{t.converted}</th><td>{moneyText(amount, currency, locale)}</td></tr>}
        {fee > 0 && <tr><th scope="row">{t.fee}</th><td>{moneyText(fee, currency, locale)}</td></tr>}
        <tr class="total"><th scope="row">{t.total}</th><td>{totalText(method, session, locale)}</td></tr>
      </tbody></table>
      {isConverted && <p class="quiet" id="conversion">{NOTICE[locale](currency, `1 ${session.currency} = ${rate} ${currency}`)}</p>}
    </section>
  );
}
