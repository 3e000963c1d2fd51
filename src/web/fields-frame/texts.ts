// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the frame says.
import type { Texts } from '../shared/locale';

type Name = 'title' | 'fee' | 'converted' | 'over' | 'expired' | 'unavailable' | 'unreadable' | 'paid' | 'next' | 'required' | 'badEmail' | 'badPhone'
  | 'badKana' | 'store' | 'badStore' | 'receiptName' | 'email';

export const TEXTS: Texts<Record<Name, string>> = {
  ja: { title: 'お支払い情報の入力', fee: '手数料 {fee} が加算されます（合計 {total}）', converted: '{currency} でのお支払いです: {original} → {converted}',
    over: 'このお支払いは終了しています', expired: 'お支払いの期限が過ぎています', unavailable: 'このお支払い方法は、ここではご利用いただけません',
    unreadable: 'お支払い情報を読み込めませんでした', paid: 'お支払いが完了しました', next: 'このあと、お支払い方法のページに移動します', required: 'ご入力ください',
    badEmail: 'メールアドレスをご確認ください', badPhone: '電話番号をご確認ください', badKana: 'カタカナでご入力ください', store: 'お支払いになる店舗', badStore: '店舗をお選びください',
    receiptName: 'お名前（領収書に表示）', email: 'メールアドレス' },
  en: { title: 'Payment details', fee: 'A fee of {fee} is added (total {total})', converted: 'You pay in {currency}: {original} → {converted}',
    over: 'This payment is closed', expired: 'The time to pay has passed', unavailable: 'This way to pay cannot be used here',
    unreadable: 'The payment could not be loaded', paid: 'The payment is complete', next: 'You continue on the page of this way to pay', required: 'Please fill this in',
    badEmail: 'Check the e-mail address', badPhone: 'Check the telephone number', badKana: 'Use katakana', store: 'Store where you pay', badStore: 'Choose a store',
    receiptName: 'Name (shown on the receipt)', email: 'E-mail address' },
  ko: { title: '결제 정보 입력', fee: '수수료 {fee}이(가) 추가됩니다 (합계 {total})', converted: '{currency}(으)로 결제됩니다: {original} → {converted}',
    over: '종료된 결제입니다', expired: '결제 기한이 지났습니다', unavailable: '여기에서는 이 결제 수단을 이용할 수 없습니다',
    unreadable: '결제 정보를 불러오지 못했습니다', paid: '결제가 완료되었습니다', next: '이후 결제 수단의 페이지로 이동합니다', required: '입력해 주세요',
    badEmail: '이메일 주소를 확인해 주세요', badPhone: '전화번호를 확인해 주세요', badKana: '가타카나로 입력해 주세요', store: '결제하실 편의점', badStore: '편의점을 선택해 주세요',
    receiptName: '이름 (영수증에 표시)', email: '이메일 주소' },
};

export const fill = (text: string, values: Record<string, string>): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** Labels of the additional fields of payment types, by their names in payment_details. */
export const LABELS: Texts<Record<string, string>> = {
  ja: { name: 'お名前', customer_name: 'お名前', email: 'メールアドレス', phone: '電話番号', family_name: '姓', given_name: '名', family_name_kana: '姓（カタカナ）',
    given_name_kana: '名（カタカナ）', brand: '携帯電話会社' },
  en: { name: 'Name', customer_name: 'Name', email: 'E-mail address', phone: 'Telephone', family_name: 'Family name', given_name: 'Given name',
    family_name_kana: 'Family name in katakana', given_name_kana: 'Given name in katakana', brand: 'Mobile carrier' },
  ko: { name: '이름', customer_name: '이름', email: '이메일 주소', phone: '전화번호', family_name: '성', given_name: '이름', family_name_kana: '성 (가타카나)',
    given_name_kana: '이름 (가타카나)', brand: '통신사' },
};

export const STORES: Texts<Record<string, string>> = {
  ja: { 'seven-eleven': 'セブン-イレブン', lawson: 'ローソン', 'family-mart': 'ファミリーマート', ministop: 'ミニストップ', 'daily-yamazaki': 'デイリーヤマザキ', seicomart: 'セイコーマート' },
  en: { 'seven-eleven': '7-Eleven', lawson: 'Lawson', 'family-mart': 'FamilyMart', ministop: 'Ministop', 'daily-yamazaki': 'Daily Yamazaki', seicomart: 'Seicomart' },
  ko: { 'seven-eleven': '세븐일레븐', lawson: '로손', 'family-mart': '패밀리마트', ministop: '미니스톱', 'daily-yamazaki': '데일리야마자키', seicomart: '세이코마트' },
};

/** What the server's codes mean for a buyer; `other` for those that are not here. A browser is not told why a card is declined. */
export const FAILURES: Texts<Record<string, string>> = {
  ja: { card_declined: 'カード会社の承認が得られませんでした。入力内容をご確認いただくか、別のカードをお試しください。', invalid_parameter: '入力内容をご確認ください', missing_parameter: 'ご入力ください',
    connection_lost: '通信が途切れました。もう一度お試しください。', too_many_requests: '混み合っています。少し待ってからお試しください。', service_unavailable: '混み合っています。少し待ってからお試しください。',
    unprocessable_entity: 'このお支払いは受け付けられません。', other: 'お支払いできませんでした。内容をご確認のうえ、もう一度お試しください。' },
  en: { card_declined: 'The card was declined. Please check what you typed, or try another card.', invalid_parameter: 'Please check this', missing_parameter: 'Please fill this in',
    connection_lost: 'The connection was lost. Please try again.', too_many_requests: 'It is busy here. Please try again in a moment.', service_unavailable: 'It is busy here. Please try again in a moment.',
    unprocessable_entity: 'This payment cannot be accepted.', other: 'The payment did not go through. Please check and try again.' },
  ko: { card_declined: '카드가 승인되지 않았습니다. 입력 내용을 확인하거나 다른 카드로 시도해 주세요.', invalid_parameter: '입력 내용을 확인해 주세요', missing_parameter: '입력해 주세요',
    connection_lost: '연결이 끊어졌습니다. 다시 시도해 주세요.', too_many_requests: '요청이 많습니다. 잠시 후 다시 시도해 주세요.', service_unavailable: '요청이 많습니다. 잠시 후 다시 시도해 주세요.',
    unprocessable_entity: '이 결제를 처리할 수 없습니다.', other: '결제하지 못했습니다. 내용을 확인하고 다시 시도해 주세요.' },
};
