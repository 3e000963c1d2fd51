// SPDX-License-Identifier: Apache-2.0
// main.tsx: the hosted page of a session: reads it, and again whenever the buyer may have been elsewhere: back from
// another page, or from another tab in which it was paid.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Contact, ShopBrand } from '../shared/brand';
import type { Answer } from '../shared/call';
import { LOCALES, localeOf, speak, type Locale } from '../shared/locale';
import { Checkout } from './checkout';
import { readSession, type Session } from './session';
import { Ended, stateOf } from './states';
import { TEXTS } from './texts';

const LANGUAGES: Record<Locale, string> = { ja: '日本語', en: 'English', ko: '한국어' };

function Language({ locale, onLocale }: { locale: Locale; onLocale: (locale: Locale) => void }) {
  return (
    <select class="language" aria-label={TEXTS[locale].language} value={locale} onChange={(event) => onLocale(event.currentTarget.value as Locale)}>
      {LOCALES.map((one) => <option key={one} value={one} lang={one}>{LANGUAGES[one]}</option>)}
    </select>
  );
}

/** The address keeps the language, so that it is still the same after another page. */
function keepLocale(locale: Locale): void {
  const url = new URL(location.href);
  url.searchParams.set('locale', locale);
  history.replaceState(null, '', url);
}

function Page({ first }: { first: Answer<Session> }) {
  const [answer, setAnswer] = useState(first);
  const [visit, setVisit] = useState(0); // a new one forgets what was under way
  const [contact, setContact] = useState<string | null>();
  const session = answer.ok ? answer.value : undefined;
  const [locale, setLocale] = useState(() => localeOf(new URLSearchParams(location.search).get('locale'), session?.locale, navigator.language));
  const t = TEXTS[locale];

  const read = async (keepsOld: boolean) => {
    const next = await readSession();
    if (next.ok || !keepsOld) setAnswer(next);
  };
  useEffect(() => speak(locale, session ? `${t.title} - ${session.merchant.name}` : t.title), [locale, session?.merchant.name]);
  useEffect(() => {
    const shown = (event: PageTransitionEvent) => { if (event.persisted) void read(true).then(() => setVisit((old) => old + 1)); };
    const seen = () => { if (document.visibilityState === 'visible') void read(true); };
    addEventListener('pageshow', shown);
    document.addEventListener('visibilitychange', seen);
    return () => { removeEventListener('pageshow', shown); document.removeEventListener('visibilitychange', seen); };
  }, []);

  const state = session ? stateOf(session) : !answer.ok && answer.status === 404 ? 'gone' : 'lost';
  return (
    <>
      <header>
        {session ? <ShopBrand holder={`/sessions/${session.id}`} name={session.merchant.name} onLook={(look) => setContact(look.contact)} /> : <span />}
        <Language locale={locale} onLocale={(next) => { setLocale(next); keepLocale(next); }} />
      </header>
      {session?.test && <p class="test">{t.test}</p>}
      {state ? <Ended state={state} locale={locale} session={session} {...(state === 'lost' ? { onRetry: () => void read(false) } : {})} />
        : <Checkout key={visit} session={session!} locale={locale} onChange={() => read(true)} />}
      <Contact contact={contact} locale={locale} />
    </>
  );
}

const root = document.getElementById('page')!;
const first = await readSession();
root.removeAttribute('aria-busy');
render(<Page first={first} />, root);
