// SPDX-License-Identifier: Apache-2.0
// card_form.tsx: number, expiry, code and name of a card, checked as far as a browser can. What is typed lives in this
// component's state and in the one request that it is sent with.
import { useState } from 'preact/hooks';
import { BRAND_NAMES, codeDigitsOf, brandOf, digitsIn, expiryOf, expiryText, groupedNumber, isPast, isWholeNumber, type Brand } from './card';
import { Field, hideImage } from './form';
import type { Locale, Texts } from './locale';

export interface CardInput { number: string; expiry: string; code: string; name: string }
export interface CardDetails { type: 'credit_card'; number: string; month: string; year: string; verification_value: string; name: string }
export type CardErrors = Partial<Record<keyof CardInput, string>>;

export const CARD_EMPTY: CardInput = { number: '', expiry: '', code: '', name: '' };

const TEXTS: Texts<Record<'number' | 'expiry' | 'code' | 'name' | 'codeHint' | 'badNumber' | 'badExpiry' | 'badCode' | 'badName' | 'badBrand' | 'takes', string>> = {
  ja: { number: 'カード番号', expiry: '有効期限（月 / 年）', code: 'セキュリティコード', name: 'カード名義（ローマ字）', codeHint: 'カードの裏面または表面の3〜4桁',
    badNumber: 'カード番号をご確認ください', badExpiry: '有効期限をご確認ください', badCode: 'セキュリティコードをご確認ください', badName: 'カード名義をご入力ください',
    badBrand: 'このブランドのカードはご利用いただけません', takes: 'ご利用いただけるカード' },
  en: { number: 'Card number', expiry: 'Expiry (MM / YY)', code: 'Security code', name: 'Name on card', codeHint: '3 or 4 digits on the card',
    badNumber: 'Check the card number', badExpiry: 'Check the expiry date', badCode: 'Check the security code', badName: 'Enter the name on the card',
    badBrand: 'Cards of this brand are not accepted', takes: 'Accepted' },
  ko: { number: '카드 번호', expiry: '유효기간 (월 / 년)', code: '보안 코드', name: '카드에 적힌 이름 (영문)', codeHint: '카드에 적힌 3~4자리 숫자',
    badNumber: '카드 번호를 확인해 주세요', badExpiry: '유효기간을 확인해 주세요', badCode: '보안 코드를 확인해 주세요', badName: '카드에 적힌 이름을 입력해 주세요',
    badBrand: '이 브랜드의 카드는 사용할 수 없습니다', takes: '사용 가능한 카드' },
};

/** What is wrong with it; no members: nothing. `brands`: those that are taken, undefined: all. */
export function cardErrors(card: CardInput, locale: Locale, brands?: Brand[]): CardErrors {
  const t = TEXTS[locale], errors: CardErrors = {}, brand = brandOf(card.number);
  if (brand && brands && !brands.includes(brand)) errors.number = t.badBrand;
  else if (!isWholeNumber(card.number)) errors.number = t.badNumber;
  const expiry = expiryOf(card.expiry);
  if (!expiry || isPast(expiry)) errors.expiry = t.badExpiry;
  if (digitsIn(card.code).length !== codeDigitsOf(card.number)) errors.code = t.badCode;
  if (card.name.trim() === '') errors.name = t.badName;
  return errors;
}

/** payment_details of a card without errors. */
export function cardDetails(card: CardInput): CardDetails {
  const expiry = expiryOf(card.expiry)!;
  return { type: 'credit_card', number: digitsIn(card.number), month: expiry.month, year: expiry.year,
    verification_value: digitsIn(card.code), name: card.name.normalize('NFKC').trim() };
}

/** `told`: what the server says is wrong, until the caller takes it back. */
interface Props { locale: Locale; card: CardInput; errors: CardErrors; onCard: (card: CardInput) => void; brands?: Brand[] | undefined; told?: CardErrors }

/** The four fields. A field is checked when it is left, and all of them when the form is sent. */
export function CardForm({ locale, card, errors, onCard, brands, told = {} }: Props) {
  const t = TEXTS[locale], brand = brandOf(card.number);
  const [left, setLeft] = useState<CardErrors>({});
  const leave = (name: keyof CardInput) => () => {
    setLeft({ ...left, [name]: card[name] === '' ? undefined : cardErrors(card, locale, brands)[name] });
  };
  const change = (name: keyof CardInput, shaped: (text: string) => string) => (text: string) => {
    setLeft({ ...left, [name]: undefined });
    onCard({ ...card, [name]: shaped(text) });
  };
  const error = (name: keyof CardInput) => left[name] ?? (cardErrors(card, locale, brands)[name] ? errors[name] : told[name]);
  return (
    <>
      <Field id="cc-number" name="cardnumber" label={t.number} value={card.number} inputMode="numeric" autoComplete="cc-number" maxLength={26}
        error={error('number')} hint={brands && `${t.takes}: ${brands.map((one) => BRAND_NAMES[one]).join(', ')}`} onValue={change('number', groupedNumber)} onLeave={leave('number')}
        after={brand && <img class="brand" src={`/payment_methods/credit_card.svg?brands=${brand}`} alt={BRAND_NAMES[brand]} width="38" height="24" onError={hideImage} key={brand} />} />
      <div class="pair">
        <Field id="cc-exp" name="cc-exp" label={t.expiry} value={card.expiry} inputMode="numeric" autoComplete="cc-exp" maxLength={9}
          error={error('expiry')} onValue={change('expiry', expiryText)} onLeave={leave('expiry')} />
        <Field id="cc-cvc" name="cc-csc" label={t.code} value={card.code} inputMode="numeric" autoComplete="cc-csc" maxLength={4}
          error={error('code')} onValue={change('code', digitsIn)} onLeave={leave('code')} />
      </div>
      <Field id="cc-name" name="ccname" label={t.name} value={card.name} autoComplete="cc-name" maxLength={100}
        error={error('name')} onValue={change('name', (text) => text)} onLeave={leave('name')} />
    </>
  );
}
