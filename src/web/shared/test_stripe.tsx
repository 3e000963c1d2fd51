// SPDX-License-Identifier: Apache-2.0
// test_stripe.tsx: what tells everybody that a page is a test, and that no money moves.
import type { Locale, Texts } from './locale';

const TEXTS: Texts<string> = {
  ja: 'テスト環境です。実際のお金は動きません。',
  en: 'This is a test. No money moves.',
  ko: '테스트 환경입니다. 실제 돈은 움직이지 않습니다.',
};

export function TestStripe({ locale }: { locale: Locale }) {
  return <p class="stripe">{TEXTS[locale]}</p>;
}
