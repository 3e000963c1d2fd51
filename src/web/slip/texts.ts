// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the page of a slip says, but for the stores (stores.ts).
import type { Texts } from '../shared/locale';
import type { Label } from './stores';

type Name = 'gone' | 'waits' | 'waitsText' | 'preparing' | 'paid' | 'paidText' | 'refunded' | 'refundedText' | 'expired' | 'expiredText' | 'cancelled'
  | 'cancelledText' | 'failed' | 'failedText' | 'amount' | 'fee' | 'total' | 'due' | 'japanTime' | 'numbers' | 'steps' | 'barcode' | 'barcodeAlt'
  | 'onPhone' | 'onPhoneAlt' | 'copy' | 'copied' | 'print' | 'order' | 'bank' | 'payEasy' | 'other' | 'account' | 'bankName' | 'branch' | 'accountType' | 'accountNumber'
  | 'accountName' | 'reference' | 'bankId' | 'customerId' | 'confirmationId' | 'openBank' | 'openPage' | 'normal' | 'checking' | 'savings' | 'number' | Label;

export const TEXTS: Texts<Record<Name, string>> = {
  ja: {
    gone: 'このお支払いのご案内は見つかりません', waits: 'お支払いをお待ちしています', waitsText: 'お支払いが確認されると、この画面に表示されます。',
    preparing: 'お支払い番号を準備しています。しばらくお待ちください。', paid: 'お支払いが完了しました', paidText: 'ありがとうございます。お支払いを確認しました。',
    refunded: '返金済みです', refundedText: 'このお支払いは返金されました。', expired: 'お支払い期限が過ぎました', expiredText: 'この番号ではお支払いいただけません。お店でもう一度お申し込みください。',
    cancelled: 'キャンセルされました', cancelledText: 'この番号ではお支払いいただけません。', failed: 'お支払い番号を発行できませんでした', failedText: 'お店でもう一度お申し込みください。',
    amount: '代金', fee: '支払手数料', total: 'お支払い金額', due: 'お支払い期限', japanTime: '日本時間', numbers: 'お支払い番号', steps: 'お支払いの手順',
    barcode: 'レジでこのバーコードを見せて支払うこともできます。', barcodeAlt: 'レジ用の払込票バーコード', onPhone: 'スマートフォンでこの画面を開く', onPhoneAlt: 'この画面のアドレスの QR コード', copy: 'コピー', copied: 'コピーしました', print: '印刷する', order: '注文番号（お店）',
    bank: '銀行振込のお支払い方法', payEasy: 'ペイジーのお支払い方法', other: 'お支払い方法', account: '振込先', bankName: '銀行名', branch: '支店名', accountType: '口座種別', accountNumber: '口座番号',
    accountName: '口座名義', reference: 'お問い合わせ番号', bankId: '収納機関番号', customerId: 'お客様番号', confirmationId: '確認番号', openBank: 'インターネットバンキングで支払う',
    openPage: 'お支払いページを開く', normal: '普通', checking: '当座', savings: '貯蓄', number: '番号', slipNumber: '払込票番号', companyCode: '企業コード', orderNumber: '注文番号',
    customerNumber: 'お客様番号', confirmationNumber: '確認番号', receiptNumber: '受付番号', onlineNumber: 'オンライン決済番号',
  },
  en: {
    gone: 'There are no such payment instructions', waits: 'Waiting for your payment', waitsText: 'This page shows it when your payment has arrived.',
    preparing: 'Your payment number is being prepared. One moment, please.', paid: 'Paid', paidText: 'Thank you. Your payment has arrived.',
    refunded: 'Refunded', refundedText: 'This payment has been given back.', expired: 'The deadline has passed', expiredText: 'This number cannot be paid any more. Please order again at the shop.',
    cancelled: 'Cancelled', cancelledText: 'This number cannot be paid any more.', failed: 'No payment number could be issued', failedText: 'Please order again at the shop.',
    amount: 'Order', fee: 'Payment fee', total: 'To pay', due: 'Pay by', japanTime: 'Japan time', numbers: 'Payment numbers', steps: 'What to do',
    barcode: 'You can also show this barcode at the till.', barcodeAlt: 'Barcode of the payment slip, for the till', onPhone: 'Open this page on your phone', onPhoneAlt: 'QR code of the address of this page', copy: 'Copy', copied: 'Copied', print: 'Print', order: 'Order at the shop',
    bank: 'How to make a payment by bank transfer', payEasy: 'How to make a payment with Pay-easy', other: 'How to make a payment', account: 'Transfer to', bankName: 'Bank', branch: 'Branch',
    accountType: 'Type of account', accountNumber: 'Account number', accountName: 'Account holder', reference: 'Reference', bankId: 'Collecting institution number (収納機関番号)',
    customerId: 'Customer number (お客様番号)', confirmationId: 'Confirmation number (確認番号)', openBank: 'Pay by online banking', openPage: 'Open the payment page',
    normal: 'Ordinary (普通)', checking: 'Current (当座)', savings: 'Savings (貯蓄)', number: 'Number', slipNumber: 'Payment slip number (払込票番号)', companyCode: 'Company code (企業コード)',
    orderNumber: 'Order number (注文番号)', customerNumber: 'Customer number (お客様番号)', confirmationNumber: 'Confirmation number (確認番号)', receiptNumber: 'Receipt number (受付番号)',
    onlineNumber: 'Online payment number (オンライン決済番号)',
  },
  ko: {
    gone: '결제 안내를 찾을 수 없습니다', waits: '결제를 기다리고 있습니다', waitsText: '결제가 확인되면 이 화면에 표시됩니다.',
    preparing: '결제 번호를 준비하고 있습니다. 잠시만 기다려 주세요.', paid: '결제가 완료되었습니다', paidText: '감사합니다. 결제가 확인되었습니다.',
    refunded: '환불되었습니다', refundedText: '이 결제는 환불되었습니다.', expired: '결제 기한이 지났습니다', expiredText: '이 번호로는 결제할 수 없습니다. 상점에서 다시 주문해 주세요.',
    cancelled: '취소되었습니다', cancelledText: '이 번호로는 결제할 수 없습니다.', failed: '결제 번호를 발급하지 못했습니다', failedText: '상점에서 다시 주문해 주세요.',
    amount: '상품 대금', fee: '결제 수수료', total: '결제 금액', due: '결제 기한', japanTime: '일본 시간', numbers: '결제 번호', steps: '결제 방법',
    barcode: '계산대에서 이 바코드를 보여 주고 결제할 수도 있습니다.', barcodeAlt: '계산대용 납부표 바코드', onPhone: '휴대폰에서 이 화면 열기', onPhoneAlt: '이 화면 주소의 QR 코드', copy: '복사', copied: '복사했습니다', print: '인쇄', order: '상점 주문 번호',
    bank: '은행 송금 결제 방법', payEasy: 'Pay-easy 결제 방법', other: '결제 방법', account: '송금처', bankName: '은행명', branch: '지점명', accountType: '계좌 종류', accountNumber: '계좌 번호',
    accountName: '예금주', reference: '문의 번호', bankId: '수납기관 번호 (収納機関番号)', customerId: '고객 번호 (お客様番号)', confirmationId: '확인 번호 (確認番号)', openBank: '인터넷 뱅킹으로 결제',
    openPage: '결제 페이지 열기', normal: '보통 (普通)', checking: '당좌 (当座)', savings: '저축 (貯蓄)', number: '번호', slipNumber: '납부표 번호 (払込票番号)', companyCode: '기업 코드 (企業コード)',
    orderNumber: '주문 번호 (注文番号)', customerNumber: '고객 번호 (お客様番号)', confirmationNumber: '확인 번호 (確認番号)', receiptNumber: '접수 번호 (受付番号)',
    onlineNumber: '온라인 결제 번호 (オンライン決済番号)',
  },
};

export const atStore: Texts<(store: string) => string> = {
  ja: (store) => `${store}でのお支払い方法`, en: (store) => `How to make a payment at ${store}`, ko: (store) => `${store}에서 결제하는 방법`,
};
export const backTo: Texts<(shop: string) => string> = {
  ja: (shop) => `${shop} に戻る`, en: (shop) => `Return to ${shop}`, ko: (shop) => `${shop}(으)로 돌아가기`,
};

export const BANK_STEPS: Texts<string[]> = {
  ja: ['銀行の窓口、ATM、インターネットバンキングで、上記の口座へお振り込みください。', '金額は必ずお支払い金額と同じにしてください。', '振込手数料はお客様のご負担となります。'],
  en: ['Transfer to the account above at a bank, at an ATM or by online banking.', 'Transfer exactly the amount to pay.', 'What your bank charges for a transfer comes on top.'],
  ko: ['은행 창구, ATM 또는 인터넷 뱅킹에서 위 계좌로 송금해 주세요.', '반드시 결제 금액과 같은 금액을 송금해 주세요.', '송금 수수료는 고객님 부담입니다.'],
};
export const PAY_EASY_STEPS: Texts<string[]> = {
  ja: ['ペイジー対応の ATM またはインターネットバンキングで「税金・料金払込み（ペイジー）」を選びます。', '収納機関番号、お客様番号、確認番号を入力します。', '表示された金額を確認して支払います。'],
  en: ['At an ATM with the Pay-easy mark or in your online banking, choose 「税金・料金払込み（ペイジー）」 (taxes and bills, Pay-easy).',
    'Enter the collecting institution number, the customer number and the confirmation number.', 'Check the amount and pay.'],
  ko: ['Pay-easy를 지원하는 ATM 또는 인터넷 뱅킹에서 「税金・料金払込み（ペイジー）」(세금·요금 납부)를 선택합니다.', '수납기관 번호, 고객 번호, 확인 번호를 입력합니다.', '표시된 금액을 확인하고 결제합니다.'],
};
