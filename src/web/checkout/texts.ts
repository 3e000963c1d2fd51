// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the form and the frame of the page say.
import type { Texts } from '../shared/locale';
import type { Method } from './session';

type Flow = Method['flow'];

interface Words {
  title: string; check: string; busy: string; store: string; storeTitle: string; hasFailed: string; test: string; language: string; onPhone: string; onPhoneAlt: string;
  short: (amount: string) => string;
  kept: (merchant: string) => string;
  /** What the button says, by how the method is paid. */
  actions: Record<Flow, (method: string, total: string) => string>;
  /** What happens after it is pressed. */
  explain: Record<Flow, string>;
}

const pay: Texts<(method: string, total: string) => string> = {
  ja: (_method, total) => `${total} を支払う`, en: (_method, total) => `Pay ${total}`, ko: (_method, total) => `${total} 결제하기`,
};

export const TEXTS: Texts<Words> = {
  ja: { title: 'お支払い', check: '入力内容をご確認ください。', busy: '処理しています…', store: '登録する', storeTitle: 'お支払い方法の登録',
    hasFailed: '前回のお支払いは完了しませんでした。もう一度お試しいただくか、別の方法をお選びください。',
    test: 'テスト環境です。実際の請求は行われません。', language: '言語', onPhone: 'スマートフォンで続ける場合は、このコードを読み取ってください。', onPhoneAlt: 'この画面のアドレスの QR コード',
    short: (amount) => `あと ${amount} 足りません。続けて別の番号を入力してください。`,
    kept: (merchant) => `このお支払い方法は、次回以降のお支払いのために ${merchant} に登録されます。`,
    actions: { card: pay.ja, prepaid: pay.ja, login: pay.ja, slip: (_method, total) => `${total} のお支払いを申し込む`, offsite: (method, total) => `${method} で ${total} を支払う` },
    explain: { card: '登録済みの情報でお支払いします。', prepaid: '残高が足りないときは、続けて別の番号を入力できます。', login: 'アカウントの残高からお支払いします。',
      slip: '次の画面でお支払い方法と期限をご案内します。', offsite: '続きは別のページで行います。' } },
  en: { title: 'Payment', check: 'Please check what you entered.', busy: 'Processing…', store: 'Save', storeTitle: 'Save a way to pay',
    hasFailed: 'The last attempt did not go through. Please try again, or choose another way to pay.',
    test: 'This is a test. You will not be charged.', language: 'Language', onPhone: 'To go on with your phone, scan this code.', onPhoneAlt: 'QR code of the address of this page',
    short: (amount) => `${amount} left to pay. Please enter another number.`,
    kept: (merchant) => `${merchant} saves this way to pay for your next payments.`,
    actions: { card: pay.en, prepaid: pay.en, login: pay.en, slip: (_method, total) => `Get instructions to pay ${total}`, offsite: (method, total) => `Pay ${total} with ${method}` },
    explain: { card: 'You pay with what you have saved.', prepaid: 'If one number is not enough, you can enter more.', login: 'It is paid from your account.',
      slip: 'The next page says how to pay, and until when.', offsite: 'You go on at another page.' } },
  ko: { title: '결제', check: '입력한 내용을 확인해 주세요.', busy: '처리 중…', store: '등록하기', storeTitle: '결제 수단 등록',
    hasFailed: '이전 결제가 완료되지 않았습니다. 다시 시도하거나 다른 결제 수단을 선택해 주세요.',
    test: '테스트 환경입니다. 실제로 청구되지 않습니다.', language: '언어', onPhone: '휴대폰으로 계속하려면 이 코드를 스캔하세요.', onPhoneAlt: '이 화면 주소의 QR 코드',
    short: (amount) => `${amount}이(가) 부족합니다. 다른 번호를 입력해 주세요.`,
    kept: (merchant) => `이 결제 수단은 다음 결제를 위해 ${merchant}에 등록됩니다.`,
    actions: { card: pay.ko, prepaid: pay.ko, login: pay.ko, slip: (_method, total) => `${total} 결제 안내 받기`, offsite: (method, total) => `${method}(으)로 ${total} 결제하기` },
    explain: { card: '저장된 정보로 결제합니다.', prepaid: '잔액이 부족하면 다른 번호를 이어서 입력할 수 있습니다.', login: '계정 잔액에서 결제됩니다.',
      slip: '다음 화면에서 결제 방법과 기한을 안내합니다.', offsite: '다른 페이지에서 계속합니다.' } },
};
