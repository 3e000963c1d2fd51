// SPDX-License-Identifier: Apache-2.0
// stores.ts: convenience stores: what each calls its numbers, and how one pays there (bank-rails 8.2).
import type { Texts } from '../shared/locale';

export type Label = 'slipNumber' | 'companyCode' | 'orderNumber' | 'customerNumber' | 'confirmationNumber' | 'receiptNumber' | 'onlineNumber';

interface Store { name: Texts<string>; receipt: Label; code: Label; steps: Texts<string[]> }

const LOPPI: Texts<string[]> = {
  ja: ['店内の端末 Loppi の画面で「各種番号をお持ちの方」を選びます。', '番号を順に入力し、内容を確認します。',
    '印刷された申込券を30分以内にレジへ持っていきます。', 'レジで代金を支払い、領収書を受け取ります。'],
  en: ['On the Loppi machine in the store, choose 「各種番号をお持ちの方」 (I have a number).', 'Enter the numbers one after the other and check what is shown.',
    'Take the printed ticket to the till within 30 minutes.', 'Pay at the till and keep the receipt.'],
  ko: ['매장 단말기 Loppi에서 「各種番号をお持ちの方」(번호를 가지고 계신 분)을 선택합니다.', '번호를 차례로 입력하고 내용을 확인합니다.',
    '출력된 신청권을 30분 이내에 계산대로 가져갑니다.', '계산대에서 결제하고 영수증을 받습니다.'],
};

export const STORES: Record<string, Store> = {
  'seven-eleven': {
    name: { ja: 'セブン-イレブン', en: 'Seven Eleven', ko: '세븐일레븐' }, receipt: 'slipNumber', code: 'confirmationNumber',
    steps: {
      ja: ['レジで「インターネット支払い」と伝えます。', '払込票番号を伝えるか、この画面または印刷した紙を見せます。', '代金を支払い、領収書を受け取ります。'],
      en: ['At the till, say 「インターネット支払い」 (intānetto shiharai: internet payment).', 'Give the payment slip number, or show this page or a print of it.',
        'Pay and keep the receipt.'],
      ko: ['계산대에서 「インターネット支払い」(인터넷 결제)라고 말합니다.', '납부표 번호를 말하거나 이 화면 또는 인쇄물을 보여 줍니다.', '결제하고 영수증을 받습니다.'],
    },
  },
  lawson: { name: { ja: 'ローソン', en: 'Lawson', ko: '로손' }, receipt: 'customerNumber', code: 'confirmationNumber', steps: LOPPI },
  'family-mart': {
    name: { ja: 'ファミリーマート', en: 'Family Mart', ko: '패밀리마트' }, receipt: 'orderNumber', code: 'companyCode',
    steps: {
      ja: ['店内のマルチコピー機の画面で「代金支払い」を選び、「番号入力」へ進みます。', '企業コードと注文番号を入力し、内容を確認します。',
        '印刷された申込券を30分以内にレジへ持っていきます。', 'レジで代金を支払い、領収書を受け取ります。'],
      en: ['On the multi-copy machine in the store, choose 「代金支払い」 (payment), then 「番号入力」 (enter numbers).',
        'Enter the company code and the order number and check what is shown.', 'Take the printed ticket to the till within 30 minutes.',
        'Pay at the till and keep the receipt.'],
      ko: ['매장 멀티복사기에서 「代金支払い」(대금 지불)을 선택한 뒤 「番号入力」(번호 입력)으로 이동합니다.', '기업 코드와 주문 번호를 입력하고 내용을 확인합니다.',
        '출력된 신청권을 30분 이내에 계산대로 가져갑니다.', '계산대에서 결제하고 영수증을 받습니다.'],
    },
  },
  ministop: { name: { ja: 'ミニストップ', en: 'Ministop', ko: '미니스톱' }, receipt: 'customerNumber', code: 'confirmationNumber', steps: LOPPI },
  'daily-yamazaki': {
    name: { ja: 'デイリーヤマザキ', en: 'Daily Yamazaki', ko: '데일리 야마자키' }, receipt: 'onlineNumber', code: 'confirmationNumber',
    steps: {
      ja: ['レジで「オンライン決済」と伝えます。', 'レジの画面にオンライン決済番号を入力し、内容を確認します。', '代金を支払い、領収書を受け取ります。'],
      en: ['At the till, say 「オンライン決済」 (onrain kessai: online payment).', 'Enter the online payment number on the screen of the till and check what is shown.',
        'Pay and keep the receipt.'],
      ko: ['계산대에서 「オンライン決済」(온라인 결제)라고 말합니다.', '계산대 화면에 온라인 결제 번호를 입력하고 내용을 확인합니다.', '결제하고 영수증을 받습니다.'],
    },
  },
  seicomart: {
    name: { ja: 'セイコーマート', en: 'Seicomart', ko: '세이코마트' }, receipt: 'receiptNumber', code: 'confirmationNumber',
    steps: {
      ja: ['レジで「インターネット受付」と伝えます。', 'レジの画面に番号を入力し、内容を確認します。電話番号を求められたら、お申し込み時の番号を入力します。',
        '代金を支払い、領収書を受け取ります。'],
      en: ['At the till, say 「インターネット受付」 (intānetto uketsuke: internet order).',
        'Enter the number on the screen of the till and check what is shown. If a phone number is asked for, enter the one you ordered with.', 'Pay and keep the receipt.'],
      ko: ['계산대에서 「インターネット受付」(인터넷 접수)라고 말합니다.', '계산대 화면에 번호를 입력하고 내용을 확인합니다. 전화번호를 요구하면 주문할 때의 번호를 입력합니다.',
        '결제하고 영수증을 받습니다.'],
    },
  },
};
