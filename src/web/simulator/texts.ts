// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the page of a simulated wallet, bank or store says. Each button begins with the English word that the
// end-to-end tests of shop modules look for (komoju-core 16).
import type { Texts } from '../shared/locale';

export type Act = 'pay' | 'refuse' | 'cancel' | 'expire';

/** Why a processor refuses; the codes are those of errors.def. */
export const REASONS = ['other_error', 'insufficient_funds', 'exceeds_limit', 'restricted_account', 'invalid_account', 'invalid_password',
  'invalid_user_key', 'fraudulent'] as const;
export type Reason = (typeof REASONS)[number];

type Text = 'store' | 'amount' | 'merchant' | 'about' | 'deadline' | 'reason' | 'agreement' | 'on' | 'gone' | 'lost' | 'over';

export const TITLE = 'Kessai Offsite Test Page';

export const TEXTS: Texts<Record<Text, string>> = {
  ja: { store: '店舗', amount: 'お支払い金額', merchant: '加盟店', about: '内容', deadline: '支払期限', reason: '失敗の理由', agreement: 'この加盟店が今後この口座から引き落とすことに同意しますか？',
    on: '加盟店のページへ進む', gone: 'このテスト決済は見つかりません', lost: '通信できませんでした。もう一度お試しください。', over: 'ほかの画面ですでに処理されていました。' },
  en: { store: 'Store', amount: 'Amount', merchant: 'Shop', about: 'For', deadline: 'To be paid by', reason: 'Reason to fail', agreement: 'May this shop charge this account from now on?',
    on: 'Go on to the shop', gone: 'There is no such test payment', lost: 'We could not connect. Please try again.', over: 'It had been dealt with already, on another page.' },
  ko: { store: '편의점', amount: '결제 금액', merchant: '가맹점', about: '내용', deadline: '결제 기한', reason: '실패 이유', agreement: '이 가맹점이 앞으로 이 계정에서 결제하는 것에 동의하시겠습니까?',
    on: '상점으로 계속하기', gone: '테스트 결제를 찾을 수 없습니다', lost: '연결하지 못했습니다. 다시 시도해 주세요.', over: '다른 화면에서 이미 처리되었습니다.' },
};

/** What each act is called; `agree`: pay, where a wallet is stored. */
export const ACTS: Texts<Record<Act | 'agree', string>> = {
  ja: { pay: 'Capture（支払う）', agree: 'Capture（同意する）', refuse: 'Fail（失敗させる）', cancel: 'Cancel（キャンセルする）', expire: 'Expire（期限切れにする）' },
  en: { pay: 'Capture', agree: 'Capture (agree)', refuse: 'Fail', cancel: 'Cancel', expire: 'Expire' },
  ko: { pay: 'Capture (결제)', agree: 'Capture (동의)', refuse: 'Fail (실패)', cancel: 'Cancel (취소)', expire: 'Expire (만료)' },
};

export const REASON_TEXTS: Texts<Record<Reason, string>> = {
  ja: { other_error: 'その他のエラー', insufficient_funds: '残高不足', exceeds_limit: '利用限度額の超過', restricted_account: '利用できない口座', invalid_account: '無効な口座',
    invalid_password: 'パスワードの誤り', invalid_user_key: '無効な利用者', fraudulent: '不正利用の疑い' },
  en: { other_error: 'Another error', insufficient_funds: 'Not enough money', exceeds_limit: 'Over the limit', restricted_account: 'Account restricted', invalid_account: 'No such account',
    invalid_password: 'Wrong password', invalid_user_key: 'No such user', fraudulent: 'Suspected fraud' },
  ko: { other_error: '기타 오류', insufficient_funds: '잔액 부족', exceeds_limit: '한도 초과', restricted_account: '이용이 제한된 계정', invalid_account: '유효하지 않은 계정',
    invalid_password: '비밀번호 오류', invalid_user_key: '유효하지 않은 사용자', fraudulent: '부정 사용 의심' },
};

type Status = 'pending' | 'authorized' | 'captured' | 'refunded' | 'failed' | 'cancelled' | 'expired' | 'approved';

export const STATUSES: Texts<Record<Status, string>> = {
  ja: { pending: '期限を過ぎています', authorized: '支払いが承認されました', captured: '支払いが完了しました', refunded: '返金されました', failed: '支払いは失敗しました',
    cancelled: 'キャンセルされました', expired: '期限切れになりました', approved: '同意が完了しました' },
  en: { pending: 'It is too late', authorized: 'The payment is authorized', captured: 'Paid', refunded: 'Refunded', failed: 'The payment has failed',
    cancelled: 'Cancelled', expired: 'Expired', approved: 'Agreed' },
  ko: { pending: '기한이 지났습니다', authorized: '결제가 승인되었습니다', captured: '결제가 완료되었습니다', refunded: '환불되었습니다', failed: '결제에 실패했습니다',
    cancelled: '취소되었습니다', expired: '만료되었습니다', approved: '동의가 완료되었습니다' },
};

export const STORES: Texts<Record<string, string>> = {
  ja: { 'seven-eleven': 'セブン-イレブン', lawson: 'ローソン', 'family-mart': 'ファミリーマート', ministop: 'ミニストップ', 'daily-yamazaki': 'デイリーヤマザキ', seicomart: 'セイコーマート' },
  en: { 'seven-eleven': 'Seven-Eleven', lawson: 'Lawson', 'family-mart': 'Family Mart', ministop: 'Ministop', 'daily-yamazaki': 'Daily Yamazaki', seicomart: 'Seicomart' },
  ko: { 'seven-eleven': '세븐일레븐', lawson: '로손', 'family-mart': '패밀리마트', ministop: '미니스톱', 'daily-yamazaki': '데일리 야마자키', seicomart: '세이코마트' },
};
