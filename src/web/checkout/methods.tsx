// SPDX-License-Identifier: Apache-2.0
// methods.tsx: the ways to pay, one of which is chosen; what that asks stands below its name.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { BRAND_NAMES } from '../shared/card';
import { hideImage } from '../shared/form';
import type { Locale, Texts } from '../shared/locale';
import { moneyText } from '../shared/money';
import type { Method, Session, Stored } from './session';

const TEXTS: Texts<{ legend: string; fee: string; valid: string; stored: string; more: (count: number) => string }> = {
  ja: { legend: 'お支払い方法', fee: '手数料', valid: '有効期限', stored: '登録済み', more: (count) => `ほかの方法を表示（${count}）` },
  en: { legend: 'How to pay', fee: 'fee', valid: 'expires', stored: 'saved', more: (count) => `Show ${count} more` },
  ko: { legend: '결제 수단', fee: '수수료', valid: '유효기간', stored: '저장됨', more: (count) => `다른 결제 수단 보기 (${count})` },
};

/** The value of a choice that is no type: the stored source. */
export const STORED = 'stored';
const SHOWN_FIRST = 6;

function storedName(stored: Stored, methods: Method[], locale: Locale): string {
  const t = TEXTS[locale];
  if (!stored.last_four_digits) return `${methods.find((one) => one.type === stored.type)?.name[locale] ?? stored.type} (${t.stored})`;
  const expiry = `${String(stored.month).padStart(2, '0')} / ${String(stored.year).slice(-2)}`;
  return `${stored.brand ? BRAND_NAMES[stored.brand] : ''} •••• ${stored.last_four_digits} (${t.valid} ${expiry})`;
}

const Icon = ({ type }: { type: string }) =>
  <img class="icon" src={`/payment_methods/${type}.svg`} alt="" width="38" height="24" loading="lazy" onError={hideImage} />;

interface Props { session: Session; locale: Locale; chosen: string; onChoose: (choice: string) => void; children: ComponentChildren }

/** One method alone is not a choice. */
export function Methods({ session, locale, chosen, onChoose, children }: Props) {
  const t = TEXTS[locale], { methods, stored } = session;
  const [isWhole, setWhole] = useState(methods.length <= SHOWN_FIRST + 2);
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const shown = methods.filter((method, i) => isWhole || i < SHOWN_FIRST || method.type === chosen);
  // Who has pressed the button with the keyboard goes on at what it has shown.
  const showAll = () => {
    const first = methods.find((method) => !shown.includes(method));
    setWhole(true);
    requestAnimationFrame(() => fieldset.current?.querySelector<HTMLElement>(`input[value="${first?.type}"]`)?.focus());
  };
  const row = (choice: string, type: string, name: string, fee: string) => (
    <div class="method" key={choice}>
      <label>
        <input type="radio" name="method" value={choice} checked={chosen === choice} onChange={() => onChoose(choice)} />
        <span class="name">{name}</span>
        {fee !== '' && <span class="quiet">{fee}</span>}
        <Icon type={type} />
      </label>
      {chosen === choice && <div class="inside">{children}</div>}
    </div>
  );
  if (methods.length === 1 && !stored)
    return <section class="method alone" aria-label={t.legend}><h2><span class="name">{methods[0]!.name[locale]}</span><Icon type={methods[0]!.type} /></h2><div class="inside">{children}</div></section>;
  return (
    <fieldset class="methods" ref={fieldset}>
      <legend>{t.legend}</legend>
      {stored && row(STORED, stored.type, storedName(stored, methods, locale), '')}
      {shown.map((method) => row(method.type, method.type, method.name[locale],
        method.customer_fee ? `${t.fee} ${moneyText(method.customer_fee, method.currency!, locale)}` : ''))}
      {!isWhole && shown.length < methods.length &&
        <button type="button" class="other" onClick={showAll}>{t.more(methods.length - shown.length)}</button>}
    </fieldset>
  );
}
