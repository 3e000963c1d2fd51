// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the page of an authentication says.
import type { Texts } from '../shared/locale';

export type Outcome = 'authenticated' | 'denied' | 'cancelled' | 'late' | 'declined' | 'withdrawn';

type Text = 'title' | 'method' | 'challenge' | 'frame' | 'hidden' | 'gone' | 'lost' | 'again' | 'back' | 'backToPayment' | 'close' | 'notCharged';

export const TEXTS: Texts<Record<Text, string>> = {
  ja: { title: '本人認証（3Dセキュア）', method: 'カード会社に問い合わせています。このままお待ちください。', challenge: 'カード会社の画面で本人認証を行ってください。',
    frame: 'カード会社の本人認証画面', hidden: 'カード会社の確認用画面', gone: 'この認証は見つかりません', lost: '通信できませんでした。接続をご確認ください。', again: '再試行する',
    back: 'お店に戻る', backToPayment: 'お支払い画面に戻る', close: 'この画面を閉じてください。', notCharged: 'カードへの請求は行われていません。' },
  en: { title: 'Card authentication (3‑D Secure)', method: 'Asking your card issuer. Please wait.', challenge: 'Your card issuer asks you to confirm that it is you.',
    frame: 'Your card issuer', hidden: 'A check by your card issuer', gone: 'There is no such authentication', lost: 'We could not connect. Please check your connection.', again: 'Try again',
    back: 'Back to the shop', backToPayment: 'Back to the payment', close: 'You can close this page.', notCharged: 'Your card has not been charged.' },
  ko: { title: '카드 본인 인증 (3D Secure)', method: '카드사에 확인하고 있습니다. 잠시 기다려 주세요.', challenge: '카드사 화면에서 본인 인증을 진행해 주세요.',
    frame: '카드사 본인 인증 화면', hidden: '카드사 확인용 화면', gone: '인증을 찾을 수 없습니다', lost: '연결하지 못했습니다. 네트워크를 확인해 주세요.', again: '다시 시도',
    back: '상점으로 돌아가기', backToPayment: '결제 화면으로 돌아가기', close: '이 화면을 닫아 주세요.', notCharged: '카드에서 결제되지 않았습니다.' },
};

export const OUTCOMES: Texts<Record<Outcome, string>> = {
  ja: { authenticated: '認証が完了しました', denied: 'カード会社が本人と確認できませんでした', cancelled: '認証をキャンセルしました', late: '制限時間の5分を過ぎました',
    declined: '認証は完了しましたが、カードが承認されませんでした', withdrawn: 'このお支払いは終了しています' },
  en: { authenticated: 'You are authenticated', denied: 'Your card issuer could not confirm that it is you', cancelled: 'You have cancelled the authentication',
    late: 'The five minutes for this are over', declined: 'You are authenticated, but the card was declined', withdrawn: 'This payment is over' },
  ko: { authenticated: '인증이 완료되었습니다', denied: '카드사가 본인임을 확인하지 못했습니다', cancelled: '인증을 취소했습니다', late: '제한 시간 5분이 지났습니다',
    declined: '인증은 완료되었지만 카드가 승인되지 않았습니다', withdrawn: '이 결제는 종료되었습니다' },
};
