// SPDX-License-Identifier: Apache-2.0
// main.tsx: the mailbox of the test environment: what the customers of a test merchant were sent.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { Alert, Field, Submit, focusError } from '../shared/form';
import { localeOf, momentText, speak, type Locale, type Texts } from '../shared/locale';
import { isKey, readMails, type Kind, type Mail, type Page, type Status } from './mails';

type Words = Record<'title' | 'about' | 'key' | 'keyHint' | 'badKey' | 'open' | 'refused' | 'lost' | 'none' | 'reload' | 'close' | 'text' | 'html' |
  'to' | 'when' | 'status' | 'payment' | 'nobody' | 'newer' | 'older' | 'list' | 'shownAs', string>;
const TEXTS: Texts<Words> = {
  ja: { title: 'テスト用メールボックス', about: 'テスト環境のお客様宛メールです。「ここに保管」のメールはどこにも送信されていません。', key: 'テスト用シークレットキー',
    keyHint: 'キーはこのページを開いている間だけ保持されます', badKey: 'シークレットキーを入力してください', open: '開く',
    refused: 'このキーではメールボックスを開けません。テスト用のシークレットキーをご確認ください。', lost: '通信できませんでした。もう一度お試しください。',
    none: 'メールはまだありません', reload: '再読み込み', close: '閉じる', text: 'テキスト', html: 'HTML', to: '宛先', when: '日時', status: '状態',
    payment: 'お支払い番号', nobody: '（不明）', newer: '新しいメール', older: '以前のメール', list: 'メール一覧', shownAs: '表示形式' },
  en: { title: 'Test mailbox', about: 'E-mail to customers in the test environment. What is kept here was sent to nobody.', key: 'Secret test key',
    keyHint: 'The key is kept only while this page is open', badKey: 'Enter the secret key', open: 'Open',
    refused: 'This key does not open a mailbox. Check that it is a secret test key.', lost: 'The server could not be reached. Please try again.',
    none: 'There is no e-mail yet', reload: 'Reload', close: 'Close', text: 'Text', html: 'HTML', to: 'To', when: 'When', status: 'Status',
    payment: 'Payment', nobody: '(not known)', newer: 'Newer', older: 'Older', list: 'E-mails', shownAs: 'Shown as' },
  ko: { title: '테스트 메일함', about: '테스트 환경의 고객 메일입니다. ‘여기에 보관됨’인 메일은 발송되지 않았습니다.', key: '테스트 비밀 키',
    keyHint: '키는 이 페이지를 열어 둔 동안에만 보관됩니다', badKey: '비밀 키를 입력해 주세요', open: '열기',
    refused: '이 키로는 메일함을 열 수 없습니다. 테스트 비밀 키인지 확인해 주세요.', lost: '서버에 연결할 수 없습니다. 다시 시도해 주세요.',
    none: '아직 메일이 없습니다', reload: '새로 고침', close: '닫기', text: '텍스트', html: 'HTML', to: '받는 사람', when: '일시', status: '상태',
    payment: '결제 번호', nobody: '(알 수 없음)', newer: '최신 메일', older: '이전 메일', list: '메일 목록', shownAs: '표시 형식' },
};
const KINDS: Texts<Record<Kind, string>> = {
  ja: { instruction: 'お支払い方法', receipt: 'お支払い完了', reminder: '期限のお知らせ', refund: '返金' },
  en: { instruction: 'How to pay', receipt: 'Receipt', reminder: 'Reminder', refund: 'Refund' },
  ko: { instruction: '결제 방법', receipt: '결제 완료', reminder: '기한 안내', refund: '환불' },
};
const STATUSES: Texts<Record<Status, string>> = {
  ja: { waiting: '再送待ち', sent: '送信済み', given_up: '送信できませんでした', kept: 'ここに保管' },
  en: { waiting: 'Will be tried again', sent: 'Sent', given_up: 'Could not be sent', kept: 'Kept here' },
  ko: { waiting: '재발송 대기', sent: '발송됨', given_up: '발송 실패', kept: '여기에 보관됨' },
};

/** Asks for the key. Nothing fills it in or keeps it. */
function KeyForm({ locale, onPage }: { locale: Locale; onPage: (key: string, page: Page) => void }) {
  const t = TEXTS[locale];
  const [key, setKey] = useState('');
  const [error, setError] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const open = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setFailure('');
    setError(isKey(key.trim()) ? '' : t.badKey);
    if (!isKey(key.trim())) { focusError(event.currentTarget as HTMLElement); return; }
    setBusy(true);
    const answer = await readMails(key.trim(), 1);
    setBusy(false);
    if (answer.ok) onPage(key.trim(), answer.value);
    else setFailure(answer.status === 0 ? t.lost : t.refused);
  };
  return (
    <form onSubmit={open} noValidate>
      <h1>{t.title}</h1>
      <p class="quiet">{t.about}</p>
      {failure && <Alert>{failure}</Alert>}
      <Field label={t.key} name="key" type="password" value={key} hint={t.keyHint} error={error} onValue={setKey} maxLength={200} />
      <Submit busy={busy}>{t.open}</Submit>
    </form>
  );
}

/** The e-mail itself. Its HTML is shown in a frame that may run nothing and ask nobody. */
function Letter({ mail, locale }: { mail: Mail; locale: Locale }) {
  const t = TEXTS[locale];
  const [form, setForm] = useState<'html' | 'text'>('html');
  const choose = (name: 'html' | 'text') => (
    <button type="button" class="other" aria-pressed={form === name ? 'true' : 'false'} onClick={() => setForm(name)}>{t[name]}</button>
  );
  return (
    <div class="mail" id={`mail-${mail.id}`}>
      <dl class="facts">
        <dt>{t.to}</dt><dd>{mail.to ?? t.nobody}</dd>
        <dt>{t.when}</dt><dd>{momentText(mail.created_at, locale)}</dd>
        <dt>{t.status}</dt><dd>{STATUSES[locale][mail.status]}{mail.error && ` (${mail.error})`}</dd>
        <dt>{t.payment}</dt><dd>{mail.payment}</dd>
      </dl>
      <div class="row" role="group" aria-label={t.shownAs}>{choose('html')}{choose('text')}</div>
      {form === 'html' ? <iframe title={mail.subject} srcdoc={mail.html} sandbox="" /> : <pre lang={mail.locale}>{mail.text}</pre>}
    </div>
  );
}

function Mails({ locale, secret, first, onClose }: { locale: Locale; secret: string; first: Page; onClose: () => void }) {
  const t = TEXTS[locale];
  const [page, setPage] = useState(first);
  const [openId, setOpenId] = useState('');
  const [failure, setFailure] = useState('');
  const turn = async (number: number) => {
    const answer = await readMails(secret, number);
    setFailure(answer.ok ? '' : answer.status === 0 ? t.lost : t.refused);
    if (answer.ok) { setPage(answer.value); setOpenId(''); }
  };
  return (
    <>
      <h1>{t.title}</h1>
      <p class="quiet">{t.about}</p>
      {failure && <Alert>{failure}</Alert>}
      <div class="row">
        <button type="button" class="other" onClick={() => turn(page.page)}>{t.reload}</button>
        <button type="button" class="other" onClick={onClose}>{t.close}</button>
      </div>
      <p role="status">{page.total === 0 ? t.none : `${t.list}: ${page.total}`}</p>
      <ul class="mails" aria-label={t.list}>
        {page.data.map((mail) => (
          <li key={mail.id}>
            <button type="button" aria-expanded={openId === mail.id ? 'true' : 'false'}
              onClick={() => setOpenId(openId === mail.id ? '' : mail.id)}>
              <strong lang={mail.locale}>{mail.subject}</strong>
              <span class="quiet">{KINDS[locale][mail.kind]} · {mail.to ?? t.nobody} · {momentText(mail.created_at, locale)}</span>
            </button>
            {openId === mail.id && <Letter mail={mail} locale={locale} />}
          </li>
        ))}
      </ul>
      <div class="row">
        {page.page > 1 && <button type="button" class="other" onClick={() => turn(page.page - 1)}>{t.newer}</button>}
        {page.page < page.last_page && <button type="button" class="other" onClick={() => turn(page.page + 1)}>{t.older}</button>}
      </div>
    </>
  );
}

function Mailbox({ locale }: { locale: Locale }) {
  const [opened, setOpened] = useState<{ secret: string; first: Page }>();
  return opened
    ? <Mails locale={locale} {...opened} onClose={() => setOpened(undefined)} />
    : <KeyForm locale={locale} onPage={(secret, first) => setOpened({ secret, first })} />;
}

const root = document.getElementById('page')!;
const locale = localeOf(navigator.language);
speak(locale, TEXTS[locale].title);
root.removeAttribute('aria-busy');
render(<Mailbox locale={locale} />, root);
