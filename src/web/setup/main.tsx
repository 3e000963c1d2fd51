// SPDX-License-Identifier: Apache-2.0
// main.tsx: quick setup (komoju-core 17.4): a merchant who has come from the plugin in its shop says who it is, sees what is
// about to be connected, and goes back with the keys. The key is in this page's memory and in the requests it is sent with.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Alert, Field, Submit, focusError } from '../shared/form';
import { localeOf, speak, type Locale, type Texts } from '../shared/locale';
import { isSafe, isSecretKey, makeWebhook, readMerchant, readShop, sendToShop, type Merchant, type Shop } from './shop';

interface Words {
  title: string; bad: string; shop: string; key: string; keyHint: string; next: string; badKey: string; unknownKey: string; unsafe: string; lost: string;
  failed: string; merchant: string; kind: string; live: string; test: string; warn: string; connect: string; back: string; sending: string;
}
const TEXTS: Texts<Words> = {
  ja: { title: 'ショップとの連携', bad: 'ショップから渡された値が正しくありません：', shop: 'ショップ', key: 'シークレットキー', keyHint: '「sk_」で始まるキーです。入力したキーはこの画面に保存されません。',
    next: '次へ', badKey: 'シークレットキーをご確認ください', unknownKey: 'このキーは使用できません', unsafe: '本番のキーは、暗号化されていない（http）ショップには渡せません',
    lost: '接続できませんでした。もう一度お試しください。', failed: '連携できませんでした。もう一度お試しください。', merchant: '加盟店', kind: '環境', live: '本番', test: 'テスト',
    warn: '連携すると、このショップにAPIキーを渡し、Webhookを登録します。ご自身のショップであることをご確認ください。', connect: '連携する', back: 'やめる', sending: 'ショップへ移動しています' },
  en: { title: 'Connect your shop', bad: 'The shop has sent a value that is missing or wrong:', shop: 'Shop', key: 'Secret key', keyHint: 'It begins with sk_. This page does not keep it.',
    next: 'Next', badKey: 'Check the secret key', unknownKey: 'This key cannot be used', unsafe: 'A live key cannot be given to a shop without encryption (http)',
    lost: 'There was no connection. Please try again.', failed: 'That did not work. Please try again.', merchant: 'Merchant', kind: 'Environment', live: 'Live', test: 'Test',
    warn: 'This gives the shop your API keys and adds a webhook for it. Make sure that it is your own shop.', connect: 'Connect', back: 'Do not connect', sending: 'Going back to the shop' },
  ko: { title: '쇼핑몰 연결', bad: '쇼핑몰에서 보낸 값이 없거나 올바르지 않습니다:', shop: '쇼핑몰', key: '시크릿 키', keyHint: 'sk_로 시작하는 키입니다. 이 페이지에 저장되지 않습니다.',
    next: '다음', badKey: '시크릿 키를 확인해 주세요', unknownKey: '사용할 수 없는 키입니다', unsafe: '실제 키는 암호화되지 않은(http) 쇼핑몰에 전달할 수 없습니다',
    lost: '연결하지 못했습니다. 다시 시도해 주세요.', failed: '연결하지 못했습니다. 다시 시도해 주세요.', merchant: '가맹점', kind: '환경', live: '실제', test: '테스트',
    warn: '연결하면 이 쇼핑몰에 API 키를 전달하고 웹훅을 등록합니다. 본인의 쇼핑몰인지 확인해 주세요.', connect: '연결하기', back: '연결하지 않기', sending: '쇼핑몰로 이동하고 있습니다' },
};

interface KeyProps { shop: Shop; locale: Locale; onMerchant: (key: string, merchant: Merchant) => void }

/** Who is the merchant? */
function KeyForm({ shop, locale, onMerchant }: KeyProps) {
  const t = TEXTS[locale];
  const [key, setKey] = useState('');
  const [error, setError] = useState<string | undefined>();
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);

  const next = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement, text = key.trim();
    const wrong = !isSecretKey(text) ? t.badKey : text.startsWith('sk_live_') && !isSafe(shop) ? t.unsafe : undefined;
    setError(wrong);
    setFailure('');
    if (wrong) { focusError(form); return; }
    setBusy(true);
    const answer = await readMerchant(text);
    setBusy(false);
    if (answer.ok) onMerchant(text, answer.value);
    else if (answer.status === 401 || answer.status === 403) { setError(t.unknownKey); focusError(form); }
    else setFailure(answer.status === 0 ? t.lost : t.failed);
  };

  return (
    <form onSubmit={next} noValidate>
      <h1>{t.title}</h1>
      {failure && <Alert>{failure}</Alert>}
      <p>{t.shop}: <strong>{shop.postUrl.host}</strong></p>
      <Field id="key" name="key" type="password" label={t.key} hint={t.keyHint} value={key} maxLength={128} error={error}
        onValue={(text) => { setKey(text); setError(undefined); }} />
      <Submit busy={busy}>{t.next}</Submit>
    </form>
  );
}

interface ConfirmProps { shop: Shop; locale: Locale; secret: string; merchant: Merchant; onBack: () => void }

/** What is about to be connected. */
function Confirm({ shop, locale, secret, merchant, onBack }: ConfirmProps) {
  const t = TEXTS[locale];
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const connect = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setFailure('');
    setBusy(true);
    const answer = await makeWebhook(secret, shop);
    if (answer.ok) { sendToShop(shop, secret, merchant, answer.value); return; }
    setBusy(false);
    setFailure(answer.status === 0 ? t.lost : t.failed);
  };

  return (
    <form onSubmit={connect} noValidate>
      <h1 tabIndex={-1} ref={heading}>{t.title}</h1>
      {failure && <Alert>{failure}</Alert>}
      <dl class="facts">
        <dt>{t.shop}</dt><dd>{shop.postUrl.host}</dd>
        <dt>{t.merchant}</dt><dd>{merchant.name}</dd>
        <dt>{t.kind}</dt><dd>{merchant.live ? t.live : t.test}</dd>
      </dl>
      <p>{t.warn}</p>
      <Submit busy={busy}>{busy ? t.sending : t.connect}</Submit>
      <button type="button" class="other" onClick={() => { if (!busy) onBack(); }}>{t.back}</button>
    </form>
  );
}

function Setup({ shop, locale }: { shop: Shop; locale: Locale }) {
  const [known, setKnown] = useState<{ key: string; merchant: Merchant } | undefined>();
  return known
    ? <Confirm shop={shop} locale={locale} secret={known.key} merchant={known.merchant} onBack={() => setKnown(undefined)} />
    : <KeyForm shop={shop} locale={locale} onMerchant={(key, merchant) => setKnown({ key, merchant })} />;
}

const root = document.getElementById('page')!;
const locale = localeOf(...navigator.languages), t = TEXTS[locale];
const shop = readShop(location.search);
speak(locale, t.title);
root.removeAttribute('aria-busy');
render(typeof shop === 'string' ? <><h1>{t.title}</h1><Alert>{t.bad} <code>{shop}</code></Alert></> : <Setup shop={shop} locale={locale} />, root);

// A page that the browser kept must not show whose key was typed.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
