// SPDX-License-Identifier: Apache-2.0
// errors.ts: what went wrong, in the buyer's words, by the code of errors.def. A buyer is not told more of a decline than
// the server tells.
import type { Locale, Texts } from '../shared/locale';

const OTHER: Texts<string> = { ja: 'お支払いできませんでした。内容をご確認のうえ、もう一度お試しいただくか、別の方法をお選びください。',
  en: 'The payment did not go through. Please check what you entered and try again, or choose another way to pay.',
  ko: '결제하지 못했습니다. 내용을 확인한 후 다시 시도하거나 다른 결제 수단을 선택해 주세요.' };
const CHECK: Texts<string> = { ja: '入力内容をご確認ください。', en: 'Please check what you entered.', ko: '입력한 내용을 확인해 주세요.' };
const LATER: Texts<string> = { ja: 'ただいま混み合っています。少し待ってから、もう一度お試しください。',
  en: 'We are busy at the moment. Please wait a little and try again.', ko: '지금은 이용이 많습니다. 잠시 후 다시 시도해 주세요.' };
const UNKNOWN: Texts<string> = { ja: '接続が切れたため、結果を確認できませんでした。もう一度押しても、二重に支払われることはありません。',
  en: 'The connection was lost before we heard the result. You can press the button again: you will not be charged twice.',
  ko: '연결이 끊겨 결과를 확인하지 못했습니다. 다시 눌러도 두 번 결제되지 않습니다.' };

const BY_CODE: Record<string, Texts<string>> = {
  card_declined: { ja: 'このカードはご利用いただけませんでした。カード会社にお問い合わせいただくか、別のカードをお試しください。',
    en: 'The card was declined. Please ask your card company, or try another card.',
    ko: '카드가 거절되었습니다. 카드사에 문의하거나 다른 카드를 사용해 주세요.' },
  insufficient_funds: { ja: '残高が不足しています。別の方法をお試しください。', en: 'There is not enough money available. Please try another way to pay.',
    ko: '잔액이 부족합니다. 다른 결제 수단을 사용해 주세요.' },
  exceeds_limit: { ja: 'ご利用限度額を超えています。別の方法をお試しください。', en: 'The amount is above the limit. Please try another way to pay.',
    ko: '이용 한도를 초과했습니다. 다른 결제 수단을 사용해 주세요.' },
  bad_verification_value: { ja: 'セキュリティコードが正しくありません。', en: 'The security code is not right.', ko: '보안 코드가 올바르지 않습니다.' },
  card_expired: { ja: 'カードの有効期限が切れています。', en: 'The card has expired.', ko: '카드의 유효기간이 지났습니다.' },
  invalid_number: { ja: '番号が正しくありません。', en: 'The number is not right.', ko: '번호가 올바르지 않습니다.' },
  used_number: { ja: 'この番号は使用済みです。', en: 'This number has been used already.', ko: '이미 사용된 번호입니다.' },
  invalid_account: { ja: 'アカウントをご確認ください。', en: 'Please check the account.', ko: '계정을 확인해 주세요.' },
  restricted_account: { ja: 'このアカウントはご利用いただけません。', en: 'This account cannot be used.', ko: '이 계정은 사용할 수 없습니다.' },
  invalid_password: { ja: 'パスワードが正しくありません。', en: 'The password is not right.', ko: '비밀번호가 올바르지 않습니다.' },
  invalid_user_key: { ja: '会員情報をご確認ください。', en: 'Please check your member details.', ko: '회원 정보를 확인해 주세요.' },
  other_invalid: { ja: 'このカードはご利用いただけません。', en: 'This card cannot be used.', ko: '이 카드는 사용할 수 없습니다.' },
  missing_parameter: CHECK,
  invalid_parameter: CHECK,
  too_many_requests: { ja: '試行回数が多すぎます。しばらく待ってから、もう一度お試しください。', en: 'There were too many attempts. Please wait a while and try again.',
    ko: '시도 횟수가 너무 많습니다. 잠시 후 다시 시도해 주세요.' },
  gateway_timeout: { ja: '決済会社から応答がありませんでした。お支払いは行われていません。もう一度お試しください。',
    en: 'The payment company did not answer. Nothing was paid. Please try again.', ko: '결제사에서 응답이 없었습니다. 결제되지 않았습니다. 다시 시도해 주세요.' },
  storage_full: LATER,
  locked: LATER,
  connection_lost: UNKNOWN,
  conflict: UNKNOWN,
  service_unavailable: UNKNOWN,
  internal_server_error: UNKNOWN,
};

export const errorText = (code: string, locale: Locale): string => (BY_CODE[code] ?? OTHER)[locale];
