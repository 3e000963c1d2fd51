// SPDX-License-Identifier: Apache-2.0
// texts.ts: what the simulated issuer says.
import type { Texts } from '../shared/locale';

interface IssuerTexts {
  title: string; ask: string; shop: string; amount: string; card: string; code: string; hint: string; submit: string; resend: string; cancel: string; missing: string;
  wrong: (left: number) => string; resent: (left: number) => string; noResends: string; ended: string; lost: string; gone: string;
}

export const TEXTS: Texts<IssuerTexts> = {
  ja: { title: 'カード会社の本人確認', ask: '携帯電話に送信した認証コードを入力してください。', shop: '加盟店', amount: '金額', card: 'カード', code: '認証コード',
    hint: 'テスト用のコードは 123456 です。ほかのコードは誤りになります。', submit: '送信', resend: 'コードを再送する', cancel: 'キャンセル', missing: '認証コードを入力してください',
    wrong: (left) => `認証コードが違います。あと${left}回入力できます。`, resent: (left) => `コードを再送しました。あと${left}回再送できます。`,
    noResends: 'これ以上コードを再送できません。', ended: '確認が終わりました。', lost: '通信できませんでした。もう一度お試しください。', gone: 'この認証は見つかりません' },
  en: { title: 'Your card issuer', ask: 'Enter the code that we have sent to your phone.', shop: 'Shop', amount: 'Amount', card: 'Card', code: 'Code',
    hint: 'In this test the code is 123456; any other is wrong.', submit: 'Submit', resend: 'Send the code again', cancel: 'Cancel', missing: 'Enter the code',
    wrong: (left) => `That is not the code. ${left} ${left === 1 ? 'try' : 'tries'} left.`, resent: (left) => `The code was sent again. That works ${left} more ${left === 1 ? 'time' : 'times'}.`,
    noResends: 'The code cannot be sent again.', ended: 'That is all.', lost: 'We could not connect. Please try again.', gone: 'There is no such authentication' },
  ko: { title: '카드사 본인 확인', ask: '휴대폰으로 보낸 인증 코드를 입력해 주세요.', shop: '가맹점', amount: '금액', card: '카드', code: '인증 코드',
    hint: '테스트용 코드는 123456입니다. 다른 코드는 모두 틀린 코드입니다.', submit: '제출', resend: '코드 다시 보내기', cancel: '취소', missing: '인증 코드를 입력해 주세요',
    wrong: (left) => `인증 코드가 틀립니다. ${left}번 더 입력할 수 있습니다.`, resent: (left) => `코드를 다시 보냈습니다. ${left}번 더 보낼 수 있습니다.`,
    noResends: '코드를 더 보낼 수 없습니다.', ended: '확인이 끝났습니다.', lost: '연결하지 못했습니다. 다시 시도해 주세요.', gone: '인증을 찾을 수 없습니다' },
};
